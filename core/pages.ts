/**
 * What the pages that people open may show and do. The web adapter signs people in and draws; every right is judged here.
 *
 * `person` is always the signed-in person. Reading changes nothing; only `open`, `move`, `remedy` and `bind` do, and all may be repeated.
 */
import type { DiagnosisId, PersonId, RequestId } from './ids.ts'
import type { Line, Message } from './message/message.ts'
import type { ConnectionFile, FileSignature } from './ports.ts'
import type { BastionRow } from './rdp/bastion/abilities.ts'
import type { Refusal } from './refusal.ts'

/** What the access page shows: the requester's own card, and what can be done on the page now. */
export type AccessView = {
  message: Message
  /** `open`: an address is wanted, offer the Open button. `wait`: something is under way, look again in a moment. */
  offer: 'open' | 'wait' | 'download' | 'nothing'
  /** What the connection file will say of its publisher. */
  signed: FileSignature
  /** It is open, or being opened, for another address than the one this page is looked at from: offer to change it. */
  moved?: { from: string; to: string }
  /** The way leads through a Bastion host, and is open. */
  bastion?: BastionView
  /** An instance of a Cloud Service: a press sets an account, and its password is shown once in the answer. */
  account?: {
    /** One was set before: a press sets a new one in its place. */
    again: boolean
    /** To be read before anybody presses. */
    warnings: readonly string[]
    /** Every instance that the account opens, where there is more than one: each has a file of its own. */
    files?: readonly string[]
  }
}

/** How the Bastion host leads to the VM. */
export type BastionView = {
  name: string
  sku: string
  /** The port that Windows listens on: another one than usual has to be entered. */
  port: number
  rows: readonly BastionRow[]
  /**
   * The shareable link, read from Azure for this look: a secret, for this person's page alone. `wait`: there is none yet; `none`: there will
   * be none. Absent: nobody wanted one.
   */
  link?: { url: string } | { wait: string } | { none: string }
}

/** What the binding page shows before anyone presses. */
export type BindView = { chatAccount: string; personName: string; upn: string }

/**
 * A new account's name and password, for the answer to one press on a signed-in page. It is stored nowhere and can be had from nowhere again:
 * who loses it presses once more, and a new password takes its place.
 */
export type OnceShown = { user: string; password: string }

/** What the page of a remedy that sets a password shows. `set`, `again`: offer the button, called `label`. `wait`: look again in a moment. */
export type RemedyView =
  | { message: Message; offer: 'set' | 'again'; label: string }
  | { message: Message; offer: 'wait' | 'nothing' }

export interface PageDesk {
  /**
   * Refused with `not-requester` for anybody else, in the same words whether the request exists or not.
   * @param source the address the page is looked at from, where it can be told
   */
  view(request: RequestId, person: PersonId, source?: string): Promise<AccessView | Refusal>
  /**
   * Gives the address the person comes from and starts opening. A second press with the same address changes nothing; but where an account is
   * set, each press sets a new one, and what is returned is shown once.
   */
  open(request: RequestId, person: PersonId, source: string): Promise<OnceShown | Refusal | undefined>
  /**
   * Opens the same grant for the address the person comes from now, and shuts the one before. No second approval; its time goes on. Refused
   * beyond what the policy lets one grant move. A second press with the same address changes nothing.
   */
  move(request: RequestId, person: PersonId, source: string): Promise<Refusal | undefined>
  /**
   * The connection file of an open request, made afresh each time.
   * @param instance one of the instances of a Cloud Service that the account opens; absent: the one that was asked for
   */
  file(request: RequestId, person: PersonId, instance?: string): Promise<ConnectionFile | Refusal>
  /**
   * Refused with `not-requester` for anybody but the one who asked for the remedy, in the same words whether it exists or not.
   * @param key names the undertaking
   */
  remedyView(diagnosis: DiagnosisId, key: string, person: PersonId): Promise<RemedyView | Refusal>
  /**
   * Makes a password, has Azure set it, and gives it back to be shown in this very answer. Each press makes a new one that takes the place
   * of the one before; while one is under way, another press is refused. `lines` say what it is for and when it works.
   */
  remedy(
    diagnosis: DiagnosisId,
    key: string,
    person: PersonId,
  ): Promise<{ once: OnceShown; title: string; lines: readonly Line[] } | Refusal>
  bindView(ticket: string, person: PersonId): Promise<BindView | Refusal>
  bind(ticket: string, person: PersonId): Promise<Refusal | undefined>
}
