import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import restify from 'restify'
import { connectSignIn } from '../../../adapters/entra/sign-in.ts'
import { mountWeb } from '../../../adapters/web/adapter.ts'
import { Fault, message, type SignIn } from '../../../core/index.ts'
import { LATCHKEY, type Running, startTenant, TENANT } from '../../bots/demo/entra/tenant.ts'
import { Browser } from './browser.ts'
import { ALICE, BOB, build, type House, REQUEST, TICKET, words } from './house.ts'

describe('with the pretend Entra ID, from link to page', () => {
  let tenant: Running
  let stop: () => Promise<void>
  let origin: string
  const views: unknown[] = []

  beforeAll(async () => {
    const server = restify.createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
    origin = `http://127.0.0.1:${server.address().port}`
    const redirectUri = `${origin}/sign-in/done`
    tenant = await startTenant({ redirectUris: [redirectUri] })
    const nothing = async () => undefined
    mountWeb(server, {
      signIn: connectSignIn({
        tenantId: TENANT,
        clientId: LATCHKEY.clientId,
        clientSecret: LATCHKEY.secret,
        redirectUri,
        authority: tenant.baseUrl,
        allowInsecure: true,
      }),
      desk: {
        async view(request, person) {
          views.push([request, person])
          return {
            message: message({ title: 'RDP to vm01', plain: '' }),
            offer: 'open',
            signed: { not: 'No certificate.' },
          }
        },
        open: nothing,
        move: nothing,
        file: async () => ({ code: 'not-requester' }),
        remedyView: async () => ({ code: 'not-requester' }),
        remedy: async () => ({ code: 'not-requester' }),
        bindView: async () => ({ code: 'ticket-gone' }),
        bind: nothing,
      },
      words,
      baseUrl: origin,
      cookieKey: randomBytes(32),
      trustedProxies: [],
      ready: async () => true,
      log: { info: () => {}, warn: () => {}, error: () => {} },
    })
    stop = () =>
      new Promise(resolve => {
        server.server.closeAllConnections()
        server.close(() => resolve())
      })
  })
  afterAll(async () => {
    await Promise.all([stop(), tenant.stop()])
  })
  afterEach(() => {
    views.length = 0
  })

  test('a person signs in and lands on the page they wanted', async () => {
    const browser = new Browser(origin)
    const picker = await browser.walk(`/access/${REQUEST}`)
    expect(picker.html).toContain('Pick an account')
    const back = await browser.press(picker, '', { upn: 'alice@contoso.example' })
    const page = await browser.walk(back.headers.get('location') ?? '')
    expect(page.url).toBe(`${origin}/access/${REQUEST}`)
    expect(page.html).toContain('Signed in as <bdi>Alice &lt;b>Adams&lt;/b></bdi>')
    expect(views).toEqual([[REQUEST, ALICE]])
  })

  test('the address that came back works in that browser only, and there once', async () => {
    const mine = new Browser(origin)
    const picker = await mine.walk('/sign-in')
    const back =
      (await mine.press(picker, '', { upn: 'alice@contoso.example' })).headers.get('location') ?? ''
    const stranger = new Browser(origin)
    expect((await stranger.get(back)).status).toBe(400)
    expect(stranger.cookies.size).toBe(0)
    expect((await mine.get(back)).html).toContain('You are signed in')
    expect((await mine.get(back)).status).toBe(400)
  })

  test('an answer meant for another sign-in is refused', async () => {
    const one = new Browser(origin)
    const two = new Browser(origin)
    const back = (await one.press(await one.walk('/sign-in'), '', { upn: 'alice@contoso.example' })).headers
    await two.walk('/sign-in')
    const refused = await two.get(back.get('location') ?? '')
    expect(refused.status).toBe(400)
    expect(refused.html).toContain('does not fit')
    expect([...two.cookies.keys()].filter(name => name.startsWith('latchkey'))).toEqual([])
  })

  test('somebody else can sign in after signing out', async () => {
    const browser = new Browser(origin)
    for (const [upn, person] of [
      ['alice@contoso.example', ALICE],
      ['bob@contoso.example', BOB],
    ] as const) {
      const back = await browser.press(await browser.walk(`/access/${REQUEST}`), '', { upn })
      const page = await browser.walk(back.headers.get('location') ?? '')
      expect(views.at(-1)).toEqual([REQUEST, person])
      expect((await browser.press(page, '/sign-out')).html).toContain('signed out of Latchkey')
    }
  })
})

describe('with a sign-in of its own', () => {
  let house: House
  afterEach(() => house.stop())

  const failing = (error: unknown): SignIn => ({
    begin: async () => ({ url: 'https://entra.example/', pending: 'p' }),
    finish: () => Promise.reject(error),
  })

  test('asking for a page leads to the sign-in, and back to that page', async () => {
    house = await build()
    const browser = new Browser(house.origin)
    const first = await browser.get(`/bind/${TICKET}`)
    expect([first.status, first.headers.get('location')]).toEqual([303, `/sign-in?to=%2Fbind%2F${TICKET}`])
    const second = await browser.get(first.headers.get('location') ?? '')
    expect(second.headers.get('location')).toBe('https://entra.example/authorize')
    const third = await browser.get(`/sign-in/done?code=good&person=${ALICE}&name=Alice`)
    expect([third.status, third.headers.get('location')]).toEqual([303, `/bind/${TICKET}`])
    expect(house.asked).toEqual([])
  })

  test.each([
    'https://evil.example/',
    '//evil.example/access/1',
    '/\\evil.example',
    '/access/../../evil',
    '/access/1/open',
    '/access/1?x=1',
    '/remedy/1/2',
    `/remedy/${REQUEST}/${REQUEST}/x`,
    '/sign-out',
    'access/1',
    '/access/1\n',
    '/access/1%0d%0aset-cookie:x',
    '',
  ])('a sign-in never leads on to %j', async to => {
    house = await build()
    const browser = new Browser(house.origin)
    await browser.get(`/sign-in?to=${encodeURIComponent(to)}`)
    const done = await browser.get(`/sign-in/done?code=good&person=${ALICE}&name=Alice`)
    expect([done.status, done.headers.get('location')]).toEqual([200, null])
    expect(done.html).toContain('You are signed in')
  })

  test('cookies are for this host’s pages only, unreadable, and forgotten in time', async () => {
    house = await build()
    const started = await fetch(`${house.origin}/sign-in`, { redirect: 'manual' })
    expect(started.headers.get('set-cookie')).toMatch(
      /^latchkey-sign-in=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=600$/,
    )
    const cookie = started.headers.get('set-cookie')?.split(';')[0] ?? ''
    const done = await fetch(`${house.origin}/sign-in/done?code=good&person=${ALICE}&name=Alice`, {
      headers: { cookie },
      redirect: 'manual',
    })
    const [dropped, kept] = done.headers.getSetCookie()
    expect(dropped).toBe('latchkey-sign-in=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0')
    expect(kept).toMatch(/^latchkey-session=[\w.-]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=3600$/)
    expect(Buffer.from(kept ?? '', 'base64url').toString('latin1')).not.toMatch(/Alice|5d1f0c7e/)
  })

  test('over https they are bound to the host and never leave it in the clear', async () => {
    house = await build({ baseUrl: 'https://latchkey.example' })
    const { headers } = await fetch(`${house.origin}/sign-in`, { redirect: 'manual' })
    expect(headers.get('set-cookie')).toMatch(
      /^__Host-latchkey-sign-in=.*; Path=\/; HttpOnly; SameSite=Lax; Secure;/,
    )
  })

  test('a sign-in that takes more than ten minutes starts again', async () => {
    house = await build()
    const browser = new Browser(house.origin)
    await browser.get(`/sign-in?to=/access/${REQUEST}`)
    house.clock.now += 600_000
    const late = await browser.get(`/sign-in/done?code=good&person=${ALICE}&name=Alice`)
    expect(late.status).toBe(400)
    expect(late.html).toContain('href="/sign-in"')
  })

  test('a session ends after an hour', async () => {
    house = await build()
    const browser = await house.signedIn()
    house.clock.now += 3_599_000
    expect((await browser.get(`/access/${REQUEST}`)).status).toBe(200)
    house.clock.now += 1_000
    expect((await browser.get(`/access/${REQUEST}`)).headers.get('location')).toContain('/sign-in')
  })

  test('a cookie that was touched, or sealed with another key or for another purpose, is no session', async () => {
    house = await build()
    const browser = await house.signedIn()
    const real = browser.cookies.get('latchkey-session')?.value ?? ''
    const elsewhere = await build()
    const foreign = (await elsewhere.signedIn()).cookies.get('latchkey-session')?.value ?? ''
    await elsewhere.stop()
    await browser.get('/sign-in')
    const started = browser.cookies.get('latchkey-sign-in')?.value ?? ''
    const parts = real.split('.')
    const touched = parts.map((part, n) =>
      n === 3 ? `${part.slice(0, -2)}${part.endsWith('AA') ? 'BB' : 'AA'}` : part,
    )
    for (const value of [touched.join('.'), foreign, started, '', 'x', `${real}x`]) {
      browser.cookies.set('latchkey-session', { value, path: '/' })
      expect((await browser.get(`/access/${REQUEST}`)).status).toBe(303)
    }
    browser.cookies.set('latchkey-session', { value: real, path: '/' })
    expect((await browser.get(`/access/${REQUEST}`)).status).toBe(200)
    expect(house.asked).toHaveLength(1)
  })

  test('a session does not pass for a sign-in on its way', async () => {
    house = await build()
    const browser = await house.signedIn()
    browser.cookies.set(
      'latchkey-sign-in',
      browser.cookies.get('latchkey-session') ?? { value: '', path: '/' },
    )
    expect((await browser.get(`/sign-in/done?code=good&person=${BOB}&name=Bob`)).status).toBe(400)
  })

  test('an enormous name still fits into a cookie', async () => {
    house = await build()
    const browser = await house.signedIn(ALICE, '名'.repeat(1000))
    expect((await browser.get(`/access/${REQUEST}`)).status).toBe(200)
    expect(browser.cookies.get('latchkey-session')?.value.length).toBeLessThan(3_900)
  })

  test.each([
    [
      'what does not fit',
      new Fault('invalid', { op: 'o', say: 'It does not fit.' }),
      400,
      'It does not fit.',
    ],
    ['a stranger', new Fault('denied', { op: 'o', say: 'Not one of us.' }), 403, 'Not one of us.'],
    ['an Entra that is away', new Fault('broken', { op: 'o', say: 'Entra is away.' }), 503, 'Entra is away.'],
  ])('%s is told, with a way to start again, and is over', async (_name, fault, status, sentence) => {
    house = await build({ signIn: failing(fault) })
    const browser = new Browser(house.origin)
    await browser.get(`/sign-in?to=/access/${REQUEST}`)
    const page = await browser.get('/sign-in/done?code=secret-code')
    expect(page.status).toBe(status)
    expect(page.html).toContain(sentence)
    expect(page.html).toContain(`href="/sign-in?to=%2Faccess%2F${REQUEST}"`)
    expect(browser.cookies.size).toBe(0)
    expect(JSON.stringify(house.logged)).not.toContain('secret-code')
  })

  test('signing out needs the page’s own button', async () => {
    house = await build()
    const browser = await house.signedIn()
    const forged = await browser.post('/sign-out', { csrf: 'guessed' })
    expect(forged.status).toBe(403)
    expect(browser.cookies.has('latchkey-session')).toBe(true)
    await browser.press(await browser.get(`/access/${REQUEST}`), '/sign-out')
    expect(browser.cookies.has('latchkey-session')).toBe(false)
    expect((await browser.post('/sign-out', {})).html).toContain('signed out')
  })
})
