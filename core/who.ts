/** Who did it: from a chat account to an active member of the directory, or a refusal. */

import { activePerson } from './access/people.ts'
import type { Asker } from './handled.ts'
import { later } from './ids.ts'
import type { ChatUser, Incoming, Ports } from './ports.ts'
import type { Refusal } from './refusal.ts'

/** How long a person has to follow the sign-in link. */
const TICKET_MINUTES = 30

export async function whoIs(ports: Ports, incoming: Incoming): Promise<Asker | Refusal> {
  const { who } = incoming
  const known = await identify(ports, who)
  if (!('unbound' in known)) return known
  const ticket = ports.ids.secret()
  await ports.store.putTicket(
    ticket,
    { user: who, label: known.unbound, resume: incoming },
    later(ports.clock.now(), TICKET_MINUTES),
  )
  return { code: 'not-bound', platform: who.platform, url: ports.pages.bind(ticket) }
}

/** The same as a plain read. `unbound`: an account of ours of which nobody has said yet whose it is, as the platform shows it. */
export async function identify(
  { chats, directory, store }: Ports,
  who: ChatUser,
): Promise<Asker | Refusal | { unbound: string }> {
  const chat = chats.find(({ platform }) => platform === who.platform)
  if (!chat) return { code: 'not-a-member', platform: who.platform, standing: 'external' }
  const [profile, id] = await Promise.all([chat.profileOf(who), who.person ?? store.personBoundTo(who)])
  if (!profile) return { code: 'not-a-member', platform: who.platform, standing: 'external' }
  if (profile.standing !== 'member')
    return { code: 'not-a-member', platform: who.platform, standing: profile.standing }
  if (id === undefined) return { unbound: profile.label }
  const asker = await activePerson(directory, id)
  if (!asker) return { code: 'person-disabled' }
  if (asker.person.kind !== 'member')
    return { code: 'not-a-member', platform: who.platform, standing: 'guest' }
  return asker
}
