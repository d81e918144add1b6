/** What people do in Slack, and what Slack makes of it: a line typed, a button pressed. Deliveries go out for real. */
import { contentOf, contentProblem } from './chat-methods.ts'
import { commandPayload, findElement, pressPayload, saidPayload } from './payloads.ts'
import { BOT, type Channel, type User } from './state.ts'
import { encodeTyped, escapeSigns } from './typing.ts'
import type { Outcome, Wire } from './wire.ts'
import type { Workspace } from './workspace.ts'

/** What came of it. `status` is the product's, 0 when there was none, 204 when nothing had to be delivered. */
export type Done = { status: number; ms: number; answer?: unknown; error?: string }

/** An act that cannot be: no such person, conversation or button there. */
export class Impossible extends Error {}

const COMMAND = '/rdp'

export async function type(
  slack: Workspace,
  wire: Wire,
  act: { as: string; conversation: string; text: string; thread?: string | undefined },
): Promise<Done> {
  const { text, thread } = act
  const { user, channel } = whoAndWhere(slack, act.as, act.conversation)
  const root = thread === undefined ? undefined : slack.message(channel.id, thread, user.id)
  if (thread !== undefined && (root === undefined || root.threadTs !== undefined))
    throw new Impossible('there is no such thread')
  const [first = ''] = text.trim().split(/\s+/, 1)
  if (!first.startsWith('/')) return say(slack, wire, user, channel, text, thread)
  if (thread !== undefined) {
    slack.whisper(channel.id, user.id, `${escapeSigns(first)} is not supported in threads. Sorry!`, thread)
    return { status: 204, ms: 0 }
  }
  // People of another company do not have our commands, even in a channel that is shared with them.
  if (first === COMMAND && user.team === slack.team) {
    const rest = text.trim().slice(COMMAND.length).trim()
    return command(slack, wire, user, channel, encodeTyped(slack, rest, true))
  }
  slack.whisper(channel.id, user.id, `${escapeSigns(first)} is not a valid command.`)
  return { status: 204, ms: 0 }
}

async function command(
  slack: Workspace,
  wire: Wire,
  user: User,
  channel: Channel,
  text: string,
): Promise<Done> {
  const outcome = await wire.form(commandPayload(slack, user, channel, COMMAND, text))
  if (outcome.problem !== undefined) {
    const why = outcome.problem === 'http_timeout' ? 'operation_timeout' : 'dispatch_failed'
    slack.whisper(channel.id, user.id, `${COMMAND} failed with the error "${why}"`)
  } else show(slack, user, channel, text, outcome.answer)
  return doneOf(outcome)
}

/** Shows what the product answered to a command: plain text, or an object with text and blocks. */
function show(slack: Workspace, user: User, channel: Channel, typed: string, answer: unknown): void {
  if (answer === undefined) return
  const args = typeof answer === 'string' ? { text: answer } : (answer as Record<string, unknown>)
  if (contentProblem(args) !== undefined) {
    if (Object.keys(args).length > 0)
      slack.whisper(channel.id, user.id, `${COMMAND} failed with the error "invalid_command_response"`)
    return
  }
  const toAll = args['response_type'] === 'in_channel'
  // Answering to everybody also publishes what was typed.
  if (toAll) slack.add({ channel: channel.id, from: user.id, text: `${COMMAND} ${typed}` })
  slack.add({
    channel: channel.id,
    from: BOT.user,
    ...contentOf(args),
    ...(toAll ? {} : { ephemeralTo: user.id }),
  })
}

async function say(
  slack: Workspace,
  wire: Wire,
  user: User,
  channel: Channel,
  typed: string,
  thread: string | undefined,
): Promise<Done> {
  if (typed.trim() === '') throw new Impossible('there is nothing to say')
  const text = encodeTyped(slack, typed, false)
  const message = slack.add({
    channel: channel.id,
    from: user.id,
    text,
    typed,
    ...(thread === undefined ? {} : { threadTs: thread }),
  })
  // The app subscribes to its direct messages and to mentions, and hears nothing else.
  if (channel.kind !== 'dm' && !text.includes(`<@${BOT.user}>`)) return { status: 204, ms: 0 }
  return doneOf(await wire.event(saidPayload(slack, user, channel, message)))
}

/** Buttons that open a page are reported to the app as well. */
export async function press(
  slack: Workspace,
  wire: Wire,
  act: {
    as: string
    conversation: string
    ts: string
    actionId: string
  },
): Promise<Done> {
  const { user, channel } = whoAndWhere(slack, act.as, act.conversation)
  const message = slack.message(channel.id, act.ts, user.id)
  if (message === undefined) throw new Impossible(`${act.as} sees no such message`)
  const pressed = findElement(message.blocks ?? [], act.actionId)
  if (pressed === undefined) throw new Impossible(`the message has no button ${act.actionId}`)
  const payload = pressPayload(slack, user, channel, message, pressed)
  return doneOf(await wire.form({ payload: JSON.stringify(payload) }))
}

export function whoAndWhere(
  slack: Workspace,
  as: string,
  conversation: string,
): { user: User; channel: Channel } {
  const user = slack.user(as)
  if (user === undefined || user.deleted) throw new Impossible(`there is nobody called ${as}`)
  const channel = slack.channel(conversation)
  if (!channel?.members.includes(as)) throw new Impossible(`${as} is not in ${conversation}`)
  return { user, channel }
}

export const doneOf = ({ status, ms, answer, problem }: Outcome): Done => ({
  status,
  ms,
  ...(answer === undefined ? {} : { answer }),
  ...(problem === undefined ? {} : { error: problem }),
})
