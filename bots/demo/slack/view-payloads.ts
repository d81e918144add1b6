/**
 * The payloads of shortcuts and of the App Home.
 * Sources: docs.slack.dev, "Shortcuts" and app_home_opened; samples of github.com/slackapi/java-slack-sdk (read 2026-11-20).
 */
import { actorPayload, channelName, eventPayload, handles } from './payloads.ts'
import type { Channel, Message, User } from './state.ts'
import { viewObject } from './views.ts'
import { messageObject, type Workspace } from './workspace.ts'

export function pointPayload(
  slack: Workspace,
  user: User,
  channel: Channel,
  message: Message,
  callbackId: string,
): Record<string, unknown> {
  return {
    type: 'message_action',
    callback_id: callbackId,
    action_ts: String(slack.now() / 1000),
    ...actorPayload(slack, user),
    channel: { id: channel.id, name: channelName(channel) },
    message_ts: message.ts,
    message: messageObject(message, slack.team, false),
    ...handles(slack, user.id, channel.id, message.ts),
  }
}

/** The event names nobody's team but the workspace's. */
export function homePayload(slack: Workspace, user: User): Record<string, unknown> {
  const channel = slack.directOf(user.id)
  const home = slack.state.views.find(view => view.type === 'home' && view.user === user.id)
  return eventPayload(slack, channel, {
    type: 'app_home_opened',
    user: user.id,
    channel: channel.id,
    tab: 'home',
    event_ts: String(slack.now() / 1000),
    ...(home === undefined ? {} : { view: viewObject(slack, home) }),
  })
}
