/** Diagnoses: one document each, written whole and only over the version that was read. */
import { type Kysely, type SqlBool, sql, type Transaction } from 'kysely'
import type { Diagnosis, DiagnosisId, Store } from '../../core/index.ts'
import type { Bell } from './bell.ts'
import { end, enqueue, hold, type Means } from './queue.ts'
import { type Tables, toJson } from './schema.ts'
import { transact } from './transact.ts'

type Diagnoses = Pick<Store, 'diagnosis' | 'diagnosesOf' | 'remediesOf' | 'remediesByRef' | 'keep'>

export function diagnoses(db: Kysely<Tables>, bell: Bell, means: Means): Diagnoses {
  const found = () => db.selectFrom('diagnoses').select(['document', 'version'])
  const read = ({ document, version }: { document: unknown; version: number }) => ({
    diagnosis: document as Diagnosis,
    version,
  })
  return {
    async diagnosis(id: DiagnosisId) {
      const row = await found().where('id', '=', id).executeTakeFirst()
      return row && read(row)
    },
    async diagnosesOf(person) {
      const rows = await found()
        .where('person', '=', person)
        .where('status', '<>', 'over')
        .orderBy('id', 'desc')
        .execute()
      return rows.map(read)
    },
    async remediesOf(person) {
      const seat = JSON.stringify([{ person }])
      const rows = await found()
        .where(UNDERTAKEN)
        .where(
          sql<SqlBool>`(person = ${person} or (document #>> '{repair,state}' = 'asked' and document #> '{repair,asking,seats}' @> ${seat}::jsonb))`,
        )
        .orderBy('id')
        .execute()
      return rows.map(row => read(row).diagnosis)
    },
    async remediesByRef(ref) {
      if (!/^[0-9a-f]{6}$/i.test(ref)) return []
      const rows = await found()
        .where(UNDERTAKEN)
        .where(
          sql<SqlBool>`document #>> '{repair,state}' = 'asked' and "right"(document #>> '{repair,key}', 6) = ${ref.toLowerCase()}`,
        )
        .orderBy('id')
        .execute()
      return rows.map(row => read(row).diagnosis)
    },
    async keep({ diagnosis, expected, queue, settles }) {
      const outcome = await transact(db, async tx => {
        const held = settles && (await hold(tx, settles))
        if (settles && !held) return 'lease-lost' as const
        if (!(await write(tx, diagnosis, expected, means))) return 'stale' as const
        if (held) await end(tx, held, { state: 'done' }, means)
        await enqueue(tx, queue, means)
        return 'kept' as const
      })
      bell.ring()
      return outcome
    },
  }
}

/** Waits for an approver, or for its asker on a page. */
const UNDERTAKEN = sql<SqlBool>`document #>> '{repair,state}' in ('asked', 'agreed')`

/** False, and nothing is written, when somebody else was faster. */
async function write(
  tx: Transaction<Tables>,
  diagnosis: Diagnosis,
  expected: number,
  { wall }: Means,
): Promise<boolean> {
  const { id, by, status } = diagnosis
  const row = { version: expected + 1, status, changed_at: wall(), document: toJson(diagnosis) }
  if (expected === 0) {
    const { numInsertedOrUpdatedRows } = await tx
      .insertInto('diagnoses')
      .values({ id, person: by.person, ...row })
      .onConflict(earlier => earlier.doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n
  }
  const { numUpdatedRows } = await tx
    .updateTable('diagnoses')
    .set(row)
    .where('id', '=', id)
    .where('version', '=', expected)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
