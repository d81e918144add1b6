import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { PageDesk } from '../../../core/index.ts'
import { Browser } from './browser.ts'
import { ALICE, build, type House, TICKET } from './house.ts'

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
})

const PAGE = `/bind/${TICKET}`

describe('the binding page', () => {
  test('names both accounts, asks, and changes nothing by being looked at', async () => {
    const page = await alice.get(PAGE)
    await alice.get(PAGE)
    expect(page.status).toBe(200)
    expect(page.html).toContain('Is this you?')
    expect(page.html).toContain('alice in Contoso')
    expect(page.html).toContain('alice@contoso.example')
    expect(page.html).toContain('Did somebody else send you this link')
    expect(house.asked).toEqual([
      ['bindView', TICKET, ALICE],
      ['bindView', TICKET, ALICE],
    ])
  })

  test('binds at the press', async () => {
    const done = await alice.press(await alice.get(PAGE), PAGE)
    expect(done.status).toBe(200)
    expect(done.html).toContain('Your accounts belong together now')
    expect(house.asked.at(-1)).toEqual(['bind', TICKET, ALICE])
  })

  test('needs the page’s own button', async () => {
    expect((await alice.post(PAGE, { csrf: 'guessed' })).status).toBe(403)
    expect((await new Browser(house.origin).post(PAGE, {})).status).toBe(401)
    expect(house.asked).toEqual([])
  })

  test('a ticket that is gone and one that never was look the same', async () => {
    house.desk.bindView = async () => ({ code: 'ticket-gone' })
    house.desk.bind = async () => ({ code: 'ticket-gone' })
    const without = (html: string) => html.replace(/name="csrf" value="[^"]*"/g, '')
    const gone = await alice.get(PAGE)
    const never = await alice.get('/bind/short')
    expect([gone.status, never.status]).toEqual([404, 404])
    expect(without(never.html)).toBe(without(gone.html))
  })

  test.each([
    [{ code: 'bind-email-differs', label: 'mallory', upn: 'alice@contoso.example' } as const, 403],
    [{ code: 'bind-taken', label: 'alice' } as const, 409],
    [{ code: 'ticket-gone' } as const, 404],
  ])('a refusal at the press is shown: %j', async (refusal, status) => {
    const page = await alice.get(PAGE)
    house.desk.bind = async () => refusal
    const pressed = await alice.press(page, PAGE)
    expect([pressed.status, pressed.html.includes(`No: ${refusal.code}`)]).toEqual([status, true])
  })

  test('a hostile chat account is text', async () => {
    house.desk.bindView = async () => ({
      chatAccount: '<b>admin</b>\u202e"><form action=https://evil.example>',
      personName: '<i>',
      upn: '&amp;',
    })
    const { html } = await alice.get(PAGE)
    expect(html).toContain('<strong>&lt;b>admin&lt;/b> &quot;>&lt;form action=https://evil.example></strong>')
    expect(html).toContain('<bdi>&lt;i></bdi> (<bdi>&amp;amp;</bdi>)')
    expect(html.match(/<form/g)).toHaveLength(2)
  })
})

test('the addresses of pages are ours, and a ticket cannot break out of its place', () => {
  expect(house.pages.access('019355d0-0000-7000-8000-000000abcdef' as never)).toBe(
    `${house.origin}/access/019355d0-0000-7000-8000-000000abcdef`,
  )
  expect(house.pages.bind('a/b?c')).toBe(`${house.origin}/bind/a%2Fb%3Fc`)
})
