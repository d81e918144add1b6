/**
 * Conversations: which direct message is whose, what was posted there, and where in channels the bot may speak.
 *
 * An address names a person, a channel, or a thread in one (`C0OPS/1795217560.000001`); Slack posts to channels. Opening a direct message
 * is safe to repeat and always gives the same channel, so what is remembered here may be forgotten at any time.
 */
import { type Address, Fault } from '../../core/index.ts'
import type { Slack } from './client.ts'
import { HISTORY } from './limits.ts'
import { at, isObject, textAt } from './payload.ts'

export type Conversations = ReturnType<typeof conversationsOf>

/** What our cards carry in their metadata. Anyone in the workspace may read it: it holds the card's key and nothing else. */
export const CARD_EVENT = 'latchkey_card'

export function conversationsOf({ call }: Slack) {
  const channels = new Map<string, Promise<string>>()
  const answerable = new Map<string, { may: boolean; until: number }>()

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
     * The channel of an address: a person's direct message with the bot, or the channel itself, also for a thread in it.
     * @throws {Fault} `missing` when the person cannot be written to
     */
    channelOf(key: string): Promise<string> {
      if (!isUser(key)) return Promise.resolve(key.split('/')[0] ?? key)
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
     * Whether the bot may answer in a channel: it is a member, and no other company reads along. Remembered for a while.
     * @throws {Fault} when Slack does not say
     */
    async mayAnswerIn(channel: string): Promise<boolean> {
      const known = answerable.get(channel)
      if (known !== undefined && known.until > Date.now()) return known.may
      const answer = await call('conversations.info', web => web.conversations.info({ channel }))
      const info: unknown = answer.channel
      const outside = ['is_ext_shared', 'is_pending_ext_shared'].some(flag => at(info, flag) === true)
      const may = at(info, 'is_member') === true && !outside
      answerable.set(channel, { may, until: Date.now() + REMEMBERED_MS })
      return may
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

/** A channel may be shared with another company at any time; this long nobody asks again. */
const REMEMBERED_MS = 60_000

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

/** The address of a thread: its channel, and the message that it hangs on. */
export const threadIn = (channel: string, root: string): Address => ({
  platform: 'slack',
  key: `${channel}/${root}`,
})

/** The message that the thread of an address hangs on, if it is the address of a thread. */
export const rootOf = (key: string): string | undefined => key.split('/')[1]
