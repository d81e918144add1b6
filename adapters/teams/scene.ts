/** What is read from an activity: who did what, and where. */
import { type Address, type Incoming, type PersonId, parsePersonId, type Unfilled } from '../../core/index.ts'
import { homeOf, talkOf } from './address.ts'
import type { Place } from './connector.ts'
import type { Activity } from './door.ts'

/** Who did something, and where. `user` is Teams' own id of them for this bot. */
export type Scene = {
  person: PersonId
  user: string
  tenantId: string
  place: Place
  /** The private chat with the bot. */
  private: boolean
  /** A chat of two people, without the bot: it cannot speak there. */
  foreign: boolean
  /** Where it was: the private chat, or the conversation that others read. */
  at: Address
  /** The team of a channel. */
  team: string | undefined
}

/** What a person answered to the question whether they want a file. */
export type Consent = {
  context: string
  upload?: { uploadUrl: string; contentUrl: string; name: string; uniqueId: string; fileType: string }
  /** The message with the question. */
  card: string | undefined
}

/** Somewhere the bot was added or removed. */
export type Room = { id: string; serviceUrl: string; team: string | undefined }

export type Reading =
  | { kind: 'typed'; scene: Scene; incoming: Incoming; targeted: boolean }
  /** `answered`: the client waits for an answer and shows it. */
  | { kind: 'pressed'; scene: Scene; incoming: Incoming; answered: boolean }
  | {
      kind: 'filled'
      scene: Scene
      incoming: Incoming
      unfilled: Unfilled
      values: Readonly<Record<string, string>>
      answered: boolean
    }
  /** A client asks for the card as it stands for its reader. */
  | { kind: 'refresh'; scene: Scene; incoming: Incoming }
  | { kind: 'pointed'; scene: Scene; incoming: Incoming }
  | { kind: 'search'; scene: Scene; text: string }
  | { kind: 'consent'; scene: Scene; consent: Consent }
  | { kind: 'arrived'; scene: Scene | undefined; room: Room | undefined }
  | { kind: 'left'; scene: Scene | undefined; room: Room | undefined }
  /** A press on something that is no button of ours, or of another version. */
  | { kind: 'unreadable'; answered: boolean }
  /** A message action that is none of ours, or on a message without words. */
  | { kind: 'unreadable-action' }
  /** Somebody who has no Entra object id: a bot, or an anonymous guest of a meeting. */
  | { kind: 'nobody' }
  | { kind: 'other' }

/** What somebody did, as the core takes it. */
export const incomingOf = (
  { person, tenantId, private: alone, foreign, at }: Scene,
  delivery: string,
  did: Incoming['did'],
): Incoming => ({
  delivery,
  who: { platform: 'teams', workspace: tenantId, key: person, person },
  home: homeOf(person),
  ...(alone || foreign ? {} : { thread: at }),
  did,
})

export function sceneOf(activity: Activity, tenantId: string): Scene | undefined {
  const { from, conversation, serviceUrl, channelData } = activity
  const person = parsePersonId(from.aadObjectId ?? '')
  if (!person) return undefined
  const { conversationType: type, isGroup } = conversation
  const pair = type === 'personal' || (!type && isGroup !== true)
  // A message action can be chosen between two people; its conversation is theirs, and never the one with the bot.
  const foreign = pair && activity.name === 'composeExtension/fetchTask'
  const alone = pair && !foreign
  return {
    person,
    user: from.id,
    tenantId,
    place: { conversation: conversation.id, serviceUrl },
    private: alone,
    foreign,
    at: alone || foreign ? homeOf(person) : talkOf(conversation.id),
    team: channelData?.team?.id ?? undefined,
  }
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
