/**
 * auth.test, users.* and conversations.*.
 * Source: docs.slack.dev, the methods' own pages and "User object" (read 2026-11-20).
 */
import { type Method, refuse } from './methods.ts'
import { isTrue, text } from './request.ts'
import { BOT, type Channel, type User } from './state.ts'
import { messageObject, type Workspace } from './workspace.ts'

export const peopleMethods: Readonly<Record<string, Method>> = {
  'auth.test': {
    run: slack => ({
      ok: true,
      url: `${slack.baseUrl}/`,
      team: slack.name,
      user: BOT.name.toLowerCase(),
      team_id: slack.team,
      user_id: BOT.user,
      bot_id: BOT.id,
      is_enterprise_install: false,
    }),
  },

  'users.info': {
    scope: 'users:read',
    run(slack, args) {
      const id = text(args, 'user')
      if (id === BOT.user) return { ok: true, user: botObject(slack) }
      const user = slack.user(id ?? '')
      return user === undefined ? refuse('user_not_found') : { ok: true, user: userObject(slack, user) }
    },
  },

  'users.lookupByEmail': {
    scope: 'users:read.email',
    run(slack, args) {
      const email = text(args, 'email')?.toLowerCase()
      // A deactivated account is not found by its address, and may share it with its successor.
      const user = slack.state.users.find(each => each.email.toLowerCase() === email && !each.deleted)
      return user === undefined ? refuse('users_not_found') : { ok: true, user: userObject(slack, user) }
    },
  },

  'conversations.open': {
    scope: 'im:write',
    run(slack, args) {
      const ids = text(args, 'users')?.split(',') ?? []
      const [id, ...more] = ids
      if (id === undefined) return refuse('users_list_not_supplied')
      if (more.length > 0) return refuse('too_many_users')
      if (id === BOT.user) return refuse('cannot_dm_bot')
      const user = slack.user(id)
      if (user === undefined) return refuse('user_not_found')
      if (user.deleted) return refuse('user_disabled')
      return { ok: true, channel: { id: slack.directOf(id).id } }
    },
  },

  'conversations.info': {
    scope: 'channels:read',
    run(slack, args) {
      const channel = slack.channel(text(args, 'channel') ?? '')
      return channel === undefined
        ? refuse('channel_not_found')
        : { ok: true, channel: channelObject(slack, channel) }
    },
  },

  'conversations.history': {
    scope: 'im:history',
    run(slack, args) {
      const channel = slack.channel(text(args, 'channel') ?? '')
      if (channel === undefined) return refuse('channel_not_found')
      if (!channel.members.includes(BOT.user)) return refuse('not_in_channel')
      const needed = channel.kind === 'dm' ? 'im:history' : 'channels:history'
      if (!slack.state.scopes.includes(needed)) return refuse('missing_scope', { needed })
      const cursor = text(args, 'cursor')
      const from = cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64').toString())
      if (!Number.isInteger(from)) return refuse('invalid_cursor')
      const limit = Math.min(Math.max(Number(args['limit'] ?? 100) || 100, 1), 999)
      const all = slack.state.messages
        .filter(message => message.channel === channel.id && message.ephemeralTo === undefined)
        // Replies in threads are not part of it.
        .filter(message => message.threadTs === undefined)
        .toReversed()
      const more = from + limit < all.length
      const next = more ? Buffer.from(String(from + limit)).toString('base64') : ''
      return {
        ok: true,
        messages: all
          .slice(from, from + limit)
          .map(message => messageObject(message, slack.team, isTrue(args['include_all_metadata']))),
        has_more: more,
        response_metadata: { next_cursor: next },
      }
    },
  },
}

function userObject(slack: Workspace, user: User): Record<string, unknown> {
  const ours = user.team === slack.team
  return {
    id: user.id,
    team_id: user.team,
    name: user.handle,
    deleted: user.deleted,
    ...(user.deleted ? {} : { real_name: user.name, is_email_confirmed: user.emailConfirmed }),
    is_bot: false,
    is_app_user: false,
    ...(ours
      ? { is_admin: false, is_owner: false, is_restricted: user.restricted, is_ultra_restricted: false }
      : // For somebody who shares a channel with the app Slack says `false`, although they are strangers to the workspace.
        { is_stranger: false, is_restricted: false, is_ultra_restricted: false }),
    profile: {
      real_name: user.name,
      display_name: user.handle,
      team: user.team,
      ...(slack.state.scopes.includes('users:read.email') ? { email: user.email } : {}),
    },
    updated: 0,
  }
}

const botObject = (slack: Workspace): Record<string, unknown> => ({
  id: BOT.user,
  team_id: slack.team,
  name: BOT.name.toLowerCase(),
  real_name: BOT.name,
  deleted: false,
  is_bot: true,
  is_app_user: false,
  profile: { real_name: BOT.name, bot_id: BOT.id, api_app_id: BOT.app, team: slack.team },
})

export const isShared = (slack: Workspace, { members }: Channel): boolean =>
  members.some(id => (slack.user(id)?.team ?? slack.team) !== slack.team)

const channelObject = (slack: Workspace, channel: Channel): Record<string, unknown> => ({
  id: channel.id,
  is_im: channel.kind === 'dm',
  ...(channel.kind === 'dm'
    ? { user: channel.members[0] }
    : { name: channel.name, is_channel: true, is_member: channel.members.includes(BOT.user) }),
  is_ext_shared: isShared(slack, channel),
  is_pending_ext_shared: false,
})
