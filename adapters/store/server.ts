/**
 * A PostgreSQL server as the place of the store: reading its URL, looking whether it will do, bringing its tables up to date, connecting.
 *
 * PostgreSQL 15 or newer, a database of its own in UTF-8, and a user that owns it. Connect to the database itself: what poolers do to
 * sessions (PgBouncer in transaction mode) takes away the time-outs and the hints between processes.
 */
import { sql } from 'kysely'
import { Client, type ClientConfig } from 'pg'
import type { Log } from '../../core/index.ts'
import { DatabaseProblem, type Place, problemOf } from './faults.ts'
import { migrate, NewerDatabase } from './migrations/index.ts'
import { openPeers, type Peers } from './peers.ts'
import { type OpenPool, openPool } from './pool.ts'
import { toNumber } from './schema.ts'

export type ServerOptions = {
  url: string
  log: Log
  wall?: () => number
  /** Connections for work; one more listens. */
  poolSize?: number
  /** How long connecting, or waiting for a free connection, may take. */
  connectMs?: number
  /** How long one statement may take. */
  statementMs?: number
}

/** Two processes must agree on when a lease has run out. */
const CLOCKS_DIFFER_MS = 10_000
const MIGRATION_MS = 600_000
/** What the network adds to a statement's time. */
const ROUND_TRIP_MS = 2000

/** @throws {DatabaseProblem} */
export async function openServer(options: ServerOptions): Promise<OpenPool & { peers: Peers }> {
  const { url, log, wall = Date.now, poolSize = 12, connectMs = 10_000, statementMs = 15_000 } = options
  const place = readUrl(url)
  const common = {
    connectionString: url,
    fallback_application_name: 'latchkey',
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  } satisfies ClientConfig
  const within = (ms: number) => ({
    ...common,
    statement_timeout: ms,
    // For when the server does not even say that it took too long.
    query_timeout: ms + ROUND_TRIP_MS,
    // A process that hangs in the middle must not keep its row locks.
    idle_in_transaction_session_timeout: ms,
  })
  await prepare(openPool({ ...within(MIGRATION_MS), max: 1 }), place, { log, wall })
  const peers = await openPeers({ ...common, query_timeout: connectMs }, log)
  const pool = openPool({ ...within(statementMs), max: poolSize, idleTimeoutMillis: 60_000 })
  return {
    db: pool.db,
    peers,
    async close() {
      await peers.close()
      await pool.close()
    },
  }
}

/** @throws {DatabaseProblem} without any part of a URL that cannot be read: whatever is in there may be the password */
function readUrl(url: string): Place {
  if (!/^postgres(ql)?:\/\//.test(url)) throw unreadable()
  let client: Client
  try {
    client = new Client({ connectionString: url })
  } catch (error) {
    const { path, code } = error as NodeJS.ErrnoException
    if (path === undefined) throw unreadable()
    throw new DatabaseProblem(`The file ${path}, which the database URL names, cannot be read (${code}).`)
  }
  const { host, port, database = '', user = '' } = client
  // A password that is not percent-encoded spills over into what follows it.
  if (!host || !database || /[@/?#]/.test(database) || !(port > 0)) throw unreadable()
  return { server: host.startsWith('/') ? `${host} (port ${port})` : `${host}:${port}`, database, user }
}

const unreadable = () =>
  new DatabaseProblem(
    'The database URL cannot be read. It looks like postgres://user:password@host:5432/database, with special characters in the password percent-encoded.',
  )

async function prepare(
  { db, close }: OpenPool,
  place: Place,
  { log, wall }: { log: Log; wall: () => number },
): Promise<void> {
  try {
    const { rows } = await sql<Found>`
      select current_setting('server_version_num')::integer as version, current_setting('server_encoding') as encoding,
        pg_is_in_recovery() as copy, (extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(
      db,
    )
    const [found] = rows
    if (found === undefined) throw new Error('no answer')
    requireFit(found, place)
    const aheadMs = wall() - toNumber(found.now)
    if (Math.abs(aheadMs) > CLOCKS_DIFFER_MS) log.warn('store.clocks-differ', { aheadMs })
    await migrate(db)
  } catch (error) {
    throw error instanceof NewerDatabase
      ? new DatabaseProblem(
          `The data in database "${place.database}" on PostgreSQL at ${place.server} was changed by a newer Latchkey. Run that version, or restore a backup made before.`,
          error,
        )
      : problemOf(error, place)
  } finally {
    await close()
  }
}

type Found = { version: number; encoding: string; copy: boolean; now: bigint | number | string }

/** @throws {DatabaseProblem} */
export function requireFit(
  { version, encoding, copy }: Omit<Found, 'now'>,
  { server, database }: Place,
): void {
  if (version < 150_000)
    throw new DatabaseProblem(
      `PostgreSQL at ${server} is version ${Math.floor(version / 10_000)}, and Latchkey needs 15 or newer. Upgrade it, or use another one.`,
    )
  if (encoding !== 'UTF8')
    throw new DatabaseProblem(
      `Database "${database}" on PostgreSQL at ${server} keeps text as ${encoding}, and Latchkey needs UTF8. Make one with encoding UTF8.`,
    )
  if (copy)
    throw new DatabaseProblem(
      `PostgreSQL at ${server} is a read-only copy. Give the address of the one that can be written.`,
    )
}
