/** Small private sentences that are not worth keeping: shown to one person where they just did something, and not repeated at once. */
import type { Log } from '../../core/index.ts'
import type { Slack } from './client.ts'
import type { Conversations } from './conversations.ts'

/** However much a person sends, they are told so only this often. */
const QUIET_MS = 30_000

type Parts = { slack: Slack; conversations: Conversations; log: Log }

export function whispersOf({ slack: { call }, conversations, log }: Parts) {
  const quietUntil = new Map<string, number>()

  return {
    /**
     * Says it in the background; that it could not be said is no reason to fail. The text must hold no address: Slack cannot be kept from
     * fetching links in ephemeral messages.
     * @param where a channel, or the person themselves for their direct message
     */
    say(user: string, where: string, text: string): void {
      const now = Date.now()
      for (const [each, until] of quietUntil) if (until <= now) quietUntil.delete(each)
      if (quietUntil.has(user)) return
      quietUntil.set(user, now + QUIET_MS)
      conversations
        .channelOf(where)
        .then(channel => call('chat.postEphemeral', web => web.chat.postEphemeral({ channel, user, text })))
        .catch(error => log.warn('slack.not-said', {}, error))
    },
  }
}
