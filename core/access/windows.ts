/**
 * Which JIT windows a VM's port should have now, compared with those it has.
 *
 * One JIT request carries every source that should be let in, and the earliest end among them; the rest is renewed before that end. So if
 * the bot dies, someone's window shuts early and none stays open long. Nothing here waits or calls anything; calling it again with what
 * Azure shows afterwards gives the next step, until there is none.
 *
 * What Azure does with a second requester's window (keeps both, or replaces the older) is not documented; the plan is right under both.
 */
import type { Instant, RequestId } from '../ids.ts'
import { earliest, instant, later } from '../ids.ts'
import type { JitRequest, JitRule, JitWindows } from '../ports.ts'

/** Azure's own end lies this much after the person's, so that clock differences never cut anyone short. */
const SLACK_MINUTES = 10
/** A shared window is renewed this long before its end for those who still need it. */
const RENEW_MINUTES = 3
/** How long an accepted JIT request may stay invisible before it is asked for again. */
const INVISIBLE_MINUTES = 0.5

/** A grant as far as JIT windows matter. */
export type Grant = {
  id: RequestId
  source: string
} & (
  | { phase: 'opening'; minutes: number; requestedAt: Instant | undefined }
  | { phase: 'open'; until: Instant }
  | { phase: 'closing' }
)

export type Plan = {
  /** Ask Azure for this window first; then look again. */
  request?: { sources: readonly string[]; endsAt: Instant; grants: readonly RequestId[] }
  /** Rules that let in someone who should no longer be let in, and that nobody else needs. Safe to remove now. */
  remove: readonly JitRule[]
  /** Opening grants whose rule is in force, with the moment Azure ends it. */
  inForce: readonly { id: RequestId; endsAt: Instant }[]
  /** Closing grants for which no rule of JIT lets the source in, or only one that someone else has a right to. */
  shut: readonly { id: RequestId; sharedWith: 'nobody' | 'another window' }[]
  /** Something is still to come: look again soon. */
  unsettled: boolean
  /** When a shared window has to be renewed. */
  renewAt?: Instant
}

/** The mark that ties a JIT request to our requests; justifications without one are foreign. */
export const justificationMark = (id: RequestId): string => `latchkey:${id}`

export function plan(now: Instant, grants: readonly Grant[], windows: JitWindows): Plan {
  const wanted = grants.filter(grant => grant.phase !== 'closing')
  const live = windows.requests.filter(request => request.live && request.endsAt > now)
  const foreign = live.filter(request => !request.justification.includes('latchkey:'))
  const keep = new Set([...wanted.map(grant => grant.source), ...foreign.flatMap(request => request.sources)])

  const isClean = (sources: readonly string[]) => sources.every(source => keep.has(source))
  const cleanRules = windows.rules.filter(rule => isClean(rule.sources))
  /** The JIT request that stands for a grant: it names the grant and lets in nobody who should be out. */
  const standing = (grant: Grant): JitRequest | undefined =>
    live
      .filter(request => request.justification.includes(justificationMark(grant.id)))
      .filter(request => request.sources.includes(grant.source) && isClean(request.sources))
      .sort((a, b) => b.endsAt - a.endsAt)[0]

  const needsRequest = (grant: Grant): boolean => {
    const request = standing(grant)
    if (grant.phase === 'opening' && !request) {
      // Recorded as asked for, but not shown by Azure yet: reads may lag behind writes.
      return grant.requestedAt === undefined || now >= later(grant.requestedAt, INVISIBLE_MINUTES)
    }
    if (!request) return true
    return (
      grant.phase === 'open' && request.endsAt < grant.until && now >= later(request.endsAt, -RENEW_MINUTES)
    )
  }
  const request = wanted.some(needsRequest) ? unionOf(now, wanted, foreign, windows) : undefined

  const letsIn = (rules: readonly JitRule[], source: string) =>
    rules.some(rule => rule.sources.includes(source))
  const remove = windows.rules.filter(
    rule =>
      !isClean(rule.sources) && rule.sources.every(source => !keep.has(source) || letsIn(cleanRules, source)),
  )
  const inForce = wanted.flatMap(grant => {
    const stands = standing(grant)
    return grant.phase === 'opening' && stands && letsIn(cleanRules, grant.source)
      ? [{ id: grant.id, endsAt: stands.endsAt }]
      : []
  })
  const shut = grants.flatMap((grant): Plan['shut'] => {
    if (grant.phase !== 'closing') return []
    if (!letsIn(windows.rules, grant.source)) return [{ id: grant.id, sharedWith: 'nobody' }]
    return keep.has(grant.source) ? [{ id: grant.id, sharedWith: 'another window' }] : []
  })
  const settling = grants.filter(grant => grant.phase !== 'open').length - inForce.length - shut.length
  const renewals = wanted.flatMap(grant => {
    const stands = standing(grant)
    return grant.phase === 'open' && stands && stands.endsAt < grant.until
      ? [later(stands.endsAt, -RENEW_MINUTES)]
      : []
  })
  return {
    ...(request ? { request } : {}),
    remove,
    inForce,
    shut,
    unsettled: request !== undefined || settling > 0 || windows.rules.some(rule => !isClean(rule.sources)),
    ...(renewals.length > 0 ? { renewAt: earliest(...renewals) } : {}),
  }
}

function unionOf(
  now: Instant,
  wanted: readonly Grant[],
  foreign: readonly JitRequest[],
  windows: JitWindows,
): Plan['request'] {
  const cap = later(now, windows.port.maxMinutes)
  const ends = wanted.map(grant =>
    grant.phase === 'open'
      ? later(grant.until, SLACK_MINUTES)
      : later(now, (grant.phase === 'opening' ? grant.minutes : 0) + SLACK_MINUTES),
  )
  // A foreign window about to end by itself is not worth shortening everybody's for.
  const carried = foreign.filter(request => request.endsAt > later(now, RENEW_MINUTES * 2))
  const endsAt = earliest(cap, ...ends, ...carried.map(request => request.endsAt))
  const sources = [...new Set([...wanted.map(g => g.source), ...carried.flatMap(request => request.sources)])]
  return { sources, endsAt: wholeSecond(endsAt), grants: wanted.map(grant => grant.id) }
}

/** ARM date-times are compared and shown in whole seconds; cutting keeps "never later than promised". */
const wholeSecond = (moment: Instant): Instant => instant(Math.floor(moment / 1000) * 1000)
