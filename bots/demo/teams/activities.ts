/**
 * The activities that Teams sends to a bot.
 *
 * Shapes: learn.microsoft.com/microsoftteams/platform, "Conversation messages", "Subscribe to conversation events", "Universal Actions
 * for Adaptive Cards", "Send and receive files", "Agent slash commands" (read 2026-11-20), "Typeahead search in Adaptive Cards", "Create
 * and send dialogs" (read 2026-11-21).
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
        ...(at.kind === 'personal' ? {} : { isGroup: true }),
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
    ...base('invoke', `f:${crypto.randomUUID()}`, from, at, at.kind === 'channel' ? on.id : undefined),
    name,
    replyToId: on.id,
    value,
  })
  /** In a channel, what is said begins a thread. */
  const threadOf = ({ kind }: Conversation, { id }: Message) => (kind === 'channel' ? id : undefined)

  const payloadOf = ({ id, from, text, card }: Message) => ({
    id,
    replyToId: null,
    createdDateTime: new Date(Number(id)).toISOString(),
    deleted: false,
    importance: 'normal',
    locale: 'en-gb',
    body: {
      contentType: 'html',
      content:
        text === undefined
          ? '<attachment id="card"></attachment>'
          : `<div><div>${escapeHtml(text)}</div>\n</div>`,
    },
    from:
      from === 'bot'
        ? { user: null, application: { applicationIdentityType: 'bot', id: botId, displayName: BOT_NAME } }
        : {
            user: { userIdentityType: 'aadUser', id: from, displayName: teams.person(from)?.name ?? '' },
            application: null,
          },
    reactions: [],
    mentions: [],
    attachments:
      card === undefined
        ? []
        : [
            {
              id: 'card',
              contentType: 'application/vnd.microsoft.card.adaptive',
              content: JSON.stringify(card),
            },
          ],
  })

  return {
    /** A message in the private chat. */
    written: (from: Human, at: Conversation, { id }: Message, text: string): Activity => ({
      ...base('message', id, from, at),
      text,
      textFormat: 'plain',
    }),
    /** A message among others that names the bot. Teams puts the mention into the text, and a fixed space after it. */
    called: (from: Human, at: Conversation, message: Message, text: string): Activity => {
      const call = `<at>${BOT_NAME}</at>`
      const activity = base('message', message.id, from, at, threadOf(at, message))
      const mention = { type: 'mention', mentioned: bot, text: call }
      return {
        ...activity,
        text: `${call}&nbsp;${text}`,
        textFormat: 'plain',
        entities: [mention, ...(activity['entities'] as object[])],
      }
    },
    /** A slash command among others, which only its author and the bot see. */
    commanded: (from: Human, at: Conversation, message: Message, text: string): Activity => ({
      ...base('message', message.id, from, at, threadOf(at, message)),
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
    /** Somebody searches in a field of a card. */
    searched: (from: Human, at: Conversation, on: Message, dataset: string, text: string): Activity =>
      invoke('application/search', from, at, on, {
        queryText: text,
        queryOptions: { skip: 0, top: 15 },
        dataset,
      }),
    /** An action was chosen in the menu of a message: Teams sends the message along, as HTML. */
    chosen: (from: Human, at: Conversation, on: Message, commandId: string): Activity => {
      const { replyToId: _, ...activity } = invoke('composeExtension/fetchTask', from, at, on, {
        commandId,
        commandContext: 'message',
        requestId: crypto.randomUUID().replaceAll('-', ''),
        messagePayload: payloadOf(on),
        context: { theme: 'default' },
      })
      return activity as Activity
    },
    /** The app was removed: Teams tells it twice over where there are others. */
    removed: (by: Human, at: Conversation): Activity[] => [
      ...(at.kind === 'personal'
        ? []
        : [
            {
              ...base('conversationUpdate', `f:${crypto.randomUUID()}`, by, at),
              membersRemoved: [{ id: bot.id }],
            },
          ]),
      { ...base('installationUpdate', `f:${crypto.randomUUID()}`, by, at), action: 'remove' },
    ],
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

const ESCAPED: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  '\n': '<br>',
}
const escapeHtml = (text: string): string =>
  text.replace(/[<>&"\n]/g, character => ESCAPED[character] ?? character)
