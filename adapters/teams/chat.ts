/** Teams as the core's Chat: posts, redraws, hands over files, and knows who can be reached. */
import {
  type Address,
  type Chat,
  type ChatProfile,
  Fault,
  type Message,
  type PersonId,
  parsePersonId,
} from '../../core/index.ts'
import { homeOf, readAddress, roomOf } from './address.ts'
import type { Connector, Member, Place } from './connector.ts'
import { drawActivity, words } from './draw.ts'
import type { Files } from './file.ts'
import { PICTURE_BYTES } from './limits.ts'
import type { Json } from './pen.ts'
import { isRefused, type References } from './references.ts'
import { refreshOf } from './refresh.ts'
import { clean, shorten } from './text.ts'

export function openChat(us: {
  tenantId: string
  connector: Connector
  references: References
  files: Files
}): Chat {
  const { tenantId, connector, references, files } = us

  /** Does something in the conversation that an address means. */
  async function within<T>(op: string, to: Address, work: (place: Place) => Promise<T>): Promise<T> {
    const meant = readAddress(to)
    if (!meant) throw new Fault('missing', { op, say: 'This is no chat of Microsoft Teams.' })
    return 'person' in meant ? work(await homePlace(op, meant.person)) : inRoom(op, meant.conversation, work)
  }

  /** The private conversation with a person: the one we know, or one that is asked for now. */
  async function homePlace(op: string, person: PersonId): Promise<Place> {
    const known = await references.of(person)
    if (known?.gone) throw new Fault('missing', { op, say: REMOVED })
    if (known?.home !== undefined) return { conversation: known.home, serviceUrl: known.serviceUrl }
    const serviceUrl = known?.serviceUrl ?? (await references.service())
    if (serviceUrl === undefined)
      throw new Fault('missing', {
        op,
        say: 'Microsoft Teams has not told where this person can be reached.',
      })
    const conversation = await reaching(person, connector.createConversation(serviceUrl, person))
    await references.keep(person, { serviceUrl, home: conversation })
    return { conversation, serviceUrl }
  }

  async function inRoom<T>(op: string, conversation: string, work: (place: Place) => Promise<T>): Promise<T> {
    const room = await references.room(roomOf(conversation))
    if (!room) throw new Fault('missing', { op, say: NOT_IN_ROOM })
    try {
      return await work({ conversation, serviceUrl: room.serviceUrl })
    } catch (error) {
      // The connector's words are about a person.
      const isOut = error instanceof Fault && error.kind === 'missing' && op !== 'teams.message.put'
      throw isOut ? new Fault('missing', { op, say: NOT_IN_ROOM, cause: error }) : error
    }
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

  /** What several people read is drawn so that each of them gets their own. */
  async function draw(to: Address, message: Message): Promise<Json> {
    const meant = readAddress(to)
    const isShared = meant !== undefined && 'conversation' in meant
    return drawActivity(message, isShared ? await refreshOf(message, references) : undefined)
  }

  return {
    platform: 'teams',

    // Teams lets nobody look for a message by a key of ours: after an attempt whose end is unknown there may be two cards. The older one
    // is never redrawn, and its buttons are judged like any others.
    async post({ platform, key }, message) {
      const to = { platform, key }
      const activity = await draw(to, message)
      const meant = readAddress(to)
      const messageKey = await within('teams.message.post', to, place => {
        const posting = connector.post(place, activity)
        return meant && 'person' in meant ? reaching(meant.person, posting) : posting
      })
      return { ...to, messageKey }
    },

    async amend(posted, message) {
      const activity = await draw(posted, message)
      await within('teams.message.put', posted, place => connector.put(place, posted.messageKey, activity))
    },

    async hand(to, file) {
      const meant = readAddress(to)
      // Teams asks for files in private chats only, and a connection file is nobody else's.
      if (meant && 'conversation' in meant) return 'link-only'
      await within('teams.file.offer', to, place =>
        meant ? reaching(meant.person, files.offer(place, meant.person, file)) : Promise.resolve(),
      )
      return 'handed'
    },

    show: {
      mostBytes: PICTURE_BYTES,
      /** Inline, so that nothing of it lies anywhere but in the chat. Source: "Send and receive files", inline images (read 2026-11-21). */
      async post({ platform, key }, { name, png, say }) {
        const op = 'teams.picture.post'
        const to = { platform, key }
        const meant = readAddress(to)
        if (!meant || 'conversation' in meant)
          throw new Fault('invalid', {
            op,
            say: 'A picture for one person goes into their own chat and nowhere else.',
          })
        const contentUrl = `data:image/png;base64,${Buffer.from(png).toString('base64')}`
        const activity = {
          ...words(clean(say)),
          attachments: [{ contentType: 'image/png', contentUrl, name }],
        }
        const messageKey = await within(op, to, place =>
          reaching(meant.person, connector.post(place, activity)),
        )
        return { ...to, messageKey }
      },
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
      if (!known) return undefined
      const place = await placeToAsk(person, known.home ?? known.seen, known.serviceUrl)
      const member = place && (await connector.member(place, known.user ?? person))
      return member && profile(member, tenantId)
    },
  }

  /** Whoever only ever chose a message action is met in no conversation yet: theirs with the bot is the one to ask in. */
  async function placeToAsk(
    person: PersonId,
    conversation: string | undefined,
    serviceUrl: string,
  ): Promise<Place | undefined> {
    if (conversation !== undefined) return { conversation, serviceUrl }
    try {
      return await homePlace('teams.member.get', person)
    } catch (error) {
      if (error instanceof Fault && error.kind === 'missing') return undefined
      throw error
    }
  }
}

const REMOVED = 'This person has removed the app from Microsoft Teams.'
const NOT_IN_ROOM = 'The app is not in that chat of Microsoft Teams any more.'

/** Whether they are active and a member is the directory's to say; here only what makes somebody a stranger. */
function profile({ name, upn, tenant, role }: Member, tenantId: string): ChatProfile {
  const label = shorten(clean([name, upn && `(${upn})`].filter(Boolean).join(' ')), 200) || 'a Teams user'
  if (tenant?.toLowerCase() !== tenantId || role === 'anonymous') return { label, standing: 'external' }
  return { label, standing: role !== 'user' || /#ext#/i.test(upn ?? '') ? 'guest' : 'member' }
}
