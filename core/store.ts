/** What must survive: events, the outbox and bindings. Part of the ports; see the glossary in `ports.ts`. */
import type { AccessEvent, AccessRequest } from './access/request.ts'
import type { LongOperation } from './hands.ts'
import type { DiagnosisId, Instant, PersonId, Platform, RequestId, VmId } from './ids.ts'
import type { Message } from './message/message.ts'
import type { Address, ChatUser, Incoming, Posted } from './ports.ts'
import type { Diagnosis } from './triage/conversation/diagnosis.ts'

/** Which reader a card is written for. */
export type Reader = 'requester' | 'approver'

/**
 * Something to be done. Effects say "bring it up to date", never "do this": late, twice or out of order does no harm.
 */
export type Effect =
  /** Understand and answer one incoming delivery. */
  | { do: 'handle'; incoming: Incoming }
  /** Draw one card as its request stands now: post it if it was never posted. */
  | { do: 'refresh'; request: RequestId; slot: string; reader: Reader; to: Address }
  /** Bring the VM's JIT windows to what the live grants say. */
  | { do: 'reconcile'; vm: VmId; port: number }
  /** See to the power of the VM of this request: start it, or put it back after the end. `looking`: a script that lists who is signed in. */
  | { do: 'power'; vm: VmId; request: RequestId; looking?: LongOperation }
  /** Look at the clock: something about this request may be due. */
  | { do: 'wake'; request: RequestId }
  /** Redraw a copy of a card that somebody pressed: it may be one that no slot knows. */
  | { do: 'redraw'; request: RequestId; reader: Reader; posted: Posted }
  /** Say one thing once. `otherwise`: where it is said instead when `to` cannot be reached, as with a thread that is gone or was never ours. */
  | { do: 'say'; to: Address; message: Message; otherwise?: Address }
  /** Draw a user's App Home as things stand now. */
  | { do: 'app-home'; user: ChatUser }
  /** Read what a diagnosis still lacks, and go on to its question or its verdict. */
  | { do: 'investigate'; diagnosis: DiagnosisId }
  /** Draw one message of a diagnosis as it stands now: post it if it was never posted. An approver's slot names the remedy and the reader. */
  | { do: 'report'; diagnosis: DiagnosisId; slot: 'private' | 'thread' | `approver:${string}`; to: Address }
  /** Show the asker, in private, what the VM's screen shows. `sample`: when the diagnosis looked at it; each look is shown once. */
  | { do: 'show-screen'; diagnosis: DiagnosisId; vm: VmId; sample: Instant }
  /** Nobody decided about the remedy with this key for long: end the asking, if it still waits. */
  | { do: 'lapse'; diagnosis: DiagnosisId; repair: string }
  /** Send the remedy that a diagnosis waits for, or look what became of it. `first`: queued as it was recorded that it will be sent now. */
  | { do: 'repair'; diagnosis: DiagnosisId; first: boolean }
  /** Nobody answered this question for long: end the diagnosis with what is known, if it still waits. */
  | { do: 'hush'; diagnosis: DiagnosisId; question: number }
  /** A request's own check failed: begin a diagnosis of it, once. */
  | { do: 'look-into'; request: RequestId }
  /** Compare what Azure lets in with what was granted. `asked`: somebody decided about a finding. */
  | { do: 'drift'; asked?: true }
  /** Bring the shareable link of the VM that this request comes in by to what the live grants say. */
  | { do: 'bastion-link'; request: RequestId; vm: VmId }
  /** Enter Windows on the VM of this request, if it is time: to warn, to sign out, or to see whether anybody signed in. */
  | { do: 'guest-session'; vm: VmId; request: RequestId }
  /** Hand over the connection file of an open request. */
  | { do: 'hand'; request: RequestId; to: Address }

/** An effect for the outbox. `notBefore` is on the grants' clock. */
export type Queued = { effect: Effect; notBefore?: Instant }

/**
 * A leased effect. `attempt` counts every lease from 1; a lease is void once a later attempt exists. `failures` counts the attempts that
 * ended as 'failed'.
 */
export type Task = { id: string; attempt: number; failures: number; effect: Effect }

/** How a task ended, for this time. */
export type Settlement =
  | {
      how: 'done'
      queue?: readonly Queued[]
      card?: { request: RequestId | DiagnosisId; slot: string; posted: Posted }
    }
  /** Nothing went wrong, it is not there yet: look again, without counting it as a failure. */
  | { how: 'again'; afterMs: number }
  | { how: 'failed'; afterMs: number; why: string }
  /** Given up. Kept for people to look at. */
  | { how: 'parked'; why: string; queue?: readonly Queued[] }

export type Loaded = { state: AccessRequest; version: number; events: readonly AccessEvent[] }

export type Ticket = { user: ChatUser; label: string; resume: Incoming }

/**
 * Events, outbox and what else must survive. Every method is one transaction: all of it or nothing.
 * "Record, acknowledge, think": `note` returns only when the delivery is stored.
 */
export interface Store {
  /** Stores a delivery and queues its `handle` effect. 'seen': it was stored before, nothing is queued. */
  note(incoming: Incoming): Promise<'noted' | 'seen'>
  load(id: RequestId): Promise<Loaded>
  /**
   * Appends events to one request, queues effects, and settles the task they came from.
   * 'stale': someone else appended first, decide again. 'lease-lost': another worker has the task; do nothing more. 'taken': nothing was
   * appended, because another request that is not over was begun with the same `sole`, which counts only where a request begins.
   */
  append(entry: {
    id: RequestId
    expected: number
    at: Instant
    events: readonly AccessEvent[]
    queue: readonly Queued[]
    settles?: Task
    sole?: string
  }): Promise<'appended' | 'stale' | 'lease-lost' | 'taken'>
  /** Live requests (not over) that concern this VM / this requester / this approver's seat. */
  liveOn(vm: VmId): Promise<readonly AccessRequest[]>
  liveOf(person: PersonId): Promise<readonly AccessRequest[]>
  /** Requests that concern this VM and are not over, or have changed since. */
  liveSince(vm: VmId, since: Instant): Promise<readonly AccessRequest[]>
  /** Every live request. */
  live(): Promise<readonly AccessRequest[]>
  waitingFor(person: PersonId): Promise<readonly AccessRequest[]>
  /** Requests waiting for a decision, about themselves or about more time, whose id ends in this reference (see `refOf`), whoever may decide them. */
  askedByRef(ref: string): Promise<readonly AccessRequest[]>
  /** Queues effects that follow from nothing that is stored. */
  queue(queue: readonly Queued[]): Promise<void>
  /** Leases the next due effect whose lane is free; undefined when nothing is due. */
  claim(now: Instant, leaseMs: number): Promise<Task | undefined>
  /** Prolongs these leases, to `leaseMs` from now. One that is lost stays lost. */
  renew(tasks: readonly Task[], leaseMs: number): Promise<void>
  settle(task: Task, settlement: Settlement): Promise<'settled' | 'lease-lost'>
  /** The card posted for a slot. */
  card(request: RequestId | DiagnosisId, slot: string): Promise<Posted | undefined>

  /** A diagnosis as it was kept last. Undefined: there is none. */
  diagnosis(id: DiagnosisId): Promise<{ diagnosis: Diagnosis; version: number } | undefined>
  /** The diagnoses of one person that are not over, latest first. */
  diagnosesOf(person: PersonId): Promise<readonly { diagnosis: Diagnosis; version: number }[]>
  /**
   * Diagnoses whose remedy this person asked for and that waits, for an approver or for themselves on a page; and those whose remedy waits
   * for a decision of which they hold a seat. Oldest first.
   */
  remediesOf(person: PersonId): Promise<readonly Diagnosis[]>
  /** Diagnoses whose remedy waits for a decision and whose key ends in this reference (see `refOf`), whoever may decide it. */
  remediesByRef(ref: string): Promise<readonly Diagnosis[]>
  /**
   * Keeps a diagnosis as it is now, queues effects, and settles the task they came from.
   * 'stale': it is not at the version `expected` (0: not there yet); look again. 'lease-lost': another worker has the task.
   */
  keep(entry: {
    diagnosis: Diagnosis
    expected: number
    queue: readonly Queued[]
    settles?: Task
  }): Promise<'kept' | 'stale' | 'lease-lost'>

  /** Resolves when something may be due: after a write that queues, or after `withinMs` at the latest. */
  wait(withinMs: number): Promise<void>

  personBoundTo(user: ChatUser): Promise<PersonId | undefined>
  /** The user of a platform that is bound to this person. */
  userBoundTo(person: PersonId, platform: Platform): Promise<string | undefined>
  /** Binds once. 'taken': this user or this person is bound otherwise already; only an administrator may change that. */
  bind(user: ChatUser, person: PersonId, queue: readonly Queued[]): Promise<'bound' | 'taken'>
  putTicket(id: string, ticket: Ticket, expiresAt: Instant): Promise<void>
  /** Reads a ticket without using it up. Undefined when unknown, used or expired. */
  ticket(id: string, now: Instant): Promise<Ticket | undefined>
  dropTicket(id: string): Promise<void>

  /** A small memory for adapters (for example Teams' conversation references). */
  recall(scope: string, key: string): Promise<unknown>
  remember(scope: string, key: string, value: unknown): Promise<void>
}
