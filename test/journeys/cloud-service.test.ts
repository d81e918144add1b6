/**
 * Into an instance of a Cloud Service over real HTTP, asked for and decided in both chats: the account that the page shows once, the connection
 * file with its routing cookie, the end at Azure; and what happens when Azure refuses, the process dies, or somebody presses twice.
 */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { openFolder } from '../../adapters/store/folder.ts'
import type { Page } from '../support/browser.ts'
import { rowsOf } from '../support/crash-rows.ts'
import { type Chatter, openStory, type Story, until } from '../support/story.ts'
import { readRdp, signsInFromSlack } from './acts.ts'

// On a busy machine a whole story takes its time; what is never seen fails sooner by itself.
jest.setTimeout(180_000)

const NAME = 'shop/WebRole_IN_0'
let story: Story
let number = 700
/** Every password that a page showed. */
const shown: string[] = []

beforeAll(async () => {
  story = await openStory()
  for (const name of ['Alice', 'Bob', 'Sofia']) {
    const person = story.inSlack(name)
    await person.type('/rdp list')
    await signsInFromSlack(person)
    await person.sees(/Nothing is open or waiting/)
  }
}, 180_000)
afterAll(() => story.close())

type Service = {
  name: string
  instances: string
  roles: readonly { name: string; account?: { user: string; ends: string } }[]
}
const role = async (name = 'WebRole') => {
  const { cloudServices } = (await story.json('/azure/world')) as { cloudServices: readonly Service[] }
  return cloudServices.find(one => one.name === 'shop')?.roles.find(one => one.name === name)
}
const faults = (...list: readonly object[]) => story.json('/azure/world/faults', { faults: list })
const isOff = () =>
  until(
    async () => (await role())?.account === undefined,
    async () => `Remote Desktop on the role is ${JSON.stringify(await role())}`,
  )
/** What the page shows once: the account and its password. */
const onceOn = (page: Page): { user: string; password: string } => {
  const [user = '', password = ''] = [...page.text.matchAll(/<code class="once"[^>]*>([^<]*)<\/code>/g)].map(
    ([, text = '']) => text,
  )
  expect(page.status).toBe(200)
  expect(page.text).toMatch(/This is shown once/)
  expect(password).toHaveLength(20)
  shown.push(password)
  return { user, password }
}

type Turn = { asker: Chatter; decider: Chatter; ticket: string; card(title: string): RegExp; asked: RegExp }
function turn(asker: Chatter, decider: Chatter, who: string, name = NAME): Turn {
  number += 1
  const ticket = `INC-${number}`
  const escaped = name.replace('*', '\\*')
  return {
    ...{ asker, decider, ticket },
    card: title => new RegExp(`${title}: ${escaped} .*${ticket}(?!\\d)`),
    asked: new RegExp(`${who} asks for RDP to ${escaped} .*${ticket}(?!\\d)`),
  }
}
async function approved(
  { asker, decider, ticket, asked, card }: Turn,
  time = '1h',
  name = NAME,
): Promise<Page> {
  await asker.type(`/rdp connect ${name} ${time} ${ticket} the shop is slow`)
  await decider.presses('Approve', asked)
  return asker.follows('Open access', card('Approved'))
}
async function opened(one: Turn, time = '1h'): Promise<{ user: string; password: string }> {
  const page = await approved(one, time)
  const once = onceOn(await one.asker.browser.press(page, '>Open<'))
  await one.asker.sees(one.card('Ready'))
  return once
}
const gives = async ({ asker, card }: Turn) => {
  await asker.presses('I am done', card('(?:Ready|Opened, not fully tested)'))
  await asker.sees(card('Returned, shut'))
  await isOff()
}

describe('asked in Slack, approved in Teams', () => {
  test('warned before every press, opened with an account that ends with the grant, handed over, and shut', async () => {
    const one = turn(story.inSlack('Alice'), story.inTeams('Bob'), 'Alice Adams')
    const { asker, decider, ticket, card, asked } = one
    await asker.type(`/rdp connect ${NAME} 1h ${ticket} the shop is slow`)
    const waiting = await asker.sees(card('Waiting for approval'))
    const question = await decider.sees(asked)
    for (const { text } of [waiting, question]) {
      expect(text).toMatch(/restarts the role instances of shop/)
      expect(text).toMatch(/31 March 2027/)
    }
    expect((await role())?.account).toBeUndefined()
    await decider.presses('Approve', asked)
    const page = await asker.follows('Open access', card('Approved'))
    expect(page.text).toMatch(/Before you press Open[\s\S]*restarts the role instances[\s\S]*31 March 2027/)
    expect(page.text).toMatch(/cannot\s+be told to let in this address alone/)

    const answer = await asker.browser.press(page, '>Open<')
    const { user } = onceOn(answer)
    const ready = await asker.sees(card('Ready'))
    expect(ready.private).toBe(true)
    expect(ready.text).toContain(user)
    const { account } = (await role()) ?? {}
    expect(account?.user).toBe(user)
    expect(await role('WorkerRole')).not.toHaveProperty('account')
    // Azure's own end is that of the grant: an hour after the press.
    const ends = Date.parse(`${account?.ends} UTC`)
    expect(Math.abs(ends - (story.world.now() + 3_600_000))).toBeLessThan(180_000)

    const open = await asker.follows('Get the connection file', card('Ready'))
    expect(open.text).not.toContain('class="once"')
    const file = /href="([^"]*\/file)"/.exec(open.text)?.[1] ?? ''
    const download = await asker.browser.go(new URL(file, open.url).href)
    expect(download.type).toBe('application/x-rdp')
    const lines = readRdp(download.bytes)
    expect(lines[0]).toBe('full address:s:shop.westeurope.cloudapp.azure.com:3389')
    expect(lines).toContain(
      'loadbalanceinfo:s:Cookie: mstshash=WebRole#WebRole_IN_0#Microsoft.WindowsAzure.Plugins.RemoteAccess.Rdp',
    )
    expect(lines).toContain(`username:s:${user}`)
    await until(
      async () => (await asker.messages()).some(message => message.file?.name === 'shop-WebRole_IN_0.rdp'),
      async () => 'no file in her direct messages',
    )

    story.world.pass(51)
    await asker.sees(card('Ending soon'))
    story.world.pass(10)
    await asker.sees(card('Time is over, shut'))
    await decider.sees(card('Time is over, shut'))
    await isOff()
  })
})

describe('asked in Teams, approved in Slack', () => {
  test('given back early, it is gone early', async () => {
    const one = turn(story.inTeams('Carol'), story.inSlack('Sofia'), 'Carol Castillo')
    await opened(one)
    await gives(one)
    await one.decider.sees(one.card('Returned, shut'))
  })

  test('more time moves the end at Azure, and the account stays', async () => {
    const one = turn(story.inTeams('Carol'), story.inSlack('Sofia'), 'Carol Castillo')
    const { user } = await opened(one)
    const before = Date.parse(`${(await role())?.account?.ends} UTC`)
    await one.asker.type(`extend ${NAME} 30m ${one.ticket}`)
    await one.decider.presses('Approve', new RegExp(`30 min more on ${NAME} .*${one.ticket}`))
    await until(
      async () => Date.parse(`${(await role())?.account?.ends} UTC`) === before + 30 * 60_000,
      async () => `it ends ${(await role())?.account?.ends}`,
    )
    expect((await role())?.account?.user).toBe(user)
    story.world.pass(65)
    await one.asker.sees(one.card('(?:Ready|Ending soon)'))
    await gives({ ...one, card: title => one.card(title.replace('Ready', 'Ready|Ending soon')) })
  })
})

test('pressed again: another password takes the place of the one before, and the end stays', async () => {
  const one = turn(story.inSlack('Alice'), story.inTeams('Bob'), 'Alice Adams')
  const first = await opened(one)
  const ends = (await role())?.account?.ends
  story.world.pass(5)
  const page = await one.asker.follows('Get the connection file', one.card('Ready'))
  const second = onceOn(await one.asker.browser.press(page, 'Set a new password'))
  expect(second.user).not.toBe(first.user)
  await one.asker.sees(new RegExp(`Ready: ${NAME} .*took the place of the one before.*${one.ticket}`))
  expect((await role())?.account).toEqual({ user: second.user, ends })
  await gives(one)
})

test('Azure refuses: the page and the card say why, and nothing is there', async () => {
  const one = turn(story.inSlack('Alice'), story.inTeams('Bob'), 'Alice Adams')
  const page = await approved(one)
  await story.json('/azure/world/faults', { denied: ['Microsoft.Compute/cloudServices/write'] })
  const answer = await one.asker.browser.press(page, '>Open<')
  expect(answer.status).toBe(503)
  expect(answer.text).toMatch(/Microsoft\.Compute\/cloudServices\/write/)
  const told = await one.asker.sees(one.card('Could not open, shut'))
  expect(told.text).toMatch(/Microsoft\.Compute\/cloudServices\/write/)
  await story.json('/azure/world/faults', { denied: [] })
  expect((await role())?.account).toBeUndefined()
})

test('killed between the record and the order: said, and the next press sets another password', async () => {
  const one = turn(story.inTeams('Carol'), story.inTeams('Sofia'), 'Carol Castillo')
  const page = await approved(one)
  await faults({ match: 'PUT .*cloudServices', hang: true, times: 1 })
  const lost = one.asker.browser.press(page, '>Open<').catch(() => undefined)
  await one.asker.sees(one.card('Opening'))
  await story.world.product.kill(true)
  await lost
  await faults()
  await until(
    async () => story.world.products.some(({ port }) => port !== undefined),
    async () => 'nobody answers at the door',
  )
  story.world.pass(2)
  const left = await one.asker.sees(one.card('One step is left'))
  expect(left.text).toMatch(/shown to nobody/)
  const again = await one.asker.follows('Open access', one.card('One step is left'))
  const { user } = onceOn(await one.asker.browser.press(again, 'Set a new password'))
  await one.asker.sees(one.card('Ready'))
  expect((await role())?.account?.user).toBe(user)
  await gives(one)
})

test('Azure refuses to take it away: said, tried again, and shut only when it is gone', async () => {
  const one = turn(story.inSlack('Alice'), story.inTeams('Bob'), 'Alice Adams')
  await opened(one)
  await story.json('/azure/world/faults', { denied: ['Microsoft.Compute/cloudServices/write'] })
  await one.asker.presses('I am done', one.card('Ready'))
  await one.asker.sees(new RegExp(`Closing: ${NAME} .*has not shut it yet`))
  await story.json('/azure/world/faults', { denied: [] })
  story.world.pass(2)
  await one.asker.sees(one.card('Returned, shut'))
  await isOff()
})

test('somebody else who has the role is not cut, and a second person is told', async () => {
  const one = turn(story.inSlack('Alice'), story.inTeams('Bob'), 'Alice Adams')
  const { user } = await opened(one)
  const carol = story.inTeams('Carol')
  await carol.type('connect shop/WebRole_IN_1 1h INC-1')
  await carol.sees(/Somebody else has access to WebRole just now/)
  expect((await role())?.account?.user).toBe(user)
  await gives(one)
})

test('what does not fit is refused in words, before anybody is asked', async () => {
  const dave = story.inTeams('Dave')
  await dave.type('connect shop/WebRole_IN_9 1h INC-2')
  await dave.sees(/shop has no instance called WebRole_IN_9.*WebRole_IN_0/)
  await dave.type('connect shop 1h INC-2')
  await dave.sees(/Which instance\? .*Name one of its instances/)
  await dave.type('connect nowhere/WebRole_IN_0 1h INC-2')
  await dave.sees(/Cloud Service not found, or not visible to you/)
  await dave.type(`why ${NAME} 1h`)
  await dave.sees(new RegExp(`${NAME} for 1 h: needs approval`))
})

test('a role instance is diagnosed by its name', async () => {
  const dave = story.inTeams('Dave')
  await dave.type('diagnose shop/WebRole_IN_0')
  const told = await dave.sees(/Remote Desktop is not turned on for this role/)
  expect(told.text).toMatch(/the role WebRole/)
})

test('no password that was shown stands anywhere else', async () => {
  const texts = await Promise.all(
    ['Alice', 'Bob', 'Carol', 'Sofia'].flatMap(name =>
      [story.inSlack(name), story.inTeams(name)].map(person => person.messages()),
    ),
  )
  const everything = [JSON.stringify(texts)]
  await story.world.stop()
  const quiet = () => undefined
  const { db, close } = await openFolder(join(story.folder, 'store'), {
    info: quiet,
    warn: quiet,
    error: quiet,
  })
  everything.push(await rowsOf(db))
  await close()
  expect(shown.length).toBeGreaterThan(6)
  for (const password of shown) for (const text of everything) expect(text).not.toContain(password)
})
