/**
 * The payloads of Slack's deliveries, with every field that an app could lean on.
 * Sources: docs.slack.dev, pages on slash commands, events and block_actions; samples of github.com/slackapi/java-slack-sdk and
 * bolt-python (read 2026-11-20).
 */
import { isShared } from './people-methods.ts'
import { type Block, BOT, type Channel, type Message, type User } from './state.ts'
import { messageObject, type Workspace } from './workspace.ts'

/** The old verification token; apps should not look at it. */
const TOKEN = 'not-to-be-trusted'

/** Makes a trigger for something that somebody did. */
export function triggerOf(slack: Workspace, user: string): { trigger_id: string } {
  const trigger = `${slack.id('')}.${slack.id('').toLowerCase()}`
  forgetOld(slack, slack.now())
  slack.state.triggers[trigger] = { at: slack.now(), used: false, user }
  return { trigger_id: trigger }
}

/** The same, and a response_url. */
export function handles(slack: Workspace, user: string, channel: string, ts?: string) {
  const hook = slack.id('').toLowerCase()
  slack.state.hooks[hook] = { at: slack.now(), uses: 0, channel, user, ...(ts === undefined ? {} : { ts }) }
  return { ...triggerOf(slack, user), response_url: `${slack.baseUrl}/hooks/${hook}` }
}

/** Nothing handed out is good for longer than a response_url. */
export const HOOK_GOOD_FOR_MS = 30 * 60_000

function forgetOld({ state }: Workspace, now: number): void {
  for (const handed of [state.triggers, state.hooks])
    for (const [key, { at }] of Object.entries(handed))
      if (now - at > 2 * HOOK_GOOD_FOR_MS) delete handed[key]
}

export const channelName = ({ kind, name }: Channel): string => (kind === 'dm' ? 'directmessage' : name)

export function commandPayload(
  slack: Workspace,
  user: User,
  channel: Channel,
  command: string,
  text: string,
): Record<string, string> {
  return {
    token: TOKEN,
    team_id: user.team,
    team_domain: slack.name.toLowerCase(),
    channel_id: channel.id,
    channel_name: channelName(channel),
    user_id: user.id,
    user_name: user.handle,
    command,
    text,
    api_app_id: BOT.app,
    is_enterprise_install: 'false',
    ...handles(slack, user.id, channel.id),
  }
}

export function eventPayload(
  slack: Workspace,
  channel: Channel,
  event: Record<string, unknown>,
): Record<string, unknown> {
  return {
    token: TOKEN,
    team_id: slack.team,
    context_team_id: slack.team,
    context_enterprise_id: null,
    api_app_id: BOT.app,
    event,
    type: 'event_callback',
    event_id: slack.id('Ev'),
    event_time: Math.floor(slack.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: slack.team,
        user_id: BOT.user,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: isShared(slack, channel),
    event_context: `4-${channel.id}`,
  }
}

/** A message of a person: in the direct message as `message`, elsewhere as `app_mention`. */
export function saidPayload(
  slack: Workspace,
  user: User,
  channel: Channel,
  message: Message,
): Record<string, unknown> {
  const outsider = user.team !== slack.team
  return eventPayload(slack, channel, {
    client_msg_id: slack.id('').toLowerCase(),
    type: channel.kind === 'dm' ? 'message' : 'app_mention',
    text: message.text,
    user: user.id,
    ts: message.ts,
    team: user.team,
    ...(outsider ? { user_team: user.team, source_team: user.team } : {}),
    channel: channel.id,
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    event_ts: message.ts,
    ...(channel.kind === 'dm' ? { channel_type: 'im' } : {}),
  })
}

/** The bot's own doings in a direct message come back to it as well. */
export function echoPayload(
  slack: Workspace,
  channel: Channel,
  message: Message,
  kind: 'posted' | 'changed',
) {
  const object = messageObject(message, slack.team, false)
  const around = { channel: channel.id, event_ts: message.ts, channel_type: 'im' }
  return eventPayload(
    slack,
    channel,
    kind === 'posted'
      ? {
          ...object,
          ...around,
          bot_profile: { id: BOT.id, app_id: BOT.app, name: BOT.name, team_id: slack.team },
        }
      : {
          type: 'message',
          subtype: 'message_changed',
          hidden: true,
          message: object,
          ts: message.ts,
          ...around,
        },
  )
}

export type Pressed = { block: Block; element: Record<string, unknown> }

/** The element with this action id, and the block it stands in. */
export function findElement(blocks: readonly Block[], actionId: string): Pressed | undefined {
  for (const block of blocks) {
    const inside = block['type'] === 'actions' ? block['elements'] : [block['accessory']]
    const element = (inside as (Record<string, unknown> | undefined)[]).find(
      each => each?.['action_id'] === actionId,
    )
    if (element?.['type'] === 'button') return { block, element }
  }
  return undefined
}

export function pressPayload(
  slack: Workspace,
  user: User,
  channel: Channel,
  message: Message,
  pressed: Pressed,
): Record<string, unknown> {
  const ephemeral = message.ephemeralTo !== undefined
  const thread = message.threadTs === undefined ? {} : { thread_ts: message.threadTs }
  return {
    ...actionsPayload(slack, user, pressed),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...thread,
    },
    channel: { id: channel.id, name: channelName(channel) },
    ...(ephemeral ? {} : { message: messageObject(message, slack.team, false) }),
    state: { values: {} },
    ...handles(slack, user.id, channel.id, message.ts),
  }
}

/** What every press has, wherever the button stands. */
export function actionsPayload(
  slack: Workspace,
  user: User,
  { block, element }: Pressed,
): Record<string, unknown> {
  const { action_id, text, value, style, type } = element
  slack.state.serial += 1
  return {
    type: 'block_actions',
    ...actorPayload(slack, user),
    actions: [
      {
        action_id,
        block_id: block['block_id'],
        text,
        ...(value === undefined ? {} : { value }),
        ...(style === undefined ? {} : { style }),
        type,
        action_ts: `${Math.floor(slack.now() / 1000)}.${String(slack.state.serial).padStart(6, '0')}`,
      },
    ],
  }
}

/** Who did it, in which app and workspace. */
export const actorPayload = (slack: Workspace, user: User): Record<string, unknown> => ({
  user: { id: user.id, username: user.handle, name: user.handle, team_id: user.team },
  api_app_id: BOT.app,
  token: TOKEN,
  // INVARIANT: the app's workspace, whoever did it.
  team: { id: slack.team, domain: slack.name.toLowerCase() },
  enterprise: null,
  is_enterprise_install: false,
})
