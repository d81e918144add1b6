/**
 * Two deliveries of one person may be handled at the same instant, one from each chat: what may be begun once has a key, and the database
 * sees to it. Requests of before have none.
 */
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

const STATEMENTS = [
  'alter table requests add column sole text',
  'create unique index requests_sole on requests (sole)',
]

export const oneLive: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
