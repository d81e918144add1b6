/** What can have happened to an access request. The events are the audit trail: each carries what an auditor needs to read it alone. */
import type { Instant, PersonId } from '../ids.ts'
import type { ChosenWay } from '../rdp/route/way.ts'
import type { InsideEvent, InsidePlan } from './inside/inside.ts'
import type { LinkEvent } from './link/link.ts'
import type { PowerEvent } from './power/power.ts'
import type { Approver, Ask, Ending, NamedPerson, Seat, Seen } from './request.ts'
import type { AccountEvent } from './role-instance/account.ts'
import type { Check, Proof, WayIn } from './way-in.ts'

export type AccessEvent =
  | PowerEvent
  | AccountEvent
  | LinkEvent
  | InsideEvent
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
  /** `minutes`: what was agreed to; absent in what was stored before less could be agreed to, and then as much as was asked. */
  | { type: 'approved'; at: Instant; by: Approver; rule: string; lapsesAt: Instant; minutes?: number }
  | { type: 'denied'; at: Instant; by: NamedPerson; reason: string }
  | { type: 'withdrawn'; at: Instant }
  | { type: 'lapsed'; at: Instant }
  /** What was asked for can no longer be opened at all, and nothing was. */
  | { type: 'impossible'; at: Instant; say: string }
  /** The requester opened the access page, signed in, and pressed Open from this address. `giveUpAt`: proof must be there by then. */
  | { type: 'source-given'; at: Instant; source: string; giveUpAt: Instant; way?: ChosenWay }
  /** The way did not pass its checks: another one that the rule allows is tried, under the same approval. */
  | {
      type: 'way-changed'
      at: Instant
      say: string
      way: ChosenWay
      /** Absent: it is opened for the person's own address, which is not known yet. */
      source?: string
      giveUpAt: Instant
    }
  /** It takes long, and there is no other way: it is waited for until the opening is given up. */
  | { type: 'way-kept'; at: Instant }
  /** How the checks of this address and way stand. */
  | { type: 'checked'; at: Instant; checks: readonly Check[] }
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
      /** What is done inside Windows; absent: nothing. */
      inside?: InsidePlan
    }
  /** The same grant for another address: the requester signed in again and pressed. */
  | { type: 'source-changed'; at: Instant; source: string; giveUpAt: Instant }
  /** An open grant's new address is let in. Its time did not start again. */
  | {
      type: 'source-proven'
      at: Instant
      source: string
      azureEndsAt: Instant
      proofs: readonly Proof[]
      verified: boolean
    }
  | {
      type: 'extension-asked'
      at: Instant
      /** Counts from 1 within the request. */
      number: number
      /** To be added to the end. */
      minutes: number
      reason: string
      rule: string
      /** Who is shown it. */
      seats: readonly Seat[]
      others: readonly string[]
    }
  | {
      type: 'extended'
      at: Instant
      number: number
      by: Approver
      rule: string
      minutes: number
      until: Instant
    }
  | { type: 'extension-denied'; at: Instant; number: number; by: NamedPerson; reason: string }
  /** Nobody had decided about it when the access ended. */
  | { type: 'extension-lapsed'; at: Instant; number: number }
  /** Azure will end it before the promised minute, and does not renew it. */
  | { type: 'cut-short'; at: Instant; until: Instant; say: string }
  | { type: 'ending-soon'; at: Instant }
  | { type: 'closing-started'; at: Instant; why: Ending; say?: string }
  /** Azure would not shut it; we keep trying. */
  | { type: 'closing-troubled'; at: Instant; say: string }
  /**
   * Read back: no rule of ours lets this source in any more. `alsoOpen` names another rule that still does. `seen`: what told so where the
   * windows themselves could not be read.
   */
  | { type: 'closed'; at: Instant; alsoOpen?: string; seen?: Seen }
