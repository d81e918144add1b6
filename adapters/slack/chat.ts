/** Slack as a Chat: posts, redraws, hands over files, and knows who is who. */
import { type Chat, type ChatUser, Fault, type Log, type Message, type Posted } from '../../core/index.ts'
import type { Slack } from './client.ts'
import { CARD_EVENT, type Conversations, isDirect, isUser, rootOf } from './conversations.ts'
import { draw } from './draw.ts'
import { isFilePolicy, slackCode } from './faults.ts'
import { drawHome } from './home.ts'
import type { Identity } from './identity.ts'
import { PICTURE_BYTES } from './limits.ts'
import type { People } from './people.ts'
import { calm } from './text.ts'

type Parts = { slack: Slack; conversations: Conversations; people: People; identity: Identity; log: Log }

export function chatOf({ slack, conversations, people, identity, log }: Parts): Chat {
  const { call } = slack

  async function amend({ key, messageKey }: Posted, message: Message): Promise<void> {
    await call('chat.update', web => web.chat.update({ channel: key, ts: messageKey, ...asSent(message) }))
  }

  /** A card that an earlier attempt posted without our hearing of it, brought up to date. */
  async function alreadyPosted(channel: string, key: string, message: Message): Promise<Posted | undefined> {
    const ts = await conversations.findCard(channel, key, identity.known()?.user)
    if (ts === undefined) return undefined
    const posted: Posted = { platform: 'slack', key: channel, messageKey: ts }
    try {
      await amend(posted, message)
      return posted
    } catch (error) {
      // Deleted meanwhile, or not ours to change: then it is not the card.
      if (error instanceof Fault && error.kind === 'missing') return undefined
      throw error
    }
  }

  /** Into a direct message: what is uploaded is for one person. Tells Slack's id of the file. */
  async function upload(key: string, { name, bytes, say }: { name: string; bytes: Uint8Array; say: string }) {
    const channel = await conversations.channelOf(key)
    if (!isUser(key) && !isDirect(channel))
      throw new Fault('invalid', {
        op: 'slack.files.upload',
        say: 'A file for one person goes into a direct message and nowhere else.',
      })
    const answer = await call('files.upload', web =>
      web.filesUploadV2({
        channel_id: channel,
        filename: name,
        title: name,
        file: Buffer.from(bytes),
        initial_comment: calm(say),
      }),
    )
    return { channel, file: answer.files[0]?.files?.[0]?.id ?? name }
  }

  return {
    platform: 'slack',
    amend,

    /**
     * A thread's address puts the message into that thread. Only direct messages can be searched for what an earlier attempt posted: a
     * repetition after `timeout` or `broken` may stand twice in a thread, where no card with buttons is kept up to date.
     */
    async post(to, message, { key, again }) {
      const channel = await conversations.channelOf(to.key)
      const root = rootOf(to.key)
      const before = again && isDirect(channel) ? await alreadyPosted(channel, key, message) : undefined
      if (before !== undefined) return before
      const metadata = { event_type: CARD_EVENT, event_payload: { key } }
      const answer = await call('chat.postMessage', web =>
        web.chat.postMessage({
          channel,
          ...(root === undefined ? {} : { thread_ts: root }),
          metadata,
          unfurl_links: false,
          unfurl_media: false,
          ...asSent(message),
        }),
      ).catch(error => {
        if (slackCode(error) === 'channel_not_found') conversations.forget(to.key)
        throw error
      })
      if (answer.ts === undefined)
        throw new Fault('broken', {
          op: 'slack.chat.postMessage',
          say: 'Slack took the message without naming it. It is tried again.',
        })
      return { platform: 'slack', key: answer.channel ?? channel, messageKey: answer.ts }
    },

    /** A repetition after `timeout` or `broken` may hand the file over a second time: Slack cannot be asked whether it arrived. */
    async hand(to, file) {
      try {
        await upload(to.key, file)
        return 'handed'
      } catch (error) {
        if (!isFilePolicy(error)) throw error
        log.info('slack.link-only', { why: slackCode(error) })
        return 'link-only'
      }
    },

    show: {
      mostBytes: PICTURE_BYTES,
      async post(to, { name, png, say }) {
        const { channel, file } = await upload(to.key, { name, bytes: png, say })
        return { platform: 'slack', key: channel, messageKey: file }
      },
    },

    homeOf: people.homeOf,
    profileOf: (user: ChatUser) => people.profileOf(user),

    async showHome({ key }, messages) {
      await call('views.publish', web => web.views.publish({ user_id: key, view: drawHome(messages) }))
    },
  }
}

/** `parse: 'none'`: chat.update would otherwise look for names and addresses by itself, unlike chat.postMessage. */
const asSent = (message: Message) => ({ ...draw(message), parse: 'none' as const, link_names: false })
