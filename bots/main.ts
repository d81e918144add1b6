/** `npm start`: the product when real accounts are configured, the demo when none are. */
import { parseArgs } from 'node:util'
import { readConfig, realSettings } from './config.ts'
import { lastWords } from './last-words.ts'
import { EXIT, Stop } from './stop.ts'

const USAGE =
  'Options of the demo: --port NUMBER, --data FOLDER, --world FILE, --crowd NUMBER, --reset. The product takes its settings from the environment.'

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (realSettings(process.env).length > 0) {
    if (Object.keys(options).length > 0)
      throw new Stop(`Real accounts are configured, so there is no demo. ${USAGE}`, EXIT.badOption)
    await product()
    return
  }
  const { startDemo } = await import('./demo/main.ts')
  await startDemo(options)
}

type Options = { port?: string; data?: string; world?: string; crowd?: string; reset?: boolean }

function readOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        world: { type: 'string' },
        crowd: { type: 'string' },
        reset: { type: 'boolean' },
      },
    })
    return values
  } catch (error) {
    const said = error instanceof Error ? error.message.split('.')[0] : String(error)
    throw new Stop(`${said}. ${USAGE}`, EXIT.badOption)
  }
}

async function product(): Promise<void> {
  const config = readConfig(process.env)
  const [{ startProduct }, { openLog }] = await Promise.all([import('./product.ts'), import('./log.ts')])
  const running = await startProduct(config, openLog('info'))
  process.stdout.write(`${JSON.stringify({ ready: true, url: running.url })}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void running.stop().then(() => process.exit(0))
    })
  }
}

try {
  await main()
} catch (error) {
  const [message, exitCode] = lastWords(error)
  process.stderr.write(`${message}\n`)
  process.exit(exitCode)
}
