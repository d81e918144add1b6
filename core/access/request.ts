/**
 * An access request: what can have happened to it, and the state that leaves it in.
 *
 * The events are the audit trail. Each carries what an auditor needs to read it alone: who, when, by which rule.
 */
import assert from 'node:assert/strict'
import type { Instant, PersonId, RequestId, VmId } from '../ids.ts'
import { instant } from '../ids.ts'
import type { Address, VmSummary } from '../ports.ts'
import type { ChosenWay } from '../rdp/route/way.ts'
import type { AccessEvent } from './event.ts'
import { type Check, isOpenedForOwn, type Proof, type TriedWay, type WayIn } from './way-in.ts'

export type * from './event.ts'
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
export type Ending = 'expired' | 'returned' | 'failed'

/** What says that nothing is open where the JIT windows cannot be read: IP flow verify, or that there is no such VM any more. */
export type Seen = 'flow' | 'vm-gone'

type Outcome =
  | 'denied'
  | 'unanswerable'
  | 'withdrawn'
  | 'lapsed'
  | 'impossible'
  | 'expired'
  | 'returned'
  | 'failed'

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
    })
  /** `wasOpen`: it had been proven open before. */
  | (Sourced & { status: 'closing'; why: Ending; wasOpen: boolean; say?: string; trouble?: string })
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
    })

/** Folds one event into the state. An event that cannot follow the state is a bug. */
export function evolve(state: AccessRequest, event: AccessEvent): AccessRequest {
  if (event.type === 'asked') {
    assert.equal(state.status, 'none', 'asked twice')
    return { status: 'asked', ask: event.ask, seats: event.seats, others: event.others, unreached: [] }
  }
  assert(state.status !== 'none', `${event.type} before asked`)
  assert(state.status !== 'over', `${event.type} after over`)
  const { ask, seats, others } = state
  const base = { ask, seats, others }
  const over = (outcome: Outcome, more: object = {}): AccessRequest => ({
    status: 'over',
    ...base,
    ...('approver' in state ? { approver: state.approver } : {}),
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
      return { ...before, ...proven, status: 'open', openedAt: event.at, warned: false, extensions: 0 }
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
      const { approver, rule, minutes, source, left, way, tried } = state
      const say = event.say === undefined ? {} : { say: event.say }
      const agreed = {
        ...{ ...base, approver, rule, minutes, source, left },
        ...(way === undefined ? {} : { way }),
        ...(tried === undefined ? {} : { tried }),
      }
      return { status: 'closing', ...agreed, why: event.why, wasOpen: state.status === 'open', ...say }
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
      })
  }
}

type Opening = Extract<AccessRequest, { status: 'opening' }>

/** What stands for the address stays; for another one everything begins again. */
function otherWay(state: Opening, event: Extract<AccessEvent, { type: 'way-changed' }>): Opening {
  const { requested, checks: _, kept: __, ...before } = state
  const { way, giveUpAt, say } = event
  const source = event.source ?? state.source
  const isSame = event.source === state.source
  const wants = event.source === undefined
  const own = isOpenedForOwn(state.way) ? { own: state.source } : {}
  const tried = state.way === undefined ? [] : [{ way: state.way, say, ...own }]
  return {
    ...before,
    ...{ way, source, giveUpAt, wants, tried: [...(state.tried ?? []), ...tried] },
    ...(isSame || wants ? {} : { left: [...state.left, state.source], movedAt: event.at }),
    ...(isSame && requested !== undefined ? { requested } : {}),
  }
}

/** Everyone who is shown the request: a card that was posted once is redrawn for as long as the request lives. */
function seatedToo(seats: readonly Seat[], more: readonly Seat[]): readonly Seat[] {
  const known = seats.map(seat => {
    const again = more.find(({ person }) => person === seat.person)?.at ?? []
    const isNew = (to: Address) => !seat.at.some(at => at.platform === to.platform && at.key === to.key)
    return { ...seat, at: [...seat.at, ...again.filter(isNew)] }
  })
  return [...known, ...more.filter(({ person }) => !seats.some(seat => seat.person === person))]
}

export const replay = (events: readonly AccessEvent[]): AccessRequest =>
  events.reduce<AccessRequest>(evolve, { status: 'none' })

/** Whether somebody is asked to decide something about it: the request itself, or more time. */
export const isWaiting = (state: AccessRequest): boolean =>
  state.status === 'asked' || (state.status === 'open' && state.extension !== undefined)

/** How a VM's facts become the Target a request keeps. */
export function targetOf(vm: VmSummary): Target {
  const environment = environmentOf(vm.tags)
  return {
    id: vm.id,
    name: vm.name,
    subscriptionName: vm.subscription.name,
    resourceGroup: vm.resourceGroup,
    ...(environment === undefined ? {} : { environment }),
  }
}

const ENVIRONMENT_TAGS = ['environment', 'env', 'stage']

/** The environment a VM says it belongs to. Tag names are case-insensitive in Azure; tag values are not. */
function environmentOf(tags: Readonly<Record<string, string>>): string | undefined {
  const byName = new Map(Object.entries(tags).map(([name, value]) => [name.toLowerCase(), value]))
  return ENVIRONMENT_TAGS.map(name => byName.get(name)).find(value => value !== undefined)
}
