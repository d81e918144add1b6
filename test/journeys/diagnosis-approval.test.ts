/** A remedy that takes two: asked for in one chat, agreed to in the other, done once, and checked afterwards. */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openStory, type Story } from '../support/story.ts'
import { signsInFromSlack } from './acts.ts'

const CRASHED = 'The computer has rebooted from a bugcheck. The bugcheck was: 0x000000ef.'
const STOPPED = 'Your device ran into a problem and needs to restart. Stop code: CRITICAL_PROCESS_DIED'
let story: Story

beforeAll(async () => {
  story = await openStory()
}, 180_000)
afterAll(() => story.close())

/** The end of its boot log. */
const vm10Says = async (agent: string, serial: string, screen: string) => {
  const { vms } = (await story.json('/azure/world')) as { vms: readonly { id: string; name: string }[] }
  const vm = vms.find(({ name }) => name === 'vm10')?.id
  await story.json('/azure/world/vm', { vm, agent, boot: { serial, screen } })
}

test('a restart asked for in Slack and agreed to in Teams is done, checked, and said to have helped', async () => {
  const alice = story.inSlack('Alice')
  const bob = story.inTeams('Bob')
  await vm10Says('not_ready', CRASHED, STOPPED)
  await alice.type("/rdp diagnose vm10 can't connect to the remote computer")
  await signsInFromSlack(alice)
  await alice.sees(/Looking into RDP: vm10|blue screen: vm10/)
  // The second picture of the screen is taken a minute after the first.
  story.world.pass(2)
  await alice.presses('Restart VM…', /Windows crashed with a blue screen: vm10/)
  await alice.presses('Ask for approval', /Restart VM\? vm10/)
  await alice.sees(/Waiting for approval: Restart VM, vm10/)

  const card = await bob.sees(/Alice Adams asks: Restart VM, vm10/)
  expect(card.private).toBe(true)
  expect(card.text).toMatch(/Cause: .*blue screen/)
  expect(card.text).toMatch(/Mind: .*thrown out/)
  await bob.presses('Approve', /Alice Adams asks: Restart VM, vm10/)
  await alice.sees(/Restart VM: vm10/)
  // What a restart does to a crashed Windows: it starts.
  await vm10Says('ready', 'Windows has started.', 'sign-in screen, clock current')
  story.world.pass(2)

  const after = await alice.sees(/Restart VM was done, and it helped/)
  expect(after.text).not.toMatch(/blue screen: vm10/)
  const done = await bob.sees(/Done: Restart VM, vm10/)
  expect(done.text).toMatch(/Approved by Bob Brandt/)
  expect(done.text).toMatch(/It helped/)
}, 180_000)

test('a certificate inside Windows is renewed after a look inside, with somebody else’s agreement, and looked at again', async () => {
  const dave = story.inTeams('Dave')
  const bob = story.inTeams('Bob')
  await dave.type('rdp diagnose archive01 an internal error has occurred')
  await dave.presses('Allow once', /A question about RDP: archive01/)
  await dave.presses('Make a new RDP certificate…', /(?<!RDP): archive01/)
  await dave.presses('Ask for approval', /Make a new RDP certificate\? archive01/)
  await bob.presses('Approve', /Dave Dimitrov asks: Make a new RDP certificate, archive01/)
  await dave.sees(/Make a new RDP certificate: archive01/)
  story.world.pass(2)
  await dave.sees(/Make a new RDP certificate was done, and it helped/)
  await bob.sees(/Done: Make a new RDP certificate, archive01/)
}, 180_000)
