/**
 * What the pretend Slack remembers: people, conversations, messages, files, and what it handed out.
 *
 * One plain JSON object, so that the world can be saved and brought back.
 */
import type { Company, Human } from '../people.ts'

/** The bot and its app, as every installation of them is known here. */
export const BOT = { user: 'U0LATCHKEY', id: 'B0LATCHKEY', app: 'A0LATCHKEY', name: 'Latchkey' } as const

/** The shortcuts of the app's manifest: one in the menu of every message, one that is always there. */
export const SHORTCUTS = [
  { type: 'message', id: 'diagnose', name: 'Diagnose this' },
  { type: 'global', id: 'request-access', name: 'Request access' },
] as const

/** An account. `team` is the workspace it belongs to: another company's for people who are here through Slack Connect. */
export type User = {
  id: string
  team: string
  handle: string
  name: string
  email: string
  emailConfirmed: boolean
  restricted: boolean
  deleted: boolean
}

export type Channel = { id: string; name: string; kind: 'dm' | 'channel'; members: string[] }

export type Block = Record<string, unknown>

export type Message = {
  ts: string
  channel: string
  /** The message whose thread this is a reply in. */
  threadTs?: string
  /** A user id; the bot's for its own messages. */
  from: string
  /** As Slack keeps it, escaped. */
  text: string
  /** What the person typed, for messages of people. */
  typed?: string
  blocks?: Block[]
  metadata?: unknown
  fileId?: string
  /** Shown to this person only, and lost to everything else. */
  ephemeralTo?: string
  /** Said by Slack itself and not by the bot. */
  bySlack?: boolean
  edited: boolean
  /** The bot of another app that wrote it in the person's name. */
  byBot?: string
  /** Whether Slack was allowed to fetch the links in it. */
  unfurls: boolean
}

export type StoredFile = {
  id: string
  name: string
  title: string
  length: number
  /** base64 of what was uploaded. */
  content?: string
  /** Where it was shared. */
  channels: string[]
}

/** A response_url. `at` is the world's time. */
export type Hook = { at: number; uses: number; channel: string; user: string; ts?: string }

type Trigger = { at: number; used: boolean; user: string }

export type Option = { text: { text: string }; value: string; [more: string]: unknown }

/** A modal or an App Home that the app made for one person. Modals of one person lie on top of each other, the last one uppermost. */
export type View = {
  id: string
  /** A new one with every change. */
  hash: string
  type: 'modal' | 'home'
  user: string
  /** As the app gave it. */
  content: { blocks: Block[]; [more: string]: unknown }
  /** Shown beside the fields, by block id. */
  errors: Record<string, string>
  /** What Slack itself says above everything, after something went wrong. */
  trouble?: string
  /** What a search found last, by block id: nothing else can be chosen. */
  offered: Record<string, Option[]>
}

/** How a Web API method misbehaves, and how many more times. `takesEffect`: the call is carried out and only its answer is lost. */
export type Misbehaviour = {
  /** Name of the method, or `*`. */
  method: string
  how: 'busy' | 'broken' | 'hang' | 'error'
  retryAfterSeconds?: number
  status?: number
  /** For `error`: Slack's code, answered with HTTP 200. */
  error?: string
  takesEffect?: boolean
  times: number
}

type Call = { method: string; args: Record<string, unknown> }

export type SlackState = {
  serial: number
  users: User[]
  channels: Channel[]
  messages: Message[]
  files: StoredFile[]
  hooks: Record<string, Hook>
  triggers: Record<string, Trigger>
  views: View[]
  misbehaviours: Misbehaviour[]
  /** Scopes of the bot token. */
  scopes: string[]
  /** The latest calls of the Web API, without tokens. */
  calls: Call[]
}

/** The scopes that the app's manifest asks for. */
const SCOPES = [
  'app_mentions:read',
  'channels:read',
  'chat:write',
  'commands',
  'files:write',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'users:read',
  'users:read.email',
]

/** The workspace as the world file describes it: everybody is in every channel, and so is the bot. */
export function firstState({ people, slack }: Company): SlackState {
  const users = people.flatMap(person => accountOf(person, slack.team))
  const members = [...users.filter(user => !user.deleted).map(user => user.id), BOT.user]
  return {
    serial: 0,
    users,
    channels: slack.channels.map(({ id, name }) => ({ id, name, kind: 'channel', members: [...members] })),
    messages: [],
    files: [],
    hooks: {},
    triggers: {},
    views: [],
    misbehaviours: [],
    scopes: [...SCOPES],
    calls: [],
  }
}

function accountOf({ name, upn, mail, slack }: Human, team: string): User[] {
  if (slack === undefined) return []
  return [
    {
      id: slack.id,
      team: slack.team ?? team,
      handle: upn.split(/[@#]/)[0] ?? name,
      name,
      email: slack.email ?? mail,
      emailConfirmed: slack.emailConfirmed,
      restricted: slack.restricted,
      deleted: slack.deleted,
    },
  ]
}
