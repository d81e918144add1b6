/** Random walks: the outbox against a list and the rules of adapters/store/outbox.ts, read literally. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type Effect,
  type Instant,
  instant,
  type Queued,
  type Settlement,
  type Task,
} from '../../../core/index.ts'
import { at, home, reconcile, refresh, say, wake } from './cast.ts'
import type { Stage } from './stage.ts'

const LEASE_MS = 1000

type Row = {
  lane: string
  merges: boolean
  effect: Effect
  state: 'waiting' | 'leased'
  notBefore: number
  retryAt: number
  leaseUntil: number
  attempt: number
  failures: number
}

/** Rows in the order of queueing; what is done or given up is taken out. */
class Model {
  rows: Row[] = []

  queue({ effect, notBefore = 0 as Instant }: Queued): void {
    const [lane, merges] = laneOf(effect)
    const same = merges && this.rows.find(row => row.lane === lane && row.state === 'waiting')
    if (same) {
      same.effect = effect
      same.notBefore = Math.min(same.notBefore, notBefore)
      same.retryAt = 0
      return
    }
    const fresh = { attempt: 0, failures: 0, retryAt: 0, leaseUntil: 0, state: 'waiting' } as const
    this.rows.push({ ...fresh, lane, merges, effect, notBefore })
  }

  claim(now: number, wall: number): Row | undefined {
    const come = (row: Row) => row.notBefore <= now
    const found = this.rows.find((row, index) => {
      if (row.state === 'leased') return row.leaseUntil <= wall
      if (!come(row) || row.retryAt > wall) return false
      const lane = this.rows.filter(other => other !== row && other.lane === row.lane)
      const earlier = this.rows.slice(0, index).filter(other => other.lane === row.lane)
      return !lane.some(other => other.state === 'leased') && !earlier.some(come)
    })
    if (!found) return undefined
    Object.assign(found, { state: 'leased', leaseUntil: wall + LEASE_MS, attempt: found.attempt + 1 })
    return found
  }

  settle(row: Row, { how, afterMs = 0 }: { how: Settlement['how']; afterMs?: number }, wall: number): void {
    if (how === 'done' || how === 'parked') {
      this.rows = this.rows.filter(other => other !== row)
      return
    }
    const newer = row.merges
      ? this.rows.find(other => other !== row && other.lane === row.lane && other.state === 'waiting')
      : undefined
    this.rows = this.rows.filter(other => other !== newer)
    row.state = 'waiting'
    row.failures = how === 'failed' ? row.failures + 1 : 0
    row.retryAt = newer && newer.notBefore <= row.notBefore ? 0 : wall + afterMs
    if (newer) row.effect = newer.effect
  }
}

function laneOf(effect: Effect): [lane: string, merges: boolean] {
  if (effect.do === 'reconcile') return [`reconcile ${effect.vm}`, true]
  if (effect.do === 'refresh') return [`refresh ${effect.request}`, true]
  if (effect.do === 'wake') return [`wake ${effect.request}`, false]
  if (effect.do === 'say') return [`say ${effect.to.key}`, false]
  throw new Error(`not in this walk: ${effect.do}`)
}

const few = fc.integer({ min: 1, max: 2 })
const queued = fc.record({
  effect: fc.oneof(
    fc.tuple(few, fc.integer({ min: 0, max: 99 })).map(([who, text]) => say(`person ${who}`, `${text}`)),
    few.map(vm => reconcile(vm)),
    fc.tuple(few, fc.integer({ min: 0, max: 9 })).map(([n, key]) => refresh(n, 'requester', home(`${key}`))),
    few.map(wake),
  ),
  later: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 4 })),
})
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('queue' as const),
      what: fc.array(queued, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('claim' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which: fc.nat(),
      how: fc.constantFrom('done' as const, 'again' as const, 'failed' as const, 'parked' as const),
      afterMs: fc.constantFrom(0, 400, 1500),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      minutes: fc.integer({ min: 0, max: 2 }),
      wallMs: fc.constantFrom(0, 400, 1500),
    }),
  },
)

export function walks(stage: Stage): void {
  test('whatever is queued, claimed and settled in whatever order, the outbox does what the rules say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 50 }), async steps => {
        const { store, queue, passWall } = await stage()
        const model = new Model()
        /** Every task ever claimed, with its row as the model knows it. */
        const claimed: { task: Task; row: Row }[] = []
        let [now, wall] = [at(0), 0]

        const claimBoth = async () => {
          const [task, row] = [await store.claim(now, LEASE_MS), model.claim(now, wall)]
          expect(task && { effect: task.effect, attempt: task.attempt, failures: task.failures }).toEqual(
            row && { effect: row.effect, attempt: row.attempt, failures: row.failures },
          )
          if (task && row) claimed.push({ task, row })
          return task
        }
        for (const each of steps) {
          switch (each.do) {
            case 'queue': {
              const entries = each.what.map(({ effect, later }) =>
                later === 0 ? { effect } : { effect, notBefore: instant(now + later * 60_000) },
              )
              await queue(...entries)
              for (const entry of entries) model.queue(entry)
              break
            }
            case 'claim':
              await claimBoth()
              break
            case 'settle': {
              const chosen = claimed[each.which % Math.max(1, claimed.length)]
              if (!chosen) break
              const { task, row } = chosen
              const stands =
                model.rows.includes(row) && row.state === 'leased' && row.attempt === task.attempt
              const settlement = { how: each.how, afterMs: each.afterMs, why: 'because' } as Settlement
              expect(await store.settle(task, settlement)).toBe(stands ? 'settled' : 'lease-lost')
              if (stands) model.settle(row, each, wall)
              break
            }
            case 'pass':
              now = instant(now + each.minutes * 60_000)
              wall += each.wallMs
              passWall(each.wallMs)
          }
        }
        // In the end everything that was queued is still there to be taken, each once.
        now = instant(now + 3_600_000)
        wall += 3_600_000
        passWall(3_600_000)
        for (let left = await claimBoth(); left; left = await claimBoth()) {
          expect(await store.settle(left, { how: 'done' })).toBe('settled')
          const row = claimed.at(-1)?.row
          if (row) model.settle(row, { how: 'done' }, wall)
        }
        expect(model.rows).toEqual([])
      }),
      { numRuns: 40 },
    )
  })
}
