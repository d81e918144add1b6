/**
 * A process on a PostgreSQL server, for the tests that need several: `node replica.ts <what> <url> [side by side] [lease in ms]`.
 *
 *   work   performs effects until it is killed, saying "open", then
 *            "began <task> <attempt> <lane> <what> <ns>" and "ended <task> <attempt> <lane> <what> <ns> <settled, lease-lost or unknown>"
 *          with moments of the machine's own clock, which all processes share, and "trouble <error>" when the store failed
 *   wait   says "open", waits for the first effect as long as it takes, and says "woke"
 *
 * Some effects queue another one, so that all of them write to the same lanes at the same time.
 */
import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { openPostgresStore } from '../../../adapters/store/postgres.ts'
import type { OwnedStore } from '../../../adapters/store/store.ts'
import { type Effect, isPassing, type Task } from '../../../core/index.ts'
import { at, reconcile } from '../../contracts/store/cast.ts'

const AGES_MS = 3_600_000
const [what, url = '', sideBySide = '1', leaseMs = '1000'] = process.argv.slice(2)
const log = { info() {}, warn() {}, error() {} }
// Written at once: what was said is seen even when the process is killed the moment after.
const tell = (line: string) => writeSync(1, `${line}\n`)

const store = await openPostgresStore({ url, log, newId: randomUUID })
tell('open')
if (what === 'wait') {
  let task = await store.claim(at(0), AGES_MS)
  for (; task === undefined; task = await store.claim(at(0), AGES_MS)) await store.wait(AGES_MS)
  tell('woke')
  await store.close()
} else for (let n = 0; n < Number(sideBySide); n += 1) void work(store)

async function work(on: OwnedStore): Promise<never> {
  for (;;)
    try {
      const task = await on.claim(at(0), Number(leaseMs))
      if (task) await perform(on, task)
      else await on.wait(200)
    } catch (error) {
      tell(`trouble ${isPassing(error) ? 'passing' : String(error)}`)
      await pause(50)
    }
}

async function perform(on: OwnedStore, task: Task): Promise<void> {
  const { lane, name, follows } = facts(task.effect)
  const where = `${task.id} ${task.attempt} ${lane} ${name}`
  tell(`began ${where} ${process.hrtime.bigint()}`)
  await pause(Math.random() * 40)
  const ended = process.hrtime.bigint()
  let outcome = 'unknown'
  try {
    outcome = await on.settle(task, { how: 'done', queue: follows.map(effect => ({ effect })) })
  } finally {
    tell(`ended ${where} ${ended} ${outcome}`)
  }
}

function facts(effect: Effect): { lane: string; name: string; follows: readonly Effect[] } {
  if (effect.do === 'reconcile') return { lane: `vm${effect.vm.slice(-1)}`, name: 'again', follows: [] }
  if (effect.do !== 'say') throw new Error(`not in this test: ${effect.do}`)
  const n = Number(effect.message.plain)
  return { lane: effect.to.key, name: `${n}`, follows: [reconcile(n % 3), reconcile((n + 1) % 3)] }
}
