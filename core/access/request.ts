/**
 * An access request: what can have happened to it, and the state that leaves it in.
 *
 * The events are the audit trail. Each carries what an auditor needs to read it alone: who, when, by which rule.
 */
import assert from 'node:assert/strict'
import type { Instant, PersonId, RequestId, VmId } from '../ids.ts'
import { instant } from '../ids.ts'
import type { Address, VmSummary } from '../ports.ts'

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
type Ending = 'expired' | 'returned' | 'failed'

/** What was checked before "Ready" was said. `not-tested` carries the reason and is shown as such. */
export type Proof = { check: string; result: 'proven' | 'not-tested'; note?: string }

/** The way in, as handed over. */
export type WayIn = {
  host: string
  port: number
  /** The Windows account name to sign in with, where Azure reports one. */
  account?: string
}

export type AccessEvent =
  | { type: 'asked'; at: Instant; ask: Ask; seats: readonly Seat[]; others: readonly string[] }
  /** Somebody who was to decide cannot be reached; these are asked instead. */
  | {
      type: 'reseated'
      at: Instant
      seats: readonly Seat[]
      others: readonly string[]
      unreached: readonly PersonId[]
    }
  /** Nobody the rule names can be reached. */
  | { type: 'unanswerable'; at: Instant; say: string }
  | { type: 'approved'; at: Instant; by: Approver; rule: string; lapsesAt: Instant }
  | { type: 'denied'; at: Instant; by: NamedPerson; reason: string }
  | { type: 'withdrawn'; at: Instant }
  | { type: 'lapsed'; at: Instant }
  /** The requester opened the access page, signed in, and pressed Open from this address. `giveUpAt`: proof must be there by then. */
  | { type: 'source-given'; at: Instant; source: string; giveUpAt: Instant }
  /** A JIT request that covers this one is about to be sent: recorded first, so that a restart does not send a second one blindly. */
  | { type: 'window-requested'; at: Instant; endsAt: Instant; sources: readonly string[] }
  /** Azure answered that it did not accept the JIT request: nothing was opened by it. */
  | { type: 'window-declined'; at: Instant; say: string }
  /** Proven open. The person's time runs from here; never past `azureEndsAt`. */
  | {
      type: 'opened'
      at: Instant
      until: Instant
      azureEndsAt: Instant
      wayIn: WayIn
      proofs: readonly Proof[]
      verified: boolean
    }
  | { type: 'ending-soon'; at: Instant }
  | { type: 'closing-started'; at: Instant; why: Ending; say?: string }
  /** Azure would not shut it; we keep trying. */
  | { type: 'closing-troubled'; at: Instant; say: string }
  /** Read back: no rule of ours lets this source in any more. `alsoOpen` names another rule that still does. */
  | { type: 'closed'; at: Instant; alsoOpen?: string }

type Outcome = 'denied' | 'unanswerable' | 'withdrawn' | 'lapsed' | 'expired' | 'returned' | 'failed'

type Base = { ask: Ask; seats: readonly Seat[]; others: readonly string[] }
type Approved = Base & { approver: Approver }

export type AccessRequest =
  | { status: 'none' }
  /** `unreached`: people who were to decide and turned out not to be reachable. */
  | (Base & { status: 'asked'; unreached: readonly PersonId[] })
  /** Agreed; waiting for the address the requester comes from. */
  | (Approved & { status: 'approved'; lapsesAt: Instant })
  | (Approved & {
      status: 'opening'
      source: string
      giveUpAt: Instant
      requested?: { endsAt: Instant; at: Instant }
    })
  | (Approved & {
      status: 'open'
      source: string
      openedAt: Instant
      until: Instant
      azureEndsAt: Instant
      wayIn: WayIn
      proofs: readonly Proof[]
      /** IP flow verify confirmed that the source is let through. */
      verified: boolean
      warned: boolean
    })
  | (Approved & { status: 'closing'; source: string; why: Ending; say?: string; trouble?: string })
  | (Base & {
      status: 'over'
      outcome: Outcome
      at: Instant
      approver?: Approver
      deniedBy?: NamedPerson
      say?: string
      alsoOpen?: string
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
      return { status: 'approved', ...base, approver: event.by, lapsesAt: event.lapsesAt }
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
    case 'source-given':
      assert(state.status === 'approved', `${event.type} after ${state.status}`)
      return {
        status: 'opening',
        ...base,
        approver: state.approver,
        source: event.source,
        giveUpAt: event.giveUpAt,
      }
    case 'window-requested':
      // Renewals of a shared window reach requests that are open already; only an opening one waits for it.
      if (state.status === 'open')
        return { ...state, azureEndsAt: instant(Math.max(state.azureEndsAt, event.endsAt)) }
      assert(state.status === 'opening', `${event.type} after ${state.status}`)
      return { ...state, requested: { endsAt: event.endsAt, at: event.at } }
    case 'window-declined': {
      if (state.status === 'open') return state
      assert(state.status === 'opening', `${event.type} after ${state.status}`)
      const { requested: _, ...before } = state
      return before
    }
    case 'opened': {
      assert(state.status === 'opening', `${event.type} after ${state.status}`)
      const { until, azureEndsAt, wayIn, proofs, verified } = event
      const { approver, source } = state
      return {
        status: 'open',
        ...base,
        approver,
        source,
        openedAt: event.at,
        until,
        azureEndsAt,
        wayIn,
        proofs,
        verified,
        warned: false,
      }
    }
    case 'ending-soon':
      assert(state.status === 'open', `${event.type} after ${state.status}`)
      return { ...state, warned: true }
    case 'closing-started': {
      assert(state.status === 'opening' || state.status === 'open', `${event.type} after ${state.status}`)
      const { approver, source } = state
      const say = event.say === undefined ? {} : { say: event.say }
      return { status: 'closing', ...base, approver, source, why: event.why, ...say }
    }
    case 'closing-troubled':
      assert(state.status === 'closing', `${event.type} after ${state.status}`)
      return { ...state, trouble: event.say }
    case 'closed':
      assert(state.status === 'closing', `${event.type} after ${state.status}`)
      return over(state.why, {
        ...(state.say === undefined ? {} : { say: state.say }),
        ...(event.alsoOpen === undefined ? {} : { alsoOpen: event.alsoOpen }),
      })
  }
}

export const replay = (events: readonly AccessEvent[]): AccessRequest =>
  events.reduce<AccessRequest>(evolve, { status: 'none' })

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
