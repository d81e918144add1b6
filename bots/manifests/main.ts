/** `npm run manifest`: writes what Slack, Teams and Azure have to be told about Latchkey. Needs no account and no network. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lastWords } from '../last-words.ts'
import { EXIT, Stop } from '../stop.ts'
import { makeManifests, TEAMS_ZIP } from './files.ts'
import { PLACEHOLDERS, readOrder, USAGE } from './settings.ts'

const PROJECT = fileURLToPath(new URL('../../', import.meta.url))

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return say([USAGE])
  const order = readOrder(args)
  const settings = order === 'own' ? PLACEHOLDERS : order.settings
  const folder = order === 'own' ? join(PROJECT, 'manifest') : resolve(order.out)
  const { files, problems } = makeManifests(settings, await versionOfLatchkey())
  if (problems.length > 0)
    throw new Stop(`Nothing was written:\n${problems.map(text => `  ${text}`).join('\n')}`, EXIT.badOption)
  for (const [path, bytes] of files) {
    const target = join(folder, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, bytes)
  }
  say([
    ...[...files.keys()].map(path => join(folder, path)),
    ...(order === 'own' || files.has(TEAMS_ZIP)
      ? []
      : ['Nothing was made for Teams: give --teams-app-id and --about if you want it.']),
    ...(order !== 'own' && settings.azureScopes === PLACEHOLDERS.azureScopes
      ? ['The roles name no subscription of yours yet: give --azure-scope.']
      : []),
  ])
}

async function versionOfLatchkey(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(PROJECT, 'package.json'), 'utf8')) as { version: string }
  return version
}

const say = (lines: readonly string[]): void => void process.stdout.write(`${lines.join('\n')}\n`)

try {
  await main(process.argv.slice(2))
} catch (error) {
  const [message, exitCode] = lastWords(error)
  process.stderr.write(`${message}\n`)
  process.exit(exitCode)
}
