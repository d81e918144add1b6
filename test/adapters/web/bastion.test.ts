/** The page of an access through Bastion: the link for its person, what the host can do, and nothing of it anywhere else. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type AccessView, message } from '../../../core/index.ts'
import type { Browser } from './browser.ts'
import { build, type House, REQUEST } from './house.ts'

const SECRET = 'https://bst-hub.bastion.azure.com/api/shareable-url/5ec4e7'
const PAGE = `/access/${REQUEST}`
let house: House
let alice: Browser
beforeAll(async () => {
  house = await build()
  alice = await house.signedIn()
})
afterAll(() => house.stop())
beforeEach(() => {
  house.logged.length = 0
})

const show = (bastion: Partial<NonNullable<AccessView['bastion']>>) => {
  house.desk.view = async () => ({
    message: message({ title: 'Ready: vm01', plain: '' }),
    offer: 'nothing',
    signed: { not: 'No certificate.' },
    bastion: { name: 'bas-<hub>', sku: 'Standard', port: 3389, rows: [], ...bastion },
  })
}

describe('a shareable link', () => {
  test('stands on the page as a link that tells nobody where it was followed from', async () => {
    show({ link: { url: SECRET } })
    const page = await alice.get(PAGE)
    expect(page.html).toMatch(
      /<a class="button main" href="https:\/\/bst-hub[^"]*5ec4e7" target="_blank" rel="noreferrer noopener">/,
    )
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page.headers.get('refresh')).toBeNull()
    expect(page.html).toContain('do\n      not pass it on')
    expect(page.html.match(/5ec4e7/g)).toHaveLength(1)
    expect(JSON.stringify(house.logged)).not.toContain('5ec4e7')
  })
  test('is not kept in a redirect or a cookie for somebody who has to sign in first', async () => {
    show({ link: { url: SECRET } })
    const answer = await fetch(`${house.origin}${PAGE}`, { redirect: 'manual' })
    expect(answer.status).toBe(303)
    expect(`${await answer.text()}${JSON.stringify([...answer.headers])}`).not.toContain('5ec4e7')
  })
  test('that is not there yet: the page says so and looks again by itself', async () => {
    show({ link: { wait: 'Azure is making your link.' } })
    const page = await alice.get(PAGE)
    expect(page.html).toContain('Azure is making your link. This page looks again by itself.')
    expect(page.headers.get('refresh')).toBe('2')
  })
  test('that there will be none of: why, and that the other ways stand', async () => {
    show({ link: { none: 'The bot lacks <b>a right</b>.' } })
    const page = await alice.get(PAGE)
    expect(page.html).toContain('The bot lacks &lt;b>a right&lt;/b>. Use one of the other ways.')
    expect(page.headers.get('refresh')).toBeNull()
  })
})

test('what the host can do, what is missing and what it would need, sign-in, roles and limits', async () => {
  show({
    port: 33_890,
    link: { url: SECRET },
    rows: [
      { label: 'the Azure portal', needs: [], signIn: 'Kerberos', roles: ['Reader on the VM'], limits: [] },
      { label: 'a shareable link', needs: ['x', 'y'], signIn: 'a password', roles: [], limits: ['One.'] },
    ],
  })
  const { html } = await alice.get(PAGE)
  expect(html).toContain('bas-&lt;hub>')
  for (const text of [
    'It works here.',
    'Not here: it would need x and y.',
    'Sign-in: Kerberos.',
    'You need Reader on the VM.',
    'You need no role in Azure.',
    '<li>One.</li>',
    ', on port 33890',
  ])
    expect(html).toContain(text)
  expect(html.match(/<h1/g)).toHaveLength(1)
  expect(html.indexOf('<h2')).toBeLessThan(html.indexOf('<h3'))
})
