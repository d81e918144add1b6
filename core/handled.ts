/** Who asks, once known, and what handling one delivery came to. */
import type { Advanced } from './advance.ts'
import type { GroupId } from './ids.ts'
import type { Message } from './message/message.ts'
import type { Incoming, Person } from './ports.ts'
import type { Refusal } from './refusal.ts'
import type { Diagnosis } from './triage/conversation/diagnosis.ts'

/** An active member of the directory, with every group they are in. */
export type Asker = { person: Person; groups: ReadonlySet<GroupId> }

/**
 * Something to say, or what became of the request or the diagnosis it was about. `kept`: stored, and the task settled with it; `card`: what
 * the one who acted sees of it, where that is not what the asker sees.
 */
export type Handled = { say: Message } | { refusal: Refusal } | { kept: Diagnosis; card?: Message } | Advanced

/** A client that looked at a card by itself: nobody asked anything, so nobody is told anything. */
export const isAutomatic = ({ did }: Incoming): boolean =>
  'pressed' in did && did.pressed.do === 'show' && !did.on?.messageKey
