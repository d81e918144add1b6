/** Teams as the core's Chat: posts, redraws, hands over files, and knows who can be reached. */
import {
  type Address,
  type Chat,
  type ChatProfile,
  Fault,
  type PersonId,
  parsePersonId,
} from '../../core/index.ts'
import type { Connector, Member, Place } from './connector.ts'
import { drawActivity } from './draw.ts'
import type { Files } from './file.ts'
import { homeOf, personAt } from './read.ts'
import { isRefused, type References } from './references.ts'
import { clean, shorten } from './text.ts'

export function openChat(us: {
  tenantId: string
  connector: Connector
  references: References
  files: Files
}): Chat {
  const { tenantId, connector, references, files } = us

  /** The private conversation with a person: the one we know, or one that is asked for now. */
  async function placeOf(op: string, to: Address): Promise<{ person: PersonId; place: Place }> {
    const person = personAt(to)
    if (!person) throw new Fault('missing', { op, say: 'This is no chat of Microsoft Teams.' })
    const known = await references.of(person)
    if (known?.home !== undefined)
      return { person, place: { conversation: known.home, serviceUrl: known.serviceUrl } }
    const serviceUrl = known?.serviceUrl ?? (await references.service())
    if (serviceUrl === undefined)
      throw new Fault('missing', {
        op,
        say: 'Microsoft Teams has not told where this person can be reached.',
      })
    const conversation = await reaching(person, connector.createConversation(serviceUrl, person))
    await references.keep(person, { serviceUrl, home: conversation })
    return { person, place: { conversation, serviceUrl } }
  }

  /** Whoever turns out to be out of reach is not offered as reachable for a while. */
  async function reaching<T>(person: PersonId, work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      if (error instanceof Fault && error.kind === 'missing') await references.refuse(person)
      throw error
    }
  }

  return {
    platform: 'teams',

    // Teams lets nobody look for a message by a key of ours: after an attempt whose end is unknown there may be two cards. The older one
    // is never redrawn, and its buttons are judged like any others.
    async post(to, message) {
      const { person, place } = await placeOf('teams.message.post', to)
      const messageKey = await reaching(person, connector.post(place, drawActivity(message)))
      return { ...homeOf(person), messageKey }
    },

    async amend(posted, message) {
      const { place } = await placeOf('teams.message.put', posted)
      await connector.put(place, posted.messageKey, drawActivity(message))
    },

    async hand(to, file) {
      const { person, place } = await placeOf('teams.file.offer', to)
      await reaching(person, files.offer(place, person, file))
      return 'handed'
    },

    async homeOf(person) {
      const known = await references.of(person.id)
      if (isRefused(known)) return undefined
      const reachable = known !== undefined || (await references.service()) !== undefined
      return reachable ? homeOf(person.id) : undefined
    },

    async profileOf(user) {
      const person = parsePersonId(user.key)
      if (user.platform !== 'teams' || !person) return undefined
      if (user.workspace !== tenantId) return { label: user.key, standing: 'external' }
      const known = await references.of(person)
      const conversation = known?.home ?? known?.seen
      if (!known || conversation === undefined) return undefined
      const member = await connector.member(
        { conversation, serviceUrl: known.serviceUrl },
        known.user ?? person,
      )
      return member && profile(member, tenantId)
    },
  }
}

/** Whether they are active and a member is the directory's to say; here only what makes somebody a stranger. */
function profile({ name, upn, tenant, role }: Member, tenantId: string): ChatProfile {
  const label = shorten(clean([name, upn && `(${upn})`].filter(Boolean).join(' ')), 200) || 'a Teams user'
  if (tenant?.toLowerCase() !== tenantId || role === 'anonymous') return { label, standing: 'external' }
  return { label, standing: role !== 'user' || /#ext#/i.test(upn ?? '') ? 'guest' : 'member' }
}
