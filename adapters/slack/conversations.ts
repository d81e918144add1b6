/**
 * The bot's direct messages: which channel is whose, and what was posted there.
 *
 * An address names a person; Slack posts to channels. Opening a direct message is safe to repeat and always gives the same channel, so
 * what is remembered here may be forgotten at any time.
 */
import { Fault } from '../../core/index.ts'
import type { Slack } from './client.ts'
import { HISTORY } from './limits.ts'
import { at, isObject, textAt } from './payload.ts'

export type Conversations = ReturnType<typeof conversationsOf>

/** What our cards carry in their metadata. Anyone in the workspace may read it: it holds the card's key and nothing else. */
export const CARD_EVENT = 'latchkey_card'

export function conversationsOf({ call }: Slack) {
  const channels = new Map<string, Promise<string>>()

  async function open(user: string): Promise<string> {
    const answer = await call('conversations.open', web => web.conversations.open({ users: user }))
    const channel = answer.channel?.id
    if (channel === undefined)
      throw new Fault('broken', {
        op: 'slack.conversations.open',
        say: 'Slack opened a direct message without naming it. It is tried again.',
      })
    return channel
  }

  return {
    /**
     * The channel of an address: a person's direct message with the bot, or the channel itself.
     * @throws {Fault} `missing` when the person cannot be written to
     */
    channelOf(key: string): Promise<string> {
      if (!isUser(key)) return Promise.resolve(key)
      const known = channels.get(key)
      if (known !== undefined) return known
      const opening = open(key)
      channels.set(key, opening)
      opening.catch(() => channels.delete(key))
      return opening
    },

    /** Slack itself told us whose direct message a channel is. */
    learn(user: string, channel: string): void {
      channels.set(user, Promise.resolve(channel))
    },

    forget(key: string): void {
      channels.delete(key)
    },

    /**
     * Looks for a card of ours by its key, newest messages first.
     *
     * @param bot our own user id, if it is known: an app of somebody else could write the same metadata
     * @returns the message's ts; undefined when it is not among the last thousand messages
     */
    async findCard(channel: string, key: string, bot: string | undefined): Promise<string | undefined> {
      let cursor: string | undefined
      for (let page = 0; page < HISTORY.pages; page++) {
        const answer = await call('conversations.history', web =>
          web.conversations.history({
            channel,
            include_all_metadata: true,
            limit: HISTORY.perPage,
            ...(cursor === undefined ? {} : { cursor }),
          }),
        )
        const found = answer.messages?.find(message => isCard(message, key, bot))
        if (found !== undefined) return textAt(found, 'ts')
        cursor = answer.response_metadata?.next_cursor
        if (!cursor) return undefined
      }
      return undefined
    },
  }
}

/** User ids start with U, or with W for people of an Enterprise Grid. */
export const isUser = (key: string): boolean => /^[UW]/.test(key)
export const isDirect = (channel: string): boolean => channel.startsWith('D')

function isCard(message: unknown, key: string, bot: string | undefined): boolean {
  if (!isObject(message) || textAt(message, 'bot_id') === undefined) return false
  if (bot !== undefined && textAt(message, 'user') !== bot) return false
  return (
    at(message, 'metadata', 'event_type') === CARD_EVENT &&
    at(message, 'metadata', 'event_payload', 'key') === key
  )
}
