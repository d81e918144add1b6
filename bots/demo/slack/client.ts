/** What a person's Slack client shows and does, as plain JSON for the demo page and the tests: not a part of Slack's own API. */
import type { ServerResponse } from 'node:http'
import type { Request, Response, Server } from 'restify'
import { z } from 'zod'
import { readJson, sendJson } from '../http.ts'
import { type Done, Impossible, press, type } from './acts.ts'
import { query } from './request.ts'
import { BOT, type Channel, type Message, type User } from './state.ts'
import type { Wire } from './wire.ts'
import { maySee, type Workspace } from './workspace.ts'

const Typed = z.strictObject({
  as: z.string(),
  conversation: z.string(),
  text: z.string().max(40_000),
  /** The message whose thread it is said in. */
  thread: z.string().optional(),
})
const Pressed = z.strictObject({
  as: z.string(),
  conversation: z.string(),
  ts: z.string(),
  actionId: z.string(),
})

/** Older messages stay, but are not sent to the page again and again. */
const SHOWN = 300

export function mountClient(server: Server, prefix: string, slack: Workspace, wire: Wire): void {
  const base = `${prefix}/client`
  const { state } = slack

  server.get(`${base}/people`, async (_req: Request, res: Response) => {
    const people = state.users.filter(user => !user.deleted)
    sendJson(
      res,
      200,
      people.map(({ id, name, team }) => ({ id, name, team })),
    )
  })

  server.get(`${base}/conversations`, async (req: Request, res: Response) => {
    const user = slack.user(query(req).get('as') ?? '')
    if (user === undefined || user.deleted) return sendJson(res, 404, { error: 'there is nobody of that id' })
    slack.directOf(user.id)
    const mine = state.channels.filter(channel => channel.members.includes(user.id))
    sendJson(
      res,
      200,
      mine.toSorted(directFirst).map(channel => shown(slack, channel, user)),
    )
  })

  server.post(`${base}/type`, async (req: Request, res: Response) => {
    // What goes wrong is shown in the conversation, as Slack does.
    await perform(req, res, Typed, act => type(slack, wire, act))
  })

  server.post(`${base}/press`, async (req: Request, res: Response) => {
    // Slack's client puts a warning beside a button whose press was not taken; the page does so for a status that is not good.
    await perform(req, res, Pressed, act => press(slack, wire, act), 502)
  })

  server.get(`${base}/file/:id`, async (req: Request, res: Response) => {
    const user = slack.user(query(req).get('as') ?? '')
    const file = state.files.find(each => each.id === req.params['id'])
    const shared = file?.channels.some(id => user && slack.channel(id)?.members.includes(user.id))
    if (!shared || file?.content === undefined)
      return sendJson(res, 404, { error: 'there is no such file for you' })
    res.writeHead(200, {
      'content-type': file.name.endsWith('.png') ? 'image/png' : 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      'x-content-type-options': 'nosniff',
    })
    res.end(Buffer.from(file.content, 'base64'))
  })
}

/** Reads what somebody does, lets it happen, and says what came of it. */
export async function perform<T>(
  req: Request,
  res: ServerResponse,
  shape: z.ZodType<T>,
  act: (read: T) => Promise<Done>,
  notTaken = 200,
): Promise<void> {
  const read = shape.safeParse(await readJson(req).catch(() => undefined))
  if (!read.success) return sendJson(res, 400, { error: z.prettifyError(read.error) })
  try {
    const done = await act(read.data)
    sendJson(res, done.error === undefined ? 200 : notTaken, done)
  } catch (error) {
    if (!(error instanceof Impossible)) throw error
    sendJson(res, 404, { error: error.message })
  }
}

const directFirst = (one: Channel, other: Channel): number =>
  Number(other.kind === 'dm') - Number(one.kind === 'dm')

function shown(slack: Workspace, channel: Channel, as: User): Record<string, unknown> {
  const messages = slack.state.messages.filter(
    message => message.channel === channel.id && maySee(slack, message, as.id),
  )
  return {
    id: channel.id,
    name: channel.kind === 'dm' ? BOT.name : channel.name,
    kind: channel.kind,
    messages: messages.slice(-SHOWN).map(message => shownMessage(slack, message)),
  }
}

function shownMessage(slack: Workspace, message: Message): Record<string, unknown> {
  const { ts, threadTs, from, text, typed, blocks, fileId, ephemeralTo, edited, bySlack } = message
  const file = slack.state.files.find(each => each.id === fileId)
  return {
    ts,
    ...(threadTs === undefined ? {} : { thread: threadTs }),
    from: from === BOT.user ? 'bot' : from,
    fromName: bySlack ? 'Slackbot' : from === BOT.user ? BOT.name : (slack.user(from)?.name ?? from),
    text: typed ?? text,
    ...(blocks === undefined ? {} : { blocks }),
    ...(file === undefined ? {} : { file: { id: file.id, name: file.name, size: file.length } }),
    ephemeral: ephemeralTo !== undefined,
    edited,
  }
}
