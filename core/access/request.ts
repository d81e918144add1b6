/**
 * An access request: what can have happened to it, and the state that leaves it in.
 *
 * The events are the audit trail. Each carries what an auditor needs to read it alone: who, when, by which rule.
 */
import assert from 'node:assert/strict'
import type { Instant, PersonId, RequestId, VmId } from '../ids.ts'
import { instant } from '../ids.ts'
import type { Address } from '../ports.ts'
import type { ChosenWay } from '../rdp/route/way.ts'
import type { AccessEvent } from './event.ts'
import { evolveInside, type Inside, insideAtEnd, insideFrom, isInsideEvent } from './inside/inside.ts'
import type { SessionGrant } from './inside/sessions.ts'
import { evolveLink, isLinkEvent, type LinkEnd, type LinkHold, wantedLink } from './link/link.ts'
import { evolvePower, isPowerEvent, type Started, type StartPlan } from './power/power.ts'
import {
  evolveAccount,
  type InstanceTarget,
  isAccountEvent,
  type RoleAccount,
} from './role-instance/account.ts'
import { seatedToo } from './seated.ts'
import { otherWay } from './way-changed.ts'
import type { Check, Proof, TriedWay, WayIn } from './way-in.ts'

export type * from './event.ts'
export type * from './link/link.ts'
export type * from './power/power.ts'
export type * from './role-instance/account.ts'
export { targetOf } from './target.ts'
export type * from './way-in.ts'

export type NamedPerson = { person: PersonId; name: string }

/** The VM as it was when asked: names for people; `id` is what counts. */
export type Target = {
  id: VmId
  name: string
  subscriptionName: string
  resourceGroup: string
  /** The value of the VM's environment tag, where it has one. */
  environment?: string
}

/** Everything that was asked. Nothing in it changes afterwards. */
export type Ask = {
  id: RequestId
  by: NamedPerson
  vm: Target
  /** TCP port on the VM. */
  port: number
  minutes: number
  reason: string
  /** The policy rule that covered it when asked. Judged afresh at the press. */
  rule: string
  /** The ways in that were found when asked, best first; the first is taken. Absent: the VM's own public address, not looked at further. */
  ways?: readonly ChosenWay[]
  /** An instance of a Cloud Service is asked for: `vm` is the service, under the instance's name. */
  instance?: InstanceTarget
  /** The VM is off: agreeing includes starting it. */
  start?: StartPlan
  /** The platform it was asked on, and the requester's private chat there. */
  home: Address
  /** Nobody answered, or the requester never gave an address, until then: the request lapses. */
  lapsesAt: Instant
}

/** Someone who was shown the request for decision, and where. */
export type Seat = NamedPerson & { at: readonly Address[] }

/** Who agreed: a person who pressed, or a rule that allows without asking. */
export type Approver = NamedPerson | { rule: string }

/** Why an opening or open window is being shut. */
export type Ending = 'expired' | 'returned' | 'failed' | 'unused'

/**
 * What says that nothing is open where there are no JIT windows to be read: IP flow verify, or that there is no such VM any more; that the
 * account of a role is gone, or over.
 */
export type Seen = 'flow' | 'vm-gone' | 'service-gone' | 'account-gone' | 'account-over'

type Outcome =
  | 'denied'
  | 'unanswerable'
  | 'withdrawn'
  | 'lapsed'
  | 'impossible'
  | 'expired'
  | 'returned'
  | 'failed'
  | 'unused'

type Base = { ask: Ask; seats: readonly Seat[]; others: readonly string[] }
/** `rule`: under which it was agreed to. `minutes`: how long it may be open in all, extensions included. */
type Approved = Base & { approver: Approver; rule: string; minutes: number }
/** Where the person's client comes from, and came from before, oldest first. */
type Sourced = Approved & {
  source: string
  left: readonly string[]
  movedAt?: Instant
  /** The way that is opened; absent in what was stored before ways were chosen. */
  way?: ChosenWay
  tried?: readonly TriedWay[]
  started?: Started
  /** Only where a role instance is asked for. */
  account?: RoleAccount
}

/** More time that was asked for and not decided about yet. `seats`: who was asked. */
export type MoreTime = {
  number: number
  minutes: number
  reason: string
  rule: string
  seats: readonly Seat[]
  others: readonly string[]
}
/** What became of the latest extension. */
export type MoreTimeAnswer =
  | { how: 'extended'; by: Approver; minutes: number }
  | { how: 'denied'; by: NamedPerson; reason: string }

export type AccessRequest =
  | { status: 'none' }
  /** `unreached`: people who were to decide and turned out not to be reachable. */
  | (Base & { status: 'asked'; unreached: readonly PersonId[] })
  /** Agreed; waiting for the address the requester comes from. */
  | (Approved & { status: 'approved'; lapsesAt: Instant })
  | (Sourced & {
      status: 'opening'
      giveUpAt: Instant
      /** The latest JIT request for this source that is on its way or accepted. */
      requested?: { endsAt: Instant; at: Instant }
      checks?: readonly Check[]
      /** There is no other way than this one. */
      kept?: boolean
      /** The way is opened for the person's own address, which they have not given: `source` is that of the way before, and is shut. */
      wants?: boolean
    })
  | (Sourced & {
      status: 'open'
      openedAt: Instant
      until: Instant
      azureEndsAt: Instant
      wayIn: WayIn
      proofs: readonly Proof[]
      /** IP flow verify confirmed that the source is let through. */
      verified: boolean
      warned: boolean
      requested?: { endsAt: Instant; at: Instant }
      /** The address changed and the new one is not proven to be let in yet. */
      moving?: { giveUpAt: Instant }
      /** How many extensions were asked for. */
      extensions: number
      extension?: MoreTime
      answer?: MoreTimeAnswer
      /** Why it ends before the promised minute. */
      cut?: string
      /** It comes in by a shareable link of Bastion. */
      link?: LinkHold
      inside?: Inside
    })
  /** `wasOpen`: it had been proven open before. */
  | (Sourced & {
      status: 'closing'
      why: Ending
      wasOpen: boolean
      say?: string
      trouble?: string
      link?: LinkHold
      /** Since when the port may have been open. */
      openedAt?: Instant
      inside?: Inside
    })
  | (Base & {
      status: 'over'
      outcome: Outcome
      at: Instant
      approver?: Approver
      deniedBy?: NamedPerson
      say?: string
      alsoOpen?: string
      seen?: Seen
      wasOpen?: boolean
      started?: Started
      /** What became of its shareable link. */
      link?: LinkEnd
      /** What it had opened. */
      grant?: SessionGrant
      inside?: Inside
    })

/** Folds one event into the state. An event that cannot follow the state is a bug. */
export function evolve(state: AccessRequest, event: AccessEvent): AccessRequest {
  if (event.type === 'asked') {
    assert.equal(state.status, 'none', 'asked twice')
    return { status: 'asked', ask: event.ask, seats: event.seats, others: event.others, unreached: [] }
  }
  assert(state.status !== 'none', `${event.type} before asked`)
  if (isPowerEvent(event)) return evolvePower(state, event)
  if (isInsideEvent(event)) return evolveInside(state, event)
  assert(state.status !== 'over', `${event.type} after over`)
  if (isLinkEvent(event)) return evolveLink(state, event)
  if (isAccountEvent(event)) return evolveAccount(state, event)
  const { ask, seats, others } = state
  const base = { ask, seats, others }
  const over = (outcome: Outcome, more: object = {}): AccessRequest => ({
    status: 'over',
    ...base,
    ...('approver' in state ? { approver: state.approver } : {}),
    ...('started' in state && state.started !== undefined ? { started: state.started } : {}),
    outcome,
    at: event.at,
    ...more,
  })
  const follows = (...statuses: readonly AccessRequest['status'][]) =>
    assert(statuses.includes(state.status), `${event.type} after ${state.status}`)

  switch (event.type) {
    case 'approved':
      follows('asked')
      return {
        status: 'approved',
        ...base,
        approver: event.by,
        rule: event.rule,
        minutes: event.minutes ?? ask.minutes,
        lapsesAt: event.lapsesAt,
      }
    case 'reseated':
      follows('asked')
      return { status: 'asked', ask, seats: event.seats, others: event.others, unreached: event.unreached }
    case 'unanswerable':
      follows('asked')
      return over('unanswerable', { say: event.say })
    case 'denied':
      follows('asked')
      return over('denied', { deniedBy: event.by, say: event.reason })
    case 'withdrawn':
      follows('asked', 'approved')
      return over('withdrawn')
    case 'lapsed':
      follows('asked', 'approved')
      return over('lapsed')
    case 'impossible':
      follows('asked', 'approved')
      return over('impossible', { say: event.say })
    case 'source-given': {
      assert(state.status === 'approved', `${event.type} after ${state.status}`)
      const { lapsesAt: _, ...agreed } = state
      const way = event.way === undefined ? {} : { way: event.way }
      return {
        ...agreed,
        status: 'opening',
        source: event.source,
        left: [],
        giveUpAt: event.giveUpAt,
        ...way,
        ...(ask.start === undefined ? {} : { started: {} }),
      }
    }
    case 'way-changed':
      assert(state.status === 'opening', `${event.type} after ${state.status}`)
      return otherWay(state, event)
    case 'way-kept':
      assert(state.status === 'opening', `${event.type} after ${state.status}`)
      return { ...state, kept: true }
    case 'checked':
      assert(state.status === 'opening', `${event.type} after ${state.status}`)
      return { ...state, checks: event.checks }
    case 'source-changed': {
      assert(state.status === 'opening' || state.status === 'open', `${event.type} after ${state.status}`)
      const { requested: _, ...before } = state
      const { source, giveUpAt } = event
      const moved = { source, left: [...state.left, state.source], movedAt: event.at }
      return before.status === 'open'
        ? { ...before, ...moved, verified: false, proofs: [], moving: { giveUpAt } }
        : { ...before, ...moved, giveUpAt, wants: false, kept: false, checks: [] }
    }
    case 'source-proven': {
      assert(state.status === 'open', `${event.type} after ${state.status}`)
      const { moving: _, ...before } = state
      const { azureEndsAt, proofs, verified } = event
      return { ...before, azureEndsAt, proofs, verified }
    }
    case 'window-requested': {
      assert(state.status === 'opening' || state.status === 'open', `${event.type} after ${state.status}`)
      // One that was on its way when the address changed says nothing about the new one.
      if (!event.sources.includes(state.source)) return state
      const requested = { endsAt: event.endsAt, at: event.at }
      if (state.status === 'opening') return { ...state, requested }
      return { ...state, requested, azureEndsAt: instant(Math.max(state.azureEndsAt, event.endsAt)) }
    }
    case 'window-declined': {
      assert(state.status === 'opening' || state.status === 'open', `${event.type} after ${state.status}`)
      const { requested: _, ...before } = state
      return before
    }
    case 'opened': {
      assert(state.status === 'opening', `${event.type} after ${state.status}`)
      const { until, azureEndsAt, wayIn, proofs, verified } = event
      const { giveUpAt: _, checks: __, kept: ___, wants: ____, ...before } = state
      const proven = { until, azureEndsAt, wayIn, proofs, verified }
      const link = wantedLink(wayIn)
      return {
        ...before,
        ...proven,
        ...link,
        ...insideFrom(event.inside),
        status: 'open',
        openedAt: event.at,
        warned: false,
        extensions: 0,
      }
    }
    case 'extension-asked': {
      assert(state.status === 'open', `${event.type} after ${state.status}`)
      const { answer: _, ...before } = state
      const { number, minutes, reason, rule, seats: shown, others: also } = event
      const extension = { number, minutes, reason, rule, seats: shown, others: also }
      return { ...before, seats: seatedToo(seats, shown), extensions: number, extension }
    }
    case 'extended': {
      assert(state.status === 'open', `${event.type} after ${state.status}`)
      const { extension: _, cut: __, ...before } = state
      const { by, minutes, until } = event
      const total = Math.ceil((until - state.openedAt) / 60_000)
      return { ...before, until, minutes: total, warned: false, answer: { how: 'extended', by, minutes } }
    }
    case 'extension-denied': {
      assert(state.status === 'open', `${event.type} after ${state.status}`)
      const { extension: _, ...before } = state
      return { ...before, answer: { how: 'denied', by: event.by, reason: event.reason } }
    }
    case 'extension-lapsed': {
      assert(state.status === 'open', `${event.type} after ${state.status}`)
      const { extension: _, ...before } = state
      return before
    }
    case 'cut-short':
      assert(state.status === 'open', `${event.type} after ${state.status}`)
      return { ...state, until: event.until, cut: event.say }
    case 'ending-soon':
      assert(state.status === 'open', `${event.type} after ${state.status}`)
      return { ...state, warned: true }
    case 'closing-started': {
      assert(state.status === 'opening' || state.status === 'open', `${event.type} after ${state.status}`)
      const { approver, rule, minutes, source, left, way, tried, started, account } = state
      const say = event.say === undefined ? {} : { say: event.say }
      const agreed = {
        ...{ ...base, approver, rule, minutes, source, left },
        ...(way === undefined ? {} : { way }),
        ...(tried === undefined ? {} : { tried }),
        ...(started === undefined ? {} : { started }),
        ...(account === undefined ? {} : { account }),
        ...(state.status === 'open' && state.link !== undefined ? { link: state.link } : {}),
        ...insideAtEnd(state),
      }
      const openedAt = state.status === 'open' ? state.openedAt : state.requested?.at
      const moved = state.movedAt === undefined ? {} : { movedAt: state.movedAt }
      const since = openedAt === undefined ? {} : { openedAt, ...moved }
      return {
        status: 'closing',
        ...since,
        ...agreed,
        why: event.why,
        wasOpen: state.status === 'open',
        ...say,
      }
    }
    case 'closing-troubled':
      assert(state.status === 'closing', `${event.type} after ${state.status}`)
      return { ...state, trouble: event.say }
    case 'closed':
      assert(state.status === 'closing', `${event.type} after ${state.status}`)
      return over(state.why, {
        wasOpen: state.wasOpen,
        ...(event.seen === undefined ? {} : { seen: event.seen }),
        ...(state.say === undefined ? {} : { say: state.say }),
        ...(event.alsoOpen === undefined ? {} : { alsoOpen: event.alsoOpen }),
        ...(state.link?.phase === 'released' ? { link: state.link.end } : {}),
        ...insideAtEnd(state),
        ...grantOf(state),
      })
  }
}

type Closing = Extract<AccessRequest, { status: 'closing' }>

const grantOf = ({ openedAt, source, left, movedAt }: Closing): { grant?: SessionGrant } =>
  openedAt === undefined
    ? {}
    : { grant: { source, left, openedAt, ...(movedAt === undefined ? {} : { movedAt }) } }

export const replay = (events: readonly AccessEvent[]): AccessRequest =>
  events.reduce<AccessRequest>(evolve, { status: 'none' })

/** Whether somebody is asked to decide something about it: the request itself, or more time. */
export const isWaiting = (state: AccessRequest): boolean =>
  state.status === 'asked' || (state.status === 'open' && state.extension !== undefined)
