/**
 * Reads an activity of Teams: what somebody did, in the core's words, or what became of an installation.
 *
 * The activity has passed the door. Its `value` is still whatever a client sent: it is read strictly, and grants nothing.
 * Sources: learn.microsoft.com/microsoftteams/platform, "Conversation messages", "Send and receive files", "Installation update event" and
 * "Conversation events" (read 2026-11-20).
 */
import { roomOf } from './address.ts'
import type { Activity } from './door.ts'
import { TYPED_CHARS } from './limits.ts'
import { readPointed } from './pointed.ts'
import { readAction, readPress, readSearch } from './press.ts'
import { type Consent, incomingOf, isObject, type Reading, type Room, type Scene, sceneOf } from './scene.ts'
import { decoded, whole } from './text.ts'

export function readActivity(activity: Activity, tenantId: string): Reading {
  const scene = sceneOf(activity, tenantId)
  switch (activity.type) {
    case 'installationUpdate': {
      const kind = activity.action?.startsWith('remove') ? 'left' : 'arrived'
      return { kind, scene, room: roomIn(activity) }
    }
    case 'conversationUpdate':
      return readUpdate(activity, scene)
    case 'message':
      if (!scene) return { kind: 'nobody' }
      return isObject(activity.value)
        ? readPress(activity, scene, activity.value, false)
        : readTyped(activity, scene)
    case 'invoke':
      if (!scene) return { kind: 'nobody' }
      if (activity.name === 'adaptiveCard/action') return readAction(activity, scene)
      if (activity.name === 'fileConsent/invoke') return readConsent(activity, scene)
      if (activity.name === 'composeExtension/fetchTask') return readPointed(activity, scene)
      if (activity.name === 'application/search') return readSearch(activity, scene)
      return { kind: 'other' }
    default:
      return { kind: 'other' }
  }
}

// ---- installed, removed ------------------------------------------------------------------------------------------------------------

/** The group chat, channel or team of an activity; undefined in a private chat. */
function roomIn({ conversation, serviceUrl, channelData }: Activity): Room | undefined {
  const { conversationType: type, isGroup } = conversation
  if (type === 'personal' || (!type && isGroup !== true)) return undefined
  return { id: roomOf(conversation.id), serviceUrl, team: channelData?.team?.id ?? undefined }
}

function readUpdate(activity: Activity, scene: Scene | undefined): Reading {
  const { membersRemoved, recipient, channelData } = activity
  const room = roomIn(activity)
  const channel = channelData?.channel?.id
  if (channelData?.eventType === 'channelDeleted' && room && channel)
    return { kind: 'left', scene, room: { ...room, id: channel } }
  const isOut =
    /^team(Hard)?Deleted$/.test(channelData?.eventType ?? '') ||
    membersRemoved?.some(({ id }) => id === recipient.id) === true
  return { kind: isOut ? 'left' : 'arrived', scene, room }
}

// ---- typed -----------------------------------------------------------------------------------------------------------------------

function readTyped(activity: Activity, scene: Scene): Reading {
  return {
    kind: 'typed',
    scene,
    targeted: activity.recipient.isTargeted === true,
    incoming: incomingOf(scene, `teams:message:${scene.place.conversation}:${activity.id}`, {
      typed: wordsOf(activity),
    }),
  }
}

/** The text as it was typed: without the mention that called the bot, and without the few HTML entities that Teams writes into text. */
function wordsOf({ text, entities, recipient }: Activity): string {
  const calls = (entities ?? []).flatMap(entity => {
    if (!isObject(entity) || entity['type'] !== 'mention' || !isObject(entity['mentioned'])) return []
    const { text: call } = entity
    return entity['mentioned']['id'] === recipient.id && typeof call === 'string' && call !== '' ? [call] : []
  })
  const bare = calls.reduce((words, call) => words.replaceAll(call, ' '), text ?? '')
  return whole(decoded(bare).trim().slice(0, TYPED_CHARS))
}

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
