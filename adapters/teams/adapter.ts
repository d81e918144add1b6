/**
 * Connects Latchkey to Microsoft Teams: one route for what the Bot Connector delivers, and a Chat to answer with.
 *
 * Order of a delivery: bearer token and body are read with limits, the token is verified, the activity is held against our tenant, then
 * botbuilder verifies once more and runs the turn, in which it is recorded and answered. An answer never tells why something was refused.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'restify'
import { type Chat, Fault, type Inbox, type Log, parsePersonId } from '../../core/index.ts'
import { openBot, type Reply } from './bot.ts'
import { openChat } from './chat.ts'
import { openConnector } from './connector.ts'
import { type Credential, tokenOf } from './credential.ts'
import { bearerOf, checkActivity, Rejected, readBody } from './door.ts'
import { type FileOf, openFiles } from './file.ts'
import { openInbound } from './inbound.ts'
import { CALL_MS } from './limits.ts'
import { readActivity } from './read.ts'
import { type Memory, openReferences } from './references.ts'
import type { Outside } from './services.ts'
import { openVerifier } from './token.ts'

export type { Outside } from './services.ts'

export type TeamsOptions = {
  /** The bot's app id: a GUID. */
  appId: string
  tenantId: string
  credential: Credential
  /** Where the Bot Connector delivers; '/api/messages' by default. */
  path?: string
  inbox: Inbox
  store: Memory
  log: Log
  /** Makes the connection file of a request afresh, for the person who accepted it. */
  file: FileOf
  /** A world other than the real one: the demo's and the tests'. */
  outside?: Outside
  /** Deadline of one call to the Bot Connector, milliseconds. */
  deadlineMs?: number
}

/**
 * Mounts the route on a server that somebody else owns and listens with. The server must not parse bodies.
 *
 * @returns `stop` closes the route and resolves when every delivery that was let in is answered
 * @throws {Fault} `invalid` when the app id or the tenant is no GUID: without an app id botbuilder would let everybody in
 */
export function connectTeams(server: Server, options: TeamsOptions): { chat: Chat; stop(): Promise<void> } {
  const { inbox, log, outside, path = '/api/messages' } = options
  const appId = guid(options.appId, 'the app id of the bot (MicrosoftAppId)')
  const tenantId = guid(options.tenantId, 'the tenant id')
  const token = tokenOf({ appId, tenantId, credential: options.credential, outside })
  const connector = openConnector({
    appId,
    tenantId,
    token,
    outside,
    deadlineMs: options.deadlineMs ?? CALL_MS,
  })
  const references = openReferences(options.store, outside)
  const files = openFiles({ connector, memory: options.store, fileOf: options.file, outside, log })
  const inbound = openInbound({ inbox, references, connector, files, log })
  const verify = openVerifier({ appId, outside })
  const bot = openBot({ appId, tenantId, token, outside })
  const turns = new Set<Promise<void>>()
  let stopped = false

  async function serve(request: IncomingMessage): Promise<Reply> {
    if (stopped) throw new Rejected(503, 'stopping')
    const bearer = bearerOf(request)
    const body = await readBody(request)
    const claimedServiceUrl = await verify(bearer)
    const activity = checkActivity(body, { tenantId, claimedServiceUrl, outside })
    return bot.turn(bearer, activity, () => inbound.handle(readActivity(activity, tenantId)))
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let reply: Reply
    try {
      reply = await serve(request)
    } catch (error) {
      if (error instanceof Rejected) {
        const { status, why } = error
        if (status >= 500) log.error('teams-door', { status, why }, error.cause)
        else log.warn('teams-refused', { status, why })
        reply = { status }
      } else {
        log.error('teams-turn', {}, error)
        reply = { status: 500 }
      }
    }
    send(request, response, reply)
  }

  const route = server.post(path, async (request: IncomingMessage, response: ServerResponse) => {
    const turn = answer(request, response)
    turns.add(turn)
    await turn.finally(() => turns.delete(turn))
  })

  return {
    chat: openChat({ tenantId, connector, references, files }),
    async stop() {
      stopped = true
      if (typeof route === 'string') server.rm(route)
      await Promise.all(turns)
      await inbound.idle()
    },
  }
}

function guid(text: string, what: string): string {
  const id: string | undefined = parsePersonId(text)
  if (id !== undefined) return id
  throw new Fault('invalid', {
    op: 'teams.connect',
    say: `Teams cannot be connected: ${what} is not a GUID.`,
  })
}

function send(request: IncomingMessage, response: ServerResponse, { status, body }: Reply): void {
  // A body that was not read to its end cannot be followed by another request on the same connection.
  if (!request.complete) {
    response.setHeader('connection', 'close')
    request.resume()
  }
  if (status === 401) response.setHeader('www-authenticate', 'Bearer')
  if (status === 503) response.setHeader('retry-after', '5')
  response.writeHead(status, body ? { 'content-type': 'application/json; charset=utf-8' } : {})
  response.end(body ? JSON.stringify(body) : undefined)
}
