/**
 * A pretend Microsoft Teams for one tenant and one bot: the Bot Connector's REST API and identity, a OneDrive to upload to, deliveries to
 * the bot, and what a person at a client sees and does.
 *
 * Speaks the real wire, so that botbuilder and plain calls of the Connector work with it unchanged: real RS256 tokens in both directions,
 * redelivery, limits and refusals. Everything below the prefix is dispatched here, because conversation ids are longer than the server's
 * router takes as a parameter.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server } from 'restify'
import { sendJson } from '../http.ts'
import type { Company } from '../people.ts'
import { activitiesOf } from './activities.ts'
import { actsOf } from './acts.ts'
import { clientOf } from './client.ts'
import { connectorOf } from './connector.ts'
import { deliveryTo, type Patience, REAL_PATIENCE } from './deliver.ts'
import { keysOf } from './keys.ts'
import { openState, type TeamsState } from './state.ts'
import { teamsOf } from './teams.ts'
import { takeUpload } from './upload.ts'

export type TeamsOptions = {
  /** Path under which everything is mounted, without a slash at its end. */
  prefix: string
  /** Absolute address of the prefix. */
  baseUrl: string
  company: Company
  /** The bot's app id. */
  botId: string
  /** Which app a token speaks for. Rejects when it is none for this audience. */
  verifyToken(token: string, audience: string): Promise<{ appId: string }>
  /** Where the bot takes activities, asked for at each delivery. */
  deliverTo: () => string
  /** What an earlier run left. */
  state?: unknown
  /** Shorter than the real one in tests. */
  patience?: Patience
  /** Domain time, milliseconds. */
  now: () => number
  /** Called after each change of what somebody could see. */
  changed: () => void
}

export type TeamsSim = {
  /** Everything there is to save. Changes in place. */
  readonly state: TeamsState
  /** The service address in what is delivered. */
  readonly serviceUrl: string
  /** Tells the bot of every place it is installed in and was not told of yet. Resolves when each was delivered, or given up for now. */
  installEverywhere(): Promise<void>
  /** Ends deliveries that are under way. */
  stop(): void
}

export function mountTeams(server: Server, options: TeamsOptions): TeamsSim {
  const { prefix, company, botId, verifyToken, deliverTo, now, changed } = options
  const baseUrl = options.baseUrl.replace(/\/+$/, '')
  const state = openState(options.state, company, botId)
  const teams = teamsOf({ state, company, botId, baseUrl, now, changed })
  const keys = keysOf(state, baseUrl)
  const stopping = new AbortController()
  const deliver = deliveryTo({
    deliverTo,
    token: () => keys.token(botId, teams.serviceUrl),
    patience: options.patience ?? REAL_PATIENCE,
    stopped: stopping.signal,
  })
  const activities = activitiesOf(teams)
  const connector = connectorOf(teams, verifyToken)
  const client = clientOf(teams, actsOf(teams, activities, deliver))

  async function dispatch(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://here')
    const [first, ...path] = pathname
      .slice(prefix.length + 1)
      .split('/')
      .map(decode)
    const call = { method: request.method ?? '', path, query }
    switch (first) {
      case '.well-known':
        if (path[0] === 'openidconfiguration') return sendJson(response, 200, keys.metadata)
        if (path[0] === 'keys') return sendJson(response, 200, keys.keys)
        return sendJson(response, 404, {})
      case 'emea':
        return connector(call, request, response)
      case 'upload':
        return takeUpload(teams, path[0] ?? '', request, response)
      case 'client':
        return client(call, request, response)
      default:
        return sendJson(response, 404, {})
    }
  }

  for (const method of ['get', 'post', 'put', 'del'] as const) server[method](`${prefix}/*`, dispatch)

  return {
    state,
    serviceUrl: teams.serviceUrl,
    async installEverywhere() {
      const untold = Object.values(state.conversations).filter(
        ({ announced, installed }) => installed && !announced,
      )
      for (const conversation of untold) {
        const by = teams.person(conversation.members[0])
        if (!by) continue
        const told = []
        for (const activity of activities.installed(by, conversation)) told.push(await deliver(activity))
        conversation.announced = told.every(({ status }) => status === 200)
      }
      changed()
    },
    stop: () => stopping.abort(),
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
