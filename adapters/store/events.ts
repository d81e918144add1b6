/**
 * The event store: one stream per access request, and what requests are found by.
 *
 * The events are the only truth. The rows of `requests` and `seats` are written in the same transaction and only answer "which requests";
 * what a request is, is replayed each time, so a program with another idea of the state never meets a stale one.
 */
import assert from 'node:assert/strict'
import { type Expression, type Kysely, type SqlBool, sql, type Transaction } from 'kysely'
import {
  type AccessEvent,
  type AccessRequest,
  type Instant,
  isWaiting,
  type Loaded,
  type RequestId,
  replay,
  type Store,
} from '../../core/index.ts'
import { type Tables, toText } from './schema.ts'
import { readEvent, writeEvent } from './upcast.ts'

/** Someone else appended first. Thrown inside a transaction, so that nothing of it stays. */
export class Stale extends Error {}

/** What can be there once is there already. Thrown inside a transaction, like the other. */
export class Taken extends Error {}

/**
 * Appends inside a transaction of the caller.
 * @throws {Stale} when the stream is not at `expected`
 * @throws {Taken} when another request that is not over was begun with the same `sole`
 */
export async function appendEvents(
  tx: Transaction<Tables>,
  entry: { id: RequestId; expected: number; at: Instant; events: readonly AccessEvent[]; sole?: string },
): Promise<void> {
  const { id, expected, at, events, sole } = entry
  const found = await tx
    .selectFrom('requests')
    .select('version')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if ((found?.version ?? 0) !== expected) throw new Stale()
  if (events.length === 0) return

  const before = (await load(tx, id)).events
  // Without a row there was nothing to lock: somebody else may have begun the stream since the look above.
  if (found === undefined && before.length > 0) throw new Stale()
  assert.equal(before.length, expected, `stream ${id} and its version disagree`)
  const state = replay([...before, ...events])
  const rows = events.map((event, index) => ({
    stream: id,
    seq: expected + index + 1,
    ...writeEvent(event),
  }))
  // For the same reason the primary key decides who was first.
  const written = await tx
    .insertInto('events')
    .values(rows)
    .onConflict(clash => clash.doNothing())
    .returning('seq')
    .execute()
  if (written.length !== rows.length) throw new Stale()
  await project(tx, { id, version: expected + events.length, at, state, sole })
}

async function project(
  tx: Transaction<Tables>,
  entry: { id: RequestId; version: number; at: Instant; state: AccessRequest; sole: string | undefined },
): Promise<void> {
  const { id, version, at, state } = entry
  assert(state.status !== 'none')
  const { ask, seats, status } = state
  const changing = { version, status, changed_at: at, ...(status === 'over' ? { sole: null } : {}) }
  const row = { id, vm: ask.vm.id, requester: ask.by.person, ...changing }
  if (entry.sole !== undefined && status !== 'over') {
    // Its events were written just now, so the stream is new: what clashes is the key.
    const begun = await tx
      .insertInto('requests')
      .values({ ...row, sole: toText(entry.sole) })
      .onConflict(clash => clash.doNothing())
      .returning('id')
      .executeTakeFirst()
    if (begun === undefined) throw new Taken()
  }
  await tx
    .insertInto('requests')
    .values(row)
    .onConflict(clash => clash.column('id').doUpdateSet(changing))
    .execute()
  await tx.deleteFrom('seats').where('request', '=', id).execute()
  const people = [...new Set(seats.map(seat => seat.person))]
  if (status === 'over' || people.length === 0) return
  await tx
    .insertInto('seats')
    .values(people.map(person => ({ request: id, person })))
    .execute()
}

/** A request that nobody asked for is at version 0, with state `none`. */
export async function load(db: Kysely<Tables>, id: RequestId): Promise<Loaded> {
  const rows = await db.selectFrom('events').selectAll().where('stream', '=', id).orderBy('seq').execute()
  const events = rows.map(row => readEvent(row))
  return { state: replay(events), version: events.length, events }
}

type Finders = Pick<Store, 'liveOn' | 'liveSince' | 'liveOf' | 'live' | 'waitingFor' | 'askedByRef'>

/** The requests that concern someone or something, oldest first. */
export function finders(db: Kysely<Tables>): Finders {
  const notOver = sql<SqlBool>`requests.status <> 'over'`
  return {
    liveOn: vm => found(db, sql`${notOver} and requests.vm = ${vm}`),
    liveSince: (vm, since) =>
      found(db, sql`requests.vm = ${vm} and (${notOver} or requests.changed_at >= ${Math.floor(since)})`),
    liveOf: person => found(db, sql`${notOver} and requests.requester = ${person}`),
    live: () => found(db, notOver),
    waitingFor: person =>
      found(
        db,
        sql`${notOver} and exists (select from seats where seats.request = requests.id and seats.person = ${person})`,
      ),
    async askedByRef(ref) {
      if (!/^[0-9a-f]{6}$/i.test(ref)) return []
      const named = await found(
        db,
        sql`requests.status in ('asked', 'open') and "right"(requests.id, 6) = ${ref.toLowerCase()}`,
      )
      return named.filter(isWaiting)
    },
  }
}

async function found(db: Kysely<Tables>, where: Expression<SqlBool>): Promise<readonly AccessRequest[]> {
  const rows = await db
    .selectFrom('events')
    .innerJoin('requests', 'requests.id', 'events.stream')
    .selectAll('events')
    .where(where)
    .orderBy('events.stream')
    .orderBy('events.seq')
    .execute()
  const streams = Map.groupBy(rows, row => row.stream)
  return [...streams.values()].map(stream => replay(stream.map(row => readEvent(row))))
}
