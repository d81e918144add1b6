/**
 * What the pages that people open may show and do. The web adapter signs people in and draws; every right is judged here.
 *
 * `person` is always the signed-in person. Reading changes nothing; only `open`, `move` and `bind` do, and all may be repeated.
 */
import type { PersonId, RequestId } from './ids.ts'
import type { Message } from './message/message.ts'
import type { ConnectionFile, FileSignature } from './ports.ts'
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
}

/** What the binding page shows before anyone presses. */
export type BindView = { chatAccount: string; personName: string; upn: string }

export interface PageDesk {
  /**
   * Refused with `not-requester` for anybody else, in the same words whether the request exists or not.
   * @param source the address the page is looked at from, where it can be told
   */
  view(request: RequestId, person: PersonId, source?: string): Promise<AccessView | Refusal>
  /** Gives the address the person comes from and starts opening. A second press with the same address changes nothing. */
  open(request: RequestId, person: PersonId, source: string): Promise<Refusal | undefined>
  /**
   * Opens the same grant for the address the person comes from now, and shuts the one before. No second approval; its time goes on. Refused
   * beyond what the policy lets one grant move. A second press with the same address changes nothing.
   */
  move(request: RequestId, person: PersonId, source: string): Promise<Refusal | undefined>
  /** The connection file of an open request, made afresh each time. */
  file(request: RequestId, person: PersonId): Promise<ConnectionFile | Refusal>
  bindView(ticket: string, person: PersonId): Promise<BindView | Refusal>
  bind(ticket: string, person: PersonId): Promise<Refusal | undefined>
}
