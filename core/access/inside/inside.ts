/**
 * What happens inside Windows because of a grant: its person is warned before the end, their session is signed out after it, and a grant
 * that nobody signs in with is asked about.
 *
 * Part of an access request, and as pure; it goes on after the end, because nothing that is shut waits for Windows. Each script is recorded
 * before it is sent. Every one may run twice: a session is named with its logon, and one that is gone is none.
 */
import assert from 'node:assert/strict'
import type { LongOperation, SessionAct } from '../../hands.ts'
import type { Instant, PersonId } from '../../ids.ts'
import { later } from '../../ids.ts'
import type { AccessRequest } from '../request.ts'
import { type OwnSession, type SessionGrant, warningDue } from './sessions.ts'

/** What was promised at "Ready": nothing else is done inside Windows. */
export type InsidePlan = {
  rule: string
  /** The session is warned and signed out. */
  ends: boolean
  /** Nobody signed in for so long: the person is asked. */
  unusedMinutes?: number
  /** The rule wants it, and it cannot be had here: why, as a clause. */
  not?: string
}

/** What Windows is entered for. */
export type Errand = { to: 'warn'; minutes: number; until: Instant } | { to: 'end' } | { to: 'find-use' }

/** Why no session was taken for the grant's. */
export type NotOurs = 'nobody' | 'shared-address' | 'several-accounts' | 'untold'

type Outcome = { at: Instant } /** Warned; or signed out, and read back. */ & (
  | { how: 'done' }
  | { how: 'none'; why: NotOurs }
  /** The VM does not run: there is no session. */
  | { how: 'off' }
  | { how: 'controller' }
  /** Windows was told, and the session is still there. */
  | { how: 'stayed' }
  | { how: 'unknown'; say: string }
)

/** Whether the grant is used, as far as somebody asked. */
export type Use =
  /** `extensions`: how many there had been by then. */
  | { state: 'asked'; askedAt: Instant; answerBy: Instant; extensions: number }
  | { state: 'kept' | 'used' | 'unknown' }

type UnderWay = {
  errand: Errand
  since: Instant
  /** Recorded, and perhaps sent. */
  act?: SessionAct
  /** Azure took it. */
  operation?: LongOperation
  /** Sessions that are still to be spoken to or signed out. */
  todo: readonly OwnSession[]
  acted: readonly OwnSession[]
  rounds: number
}

export type Inside = {
  plan: InsidePlan
  underWay?: UnderWay
  /** Given, or tried. */
  warned: readonly { minutes: number; until: Instant }[]
  warning?: Outcome
  use?: Use
  /** The person was asked whether they need it, in a message of its own. */
  asked?: true
  ended?: Outcome
  /** Windows there is a domain controller: nothing more is done. */
  controller?: true
}

/** What came back, as far as it is about this grant: nobody else's session is kept. */
export type InsideAnswer =
  | { kind: 'controller' | 'off' | 'done' | 'gone' }
  /** `left`: of those that were signed out, the ones that are still there. */
  | { kind: 'listed'; own: readonly OwnSession[]; why?: NotOurs; left: readonly OwnSession[] }

export type InsideEvent =
  /** A script is about to run inside Windows. */
  | { type: 'inside-begun'; at: Instant; errand: Errand; act: SessionAct }
  | { type: 'inside-running'; at: Instant; operation: LongOperation }
  | { type: 'inside-answered'; at: Instant; errand: Errand; answer: InsideAnswer }
  | { type: 'inside-failed'; at: Instant; errand: Errand; say: string }
  /** Nobody has signed in: the person is asked whether they still need it. */
  | { type: 'use-asked'; at: Instant; answerBy: Instant }
  /** By their answer, or by something else they did meanwhile. */
  | { type: 'use-kept'; at: Instant; by: PersonId }

const TYPES: ReadonlySet<string> = new Set<InsideEvent['type']>([
  'inside-begun',
  'inside-running',
  'inside-answered',
  'inside-failed',
  'use-asked',
  'use-kept',
])
export const isInsideEvent = (event: { type: string }): event is InsideEvent => TYPES.has(event.type)

export const insideOf = (state: AccessRequest): Inside | undefined =>
  'inside' in state ? state.inside : undefined

/** A grant begins with nothing done. */
export const insideFrom = (plan: InsidePlan | undefined): { inside?: Inside } =>
  plan === undefined ? {} : { inside: { plan, warned: [] } }

/** As the grant is being shut: what was under way for it while it was open has lost its purpose. */
export function insideAtEnd(state: AccessRequest): { inside?: Inside } {
  const { underWay: _, ...inside } = insideOf(state) ?? {}
  return 'plan' in inside ? { inside } : {}
}

/** The part of an event that concerns Windows. One that cannot follow changes nothing. */
export function evolveInside<State extends AccessRequest>(state: State, event: InsideEvent): State {
  const inside = insideOf(state)
  if (inside === undefined) return state
  const extensions = state.status === 'open' ? state.extensions : 0
  return { ...state, inside: next(inside, event, extensions) }
}

/** Windows does not always sign a session out at the first word. */
const MOST_ROUNDS = 3

function next(inside: Inside, event: InsideEvent, extensions: number): Inside {
  switch (event.type) {
    case 'inside-begun': {
      const { errand, act, at } = event
      const { act: _, operation: __, ...before } = inside.underWay ?? begun(errand, at)
      return { ...inside, underWay: { ...before, act } }
    }
    case 'inside-running':
      return inside.underWay === undefined
        ? inside
        : { ...inside, underWay: { ...inside.underWay, operation: event.operation } }
    case 'inside-failed':
      return finished(inside, event.errand, { how: 'unknown', at: event.at, say: event.say })
    case 'inside-answered':
      return answered(inside, event)
    case 'use-asked': {
      const { at: askedAt, answerBy } = event
      return { ...inside, asked: true, use: { state: 'asked', askedAt, answerBy, extensions } }
    }
    case 'use-kept':
      return { ...inside, use: { state: 'kept' } }
  }
}

const begun = (errand: Errand, since: Instant): UnderWay => ({
  errand,
  since,
  todo: [],
  acted: [],
  rounds: 0,
})

function answered(inside: Inside, event: Extract<InsideEvent, { type: 'inside-answered' }>): Inside {
  const { answer, errand, at } = event
  const { act: _, operation: __, ...underWay } = inside.underWay ?? begun(errand, at)
  switch (answer.kind) {
    case 'controller':
      return { ...finished(inside, errand, { how: 'controller', at }), controller: true }
    case 'off':
      return finished(inside, errand, { how: 'off', at })
    case 'done':
    case 'gone': {
      const [first, ...todo] = underWay.todo
      const acted = first === undefined ? underWay.acted : [...underWay.acted, first]
      // Whoever was warned needs no reading back; one who was signed out is looked for once more.
      if (errand.to === 'warn' && todo.length === 0) return finished(inside, errand, { how: 'done', at })
      return { ...inside, underWay: { ...underWay, todo, acted } }
    }
    case 'listed':
      return listed(inside, underWay, answer, at)
  }
}

function listed(
  inside: Inside,
  underWay: UnderWay,
  { own, why, left }: Extract<InsideAnswer, { kind: 'listed' }>,
  at: Instant,
): Inside {
  const { errand, acted } = underWay
  const fresh = own.filter(one => !left.some(other => isSame(one, other)))
  const todo = errand.to === 'find-use' ? [] : [...left, ...fresh]
  const seen: Inside =
    own.length > 0 && inside.use === undefined ? { ...inside, use: { state: 'used' } } : inside
  if (errand.to === 'find-use') {
    const { underWay: _, ...rest } = seen
    return { ...rest, use: { state: isUsed(own, why) ? 'used' : 'unknown' } }
  }
  if (todo.length === 0) {
    const isDone = acted.length > 0
    return finished(seen, errand, isDone ? { how: 'done', at } : { how: 'none', why: why ?? 'nobody', at })
  }
  const rounds = underWay.rounds + 1
  if (rounds > MOST_ROUNDS) return finished(seen, errand, { how: 'stayed', at })
  return { ...seen, underWay: { ...underWay, todo, acted: [], rounds } }
}

/** Somebody is signed in who could be the person. */
const isUsed = (own: readonly OwnSession[], why: NotOurs | undefined): boolean =>
  own.length > 0 || why === 'shared-address' || why === 'several-accounts'

function finished(inside: Inside, errand: Errand, outcome: Outcome): Inside {
  const { underWay: _, ...rest } = inside
  switch (errand.to) {
    case 'warn': {
      const { minutes, until } = errand
      return { ...rest, warned: [...rest.warned, { minutes, until }], warning: outcome }
    }
    case 'end':
      return { ...rest, ended: outcome }
    case 'find-use':
      return { ...rest, use: { state: 'unknown' } }
  }
}

export const isSame = (one: OwnSession, other: OwnSession): boolean =>
  one.id === other.id && one.loggedOnAt === other.loggedOnAt

// ---- What is due -------------------------------------------------------------------------------------------------------------------

/** How long the person has to say that they still need it. */
export const ANSWER_MINUTES = 10

/** What Windows is to be entered for now: what is under way, or what has come due. Undefined: nothing. */
export function errandDue(state: AccessRequest, now: Instant): Errand | undefined {
  const inside = insideOf(state)
  if (inside === undefined || inside.controller || inside.plan.not !== undefined) return undefined
  if (inside.underWay !== undefined) return inside.underWay.errand
  const { plan, warned, ended } = inside
  if (state.status === 'over')
    return plan.ends && ended === undefined && state.grant ? { to: 'end' } : undefined
  if (state.status !== 'open' || now >= state.until) return undefined
  const { until } = state
  const given = warned.flatMap(one => (one.until === until ? [one.minutes] : []))
  const minutes = plan.ends ? warningDue(state, now, given) : undefined
  if (minutes !== undefined) return { to: 'warn', minutes, until }
  const look = useLookedAt(state)
  return look !== undefined && now >= look ? { to: 'find-use' } : undefined
}

/** When it is looked whether the grant is used: first so many minutes after the opening, and once more before it is shut for want of an answer. */
export function useLookedAt(state: AccessRequest): Instant | undefined {
  const inside = insideOf(state)
  if (state.status !== 'open' || inside?.plan.unusedMinutes === undefined) return undefined
  if (inside.use?.state === 'asked') return inside.use.answerBy
  const first = later(state.openedAt, inside.plan.unusedMinutes)
  // Where it ends anyway before an answer could be waited for, nobody is bothered.
  return inside.use === undefined && later(first, ANSWER_MINUTES) < state.until ? first : undefined
}

/** The script that comes next. */
export function nextAct(state: AccessRequest, errand: Errand, now: Instant): SessionAct {
  const [session] = insideOf(state)?.underWay?.todo ?? []
  if (session === undefined) return { do: 'list' }
  const { id, loggedOnAt } = session
  if (errand.to === 'end') return { do: 'end', session: { id, loggedOnAt } }
  assert(errand.to === 'warn', 'nobody is spoken to in order to find out whether they are there')
  const minutesLeft = Math.max(1, Math.ceil((errand.until - now) / 60_000))
  return { do: 'warn', session: { id, loggedOnAt }, minutesLeft }
}

/** Whether the person showed after the question that they still need it. */
export const isStillNeeded = (state: AccessRequest): boolean => {
  const use = insideOf(state)?.use
  if (state.status !== 'open' || use?.state !== 'asked') return false
  return state.extensions > use.extensions || (state.movedAt ?? 0) > use.askedAt
}

/** The question that waits for the person's answer. */
export function questionOf(state: AccessRequest): Extract<Use, { state: 'asked' }> | undefined {
  const use = insideOf(state)?.use
  return state.status === 'open' && use?.state === 'asked' && !isStillNeeded(state) ? use : undefined
}

/** What a grant opened, and since when; undefined where nothing was. */
export function openedBy(state: AccessRequest): (SessionGrant & { by: PersonId }) | undefined {
  if (state.status === 'none') return undefined
  const by = state.ask.by.person
  switch (state.status) {
    case 'opening':
      // In force a moment before that is proven.
      return state.requested && { ...sourcesOf(state), openedAt: state.requested.at, by }
    case 'open':
      return { ...sourcesOf(state), openedAt: state.openedAt, by }
    case 'closing':
      return state.openedAt === undefined ? undefined : { ...sourcesOf(state), openedAt: state.openedAt, by }
    case 'over':
      return state.grant && { ...state.grant, by }
    default:
      return undefined
  }
}

const sourcesOf = ({ source, left, movedAt }: Omit<SessionGrant, 'openedAt'>) => ({
  ...{ source, left },
  ...(movedAt === undefined ? {} : { movedAt }),
})
