/**
 * Slack, on a restify server that somebody else owns: one route for everything Slack sends, and a Chat for everything we say.
 *
 * What a person does is stored before it is acknowledged. Slack being out of reach stops neither the start nor the process.
 */
import assert from 'node:assert/strict'
import { App, type Context } from '@slack/bolt'
import type { Server } from 'restify'
import { type Chat, type ChatUser, formFor, type Inbox, type Incoming, type Log } from '../../core/index.ts'
import { chatOf } from './chat.ts'
import { clientOptions, slackClient } from './client.ts'
import { type Conversations, conversationsOf, isDirect } from './conversations.ts'
import { FORM, PRESS } from './draw.ts'
import { beside, formsOf } from './forms.ts'
import { learnIdentity } from './identity.ts'
import { COMMAND_ANSWER_MS, OPTIONS_ANSWER_MS } from './limits.ts'
import { FIND_VM, FORM_MODAL } from './modal.ts'
import { isGrid, type People, peopleOf } from './people.ts'
import { type Ignored, type Reading, readCommand, readMention, readMessage, readPress } from './read.ts'
import { readGlobalShortcut, readHomeOpened, readPointedAt, readSearch, readSubmission } from './read-view.ts'
import { type Delivery, restifyReceiver } from './receiver.ts'
import { whispersOf } from './whisper.ts'
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
/** Callback ids of the shortcuts, as the manifest has them. */
const DIAGNOSE = 'diagnose'
const REQUEST_ACCESS = 'request-access'

const SAY = {
  elsewhere: 'Got it. I answer in our direct messages.',
  slow: 'Writing this down takes longer than usual. If I have not answered in our direct messages in a minute, send it again.',
  failed: 'I could not write this down, so nothing was recorded. Please try again in a minute.',
  'too-many':
    'That is more than I can take from one person at a time. This one was not recorded: please wait a minute.',
  unreadable:
    'That is from an earlier version of me and cannot be read any more, so nothing was done. Please start again with /rdp.',
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
  const forms = formsOf(options)
  const whispers = whispersOf({ slack, conversations, log })
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
    // What is ours to ignore is decided where it is read, and can be tested there.
    ignoreSelf: false,
    convoStore: false,
  })
  app.error(error => Promise.reject(error))

  const note = (context: Context, became: NonNullable<Delivery['became']>): void => {
    const delivery = context['delivery'] as Delivery
    delivery.became = became
  }

  /** The actor as they are stored. @throws {Fault} on Grid, when Slack cannot be asked whose they are */
  const actor = (who: ChatUser): Promise<ChatUser> =>
    isGrid(workspace) ? onGrid(people, who, workspace) : Promise.resolve(who)

  /** Stores what was read. @throws whatever kept it from being stored; then Slack gets no acknowledgement */
  async function store({ thread, ...incoming }: Incoming): Promise<'recorded' | 'too-many'> {
    const [who, there] = await Promise.all([
      actor(incoming.who),
      thread === undefined ? undefined : mayAnswerIn(conversations, thread.key, log),
    ])
    const taken = await inbox.receive({ ...incoming, who, ...(thread && there ? { thread } : {}) })
    return taken === 'too-many' ? taken : 'recorded'
  }

  /** Stores what was read, unless it is to be ignored; a person who sends too much is told so where they can see it at once. */
  async function receive(context: Context, reading: Reading): Promise<void> {
    note(context, 'ignored' in reading ? reading : 'taken')
    if ('ignored' in reading) {
      if (reading.from !== undefined) whispers.say(reading.from.user, reading.from.channel, SAY.unreadable)
      return
    }
    const { incoming, channel } = reading
    if ((await store(incoming)) === 'too-many')
      whispers.say(incoming.who.key, channel ?? incoming.who.key, SAY['too-many'])
  }

  app.command(COMMAND, async ({ body, ack, context }) => {
    const since = performance.now()
    const reading = readCommand(body)
    note(context, 'ignored' in reading ? reading : 'taken')
    if ('ignored' in reading) return ack()
    const { incoming } = reading
    const form = 'typed' in incoming.did ? formFor(incoming.did.typed) : undefined
    if (form !== undefined && (await forms.open(body.trigger_id, { form })) === 'opened') return ack()
    const recording = store(incoming).catch(error => {
      log.error('slack.not-recorded', {}, error)
      return 'failed' as const
    })
    const left = COMMAND_ANSWER_MS - (performance.now() - since)
    const became = (await within(left, recording)) ?? 'slow'
    // A command is not delivered again, whatever is answered: the person has to know.
    if (became !== 'recorded') return sayAtOnce(ack, SAY[became])
    return (await isHome(conversations, reading)) ? ack() : sayAtOnce(ack, SAY.elsewhere)
  })

  app.event('app_mention', async ({ body, context }) => {
    await receive(context, readMention(body, identity.known()?.user))
  })

  app.event('message', async ({ body, context }) => {
    const reading = readMessage(body, identity.known()?.user)
    if ('incoming' in reading && reading.channel !== undefined)
      conversations.learn(reading.incoming.home.key, reading.channel)
    await receive(context, reading)
  })

  app.event('app_home_opened', async ({ body, context }) => {
    await receive(context, readHomeOpened(body))
  })

  app.action(
    { type: 'block_actions', action_id: new RegExp(`^(?:${PRESS}|${FORM})\\d+$`) },
    async ({ body, ack, context }) => {
      const reading = readPress(body)
      if (!('open' in reading)) await receive(context, reading)
      else {
        note(context, 'taken')
        const { trigger, ...opened } = reading.open
        // Nothing was said yet, so nothing is lost: without an acknowledgement, Slack puts a warning beside the button.
        if ((await forms.open(trigger, opened)) !== 'opened') throw new Error('the form was not opened')
      }
      await ack()
    },
  )

  app.options(FIND_VM, async ({ body, ack, context }) => {
    const search = readSearch(body)
    note(context, 'ignored' in search ? search : 'taken')
    const found = 'ignored' in search ? undefined : forms.suggest(actor(search.who), search.text)
    const options = (await within(OPTIONS_ANSWER_MS, found ?? Promise.resolve([]))) ?? []
    await ack({ options })
  })

  app.view(FORM_MODAL, async ({ body, ack, context }) => {
    const read = readSubmission(body)
    note(context, 'ignored' in read ? read : 'taken')
    // Closing the form would look as if it had been taken.
    if ('ignored' in read)
      return ack({ response_action: 'errors', errors: beside(read, undefined, SAY.unreadable) })
    const problems = forms.problemsIn(read)
    if (problems !== undefined) return ack({ response_action: 'errors', errors: problems })
    if ((await store(read.incoming)) === 'recorded') return ack()
    return ack({ response_action: 'errors', errors: beside(read, undefined, SAY['too-many']) })
  })

  app.shortcut({ type: 'message_action', callback_id: DIAGNOSE }, async ({ body, ack, context }) => {
    await receive(context, readPointedAt(body))
    await ack()
  })

  app.shortcut({ type: 'shortcut', callback_id: REQUEST_ACCESS }, async ({ body, ack, context }) => {
    const read: Ignored | ReturnType<typeof readGlobalShortcut> = readGlobalShortcut(body, 'connect')
    note(context, 'ignored' in read ? read : 'taken')
    if (!('ignored' in read) && (await forms.open(read.trigger, { form: { fill: 'connect' } })) !== 'opened')
      await receive(context, read)
    await ack()
  })

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
  { incoming, channel }: Exclude<Reading, Ignored>,
): Promise<boolean> {
  if (channel === undefined || !isDirect(channel)) return false
  const asked = conversations.channelOf(incoming.home.key).catch(() => undefined)
  return (await within(HOME_MS, asked)) === channel
}

/** Longest time an acknowledgement waits to learn whether a thread may be answered in. */
const THREAD_MS = 800

/** When Slack does not say, the answer is private. */
async function mayAnswerIn(conversations: Conversations, key: string, log: Log): Promise<boolean> {
  const asked = conversations.channelOf(key).then(conversations.mayAnswerIn)
  const may = await within(
    THREAD_MS,
    asked.catch(error => {
      log.warn('slack.thread-unknown', {}, error)
      return false
    }),
  )
  return may ?? false
}

/**
 * On Grid a payload names the actor's team, and a grid has many; Slack is asked which enterprise the actor belongs to. When Slack
 * cannot be asked, nothing is recorded: one person must not be stored under two names.
 */
async function onGrid(people: People, who: ChatUser, enterprise: string): Promise<ChatUser> {
  if (who.workspace === enterprise) return who
  return { ...who, workspace: (await people.gridWorkspaceOf(who.key)) ?? who.workspace }
}
