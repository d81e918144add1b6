/**
 * Slack, on a restify server that somebody else owns: one route for everything Slack sends, and a Chat for everything we say.
 *
 * What a person does is stored before it is acknowledged. Slack being out of reach stops neither the start nor the process.
 */
import assert from 'node:assert/strict'
import { App, type Context } from '@slack/bolt'
import type { Server } from 'restify'
import type { Chat, ChatUser, Inbox, Log } from '../../core/index.ts'
import { chatOf } from './chat.ts'
import { clientOptions, slackClient } from './client.ts'
import { type Conversations, conversationsOf, isDirect } from './conversations.ts'
import { PRESS } from './draw.ts'
import { learnIdentity } from './identity.ts'
import { COMMAND_ANSWER_MS } from './limits.ts'
import { isGrid, type People, peopleOf } from './people.ts'
import { type Reading, readCommand, readMention, readMessage, readPress } from './read.ts'
import { type Delivery, restifyReceiver } from './receiver.ts'
import { within } from './within.ts'

export type SlackOptions = {
  signingSecret: string
  /** `xoxb-…` */
  botToken: string
  /** Our team id (`T…`), or our enterprise id (`E…`) on Grid. People of any other are not ours. */
  workspace: string
  /** Path of the request URL; all of Slack's request URLs point there. */
  appUrl?: string
  /** Where the Web API is, for the simulated world. Slack itself when left out. */
  apiUrl?: string
  inbox: Inbox
  log: Log
  /** Wall time in ms, for signatures. */
  now?: () => number
}

const COMMAND = '/rdp'

const SAY = {
  elsewhere: 'Got it. I answer in our direct messages.',
  slow: 'Writing this down takes longer than usual. If I have not answered in our direct messages in a minute, send it again.',
  failed: 'I could not write this down, so nothing was recorded. Please try again in a minute.',
} as const

/**
 * Mounts Slack's route and returns the Chat. Synchronous: nothing is asked of Slack before it returns.
 *
 * `stop` refuses further deliveries (Slack repeats them later) and resolves when those under way are answered. Safe to repeat.
 */
export function connectSlack(server: Server, options: SlackOptions): { chat: Chat; stop(): Promise<void> } {
  const { signingSecret, botToken, workspace, inbox, log } = options
  assert(signingSecret !== '', 'an empty signing secret would let everybody in')
  assert(botToken !== '', 'a bot token is needed')
  assert(/^[TE][A-Z0-9]+$/.test(workspace), 'workspace is a team id (T…) or an enterprise id (E…)')

  const slack = slackClient(options)
  const conversations = conversationsOf(slack)
  const people = peopleOf(slack, workspace)
  const identity = learnIdentity(slack, { workspace, log })
  const receiver = restifyReceiver(server, {
    path: options.appUrl ?? '/slack/events',
    signingSecret,
    log,
    now: options.now ?? Date.now,
  })
  const { logger, ...client } = clientOptions(options)
  const app = new App({
    receiver,
    logger,
    clientOptions: client,
    // A function, so that Bolt asks Slack nothing: its own check at start would end the process when Slack is out of reach.
    authorize: async () => ({ botToken }),
    // What is ours to ignore is decided in read.ts, where it can be tested.
    ignoreSelf: false,
    convoStore: false,
  })
  app.error(error => Promise.reject(error))

  /** Stores what was read. @throws whatever kept it from being stored; then Slack gets no acknowledgement */
  async function receive(context: Context, reading: Reading): Promise<void> {
    const delivery = context['delivery'] as Delivery
    delivery.became = 'ignored' in reading ? reading : 'taken'
    if ('ignored' in reading) return
    const who = isGrid(workspace)
      ? await onGrid(people, reading.incoming.who, workspace)
      : reading.incoming.who
    await inbox.receive({ ...reading.incoming, who })
  }

  app.command(COMMAND, async ({ body, ack, context }) => {
    const reading = readCommand(body)
    const recording = receive(context, reading).then(
      () => 'recorded' as const,
      error => {
        log.error('slack.not-recorded', {}, error)
        return 'failed' as const
      },
    )
    const became = (await within(COMMAND_ANSWER_MS, recording)) ?? 'slow'
    // A command is not delivered again, whatever is answered: the person has to know.
    if (became !== 'recorded') return sayAtOnce(ack, SAY[became])
    if ('ignored' in reading || (await isHome(conversations, reading))) return ack()
    return sayAtOnce(ack, SAY.elsewhere)
  })

  app.event('app_mention', async ({ body, context }) => {
    await receive(context, readMention(body, identity.known()?.user))
  })

  app.event('message', async ({ body, context }) => {
    const reading = readMessage(body, identity.known()?.user)
    if ('incoming' in reading) conversations.learn(reading.incoming.home.key, reading.channel)
    await receive(context, reading)
  })

  app.action(
    { type: 'block_actions', action_id: new RegExp(`^${PRESS}\\d+$`) },
    async ({ body, ack, context }) => {
      await receive(context, readPress(body))
      await ack()
    },
  )

  return {
    chat: chatOf({ slack, conversations, people, identity, log }),
    async stop() {
      identity.stop()
      await receiver.stop()
    },
  }
}

type Ack = (words?: { response_type: 'ephemeral'; text: string }) => Promise<void>
const sayAtOnce = (ack: Ack, text: string): Promise<void> => ack({ response_type: 'ephemeral', text })

/** Longest time an acknowledgement waits to learn whether a command was typed in the bot's own direct message. */
const HOME_MS = 400

/** A direct message between two people looks the same in the payload, so Slack is asked, once per person. */
async function isHome(
  conversations: Conversations,
  reading: Extract<Reading, { incoming: unknown }>,
): Promise<boolean> {
  if (!isDirect(reading.channel)) return false
  const asked = conversations.channelOf(reading.incoming.home.key).catch(() => undefined)
  return (await within(HOME_MS, asked)) === reading.channel
}

/**
 * On Grid a payload names the actor's team, and a grid has many; Slack is asked which enterprise the actor belongs to. When Slack
 * cannot be asked, nothing is recorded: one person must not be stored under two names.
 */
async function onGrid(people: People, who: ChatUser, enterprise: string): Promise<ChatUser> {
  if (who.workspace === enterprise) return who
  return { ...who, workspace: (await people.gridWorkspaceOf(who.key)) ?? who.workspace }
}
