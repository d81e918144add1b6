/**
 * `npm run -s publisher`: says who signs connection files, and what to enter in Group Policy so that Windows trusts them.
 *
 * Reads LATCHKEY_RDP_… from the environment and nothing else. Exit codes: 0 signed or not set up, 3 when what is set up cannot sign.
 */
import { publisherMessage } from '../core/index.ts'
import { readSigning } from './config.ts'
import { lastWords } from './last-words.ts'
import { openSigning } from './signing.ts'
import { asText } from './text.ts'

try {
  const signing = readSigning(process.env)
  const signer = signing === undefined ? undefined : await openSigning(signing)
  process.stdout.write(asText(publisherMessage(signer, Date.now())))
} catch (error) {
  const [say, exitCode] = lastWords(error)
  process.stderr.write(`${say}\n`)
  process.exit(exitCode)
}
