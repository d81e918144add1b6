/**
 * Identifiers and moments. Each has a type of its own and one parser that makes it, so a value of the type is known to be well formed.
 */
import assert from 'node:assert/strict'

declare const brand: unique symbol
type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** A person in the directory: an Entra object id, lower-case GUID. */
export type PersonId = Branded<string, 'PersonId'>
/** A group in the directory: an Entra object id, lower-case GUID. */
export type GroupId = Branded<string, 'GroupId'>
/** An Azure virtual machine: its full ARM resource id in lower case (ARM ids are case-insensitive). */
export type VmId = Branded<string, 'VmId'>
/** One access request, from ask to over: a UUIDv7. */
export type RequestId = Branded<string, 'RequestId'>
/** One diagnosis, from the first word to the verdict: a UUIDv7; the request's own id where a request's failed check began it. */
export type DiagnosisId = Branded<string, 'DiagnosisId'>
/** Milliseconds since 1970-01-01T00:00Z on the clock that grants live by (see `Clock`). */
export type Instant = Branded<number, 'Instant'>

export type Platform = 'slack' | 'teams'
export const PLATFORM_NAMES: Record<Platform, string> = { slack: 'Slack', teams: 'Microsoft Teams' }

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const VM_ID =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourcegroups\/[\p{L}\p{N}._()-]{1,90}\/providers\/microsoft\.compute\/virtualmachines\/[^/\s]{1,80}$/u

export const parsePersonId = (text: string): PersonId | undefined => parseGuid(text) as PersonId | undefined
export const parseGroupId = (text: string): GroupId | undefined => parseGuid(text) as GroupId | undefined
export const parseRequestId = (text: string): RequestId | undefined =>
  parseGuid(text) as RequestId | undefined
export const parseDiagnosisId = (text: string): DiagnosisId | undefined =>
  parseGuid(text) as DiagnosisId | undefined

export function parseVmId(text: string): VmId | undefined {
  const id = text.trim().toLowerCase()
  return VM_ID.test(id) ? (id as VmId) : undefined
}

export function instant(milliseconds: number): Instant {
  assert(Number.isFinite(milliseconds), `not a moment: ${milliseconds}`)
  return milliseconds as Instant
}

export const later = (from: Instant, minutes: number): Instant => instant(from + minutes * 60_000)
export const earliest = (...moments: readonly Instant[]): Instant => instant(Math.min(...moments))

/**
 * The short reference that people read and type: the last six hexadecimal digits of the id, upper case.
 * Not unique by itself; whoever looks one up searches among the few requests that concern the person.
 */
export const refOf = (id: RequestId): string => id.slice(-6).toUpperCase()

function parseGuid(text: string): string | undefined {
  const id = text.trim().toLowerCase()
  return GUID.test(id) ? id : undefined
}
