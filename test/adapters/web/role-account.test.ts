/** The access page where a press sets an account: what stands before the button, and what the answer shows once. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type AccessView, Fault, message, type PageDesk } from '../../../core/index.ts'
import { type Browser, formsOf } from './browser.ts'
import { ALICE, build, type House, REQUEST } from './house.ts'

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
const ONCE = { user: 'lk-abcdefgh', password: 'aB3!<&>"x=?@_#$%*+-2' }
const shows = (offer: AccessView['offer'], account: AccessView['account']) => {
  house.desk.view = async () => ({
    message: message({ title: 'Approved: shop/WebRole_IN_0', plain: '' }),
    offer,
    signed: { not: 'No certificate.' },
    ...(account === undefined ? {} : { account }),
  })
}
const account = (more: Partial<NonNullable<AccessView['account']>> = {}) => ({
  ...{ again: false, warnings: ['It restarts <all> instances.'] },
  ...more,
})
const press = async () => {
  const { html } = await alice.get(PAGE)
  return alice.post(`${PAGE}/open`, { csrf: formsOf(html)[0]?.fields['csrf'] ?? '' })
}

test('before Open stands what it does, escaped, and that the address cannot be enforced', async () => {
  shows('open', account())
  const { html } = await alice.get(PAGE)
  expect(html).toMatch(/It restarts &lt;all> instances|It restarts &lt;all&gt; instances/)
  expect(html.indexOf('restarts')).toBeLessThan(html.indexOf('>Open<'))
  expect(html).toMatch(/Azure cannot\s+be told to let in this address alone/)
  expect(html).not.toContain('The VM lets in this address alone')
  expect(formsOf(html).map(({ action }) => action)).toEqual(['/sign-out', `${PAGE}/open`])
})

test('a GET sets nothing', async () => {
  shows('open', account())
  await alice.get(PAGE)
  await alice.get(`${PAGE}/open`)
  expect(house.asked.map(([name]) => name)).toEqual(['view'])
})

describe('the answer to the press', () => {
  beforeEach(() => {
    shows('open', account())
    house.desk.open = async () => ONCE
  })
  test('shows account and password as they are typed, is stored by nobody, and runs nothing', async () => {
    const page = await press()
    expect(page.status).toBe(200)
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('refresh')).toBeNull()
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const shown = [...page.html.matchAll(/<code class="once"[^>]*>([^<]*)<\/code>/g)].map(([, text = '']) =>
      text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&'),
    )
    expect(shown).toEqual([ONCE.user, ONCE.password])
    expect(page.html).toContain('<dt>User name</dt>')
    expect(page.html).toContain('<dt>Password</dt>')
    expect(page.html).toContain('translate="no"')
    expect(page.html).toMatch(/This is shown once/)
    expect(page.html).not.toContain('<script')
    expect(page.html).toContain(`href="${PAGE}"`)
  })
  test('names the address of the press, and says nothing of being ready', async () => {
    const page = await press()
    expect(house.asked.at(-1)).toEqual(['open', REQUEST, ALICE, '203.0.112.7'])
    expect(page.html).toMatch(/not ready yet/)
  })
  test('leaves no password in the log, not even when Azure fails', async () => {
    house.desk.open = async () => {
      throw new Fault('denied', { op: 'azure.cloud-service', say: 'The bot lacks a right.' })
    }
    const page = await press()
    expect(page.status).toBe(503)
    expect(page.html).toContain('The bot lacks a right.')
    expect(JSON.stringify(house.logged)).not.toContain(ONCE.password)
  })
  test('of a form that was not made for this sign-in is nothing', async () => {
    const page = await alice.post(`${PAGE}/open`, { csrf: 'x' })
    expect(page.status).toBe(403)
    expect(house.asked.filter(([name]) => name === 'open')).toEqual([])
  })
  test('that is refused is the refusal', async () => {
    house.desk.open = async () => ({ code: 'instance-unfit', name: 'shop', why: 'Not now.' })
    expect((await press()).html).toContain('instance-unfit')
  })
})

test('while it is being set, the page looks again and offers a new password', async () => {
  shows('wait', account({ again: true, warnings: [] }))
  const page = await alice.get(PAGE)
  expect(page.headers.get('refresh')).toBe('2')
  expect(page.html).toMatch(/Lost the password\?[\s\S]*Set a new password/)
  expect(formsOf(page.html).map(({ action }) => action)).toContain(`${PAGE}/open`)
})

test('when it is open there is a file, one for each instance where there are several, and no talk of addresses', async () => {
  shows('download', account({ again: true, warnings: [], files: ['Web_IN_0', 'Work er_IN_0'] }))
  const { html } = await alice.get(PAGE)
  expect(html).toContain(`href="${PAGE}/file"`)
  expect(html).toContain(`href="${PAGE}/file?instance=Work%20er_IN_0"`)
  expect(html).not.toContain('Your address as we see it')
  await alice.get(`${PAGE}/file?instance=Web_IN_0`)
  expect(house.asked.at(-1)).toEqual(['file', REQUEST, ALICE, 'Web_IN_0'])
})
