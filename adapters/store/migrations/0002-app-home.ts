/** App Homes are redrawn like cards: one waiting is enough. A request that waits for more time is found by its reference, too. */
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

const STATEMENTS = [
  'drop index outbox_one_waiting',
  `create unique index outbox_one_waiting on outbox (lane) where state = 'waiting' and kind in ('refresh', 'redraw', 'reconcile', 'app-home')`,
  'drop index requests_asked_ref',
  `create index requests_waiting_ref on requests ("right"(id, 6)) where status in ('asked', 'open')`,
]

export const appHome: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
