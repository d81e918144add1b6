/** A pretend tenant on a port of its own, for tests. */
import restify from 'restify'
import type { EntraOptions, EntraSim } from '../../../../bots/demo/entra/sim.ts'
import { mountEntra } from '../../../../bots/demo/entra/sim.ts'
import { Company } from '../../../../bots/demo/people.ts'

export const TENANT = '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a11'
export const LATCHKEY = { clientId: '11111111-2222-4333-8444-555555555555', secret: 'pretend secret & more' }
export const OTHER = { clientId: '99999999-2222-4333-8444-555555555555', secret: 'other' }
export const ALICE = '5d1f0c7e-1111-4a6b-9c3d-000000000001'
export const BOB = '5d1f0c7e-1111-4a6b-9c3d-000000000002'
export const GUS = '5d1f0c7e-1111-4a6b-9c3d-000000000003'
export const EVE = '5d1f0c7e-1111-4a6b-9c3d-000000000004'
export const MANY = '0a6e2f10-5b1c-4f0e-8a51-6f1f8d3c0001'
export const EMPTY = '0a6e2f10-5b1c-4f0e-8a51-6f1f8d3c0009'

/** Enough groups and members for several pages of two. */
export const company = Company.parse({
  tenant: { id: TENANT, domain: 'contoso.example' },
  groups: [
    { oid: MANY, name: 'g1' },
    ...[2, 3, 4, 5].map(n => ({ oid: `0a6e2f10-5b1c-4f0e-8a51-6f1f8d3c000${n}`, name: `g${n}` })),
    { oid: EMPTY, name: 'nobody' },
  ],
  people: [
    {
      oid: ALICE,
      name: 'Alice <b>Adams</b>',
      upn: 'alice@contoso.example',
      mail: 'alice@contoso.example',
      manager: 'bob@contoso.example',
      groups: ['g1', 'g2', 'g3', 'g4', 'g5'],
    },
    { oid: BOB, name: 'Bob Brandt', upn: 'bob@contoso.example', mail: 'bob@contoso.example', groups: ['g1'] },
    {
      oid: GUS,
      name: 'Gus Gast',
      upn: 'gus_fabrikam.example#EXT#@contoso.example',
      mail: 'gus@fabrikam.example',
      kind: 'guest',
      groups: ['g1'],
    },
    {
      oid: EVE,
      name: 'Eve Gone',
      upn: 'eve@contoso.example',
      mail: 'eve@contoso.example',
      enabled: false,
      groups: ['g1'],
    },
  ],
  slack: { team: 'T0CONTOSO', name: 'Contoso' },
})

export type Running = { baseUrl: string; sim: EntraSim; changes: () => number; stop: () => Promise<void> }

export async function startTenant(
  options: Partial<EntraOptions> & { redirectUris?: string[] } = {},
): Promise<Running> {
  const { redirectUris = ['http://127.0.0.1:1/sign-in/done'], ...more } = options
  const { server, origin, stop } = await startServer()
  let changes = 0
  const sim = mountEntra(server, {
    prefix: '/entra',
    baseUrl: `${origin}/entra`,
    company,
    apps: {
      latchkey: { ...LATCHKEY, redirectUris },
      other: { ...OTHER, redirectUris, graphRoles: ['GroupMember.Read.All'] },
    },
    changed: () => {
      changes++
    },
    ...more,
  })
  return { baseUrl: `${origin}/entra`, sim, changes: () => changes, stop }
}

async function startServer() {
  const server = restify.createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const stop = () =>
    new Promise<void>(resolve => {
      server.server.closeAllConnections()
      server.close(() => resolve())
    })
  return { server, origin: `http://127.0.0.1:${server.address().port}`, stop }
}

/** Asks the token endpoint, with the client's own id and secret unless the fields say otherwise. */
export const askToken = (
  baseUrl: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) =>
  fetch(`${baseUrl}/${TENANT}/oauth2/v2.0/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams(fields),
  })

export async function appToken(baseUrl: string, app: typeof LATCHKEY, scope: string): Promise<string> {
  const answer = await askToken(baseUrl, {
    grant_type: 'client_credentials',
    client_id: app.clientId,
    client_secret: app.secret,
    scope,
  })
  return ((await answer.json()) as { access_token: string }).access_token
}

export type AuthorizeFields = Record<string, string | undefined>

/** The address an app sends a browser to. */
export function authorizeUrl(baseUrl: string, fields: AuthorizeFields = {}): string {
  const url = new URL(`${baseUrl}/${TENANT}/oauth2/v2.0/authorize`)
  const all: AuthorizeFields = {
    client_id: LATCHKEY.clientId,
    redirect_uri: 'http://127.0.0.1:1/sign-in/done',
    response_type: 'code',
    scope: 'openid profile',
    state: 'st&te',
    nonce: 'n0nce',
    ...fields,
  }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) url.searchParams.set(name, value)
  return url.href
}

/** Presses a person's button on the account picker. */
export const pick = (url: string, upn: string) =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ upn }), redirect: 'manual' })
