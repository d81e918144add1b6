/**
 * A pretend Azure Resource Manager: subscriptions, VMs, their network, Defender's just-in-time access, and what goes wrong with them.
 *
 * Speaks the real wire for exactly the operations that Latchkey calls, plus starting and stopping VMs. Time in it is the world's.
 */
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Request, Response, Server } from 'restify'
import { readBody, sendJson } from '../http.ts'
import { ArmError, type Ask, operationRoutes, paramsOf, type Reply, type Route, type World } from './arm.ts'
import { authorizationRoutes } from './authorization.ts'
import { bastionLinkRoutes } from './bastion-links.ts'
import { mountBlobs } from './blobs.ts'
import { bootRoutes } from './boot.ts'
import { draw } from './buckets.ts'
import { cloudServiceRoutes } from './cloud-services.ts'
import { computeRoutes } from './compute.ts'
import { effectiveRoutes } from './effective.ts'
import { extensionRoutes } from './extensions.ts'
import type { Subscription } from './fleet.ts'
import { frontRoutes } from './front.ts'
import { answerOf, errorReply, faultFor, spoils } from './gate.ts'
import { graphRoutes } from './graph.ts'
import { ARM, same } from './ids.ts'
import { insightsRoutes } from './insights.ts'
import { remember, seen, viewOf } from './lag.ts'
import { answerMsOf } from './latency.ts'
import type { AzureState, Call, SimFault } from './model.ts'
import { networkRoutes } from './network.ts'
import { healthRoutes } from './resource-health.ts'
import { runCommandRoutes } from './run-command.ts'
import { securityRoutes } from './security.ts'
import { completed, firstState, settle } from './state.ts'
import { watcherRoutes } from './watcher.ts'
import { mountWorld } from './world.ts'

export type AzureSimOptions = {
  /** Path under which everything is mounted, without a slash at its end; '' for the root. */
  prefix: string
  /** The one app whose role lets it run commands inside VMs and change their extensions; it may do hardly anything else. */
  guestApp?: string
  /** What an earlier run left; the subscriptions are not read then. */
  state?: AzureState
  subscriptions: readonly Subscription[]
  /** The world's clock, ms since 1970. */
  now: () => number
  /** Called after each change of what could be seen from outside. */
  changed: () => void
  /** @throws {Error} when the token is not a live one for this audience */
  verifyToken: (token: string, audience: string) => Promise<{ appId: string }>
  mode: AzureState['mode']
  /** How long after a JIT request its rules come into force, ms on the world's clock. 0 unless given. */
  ruleDelayMs?: number
  /** How long a long-running operation takes, ms on the world's clock. 0 unless given: finished when first asked about. */
  operationMs?: number
  /** How long a script inside Windows takes, ms on the world's clock. As other operations unless given. */
  runCommandMs?: number
  /** Items on one page of a list. */
  pageSize?: number
  /** Whether calls are counted against Azure's limits. Not unless given; a state that is handed in says it itself. */
  throttling?: boolean
  /** Whether calls and operations take as long as they do in Azure. */
  realistic?: boolean
  /** How long lists and Resource Graph lag behind, ms on the world's clock. */
  lag?: AzureState['lag']
}

export type AzureSim = {
  /** Everything there is to save. Changes in place. */
  readonly state: AzureState
  /** Brings the state up to date with the clock, and tells `changed` if anything is different. Call it when the clock has moved. */
  settle(): void
}

const MOST_CALLS = 500

/** Everything it serves under the name of Azure, in the order in which it looks for who answers. */
export const ROUTES: readonly Route[] = [
  ...computeRoutes,
  ...extensionRoutes,
  ...runCommandRoutes,
  ...bootRoutes,
  ...cloudServiceRoutes,
  ...networkRoutes,
  ...frontRoutes,
  ...bastionLinkRoutes,
  ...effectiveRoutes,
  ...watcherRoutes,
  ...securityRoutes,
  ...healthRoutes,
  ...insightsRoutes,
  ...authorizationRoutes,
  ...graphRoutes,
  ...operationRoutes,
]

export function mountAzure(server: Server, options: AzureSimOptions): AzureSim {
  const { prefix, now, changed, ruleDelayMs = 0, operationMs = 0, pageSize = 100 } = options
  const { runCommandMs = operationMs, throttling = false, realistic = false } = options
  const state = options.state
    ? completed(options.state)
    : {
        ...firstState(options.subscriptions, options.mode, now()),
        throttling,
        realistic,
        lag: options.lag ?? { listMs: 0, graphMs: 0 },
      }
  const world: World = {
    state,
    now,
    ruleDelayMs,
    operationMs,
    runCommandMs,
    pageSize,
    guestApp: options.guestApp,
  }

  const catchUp = () => {
    const before = viewOf(state)
    if (!settle(state, now())) return
    remember(state, before, now())
    changed()
  }
  const handle = async (req: Request, res: Response): Promise<void> => {
    const url = new URL((req.url ?? '/').slice(prefix.length), ARM)
    const method = req.method ?? 'GET'
    const call: Call = { at: now(), method, path: url.pathname, status: 0 }
    state.calls.push(call)
    state.calls.splice(0, state.calls.length - MOST_CALLS)
    const fault = faultFor(state, method, url.pathname)
    // Read in any case: an unread body would keep the connection from being used again.
    const body = await readBody(req)
    if (fault?.waitMs !== undefined) await setTimeout(fault.waitMs)
    const spoiled = fault !== undefined && spoils(fault)
    const perform = async () => {
      catchUp()
      const before = method === 'GET' ? undefined : viewOf(state)
      const reply = await answer(world, options.verifyToken, req, url, body, fault)
      settle(state, now())
      remember(state, before, now())
      return reply
    }
    let reply = !spoiled || fault.late ? await perform() : answerOf(fault)
    if (spoiled && fault.late) reply = answerOf(fault)
    call.status = fault?.hang || fault?.reset ? 0 : reply.status
    changed()
    if (fault?.reset) return void req.socket.destroy()
    if (fault?.hang) return void (await once(res, 'close'))
    send(res, reply)
  }
  for (const verb of ['get', 'post', 'put', 'del'] as const) {
    server[verb](`${prefix}/subscriptions/*`, handle)
    server[verb](`${prefix}/providers/*`, handle)
  }
  mountBlobs(server, { prefix, state, now })
  mountWorld(server, { prefix, state, now, catchUp, changed })
  return { state, settle: catchUp }
}

function send(res: Response, { status, body, headers }: Reply): void {
  sendJson(res, status, body, {
    'x-ms-request-id': randomUUID(),
    ...headers,
  })
}

async function answer(
  world: World,
  verifyToken: AzureSimOptions['verifyToken'],
  req: Request,
  url: URL,
  bytes: Buffer,
  fault: SimFault | undefined,
): Promise<Reply> {
  const { state } = world
  const method = req.method ?? 'GET'
  try {
    const caller = await callerOf(req, verifyToken)
    const version = url.searchParams.get('api-version')
    if (!version)
      throw new ArmError(
        400,
        'MissingApiVersionParameter',
        'The api-version query parameter (?api-version=) is required for all requests.',
      )
    const { route, params } = routeFor(world, method, url.pathname, version)
    const takesMs = answerMsOf(state, route.path)
    if (takesMs > 0) await setTimeout(takesMs)
    const left = draw(state, { method, path: url.pathname, appId: caller.appId }, world.now())
    checkRole(world, route, params, caller.appId, url.pathname)
    const ask: Ask = {
      world: route.lag === undefined ? world : { ...world, state: seen(state, route.lag, world.now()) },
      params,
      path: url.pathname,
      query: url.searchParams,
      body: parsed(bytes),
      caller,
      ...requestIdOf(req),
      route: route.path,
      ...(fault === undefined ? {} : { fault }),
    }
    const reply = route.run(ask)
    return { ...reply, headers: { ...left, ...reply.headers } }
  } catch (error) {
    if (error instanceof ArmError) return errorReply(error)
    throw error
  }
}

function requestIdOf(req: Request): Pick<Ask, 'requestId'> {
  const requestId = req.headers['x-ms-client-request-id']
  return typeof requestId === 'string' && requestId !== '' ? { requestId } : {}
}

async function callerOf(
  req: Request,
  verifyToken: AzureSimOptions['verifyToken'],
): Promise<{ appId: string; address: string }> {
  const refused = (code: string, message: string) =>
    new ArmError(401, code, message, {
      'www-authenticate':
        'Bearer authorization_uri="https://login.microsoftonline.com/common", error="invalid_token", error_description="The access token is invalid."',
    })
  const token = /^Bearer (\S+)$/i.exec(req.headers.authorization ?? '')?.[1]
  if (token === undefined)
    throw refused('AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.")
  const caller = await verifyToken(token, ARM).catch(() => undefined)
  if (caller === undefined) throw refused('InvalidAuthenticationToken', 'The access token is invalid.')
  return { appId: caller.appId, address: (req.socket.remoteAddress ?? '').replace(/^::ffff:/, '') }
}

function routeFor(
  { state }: World,
  method: string,
  path: string,
  version: string,
): { route: Route; params: Readonly<Record<string, string>> } {
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(path)?.[1]
  if (subscription !== undefined && !state.subscriptions.some(({ id }) => same(id, subscription)))
    throw new ArmError(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`)
  for (const route of ROUTES) {
    const params = route.method === method ? paramsOf(route.path, path) : undefined
    if (params === undefined) continue
    if (!route.versions.includes(version))
      throw new ArmError(
        400,
        'NoRegisteredProviderFound',
        `No registered resource provider found for API version '${version}'. The supported api-versions are '${route.versions.join(', ')}'.`,
      )
    return { route, params }
  }
  throw new ArmError(404, 'InvalidResourceType', `This world has no ${method} ${path}.`)
}

function checkRole(
  { state, guestApp }: World,
  { action }: Route,
  params: Readonly<Record<string, string>>,
  appId: string,
  path: string,
): void {
  if (action === undefined) return
  if (!state.denied.some(denied => same(denied, action)) && isInRole(action, appId, guestApp)) return
  // An action is done to what its path names before its last word.
  const at = /\/action$/i.test(action) ? path.replace(/\/[^/]+$/, '') : path
  const scope = params['subscription'] === undefined ? '/' : at
  throw new ArmError(
    403,
    'AuthorizationFailed',
    `The client '${appId}' with object id '${appId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
  )
}

/** As manifest/azure gives them out: Windows to one identity, and to that one little else. */
const INSIDE = /^microsoft\.compute\/virtualmachines\/(runcommands?\/|extensions\/(write|delete)$)/i
const BOTH =
  /^microsoft\.compute\/(virtualmachines\/(read|instanceview\/read|extensions\/read)|locations\/)|^microsoft\.(insights|resources|resourcegraph)\//i

const isInRole = (action: string, appId: string, guestApp: string | undefined): boolean =>
  guestApp === undefined || BOTH.test(action) || INSIDE.test(action) === same(appId, guestApp)

function parsed(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw new ArmError(
      400,
      'InvalidRequestContent',
      'The request content was invalid and could not be deserialized.',
    )
  }
}
