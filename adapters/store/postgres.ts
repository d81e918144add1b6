/**
 * The store on a PostgreSQL server, shared by any number of processes.
 *
 * The same tables, queries and promises as the embedded store. What several processes add: each effect is leased to one of them at a time
 * and a lane to one effect, whoever asks (row locks and unique indexes see to that, not the processes); whoever dies loses its
 * lease when that runs out. Leases are judged by the wall clocks of the processes, so these must agree to some seconds.
 *
 * A server that goes away makes calls fail with a `Fault` worth retrying. Whether the call had its effect is then not known; repeating it
 * is safe, because tasks are fenced, deliveries have keys and events have numbers.
 */
import { openServer, type ServerOptions } from './server.ts'
import { createStore, type OwnedStore } from './store.ts'

export { DatabaseProblem } from './faults.ts'

/**
 * Opens the store on a server, bringing its tables up to date; several processes may do so at once.
 *
 * @param options.url postgres://user:password@host:port/database, with parameters of libpq such as sslmode=verify-full; never logged
 * @throws {DatabaseProblem} with one line for people: unreadable URL, not answering, refused, too old, not fit, or too new
 */
export async function openPostgresStore(
  options: ServerOptions & { newId: () => string },
): Promise<OwnedStore> {
  const { db, peers, close } = await openServer(options)
  return createStore(db, { ...options, peers, close })
}
