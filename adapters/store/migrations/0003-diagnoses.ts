/** Diagnoses, each a document with a version. Their messages are redrawn like cards: one waiting is enough. */
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

const STATEMENTS = [
  `create table diagnoses (
    id text primary key,
    version integer not null,
    person text not null,
    status text not null,
    changed_at bigint not null,
    document jsonb not null
  )`,
  `create index diagnoses_live on diagnoses (person) where status <> 'over'`,
  `create index diagnoses_over on diagnoses (changed_at) where status = 'over'`,
  'drop index outbox_one_waiting',
  `create unique index outbox_one_waiting on outbox (lane) where state = 'waiting' and kind in ('refresh', 'redraw', 'reconcile', 'app-home', 'report')`,
]

export const diagnoses: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
