/** Runs child.ts or replica.ts and listens to what it says. Every child is killed when the test is over. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach } from '@jest/globals'

const running = new Set<ChildProcess>()
afterEach(async () => {
  for (const child of running) {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  running.clear()
})

export type Child = {
  /** What it has said so far. */
  said: string[]
  /** Resolves when it has said this many lines, or has ended. */
  lines(count: number): Promise<void>
  kill(): Promise<void>
}

/** A process on the embedded store. */
export const child = (what: string, folder: string, ...more: readonly string[]): Child =>
  run(new URL('./child.ts', import.meta.url), [what, folder, ...more])

/** A process on a PostgreSQL server. */
export const replica = (what: string, url: string, ...more: readonly string[]): Child =>
  run(new URL('./replica.ts', import.meta.url), [what, url, ...more])

function run(script: URL, args: readonly string[]): Child {
  const started = spawn(process.execPath, [fileURLToPath(script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.add(started)
  const ended = once(started, 'close')
  const said: string[] = []
  let heard = () => {}
  createInterface({ input: started.stdout }).on('line', line => {
    said.push(line)
    heard()
  })
  return {
    said,
    async lines(count) {
      const enough = new Promise<void>(resolve => {
        heard = () => said.length >= count && resolve()
        heard()
      })
      await Promise.race([enough, ended])
    },
    async kill() {
      started.kill('SIGKILL')
      await ended
    },
  }
}
