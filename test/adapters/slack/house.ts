/** Latchkey's Slack adapter and the pretend Slack, each on a server of its own, with an inbox that only remembers. */
import type { AddressInfo } from 'node:net'
import restify from 'restify'
import { connectSlack } from '../../../adapters/slack/adapter.ts'
import { Company } from '../../../bots/demo/people.ts'
import { mountSlack, type SlackSim } from '../../../bots/demo/slack/sim.ts'
import { signature } from '../../../bots/demo/slack/wire.ts'
import type { Chat, Inbox, Incoming, Log } from '../../../core/index.ts'

export const SECRET = '8f742231b10e8888abcd99yyyzzz85a5'
export const TOKEN = 'xoxb-pretend'
export const TEAM = 'T0CONTOSO'

const human = (n: number, name: string, slack: object, more: object = {}) => ({
  oid: `5d1f0c7e-1111-4a6b-9c3d-00000000000${n}`,
  name,
  upn: `${name.split(' ')[0]?.toLowerCase()}@contoso.example`,
  mail: `${name.split(' ')[0]?.toLowerCase()}@contoso.example`,
  slack,
  ...more,
})

const company = Company.parse({
  tenant: { id: '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a11', domain: 'contoso.example' },
  people: [
    human(1, 'Alice Adams', { id: 'U0ALICE' }),
    human(2, 'Bob Brandt', { id: 'U0BOB' }),
    human(3, 'Rita Restricted', { id: 'U0RITA', restricted: true }),
    human(4, 'Uma Unconfirmed', { id: 'U0UMA', emailConfirmed: false }),
    human(5, 'Gone Gonzo', { id: 'U0GONE', deleted: true }),
    human(6, 'Gus Gast', { id: 'U0GUS', team: 'T0FABRIKAM', email: 'gus@fabrikam.example' }),
  ],
  slack: { team: TEAM, name: 'Contoso', channels: [{ id: 'C0OPS', name: 'ops' }] },
})

type Line = {
  level: 'info' | 'warn' | 'error'
  event: string
  facts: Record<string, unknown>
  error?: unknown
}

export type House = {
  slack: SlackSim
  chat: Chat
  received: Incoming[]
  lines: Line[]
  /** Replaces how the inbox takes a delivery. */
  receive: (how: Inbox['receive']) => void
  /** Replaces what the inbox finds. */
  suggest: (how: Inbox['suggest']) => void
  /** Address of the product, and of its request URL. */
  product: string
  door: string
  /** Address of the pretend Slack. */
  world: string
  /** Moves the world's clock. */
  pass: (ms: number) => void
  changes: () => number
  client: (path: string, body?: unknown) => Promise<{ status: number; body: Loose }>
  stopAdapter: () => Promise<void>
  close: () => Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: what a person's client shows is read by tests, never trusted
export type Loose = any

type Options = {
  workspace?: string
  apiUrl?: string
  now?: () => number
  answerWithinMs?: number
  redeliverAfterMs?: readonly number[]
  ready?: boolean
}

export async function openHouse(options: Options = {}): Promise<House> {
  const received: Incoming[] = []
  const lines: Line[] = []
  const seen = new Set<string>()
  let take: Inbox['receive'] = async incoming => {
    const known = seen.has(incoming.delivery)
    seen.add(incoming.delivery)
    if (!known) received.push(incoming)
    return known ? 'seen' : 'noted'
  }
  let find: Inbox['suggest'] = async () => []
  const log: Log = {
    info: (event, facts = {}) => void lines.push({ level: 'info', event, facts }),
    warn: (event, facts = {}, error) => void lines.push({ level: 'warn', event, facts, error }),
    error: (event, facts = {}, error) => void lines.push({ level: 'error', event, facts, error }),
  }
  const worldServer = await listen()
  const productServer = await listen()
  const world = addressOf(worldServer)
  const product = addressOf(productServer)
  const door = `${product}/slack/events`
  let offset = 0
  let changes = 0
  const slack = mountSlack(worldServer, {
    prefix: '/slack',
    baseUrl: `${world}/slack`,
    company,
    signingSecret: SECRET,
    botToken: TOKEN,
    deliverTo: () => door,
    now: () => Date.now() + offset,
    changed: () => {
      changes += 1
    },
    redeliverAfterMs: options.redeliverAfterMs ?? [0, 10, 20],
    ...(options.answerWithinMs === undefined ? {} : { answerWithinMs: options.answerWithinMs }),
  })
  const { chat, stop } = connectSlack(productServer, {
    signingSecret: SECRET,
    botToken: TOKEN,
    workspace: options.workspace ?? TEAM,
    apiUrl: options.apiUrl ?? `${world}/slack/api/`,
    inbox: {
      receive: incoming => take(incoming),
      suggest: (who, text) => find(who, text),
      outcome: async () => undefined,
    },
    log,
    ...(options.now === undefined ? {} : { now: options.now }),
  })
  const said = (event: string) => lines.some(line => line.event === event)
  // Misbehaviour that a test asks for must not be used up by the adapter's own first question.
  if (options.ready !== false) await until(() => said('slack.ready') || said('slack.unknown-identity'))
  return {
    slack,
    chat,
    received,
    lines,
    product,
    door,
    world,
    receive: how => {
      take = how
    },
    suggest: how => {
      find = how
    },
    pass: ms => {
      offset += ms
    },
    changes: () => changes,
    async client(path, body) {
      const response = await fetch(`${world}/slack/client${path}`, {
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      })
      return { status: response.status, body: await response.json() }
    },
    stopAdapter: stop,
    async close() {
      slack.stop()
      await stop()
      await Promise.all([closeServer(worldServer), closeServer(productServer)])
    },
  }
}

/** Sends bytes to the product as Slack would. */
export async function send(
  { door }: House,
  body: string,
  {
    type = 'application/x-www-form-urlencoded',
    secret = SECRET,
    seconds = Math.floor(Date.now() / 1000),
    headers = {},
  } = {},
): Promise<{ status: number; text: string }> {
  const signed = signature(secret, body, seconds)
  const response = await fetch(door, {
    method: 'POST',
    body,
    headers: { 'content-type': type, ...signed, ...headers },
  })
  return { status: response.status, text: await response.text() }
}

export const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString()

/** Waits for something that is about to be true. Fails by the test's own deadline. */
export async function until(true_: () => boolean): Promise<void> {
  while (!true_()) await new Promise(resolve => setTimeout(resolve, 5))
}

export async function listen(): Promise<restify.Server> {
  const server = restify.createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  return server
}

const addressOf = (server: restify.Server): string =>
  `http://127.0.0.1:${(server.address() as AddressInfo).port}`

export async function closeServer(server: restify.Server): Promise<void> {
  await new Promise<void>(resolve => {
    server.close(() => resolve())
    server.server.closeAllConnections()
  })
}
