/**
 * A second process with a store, for the tests that need one: `node child.ts <what> <folder> [seed]`.
 *
 *   hold     opens, says "open", and keeps the folder until it is killed
 *   open     opens and closes; says "open", or the one line it was refused with
 *   append   appends and queues without end, saying "<request> <version>" after each acknowledged append
 */
import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openStore } from '../../../adapters/store/adapter.ts'
import { approved, asked, at, requestId, wake, withdrawn } from '../../contracts/store/cast.ts'

const [what, folder = '', seed = '0'] = process.argv.slice(2)
const log = { info() {}, warn() {}, error() {} }
// Written at once: what was said is seen even when the process is killed the moment after.
const tell = (line: string) => writeSync(1, `${line}\n`)

if (what === 'unwritable' && process.getuid?.() === 0) process.setuid?.(65_534)

try {
  const store = await openStore({ folder, log, newId: randomUUID })
  tell('open')
  if (what === 'hold') setInterval(() => {}, 60_000)
  else if (what === 'append') {
    for (let n = Number(seed); ; n += 1) {
      const id = requestId(n)
      const steps = [asked(id, { reason: 'x'.repeat((n * 7919) % 3000) }), approved(), withdrawn()]
      for (const [expected, event] of steps.entries()) {
        const queue = [{ effect: wake(n) }]
        await store.append({ id, expected, at: at(expected), events: [event], queue })
        tell(`${id} ${expected + 1}`)
      }
      if (n % 3 === 0) {
        const task = await store.claim(at(0), 1)
        if (task) await store.settle(task, { how: 'done' })
      }
    }
  } else await store.close()
} catch (error) {
  tell(error instanceof Error ? `${error.name}: ${error.message}` : String(error))
}
