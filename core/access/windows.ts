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
/** How long its rule may take to come into force before it is asked for again. */
const IN_FORCE_MINUTES = 3
/** Azure tells when a JIT request started in whole seconds of a clock of its own. */
const START_SLACK_MINUTES = 5 / 60

/** A grant as far as JIT windows matter. */
export type Grant = {
  id: RequestId
  source: string
  /** Addresses it was open for before: nothing of it may be left there. */
  left?: readonly string[]
  /** When the address changed last. What was requested before that does not stand for this address, even if it was the same once. */
  movedAt?: Instant | undefined
} & (
  | { phase: 'opening'; minutes: number; requestedAt: Instant | undefined }
  /** `moving`: not proven yet for this address. */
  | { phase: 'open'; until: Instant; requestedAt?: Instant | undefined; moving?: boolean }
  | { phase: 'closing' }
)

export type Plan = {
  /** Ask Azure for this window first; then look again. */
  request?: {
    sources: readonly string[]
    endsAt: Instant
    grants: readonly RequestId[]
    /** Open grants that will be shut by Azure unless this is accepted, with that moment; the present one where nothing stands for them. */
    needy: ReadonlyMap<RequestId, Instant>
  }
  /** Rules that let in someone who should no longer be let in, and that nobody else needs. Safe to remove now. */
  remove: readonly JitRule[]
  /**
   * Opening and moving grants whose rule is in force, with the moment Azure ends it. `shared`: that is so early because of somebody else's
   * shorter window, and it will be renewed.
   */
  inForce: readonly { id: RequestId; endsAt: Instant; shared: boolean }[]
  /** Closing grants for which no rule of JIT lets the source in, or only one that someone else has a right to. */
  shut: readonly { id: RequestId; sharedWith: 'nobody' | 'another window' }[]
  /** Something is still to come: look again soon. */
  unsettled: boolean
  /** When a shared window has to be renewed. */
  renewAt?: Instant
}

/** The mark that ties a JIT request to our requests; justifications without one are foreign. */
const MARK = 'latchkey:'
export const justificationMark = (id: RequestId): string => `${MARK}${id}`
/** Whether Latchkey made this JIT request, as its justification says. */
export const isOurs = ({ justification }: { justification: string }): boolean => justification.includes(MARK)

export function plan(now: Instant, grants: readonly Grant[], windows: JitWindows): Plan {
  const wanted = grants.filter(grant => grant.phase !== 'closing')
  const live = windows.requests.filter(request => request.live && request.endsAt > now)
  // One that no rule stands for any more was closed early; Azure has no word for that. Carried on, it would be opened again.
  const isShut = ({ sources, startedAt }: JitRequest) =>
    now >= later(startedAt, IN_FORCE_MINUTES) &&
    !windows.rules.some(rule => rule.sources.some(one => sources.includes(one)))
  const foreign = live.filter(request => !isOurs(request) && !isShut(request))
  const keep = new Set([...wanted.map(grant => grant.source), ...foreign.flatMap(request => request.sources)])

  const isClean = (sources: readonly string[]) => sources.every(source => keep.has(source))
  const cleanRules = windows.rules.filter(rule => isClean(rule.sources))
  const letsIn = (rules: readonly JitRule[], source: string) =>
    rules.some(rule => rule.sources.includes(source))
  /** The JIT request that stands for a grant: it names the grant and lets in nobody who should be out. */
  const standing = ({ id, source, movedAt }: Grant): JitRequest | undefined =>
    live
      .filter(request => request.justification.includes(justificationMark(id)))
      .filter(request => request.sources.includes(source) && isClean(request.sources))
      .filter(({ startedAt }) => movedAt === undefined || startedAt >= later(movedAt, -START_SLACK_MINUTES))
      .sort((a, b) => b.endsAt - a.endsAt)[0]

  const wasAskedWithin = (moment: Instant | undefined, minutes: number) =>
    moment !== undefined && now < later(moment, minutes)
  /** Recorded as asked for, but not shown by Azure yet: reads may lag behind writes. */
  const isInvisible = ({ id }: Grant, requestedAt: Instant | undefined) =>
    wasAskedWithin(requestedAt, INVISIBLE_MINUTES) &&
    !windows.requests.some(
      ({ justification, startedAt }) =>
        justification.includes(justificationMark(id)) &&
        startedAt >= later(requestedAt ?? now, -START_SLACK_MINUTES),
    )
  const needsRequest = (grant: Grant): boolean => {
    if (grant.phase === 'closing') return false
    const request = standing(grant)
    const { requestedAt } = grant
    if (!request) return !isInvisible(grant, requestedAt)
    if (isProving(grant)) {
      const isLate = requestedAt !== undefined && !wasAskedWithin(requestedAt, IN_FORCE_MINUTES)
      return isLate && !letsIn(cleanRules, grant.source)
    }
    return (
      grant.phase === 'open' && request.endsAt < grant.until && now >= later(request.endsAt, -RENEW_MINUTES)
    )
  }
  const lacking = wanted.filter(needsRequest)
  const needy = new Map(
    lacking.flatMap(grant =>
      grant.phase === 'open' && !grant.moving ? [[grant.id, standing(grant)?.endsAt ?? now] as const] : [],
    ),
  )
  const request = lacking.length > 0 ? { ...unionOf(now, wanted, foreign, windows), needy } : undefined

  const remove = windows.rules.filter(
    rule =>
      !isClean(rule.sources) && rule.sources.every(source => !keep.has(source) || letsIn(cleanRules, source)),
  )
  const inForce = wanted.flatMap(grant => {
    const stands = standing(grant)
    return isProving(grant) && stands && letsIn(cleanRules, grant.source)
      ? [{ id: grant.id, endsAt: stands.endsAt, shared: isShared(grant, stands, windows.port.maxMinutes) }]
      : []
  })
  const shut = grants.flatMap((grant): Plan['shut'] => {
    if (grant.phase !== 'closing') return []
    const sources = [grant.source, ...(grant.left ?? [])].filter(source => letsIn(windows.rules, source))
    if (sources.length === 0) return [{ id: grant.id, sharedWith: 'nobody' }]
    return sources.every(source => keep.has(source)) ? [{ id: grant.id, sharedWith: 'another window' }] : []
  })
  const settled = new Set([...inForce, ...shut].map(({ id }) => id))
  const isSettled = (grant: Grant) =>
    settled.has(grant.id) || (grant.phase === 'open' && !grant.moving && standing(grant) !== undefined)
  const isSharing = new Set(inForce.filter(({ shared }) => shared).map(({ id }) => id))
  const renewals = wanted.flatMap(grant => {
    const stands = standing(grant)
    const isShort = grant.phase === 'open' && stands !== undefined && stands.endsAt < grant.until
    return stands && (isShort || isSharing.has(grant.id)) ? [later(stands.endsAt, -RENEW_MINUTES)] : []
  })
  return {
    ...(request ? { request } : {}),
    remove,
    inForce,
    shut,
    unsettled:
      request !== undefined || !grants.every(isSettled) || windows.rules.some(rule => !isClean(rule.sources)),
    ...(renewals.length > 0 ? { renewAt: earliest(...renewals) } : {}),
  }
}

/** Whether it is still to be shown that its address is let in. */
const isProving = (grant: Grant): boolean =>
  grant.phase === 'opening' || (grant.phase === 'open' && grant.moving === true)

/** A minute of difference is Azure's clock and the time a call takes, not somebody else. */
const isShared = (grant: Grant, { startedAt, endsAt }: JitRequest, cap: number): boolean =>
  grant.phase === 'opening' && endsAt < later(startedAt, Math.min(grant.minutes, cap) - 1)

function unionOf(
  now: Instant,
  wanted: readonly Grant[],
  foreign: readonly JitRequest[],
  windows: JitWindows,
): { sources: readonly string[]; endsAt: Instant; grants: readonly RequestId[] } {
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
