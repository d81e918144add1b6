/**
 * Kysely on a pool of connections to a PostgreSQL server.
 *
 * A connection that is lost or hangs is thrown away, never used again, and everything that was to happen on it ends with the same `Fault`.
 * The pool makes a new one for the next call, so it goes on by itself when the server is back.
 */
import { Kysely, PostgresDialect, type PostgresPoolClient } from 'kysely'
import { DatabaseError, Pool, type PoolClient, type PoolConfig } from 'pg'
import { faultOf } from './faults.ts'
import type { Tables } from './schema.ts'

export type OpenPool = {
  db: Kysely<Tables>
  /** Lets what is under way finish first. */
  close(): Promise<void>
}

export function openPool(config: PoolConfig): OpenPool {
  const pool = new Pool(config)
  // Without a listener the loss of a connection would end the process. Whoever uses it next or just now is told by the call itself.
  pool.on('error', () => {})
  pool.on('connect', client => client.on('error', () => {}))

  let lent = 0
  let allBack = () => {}
  const back = () => {
    lent -= 1
    if (lent === 0) allBack()
  }
  const connect = async () => {
    lent += 1
    try {
      return lend(await pool.connect(), back)
    } catch (error) {
      back()
      throw faultOf(error)
    }
  }
  const dialect = new PostgresDialect({ pool: { options: {}, connect, end: () => pool.end() } })
  const db = new Kysely<Tables>({ dialect })
  return {
    db,
    async close() {
      // The pool itself would forget those who wait for a connection.
      if (lent > 0)
        await new Promise<void>(resolve => {
          allBack = resolve
        })
      await db.destroy()
    },
  }
}

function lend(client: PoolClient, back: () => void): PostgresPoolClient {
  let lost: { fault: unknown } | undefined
  const query = async (text: string, values: readonly unknown[]) => {
    // A rollback on a connection that hangs would only wait for a second time-out.
    if (lost) throw lost.fault
    try {
      return await client.query(text, [...values])
    } catch (error) {
      const fault = faultOf(error)
      if (!(error instanceof DatabaseError)) lost = { fault }
      throw fault
    }
  }
  return {
    // The other form, for cursors, is not used here.
    query: query as unknown as PostgresPoolClient['query'],
    release(destroy) {
      client.release(destroy === true || lost !== undefined)
      back()
    },
  }
}
