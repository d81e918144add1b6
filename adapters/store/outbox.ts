/**
 * The outbox: effects and timers that are stored with the events they follow from, until a worker has performed them.
 *
 * Order. An effect is taken when its `notBefore` has come (the grants' clock), its retry is due (wall time) and its lane is free.
 * A lane is free when nothing in it is leased and nothing queued earlier in it has its time come, retries included. So the effects of a
 * lane are performed one at a time and in order; what is parked or scheduled for later lets the others pass. Among lanes the effect
 * queued first goes first. A lease that ran out is taken up before anything else in its lane.
 *
 * Fence. Each lease raises `attempt`. Settling with an attempt that is not the latest, or settling twice, changes nothing.
 * `failures` counts attempts in a row that ended as 'failed': 'again' starts it afresh, and so grows no back-off.
 *
 * Merging. A `refresh`, `redraw`, `reconcile`, `app-home` or `report` queued while the same one waits is not added: the one that waits takes the newer content
 * and the earlier time, and retries at once. While one is performed a second may wait; if the first is to be tried again, they become one.
 * Whoever needs a later look as well asks for it again when the earlier one is performed; timers are `wake`s, which never merge.
 *
 * Kept. Parked effects stay; done ones stay for 30 days (prune.ts).
 */
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Effect, Settlement, Store, Task } from '../../core/index.ts'
import type { Bell } from './bell.ts'
import { again, end, enqueue, hold, type Means } from './queue.ts'
import { type Tables, toNumber, toText } from './schema.ts'
import { persist, transact } from './transact.ts'

/** An effect that was given up, for people to look at. `at` is wall time. */
type ParkedEffect = { id: string; effect: Effect; why: string; attempts: number; at: number }

export type Outbox = Pick<Store, 'claim' | 'renew' | 'settle'> & {
  /** Every effect that was given up, oldest first. */
  parked(): Promise<readonly ParkedEffect[]>
}

export function openOutbox(db: Kysely<Tables>, bell: Bell, means: Means): Outbox {
  return {
    async claim(now, leaseMs) {
      const at = { now: Math.floor(now), wall: means.wall() }
      const found = bell.look()
      const { rows } = await persist(() => lease(at, Math.ceil(at.wall + leaseMs)).execute(db))
      if (rows[0] === undefined) {
        found.nothing(await untilNextDue(db, at))
        return undefined
      }
      return { ...rows[0], effect: rows[0].effect as Effect }
    },
    async renew(tasks, leaseMs) {
      if (tasks.length === 0) return
      await db
        .updateTable('outbox')
        .set({ lease_until: Math.ceil(means.wall() + leaseMs) })
        .where('state', '=', 'leased')
        .where(({ eb, or, and }) =>
          or(tasks.map(({ id, attempt }) => and([eb('id', '=', toText(id)), eb('attempt', '=', attempt)]))),
        )
        .execute()
    },
    async settle(task, settlement) {
      const outcome = await transact(db, tx => settleIn(tx, task, settlement, means))
      bell.ring()
      return outcome
    },
    async parked() {
      const rows = await db
        .selectFrom('outbox')
        .selectAll()
        .where('state', '=', 'parked')
        .orderBy('n')
        .execute()
      return rows.map(({ id, effect, why, attempt, settled_at }) => ({
        id,
        effect: effect as Effect,
        why: why ?? '',
        attempts: attempt,
        at: toNumber(settled_at ?? 0),
      }))
    },
  }
}

type At = { now: number; wall: number }

// Two replicas may choose two rows of one lane in the same instant: the index outbox_one_leased lets one of them pass.
const lease = ({ now, wall }: At, until: number) => sql<Omit<Task, 'effect'> & { effect: unknown }>`
  with next as (
    select o.id from outbox o
    where o.state in ('waiting', 'leased') and (
      (o.state = 'leased' and o.lease_until <= ${wall})
      or (o.state = 'waiting' and o.not_before <= ${now} and o.retry_at <= ${wall} and not exists (
        select from outbox other
        where other.lane = o.lane and other.state in ('waiting', 'leased')
          and (other.state = 'leased' or (other.n < o.n and other.not_before <= ${now}))
      ))
    )
    order by o.n limit 1 for update skip locked
  )
  update outbox set state = 'leased', lease_until = ${until}, attempt = outbox.attempt + 1
  from next where outbox.id = next.id
  returning outbox.id, outbox.attempt, outbox.failures, outbox.effect`

/** Milliseconds until a timer, a retry or the end of a lease makes something due by itself; ages when nothing is under way. */
async function untilNextDue(db: Kysely<Tables>, { now, wall }: At): Promise<number> {
  const { rows } = await sql<{ ms: bigint | number | string | null }>`
    select min(ms) as ms from (
      select case when state = 'leased' then lease_until - ${wall}
        else greatest(not_before - ${now}, retry_at - ${wall}) end as ms
      from outbox where state in ('waiting', 'leased')
    ) as due where ms > 0`.execute(db)
  return toNumber(rows[0]?.ms ?? Number.MAX_SAFE_INTEGER)
}

async function settleIn(
  tx: Transaction<Tables>,
  task: Task,
  settlement: Settlement,
  means: Means,
): Promise<'settled' | 'lease-lost'> {
  const held = await hold(tx, task)
  if (held === undefined) return 'lease-lost'
  switch (settlement.how) {
    case 'done':
      await end(tx, held, { state: 'done' }, means)
      if (settlement.card) await keepCard(tx, settlement.card)
      await enqueue(tx, settlement.queue ?? [], means)
      return 'settled'
    case 'parked':
      await end(tx, held, { state: 'parked', why: settlement.why }, means)
      await enqueue(tx, settlement.queue ?? [], means)
      return 'settled'
    case 'again':
      await again(tx, held, { afterMs: settlement.afterMs }, means)
      return 'settled'
    case 'failed':
      await again(tx, held, { afterMs: settlement.afterMs, failed: settlement.why }, means)
      return 'settled'
  }
}

type Card = NonNullable<Extract<Settlement, { how: 'done' }>['card']>

async function keepCard(tx: Transaction<Tables>, { request, slot, posted }: Card): Promise<void> {
  const where = { platform: posted.platform, key: posted.key, message_key: posted.messageKey }
  await tx
    .insertInto('cards')
    .values({ request, slot, ...where })
    .onConflict(earlier => earlier.columns(['request', 'slot']).doUpdateSet(where))
    .execute()
}
