/**
 * The pretend Entra's token endpoint: redeems authorization codes and gives apps their own tokens.
 *
 * Follows https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow and v2-oauth2-client-creds-grant-flow
 * (read 2026-11-21).
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Request, Response, Server } from 'restify'
import { readBody, sendJson } from '../http.ts'
import { ERRORS, type Refused, sendRefused } from './errors.ts'
import { findPerson } from './state.ts'
import type { EntraApp, Tenant } from './tenant.ts'
import { serviceOf, TOKEN_SECONDS } from './tokens.ts'

type Given = Record<string, unknown>

export function mountTokenEndpoint(server: Server, tenant: Tenant): void {
  server.post(`${tenant.prefix}/:tenant/oauth2/v2.0/token`, async (req: Request, res: Response) => {
    const body = new URLSearchParams((await readBody(req, 65_536)).toString('utf8'))
    const answer = await give(tenant, req.params.tenant, req, body)
    if (isRefused(answer)) return sendRefused(res, answer)
    sendJson(res, 200, answer, { 'cache-control': 'no-store', pragma: 'no-cache' })
  })
}

async function give(
  tenant: Tenant,
  name: string,
  req: IncomingMessage,
  body: URLSearchParams,
): Promise<Given | Refused> {
  if (!tenant.knows(name)) return ERRORS.noTenant(name)
  const app = authenticate(tenant, req, body)
  if (isRefused(app)) return app
  const grant = body.get('grant_type') ?? ''
  switch (grant) {
    case 'authorization_code':
      return redeem(tenant, app, body)
    case 'client_credentials':
      return giveToApp(tenant, app, body.get('scope') ?? '')
    default:
      return ERRORS.badGrant(grant)
  }
}

/** Takes the secret from the body, or from a Basic header, whose two halves are form-encoded. */
function authenticate(tenant: Tenant, req: IncomingMessage, body: URLSearchParams): EntraApp | Refused {
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(req.headers.authorization ?? '')?.[1]
  const [basicId, basicSecret] = (basic === undefined ? '' : Buffer.from(basic, 'base64').toString('utf8'))
    .split(':')
    .map(half => decodeURIComponent(half.replaceAll('+', ' ')))
  const clientId = body.get('client_id') ?? basicId ?? ''
  const secret = body.get('client_secret') ?? basicSecret
  const app = tenant.appWith(clientId)
  if (app === undefined) return ERRORS.noApp(clientId)
  if (secret === undefined) return ERRORS.noSecret()
  return same(secret, app.secret) ? app : ERRORS.badSecret()
}

async function redeem(tenant: Tenant, app: EntraApp, body: URLSearchParams): Promise<Given | Refused> {
  const given = body.get('code')
  if (!given) return ERRORS.missing('code')
  const code = tenant.state.codes[given]
  if (code === undefined) return ERRORS.badCode()
  if (code.clientId !== app.clientId) return ERRORS.otherApp()
  if (code.expiresAt < Date.now()) return ERRORS.expiredCode()
  if (code.redeemed) return ERRORS.redeemedCode()
  if (body.get('redirect_uri') !== code.redirectUri) return ERRORS.otherReply()
  if (code.challenge !== undefined && challengeOf(body.get('code_verifier')) !== code.challenge)
    return ERRORS.badVerifier()
  code.redeemed = true
  tenant.changed()
  const person = findPerson(tenant.state, code.oid)
  if (person === undefined) return ERRORS.noUser()
  if (!person.enabled) return ERRORS.disabled()
  return {
    token_type: 'Bearer',
    scope: code.scope,
    expires_in: TOKEN_SECONDS,
    ext_expires_in: TOKEN_SECONDS,
    access_token: await tenant.tokens.forPerson(person, app.clientId, code.scope),
    id_token: await tenant.tokens.forSignIn(person, app.clientId, code.nonce),
  }
}

async function giveToApp(tenant: Tenant, app: EntraApp, scope: string): Promise<Given | Refused> {
  const audience = /^(.+)\/\.default$/.exec(scope.trim())?.[1]
  if (audience === undefined) return ERRORS.badScope(scope)
  const service = serviceOf(audience)
  if (service === undefined) return ERRORS.noResource(audience)
  const roles = service === 'https://graph.microsoft.com' ? tenant.graphRolesOf(app) : []
  return {
    token_type: 'Bearer',
    expires_in: TOKEN_SECONDS,
    ext_expires_in: TOKEN_SECONDS,
    access_token: await tenant.tokens.forApp(app.clientId, audience, roles),
  }
}

const isRefused = (answer: object): answer is Refused => 'sentence' in answer

const challengeOf = (verifier: string | null): string =>
  createHash('sha256')
    .update(verifier ?? '')
    .digest('base64url')

function same(left: string, right: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(left), digest(right))
}
