import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { connectSignIn, type SignInSettings } from '../../../adapters/entra/sign-in.ts'
import { Fault } from '../../../core/index.ts'
import { LATCHKEY, pick, type Running, startTenant } from '../../bots/demo/entra/tenant.ts'
import { answerWith, CLIENT, hangUp, PERSON, startIdp, TENANT } from './idp.ts'

const REDIRECT = 'https://latchkey.example/sign-in/done'

/** The fault of a call that must fail. */
async function faultOf(call: Promise<unknown>): Promise<Fault> {
  const error = await call.then(
    () => new Error('it did not fail'),
    (caught: unknown) => caught,
  )
  if (!(error instanceof Fault)) throw error
  return error
}

describe('against the pretend Entra ID', () => {
  let tenant: Running
  beforeAll(async () => {
    tenant = await startTenant({ redirectUris: [REDIRECT] })
  })
  afterAll(() => tenant.stop())

  const connect = (more: Partial<SignInSettings> = {}) =>
    connectSignIn({
      tenantId: TENANT,
      clientId: LATCHKEY.clientId,
      clientSecret: LATCHKEY.secret,
      redirectUri: REDIRECT,
      authority: tenant.baseUrl,
      allowInsecure: true,
      ...more,
    })

  async function signedInBy(signIn: ReturnType<typeof connect>, upn = 'alice@contoso.example') {
    const { url, pending } = await signIn.begin()
    const answer = await pick(url, upn)
    return { back: answer.headers.get('location') ?? '', pending }
  }

  test('asks with code flow, PKCE S256, state, nonce and an account choice', async () => {
    const { url, pending } = await connect().begin()
    const asked = new URL(url).searchParams
    const kept = JSON.parse(pending) as Record<string, string>
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: LATCHKEY.clientId,
      redirect_uri: REDIRECT,
      scope: 'openid profile',
      code_challenge_method: 'S256',
      prompt: 'select_account',
      state: kept['state'],
      nonce: kept['nonce'],
    })
    expect(url).not.toContain(kept['verifier'])
  })

  test('two sign-ins share nothing', async () => {
    const signIn = connect()
    const [one, two] = await Promise.all([signIn.begin(), signIn.begin()])
    const values = [one, two].flatMap(({ pending }) => Object.values(JSON.parse(pending)))
    expect(new Set(values).size).toBe(6)
  })

  test('tells who signed in', async () => {
    const signIn = connect()
    const { back, pending } = await signedInBy(signIn)
    expect(await signIn.finish(back, pending)).toEqual({
      person: PERSON,
      name: 'Alice <b>Adams</b>',
      upn: 'alice@contoso.example',
    })
  })

  test('finishes also when a proxy hides the address that the browser used', async () => {
    const signIn = connect()
    const { back, pending } = await signedInBy(signIn)
    const seen = back.replace('https://latchkey.example', 'http://10.0.0.7:3978')
    expect(await signIn.finish(seen, pending)).toMatchObject({ person: PERSON })
  })

  test('a code works once', async () => {
    const signIn = connect()
    const { back, pending } = await signedInBy(signIn)
    await signIn.finish(back, pending)
    expect(await faultOf(signIn.finish(back, pending))).toMatchObject({
      kind: 'invalid',
      say: expect.stringContaining('used already'),
    })
  })

  test('the answer to one sign-in does not finish another', async () => {
    const signIn = connect()
    const alices = await signedInBy(signIn)
    const bobs = await signedInBy(signIn, 'bob@contoso.example')
    expect(await faultOf(signIn.finish(bobs.back, alices.pending))).toMatchObject({ kind: 'invalid' })
  })

  test('a code that another sign-in got does not pass under the right state', async () => {
    const signIn = connect()
    const alices = await signedInBy(signIn)
    const bobs = new URL((await signedInBy(signIn, 'bob@contoso.example')).back)
    const mixed = new URL(alices.back)
    mixed.searchParams.set('code', bobs.searchParams.get('code') ?? '')
    expect(await faultOf(signIn.finish(mixed.href, alices.pending))).toMatchObject({ kind: 'invalid' })
  })

  test.each(['', 'nonsense', '{}', '{"state":1}', 'null'])('a pending of %j is refused', async pending => {
    const signIn = connect()
    const { back } = await signedInBy(signIn)
    expect(await faultOf(signIn.finish(back, pending))).toMatchObject({ kind: 'invalid' })
  })

  test('a wrong client secret is said to be Latchkey’s own trouble', async () => {
    const signIn = connect({ clientSecret: 'wrong' })
    const { back, pending } = await signedInBy(signIn)
    const fault = await faultOf(signIn.finish(back, pending))
    expect(fault).toMatchObject({ kind: 'broken', say: expect.stringContaining('secret') })
    expect(inspect(fault, { depth: 9 })).not.toContain('wrong')
  })

  test('a tenant that Entra does not know is said to be a matter of settings', async () => {
    const signIn = connect({ tenantId: TENANT.replace('7', '8') })
    expect(await faultOf(signIn.begin())).toMatchObject({
      kind: 'broken',
      say: expect.stringContaining('tenant id'),
    })
  })
})

describe('against a provider that lies', () => {
  let idp: Awaited<ReturnType<typeof startIdp>>
  beforeAll(async () => {
    idp = await startIdp()
  })
  afterAll(() => idp.stop())
  beforeEach(() => {
    idp.lies = {}
    idp.asked.length = 0
  })

  const connect = (more: Partial<SignInSettings> = {}) =>
    connectSignIn({
      tenantId: TENANT,
      clientId: CLIENT,
      clientSecret: 'secret',
      redirectUri: REDIRECT,
      authority: idp.authority,
      allowInsecure: true,
      ...more,
    })

  /** Begins, lets the provider learn the nonce, and comes back with a code. */
  async function finished(answer: Record<string, string> = { code: 'c' }, signIn = connect()) {
    const { url, pending } = await signIn.begin()
    const asked = new URL(url).searchParams
    idp.nonce = asked.get('nonce') ?? ''
    const back = new URLSearchParams({ state: asked.get('state') ?? '', ...answer })
    return signIn.finish(`${REDIRECT}?${back}`, pending)
  }

  test('believes it while it tells the truth', async () => {
    expect(await finished()).toEqual({ person: PERSON, name: 'Alice Adams', upn: 'alice@contoso.example' })
    expect(idp.asked.find(({ path }) => path === '/token')?.body.get('redirect_uri')).toBe(REDIRECT)
  })

  test('a person of another tenant is denied, even under our issuer', async () => {
    idp.lies = { claims: { tid: TENANT.replace('7', '8') } }
    expect(await faultOf(finished())).toMatchObject({
      kind: 'denied',
      say: expect.stringContaining('another organisation'),
    })
  })

  test.each<[string, Record<string, unknown>, Fault['kind']]>([
    ['another nonce', { nonce: 'other' }, 'invalid'],
    ['no nonce', { nonce: undefined }, 'invalid'],
    ['another issuer', { iss: 'https://evil.example' }, 'invalid'],
    ['another audience', { aud: 'somebody else' }, 'invalid'],
    ['an end in the past', { exp: 1 }, 'invalid'],
    ['no end', { exp: undefined }, 'invalid'],
    ['a beginning in an hour', { nbf: Math.floor(Date.now() / 1000) + 3600 }, 'invalid'],
    ['no tenant', { tid: undefined }, 'denied'],
    ['no object id', { oid: undefined }, 'broken'],
    ['an object id that is none', { oid: '../../users' }, 'broken'],
  ])('an id token with %s is refused', async (_name, claims, kind) => {
    idp.lies = { claims }
    expect((await faultOf(finished())).kind).toBe(kind)
  })

  test('an id token that nobody we know has signed is refused', async () => {
    idp.lies = { forged: true }
    const fault = await faultOf(finished())
    expect(fault.kind).toBe('invalid')
    expect(inspect(fault, { depth: 9 })).not.toMatch(/eyJ/)
  })

  test('a wrong state is refused before anything is redeemed', async () => {
    expect(await faultOf(finished({ code: 'c', state: 'other' }))).toMatchObject({ kind: 'invalid' })
    expect(idp.asked.map(({ path }) => path)).not.toContain('/token')
  })

  test.each([
    ['access_denied', 'invalid'],
    ['server_error', 'busy'],
    ['temporarily_unavailable', 'busy'],
    ['invalid_request', 'invalid'],
  ])('an answer of %s becomes %s', async (error, kind) => {
    expect((await faultOf(finished({ error }))).kind).toBe(kind)
  })

  test.each([
    ['a code that expired', answerWith(400, { error: 'invalid_grant' }), 'invalid'],
    ['no time for us', answerWith(400, { error: 'temporarily_unavailable' }), 'busy'],
    ['a failure', answerWith(503, { error: 'server_error' }), 'broken'],
    ['an unreadable answer', answerWith(200, '<html>'), 'broken'],
    ['a lost connection', hangUp, 'broken'],
  ])('%s at the token endpoint', async (_name, token, kind) => {
    idp.lies = { instead: { token } }
    expect((await faultOf(finished())).kind).toBe(kind)
    expect(idp.asked.filter(({ path }) => path === '/token')).toHaveLength(1)
  })

  test('no token hangs on the fault, where a log would print it', async () => {
    const token = answerWith(200, { token_type: 'Bearer', access_token: 'secret1', id_token: 'a.secret2' })
    idp.lies = { instead: { token } }
    const fault = await faultOf(finished())
    expect(fault.kind).toBe('invalid')
    expect(inspect(fault, { depth: 12, showHidden: true })).not.toContain('secret')
  })

  test('keys that cannot be had mean nobody is signed in', async () => {
    idp.lies = { instead: { keys: answerWith(500) } }
    expect((await faultOf(finished())).kind).toBe('broken')
  })

  test('Entra being away stops neither the start nor the next attempt', async () => {
    idp.lies = { instead: { discovery: answerWith(503) } }
    const signIn = connect()
    expect((await faultOf(signIn.begin())).kind).toBe('broken')
    idp.lies = { instead: { discovery: hangUp } }
    expect((await faultOf(signIn.begin())).kind).toBe('broken')
    idp.lies = {}
    expect(await finished({ code: 'c' }, signIn)).toMatchObject({ person: PERSON })
  })

  test('a silent Entra ends after eight seconds', async () => {
    const soon = new AbortController()
    const asked = jest.spyOn(AbortSignal, 'timeout').mockImplementation(() => soon.signal)
    idp.lies = { instead: { discovery: () => soon.abort(new DOMException('late', 'TimeoutError')) } }
    const fault = await faultOf(connect().begin())
    expect(asked).toHaveBeenCalledWith(8_000)
    expect(fault.kind).toBe('timeout')
    asked.mockRestore()
  })

  test('discovery is asked once, also by several at a time', async () => {
    const signIn = connect()
    await Promise.all([signIn.begin(), signIn.begin()])
    await signIn.begin()
    expect(idp.asked.filter(({ path }) => path.endsWith('/openid-configuration'))).toHaveLength(1)
  })

  test('another issuer in the discovery document is refused', async () => {
    idp.lies = { discovery: { issuer: 'https://evil.example/v2.0' } }
    expect((await faultOf(connect().begin())).kind).toBe('broken')
  })
})

describe('settings that cannot be right', () => {
  const settings = { tenantId: TENANT, clientId: CLIENT, clientSecret: 's', redirectUri: REDIRECT }

  test.each([
    ['plain http without leave', { authority: 'http://127.0.0.1:1' }],
    ['a domain instead of the tenant’s id', { tenantId: 'contoso.example' }],
    ['no client id', { clientId: '' }],
    ['no secret', { clientSecret: '' }],
  ])('%s', (_name, more) => {
    expect(() => connectSignIn({ ...settings, ...more })).toThrow()
  })

  test('the public cloud is where we sign in unless told otherwise', () => {
    expect(() => connectSignIn(settings)).not.toThrow()
  })
})
