/**
 * The connection file that Latchkey hands over in the simulated chat, opened by a real client against a real server with network level
 * authentication, over real TCP. What is simulated here is Azure, which says that the VM has this machine's address.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { probeRdp } from '../../adapters/rdp/probe.ts'
import { readWorldFile } from '../../bots/demo/world-file.ts'
import { opensFromPage, readRdp, signsInFromSlack } from '../journeys/acts.ts'
import { CONTOSO, openStory, type Story, until } from '../support/story.ts'
import { openWorkbench, type Workbench } from './tools.ts'

/** One of this machine's own addresses that nothing else uses. */
const ADDRESS = '127.0.33.89'
const COLOUR = '#205080'
const PASSWORD = 'c0rrect-Horse'
const PICTURES = join(import.meta.dirname, '../../coverage/rdp')

let story: Story
let bench: Workbench
let file: string
beforeAll(async () => {
  bench = await openWorkbench()
  const world = await readWorldFile(CONTOSO)
  const subscriptions = world.subscriptions.map(subscription => ({
    ...subscription,
    vms: subscription.vms.map(vm =>
      vm.name === 'vm01' ? { ...vm, nic: { ...vm.nic, public_ip: ADDRESS, dns_label: null } } : vm,
    ),
  }))
  story = await openStory({ file: { ...world, subscriptions } })
  await bench.desktop({
    address: ADDRESS,
    port: 3389,
    user: 'contosoadmin',
    password: PASSWORD,
    colour: COLOUR,
  })

  const alice = story.inSlack('Alice')
  await alice.type('/rdp connect vm01 2h INC-7')
  await signsInFromSlack(alice)
  await story.inTeams('Bob').presses('Approve', /Alice Adams asks for RDP to vm01/)
  await opensFromPage(alice, 'vm01')
  const handed = await until(
    async () => (await alice.messages()).find(message => message.file?.name === 'vm01.rdp')?.file,
    async () => 'no file in her direct messages',
  )
  const bytes = await story.download('Alice', handed.id)
  expect(readRdp(bytes)).toContain(`full address:s:${ADDRESS}:3389`)
  file = join(bench.folder, handed.name)
  await writeFile(file, bytes)
  await mkdir(PICTURES, { recursive: true })
}, 120_000)
afterAll(async () => {
  await story?.close()
  await bench?.close()
})

test('the right password gets in, and nothing but the approved address is dialled', async () => {
  expect(await bench.signIn(file, PASSWORD)).toEqual({ code: 0, dialled: [`${ADDRESS}:3389`] })
}, 60_000)

test('a wrong password fails in the protocol', async () => {
  const { code, dialled } = await bench.signIn(file, 'wrong')
  expect(code).toBe(147)
  expect(dialled).toEqual([`${ADDRESS}:3389`])
}, 60_000)

test('the desktop of the VM is seen, and kept as a picture', async () => {
  await bench.lookAt(file, PASSWORD, COLOUR, join(PICTURES, 'login.png'))
}, 60_000)

test('the probe sees a server with network level authentication, and its certificate', async () => {
  expect(await probeRdp(ADDRESS, 3389)).toMatchObject({
    answer: 'rdp',
    nla: true,
    certificate: { thumbprint: expect.stringMatching(/^[0-9A-F]{40}$/) },
  })
})
