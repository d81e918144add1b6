/**
 * Deliveries, stored before anybody acknowledges them.
 *
 * Those that arrive while one write is under way are stored together in the next: one statement and one commit for all of them. Each caller
 * hears of its own delivery only after that commit. Where a write of several fails, each is written by itself, so that one that the
 * database cannot take does not keep the others out.
 */
import { type Kysely, sql } from 'kysely'
import type { Incoming, Store } from '../../core/index.ts'
import type { Bell } from './bell.ts'
import { laneOf } from './lanes.ts'
import type { Means } from './queue.ts'
import { type Tables, toJson, toText } from './schema.ts'
import { persist } from './transact.ts'

type Waiting = {
  incoming: Incoming
  resolve: (outcome: 'noted' | 'seen') => void
  reject: (error: unknown) => void
}

/** More in one statement would only make a lost one dearer. */
const MOST_AT_ONCE = 100

export function openIntake(
  db: Kysely<Tables>,
  bell: Bell,
  means: Means,
): Pick<Store, 'note'> & {
  /** Resolves when everything that was taken in so far is stored, or was refused. Never rejects. */
  drained(): Promise<void>
} {
  let waiting: Waiting[] = []
  let writing: Promise<void> | undefined

  async function write(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, MOST_AT_ONCE)
      waiting = waiting.slice(MOST_AT_ONCE)
      await settle(batch)
    }
    writing = undefined
  }

  async function settle(batch: readonly Waiting[]): Promise<void> {
    try {
      const noted = await store(
        db,
        batch.map(({ incoming }) => incoming),
        means,
      )
      bell.ring()
      for (const [index, { resolve }] of batch.entries()) resolve(noted.has(index) ? 'noted' : 'seen')
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error)
      else for (const one of batch) await settle([one])
    }
  }

  return {
    note: incoming =>
      new Promise((resolve, reject) => {
        waiting.push({ incoming, resolve, reject })
        writing ??= write()
      }),
    drained: async () => writing,
  }
}

/** @returns which of them were new, by their place; of two with one key the first */
async function store(
  db: Kysely<Tables>,
  deliveries: readonly Incoming[],
  { newId, wall, notify }: Means,
): Promise<ReadonlySet<number>> {
  const firsts = new Map<string, number>()
  for (const [index, { delivery }] of deliveries.entries())
    if (!firsts.has(toText(delivery))) firsts.set(toText(delivery), index)
  const given = [...firsts].map(([key, index]) => {
    const effect = { do: 'handle', incoming: deliveries[index] as Incoming } as const
    return { key, index, id: newId(), lane: laneOf(effect), effect }
  })
  const at = wall()
  const { rows } = await persist(() =>
    sql<{ id: string }>`
      with given as (
        select item ->> 'key' as key, item ->> 'id' as id, item ->> 'lane' as lane, item -> 'effect' as effect, place
        from jsonb_array_elements(${toJson(given)}::jsonb) with ordinality as items (item, place)
      ), fresh as (
        insert into deliveries (key, at) select key, ${at}::bigint from given
        on conflict do nothing returning key
      )
      insert into outbox (id, lane, kind, effect, state, not_before, retry_at, lease_until, queued_at)
      select id, lane, 'handle', effect, 'waiting', 0, 0, 0, ${at}::bigint
      from given join fresh using (key) order by place
      returning id, ${notify}`.execute(db),
  )
  const kept = new Set(rows.map(({ id }) => id))
  return new Set(given.filter(({ id }) => kept.has(id)).map(({ index }) => index))
}
