/**
 * Everything the core needs from the outside, as interfaces. Adapters implement them; the simulated world and the tests stand behind the same ones.
 *
 * The ports of Azure and of the store stand in files of their own, `azure.ts` and `store.ts`, and are reached from here.
 *
 * # Glossary: one word per thing
 *
 * access request   what someone asked for and what became of it (`AccessRequest`); lives from `asked` to `over`
 * requester        the person who asked
 * approver         a person who may decide a request; never the requester
 * seat             an approver who was shown the request, with the chats where
 * grant            the right to a way in that an approved request gives, for its time; live while the request is opening, open or closing
 * policy, rule     the YAML file that says who may do what (`Policy`), and one entry of it; a rule's effect is allow, ask or forbid
 * verdict          what the policy says to one question, with its reasons
 * refusal          an expected no, as a value with a code and the facts behind it
 * fault            the world failing us (`Fault`); thrown by adapters only
 * intent           what a person wants, as data
 * delivery         one thing a platform told us; its key recognises a second delivery of the same thing
 * event            something that happened to an access request; stored for ever, in order
 * effect           something to be done about it: stored with the events, performed by the worker at least once
 * outbox           the stored effects that are not done yet
 * lane             effects of one lane are performed one at a time (`vm:…`, `card:…`)
 * lease            a worker's right to perform one effect, for a while; a newer lease voids it
 * card             a message of ours that is redrawn as its request moves; a slot names one card of one request
 * home             a person's private chat with the bot on one platform
 * binding          that a Slack user is a certain person in Entra, proven by sign-in
 * ticket           a one-time, unguessable reference to something a person has to finish on one of our pages
 * diagnosis        the search for why somebody's RDP does not work, from their words to a verdict (`Diagnosis`)
 * remedy           what can be done about a cause: done by Latchkey, by the person, or handed over to an owner
 * JIT access policy  Microsoft Defender for Cloud's own object: which ports of which VMs may be requested, from where, how long
 * JIT request      a call of `initiate` on it
 * JIT window       what a JIT request opens: an allow rule in the NSG, for some sources, until its end
 * NSG              network security group; its rules have priorities, the lowest number that matches decides
 * source           the address the person's RDP client comes from, as Azure sees it
 * reconcile        compare the JIT windows a VM should have with those it has, and close the difference
 * foreign window   a JIT window that carries none of our request ids
 */

import type { Policy } from './access/policy.ts'
import type { JitAccess, Machines } from './azure.ts'
import type { Unfilled } from './command/form.ts'
import type { Intent } from './command/intent.ts'
import type { CloudServices, GuestSessions, ShareableLinks, Surveyor } from './hands.ts'
import type { DiagnosisId, GroupId, Instant, PersonId, Platform, RequestId } from './ids.ts'
import type { Message } from './message/message.ts'
import type { RandomBytes } from './rdp/cloud-service/account.ts'
import type { Store } from './store.ts'
import type { Diagnostics, Pictures } from './triage/diagnostics.ts'
import type { ProbeAnswer } from './triage/readings.ts'
import type { Repairs } from './triage/repairs.ts'

export type * from './azure.ts'
export type * from './hands.ts'
export type * from './store.ts'

// ---- People and chats ----------------------------------------------------------------------------------------------------------

/** Where a message goes. `key` is the adapter's own encoding; the core only carries it. */
export type Address = { platform: Platform; key: string }

/** A message that was posted, so that it can be redrawn. */
export type Posted = Address & { messageKey: string }

/** Someone in a chat. */
export type ChatUser = {
  platform: Platform
  /** Slack: the enterprise or team id. Teams: the tenant id. */
  workspace: string
  /** The platform's id of the user. */
  key: string
  /** Teams: the Entra object id from the verified activity. Slack: absent; a binding says who it is. */
  person?: PersonId
}

/** One thing a person did. Everything needed to understand it later is in here: it is stored before it is acknowledged. */
export type Incoming = {
  /** The platform's own delivery key, prefixed with the platform. A redelivery has the same one. */
  delivery: string
  who: ChatUser
  /** The person's private chat with the bot. Answers go here. */
  home: Address
  /** The thread in which it was said or pressed, when that is not the private chat: others read along there. */
  thread?: Address
  did:
    | { typed: string }
    /** A button. `on` is the card it is on: a press that changes nothing redraws it. On the App Home there is none. */
    | { pressed: Intent; on?: Posted }
    /** A form that was sent. Values are text from a person, by the field's id: hostile until drawn. `on`: the card it was opened from. */
    | { filled: Unfilled; values: Readonly<Record<string, string>>; on?: Posted }
    /** "Diagnose this", chosen on somebody's message: the text of that message. */
    | { pointedAt: string }
    /** The person looked at the bot's App Home. */
    | { opened: 'app-home' }
}

/** A VM offered while somebody types. `value` is at most 150 characters (Slack's limit for an option). */
export type Suggestion = { value: string; label: string; hint: string }

/** What a chat platform knows of one of its users. */
export type ChatProfile = {
  /** How the platform shows this account: for the page that asks "is this you?". */
  label: string
  /** The e-mail address that the platform has confirmed, lower case. */
  confirmedEmail?: string
  standing: 'member' | 'guest' | 'external' | 'removed' | 'bot'
}

/** A .rdp file. Its content goes to its person and nowhere else: not into logs, events, cards or the store. */
export type ConnectionFile = { name: string; bytes: Uint8Array }

/** A picture for one person's eyes. It goes to them and nowhere else: not into logs, events or the store. */
export type Picture = { name: string; png: Uint8Array; say: string }

/** Whether a connection file is signed: the publisher's name as Windows shows it, or why there is none. */
export type FileSignature = { by: string } | { not: string }

/** The publisher of connection files: what Windows shows of a signing certificate. */
export type Publisher = {
  /** The name that Windows shows, as the certificate has it. */
  name: string
  /** Thumbprints, upper-case hex without separators: what Windows' policy for trusted publishers takes. */
  sha1: string
  sha256: string
  /** The last moment at which the certificate is valid, milliseconds since 1970. */
  notAfter: number
  /** How many certificates a file carries: the signing one and those of its issuers. */
  chain: number
}

/** Signs connection files with the organisation's certificate. */
export interface FileSigner {
  readonly publisher: Publisher
  /**
   * The same connection file with a signature. Repeating is safe: the same file gets the same signature.
   * @throws {Fault} `invalid` when the file cannot be signed, or the certificate is not valid now; what a remote key throws
   */
  sign(unsigned: Uint8Array): Promise<Uint8Array>
  /**
   * One sentence for administrators from 30 days before the certificate ends; undefined before that.
   * @param now milliseconds since 1970, wall time
   */
  warning(now: number): string | undefined
}

/** One chat platform. */
export interface Chat {
  readonly platform: Platform
  /**
   * Posts a message.
   *
   * @param to.again true when an earlier attempt may have posted already: the adapter looks for it under `key` where the platform lets it
   * @throws {Fault} `missing` when the conversation or person cannot be reached and repeating will not help
   */
  post(to: Address, message: Message, how: { key: string; again: boolean }): Promise<Posted>
  /**
   * Redraws a posted message. Repeating is safe.
   * @throws {Fault} `missing` when the message is gone
   */
  amend(posted: Posted, message: Message): Promise<void>
  /** Hands a connection file to one person, in private. 'link-only' where the platform cannot take it: the card's link is the way then. */
  hand(
    to: Address,
    file: ConnectionFile & { request: RequestId; say: string },
  ): Promise<'handed' | 'link-only'>
  /** Shows pictures in one person's private chat. Absent where the platform has no way. */
  readonly show?: {
    /** Of a PNG. */
    mostBytes: number
    /** @throws {Fault} `invalid` for what is no private chat; a repetition may show it twice */
    post(to: Address, picture: Picture): Promise<Posted>
  }
  /** The private chat in which this person can be reached here, or undefined when there is none. `key` is their bound chat user, if any. */
  homeOf(person: Person, key: string | undefined): Promise<Address | undefined>
  /** Undefined when the platform does not know the user. */
  profileOf(user: ChatUser): Promise<ChatProfile | undefined>
  /** Shows these messages, one under the other, on the user's App Home. Absent where the platform has none. Repeating is safe. */
  showHome?(user: ChatUser, messages: readonly Message[]): Promise<void>
}

export type Person = {
  id: PersonId
  name: string
  /** User principal name. */
  upn: string
  mail?: string
  enabled: boolean
  kind: 'member' | 'guest'
}

/** Entra ID, read through Microsoft Graph. All reads; repeating is safe. */
export interface Directory {
  /** Undefined when there is no such person (any more). */
  person(id: PersonId): Promise<Person | undefined>
  /** Undefined when the directory names no manager. */
  managerOf(id: PersonId): Promise<Person | undefined>
  /** Every group the person is in, directly or through other groups. */
  groupsOf(id: PersonId): Promise<ReadonlySet<GroupId>>
  /** The people in a group, directly or through other groups; empty when there is no such group. */
  membersOf(group: GroupId): Promise<readonly Person[]>
}

/** The policy file as it is now. */
export interface Policies {
  current(): Policy
}

/** Addresses of our own pages. None of them carries a right: each asks for sign-in. */
export interface Pages {
  access(request: RequestId): string
  bind(ticket: string): string
  /** Where a remedy that sets a password is carried out; `key` is that of the undertaking. */
  remedy(diagnosis: DiagnosisId, key: string): string
}

// ---- Small things --------------------------------------------------------------------------------------------------------------

/**
 * The clock that grants, timers, cards and JIT windows live by: wall time plus an offset that only ever grows (demo and tests move it).
 * Leases, signatures, tokens and back-off use wall time.
 */
export interface Clock {
  now(): Instant
  /** Resolves after this much wall time. */
  pause(milliseconds: number): Promise<void>
}

export interface Ids {
  /** A new UUIDv7. */
  request(): RequestId
  /** 128 random bits or more, safe in a URL. */
  secret(): string
}

/** Structured log. `facts` never hold secrets, tokens, file contents or text typed by people. */
export interface Log {
  info(event: string, facts?: Readonly<Record<string, string | number | boolean | undefined>>): void
  warn(
    event: string,
    facts?: Readonly<Record<string, string | number | boolean | undefined>>,
    error?: unknown,
  ): void
  error(
    event: string,
    facts?: Readonly<Record<string, string | number | boolean | undefined>>,
    error?: unknown,
  ): void
}

export type Ports = {
  chats: readonly Chat[]
  directory: Directory
  policies: Policies
  pages: Pages
  machines: Machines
  jit: JitAccess
  /**
   * What diagnoses read; each takes one of its own. Absent: there is no diagnosis here, and people are told so. What leads to a VM is read
   * with it too; without, only public addresses of the VM's own are ways in.
   */
  diagnostics?: { forOneDiagnosis(): Diagnostics }
  /** Draws pictures of screens anew. Absent: nobody is shown any. */
  pictures?: Pictures
  /** What carries out remedies. Absent: they are told in words. */
  repairs?: Repairs
  /** Absent: nobody looks for drift. */
  surveyor?: Surveyor
  /** Absent: nobody comes in by a shareable link of Bastion. */
  links?: ShareableLinks
  /** Nobody may enter Windows here: nothing in there is read or mended, and nobody is asked for a yes to it. */
  guest?: 'closed'
  /** Who is signed in to Windows, under the identity that may enter guests. Absent: there is none, and nobody looks. */
  sessions?: GuestSessions
  /** Cloud Services. Absent: there is no way into their role instances here. */
  services?: CloudServices
  /** Tries an RDP port from here, without credentials. Used only where the policy says that there is a path. */
  probe?: (host: string, port: number) => Promise<ProbeAnswer>
  /** Absent: connection files are handed out unsigned, and say so. */
  signer?: FileSigner
  store: Store
  clock: Clock
  ids: Ids
  /** For passwords. */
  random: RandomBytes
  log: Log
  /** How long an effect is leased, ms, unless its lease is renewed: what a process that dies held is taken over then. Usually left out. */
  leaseMs?: number
}

// ---- What the core offers to adapters ------------------------------------------------------------------------------------------

/** What came of a delivery, for platforms that want an answer in the same breath. */
export type Answer = {
  /** What was said to the person in reply, if anything was. */
  said?: Message
  /** The pressed card as it stands now, written for the person who pressed. */
  card?: Message
}

/** What chat adapters call. */
export interface Inbox {
  /**
   * Stores a delivery; acknowledge to the platform only after this resolves. Repeating is safe. 'too-many': this person has sent more than
   * anybody types; it was not stored, and the platform's quickest private answer should say so.
   */
  receive(incoming: Incoming): Promise<'noted' | 'seen' | 'too-many'>
  /**
   * VMs that this person may see and whose names resemble the text, at most 20; with empty text, those they asked for last. Empty for
   * somebody who is not known yet. Answers within 2.5 s, with what it has by then. A read; nothing is recorded.
   */
  suggest(who: ChatUser, text: string): Promise<readonly Suggestion[]>
  /** Waits for the outcome of a delivery received by this process. Undefined: still being worked on; the cards will tell. */
  outcome(delivery: string, withinMs: number): Promise<Answer | undefined>
}

/** OpenID Connect sign-in, for the pages. */
export interface SignIn {
  /** Where to send the browser. `pending` must come back to `finish` from the same browser and nobody else may see it. */
  begin(): Promise<{ url: string; pending: string }>
  /**
   * Finishes the code flow with the address the browser was sent back to.
   * @throws {Fault} `invalid` when anything about the answer does not fit; `denied` when the person's tenant is not ours
   */
  finish(currentUrl: string, pending: string): Promise<{ person: PersonId; name: string; upn: string }>
}
