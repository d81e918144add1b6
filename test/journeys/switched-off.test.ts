/**
 * A VM that is switched off, over real HTTP: agreed to with its cost, started when the page is opened, and put back when nobody needs it.
 * Each VM has its own story, so that no story waits for another's end.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { readWorldFile } from '../../bots/demo/world-file.ts'
import { type Chatter, CONTOSO, CONTOSO_POLICY, openStory, type Story, until } from '../support/story.ts'
import { opensFromPage, signsInFromSlack, windowsAre } from './acts.ts'

// On a busy machine a whole story takes its time; what is never seen fails sooner by itself.
jest.setTimeout(180_000)

let story: Story
let folder: string
const OWN = ['off01', 'off02', 'off03', 'off04', 'off05', 'off06', 'off07', 'off08']
/** Their Windows may be looked into. */
const OPEN_INSIDE = ['off01', 'off04', 'off05', 'off06', 'off07', 'off08']

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-off-'))
  const file = await readWorldFile(CONTOSO)
  const development = file.subscriptions[1]
  const model = development?.vms.find(({ name }) => name === 'forecast01')
  if (development === undefined || model === undefined) throw new Error('no forecast01 to be like')
  for (const [index, name] of OWN.entries()) {
    const at = { private_ip: `10.40.1.${20 + index}`, public_ip: `203.0.113.${60 + index}` }
    const tags = { ...model.tags, ...(OPEN_INSIDE.includes(name) ? { 'latchkey-guest': 'yes' } : {}) }
    const computer = { name, computer_name: name.toUpperCase(), tags }
    development.vms.push({ ...structuredClone(model), ...computer, nic: { ...model.nic, ...at } })
  }
  const policy = await readFile(CONTOSO_POLICY, 'utf8')
  const policyFile = join(folder, 'policy.yaml')
  const withOptIn = /^guestOptIn:/m.test(policy)
    ? policy.replace(/^guestOptIn:.*$/m, "guestOptIn: { latchkey-guest: 'yes' }")
    : policy.replace('\nrules:\n', "\nguestOptIn: { latchkey-guest: 'yes' }\n\nrules:\n")
  await writeFile(policyFile, withOptIn)
  story = await openStory({ file, policyFile })
  const alice = story.inSlack('Alice')
  await alice.type('/rdp list')
  await signsInFromSlack(alice)
  await alice.sees(/Nothing is open or waiting/)
}, 90_000)
afterAll(async () => {
  await story.close()
  await rm(folder, { recursive: true, force: true })
})

const faults = (...list: readonly object[]) => story.json('/azure/world/faults', { faults: list })
/** What Azure was made to do with a VM, from its own log as the world keeps it, in order. */
async function orders(vm: string): Promise<readonly string[]> {
  const { azure } = JSON.parse(await readFile(join(story.folder, 'world.json'), 'utf8')) as {
    azure: { activity: { operation: string; resource: string; status: string }[] }
  }
  return azure.activity
    .filter(({ resource, status }) => resource.endsWith(`/${vm}`) && status === 'Accepted')
    .flatMap(({ operation }) => /\/(start|deallocate)\/action$/.exec(operation)?.[1] ?? [])
}
const isNow = (vm: string, power: string) =>
  until(
    async () => (await story.azure(vm)).power === power,
    async () => `${vm} is ${(await story.azure(vm)).power}`,
  )
const idOf = async (vm: string) => {
  const { vms } = (await story.json('/azure/world')) as { vms: { name: string; id: string }[] }
  return vms.find(({ name }) => name === vm)?.id ?? ''
}

async function approved(
  asker: Chatter,
  who: string,
  boss: Chatter,
  vm: string,
  ticket: string,
): Promise<void> {
  await asker.type(`/rdp connect ${vm} 1h ${ticket}`)
  await boss.presses('Approve', new RegExp(`${who} asks for RDP to ${vm}`))
  await asker.sees(new RegExp(`Approved: ${vm}`))
}
const alices = (vm: string, ticket: string) =>
  approved(story.inSlack('Alice'), 'Alice Adams', story.inTeams('Bob'), vm, ticket)
const carols = (vm: string, ticket: string) =>
  approved(story.inTeams('Carol'), 'Carol Castillo', story.inTeams('Sofia'), vm, ticket)

test('asked in Slack, agreed to in Teams with its cost, started, used, and switched off again because nobody is on', async () => {
  const alice = story.inSlack('Alice')
  const bob = story.inTeams('Bob')
  await alice.type('/rdp connect off01 1h INC-1')
  const asked = await bob.sees(/Alice Adams asks for RDP to off01/)
  expect(asked.text).toMatch(
    /switched off.*Agreeing includes starting it.*costs money \(size Standard_D4s_v5\)/,
  )
  expect(asked.text).toContain('Afterwards it is switched off again')
  expect(await orders('off01')).toEqual([])
  await faults({ match: 'POST .*/off01/start', operationMs: 60_000 })
  await bob.presses('Approve', /Alice Adams asks for RDP to off01/)
  const page = await opensFromPage(alice, 'off01')
  expect(page.text).toContain('Starting the VM')
  await alice.sees(/Starting the VM: off01/)
  await bob.sees(/Approved, starting the VM: off01/)
  await isNow('off01', 'starting')
  story.world.pass(2)
  const ready = await alice.sees(/Ready: off01/)
  expect(ready.text).toMatch(
    /203\.0\.113\.60:3389.*I started the VM for this|I started the VM for this.*203\.0\.113\.60:3389/,
  )
  await faults()
  await alice.presses('I am done', /Ready: off01/)
  await alice.sees(/Returned, shut: off01.*Azure shows it as deallocated/)
  await bob.sees(/Returned, shut: off01.*Azure shows it as deallocated/)
  await windowsAre(story, 'off01', [])
  expect((await story.azure('off01')).power).toBe('deallocated')
  expect(await orders('off01')).toEqual(['start', 'deallocate'])
})

describe('where Windows may not be looked into, the requester is asked', () => {
  test('in Teams: switched off, once, though it was pressed twice and then otherwise', async () => {
    const carol = story.inTeams('Carol')
    await carols('off02', 'CHG-2')
    await opensFromPage(carol, 'off02')
    await carol.presses('I am done', /Ready: off02/)
    const asked = /Returned, shut: off02.*Shall I switch it off again/
    expect((await carol.sees(asked)).buttons.map(({ label }) => label)).toEqual(['Switch off', 'Leave on'])
    const [off, on] = [await carol.holds('Switch off', asked), await carol.holds('Leave on', asked)]
    await Promise.all([off(), off()])
    await on()
    await carol.sees(/Returned, shut: off02.*Azure shows it as deallocated/)
    expect(await orders('off02')).toEqual(['start', 'deallocate'])
  })
  test('in Slack: nobody answers, it stays on, and the administrators read that it does', async () => {
    const alice = story.inSlack('Alice')
    await alices('off03', 'INC-3')
    await opensFromPage(alice, 'off03')
    await alice.presses('I am done', /Ready: off03/)
    await alice.sees(/Returned, shut: off03.*Shall I switch it off again/)
    story.world.pass(61)
    await alice.sees(
      /Returned, shut: off03.*Nobody said whether it is still needed.*stays on, and costs money/,
    )
    await story.inTeams('Bob').sees(/Returned, shut: off03.*stays on, and costs money/)
    expect((await story.azure('off03')).power).toBe('running')
    expect(await orders('off03')).toEqual(['start'])
  })
})

test('Azure has no room for it: the card says so and what to do, and nothing is open', async () => {
  const carol = story.inTeams('Carol')
  const operationFails = { code: 'AllocationFailed', message: 'We do not have sufficient capacity.' }
  await faults({ match: 'POST .*/off04/start', operationFails })
  await carols('off04', 'INC-4')
  await opensFromPage(carol, 'off04')
  const over = await carol.sees(/Could not open, shut: off04/)
  expect(over.text).toMatch(
    /The VM was not started. Azure has no room for off04 right now \(AllocationFailed\)/,
  )
  expect(over.text).toContain('ask its owner for another size or zone')
  await windowsAre(story, 'off04', [])
  await faults()
  expect(await orders('off04')).toEqual(['start'])
})

test('Azure does not allow it: the card names the right that is lacking', async () => {
  const carol = story.inTeams('Carol')
  await story.json('/azure/world/faults', { denied: ['Microsoft.Compute/virtualMachines/start/action'] })
  await carols('off04', 'INC-44')
  await opensFromPage(carol, 'off04')
  const over = await carol.sees(/Could not open, shut: off04.*INC-44/)
  expect(over.text).toContain('Microsoft.Compute/virtualMachines/start/action')
  await story.json('/azure/world/faults', { denied: [] })
  await windowsAre(story, 'off04', [])
})

test('killed while it starts: it is opened later, and the VM is not forgotten', async () => {
  const alice = story.inSlack('Alice')
  await faults({ match: 'POST .*/off05/start', operationMs: 60_000 })
  await alices('off05', 'INC-5')
  await opensFromPage(alice, 'off05')
  await isNow('off05', 'starting')
  await story.world.product.kill(true)
  story.world.pass(2)
  await alice.sees(/Ready: off05/)
  await faults()
  await alice.presses('I am done', /Ready: off05/)
  await story.world.product.kill(true)
  await isNow('off05', 'deallocated')
  await alice.sees(/Returned, shut: off05.*Azure shows it as deallocated/)
  expect(new Set(await orders('off05'))).toEqual(new Set(['start', 'deallocate']))
  await windowsAre(story, 'off05', [])
})

test('called off while it starts: nothing is opened, and it is put back when it has come up', async () => {
  const carol = story.inTeams('Carol')
  await faults({ match: 'POST .*/off06/start', operationMs: 60_000 })
  await carols('off06', 'INC-6')
  await opensFromPage(carol, 'off06')
  await isNow('off06', 'starting')
  await carol.presses('Cancel', /Starting the VM: off06/)
  await carol.sees(/Returned, shut: off06/)
  story.world.pass(2)
  await carol.sees(/Returned, shut: off06.*Azure shows it as deallocated/)
  await faults()
  expect((await story.azure('off06')).jitRequests).toEqual([])
  expect(await orders('off06')).toEqual(['start', 'deallocate'])
})

test('another access is open at the end: it stays on until that is over, too', async () => {
  const [alice, carol] = [story.inSlack('Alice'), story.inTeams('Carol')]
  await alices('off07', 'INC-7')
  await opensFromPage(alice, 'off07')
  await alice.sees(/Ready: off07/)
  await carols('off07', 'INC-77')
  await opensFromPage(carol, 'off07')
  await carol.sees(/Ready: off07/)
  await alice.presses('I am done', /Ready: off07/)
  await alice.sees(/Returned, shut: off07.*Others asked for access to it. It stays on for now/)
  expect((await story.azure('off07')).power).toBe('running')
  await carol.presses('I am done', /Ready: off07/)
  await carol.sees(/Returned, shut: off07/)
  story.world.pass(6)
  await alice.sees(/Returned, shut: off07.*Azure shows it as deallocated/)
})

test('somebody is signed in at the end: it stays on until they are gone', async () => {
  const alice = story.inSlack('Alice')
  await alices('off08', 'INC-8')
  await opensFromPage(alice, 'off08')
  await alice.sees(/Ready: off08/)
  const vm = await idOf('off08')
  const since = new Date(story.world.now()).toISOString()
  const session = { user: 'OFF08\\dave', state: 'active', client: '198.51.100.200', since }
  await story.json('/azure/world/vm', { vm, guest: { sessions: [session] } })
  await alice.presses('I am done', /Ready: off08/)
  await alice.sees(/Returned, shut: off08.*Somebody is signed in. It stays on for now/)
  expect((await story.azure('off08')).power).toBe('running')
  await story.json('/azure/world/vm', { vm, guest: { sessions: [] } })
  story.world.pass(6)
  await alice.sees(/Returned, shut: off08.*Azure shows it as deallocated/)
})
