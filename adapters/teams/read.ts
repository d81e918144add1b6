/**
 * Reads an activity of Teams: what somebody did, in the core's words, or what became of an installation.
 *
 * The activity has passed the door. Its `value` is still whatever a client sent: it is read strictly, and grants nothing.
 * Sources: learn.microsoft.com/microsoftteams/platform, "Conversation messages", "Universal Actions for Adaptive Cards", "Send and receive
 * files" and "Installation update event" (read 2026-11-20).
 */
import { createHash } from 'node:crypto'
import {
  type Address,
  type ChatUser,
  type Incoming,
  type Intent,
  type PersonId,
  parsePersonId,
  readButton,
  writeButton,
} from '../../core/index.ts'
import type { Place } from './connector.ts'
import type { Activity } from './door.ts'
import { VERB } from './draw.ts'
import { TYPED_CHARS } from './limits.ts'

/** Who did something, and where. `user` is Teams' own id of them for this bot. */
export type Scene = { person: PersonId; user: string; place: Place; private: boolean }

/** What a person answered to the question whether they want a file. */
export type Consent = {
  context: string
  upload?: { uploadUrl: string; contentUrl: string; name: string; uniqueId: string; fileType: string }
  /** The message with the question. */
  card: string | undefined
}

export type Reading =
  | { kind: 'typed'; scene: Scene; incoming: Incoming; targeted: boolean }
  /** `answered`: the client waits for an answer and shows it. */
  | { kind: 'pressed'; scene: Scene; incoming: Incoming; answered: boolean }
  | { kind: 'consent'; scene: Scene; consent: Consent }
  | { kind: 'arrived'; scene: Scene | undefined }
  | { kind: 'left'; scene: Scene | undefined }
  /** A press on something that is no button of ours, or of another version. */
  | { kind: 'unreadable'; answered: boolean }
  /** Somebody who has no Entra object id: a bot, or an anonymous guest of a meeting. */
  | { kind: 'nobody' }
  | { kind: 'other' }

/** The address of a person's private chat. */
export const homeOf = (person: PersonId): Address => ({ platform: 'teams', key: `user:${person}` })

/** The person whose private chat an address is. */
export const personAt = ({ key }: Address): PersonId | undefined =>
  key.startsWith('user:') ? parsePersonId(key.slice('user:'.length)) : undefined

export function readActivity(activity: Activity, tenantId: string): Reading {
  const scene = sceneOf(activity)
  switch (activity.type) {
    case 'installationUpdate':
      return { kind: activity.action?.startsWith('remove') ? 'left' : 'arrived', scene }
    case 'conversationUpdate': {
      const removed = activity.membersRemoved?.some(({ id }) => id === activity.recipient.id)
      return { kind: removed ? 'left' : 'arrived', scene }
    }
    case 'message':
      if (!scene) return { kind: 'nobody' }
      return isObject(activity.value)
        ? readPress(activity, scene, tenantId, activity.value, false)
        : readTyped(activity, scene, tenantId)
    case 'invoke':
      if (!scene) return { kind: 'nobody' }
      if (activity.name === 'adaptiveCard/action') return readAction(activity, scene, tenantId)
      if (activity.name === 'fileConsent/invoke') return readConsent(activity, scene)
      return { kind: 'other' }
    default:
      return { kind: 'other' }
  }
}

function sceneOf({ from, conversation, serviceUrl }: Activity): Scene | undefined {
  const person = parsePersonId(from.aadObjectId ?? '')
  const { conversationType: type, isGroup } = conversation
  return (
    person && {
      person,
      user: from.id,
      place: { conversation: conversation.id, serviceUrl },
      private: type === 'personal' || (!type && isGroup !== true),
    }
  )
}

const whoIs = ({ person }: Scene, tenantId: string): ChatUser => ({
  platform: 'teams',
  workspace: tenantId,
  key: person,
  person,
})

// ---- typed -----------------------------------------------------------------------------------------------------------------------

function readTyped(activity: Activity, scene: Scene, tenantId: string): Reading {
  return {
    kind: 'typed',
    scene,
    targeted: activity.recipient.isTargeted === true,
    incoming: {
      delivery: `teams:message:${scene.place.conversation}:${activity.id}`,
      who: whoIs(scene, tenantId),
      home: homeOf(scene.person),
      did: { typed: wordsOf(activity) },
    },
  }
}

/** The text as it was typed: without the mention that called the bot, and without the few HTML entities that Teams writes into text. */
function wordsOf({ text, entities, recipient }: Activity): string {
  const calls = (entities ?? []).flatMap(entity => {
    if (!isObject(entity) || entity['type'] !== 'mention' || !isObject(entity['mentioned'])) return []
    const { text: call } = entity
    return entity['mentioned']['id'] === recipient.id && typeof call === 'string' && call !== '' ? [call] : []
  })
  return calls
    .reduce((words, call) => words.replaceAll(call, ' '), text ?? '')
    .replace(/&(nbsp|lt|gt|amp|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? ' ')
    .trim()
    .slice(0, TYPED_CHARS)
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" }

// ---- pressed ---------------------------------------------------------------------------------------------------------------------

function readAction(activity: Activity, scene: Scene, tenantId: string): Reading {
  const value = isObject(activity.value) ? activity.value : {}
  const action = isObject(value['action']) ? value['action'] : {}
  const data = isObject(action['data']) ? action['data'] : {}
  if (action['verb'] !== VERB) return { kind: 'unreadable', answered: true }
  const reading = readPress(activity, scene, tenantId, data, true)
  // A client that refreshes a card by itself may look, and nothing else.
  const alone = value['trigger'] === 'automatic'
  return alone && reading.kind === 'pressed' && !isLook(reading.incoming)
    ? { kind: 'unreadable', answered: true }
    : reading
}

const isLook = ({ did }: Incoming): boolean => 'pressed' in did && did.pressed.do === 'show'

function readPress(
  activity: Activity,
  scene: Scene,
  tenantId: string,
  data: Record<string, unknown>,
  answered: boolean,
): Reading {
  const { intent: written, reason } = data
  const intent = typeof written === 'string' ? readButton(written) : undefined
  const card = activity.replyToId
  if (!intent || !card) return { kind: 'unreadable', answered }
  return {
    kind: 'pressed',
    scene,
    answered,
    incoming: {
      delivery: `teams:press:${scene.person}:${scene.place.conversation}:${card}:${nameOf(intent)}:${activity.id}`,
      who: whoIs(scene, tenantId),
      home: homeOf(scene.person),
      did: {
        pressed: intent,
        values: typeof reason === 'string' ? { reason: reason.slice(0, TYPED_CHARS) } : {},
        on: { ...homeOf(scene.person), messageKey: card },
      },
    },
  }
}

/** Short and the same for the same intent: an intent may hold 300 characters of reason, and a key has to stay small enough for an index. */
const nameOf = (intent: Intent): string =>
  `${intent.do}-${createHash('sha256').update(writeButton(intent)).digest('base64url').slice(0, 16)}`

// ---- files -----------------------------------------------------------------------------------------------------------------------

function readConsent(activity: Activity, scene: Scene): Reading {
  const value = isObject(activity.value) ? activity.value : {}
  const context = isObject(value['context']) ? value['context']['file'] : undefined
  if (typeof context !== 'string') return { kind: 'unreadable', answered: false }
  const card = activity.replyToId ?? undefined
  if (value['action'] !== 'accept') return { kind: 'consent', scene, consent: { context, card } }
  const info = isObject(value['uploadInfo']) ? value['uploadInfo'] : {}
  const { uploadUrl, contentUrl, name, uniqueId, fileType } = info
  if (![uploadUrl, contentUrl, name, uniqueId, fileType].every(part => typeof part === 'string'))
    return { kind: 'unreadable', answered: false }
  const upload = { uploadUrl, contentUrl, name, uniqueId, fileType } as NonNullable<Consent['upload']>
  return { kind: 'consent', scene, consent: { context, upload, card } }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
