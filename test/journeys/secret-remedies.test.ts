/** A lost password: asked about in both chats, looked into, agreed to, made on a signed-in page, and to be found nowhere afterwards. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openFolder } from '../../adapters/store/folder.ts'
import type { Page } from '../support/browser.ts'
import { rowsOf } from '../support/crash-rows.ts'
import { type Chatter, openStory, type Story, until } from '../support/story.ts'
import { signsInFromSlack } from './acts.ts'

/** Each time in other words: the same words about the same VM are not looked into twice at once. */
let told = 0
const lost = () => {
  told += 1
  return `the logon attempt failed, nobody knows the password of contosoadmin any more, note ${told}`
}
const LEFT = /Reset local password, one step is left: vm\d\d/
const ACCOUNT = {
  ...{ name: 'contosoadmin', kind: 'local', exists: true, enabled: true, locked: false, expired: false },
  ...{ must_change: false, admin: true, rdp_users: false, blank_password: false, deny_rdp_right: false },
}
let story: Story
/** Every password that a page showed. */
const shown: string[] = []

beforeAll(async () => {
  story = await openStory()
}, 180_000)
afterAll(() => story.close())

const faults = (...list: readonly object[]) => story.json('/azure/world/faults', { faults: list })
const vm = async (name: string): Promise<{ id: string }> => {
  const { vms } = (await story.json('/azure/world')) as { vms: readonly { id: string; name: string }[] }
  const found = vms.find(each => each.name === name)
  if (found === undefined) throw new Error(`no VM ${name}`)
  return found
}
const setsPassword = (page: Page, label = 'Set a new password') => {
  expect(page.text).toContain(label)
  return (who: Chatter) => who.browser.press(page, label)
}
/** What the page shows once: the account and its password. */
const onceOn = (page: Page): { user: string; password: string } => {
  const [user = '', password = ''] = [...page.text.matchAll(/<code class="once"[^>]*>([^<]*)<\/code>/g)].map(
    ([, text = '']) => text,
  )
  expect(page.status).toBe(200)
  expect(password).toHaveLength(20)
  shown.push(password)
  return { user, password }
}
const orders = async () =>
  (await story.azureCalls()).filter(({ method, path }) => method === 'PUT' && /\/extensions\//.test(path))

/** From the complaint to the page: looked into with a yes, asked for, agreed to. */
async function agreed(
  asker: Chatter,
  approver: Chatter,
  name: string,
  { signsIn = false, typed = false } = {},
): Promise<Page> {
  await asker.type(`${signsIn ? '/rdp' : 'rdp'} diagnose ${name} ${lost()}`)
  if (signsIn) await signsInFromSlack(asker)
  await asker.presses('Look inside Windows for the account', new RegExp(`The password is wrong: ${name}`))
  await asker.presses('Reset local password…', new RegExp(`The password is wrong: ${name}`))
  await asker.presses('Ask for approval', new RegExp(`Reset local password\\? ${name}`))
  const card = await approver.sees(new RegExp(`asks: Reset local password, ${name}`))
  expect(card.private).toBe(true)
  expect(card.text).toMatch(/The account is contosoadmin/)
  expect(card.text).toMatch(/becomes a new local administrator/)
  if (typed) {
    const reference = /Reference\W+([0-9A-F]{6})/.exec(card.text)?.[1] ?? ''
    await approver.type('rdp list')
    await approver.sees(new RegExp(`${reference}.*asks: Reset local password, ${name}: waits for you`))
    await approver.type(`rdp approve ${reference}`)
  } else await approver.presses('Approve', new RegExp(`asks: Reset local password, ${name}`))
  return asker.follows('Open the page', LEFT)
}

describe.each([
  ['Slack', 'vm01'],
  ['Teams', 'vm10'],
] as const)('asked for in %s', (platform, name) => {
  const [asks, decides] = platform === 'Slack' ? (['Alice', 'Bob'] as const) : (['Dave', 'Bob'] as const)
  const asker = () => (platform === 'Slack' ? story.inSlack(asks) : story.inTeams(asks))

  test('is made on the page, shown there once, carried out and looked at again', async () => {
    const who = asker()
    const bob = story.inTeams(decides)
    const before = (await orders()).length
    const page = await agreed(who, bob, name, { signsIn: platform === 'Slack', typed: platform === 'Slack' })
    expect(page.text).toMatch(/contosoadmin/)
    expect(page.text).toMatch(/Mind: /)
    expect(await orders()).toHaveLength(before)

    const once = onceOn(await setsPassword(page)(who))
    expect(once.user).toBe('contosoadmin')
    expect(await orders()).toHaveLength(before + 1)
    // The same page again shows no password, whether it is still under way or done.
    expect((await who.browser.go(page.url)).text).not.toContain(once.password)

    story.world.pass(2)
    await who.sees(/Reset local password was done.*only that shows whether it helped/)
    await bob.sees(new RegExp(`Done: Reset local password, ${name}`))
    const seen = (await who.messages()).map(({ text }) => text).join('\n')
    expect(seen).not.toContain(once.password)
  }, 180_000)

  test('pressed again after it was done, it is a new one, and says so', async () => {
    const who = asker()
    const page = await who.follows('Password page', /Reset local password was done/)
    expect(page.text).toMatch(/A password was made before/)
    const answer = await setsPassword(page, 'Set another password')(who)
    expect(answer.text).toMatch(/This is a new one/)
    const { password } = onceOn(answer)
    expect(new Set(shown).has(password) && new Set(shown).size === shown.length).toBe(true)
    const pressed = await who.browser.press(page, 'Set another password')
    expect(pressed.status).toBe(409)
    expect(pressed.text).toMatch(/A password is being set right now/)
    story.world.pass(2)
    await until(
      async () => (await who.browser.go(page.url)).text.includes('Set another password'),
      async () => (await who.browser.go(page.url)).text,
    )
  }, 180_000)
})

test('somebody else who signs in reads the same as about a page that is not there', async () => {
  const alice = story.inSlack('Alice')
  const page = await alice.follows('Password page', /Reset local password was done/)
  const carol = story.inTeams('Carol')
  const start = await carol.browser.go(page.url)
  const theirs = await carol.browser.press(start, story.human('Carol').upn)
  const nowhere = await carol.browser.go(page.url.replace(/[0-9a-f]{12}$/, '000000000000'))
  expect([theirs.status, nowhere.status]).toEqual([404, 404])
  expect(theirs.text).not.toMatch(/vm01|contosoadmin|<form method="post" action="\/remedy/)
}, 180_000)

test('Azure that refuses is quoted on the page and in the chat, and the next press is as good', async () => {
  const dave = story.inTeams('Dave')
  const bob = story.inTeams('Bob')
  const page = await agreed(dave, bob, 'vm10')
  await faults({
    match: 'PUT .*/extensions/',
    status: 403,
    message:
      "The client does not have authorization to perform action 'Microsoft.Compute/virtualMachines/extensions/write' over scope.",
    times: 1,
  })
  const refused = await setsPassword(page)(dave)
  expect(refused.status).toBe(503)
  expect(refused.text).toMatch(/virtualMachines\/extensions\/write/)
  await dave.sees(/The last press did not work/)
  await faults()
  const again = await dave.follows('Open the page', LEFT)
  onceOn(await setsPassword(again)(dave))
  story.world.pass(2)
  await dave.sees(/Reset local password was done/)
}, 180_000)

test('denied, nothing is made, and the page says that nothing can be done there', async () => {
  const dave = story.inTeams('Dave')
  const bob = story.inTeams('Bob')
  await dave.type(`rdp diagnose vm10 ${lost()}`)
  await dave.presses('Look inside Windows for the account', /The password is wrong: vm10/)
  await dave.presses('Reset local password…', /The password is wrong: vm10/)
  await dave.presses('Ask for approval', /Reset local password\? vm10/)
  const before = (await orders()).length
  await bob.presses('Deny…', /asks: Reset local password, vm10/, { reason: 'ask the owner' })
  await dave.sees(/Reset local password was denied.*by Bob Brandt: ask the owner/)
  expect(await orders()).toHaveLength(before)
}, 180_000)

test('the product is killed while Azure is asked: the next press replaces what nobody saw', async () => {
  const dave = story.inTeams('Dave')
  const bob = story.inTeams('Bob')
  const page = await agreed(dave, bob, 'vm10')
  await faults({ match: 'PUT .*/extensions/', waitMs: 6_000, times: 1 })
  const dying = setsPassword(page)(dave).catch(() => undefined)
  await dave.sees(/A new password is being set for.*contosoadmin/)
  await story.world.product.kill(true)
  await dying
  await until(
    async () => story.world.product.status === 'ready',
    async () => `the product is ${story.world.product.status}`,
  )
  await faults()
  const early = await dave.browser.go(page.url)
  expect(early.text).toMatch(/is being set right now/)
  story.world.pass(3)
  const again = await until(
    async () => {
      const now = await dave.browser.go(page.url)
      return now.text.includes('Set another password') && now
    },
    async () => (await dave.browser.go(page.url)).text,
  )
  onceOn(await setsPassword(again, 'Set another password')(dave))
  story.world.pass(3)
  await until(
    async () => (await dave.browser.go(page.url)).text.includes('Set another password'),
    async () => (await dave.browser.go(page.url)).text,
  )
}, 180_000)

const insideOf = async (name: string, guest: object) => {
  const { id } = await vm(name)
  await story.json('/azure/world/vm', { vm: id, guest })
}

test('an account that is no administrator is not made one by this', async () => {
  await insideOf('vm10', { account: { ...ACCOUNT, admin: false } })
  const dave = story.inTeams('Dave')
  await dave.type(`rdp diagnose vm10 ${lost()}`)
  await dave.presses('Look inside Windows for the account', /The password is wrong: vm10/)
  const verdict = await dave.sees(/The account is no administrator/)
  expect(verdict.buttons.map(({ label }) => label)).not.toContain('Reset local password…')
}, 180_000)

test('on a domain controller it is not even offered', async () => {
  await insideOf('vm10', { domain: { joined: true, name: 'corp.example', is_dc: true } })
  const dave = story.inTeams('Dave')
  await dave.type(`rdp diagnose vm10 ${lost()}`)
  await dave.presses('Look inside Windows for the account', /The password is wrong: vm10/)
  const verdict = await dave.sees(/Local accounts are gone on a domain controller: vm10/)
  expect(verdict.text).not.toMatch(/Reset local password/)
}, 180_000)

describe('the account of a Cloud Service', () => {
  const account = async () => {
    const { cloudServices } = (await story.json('/azure/world')) as {
      cloudServices: readonly {
        name: string
        roles: readonly { name: string; account?: { user: string } }[]
      }[]
    }
    return cloudServices.find(({ name }) => name === 'shop')?.roles.find(({ name }) => name === 'WebRole')
      ?.account
  }
  /** Asked for, agreed to, pressed on the page, carried out. */
  const mends = async (asker: Chatter, button: string): Promise<{ user: string; password: string }> => {
    const bob = story.inTeams('Bob')
    await asker.presses(`${button}…`, new RegExp(`${button}`))
    await asker.presses('Ask for approval', new RegExp(`${button}\\? shop`))
    await bob.presses('Approve', new RegExp(`asks: ${button}, shop`))
    const page = await asker.follows('Open the page', new RegExp(`${button}, one step is left: shop`))
    expect(page.text).toMatch(/restarts every instance/)
    const once = onceOn(await setsPassword(page)(asker))
    story.world.pass(10)
    await asker.sees(new RegExp(`${button} was done, and it helped`))
    return once
  }

  test('is made where Remote Desktop is off, shown once, and the check says that it helped', async () => {
    const alice = story.inSlack('Alice')
    await alice.type('/rdp diagnose the role instance WebRole_IN_0 of shop.cloudapp.net cannot be reached')
    const once = await mends(alice, 'Turn RDP on for the role')
    expect(once.user).toMatch(/^lk-/)
    expect((await account())?.user).toBe(once.user)
  }, 180_000)

  test('gets another password and a later end when it has ended', async () => {
    const before = (await account())?.user
    story.world.pass(9 * 60)
    const dave = story.inTeams('Dave')
    await dave.type('rdp diagnose the role instance WebRole_IN_0 of shop.cloudapp.net cannot be reached')
    const once = await mends(dave, 'Extend the RDP account')
    expect(once.user).toBe(before)
  }, 180_000)
})

test('no password that was shown is in the store, in Azure’s log, or in anything that a chat was sent', async () => {
  expect(shown.length).toBeGreaterThanOrEqual(6)
  const world = JSON.stringify(await story.json('/azure/world'))
  const chats: string[] = []
  for (const name of ['Alice', 'Bob', 'Dave', 'Carol'])
    for (const who of [story.inSlack(name), story.inTeams(name)])
      chats.push(JSON.stringify(await who.messages()))
  await story.world.stop()
  const quiet = () => undefined
  const { db, close } = await openFolder(join(story.folder, 'store'), {
    info: quiet,
    warn: quiet,
    error: quiet,
  })
  const rows = await rowsOf(db)
  await close()
  expect(rows).toContain('contosoadmin')
  for (const password of shown)
    for (const text of [rows, world, ...chats]) expect(text.includes(password)).toBe(false)
}, 180_000)
