/**
 * Shareable links of Bastion over real HTTP, in both chats: made with the access, read on the page of its person alone, counted, deleted with
 * the last access, and what happens when Azure, the process or somebody else gets in between.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { readWorldFile } from '../../bots/demo/world-file.ts'
import { type Chatter, CONTOSO, openStory, type Story, until } from '../support/story.ts'
import { signsInFromSlack, windowsAre } from './acts.ts'

// On a busy machine a whole story takes its time; what is never seen fails sooner by itself.
jest.setTimeout(180_000)

const SECRET = /https:\/\/bst-bas-shared\.bastion\.azure\.com\/api\/shareable-url\/[0-9a-f-]{36}/
const SUBNET = '10.41.250.0/26'
const LABEL = 'Open the page for your link'
/** Each story has a VM of its own, like the one that comes with Latchkey. */
const VMS = ['made01', 'refused01', 'stays01', 'foreign01', 'killed01', 'gone01']
let story: Story
let alice: Chatter
let bob: Chatter
let carol: Chatter
let sofia: Chatter

beforeAll(async () => {
  const file = await readWorldFile(CONTOSO)
  const development = file.subscriptions.find(({ bastions }) => bastions.length > 0)
  const model = development?.vms.find(({ name }) => name === 'tools01')
  if (development === undefined || model === undefined) throw new Error('no VM behind Bastion')
  for (const [index, name] of VMS.entries()) {
    const nic = { ...model.nic, private_ip: `10.41.1.${20 + index}` }
    development.vms.push({ ...model, name, computer_name: name.toUpperCase(), nic })
  }
  // A host that cannot, in a network of its own.
  const basic = { ...model.subnet, name: 'snet-basic', prefix: '10.42.1.0/24', vnet: 'vnet-basic' }
  const [host] = development.bastions
  if (host === undefined) throw new Error('no Bastion host')
  development.bastions.push({
    ...host,
    name: 'bas-basic',
    sku: 'Basic',
    vnet: 'vnet-basic',
    prefix: '10.42.250.0/26',
    shareable_link: false,
  })
  const nic = { ...model.nic, private_ip: '10.42.1.4' }
  development.vms.push({ ...model, name: 'off01', computer_name: 'OFF01', nic, subnet: basic })
  story = await openStory({ file })
  alice = story.inSlack('Alice')
  bob = story.inTeams('Bob')
  carol = story.inTeams('Carol')
  sofia = story.inTeams('Sofia')
  await alice.type('/rdp list')
  await signsInFromSlack(alice)
}, 120_000)
afterAll(() => story.close())

const links = async (vm: string): Promise<number> => {
  const { links: all } = (await story.json('/azure/world')) as { links: readonly { vm: string }[] }
  return all.filter(link => link.vm === vm).length
}
const linksAre = (vm: string, count: number) =>
  until(
    async () => (await links(vm)) === count,
    async () => `${vm} has ${await links(vm)} links, not ${count}`,
  )
const denied = (...verbs: readonly string[]) =>
  story.json('/azure/world/faults', {
    denied: verbs.map(verb => `Microsoft.Network/bastionHosts/${verb}ShareableLinks/action`),
  })
/** Alice asks in Slack, Bob agrees in Teams. */
const aliceOpens = async (vm: string) => {
  await alice.type(`/rdp connect ${vm} 1h`)
  await bob.presses('Approve', new RegExp(`Alice Adams asks for RDP to ${vm}`))
}
/** Carol asks in Teams, Sofia agrees in Teams. */
const carolOpens = async (vm: string) => {
  await carol.type(`rdp connect ${vm} 1h`)
  await sofia.presses('Approve', new RegExp(`Carol Castillo asks for RDP to ${vm}`))
}
const pageOf = async (person: Chatter, vm: string): Promise<string> => {
  const page = await person.follows(LABEL, new RegExp(`Ready: ${vm}`))
  return page.text
}
const isOver = async (person: Chatter, vm: string) => {
  await person.presses('I am done', new RegExp(`Ready: ${vm}`))
  return person.sees(new RegExp(`Returned, shut: ${vm}`))
}

test('two people on one VM: one link, on the page of each, and deleted with the last of them', async () => {
  await aliceOpens('made01')
  await carolOpens('made01')
  for (const person of [alice, carol]) {
    const page = await pageOf(person, 'made01')
    expect(page).toMatch(SECRET)
    expect(page).toContain('do\n      not pass it on')
    expect(page).toContain('What this Bastion host can do')
  }
  expect(await links('made01')).toBe(1)
  // In this Azure each request has a rule of its own.
  await windowsAre(story, 'made01', [SUBNET, SUBNET])
  expect((await isOver(alice, 'made01')).text).toContain(
    'The shareable link stays for others who have access',
  )
  expect(await links('made01')).toBe(1)
  expect(await pageOf(carol, 'made01')).toMatch(SECRET)
  expect((await isOver(carol, 'made01')).text).toContain(
    'The shareable link is deleted: read back from Azure',
  )
  expect(await links('made01')).toBe(0)
  await windowsAre(story, 'made01', [])
})

test('a host that cannot: what it would need is said, and the other ways are there', async () => {
  await carolOpens('off01')
  const ready = await carol.sees(/Ready: off01/)
  expect(ready.text).toMatch(/Not through this host: a shareable link. It would need the tier Standard/)
  expect(ready.text).toContain('off01 in the Azure portal, Connect, Bastion')
  const page = await carol.follows('What this Bastion host can do', /Ready: off01/)
  expect(page.text).not.toMatch(/Your link|shareable-url/)
  expect(page.text).toMatch(/Through the private address through Bastion|IP-based connection switched on/)
  await isOver(carol, 'off01')
})

test('Azure refuses to make it: the missing right is named, and the other ways stand', async () => {
  await denied('create')
  await carolOpens('refused01')
  const ready = await carol.sees(/Ready: refused01.*No shareable link/)
  expect(ready.text).toContain('Microsoft.Network/bastionHosts/createShareableLinks/action')
  expect(ready.text).toContain('refused01 in the Azure portal, Connect, Bastion')
  await denied()
  expect((await isOver(carol, 'refused01')).text).not.toContain('shareable link')
})

test('Azure refuses to delete it: it keeps trying, says so to both and in the channel, and says shut only when it is', async () => {
  await aliceOpens('stays01')
  await pageOf(alice, 'stays01')
  await denied('delete')
  await alice.presses('I am done', /Ready: stays01/)
  await alice.sees(
    /Closing: stays01.*has not deleted the shareable link yet: .*deleteShareableLinks.*I keep trying/,
  )
  await bob.sees(/Closing: stays01.*has not deleted the shareable link yet/)
  await story.inSlack('Sofia').sees(/A shareable link is still there: stays01/)
  expect(await links('stays01')).toBe(1)
  await windowsAre(story, 'stays01', [])
  await denied()
  await alice.sees(/Returned, shut: stays01.*The shareable link is deleted/)
  expect(await links('stays01')).toBe(0)
})

test('somebody else’s link is used and stays, and both are said', async () => {
  await story.json('/azure/world/link', { bastion: 'bas-shared', vm: 'foreign01', there: true })
  story.world.pass(10)
  await carolOpens('foreign01')
  expect((await carol.sees(/Ready: foreign01.*Without the portal/)).text).toMatch(
    /Somebody else made this link|being|making/,
  )
  expect(await pageOf(carol, 'foreign01')).toMatch(SECRET)
  expect((await isOver(carol, 'foreign01')).text).toContain('A shareable link that somebody else made stays')
  expect(await links('foreign01')).toBe(1)
})

test('the process is killed while it asks Azure, and while it deletes: one link, and none in the end', async () => {
  const [product] = story.world.products
  const answers = () =>
    until(
      async () => product?.port !== undefined,
      async () => `the product is ${product?.status}`,
    )
  await story.json('/azure/world/faults', {
    faults: [{ match: 'createShareableLinks', late: true, hang: true, times: 1 }],
  })
  await carolOpens('killed01')
  await linksAre('killed01', 1)
  await product?.kill(true)
  await answers()
  story.world.pass(1)
  expect(await pageOf(carol, 'killed01')).toMatch(SECRET)
  await story.json('/azure/world/faults', {
    faults: [{ match: 'deleteShareableLinks', hang: true, times: 1 }],
  })
  await carol.presses('I am done', /Ready: killed01/)
  await until(
    async () => (await story.azureCalls()).some(({ path }) => path.endsWith('/deleteShareableLinks')),
    async () => 'nobody ever asked to delete the link',
  )
  await product?.kill(true)
  await answers()
  await carol.sees(/Returned, shut: killed01.*The shareable link is deleted/)
  expect(await links('killed01')).toBe(0)
})

test('a link that somebody takes away is noticed, said, and made anew', async () => {
  await aliceOpens('gone01')
  await pageOf(alice, 'gone01')
  await story.json('/azure/world/link', { bastion: 'bas-shared', vm: 'gone01', there: false })
  story.world.pass(6)
  await alice.sees(/Ready: gone01.*Somebody took the shareable link away in Azure/)
  await story.inSlack('Sofia').sees(/A shareable link has vanished: gone01/)
  await linksAre('gone01', 1)
  await isOver(alice, 'gone01')
  expect(await links('gone01')).toBe(0)
})

test('no link stands in a chat or in the store', async () => {
  for (const person of [alice, bob, carol, sofia, story.inSlack('Sofia'), story.inSlack('Bob')])
    expect(JSON.stringify(await person.messages())).not.toContain('shareable-url')
  await story.world.stop()
  const store = join(story.folder, 'store')
  const names = await readdir(store, { recursive: true, withFileTypes: true })
  const files = names.filter(entry => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  let read = 0
  for (const file of files) {
    const bytes = await readFile(file)
    read += bytes.length
    expect([file, bytes.includes('shareable-url')]).toEqual([file, false])
  }
  expect(read).toBeGreaterThan(1_000_000)
})
