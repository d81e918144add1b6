/** What the parts of the pretend Teams share: its people, its conversations and how it tells of a change. */
import type { Company, Human } from '../people.ts'
import {
  type Conversation,
  channelIdOf,
  type Message,
  mriOf,
  personalIdOf,
  type TeamsState,
} from './state.ts'

export type Teams = ReturnType<typeof teamsOf>

export const BOT_NAME = 'Latchkey'

export function teamsOf(us: {
  state: TeamsState
  company: Company
  botId: string
  baseUrl: string
  now: () => number
  changed: () => void
}) {
  const { state, company, botId, baseUrl, now } = us
  const people = company.people.filter(({ teams }) => teams)
  return {
    ...us,
    people,
    /** One region of the Bot Connector. */
    serviceUrl: `${baseUrl}/emea/`,
    tenant: company.tenant.id,
    channelId: channelIdOf(company),
    person: (oid: unknown): Human | undefined => people.find(person => person.oid === oid),
    /** Whom the bot means by an id: Teams' own, or the object id. */
    meant: (id: string): Human | undefined =>
      company.people.find(person => person.oid === id.toLowerCase() || mriOf(botId, person) === id),
    mri: (person: Human): string => mriOf(botId, person),
    home: (person: Human): Conversation | undefined => state.conversations[personalIdOf(botId, person)],
    /** A conversation, or the one that a thread of it belongs to. */
    conversation: (id: string): Conversation | undefined => state.conversations[id.split(';')[0] ?? ''],
    nextId(): string {
      state.lastId = Math.max(state.lastId + 1, Math.floor(now()))
      return String(state.lastId)
    },
    add(to: Conversation, message: Omit<Message, 'id' | 'edited' | 'views' | 'askedAt'>): Message {
      const whole: Message = { ...message, id: this.nextId(), edited: false, views: {}, askedAt: {} }
      to.messages.push(whole)
      us.changed()
      return whole
    },
  }
}
