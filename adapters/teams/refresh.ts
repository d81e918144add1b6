/**
 * Cards that several people read: what each of them sees is fetched by their own client.
 *
 * The copy that is posted is the same for all. A client that shows it asks us for the card as it stands for its reader, who is judged like
 * anybody who presses a button; Teams keeps the answer to that client alone.
 * Source: learn.microsoft.com/microsoftteams/platform, "User specific views" and "Up-to-date cards" (read 2026-11-20).
 */
import type { Line, Message, PersonId, RequestId } from '../../core/index.ts'
import type { Refresh } from './draw.ts'
import type { References } from './references.ts'

/**
 * How the shared copy of a message is refreshed: for the people whom it names and whose id in Teams we know. Whoever is not named sees what
 * was posted, and is asked nothing. Undefined for a message about no one request, which is the same for everybody.
 */
export async function refreshOf(message: Message, references: References): Promise<Refresh | undefined> {
  const request = requestOf(message)
  if (request === undefined) return undefined
  const known = await Promise.all([...peopleIn(message)].map(person => references.of(person)))
  const userIds = known.flatMap(reference => reference?.user ?? [])
  return userIds.length > 0 ? { request, userIds } : undefined
}

/** How the card that answered one reader goes on being refreshed for them. */
export function refreshFor(message: Message, user: string): Refresh | undefined {
  const request = requestOf(message)
  return request && { request, userIds: [user] }
}

/** The request that the buttons of a message are about. */
function requestOf({ buttons }: Message): RequestId | undefined {
  for (const { press } of buttons) {
    if ('form' in press && 'request' in press.form) return press.form.request
    if ('intent' in press && 'which' in press.intent) {
      const { which } = press.intent
      if (which !== 'only' && 'id' in which) return which.id
    }
  }
  return undefined
}

function peopleIn({ lines, facts }: Message): ReadonlySet<PersonId> {
  const everything: readonly Line[] = [...lines, ...facts.map(({ value }) => value)]
  return new Set(
    everything.flat().flatMap(run => (typeof run === 'object' && 'person' in run ? [run.person] : [])),
  )
}
