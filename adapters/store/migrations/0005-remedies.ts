/** Remedies that wait for somebody are found by whom they wait for and by their reference. */
import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

const STATEMENTS = [
  // INVARIANT: the queries in diagnoses.ts say the same of the state, or this is not used.
  `create index diagnoses_undertaken on diagnoses ("right"(document #>> '{repair,key}', 6))
    where document #>> '{repair,state}' in ('asked', 'agreed')`,
]

export const remedies: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
  },
}
