/** The page of a remedy that sets a password: a look changes nothing, a press shows it once, and nobody else learns anything. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Fault, message, type PageDesk, type RemedyView } from '../../../core/index.ts'
import { Browser, formsOf } from './browser.ts'
import { ALICE, BOB, build, type House, REQUEST } from './house.ts'

const KEY = '019355d0-0000-7000-8000-0000000000ee'
const PAGE = `/remedy/${REQUEST}/${KEY}`
const said = message({
  title: 'Reset local password: vm01',
  plain: '',
  lines: [[{ strong: 'Mind: ' }, 'Services that use the old password <b>break</b>.']],
})

let house: House
let usual: PageDesk
let alice: Browser
beforeAll(async () => {
  house = await build()
  usual = { ...house.desk }
  alice = await house.signedIn()
})
afterAll(() => house.stop())
beforeEach(() => {
  house.desk = { ...usual }
  house.asked.length = 0
  house.logged.length = 0
})
const shows = (view: RemedyView) => {
  house.desk.remedyView = async () => view
}

describe('looking at it', () => {
  test('asks the desk for the signed-in person, shows the warnings as text, and one button', async () => {
    shows({ message: said, offer: 'set', label: 'Set a new password' })
    const { html, status } = await alice.get(PAGE)
    expect(status).toBe(200)
    expect(house.asked).toEqual([['remedyView', REQUEST, KEY, ALICE]])
    expect(html).toContain('Services that use the old password &lt;b>break&lt;/b>.')
    expect(formsOf(html).map(({ action }) => action)).toEqual(['/sign-out', PAGE])
    expect(html).toContain('Set a new password</button>')
    expect(html.match(/<h1/g)).toHaveLength(1)
  })
  test('looks again by itself while one is being set, and then offers nothing', async () => {
    shows({ message: said, offer: 'wait' })
    const page = await alice.get(PAGE)
    expect(page.headers.get('refresh')).toBe('5')
    expect(page.html).toContain('role="status"')
    expect(formsOf(page.html).map(({ action }) => action)).toEqual(['/sign-out'])
    shows({ message: said, offer: 'nothing' })
    const over = await alice.get(PAGE)
    expect(over.headers.get('refresh')).toBeNull()
    expect(formsOf(over.html).map(({ action }) => action)).toEqual(['/sign-out'])
  })
  test('without a sign-in leads there, and back to this page', async () => {
    const browser = new Browser(house.origin)
    const start = await browser.get(PAGE)
    expect([start.status, start.headers.get('location')]).toEqual([
      303,
      `/sign-in?to=${encodeURIComponent(PAGE)}`,
    ])
    await browser.get(start.headers.get('location') ?? '')
    const done = await browser.get(`/sign-in/done?code=good&person=${ALICE}&name=Alice`)
    expect(done.headers.get('location')).toBe(PAGE)
    expect(house.asked).toEqual([])
  })
  test('somebody else’s, an unknown one and nonsense look the same', async () => {
    house.desk.remedyView = async () => ({ code: 'not-requester' })
    const bob = await house.signedIn(BOB, 'Bob Brandt')
    const without = (html: string) => html.replace(/name="csrf" value="[^"]*"/g, '')
    const [others, ...rest] = await Promise.all(
      [PAGE, `/remedy/${KEY}/${REQUEST}`, `/remedy/${REQUEST}/nonsense`, '/remedy/x/y'].map(at =>
        bob.get(at),
      ),
    )
    for (const page of rest) {
      expect(page.status).toBe(404)
      expect(without(page.html)).toBe(without(others?.html ?? ''))
    }
    expect(others?.html).not.toMatch(/vm01|019355d0/)
  })
})

describe('pressing', () => {
  test('shows account and password in the answer, which nothing stores', async () => {
    house.desk.remedy = async () => ({
      once: { user: 'azadmin', password: 'Tr0ub4dor&<3>"x' },
      title: 'Reset local password: vm01',
      lines: [['It works as soon as the chat says that it is done.']],
    })
    const page = await alice.get(PAGE)
    const answer = await alice.press(page, PAGE)
    expect(answer.status).toBe(200)
    expect(house.asked.at(-1)).toEqual(['remedy', REQUEST, KEY, ALICE])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    expect(answer.html).toContain('azadmin</code>')
    expect(answer.html).toMatch(/Tr0ub4dor&amp;&lt;3>(?:"|&quot;)x<\/code>/)
    expect(answer.html).toContain('This is shown once')
    expect(JSON.stringify(house.logged)).not.toContain('Tr0ub4dor')
    const again = await alice.get(PAGE)
    expect(again.html).not.toContain('Tr0ub4dor')
  })
  test('is nothing without the form’s token, and nothing by GET', async () => {
    await alice.get(PAGE)
    house.asked.length = 0
    expect((await alice.post(PAGE, { csrf: 'x' })).status).toBe(403)
    expect((await alice.post(PAGE, {})).status).toBe(403)
    expect(house.asked).toEqual([])
  })
  test('without a sign-in sets nothing', async () => {
    const browser = new Browser(house.origin)
    expect((await browser.post(PAGE, { csrf: 'x' })).status).toBe(401)
    expect(house.asked).toEqual([])
  })
  test('is refused in the words of the core', async () => {
    house.desk.remedy = async () => ({ code: 'password-under-way', account: 'azadmin' })
    const refused = await alice.press(await alice.get(PAGE), PAGE)
    expect([refused.status, refused.html.includes('No: password-under-way')]).toEqual([409, true])
  })
  test('Azure that fails is a page in plain words, and the log holds no more than that', async () => {
    house.desk.remedy = async () => {
      throw new Fault('denied', { op: 'azure.repair.vm', say: 'The bot lacks extensions/write.' })
    }
    const failed = await alice.press(await alice.get(PAGE), PAGE)
    expect([failed.status, failed.html.includes('The bot lacks extensions/write.')]).toEqual([503, true])
    expect(house.logged).toMatchObject([{ level: 'warn', event: 'web.fault' }])
  })
})
