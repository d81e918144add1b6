/**
 * Which session inside Windows belongs to a grant, and when its person is warned.
 *
 * A closed port does not end a session. What ends one is signing it out, and that must never hit somebody else: client address and moment of
 * logon have to fit this grant and no other. Where Windows does not tell, or where it could be somebody else, nothing is ended.
 */
import type { WindowsSession } from '../hands.ts'
import { type Instant, later } from '../ids.ts'
import type { VmSummary } from '../ports.ts'
import type { Policy } from './policy.ts'
import { canonicalSource } from './source.ts'

/** A grant as far as sessions matter. */
export type SessionGrant = {
  /** The address it is open for, and those it was open for before. */
  source: string
  left: readonly string[]
  openedAt: Instant
}

/** A session that may be spoken to and signed out. */
type OwnSession = WindowsSession & { loggedOnAt: Instant }

export type SessionMatch =
  /** All of one Windows account. */
  | { own: readonly [OwnSession, ...OwnSession[]] }
  /** `untold`: there are sessions of which Windows does not say where from or since when. */
  | { own: undefined; why: 'nobody' | 'shared-address' | 'several-accounts' | 'untold' }

/** Clocks of Azure, of the VM and ours differ. */
const CLOCKS_DIFFER_MINUTES = 2

/** @param others the other grants on the VM that are live or were live lately */
export function matchSession(
  grant: SessionGrant,
  sessions: readonly WindowsSession[],
  others: readonly SessionGrant[],
): SessionMatch {
  const own = sessions.filter((session): session is OwnSession => fits(grant, session))
  const [first, ...rest] = own
  if (first === undefined) {
    const isTold = ({ client, loggedOnAt }: WindowsSession) =>
      client !== undefined && loggedOnAt !== undefined
    return { own: undefined, why: sessions.every(isTold) ? 'nobody' : 'untold' }
  }
  if (own.some(session => others.some(other => fits(other, session))))
    return { own: undefined, why: 'shared-address' }
  const isOneAccount = rest.every(({ user }) => user.toLowerCase() === first.user.toLowerCase())
  return isOneAccount ? { own: [first, ...rest] } : { own: undefined, why: 'several-accounts' }
}

function fits({ source, left, openedAt }: SessionGrant, { client, loggedOnAt }: WindowsSession): boolean {
  if (client === undefined || loggedOnAt === undefined) return false
  const from = canonicalSource(client)
  // A session of before was not made possible by this grant, also when its owner came back to it through this window.
  const isSince = loggedOnAt >= later(openedAt, -CLOCKS_DIFFER_MINUTES)
  return from !== undefined && isSince && [source, ...left].some(one => canonicalSource(one) === from)
}

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

type GuestOptIn = NonNullable<Policy['rules'][number]['machines']['tags']>
