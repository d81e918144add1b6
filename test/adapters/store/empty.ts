/** Empties a database between tests. */
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../../../adapters/store/schema.ts'

const TABLES = [
  'seats',
  'requests',
  'events',
  'outbox',
  'deliveries',
  'cards',
  'bindings',
  'tickets',
  'memory',
]

/** Faster than truncate by far, because the tables are small. */
export async function empty(db: Kysely<Tables>): Promise<void> {
  for (const table of TABLES) await sql`delete from ${sql.table(table)}`.execute(db)
}
