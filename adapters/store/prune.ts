/**
 * Forgets what nobody will ask for again: deliveries, performed effects and finished diagnoses 30 days old, and tickets that have expired.
 * Events, bindings, cards and parked effects stay.
 */
import type { Kysely } from 'kysely'
import type { Instant, Log } from '../../core/index.ts'
import { type Tables, toNumber } from './schema.ts'

const HOUR_MS = 3_600_000
const KEPT_MS = 30 * 24 * HOUR_MS

/** Prunes at most once an hour of wall time; call it as often as convenient. */
export function pruner(db: Kysely<Tables>, { log, wall }: { log: Log; wall: () => number }) {
  let nextAt = Number.NEGATIVE_INFINITY
  return async (now: Instant): Promise<void> => {
    const at = wall()
    if (at < nextAt) return
    nextAt = at + HOUR_MS
    const before = at - KEPT_MS
    const deliveries = await db.deleteFrom('deliveries').where('at', '<', before).executeTakeFirst()
    const effects = await db
      .deleteFrom('outbox')
      .where('state', '=', 'done')
      .where('settled_at', '<', before)
      .executeTakeFirst()
    await db.deleteFrom('diagnoses').where('status', '=', 'over').where('changed_at', '<', before).execute()
    const tickets = await db
      .deleteFrom('tickets')
      .where('expires_at', '<=', Math.floor(now))
      .executeTakeFirst()
    const [forgotten, done, expired] = [deliveries, effects, tickets].map(({ numDeletedRows }) =>
      toNumber(numDeletedRows),
    )
    if (forgotten || done || expired)
      log.info('store.pruned', { deliveries: forgotten, effects: done, tickets: expired })
  }
}
