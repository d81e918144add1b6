/**
 * The browser's part of the pretend Entra: discovery, published keys and the authorize page.
 *
 * Addresses and answers follow https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc and
 * v2-oauth2-auth-code-flow (read 2026-11-21).
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Request, Response, Server } from 'restify'
import { readBody, sendJson } from '../http.ts'
import { describe, ERRORS, type Refused, sendRefused } from './errors.ts'
import { picker, refusedPage, sendHtml } from './picker.ts'
import { findPerson } from './state.ts'
import type { EntraApp, Tenant } from './tenant.ts'

const CODE_MS = 10 * 60_000
const WHO = 'pretend_entra_who'

export function mountSignIn(server: Server, tenant: Tenant): void {
  const { prefix, baseUrl, tokens } = tenant

  server.get(
    `${prefix}/:tenant/v2.0/.well-known/openid-configuration`,
    async (req: Request, res: Response) => {
      if (!tenant.knows(req.params.tenant)) return sendRefused(res, ERRORS.noTenant(req.params.tenant))
      const at = `${baseUrl}/${tenant.id}`
      sendJson(res, 200, {
        issuer: tenant.issuer,
        authorization_endpoint: `${at}/oauth2/v2.0/authorize`,
        token_endpoint: `${at}/oauth2/v2.0/token`,
        jwks_uri: `${at}/discovery/v2.0/keys`,
        response_modes_supported: ['query'],
        response_types_supported: ['code'],
        subject_types_supported: ['pairwise'],
        id_token_signing_alg_values_supported: ['RS256'],
        token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
        scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
        claims_supported: [
          'sub',
          'iss',
          'aud',
          'exp',
          'iat',
          'nonce',
          'name',
          'preferred_username',
          'oid',
          'tid',
          'ver',
        ],
        tenant_region_scope: 'EU',
        cloud_instance_name: 'microsoftonline.com',
      })
    },
  )

  server.get(`${prefix}/:tenant/discovery/v2.0/keys`, async (req: Request, res: Response) => {
    if (!tenant.knows(req.params.tenant)) return sendRefused(res, ERRORS.noTenant(req.params.tenant))
    sendJson(res, 200, tokens.keys())
  })

  // MSAL asks here whether the authority it was given is one of Microsoft's, before it trusts it.
  server.get(`${prefix}/common/discovery/instance`, async (req: Request, res: Response) => {
    const authority = queryOf(req).get('authorization_endpoint') ?? ''
    const name = URL.canParse(authority) ? new URL(authority).pathname.split('/')[1] : undefined
    if (name === undefined || !tenant.knows(name)) return sendRefused(res, ERRORS.noTenant(name ?? ''))
    sendJson(res, 200, {
      tenant_discovery_endpoint: `https://login.microsoftonline.com/${name}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [
        {
          preferred_network: 'login.microsoftonline.com',
          preferred_cache: 'login.windows.net',
          aliases: [
            'login.microsoftonline.com',
            'login.windows.net',
            'login.microsoft.com',
            'sts.windows.net',
          ],
        },
      ],
    })
  })

  const authorize = `${prefix}/:tenant/oauth2/v2.0/authorize`
  server.get(authorize, async (req: Request, res: Response) => {
    const asked = readAsked(tenant, req)
    if ('refused' in asked) return refuse(res, asked)
    // prompt=none would need a session; here a person always chooses, because in a demo they change all the time.
    if (asked.query.get('prompt') === 'none') return refuse(res, { ...asked, refused: ERRORS.interaction() })
    sendHtml(res, 200, picker(tenant.state.people, whoCookie(req)))
  })

  server.post(authorize, async (req: Request, res: Response) => {
    const asked = readAsked(tenant, req)
    if ('refused' in asked) return refuse(res, asked)
    const form = new URLSearchParams((await readBody(req, 16_384)).toString('utf8'))
    const person = findPerson(tenant.state, form.get('upn') ?? '')
    if (person === undefined) return sendHtml(res, 400, refusedPage(ERRORS.noUser()))
    if (!person.enabled) return sendHtml(res, 403, refusedPage(ERRORS.disabled()))

    const { query, app, redirectUri } = asked
    const challenge = query.get('code_challenge')
    const nonce = query.get('nonce')
    const code = randomBytes(32).toString('base64url')
    forgetOldCodes(tenant)
    tenant.state.codes[code] = {
      clientId: app.clientId,
      redirectUri,
      scope: query.get('scope') ?? '',
      oid: person.oid,
      expiresAt: Date.now() + CODE_MS,
      redeemed: false,
      ...(challenge === null ? {} : { challenge }),
      ...(nonce === null ? {} : { nonce }),
    }
    tenant.changed()
    const path = prefix === '' ? '/' : prefix
    sendBack(res, redirectUri, query.get('state'), { code, session_state: randomBytes(16).toString('hex') }, [
      `${WHO}=${person.oid}; Path=${path}; HttpOnly; SameSite=Lax`,
    ])
  })
}

type Asked = { query: URLSearchParams; app: EntraApp; redirectUri: string }
/** `redirectUri` is there once it is known to be the app's own: only then may an error be sent to it. */
type NotAsked = { refused: Refused; query: URLSearchParams; redirectUri?: string }

function readAsked(tenant: Tenant, req: Request): Asked | NotAsked {
  const query = queryOf(req)
  const clientId = query.get('client_id') ?? ''
  const redirectUri = query.get('redirect_uri') ?? ''
  if (!tenant.knows(req.params.tenant)) return { refused: ERRORS.noTenant(req.params.tenant), query }
  const app = tenant.appWith(clientId)
  if (app === undefined) return { refused: ERRORS.noApp(clientId), query }
  if (!app.redirectUris.includes(redirectUri)) return { refused: ERRORS.badReply(redirectUri), query }

  const no = (refused: Refused): NotAsked => ({ refused, query, redirectUri })
  if (query.get('response_type') !== 'code' || (query.get('response_mode') ?? 'query') !== 'query')
    return no(ERRORS.responseType())
  if (!query.get('scope')) return no(ERRORS.missing('scope'))
  const challenge = query.get('code_challenge')
  if (challenge !== null && query.get('code_challenge_method') !== 'S256') return no(ERRORS.badChallenge())
  if (challenge !== null && !/^[A-Za-z0-9_-]{43}$/.test(challenge)) return no(ERRORS.badChallenge())
  return { query, app, redirectUri }
}

function refuse(res: ServerResponse, { refused, query, redirectUri }: NotAsked): void {
  if (redirectUri === undefined) sendHtml(res, refused.status, refusedPage(refused))
  else
    sendBack(res, redirectUri, query.get('state'), {
      error: refused.error,
      error_description: describe(refused),
    })
}

function sendBack(
  res: ServerResponse,
  redirectUri: string,
  state: string | null,
  answer: Readonly<Record<string, string>>,
  cookies: string[] = [],
): void {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value)
  if (state !== null) url.searchParams.set('state', state)
  res.writeHead(302, {
    location: url.href,
    'cache-control': 'no-store',
    ...(cookies.length === 0 ? {} : { 'set-cookie': cookies }),
  })
  res.end()
}

/** Redeemed codes are kept until they expire, so that a second redemption can be told from nonsense. */
function forgetOldCodes({ state }: Tenant): void {
  for (const [code, { expiresAt }] of Object.entries(state.codes))
    if (expiresAt < Date.now()) delete state.codes[code]
}

const queryOf = (req: IncomingMessage): URLSearchParams =>
  new URL(req.url ?? '/', 'http://localhost').searchParams

function whoCookie(req: IncomingMessage): string | undefined {
  const pairs = (req.headers.cookie ?? '').split(';').map(pair => pair.trim())
  return pairs.find(pair => pair.startsWith(`${WHO}=`))?.slice(WHO.length + 1)
}
