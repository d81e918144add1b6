/**
 * Reads what Slack delivers: payload to Incoming, or the reason why it is ignored on purpose. Pure and total.
 *
 * `who.workspace` is the actor's own team as the payload names it, never the app's: in a channel shared with another company, `team.id`
 * of a press is ours while the person who pressed is theirs (github.com/slackapi/java-slack-sdk issue 1041, read 2026-11-20). A payload
 * that does not say is ignored.
 * Sources: docs.slack.dev, pages on slash commands, block_actions, app_mention, message.im (read 2026-11-20).
 */
import { type Address, type ChatUser, type Incoming, readButton } from '../../core/index.ts'
import { PRESS } from './draw.ts'
import { at, isObject, textAt } from './payload.ts'

/** `channel`: where it was said or pressed. */
export type Reading = { incoming: Incoming; channel: string } | { ignored: string }

/** A slash command. Outside members of shared channels cannot run our commands, so `team_id` is the actor's. */
export function readCommand(body: unknown): Reading {
  const trigger = textAt(body, 'trigger_id')
  const channel = textAt(body, 'channel_id')
  const actor = actorOf(textAt(body, 'user_id'), textAt(body, 'team_id'))
  if (!trigger || !channel || !actor) return { ignored: 'command:incomplete' }
  const typed = plainText(textAt(body, 'text') ?? '')
  return { channel, incoming: { delivery: `slack:command:${trigger}`, ...actor, did: { typed } } }
}

/** Somebody mentioned the bot in a channel. @param bot the bot's own user id, if it is known */
export function readMention(body: unknown, bot: string | undefined): Reading {
  return readSaid(body, 'mention', bot)
}

/** Somebody wrote to the bot. Messages elsewhere are not ours to read; edits, joins, bots and so on arrive as messages too. */
export function readMessage(body: unknown, bot: string | undefined): Reading {
  const kind = textAt(body, 'event', 'subtype') ?? textAt(body, 'event', 'channel_type')
  if (kind !== 'im') return { ignored: `message:${kind ?? 'unknown'}` }
  return readSaid(body, 'message', bot)
}

function readSaid(body: unknown, kind: string, bot: string | undefined): Reading {
  const event = at(body, 'event')
  const id = textAt(body, 'event_id')
  const channel = textAt(event, 'channel')
  const text = textAt(event, 'text')
  const user = textAt(event, 'user')
  if (
    textAt(event, 'bot_id') !== undefined ||
    at(event, 'bot_profile') !== undefined ||
    (bot && user === bot)
  )
    return { ignored: `${kind}:bot` }
  if (at(event, 'subtype') !== undefined || at(event, 'edited') !== undefined || at(event, 'hidden') === true)
    return { ignored: `${kind}:subtype` }
  // Where companies share a channel, `user_team` is the author's; elsewhere there is only `team`.
  const actor = actorOf(user, textAt(event, 'user_team') ?? textAt(event, 'team'))
  if (!id || !channel || !text || !actor) return { ignored: `${kind}:incomplete` }
  const typed = plainText(withoutMention(text, [bot, botOf(body)])).trim()
  return { channel, incoming: { delivery: `slack:event:${id}`, ...actor, did: { typed } } }
}

/** A button of one of our cards was pressed. */
export function readPress(body: unknown): Reading {
  const actions = at(body, 'actions')
  const action: unknown = Array.isArray(actions) ? actions[0] : undefined
  const channel = textAt(body, 'channel', 'id') ?? textAt(body, 'container', 'channel_id')
  const ts = textAt(body, 'message', 'ts') ?? textAt(body, 'container', 'message_ts')
  const user = textAt(body, 'user', 'id')
  const actor = actorOf(user, textAt(body, 'user', 'team_id'))
  const pressedAt = textAt(action, 'action_ts')
  if (!textAt(action, 'action_id')?.startsWith(PRESS)) return { ignored: 'press:other' }
  if (!channel || !ts || !actor || !pressedAt) return { ignored: 'press:incomplete' }
  const pressed = readButton(textAt(action, 'value') ?? '')
  if (pressed === undefined) return { ignored: 'press:unreadable' }
  return {
    channel,
    incoming: {
      delivery: `slack:press:${user}:${channel}:${ts}:${pressedAt}`,
      ...actor,
      did: {
        pressed,
        values: valuesOf(at(body, 'state', 'values')),
        on: { platform: 'slack', key: channel, messageKey: ts },
      },
    },
  }
}

function actorOf(
  user: string | undefined,
  team: string | undefined,
): { who: ChatUser; home: Address } | undefined {
  if (user === undefined || team === undefined) return undefined
  return { who: { platform: 'slack', workspace: team, key: user }, home: { platform: 'slack', key: user } }
}

/** Our fields have the same block and action id. An empty field is `null` in Slack, and is left out here. */
function valuesOf(state: unknown): Record<string, string> {
  if (!isObject(state)) return {}
  const typed = Object.keys(state).map(id => [id, textAt(state, id, id, 'value')] as const)
  return Object.fromEntries(typed.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** The bot's user id as the delivery itself names it. */
function botOf(body: unknown): string | undefined {
  const authorizations = at(body, 'authorizations')
  const first: unknown = Array.isArray(authorizations) ? authorizations[0] : undefined
  return at(first, 'is_bot') === true ? textAt(first, 'user_id') : undefined
}

/** Takes the bot's own mention out; when nobody knows its id, the first mention, as a mention is what brought the text here. */
function withoutMention(text: string, bots: readonly (string | undefined)[]): string {
  const ids = bots.filter(id => id !== undefined)
  if (ids.length === 0) return text.replace(/^\s*<@[UW][A-Z0-9]+(?:\|[^<>]*)?>/, ' ')
  return text.replace(/<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>/g, (mention, id: string) =>
    ids.includes(id) ? ' ' : mention,
  )
}

/**
 * What the person saw when they typed it: Slack turns names, addresses and `&`, `<`, `>` into escapes on the way.
 * `<@U1|ann>` is `@ann`, `<#C1|ops>` is `#ops`, `<http://vm01|vm01>` is `vm01`, `<!here>` is `@here`.
 */
export function plainText(text: string): string {
  return text
    .replace(/<([^<>|]*)(?:\|([^<>]*))?>/g, (_, target: string, label: string | undefined) => {
      const sign = target[0] ?? ''
      if (sign === '@' || sign === '#') return label ? sign + label.replace(/^[@#]/, '') : target
      if (sign === '!') return label ?? `@${target.slice(1).replace(/\^.*$/, '')}`
      return label || target.replace(/^mailto:/, '')
    })
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
