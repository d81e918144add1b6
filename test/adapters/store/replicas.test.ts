/** Several processes share one outbox on a PostgreSQL server; some are killed, and the server itself is restarted. */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { openPostgresStore } from '../../../adapters/store/postgres.ts'
import type { OwnedStore } from '../../../adapters/store/store.ts'
import type { Log } from '../../../core/index.ts'
import { at, requestId, say, wake } from '../../contracts/store/cast.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { type Child, replica } from './processes.ts'

const log: Log = { info() {}, warn() {}, error() {} }
/** Far longer than an effect takes here, even on a busy machine; those whose holder was killed wait for its end. */
const LEASE_MS = 5000
/** No more than this for everything to be performed, else the test has failed. */
const PATIENCE_MS = 60_000
const LANES = 7
const SIDE_BY_SIDE = 4
let postgres: TestPostgres
let store: OwnedStore

beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres.remove(), 60_000)
let databases = 0
let database = ''
beforeEach(async () => {
  databases += 1
  database = `replicas_${databases}`
  await postgres.ask(`create database ${database}`)
  store = await openPostgresStore({ url: postgres.url({ database }), log, newId: randomUUID })
})

/** One that works until it is killed. */
const work = () => replica('work', postgres.url({ database }), `${SIDE_BY_SIDE}`, `${LEASE_MS}`)

/** Queues numbered effects over the lanes, a few at a time, while others are at work. Says how many. */
async function queueMany(count: number): Promise<void> {
  for (let n = 0; n < count; n += 10) {
    const queue = Array.from({ length: 10 }, (_, more) => ({
      effect: say(`lane${(n + more) % LANES}`, `${n + more}`),
    }))
    const entry = { id: requestId(1), expected: 0, at: at(0), events: [], queue }
    // Stored or not, a call that failed is not repeated here: the test would not know what to expect.
    await store.append(entry)
    await pause(5)
  }
}

const heard = (children: readonly Child[], word: string) =>
  children.flatMap(child => child.said).filter(line => line.startsWith(word))

async function allDone(): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const open = await postgres
      .ask(`select 1 from outbox where state in ('waiting', 'leased') limit 1`, database)
      .catch(() => ['unknown'])
    if (open.length === 0) return
    if (performance.now() > deadline) throw new Error('not everything was performed')
    await pause(50)
  }
}

/** However fast the machine is, the test does not wait for lines that will never come. */
const orAllDone = (lines: Promise<void>, queueing = Promise.resolve()) =>
  Promise.race([lines, queueing.then(allDone)])

type Performance = { task: string; lane: string; name: string; attempt: number; from: bigint; to: bigint }

/** Each time an effect was performed, in order; `killed` says when those that never ended were cut short. */
function performances(children: readonly Child[], killed: ReadonlyMap<Child, bigint>): Performance[] {
  const cutShort = new Set<Performance>()
  const found = children.flatMap(child => {
    const begun = new Map<string, Performance>()
    for (const line of child.said) {
      const [word, task = '', attempt, lane = '', name = '', ns = '0'] = line.split(' ')
      const key = `${task} ${attempt}`
      const to = killed.get(child) ?? BigInt(Number.MAX_SAFE_INTEGER)
      if (word === 'began')
        begun.set(key, { task, lane, name, attempt: Number(attempt), from: BigInt(ns), to })
      const performance = begun.get(key)
      if (word === 'began' && performance) cutShort.add(performance)
      if (word === 'ended' && performance) {
        performance.to = BigInt(ns)
        cutShort.delete(performance)
      }
    }
    return [...begun.values()]
  })
  // One that was cut short and never performed again had been settled: killed before it could say so, its end is not known.
  for (const each of found) {
    const again = found.some(({ task, attempt }) => task === each.task && attempt > each.attempt)
    if (cutShort.has(each) && !again) each.to = each.from
  }
  return found.toSorted((one, other) => (one.from < other.from ? -1 : 1))
}

function expectOneAtATime(all: readonly Performance[]): void {
  const overlaps = [...Map.groupBy(all, ({ lane }) => lane).values()].flatMap(lane =>
    lane.filter((performance, index) => lane.slice(0, index).some(earlier => earlier.to > performance.from)),
  )
  expect(overlaps).toEqual([])
}

async function expectEachDoneOnceInOrder(all: readonly Performance[], count: number): Promise<void> {
  const said = await postgres.ask(`select id, state from outbox where kind = 'say' order by n`, database)
  expect(said).toHaveLength(count)
  expect(new Set(said.map(row => row['state']))).toEqual(new Set(['done']))
  for (const lane of Map.groupBy(all, each => each.lane).values()) {
    if (lane[0]?.name === 'again') continue
    // The first time each of them was performed, and no later one before an earlier one was through.
    const order = [...new Set(lane.map(({ name }) => Number(name)))]
    expect(order).toEqual(order.toSorted((one, other) => one - other))
  }
  expect(new Set(all.filter(({ name }) => name !== 'again').map(({ name }) => name)).size).toBe(count)
}

test('some of them killed: nothing is lost, nothing is performed by two at once, and lanes keep their order', async () => {
  const COUNT = 300
  const killed = new Map<Child, bigint>()
  const children = [work(), work(), work()]
  await Promise.all(children.map(child => child.lines(1)))
  const queueing = queueMany(COUNT)
  for (const victim of children.slice(0, 2)) {
    await orAllDone(victim.lines(20 + Math.ceil(Math.random() * 60)), queueing)
    await victim.kill()
    killed.set(victim, process.hrtime.bigint())
    children.push(work())
  }
  await queueing
  await allDone()
  for (const child of children) if (!killed.has(child)) await child.kill()

  const all = performances(children, killed)
  expectOneAtATime(all)
  await expectEachDoneOnceInOrder(all, COUNT)
  // Only what the killed ones held was begun again.
  const repeated = all.filter(({ attempt }) => attempt > 1)
  expect(repeated.length).toBeLessThanOrEqual(2 * SIDE_BY_SIDE)
  expect(heard(children, 'trouble')).toEqual([])
  // They do not even get into each other's way.
  const [statistics] = await postgres.ask(
    `select deadlocks::integer from pg_stat_database where datname = current_database()`,
    database,
  )
  expect(statistics).toEqual({ deadlocks: 0 })
  // Each of them had its part in it.
  for (const child of children.slice(0, 3)) expect(child.said.length).toBeGreaterThan(10)
  await store.close()
}, 120_000)

test('the server restarted in the middle: they go on by themselves, and nothing is lost', async () => {
  const COUNT = 300
  const children = [work(), work()]
  await Promise.all(children.map(child => child.lines(1)))
  await queueMany(COUNT)
  for (const how of ['immediate', 'fast'] as const) {
    await orAllDone(Promise.race(children.map(child => child.lines(child.said.length + 20))))
    await postgres.stop(how)
    await postgres.start()
  }
  await allDone()
  for (const child of children) await child.kill()

  const all = performances(children, new Map())
  expectOneAtATime(all)
  await expectEachDoneOnceInOrder(all, COUNT)
  const troubles = new Set(heard(children, 'trouble'))
  expect(troubles).toEqual(new Set(['trouble passing']))
  await store.close()
}, 120_000)

test('one that waits is woken by another one that queues', async () => {
  const waiter = replica('wait', postgres.url({ database }))
  await waiter.lines(1)
  const entry = { id: requestId(1), expected: 0, at: at(0), events: [], queue: [{ effect: wake(1) }] }
  await store.append(entry)
  await waiter.lines(2)
  expect(waiter.said).toEqual(['open', 'woke'])
  await store.close()
}, 60_000)
