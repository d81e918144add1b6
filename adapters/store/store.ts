/**
 * The port `Store` on any PostgreSQL that Kysely reaches: PGlite in this process, or a server shared by several.
 *
 * Every method is one transaction or one statement.
 */
import { type Kysely, sql } from 'kysely'
import type { Log, Store } from '../../core/index.ts'
import { makeBell } from './bell.ts'
import { bindings } from './bindings.ts'
import { diagnoses } from './diagnoses.ts'
import { appendEvents, finders, load, Stale, Taken } from './events.ts'
import { openIntake } from './intake.ts'
import { keepsakes } from './keepsakes.ts'
import { type Outbox, openOutbox } from './outbox.ts'
import type { Peers } from './peers.ts'
import { pruner } from './prune.ts'
import { end, enqueue, hold } from './queue.ts'
import type { Tables } from './schema.ts'
import { transact } from './transact.ts'

/** A store as its owner sees it. */
export type OwnedStore = Store &
  Pick<Outbox, 'parked'> & {
    /** Whether the database answers. */
    ready(): Promise<boolean>
    /** Ends every `wait`, lets what is under way finish, then closes the database. Safe to repeat. Nothing may be called afterwards. */
    close(): Promise<void>
  }

/**
 * @param db migrated; the caller closes it in `close`
 * @param options.newId a new unique id each time; platforms see it as the key of a message, so it should be a UUID
 * @param options.wall wall time in milliseconds, for leases, retries and keeping
 * @param options.peers other processes on the same database, if there may be any
 */
export function createStore(
  db: Kysely<Tables>,
  options: { log: Log; newId: () => string; close: () => Promise<void>; wall?: () => number; peers?: Peers },
): OwnedStore {
  const { log, newId, wall = Date.now, peers } = options
  const means = {
    newId,
    wall,
    beforeQueueing: peers?.beforeQueueing ?? (async () => {}),
    notify: peers?.notify ?? sql`null`,
  }
  const bell = makeBell()
  peers?.heed(bell.ring)
  const outbox = openOutbox(db, bell, means)
  const intake = openIntake(db, bell, means)
  const prune = pruner(db, { log, wall })
  let closing: Promise<void> | undefined

  return {
    ...finders(db),
    ...bindings(db, bell, means),
    ...keepsakes(db),
    ...diagnoses(db, bell, means),
    ...outbox,
    note: intake.note,
    wait: withinMs => bell.wait(withinMs),
    load: id => load(db, id),

    async append({ settles, queue, ...entry }) {
      const work = transact(db, async tx => {
        const held = settles && (await hold(tx, settles))
        if (settles && !held) return 'lease-lost'
        await appendEvents(tx, entry)
        if (held) await end(tx, held, { state: 'done' }, means)
        await enqueue(tx, queue, means)
        return 'appended'
      })
      const outcome = await work.catch(error => {
        if (error instanceof Stale) return 'stale' as const
        if (error instanceof Taken) return 'taken' as const
        throw error
      })
      bell.ring()
      return outcome
    },

    async queue(queue) {
      await transact(db, tx => enqueue(tx, queue, means))
      bell.ring()
    },

    async claim(now, leaseMs) {
      const task = await outbox.claim(now, leaseMs)
      if (task === undefined) await prune(now)
      return task
    },

    async ready() {
      await sql`select 1`.execute(db)
      return true
    },
    close() {
      bell.silence()
      closing ??= intake.drained().then(options.close)
      return closing
    },
  }
}
