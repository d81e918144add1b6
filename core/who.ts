/** Who did it: from a chat account to an active member of the directory, or a refusal. */

import { activePerson } from './access/people.ts'
import type { Asker } from './handled.ts'
import { later } from './ids.ts'
import type { Incoming, Ports } from './ports.ts'
import type { Refusal } from './refusal.ts'

/** How long a person has to follow the sign-in link. */
const TICKET_MINUTES = 30

export async function whoIs(ports: Ports, incoming: Incoming): Promise<Asker | Refusal> {
  const { chats, directory, store } = ports
  const { who } = incoming
  const chat = chats.find(({ platform }) => platform === who.platform)
  if (!chat) return { code: 'not-a-member', platform: who.platform, standing: 'external' }
  const [profile, id] = await Promise.all([chat.profileOf(who), who.person ?? store.personBoundTo(who)])
  if (!profile) return { code: 'not-a-member', platform: who.platform, standing: 'external' }
  if (profile.standing !== 'member')
    return { code: 'not-a-member', platform: who.platform, standing: profile.standing }
  if (id === undefined) {
    const ticket = ports.ids.secret()
    await store.putTicket(
      ticket,
      { user: who, label: profile.label, resume: incoming },
      later(ports.clock.now(), TICKET_MINUTES),
    )
    return { code: 'not-bound', platform: who.platform, url: ports.pages.bind(ticket) }
  }
  const asker = await activePerson(directory, id)
  if (!asker) return { code: 'person-disabled' }
  if (asker.person.kind !== 'member')
    return { code: 'not-a-member', platform: who.platform, standing: 'guest' }
  return asker
}
