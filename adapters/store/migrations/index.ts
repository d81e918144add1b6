/**
 * The history of the tables, in code, oldest first. A migration that has shipped is never edited: the next change is a new one.
 *
 * Works on an empty database and on any older one; several processes may do it at once (Kysely takes a lock in PostgreSQL), and a
 * migration that fails leaves nothing behind.
 */
import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Tables } from '../schema.ts'
import { ledger } from './0001-ledger.ts'
import { appHome } from './0002-app-home.ts'
import { diagnoses } from './0003-diagnoses.ts'
import { oneLive } from './0004-one-live.ts'
import { remedies } from './0005-remedies.ts'

const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-ledger': ledger,
  '0002-app-home': appHome,
  '0003-diagnoses': diagnoses,
  '0004-one-live': oneLive,
  '0005-remedies': remedies,
}

/** The database was made by a newer Latchkey than this one. */
export class NewerDatabase extends Error {
  constructor(migration: string) {
    super(`the database was changed by a newer Latchkey (${migration})`)
    this.name = 'NewerDatabase'
  }
}

/**
 * Brings the tables up to date. Safe to repeat.
 * @throws {NewerDatabase} and changes nothing when the database is ahead of this program
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const provider = { getMigrations: async () => ({ ...MIGRATIONS }) }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error === undefined) return
  const done = await sql<{ name: string }>`select name from kysely_migration order by name`
    .execute(db)
    .catch(() => ({ rows: [] }))
  const unknown = done.rows.find(({ name }) => !Object.hasOwn(MIGRATIONS, name))
  throw unknown ? new NewerDatabase(unknown.name) : error
}
