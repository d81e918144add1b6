/**
 * What the Slack adapter needs from Slack, and the scope each need costs.
 *
 * The manifest asks for exactly these scopes. A test reads the adapter's sources and holds this table against what it calls and listens
 * to, so a new call needs its line here first.
 * Sources: the page named in each line (read 2026-11-20); scopes of conversations.* depend on the kind of conversation: the bot opens and
 * reads direct messages only, and of channels it asks just whether it may answer there.
 */

export type Need = {
  /** As the adapter's code names it: a Web API method, a listener, or the command. */
  use: string
  scope?: string
  source: string
}

const method = (name: string, scope?: string): Need => ({
  use: name,
  source: `https://docs.slack.dev/reference/methods/${name}`,
  ...(scope === undefined ? {} : { scope }),
})

export const METHODS: readonly Need[] = [
  method('auth.test'),
  method('chat.postMessage', 'chat:write'),
  method('chat.update', 'chat:write'),
  method('chat.postEphemeral', 'chat:write'),
  method('conversations.open', 'im:write'),
  method('conversations.history', 'im:history'),
  // Whether it is shared with another company, and whether the bot is in it. Private channels have a scope of their own.
  method('conversations.info', 'channels:read'),
  method('views.open'),
  method('views.publish'),
  method('users.info', 'users:read'),
  method('users.lookupByEmail', 'users:read.email'),
  // The library's name for two calls, files.getUploadURLExternal and files.completeUploadExternal, with the same scope.
  {
    use: 'filesUploadV2',
    scope: 'files:write',
    source: 'https://docs.slack.dev/reference/methods/files.completeUploadExternal',
  },
]

/** What Slack leaves out of an answer without its scope: who somebody is rests on the e-mail address in a profile. */
const FIELDS: readonly Need[] = [
  {
    use: 'conversations.info: private channels',
    scope: 'groups:read',
    source: 'https://docs.slack.dev/reference/methods/conversations.info',
  },
  {
    use: 'users.info: profile.email',
    scope: 'users:read.email',
    source: 'https://docs.slack.dev/reference/objects/user-object',
  },
]

export type Subscription = Need & {
  /** The type an event of this subscription arrives with. */
  type: string
}

export const EVENTS: readonly Subscription[] = [
  {
    use: 'app_mention',
    type: 'app_mention',
    scope: 'app_mentions:read',
    source: 'https://docs.slack.dev/reference/events/app_mention',
  },
  {
    use: 'message.im',
    type: 'message',
    scope: 'im:history',
    source: 'https://docs.slack.dev/reference/events/message.im',
  },
  {
    use: 'app_home_opened',
    type: 'app_home_opened',
    source: 'https://docs.slack.dev/reference/events/app_home_opened',
  },
]

/** Ids by which the adapter knows a shortcut. Slack takes 24 characters of a name and 150 of a description. */
export const SHORTCUTS: readonly (Need & {
  scope: string
  type: 'message' | 'global'
  name: string
  description: string
})[] = [
  {
    use: 'diagnose',
    type: 'message',
    name: 'Diagnose this',
    description: 'Look into the connection trouble that this message tells of',
    scope: 'commands',
    source: 'https://docs.slack.dev/reference/scopes/commands',
  },
  {
    use: 'request-access',
    type: 'global',
    name: 'Request access',
    description: 'Ask for RDP access to a VM',
    scope: 'commands',
    source: 'https://docs.slack.dev/reference/scopes/commands',
  },
]

export const COMMAND: Need & { scope: string } = {
  use: '/rdp',
  scope: 'commands',
  source: 'https://docs.slack.dev/reference/scopes/commands',
}

export const NEEDS: readonly Need[] = [...METHODS, ...FIELDS, ...EVENTS, ...SHORTCUTS, COMMAND]

/** Every scope that something needs, in alphabetical order. */
export const SCOPES: readonly string[] = [...new Set(NEEDS.flatMap(({ scope }) => scope ?? []))].toSorted()
