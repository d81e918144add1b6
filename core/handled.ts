/** Who asks, once known, and what handling one delivery came to. */
import type { Advanced } from './advance.ts'
import type { GroupId } from './ids.ts'
import type { Message } from './message/message.ts'
import type { Person } from './ports.ts'
import type { Refusal } from './refusal.ts'

/** An active member of the directory, with every group they are in. */
export type Asker = { person: Person; groups: ReadonlySet<GroupId> }

/** Something to say, or what became of the request it was about. */
export type Handled = { say: Message } | { refusal: Refusal } | Advanced
