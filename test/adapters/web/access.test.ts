import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type AccessView, Fault, message, type PageDesk } from '../../../core/index.ts'
import { Browser, formsOf } from './browser.ts'
import { ALICE, BOB, build, type House, REQUEST } from './house.ts'

let house: House
let usual: PageDesk
let alice: Browser
beforeAll(async () => {
  house = await build({ trustedProxies: ['127.0.0.1'] })
  usual = { ...house.desk }
  alice = await house.signedIn()
})
afterAll(() => house.stop())
beforeEach(() => {
  house.desk = { ...usual }
  house.asked.length = 0
  house.logged.length = 0
  alice.headers = { 'x-forwarded-for': '203.0.112.7' }
})

const PAGE = `/access/${REQUEST}`
const offer = (
  which: AccessView['offer'],
  moved?: AccessView['moved'],
  signed: AccessView['signed'] = { not: 'No certificate.' },
) => {
  house.desk.view = async () => ({
    message: message({
      title: 'RDP to vm01',
      plain: '',
      facts: [{ label: 'VM', value: [{ code: 'vm01' }] }],
    }),
    offer: which,
    signed,
    ...(moved === undefined ? {} : { moved }),
  })
}

describe('looking at a request', () => {
  test('asks the desk for the signed-in person, and nothing more', async () => {
    await alice.get(PAGE)
    expect(house.asked).toEqual([['view', REQUEST, ALICE, '203.0.112.7']])
  })

  test('shows the card, the address, and one button', async () => {
    const page = await alice.get(PAGE)
    expect(page.status).toBe(200)
    expect(page.html).toContain('<title>RDP to vm01 · Latchkey</title>')
    expect(page.html).toContain('Your address as we see it: <code class="address">203.0.112.7</code>')
    expect(page.html).toMatch(/behind a VPN.*through Azure Bastion/s)
    expect(page.html).not.toContain('class="warning"')
    expect(formsOf(page.html).map(({ action }) => action)).toEqual(['/sign-out', `${PAGE}/open`])
    expect(page.headers.get('refresh')).toBeNull()
  })

  test('has one first heading, a language and a title', async () => {
    const { html } = await alice.get(PAGE)
    expect(html.match(/<h1/g)).toHaveLength(1)
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(html).toContain('<main>')
  })

  test('warns of an IPv6 address', async () => {
    alice.headers = { 'x-forwarded-for': '2606:4700::1111' }
    const { html } = await alice.get(PAGE)
    expect(html).toContain('<code class="address">2606:4700::1111</code>')
    expect(html).toContain('This is an IPv6 address')
  })

  test('warns of an address that means something inside a network only', async () => {
    alice.headers = { 'x-forwarded-for': '192.168.1.4' }
    expect((await alice.get(PAGE)).html).toContain('inside a private network only')
  })

  test('says so when the address cannot be told, and then offers nothing to press', async () => {
    alice.headers = { 'x-forwarded-for': 'unknown' }
    const { html } = await alice.get(PAGE)
    expect(html).toContain('Your address could not be told')
    expect(formsOf(html).map(({ action }) => action)).toEqual(['/sign-out'])
  })

  test('names the publisher that Windows will ask about, as text', async () => {
    offer('download', undefined, { by: 'Contoso <b>IT</b>' })
    const { html } = await alice.get(PAGE)
    expect(html).toContain('<strong>Contoso &lt;b>IT&lt;/b></strong>')
    expect(html).not.toContain('not signed')
  })

  test('looks again by itself while something is under way', async () => {
    offer('wait')
    const page = await alice.get(PAGE)
    expect(page.headers.get('refresh')).toBe('2')
    expect(page.html).toContain('role="status"')
    expect(formsOf(page.html).map(({ action }) => action)).toEqual(['/sign-out'])
  })

  test('offers the file when there is one', async () => {
    offer('download')
    const { html } = await alice.get(PAGE)
    expect(html).toContain('not signed, so Windows calls the publisher unknown')
    expect(html).toContain(`href="${PAGE}/file"`)
    expect(formsOf(html).map(({ action }) => action)).toEqual(['/sign-out'])
  })

  test('shows just the state when there is nothing to do', async () => {
    offer('nothing')
    const { html } = await alice.get(PAGE)
    expect(html).toContain('<code>vm01</code>')
    expect(html).not.toMatch(/Your address|<h2>|\/open|\/file/)
  })

  test('somebody else’s request, an unknown one and nonsense look the same', async () => {
    house.desk.view = async () => ({ code: 'not-requester' })
    const bob = await house.signedIn(BOB, 'Bob Brandt')
    const without = (html: string) => html.replace(/name="csrf" value="[^"]*"/g, '')
    const others = await bob.get(PAGE)
    const unknown = await bob.get('/access/019355d0-0000-7000-8000-000000000000')
    const nonsense = await bob.get('/access/nonsense')
    expect([others.status, unknown.status, nonsense.status]).toEqual([404, 404, 404])
    expect(without(unknown.html)).toBe(without(others.html))
    expect(without(nonsense.html)).toBe(without(others.html))
    expect(others.html).not.toMatch(/vm01|019355d0/)
  })

  test('a refusal is drawn in the words of the core', async () => {
    house.desk.view = async () => ({ code: 'person-disabled' })
    const page = await alice.get(PAGE)
    expect([page.status, page.html.includes('No: person-disabled')]).toEqual([403, true])
  })

  test('a hostile name is text', async () => {
    const browser = await house.signedIn(ALICE, '</bdi><script>alert(1)</script>\u202e')
    const { html } = await browser.get(PAGE)
    expect(html).toContain('<bdi>&lt;/bdi>&lt;script>alert(1)&lt;/script> </bdi>')
    expect(html).not.toContain('<script')
  })
})

describe('another address than the one it is open for', () => {
  const moved = { from: '203.0.112.1', to: '203.0.112.7' }

  test.each(['download', 'wait'] as const)('is said and offered while the page offers to %s', async which => {
    offer(which, moved)
    const { html } = await alice.get(PAGE)
    expect(html).toContain('Your address has changed')
    expect(html).toContain('<code class="address">203.0.112.1</code>')
    expect(html).toContain('<code class="address">203.0.112.7</code>')
    expect(formsOf(html).map(({ action }) => action)).toEqual(['/sign-out', `${PAGE}/address`])
    expect(html.match(/<h1/g)).toHaveLength(1)
  })

  test('is used after a press, as the press shows it, and looking changes nothing', async () => {
    offer('download', moved)
    const page = await alice.get(PAGE)
    expect(house.asked.map(([name]) => name)).toEqual(['view'])
    alice.headers = { 'x-forwarded-for': '203.0.112.9' }
    const pressed = await alice.press(page, `${PAGE}/address`, { source: '198.51.100.1' })
    expect([pressed.status, pressed.headers.get('location')]).toEqual([303, PAGE])
    expect(house.asked.at(-1)).toEqual(['move', REQUEST, ALICE, '203.0.112.9'])
    expect((await alice.get(`${PAGE}/address`)).status).toBe(405)
  })

  test('is refused in words where the policy lets it change no more, and never without the form’s token', async () => {
    offer('download', moved)
    const page = await alice.get(PAGE)
    house.desk.move = async () => ({ code: 'too-many-addresses', most: 3 })
    const refused = await alice.press(page, `${PAGE}/address`)
    expect([refused.status, refused.html.includes('No: too-many-addresses')]).toEqual([409, true])
    house.asked.length = 0
    expect((await alice.post(`${PAGE}/address`, { csrf: 'x' })).status).toBe(403)
    expect(house.asked).toEqual([])
  })
})

describe('pressing Open', () => {
  test('gives the desk the address that the proxy saw, and leads back to the page', async () => {
    const page = await alice.get(PAGE)
    const pressed = await alice.press(page, `${PAGE}/open`, { source: '198.51.100.1' })
    expect([pressed.status, pressed.headers.get('location')]).toEqual([303, PAGE])
    expect(house.asked.at(-1)).toEqual(['open', REQUEST, ALICE, '203.0.112.7'])
  })

  test('the address that counts is that of the press, not that of the page', async () => {
    const page = await alice.get(PAGE)
    alice.headers = { 'x-forwarded-for': '198.51.100.9, 203.0.112.8' }
    await alice.press(page, `${PAGE}/open`)
    expect(house.asked.at(-1)).toEqual(['open', REQUEST, ALICE, '203.0.112.8'])
  })

  test('without an address nothing is opened', async () => {
    const page = await alice.get(PAGE)
    alice.headers = {}
    const pressed = await alice.press(page, `${PAGE}/open`)
    expect(pressed.status).toBe(400)
    expect(pressed.html).toContain('Your address could not be told')
    expect(house.asked.map(([what]) => what)).toEqual(['view'])
  })

  test('a refusal is shown', async () => {
    house.desk.open = async () => ({
      code: 'source-outside',
      source: '203.0.112.7',
      from: ['10.0.0.0/8'],
      rule: 'r',
    })
    const pressed = await alice.press(await alice.get(PAGE), `${PAGE}/open`)
    expect([pressed.status, pressed.html.includes('No: source-outside')]).toEqual([403, true])
  })

  test('a request with a nonsense id is nobody’s', async () => {
    const { csrf = '' } = formsOf((await alice.get(PAGE)).html)[0]?.fields ?? {}
    expect((await alice.post('/access/nonsense/open', { csrf })).status).toBe(404)
  })

  test.each([
    ['no token', {}],
    ['an empty token', { csrf: '' }],
    ['a guessed token', { csrf: 'x'.repeat(32) }],
  ])('with %s nothing is done', async (_name, fields) => {
    const pressed = await alice.post(`${PAGE}/open`, fields as Record<string, string>)
    expect(pressed.status).toBe(403)
    expect(pressed.html).toContain(`href="${PAGE}"`)
    expect(house.asked).toEqual([])
  })

  test('with the token of another session nothing is done', async () => {
    const bobs = formsOf((await (await house.signedIn(BOB, 'Bob')).get(PAGE)).html)[0]?.fields ?? {}
    house.asked.length = 0
    expect((await alice.post(`${PAGE}/open`, bobs)).status).toBe(403)
    expect(house.asked).toEqual([])
  })

  test('without a session nothing is done, and nothing is redirected', async () => {
    const pressed = await new Browser(house.origin).post(`${PAGE}/open`, { csrf: 'x' })
    expect([pressed.status, pressed.headers.get('location')]).toEqual([401, null])
    expect(pressed.html).toContain(`href="/sign-in?to=%2Faccess%2F${REQUEST}"`)
    expect(house.asked).toEqual([])
  })

  const raw = (body: string, headers: Record<string, string>) =>
    fetch(`${house.origin}${PAGE}/open`, {
      method: 'POST',
      body,
      headers: { cookie: `latchkey-session=${alice.cookies.get('latchkey-session')?.value}`, ...headers },
    })
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

  test.each([
    ['JSON', '{"csrf":"x"}', { 'content-type': 'application/json' }, 415],
    ['text', 'csrf=x', { 'content-type': 'text/plain' }, 415],
    ['a compressed form', 'csrf=x', { ...FORM, 'content-encoding': 'gzip' }, 415],
    ['a form that is too long', `csrf=${'x'.repeat(16_384)}`, FORM, 413],
  ])('%s is not read', async (_name, body, headers, status) => {
    const answer = await raw(body, headers as Record<string, string>)
    expect([answer.status, answer.headers.get('connection')]).toEqual([status, 'close'])
    expect(house.asked).toEqual([])
  })

  test('a form that hides its length is read no further than the limit', async () => {
    const status = await new Promise((resolve, reject) => {
      const sending = httpRequest(
        `${house.origin}${PAGE}/open`,
        { method: 'POST', headers: FORM },
        answer => {
          resolve(answer.statusCode)
          sending.destroy()
        },
      )
      sending.on('error', reject)
      // Never ended: the answer comes although the form goes on.
      sending.write('x'.repeat(20_000))
    })
    expect(status).toBe(413)
    expect(house.asked).toEqual([])
  })

  test('a form with a charset is read', async () => {
    const { csrf = '' } = formsOf((await alice.get(PAGE)).html)[0]?.fields ?? {}
    const answer = await fetch(`${house.origin}${PAGE}/open`, {
      method: 'POST',
      redirect: 'manual',
      body: `csrf=${csrf}`,
      headers: {
        cookie: `latchkey-session=${alice.cookies.get('latchkey-session')?.value}`,
        'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
        'x-forwarded-for': '203.0.112.7',
      },
    })
    expect(answer.status).toBe(303)
  })
})

describe('the connection file', () => {
  test('is an attachment that is not kept', async () => {
    offer('download')
    const file = await alice.get(`${PAGE}/file`)
    expect(file.html).toBe('full address:s:203.0.113.9\r\n')
    expect(Object.fromEntries(file.headers)).toMatchObject({
      'content-type': 'application/x-rdp',
      'content-disposition': 'attachment; filename="vm01.rdp"',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
  })

  test('can be taken again: a GET uses nothing up', async () => {
    offer('download')
    await alice.get(`${PAGE}/file`)
    expect((await alice.get(`${PAGE}/file`)).status).toBe(200)
  })

  test.each(['open', 'wait', 'nothing'] as const)('is not made while the page offers %s', async which => {
    offer(which)
    const page = await alice.get(`${PAGE}/file`)
    expect([page.status, page.headers.get('content-type')]).toEqual([409, 'text/html; charset=utf-8'])
    expect(house.asked.map(([what]) => what)).toEqual(['view'])
  })

  test('is refused to others like the page', async () => {
    house.desk.view = async () => ({ code: 'not-requester' })
    expect((await alice.get(`${PAGE}/file`)).status).toBe(404)
    expect((await alice.get('/access/nonsense/file')).status).toBe(404)
    expect(house.asked.map(([what]) => what)).toEqual(['view'])
  })

  test('is refused when the desk says no in between', async () => {
    offer('download')
    house.desk.file = async () => ({ code: 'not-open', status: 'over' })
    expect((await alice.get(`${PAGE}/file`)).status).toBe(409)
  })

  test('leads to the page after signing in, not to itself', async () => {
    const first = await new Browser(house.origin).get(`${PAGE}/file`)
    expect(first.headers.get('location')).toBe(`/sign-in?to=%2Faccess%2F${REQUEST}`)
  })

  test.each(['a"b.rdp', '../x.rdp', 'x\r\nset-cookie: a=b.rdp', '.rdp', 'x.exe', `${'x'.repeat(80)}.rdp`])(
    'a name like %j does not reach the header',
    async name => {
      offer('download')
      house.desk.file = async () => ({ name, bytes: Buffer.from('x') })
      const { headers } = await alice.get(`${PAGE}/file`)
      expect(headers.get('content-disposition')).toBe('attachment; filename="latchkey.rdp"')
    },
  )
})

describe('when something goes wrong behind the page', () => {
  test('a fault becomes a page in plain words', async () => {
    house.desk.view = async () => {
      throw new Fault('busy', {
        op: 'store.load',
        say: 'The store is busy. Try again in a moment.',
        retryAfterMs: 1_500,
        cause: new Error('SELECT secret'),
      })
    }
    const page = await alice.get(PAGE)
    expect([page.status, page.headers.get('retry-after')]).toEqual([503, '2'])
    expect(page.html).toContain('The store is busy. Try again in a moment.')
    expect(page.html).toContain(`href="${PAGE}"`)
    expect(page.html).not.toMatch(/store\.load|SELECT/)
    expect(house.logged).toEqual([expect.objectContaining({ level: 'warn', event: 'web.fault' })])
  })

  test('after a press that failed there is no link that would repeat it', async () => {
    const page = await alice.get(PAGE)
    house.desk.open = () => Promise.reject(new Fault('timeout', { op: 'o', say: 'Too slow.' }))
    const pressed = await alice.press(page, `${PAGE}/open`)
    expect([pressed.status, pressed.html.includes('Try again')]).toEqual([503, false])
  })

  test('a bug shows a reference, which is in the log, and nothing else', async () => {
    house.desk.view = async () => {
      throw new Error('undefined is not a secret')
    }
    const page = await alice.get(PAGE)
    const reference = /reference ([0-9A-F]{8})/.exec(page.html)?.[1]
    expect(page.status).toBe(500)
    expect(page.html).not.toMatch(/undefined|secret/)
    expect(house.logged).toEqual([
      expect.objectContaining({
        level: 'error',
        event: 'web.bug',
        facts: { route: '/access/:request', reference },
      }),
    ])
  })
})
