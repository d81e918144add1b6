/** What the parts of the pretend Slack share: the state, the time, and the few things that happen in more than one place. */
import { randomBytes } from 'node:crypto'
import { storedBlocks } from './blocks.ts'
import { type Block, BOT, type Channel, type Message, type SlackState, type User } from './state.ts'

export type Workspace = {
  readonly state: SlackState
  readonly team: string
  readonly name: string
  /** Absolute address of the prefix. */
  readonly baseUrl: string
  /** The world's time, ms. */
  now(): number
  changed(): void
  user(id: string): User | undefined
  channel(id: string): Channel | undefined
  /** The direct message of a person with the bot; made on first use. */
  directOf(user: string): Channel
  /** A new, unguessable id. */
  id(start: string): string
  /** Puts a message into its conversation. */
  add(message: Partial<Message> & Pick<Message, 'channel' | 'from'>): Message
  /** The message, if the person may see it; without a person, any that the bot could name. */
  message(channel: string, ts: string, as?: string): Message | undefined
  /** What Slack says to one person by itself. */
  whisper(channel: string, to: string, text: string, thread?: string): void
}

type Setting = Pick<Workspace, 'state' | 'team' | 'name' | 'baseUrl' | 'now' | 'changed'>

export function workspaceOf(setting: Setting): Workspace {
  const { state, now, changed } = setting
  const workspace: Workspace = {
    ...setting,
    user: id => state.users.find(user => user.id === id),
    channel: id => state.channels.find(channel => channel.id === id),

    directOf(user) {
      const id = `D${user.slice(1)}`
      const known = workspace.channel(id)
      if (known !== undefined) return known
      const direct: Channel = { id, name: user, kind: 'dm', members: [user, BOT.user] }
      state.channels.push(direct)
      return direct
    },

    id: start => start + randomBytes(8).toString('hex').toUpperCase(),

    add(parts) {
      state.serial += 1
      const message: Message = {
        ts: `${Math.floor(now() / 1000)}.${String(state.serial).padStart(6, '0')}`,
        text: '',
        edited: false,
        unfurls: false,
        ...parts,
        ...(parts.blocks === undefined ? {} : { blocks: storedBlocks(parts.blocks) }),
      }
      state.messages.push(message)
      changed()
      return message
    },

    message(channel, ts, as) {
      const found = state.messages.find(message => message.channel === channel && message.ts === ts)
      if (found === undefined) return undefined
      const shown = as === undefined ? found.ephemeralTo === undefined : maySee(workspace, found, as)
      return shown ? found : undefined
    },

    whisper(channel, to, text, thread) {
      const place = thread === undefined ? {} : { threadTs: thread }
      workspace.add({ channel, from: BOT.user, text, ephemeralTo: to, bySlack: true, ...place })
    },
  }
  return workspace
}

export function maySee({ channel }: Workspace, message: Message, as: string): boolean {
  if (message.ephemeralTo !== undefined && message.ephemeralTo !== as) return false
  return channel(message.channel)?.members.includes(as) ?? false
}

/** A message as the Web API and deliveries show it. */
export function messageObject(
  message: Message,
  team: string,
  withMetadata: boolean,
): Record<string, unknown> {
  const bot = message.from === BOT.user
  return {
    type: 'message',
    user: message.from,
    text: message.text,
    ts: message.ts,
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    team,
    ...(bot
      ? { bot_id: BOT.id, app_id: BOT.app }
      : message.byBot === undefined
        ? {}
        : { bot_id: message.byBot }),
    ...(message.blocks === undefined ? {} : { blocks: message.blocks as Block[] }),
    ...(message.edited ? { edited: { user: message.from, ts: message.ts } } : {}),
    ...(message.fileId === undefined ? {} : { files: [{ id: message.fileId }] }),
    ...(withMetadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
  }
}
