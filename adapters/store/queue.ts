/**
 * Writing to the outbox inside a transaction of the caller: queueing, ending, trying again. The rules are told in outbox.ts.
 * The caller rings the bell once the transaction is committed.
 */
import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Queued, Task } from '../../core/index.ts'
import { laneOf, merges } from './lanes.ts'
import type { Peers } from './peers.ts'
import { type Tables, toJson, toNumber, toText } from './schema.ts'

/** New ids for effects, wall time in milliseconds, and what to do and say where others queue at the same time (see peers.ts). */
export type Means = {
  newId: () => string
  wall: () => number
  beforeQueueing: Peers['beforeQueueing']
  /** Makes the others look once the statement it stands in is committed. */
  notify: RawBuilder<unknown>
}

/** Queues effects, in this order. */
export async function enqueue(
  tx: Transaction<Tables>,
  queue: readonly Queued[],
  { newId, wall, beforeQueueing }: Means,
): Promise<void> {
  if (queue.length === 0) return
  const merging = queue.filter(({ effect }) => merges(effect.do)).map(({ effect }) => laneOf(effect))
  await beforeQueueing(tx, merging)
  for (const { effect, notBefore } of queue) {
    const row = {
      id: newId(),
      lane: laneOf(effect),
      kind: effect.do,
      effect: toJson(effect),
      state: 'waiting',
      not_before: Math.ceil(notBefore ?? 0),
      retry_at: 0,
      lease_until: 0,
      queued_at: wall(),
    } as const
    await tx
      .insertInto('outbox')
      .values(row)
      .onConflict(same =>
        same
          .column('lane')
          // Word for word the condition of the index outbox_one_waiting: PostgreSQL finds the index by it.
          .where(
            sql<boolean>`state = 'waiting' and kind in ('refresh', 'redraw', 'reconcile', 'app-home', 'report')`,
          )
          .doUpdateSet({
            effect: row.effect,
            retry_at: 0,
            not_before: sql<number>`least(outbox.not_before, excluded.not_before)`,
          }),
      )
      .execute()
  }
}

export type Held = NonNullable<Awaited<ReturnType<typeof hold>>>

/** The row of a task whose lease still stands, locked until the end of the transaction. Undefined: the lease is lost. */
export const hold = (tx: Transaction<Tables>, task: Task) =>
  tx
    .selectFrom('outbox')
    .select(['id', 'lane', 'kind', 'effect', 'failures', 'not_before'])
    .where('id', '=', toText(task.id))
    .where('state', '=', 'leased')
    .where('attempt', '=', task.attempt)
    .forUpdate()
    .executeTakeFirst()

export type End = { state: 'done' } | { state: 'parked'; why: string }

export async function end(tx: Transaction<Tables>, { id }: Held, how: End, { wall }: Means): Promise<void> {
  const why = how.state === 'parked' ? { why: toText(how.why) } : {}
  const set = { state: how.state, settled_at: wall(), ...why }
  await tx.updateTable('outbox').set(set).where('id', '=', id).execute()
}

/** Lets a held effect wait for its next attempt. @param how.failed why it failed; absent when nothing went wrong */
export async function again(
  tx: Transaction<Tables>,
  held: Held,
  how: { afterMs: number; failed?: string },
  { wall }: Means,
): Promise<void> {
  // The same thing was queued while this one was performed. The older row stays, because its attempts say what may have happened.
  const newer = merges(held.kind)
    ? await tx
        .deleteFrom('outbox')
        .where('lane', '=', held.lane)
        .where('state', '=', 'waiting')
        .returning(['effect', 'not_before'])
        .executeTakeFirst()
    : undefined
  const hurries = newer !== undefined && toNumber(newer.not_before) <= toNumber(held.not_before)
  await tx
    .updateTable('outbox')
    .set({
      state: 'waiting',
      retry_at: hurries ? 0 : Math.ceil(wall() + how.afterMs),
      failures: how.failed === undefined ? 0 : held.failures + 1,
      ...(how.failed === undefined ? {} : { why: toText(how.failed) }),
      ...(newer === undefined ? {} : { effect: toJson(newer.effect) }),
    })
    .where('id', '=', held.id)
    .execute()
}
