import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import {
  ALICE,
  askToken,
  authorizeUrl,
  LATCHKEY,
  OTHER,
  pick,
  type Running,
  startTenant,
  TENANT,
} from './tenant.ts'

let tenant: Running
beforeAll(async () => {
  tenant = await startTenant()
})
afterAll(() => tenant.stop())

const REDIRECT = 'http://127.0.0.1:1/sign-in/done'
const VERIFIER = 'v'.repeat(43)
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
const PKCE = { code_challenge: CHALLENGE, code_challenge_method: 'S256' }

async function codeFor(upn: string, fields = {}): Promise<string> {
  const answer = await pick(authorizeUrl(tenant.baseUrl, { ...PKCE, ...fields }), upn)
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? ''
}

const redeem = (code: string, fields = {}) =>
  askToken(tenant.baseUrl, {
    grant_type: 'authorization_code',
    client_id: LATCHKEY.clientId,
    client_secret: LATCHKEY.secret,
    code,
    redirect_uri: REDIRECT,
    code_verifier: VERIFIER,
    ...fields,
  })

describe('discovery', () => {
  test('describes the tenant by its id, also when it was asked for by its domain', async () => {
    const answer = await fetch(`${tenant.baseUrl}/contoso.example/v2.0/.well-known/openid-configuration`)
    expect(await answer.json()).toMatchObject({
      issuer: `${tenant.baseUrl}/${TENANT}/v2.0`,
      token_endpoint: `${tenant.baseUrl}/${TENANT}/oauth2/v2.0/token`,
      jwks_uri: `${tenant.baseUrl}/${TENANT}/discovery/v2.0/keys`,
    })
  })

  test('does not know another tenant', async () => {
    const answer = await fetch(`${tenant.baseUrl}/fabrikam.example/v2.0/.well-known/openid-configuration`)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: 'invalid_request', error_codes: [90002] })
  })

  test('publishes the public half of the key only', async () => {
    const answer = await fetch(`${tenant.baseUrl}/${TENANT}/discovery/v2.0/keys`)
    const { keys } = (await answer.json()) as { keys: Record<string, unknown>[] }
    expect(keys.map(key => Object.keys(key).sort())).toEqual([['e', 'kid', 'kty', 'n', 'use']])
  })

  test('tells MSAL that the authority is one of Microsoft’s', async () => {
    const authority = `https://login.microsoftonline.com/${TENANT}/oauth2/v2.0/authorize`
    const answer = await fetch(
      `${tenant.baseUrl}/common/discovery/instance?authorization_endpoint=${encodeURIComponent(authority)}`,
    )
    expect(await answer.json()).toMatchObject({
      tenant_discovery_endpoint: `https://login.microsoftonline.com/${TENANT}/v2.0/.well-known/openid-configuration`,
    })
  })
})

describe('the account picker', () => {
  test('offers every person by name and user principal name, and escapes both', async () => {
    const html = await (await fetch(authorizeUrl(tenant.baseUrl))).text()
    expect(html).toContain('Bob Brandt')
    expect(html).toContain('value="gus_fabrikam.example#EXT#@contoso.example"')
    expect(html).not.toContain('Alice <b>')
    expect(html.match(/<button /g)).toHaveLength(4)
  })

  test('a press sends the browser back with a code and the same state', async () => {
    const answer = await pick(authorizeUrl(tenant.baseUrl, PKCE), 'alice@contoso.example')
    const back = new URL(answer.headers.get('location') ?? '')
    expect(answer.status).toBe(302)
    expect(`${back.origin}${back.pathname}`).toBe(REDIRECT)
    expect(back.searchParams.get('state')).toBe('st&te')
    expect(back.searchParams.get('code')).toMatch(/^[\w-]{40,}$/)
  })

  test('remembers who was here last, and still asks', async () => {
    const first = await pick(authorizeUrl(tenant.baseUrl), 'bob@contoso.example')
    const cookie = first.headers.get('set-cookie')?.split(';')[0] ?? ''
    const html = await (await fetch(authorizeUrl(tenant.baseUrl), { headers: { cookie } })).text()
    expect(html).toMatch(/Bob Brandt<\/b>\s*<span>bob@contoso.example<\/span><small>signed in here last/)
    expect(html.match(/<button /g)).toHaveLength(4)
  })

  test('a disabled account is refused in words and gets no code', async () => {
    const answer = await pick(authorizeUrl(tenant.baseUrl), 'eve@contoso.example')
    expect(answer.status).toBe(403)
    expect(answer.headers.get('location')).toBeNull()
    expect(await answer.text()).toContain('The user account is disabled')
  })

  test('an address that is not registered is never redirected to', async () => {
    const answer = await fetch(authorizeUrl(tenant.baseUrl, { redirect_uri: 'https://evil.example/' }), {
      redirect: 'manual',
    })
    expect(answer.status).toBe(400)
    expect(answer.headers.get('location')).toBeNull()
    expect(await answer.text()).toContain('AADSTS50011')
  })

  test.each([
    ['an unknown app', { client_id: OTHER.clientId.replace('9', '8') }, 'AADSTS700016'],
    ['no app', { client_id: undefined }, 'AADSTS700016'],
  ])('%s reads why', async (_name, fields, number) => {
    const answer = await fetch(authorizeUrl(tenant.baseUrl, fields), { redirect: 'manual' })
    expect(answer.headers.get('location')).toBeNull()
    expect(await answer.text()).toContain(number)
  })

  test.each([
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['a plain challenge', { code_challenge: VERIFIER, code_challenge_method: 'plain' }, 'invalid_request'],
    ['no scope', { scope: undefined }, 'invalid_request'],
    ['a silent sign-in', { prompt: 'none' }, 'login_required'],
  ])('%s goes back as an error with the state', async (_name, fields, error) => {
    const answer = await fetch(authorizeUrl(tenant.baseUrl, fields), { redirect: 'manual' })
    const back = new URL(answer.headers.get('location') ?? '').searchParams
    expect([back.get('error'), back.get('state'), back.get('code')]).toEqual([error, 'st&te', null])
  })
})

describe('redeeming a code', () => {
  test('gives an id token that verifies against the published keys', async () => {
    const answer = await redeem(await codeFor('alice@contoso.example'))
    const given = (await answer.json()) as { id_token: string; expires_in: number }
    const keys = createRemoteJWKSet(new URL(`${tenant.baseUrl}/${TENANT}/discovery/v2.0/keys`))
    const { payload } = await jwtVerify(given.id_token, keys, {
      issuer: `${tenant.baseUrl}/${TENANT}/v2.0`,
      audience: LATCHKEY.clientId,
    })
    expect(given.expires_in).toBe(3599)
    expect(payload).toMatchObject({
      oid: ALICE,
      tid: TENANT,
      nonce: 'n0nce',
      ver: '2.0',
      name: 'Alice <b>Adams</b>',
      preferred_username: 'alice@contoso.example',
    })
  })

  test('works with the secret in a Basic header', async () => {
    const code = await codeFor('alice@contoso.example')
    const halves = [LATCHKEY.clientId, LATCHKEY.secret].map(encodeURIComponent).join(':')
    const answer = await askToken(
      tenant.baseUrl,
      { grant_type: 'authorization_code', code, redirect_uri: REDIRECT, code_verifier: VERIFIER },
      { authorization: `Basic ${Buffer.from(halves).toString('base64')}` },
    )
    expect(answer.status).toBe(200)
  })

  test('works once', async () => {
    const code = await codeFor('alice@contoso.example')
    expect((await redeem(code)).status).toBe(200)
    const second = await redeem(code)
    expect(second.status).toBe(400)
    expect(await second.json()).toMatchObject({ error: 'invalid_grant', error_codes: [54005] })
  })

  test.each([
    ['a wrong verifier', { code_verifier: 'w'.repeat(43) }, 'invalid_grant', 50148],
    ['no verifier', { code_verifier: '' }, 'invalid_grant', 50148],
    ['another reply address', { redirect_uri: 'http://127.0.0.1:1/' }, 'invalid_grant', 500112],
    ['an unknown code', { code: 'nonsense' }, 'invalid_grant', 9002313],
    ['another app', { client_id: OTHER.clientId, client_secret: OTHER.secret }, 'invalid_grant', 700005],
    ['a wrong secret', { client_secret: 'wrong' }, 'invalid_client', 7000215],
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type', 70003],
  ])('%s gets nothing', async (_name, fields, error, number) => {
    const answer = await redeem(await codeFor('alice@contoso.example'), fields)
    expect(await answer.json()).toMatchObject({ error, error_codes: [number] })
  })

  test('a person who was disabled since gets nothing', async () => {
    const code = await codeFor('bob@contoso.example')
    const change = (enabled: boolean) =>
      fetch(`${tenant.baseUrl}/world/people`, {
        method: 'POST',
        body: JSON.stringify({ upn: 'bob@contoso.example', change: { enabled } }),
      })
    await change(false)
    expect(await (await redeem(code)).json()).toMatchObject({ error_codes: [50057] })
    await change(true)
  })

  test('an old code is expired', async () => {
    const code = await codeFor('alice@contoso.example')
    const kept = tenant.sim.state.codes[code]
    if (kept !== undefined) kept.expiresAt = Date.now() - 1
    expect(await (await redeem(code)).json()).toMatchObject({ error_codes: [70008] })
  })
})
