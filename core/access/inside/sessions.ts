/**
 * Which session inside Windows belongs to a grant, and when its person is warned.
 *
 * A closed port does not end a session. What ends one is signing it out, and that must never hit somebody else: client address and moment of
 * logon have to fit this grant and no other. Where Windows does not tell, or where it could be somebody else, nothing is ended.
 */
import type { WindowsSession } from '../../hands.ts'
import { type Instant, later } from '../../ids.ts'
import type { VmSummary } from '../../ports.ts'
import type { GuestOptIn } from '../policy.ts'
import { canonicalSource, isWithin } from '../source.ts'

/** A grant as far as sessions matter. */
export type SessionGrant = {
  /** The address it is open for, and those it was open for before. */
  source: string
  left: readonly string[]
  openedAt: Instant
  /** When the address changed last: whoever comes from an earlier one after that is somebody else. */
  movedAt?: Instant
}

/** A session that may be spoken to and signed out. */
export type OwnSession = { id: number; user: string; loggedOnAt: Instant }

export type SessionMatch =
  /** All of one Windows account. */
  | { own: readonly [OwnSession, ...OwnSession[]]; why?: undefined }
  /** `untold`: there are sessions of which Windows does not say where from or since when. */
  | { own: undefined; why: 'nobody' | 'shared-address' | 'several-accounts' | 'untold' }

/** Clocks of Azure, of the VM and ours differ. */
const CLOCKS_DIFFER_MINUTES = 2

/**
 * @param others what else let somebody in on the VM, now or lately: grants of other people, and windows that nobody asked Latchkey for. Their
 * sources may be ranges
 */
export function matchSession(
  grant: SessionGrant,
  sessions: readonly WindowsSession[],
  others: readonly SessionGrant[],
): SessionMatch {
  const fitting = sessions.flatMap(session => (fits(grant, session) ? [session] : []))
  const [first, ...rest] = fitting.map(({ id, user, loggedOnAt }) => ({ id, user, loggedOnAt }))
  if (first === undefined) {
    const isTold = ({ client, loggedOnAt }: WindowsSession) =>
      client !== undefined && loggedOnAt !== undefined
    return { own: undefined, why: sessions.every(isTold) ? 'nobody' : 'untold' }
  }
  if (fitting.some(session => others.some(other => couldBe(other, session))))
    return { own: undefined, why: 'shared-address' }
  const isOneAccount = rest.every(({ user }) => user.toLowerCase() === first.user.toLowerCase())
  return isOneAccount ? { own: [first, ...rest] } : { own: undefined, why: 'several-accounts' }
}

type Told = WindowsSession & { client: string; loggedOnAt: Instant }

function fits(grant: SessionGrant, session: WindowsSession): session is Told {
  const { source, left, openedAt, movedAt } = grant
  const { client, loggedOnAt } = session
  if (client === undefined || loggedOnAt === undefined) return false
  const from = canonicalSource(client)
  const isBeforeMove = movedAt !== undefined && loggedOnAt <= later(movedAt, CLOCKS_DIFFER_MINUTES)
  const addresses = isBeforeMove ? [source, ...left] : [source]
  return (
    from !== undefined &&
    isSince(openedAt, loggedOnAt) &&
    addresses.some(one => canonicalSource(one) === from)
  )
}

/** Somebody else's, as far as one can tell: here a range is enough. */
const couldBe = ({ source, left, openedAt }: SessionGrant, { client, loggedOnAt }: Told): boolean =>
  isSince(openedAt, loggedOnAt) && isWithin(canonicalSource(client) ?? client, [source, ...left])

/** A session of before was not made possible by this grant, also when its owner came back to it through this window. */
const isSince = (openedAt: Instant, loggedOnAt: Instant): boolean =>
  loggedOnAt >= later(openedAt, -CLOCKS_DIFFER_MINUTES)

/** Minutes before the end, first to last. */
const WARN_AT = [10, 2] as const

/**
 * The warning to be given now, in minutes before the end; the latest one where several were missed. Undefined: none is due.
 * A grant that was shorter than a warning's time gets the next one only.
 *
 * @param warned those that were given
 */
export function warningDue(
  { openedAt, until }: { openedAt: Instant; until: Instant },
  now: Instant,
  warned: readonly number[],
): number | undefined {
  if (now >= until) return undefined
  const due = WARN_AT.filter(minutes => now >= later(until, -minutes) && later(until, -minutes) > openedAt)
  const latest = due.at(-1)
  return latest === undefined || warned.some(minutes => minutes <= latest) ? undefined : latest
}

/** The next moment at which a warning is due. */
export const nextWarning = (
  { openedAt, until }: { openedAt: Instant; until: Instant },
  now: Instant,
): Instant | undefined =>
  WARN_AT.map(minutes => later(until, -minutes)).find(moment => moment > now && moment > openedAt)

/**
 * Whether the VM's owner lets the bot into Windows: one of these tags with one of its values. Nothing named lets it into nothing. Whether the
 * VM is a domain controller is told inside Windows, where the scripts look first.
 */
export function mayEnter(
  { os, tags }: Pick<VmSummary, 'os' | 'tags'>,
  optIn: GuestOptIn | undefined,
): boolean {
  if (os !== 'windows' || optIn === undefined) return false
  const byName = new Map(Object.entries(tags).map(([name, value]) => [name.toLowerCase(), value]))
  return Object.entries(optIn).some(([name, values]) => {
    const value = byName.get(name.toLowerCase())
    return value !== undefined && values.includes(value)
  })
}
