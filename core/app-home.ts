/**
 * The App Home: a page of the chat platform that shows one person their windows and what waits for them.
 *
 * It is drawn when they open it, and again after every change of a request that concerns them, for those who opened it before.
 */

import type { AccessRequest } from './access/request.ts'
import type { PersonId } from './ids.ts'
import { homeMessages } from './message/app-home.ts'
import { refusalMessage } from './message/refusal/refusal.ts'
import type { Chat, ChatUser, Incoming, Ports, Queued } from './ports.ts'
import { isRefusal } from './refusal.ts'
import { remediesFor } from './triage/conversation/waiting.ts'
import { whoIs } from './who.ts'

/** Which chat user of a person opened their App Home, by platform. */
const MEMORY = 'app-home'

/** @returns what follows from opening it; nothing where the platform has no App Home */
export async function homeOpened(ports: Ports, incoming: Incoming): Promise<readonly Queued[]> {
  const { who } = incoming
  const chat = chatOf(ports, who)
  if (chat?.showHome === undefined) return []
  const asker = await whoIs(ports, incoming)
  if (isRefusal(asker)) {
    await chat.showHome(who, [refusalMessage(asker)])
    return []
  }
  await ports.store.remember(MEMORY, keyOf(who.platform, asker.person.id), who)
  return [{ effect: { do: 'app-home', user: who } }]
}

/** Draws it as things stand now. Repeating is safe. */
export async function drawHome(ports: Ports, user: ChatUser): Promise<void> {
  const chat = chatOf(ports, user)
  const person = user.person ?? (await ports.store.personBoundTo(user))
  if (chat?.showHome === undefined || person === undefined) return
  const { store } = ports
  const [mine, waiting, remedies] = await Promise.all([
    store.liveOf(person),
    store.waitingFor(person),
    remediesFor(ports, person),
  ])
  await chat.showHome(user, homeMessages(mine, waiting, person, ports.pages, remedies))
}

/** The App Homes that a request's card in this slot belongs to: to be drawn again when the card is. */
export async function homesBeside(
  ports: Ports,
  state: AccessRequest,
  slot: string,
): Promise<readonly Queued[]> {
  const person = personIn(state, slot)
  return person === undefined ? [] : homesOf(ports, person)
}

/** The App Homes of one person, who opened them before. */
export async function homesOf(
  { store, chats }: Pick<Ports, 'store' | 'chats'>,
  person: PersonId,
): Promise<readonly Queued[]> {
  const able = chats.filter(({ showHome }) => showHome !== undefined)
  const users = await Promise.all(able.map(({ platform }) => store.recall(MEMORY, keyOf(platform, person))))
  return users
    .filter(user => user !== undefined)
    .map(user => ({ effect: { do: 'app-home', user: user as ChatUser } }))
}

/** The App Home on which something was done, to be drawn again whatever came of it: there is no posted card to be redrawn. */
export async function homeUnder(
  { store }: Ports,
  { who, did }: Incoming,
  person: PersonId,
): Promise<readonly Queued[]> {
  if (!('pressed' in did || 'filled' in did) || did.on !== undefined) return []
  const user = await store.recall(MEMORY, keyOf(who.platform, person))
  return user === undefined ? [] : [{ effect: { do: 'app-home', user: user as ChatUser } }]
}

/** `requester`, or `approver:<platform>:<person>`. */
function personIn(state: AccessRequest, slot: string): PersonId | undefined {
  if (state.status === 'none') return undefined
  if (slot === 'requester') return state.ask.by.person
  return state.seats.map(({ person }) => person).find(person => slot.endsWith(`:${person}`))
}

const keyOf = (platform: ChatUser['platform'], person: PersonId) => `${platform}:${person}`

const chatOf = ({ chats }: Ports, { platform }: ChatUser): Chat | undefined =>
  chats.find(chat => chat.platform === platform)
