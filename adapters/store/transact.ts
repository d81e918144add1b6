/**
 * One transaction, tried again when the database itself says that two of them clashed. Nothing of a clashed one remains, so the work
 * may run twice: it must touch nothing but the database. PGlite has one connection and never clashes; replicas on PostgreSQL do.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Kysely, Transaction } from 'kysely'
import { Fault } from '../../core/index.ts'
import type { Tables } from './schema.ts'

const TRIES = 5
/** Serialisation failure and deadlock. Source: PostgreSQL 15, appendix A (read 2026-11-21). */
const CLASHES: ReadonlySet<unknown> = new Set(['40001', '40P01'])
/** Two workers leased in one lane, or two writers queued the same refresh, in the same instant. */
const CONTESTED: ReadonlySet<unknown> = new Set(['outbox_one_leased', 'outbox_one_waiting'])

export const transact = <T>(db: Kysely<Tables>, work: (tx: Transaction<Tables>) => Promise<T>): Promise<T> =>
  persist(() => db.transaction().execute(work))

/**
 * The same for a single statement.
 * @throws {Fault} `busy` when they go on clashing
 */
export async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work()
    } catch (error) {
      if (!isClash(error)) throw error
      if (tries === TRIES)
        throw new Fault('busy', {
          op: 'store',
          say: 'Too many things happen at once. Please try again in a minute.',
          cause: error,
        })
      // In step they would clash again.
      await pause(Math.random() * 4 ** tries)
    }
  }
}

function isClash(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code, constraint } = error as { code?: unknown; constraint?: unknown }
  return CLASHES.has(code) || (code === '23505' && CONTESTED.has(constraint))
}
