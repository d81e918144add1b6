/** Keeps one product process running beside the world: starts it, tells it the time, and starts it again when it dies. */
import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Stop } from '../stop.ts'
import type { FromProduct, ProductSettings, ToProduct } from './settings.ts'

const PROGRAM = fileURLToPath(new URL('./product/main.ts', import.meta.url))
const RESTART_AFTER_MS = 300

type ProductStatus = 'starting' | 'ready' | 'restarting' | 'stopped'

export type ProductProcess = {
  readonly status: ProductStatus
  /** Its own port; undefined while it is away. */
  readonly port: number | undefined
  readonly pid: number | undefined
  /** Kills with SIGKILL, as a power cut of the process would. `restart` as it would be in production. */
  kill(restart: boolean): Promise<void>
  /** Starts it again after `kill(false)`. */
  start(): Promise<void>
  moveClock(offsetMs: number): void
  stop(): Promise<void>
}

/**
 * @param settings read at every start, because the clock moves on
 * @param changed called when the status changed
 * @throws {Stop} when the first start fails for a reason that can be told
 */
export async function runProduct(
  settings: () => ProductSettings,
  changed: () => void,
): Promise<ProductProcess> {
  let child: ChildProcess | undefined
  let status: ProductStatus = 'starting'
  let wanted = true
  let port: number | undefined
  const become = (next: ProductStatus) => {
    status = next
    changed()
  }

  async function launch(): Promise<void> {
    const started = fork(PROGRAM, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    child = started
    const send = (message: ToProduct) => started.send(message)
    send({ kind: 'start', settings: settings() })
    await new Promise<void>((resolve, reject) => {
      started.on('message', (message: FromProduct) => {
        if (message.kind === 'ready') {
          port = message.port
          become('ready')
          resolve()
        } else reject(new Stop(message.say, message.exitCode))
      })
      started.once('exit', code => {
        if (child === started) port = undefined
        reject(new Stop(`The product process ended with code ${code} before it was ready.`, 1))
        if (wanted && status === 'ready' && child === started) void relaunch()
      })
    })
  }

  async function relaunch(): Promise<void> {
    become('restarting')
    while (wanted && status === 'restarting') {
      await pause(RESTART_AFTER_MS)
      // A start that fails (say, the old process still holds the folder for an instant) is tried again.
      await launch().catch(() => undefined)
    }
  }

  const gone = async (process: ChildProcess | undefined) => {
    if (!process || process.exitCode !== null || process.signalCode !== null) return
    await new Promise<void>(resolve => process.once('exit', () => resolve()))
  }
  await launch()
  return {
    get status() {
      return status
    },
    get port() {
      return port
    },
    get pid() {
      return child?.pid
    },
    async kill(restart) {
      wanted = restart
      const dying = child
      dying?.kill('SIGKILL')
      await gone(dying)
      if (!restart) become('stopped')
    },
    async start() {
      wanted = true
      become('starting')
      await launch()
    },
    moveClock: offsetMs => {
      if (child?.connected) child.send({ kind: 'clock', offsetMs } satisfies ToProduct)
    },
    async stop() {
      wanted = false
      const leaving = child
      if (leaving?.connected) leaving.send({ kind: 'stop' } satisfies ToProduct)
      const late = setTimeout(() => leaving?.kill('SIGKILL'), 5000)
      await gone(leaving)
      clearTimeout(late)
      become('stopped')
    },
  }
}
