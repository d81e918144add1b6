/**
 * The tables as Kysely sees them. Migrations make them; this file says what comes out of them.
 *
 * Two databases share these types, PGlite and PostgreSQL 15 or newer, and their drivers differ in two places:
 * a `bigint` arrives as number or bigint from PGlite and as text from pg, so it is read with `toNumber` only;
 * a `jsonb` is always written as text made by `toJson`, because pg would turn an array into a PostgreSQL array.
 */
import assert from 'node:assert/strict'
import type { ColumnType, Generated } from 'kysely'

/** Whole numbers beyond 32 bits, mostly milliseconds since 1970. */
type Big = ColumnType<bigint | number | string, number, number>
/** Written with `toJson`, read as the value itself. */
type Json = ColumnType<unknown, string, string>

export type Tables = {
  /** The audit trail. `seq` counts from 1 without gaps within a stream. */
  events: { stream: string; seq: number; type: string; v: number; at: Big; data: Json }
  /** For finding requests: one row per stream, written with its events. The state itself is always replayed from the events. */
  requests: {
    id: string
    version: number
    status: string
    vm: string
    requester: string
    changed_at: Big
    /** At most one that is not over has the same. */
    sole: ColumnType<string | null, string | null | undefined, null | undefined>
  }
  /** Who was shown a request that is not over. */
  seats: { request: string; person: string }
  outbox: {
    /** Order of queueing. */
    n: Generated<bigint | number | string>
    id: string
    lane: string
    kind: string
    effect: Json
    state: 'waiting' | 'leased' | 'parked' | 'done'
    /** On the grants' clock; 0 is at once. */
    not_before: Big
    /** Wall time, like every moment below. */
    retry_at: Big
    lease_until: Big
    /** How often it was leased: fences the lease. */
    attempt: Generated<number>
    /** How often in a row it ended as 'failed'. */
    failures: Generated<number>
    /** Why it failed last. */
    why: string | null
    queued_at: Big
    settled_at: ColumnType<bigint | number | string | null, number | null, number>
  }
  deliveries: { key: string; at: Big }
  cards: { request: string; slot: string; platform: string; key: string; message_key: string }
  bindings: { platform: string; workspace: string; user_key: string; person: string; at: Big }
  tickets: { digest: string; ticket: Json; expires_at: Big }
  /** The document says the same as the columns, and everything else. */
  diagnoses: {
    id: string
    version: number
    person: string
    status: string
    changed_at: Big
    document: Json
  }
  memory: { scope: string; key: string; value: Json }
}

/** Reads a `bigint` column from either driver. */
export function toNumber(value: bigint | number | string): number {
  const number = Number(value)
  assert(Number.isSafeInteger(number), `not a safe whole number: ${value}`)
  return number
}

// In JSON text a backslash always begins an escape; JSON.stringify writes NUL and lone surrogates as one, in lower case.
const ESCAPE = /\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g
const REPLACEMENT = '\ufffd'

/**
 * Writes a value for a `jsonb` column. People can type what PostgreSQL cannot store (NUL, half a surrogate pair): it becomes U+FFFD,
 * so that a hostile message cannot keep a delivery from being stored.
 */
export const toJson = (value: unknown): string =>
  JSON.stringify(value).replace(ESCAPE, (whole, escaped: string) =>
    escaped.length > 1 ? REPLACEMENT : whole,
  )

/** The same for a `text` column. */
export const toText = (text: string): string => text.toWellFormed().replaceAll('\0', REPLACEMENT)
