/** What each part of the store's contract is given to work with. */
import { afterEach } from '@jest/globals'
import type { OwnedStore } from '../../../adapters/store/adapter.ts'
import type { Effect, Instant, Queued, Store, Task } from '../../../core/index.ts'
import { at } from './cast.ts'

type Opened = {
  store: OwnedStore
  /** Closes the store and opens another one on the same data. */
  reopen(): Promise<OwnedStore>
  close(): Promise<void>
}
/** @param wall wall time in milliseconds, as the test moves it */
export type Open = (wall: () => number) => Promise<Opened>

export const MINUTE_MS = 60_000
/** Longer than any test. */
export const LEASE_MS = 120_000

/** A fresh, empty store for each test, and a wall clock that stands still until it is moved. */
export function stageOf(open: Open) {
  const opened: Opened[] = []
  afterEach(async () => {
    for (const { close } of opened.splice(0)) await close()
  })
  return async () => {
    let wall = 1_790_000_000_000
    const fresh = await open(() => wall)
    opened.push(fresh)
    let { store } = fresh
    return {
      get store() {
        return store
      },
      async reopen() {
        store = await fresh.reopen()
      },
      passWall(milliseconds: number) {
        wall += milliseconds
      },
      /** Queues effects as a decision would, without events. */
      queue: (...effects: readonly (Effect | Queued)[]) => queueIn(store, effects),
      claim: (now: Instant = at(0), leaseMs = LEASE_MS) => store.claim(now, leaseMs),
      /** Claims what must be there. */
      async take(now: Instant = at(0), leaseMs = LEASE_MS): Promise<Task> {
        const task = await store.claim(now, leaseMs)
        if (!task) throw new Error('nothing was due')
        return task
      },
      /** Claims and ends everything that is due, and says what it was. */
      async drain(now: Instant = at(0)): Promise<readonly Effect[]> {
        const effects: Effect[] = []
        for (let task = await store.claim(now, LEASE_MS); task; task = await store.claim(now, LEASE_MS)) {
          effects.push(task.effect)
          await store.settle(task, { how: 'done' })
        }
        return effects
      },
    }
  }
}
export type Stage = ReturnType<typeof stageOf>

async function queueIn(store: Store, effects: readonly (Effect | Queued)[]): Promise<void> {
  const queue = effects.map(entry => ('effect' in entry ? entry : { effect: entry }))
  const id = '00000000-0000-4000-8000-000000000000' as Parameters<Store['load']>[0]
  await store.append({ id, expected: 0, at: at(0), events: [], queue })
}
