/**
 * chat.*: posting and changing messages, with Slack's own refusals.
 * Source: docs.slack.dev, chat.postMessage, chat.update, chat.postEphemeral (read 2026-11-20).
 */
import { checkBlocks, storedBlocks, tooLong } from './blocks.ts'
import { type Context, type Method, type Reply, refuse } from './methods.ts'
import { type Args, isTrue, text } from './request.ts'
import { type Block, BOT, type Channel, type Message } from './state.ts'
import { messageObject } from './workspace.ts'

/** Slack cuts longer text on posting and refuses it on changing. */
const MOST_POSTED = 40_000
const MOST_CHANGED = 4_000
const MOST_METADATA = 16_000

export const chatMethods: Readonly<Record<string, Method>> = {
  'chat.postMessage': {
    scope: 'chat:write',
    run(slack, args) {
      const channel = place(slack, args)
      if ('ok' in channel) return channel
      const wrong = contentProblem(args) ?? metadataProblem(args) ?? threadProblem(slack, channel, args)
      if (wrong !== undefined) return wrong
      const thread = text(args, 'thread_ts')
      const message = slack.add({
        channel: channel.id,
        from: BOT.user,
        ...(thread === undefined ? {} : { threadTs: thread }),
        ...contentOf(args),
        ...(args['metadata'] === undefined ? {} : { metadata: args['metadata'] }),
        unfurls: !(isFalse(args['unfurl_links']) && isFalse(args['unfurl_media'])),
      })
      slack.echo(message, 'posted')
      return {
        ok: true,
        channel: channel.id,
        ts: message.ts,
        message: messageObject(message, slack.team, false),
      }
    },
  },

  'chat.update': {
    scope: 'chat:write',
    run(slack, args) {
      const channel = text(args, 'channel') ?? ''
      if (slack.channel(channel) === undefined) return refuse('channel_not_found')
      const message = slack.message(channel, text(args, 'ts') ?? '')
      if (message === undefined) return refuse('message_not_found')
      if (message.from !== BOT.user) return refuse('cant_update_message')
      if ((text(args, 'text') ?? '').length > MOST_CHANGED) return refuse('msg_too_long')
      const wrong = contentProblem(args) ?? metadataProblem(args)
      if (wrong !== undefined) return wrong
      change(message, args)
      slack.changed()
      slack.echo(message, 'changed')
      return {
        ok: true,
        channel,
        ts: message.ts,
        text: message.text,
        message: messageObject(message, slack.team, false),
      }
    },
  },

  'chat.postEphemeral': {
    scope: 'chat:write',
    run(slack, args) {
      const channel = place(slack, args)
      if ('ok' in channel) return channel
      const to = text(args, 'user') ?? ''
      if (slack.user(to) === undefined) return refuse('user_not_found')
      if (!channel.members.includes(to)) return refuse('user_not_in_channel')
      const wrong = contentProblem(args)
      if (wrong !== undefined) return wrong
      const message = slack.add({
        channel: channel.id,
        from: BOT.user,
        ephemeralTo: to,
        ...contentOf(args),
        unfurls: true,
      })
      return { ok: true, message_ts: message.ts }
    },
  },
}

/** The channel of an id; a user's id means the direct message with them. */
function place(slack: Context, args: Args): Channel | Reply {
  const id = text(args, 'channel') ?? ''
  const user = slack.user(id)
  if (user !== undefined && !user.deleted) return slack.directOf(id)
  const channel = slack.channel(id)
  if (channel === undefined) return refuse('channel_not_found')
  return channel.members.includes(BOT.user) ? channel : refuse('not_in_channel')
}

/** Text, blocks or both, as Slack would take them. Also used for what comes to a response_url. */
export function contentProblem(args: Args): Reply | undefined {
  const { blocks } = args
  const empty = !Array.isArray(blocks) || blocks.length === 0
  if (blocks !== undefined && !Array.isArray(blocks)) return refuse('invalid_blocks_format')
  if (empty) return text(args, 'text')?.trim() ? undefined : refuse('no_text')
  const problems = checkBlocks(blocks)
  if (problems.length > 0) {
    const words = problems.map(({ at, what }) => `${what} [json-pointer:${at}]`)
    const messages = words.map(word => `[ERROR] ${word}`)
    return refuse('invalid_blocks', { errors: words, response_metadata: { messages } })
  }
  return tooLong(blocks) ? refuse('msg_blocks_too_long') : undefined
}

/** A thread hangs on a message that is there and is no reply itself. Slack is laxer about replies; an app should not be. */
function threadProblem(slack: Context, channel: Channel, args: Args): Reply | undefined {
  const thread = text(args, 'thread_ts')
  if (thread === undefined) return undefined
  const root = slack.message(channel.id, thread)
  return root === undefined || root.threadTs !== undefined ? refuse('cannot_reply_to_message') : undefined
}

function metadataProblem({ metadata }: Args): Reply | undefined {
  if (metadata === undefined) return undefined
  const { event_type: type, event_payload: payload } = (metadata ?? {}) as Record<string, unknown>
  if (typeof type !== 'string' || typeof payload !== 'object' || payload === null)
    return refuse('invalid_metadata_format')
  return JSON.stringify(metadata).length > MOST_METADATA ? refuse('metadata_too_large') : undefined
}

export const contentOf = (args: Args): Pick<Message, 'text'> & { blocks?: Block[] } => ({
  text: (text(args, 'text') ?? '').slice(0, MOST_POSTED),
  ...(Array.isArray(args['blocks']) && args['blocks'].length > 0
    ? { blocks: args['blocks'] as Block[] }
    : {}),
})

/** Text without blocks takes the blocks away and marks the message as edited; metadata stays unless new ones come. */
export function change(message: Message, args: Args): void {
  const content = contentOf(args)
  message.text = content.text
  if (content.blocks !== undefined) message.blocks = storedBlocks(content.blocks)
  else {
    delete message.blocks
    message.edited = true
  }
  if (args['metadata'] !== undefined) message.metadata = args['metadata']
}

const isFalse = (value: unknown): boolean => value !== undefined && !isTrue(value)
