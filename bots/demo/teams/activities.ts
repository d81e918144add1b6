/**
 * The activities that Teams sends to a bot.
 *
 * Shapes: learn.microsoft.com/microsoftteams/platform, "Conversation messages", "Subscribe to conversation events", "Universal Actions
 * for Adaptive Cards", "Send and receive files", "Agent slash commands" (read 2026-11-20).
 */
import type { Human } from '../people.ts'
import type { Conversation, Message, Upload } from './state.ts'
import { BOT_NAME, type Teams } from './teams.ts'

export type Activity = { id: string; timestamp: string; [part: string]: unknown }

export type Activities = ReturnType<typeof activitiesOf>

export function activitiesOf(teams: Teams) {
  const { botId, serviceUrl, tenant } = teams
  const bot = { id: `28:${botId}`, name: BOT_NAME }

  const base = (type: string, id: string, from: Human, at: Conversation, thread?: string): Activity => {
    const timestamp = new Date(teams.now()).toISOString()
    const channel = at.kind === 'channel'
    return {
      type,
      id,
      timestamp,
      localTimestamp: timestamp,
      channelId: 'msteams',
      serviceUrl,
      from: { id: teams.mri(from), name: from.name, aadObjectId: from.oid },
      recipient: bot,
      conversation: {
        conversationType: at.kind,
        ...(channel ? { isGroup: true } : {}),
        tenantId: tenant,
        id: thread === undefined ? at.id : `${at.id};messageid=${thread}`,
      },
      channelData: {
        tenant: { id: tenant },
        ...(channel ? { channel: { id: at.id }, team: { id: at.id } } : {}),
      },
      locale: 'en-GB',
      entities: [{ type: 'clientInfo', locale: 'en-GB', country: 'GB', platform: 'Web' }],
    }
  }
  const invoke = (name: string, from: Human, at: Conversation, on: Message, value: object): Activity => ({
    ...base('invoke', `f:${crypto.randomUUID()}`, from, at),
    name,
    replyToId: on.id,
    value,
  })

  return {
    /** A message in the private chat. */
    written: (from: Human, at: Conversation, { id }: Message, text: string): Activity => ({
      ...base('message', id, from, at),
      text,
      textFormat: 'plain',
    }),
    /** A message among others that names the bot. Teams puts the mention into the text, and a fixed space after it. */
    called: (from: Human, at: Conversation, { id }: Message, text: string): Activity => {
      const call = `<at>${BOT_NAME}</at>`
      const activity = base('message', id, from, at, id)
      const mention = { type: 'mention', mentioned: bot, text: call }
      return {
        ...activity,
        text: `${call}&nbsp;${text}`,
        textFormat: 'plain',
        entities: [mention, ...(activity['entities'] as object[])],
      }
    },
    /** A slash command among others, which only its author and the bot see. */
    commanded: (from: Human, at: Conversation, { id }: Message, text: string): Activity => ({
      ...base('message', id, from, at, id),
      text,
      textFormat: 'plain',
      recipient: { ...bot, isTargeted: true },
    }),
    /** A button of a card. */
    executed: (
      from: Human,
      at: Conversation,
      on: Message,
      action: { verb: string; data: object },
      trigger: 'manual' | 'automatic',
    ): Activity =>
      invoke('adaptiveCard/action', from, at, on, {
        action: { type: 'Action.Execute', id: '', ...action },
        trigger,
      }),
    /** A button of a card on a client that knows no Action.Execute. */
    submitted: (from: Human, at: Conversation, on: Message, data: object): Activity => ({
      ...base('message', teams.nextId(), from, at),
      replyToId: on.id,
      value: data,
    }),
    accepted: (
      from: Human,
      at: Conversation,
      on: Message,
      context: unknown,
      { id, name }: Upload,
    ): Activity =>
      invoke('fileConsent/invoke', from, at, on, {
        type: 'fileUpload',
        action: 'accept',
        context,
        uploadInfo: {
          contentUrl: `${teams.baseUrl}/client/file/${id}`,
          name,
          uploadUrl: `${teams.baseUrl}/upload/${id}`,
          uniqueId: id,
          fileType: name.split('.').at(-1) ?? '',
        },
      }),
    declined: (from: Human, at: Conversation, on: Message, context: unknown): Activity =>
      invoke('fileConsent/invoke', from, at, on, { type: 'fileUpload', action: 'decline', context }),
    /** The app was installed: Teams tells it twice over. */
    installed: (by: Human, at: Conversation): Activity[] => [
      {
        ...base('installationUpdate', `f:${crypto.randomUUID()}`, by, at),
        action: 'add',
      },
      {
        ...base('conversationUpdate', `f:${crypto.randomUUID()}`, by, at),
        membersAdded: [{ id: bot.id }],
      },
    ],
  }
}
