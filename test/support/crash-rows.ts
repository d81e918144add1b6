/** Everything in a database, as one text, and back: much faster than a copy of the database itself. */
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../../adapters/store/schema.ts'

const known = new WeakMap<Kysely<Tables>, readonly string[]>()

/** Every table but those that say how far the tables are. A new one is kept and cleared without being named here. */
async function tablesOf(db: Kysely<Tables>): Promise<readonly string[]> {
  const before = known.get(db)
  if (before) return before
  const { rows } = await sql<{ name: string }>`
    select tablename::text as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%' order by 1`.execute(
    db,
  )
  const names = rows.map(({ name }) => name)
  known.set(db, names)
  return names
}

/** Each table in an order of its own, so that the same rows make the same text. Effects keep their order, not their numbers. */
export async function rowsOf(db: Kysely<Tables>): Promise<string> {
  const parts = (await tablesOf(db)).map(table => {
    const rows =
      table === 'outbox'
        ? sql`select to_jsonb(o) || jsonb_build_object('n', row_number() over (order by n)) as row, n as place from outbox as o`
        : sql`select to_jsonb(t) as row, 0 as place from ${sql.table(table)} as t`
    return sql`${sql.lit(table)}, (select coalesce(jsonb_agg(row order by place, row::text), '[]') from (${rows}) as rows)`
  })
  const { rows } = await sql<{
    all: string
  }>`select jsonb_build_object(${sql.join(parts)})::text as all`.execute(db)
  return rows[0]?.all ?? ''
}

/** Into empty tables. What is queued from now on comes after these: the numbers of effects never go back. */
export async function putRows(db: Kysely<Tables>, rows: string): Promise<void> {
  const puts = (await tablesOf(db)).map(
    table => sql`${sql.ref(`put_${table}`)} as (
      insert into ${sql.table(table)} overriding system value
      select r.* from given, jsonb_populate_recordset(null::${sql.table(table)}, given.all -> ${sql.lit(table)}) as r)`,
  )
  await sql`with given as (select ${rows}::jsonb as all), ${sql.join(puts)} select`.execute(db)
}

/** Faster than truncate by far, because the tables are small. */
export async function clear(db: Kysely<Tables>): Promise<void> {
  const wipes = (await tablesOf(db)).map(
    table => sql`${sql.ref(`wipe_${table}`)} as (delete from ${sql.table(table)})`,
  )
  await sql`with ${sql.join(wipes)} select`.execute(db)
}
