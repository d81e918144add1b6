/**
 * Reads what people say and press: payload to Incoming, or the reason why it is ignored on purpose. Pure and total. What comes from
 * modals, shortcuts and the App Home is read in read-view.ts.
 *
 * `who.workspace` is the actor's own team as the payload names it, never the app's: in a channel shared with another company, `team.id`
 * of a press is ours while the person who pressed is theirs (github.com/slackapi/java-slack-sdk issue 1041, read 2026-11-20). A payload
 * that does not say is ignored.
 * Sources: docs.slack.dev, pages on slash commands, block_actions, app_mention, message.im (read 2026-11-20).
 */
import {
  type Address,
  type ChatUser,
  type Incoming,
  type Posted,
  readButton,
  readForm,
  type Unfilled,
} from '../../core/index.ts'
import { isDirect, threadIn } from './conversations.ts'
import { FORM, PRESS } from './draw.ts'
import { at, textAt } from './payload.ts'

/** `channel`: where it was said or pressed, if it was in a conversation. */
export type Reading = { incoming: Incoming; channel?: string } | Ignored
/** `from`: who should be told that it was ignored, and where. */
export type Ignored = { ignored: string; from?: { user: string; channel: string } }

/** A slash command. Outside members of shared channels cannot run our commands, so `team_id` is the actor's. */
export function readCommand(body: unknown): Reading {
  const trigger = textAt(body, 'trigger_id')
  const channel = textAt(body, 'channel_id')
  const actor = actorOf(textAt(body, 'user_id'), textAt(body, 'team_id'))
  if (!trigger || !channel || !actor) return { ignored: 'command:incomplete' }
  const typed = plainText(textAt(body, 'text') ?? '')
  return { channel, incoming: { delivery: `slack:command:${trigger}`, ...actor, did: { typed } } }
}

/**
 * Somebody mentioned the bot in a channel. Where another company reads along, there is no thread to answer in.
 * @param bot the bot's own user id, if it is known
 */
export function readMention(body: unknown, bot: string | undefined): Reading {
  const reading = readSaid(body, 'mention', bot)
  if ('ignored' in reading || at(body, 'is_ext_shared_channel') === true) return reading
  const event = at(body, 'event')
  return inThread(reading, textAt(event, 'thread_ts') ?? textAt(event, 'ts'))
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

/**
 * A button of ours was pressed: one that brings an intent, or one that brings a form (then nothing is said yet, and a modal is to be
 * opened). On the App Home there is no message, so there is no card that it is on.
 */
export function readPress(body: unknown): Reading | { open: FormPress } {
  const actions = at(body, 'actions')
  const action: unknown = Array.isArray(actions) ? actions[0] : undefined
  const id = textAt(action, 'action_id') ?? ''
  const user = textAt(body, 'user', 'id')
  const actor = actorOf(user, textAt(body, 'user', 'team_id'))
  const pressedAt = textAt(action, 'action_ts')
  if (!id.startsWith(PRESS) && !id.startsWith(FORM)) return { ignored: 'press:other' }
  const place = placeOf(body)
  if (!place || !actor || !pressedAt) return { ignored: 'press:incomplete' }
  const { on, thread } = place
  const where = { ...(on === undefined ? {} : { on }), ...(thread === undefined ? {} : { thread }) }
  const value = textAt(action, 'value') ?? ''
  const { key } = actor.who
  const unreadable = { ignored: 'press:unreadable', from: { user: key, channel: on?.key ?? key } }
  if (id.startsWith(FORM)) {
    const form = readForm(value)
    const trigger = textAt(body, 'trigger_id')
    if (form === undefined) return unreadable
    return trigger === undefined ? { ignored: 'press:incomplete' } : { open: { trigger, form, ...where } }
  }
  const pressed = readButton(value)
  if (pressed === undefined) return unreadable
  return {
    ...(on === undefined ? {} : { channel: on.key }),
    incoming: {
      delivery: `slack:press:${user}:${place.name}:${pressedAt}`,
      ...actor,
      ...(thread === undefined ? {} : { thread }),
      did: { pressed, ...(on === undefined ? {} : { on }) },
    },
  }
}

export type FormPress = { trigger: string; form: Unfilled; on?: Posted; thread?: Address }

/** Where a button stands: on a message, or on the App Home. */
function placeOf(body: unknown): { name: string; on?: Posted; thread?: Address } | undefined {
  const view = textAt(body, 'view', 'id')
  if (view !== undefined && textAt(body, 'view', 'type') === 'home') return { name: `home:${view}` }
  const channel = textAt(body, 'channel', 'id') ?? textAt(body, 'container', 'channel_id')
  const ts = textAt(body, 'message', 'ts') ?? textAt(body, 'container', 'message_ts')
  if (!channel || !ts) return undefined
  const root = textAt(body, 'message', 'thread_ts') ?? textAt(body, 'container', 'thread_ts') ?? ts
  return {
    name: `${channel}:${ts}`,
    on: { platform: 'slack', key: channel, messageKey: ts },
    ...(isDirect(channel) ? {} : { thread: threadIn(channel, root) }),
  }
}

function inThread(reading: Extract<Reading, { incoming: unknown }>, root: string | undefined): Reading {
  const { channel, incoming } = reading
  if (channel === undefined || root === undefined || isDirect(channel)) return reading
  return { ...reading, incoming: { ...incoming, thread: threadIn(channel, root) } }
}

export function actorOf(
  user: string | undefined,
  team: string | undefined,
): { who: ChatUser; home: Address } | undefined {
  if (user === undefined || team === undefined) return undefined
  return { who: { platform: 'slack', workspace: team, key: user }, home: { platform: 'slack', key: user } }
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
