/** The demo: a whole company in a data folder, and one page to live in it. Needs no account and no network. */
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EXIT, Stop } from '../stop.ts'
import { startWorld } from './world.ts'
import { readWorldFile, type WorldFile } from './world-file.ts'

/** `crowd`: so many more VMs, all alike, in the first subscription of a world that begins. */
export type DemoOptions = { port?: string; data?: string; world?: string; crowd?: string; reset?: boolean }

const DEFAULT_PORT = 4380
const MOST_VMS = 1_000_000
const CONTOSO = fileURLToPath(new URL('./worlds/contoso.yaml', import.meta.url))
const CONTOSO_POLICY = fileURLToPath(new URL('./worlds/contoso.policy.yaml', import.meta.url))

/** Resolves when the page can be opened; the process then runs until it is told to stop. */
export async function startDemo(options: DemoOptions): Promise<void> {
  const port = readPort(options.port ?? process.env['LATCHKEY_PORT'])
  const folder = resolve(options.data ?? process.env['LATCHKEY_DATA'] ?? '.data')
  const file = await readWorldFile(options.world === undefined ? CONTOSO : resolve(options.world))
  if (options.crowd !== undefined) addCrowd(file, options.crowd)
  if (options.reset === true) await reset(folder)
  if (process.stderr.isTTY) process.stderr.write('Starting. The first time this takes some ten seconds.\n')

  const world = await startWorld({ file, folder, port, policyFile: policyBeside(options.world) })
  // One line, for people at a terminal and for programs that wait for it.
  const line = process.stdout.isTTY
    ? `Latchkey demo, ready: ${world.url}/`
    : JSON.stringify({ ready: true, url: `${world.url}/` })
  process.stdout.write(`${line}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void world.stop().then(() => process.exit(0))
    })
  }
}

function addCrowd({ subscriptions: [first] }: WorldFile, text: string): void {
  const count = Number(text)
  if (!/^\d{1,7}$/.test(text) || count < 1 || count > MOST_VMS)
    throw new Stop(`"${text}" is no number of VMs. Give one from 1 to ${MOST_VMS}.`, EXIT.badOption)
  if (first) first.crowd = { count, prefix: 'vm-', rg: 'rg-crowd' }
}

/** Deletes what the demo wrote, and nothing else: the folder may hold other things. */
async function reset(folder: string): Promise<void> {
  for (const name of [
    'world.json',
    'world.json.new',
    'store',
    'store.lock',
    'publisher.crt',
    'publisher.key',
  ])
    await rm(join(folder, name), { recursive: true, force: true })
}

/** `NAME.policy.yaml` beside `NAME.yaml`. */
const policyBeside = (world: string | undefined): string =>
  world === undefined ? CONTOSO_POLICY : resolve(world).replace(/\.ya?ml$/, '.policy.yaml')

function readPort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_534) return port
  throw new Stop(`"${text}" is not a port. Give a number from 0 (any free one) to 65534.`, EXIT.badOption)
}
