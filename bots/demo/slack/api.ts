/**
 * The Web API over HTTP: `POST <prefix>/api/<method>` with a bot token, answers in Slack's own shape, misbehaving when told to.
 *
 * Refusals are HTTP 200 with `ok: false`, as everywhere in Slack; only rate limits and breakdowns have a status of their own.
 */
import type { ServerResponse } from 'node:http'
import type { Request, Response, Server } from 'restify'
import { sendJson } from '../http.ts'
import { chatMethods } from './chat-methods.ts'
import { fileMethods, upload } from './file-methods.ts'
import { type Context, type Method, type Reply, refuse } from './methods.ts'
import { peopleMethods } from './people-methods.ts'
import { type Args, readArgs, readUpload } from './request.ts'
import type { Misbehaviour } from './state.ts'
import { viewMethods } from './view-methods.ts'

const METHODS: Readonly<Record<string, Method>> = {
  ...chatMethods,
  ...peopleMethods,
  ...fileMethods,
  ...viewMethods,
}

const CALLS_KEPT = 200

export function mountApi(server: Server, prefix: string, slack: Context, botToken: string): void {
  server.post(`${prefix}/api/:method`, async (req: Request, res: Response) => {
    const name = String(req.params['method'])
    const args = await readArgs(req)
    if (args === undefined) return send(res, refuse('invalid_form_data'), slack)
    const { token, ...rest } = args
    const given = /^Bearer (.+)$/.exec(req.headers.authorization ?? '')?.[1] ?? token
    if (given === undefined) return send(res, refuse('not_authed'), slack)
    if (given !== botToken) return send(res, refuse('invalid_auth'), slack)
    remember(slack, name, rest)
    const trouble = nextTrouble(slack, name)
    if (trouble === undefined) return send(res, perform(slack, name, rest), slack)
    if (trouble.takesEffect === true) perform(slack, name, rest)
    await misbehave(res, trouble)
  })

  server.post(`${prefix}/upload/:id`, async (req: Request, res: Response) => {
    const bytes = await readUpload(req)
    const taken = upload(slack, String(req.params['id']), bytes)
    res.writeHead(taken ? 200 : 400, { 'content-type': 'text/plain' })
    res.end(taken ? `OK - ${bytes.length}` : 'no such upload')
  })
}

function perform(slack: Context, name: string, args: Args): Reply {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined
  if (method === undefined) return refuse('unknown_method', { req_method: name })
  const { scope } = method
  if (scope !== undefined && !slack.state.scopes.includes(scope))
    return refuse('missing_scope', { needed: scope, provided: slack.state.scopes.join(',') })
  return method.run(slack, args)
}

function remember({ state }: Context, method: string, args: Args): void {
  state.calls.push({ method, args })
  state.calls.splice(0, state.calls.length - CALLS_KEPT)
}

/** The misbehaviour that is due for this call, counted down. */
function nextTrouble({ state }: Context, method: string): Misbehaviour | undefined {
  const due = state.misbehaviours.find(each => each.method === method || each.method === '*')
  if (due === undefined) return undefined
  due.times -= 1
  if (due.times <= 0) state.misbehaviours = state.misbehaviours.filter(each => each !== due)
  return due
}

async function misbehave(res: ServerResponse, trouble: Misbehaviour): Promise<void> {
  switch (trouble.how) {
    case 'busy': {
      const headers = { 'retry-after': String(trouble.retryAfterSeconds ?? 1) }
      return sendJson(res, 429, { ok: false, error: 'ratelimited' }, headers)
    }
    case 'broken':
      res.writeHead(trouble.status ?? 500, { 'content-type': 'text/html' })
      res.end('<html><body>Something went wrong</body></html>')
      return
    case 'error':
      return sendJson(res, 200, { ok: false, error: trouble.error ?? 'internal_error' })
    case 'hang':
      // Until the other side has had enough.
      return new Promise(resolve => res.once('close', resolve))
  }
}

const send = (res: ServerResponse, reply: Reply, { state }: Context): void =>
  sendJson(res, 200, reply, { 'x-oauth-scopes': state.scopes.join(',') })
