/** Why RDP does not work: asked in both chats, over real HTTP, against the simulated Azure. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openStory, type Shown, type Story, until } from '../support/story.ts'
import { opensFromPage, signsInFromSlack, windowsAre } from './acts.ts'

const HERE = '203.0.113.25'
const CANNOT = "Remote Desktop can't connect to the remote computer for one of these reasons"
let story: Story

beforeAll(async () => {
  story = await openStory()
}, 180_000)
afterAll(() => story.close())

const faults = (...list: readonly object[]) => story.json('/azure/world/faults', { faults: list })

describe('a VM that is switched off', () => {
  test('asked by slash command in Slack: one message fills in, in private', async () => {
    const alice = story.inSlack('Alice')
    await alice.type(`/rdp diagnose reports01 ${CANNOT}`)
    await signsInFromSlack(alice)
    const verdict = await alice.sees(/The VM is switched off: reports01/)
    expect(verdict.private).toBe(true)
    expect(verdict.text).toContain('Azure reports the VM as deallocated')
    const about = (await alice.messages()).filter(({ text }) => /reports01/.test(text) && !/\/rdp/.test(text))
    expect(about).toHaveLength(1)
  })

  test('asked in own words in Teams', async () => {
    const dave = story.inTeams('Dave')
    await dave.type("I can't get into reports01, it just times out")
    const verdict = await dave.sees(/The VM is switched off: reports01/)
    expect(verdict.text).toContain('Azure reports the VM as deallocated')
  })

  test('asked in a channel where another company reads along: the answer is private', async () => {
    const alice = story.inSlack('Alice')
    await alice.type("@Latchkey I can't get into db01, it just times out", 'ops')
    const verdict = await alice.sees(/: db01/)
    expect(verdict.private).toBe(true)
    const open = (await story.inSlack('Bob').messages()).filter(message => !message.private)
    expect(open.map(({ text }) => text)).toEqual(["@Latchkey I can't get into db01, it just times out"])
  })
})

describe('just-in-time access is closed', () => {
  test('asking for access is the button; approved, it ends Ready', async () => {
    const carol = story.inTeams('Carol')
    const sofia = story.inTeams('Sofia')
    await carol.type(`rdp diagnose vm10 ${CANNOT}`)
    const verdict = await carol.sees(/Access has not been opened: vm10/)
    expect(verdict.text).toMatch(/Just-in-time access guards port 3389/)
    await carol.presses('Request access…', /Access has not been opened: vm10/, {
      vm: 'vm10',
      time: '60m',
      reason: 'INC-7 from the diagnosis',
    })
    await sofia.presses('Approve', /Carol Castillo asks for RDP to vm10/)
    await opensFromPage(carol, 'vm10')
    const ready = await carol.sees(/Ready: vm10/)
    expect(ready.buttons.map(({ label }) => label)).toContain('Diagnose…')
    await windowsAre(story, 'vm10', [HERE])
    await carol.presses('I am done', /Ready: vm10/)
    await carol.sees(/Returned, shut: vm10/)
  })
})

describe('a read that Azure denies', () => {
  test('is named with the right that is missing, and never counts as fine', async () => {
    await faults({
      match: 'GET .*availabilityStatuses',
      status: 403,
      message:
        "The client does not have authorization to perform action 'Microsoft.ResourceHealth/availabilityStatuses/read' over scope.",
    })
    const bob = story.inTeams('Bob')
    await bob.type('rdp diagnose reports01')
    const verdict = await bob.sees(/The VM is switched off: reports01/)
    expect(verdict.text).toMatch(
      /Not tested:.*Azure health.*Microsoft\.ResourceHealth\/availabilityStatuses\/read/,
    )
    await faults()
  })
})

describe('a question', () => {
  test('is answered with a button, and the verdict comes in the same message', async () => {
    const dave = story.inTeams('Dave')
    await dave.type('rdp diagnose crm01 an internal error has occurred')
    const question = await dave.sees(/A question about RDP: crm01/)
    expect(question.buttons.map(({ label }) => label)).toEqual(['Allow once', 'No'])
    await dave.presses('Allow once', /A question about RDP: crm01/)
    const verdict = await dave.sees(/(?<!RDP): crm01/)
    expect(verdict.id).toBe(question.id)
    expect(verdict.text).toMatch(/Remote Desktop Services is stopped/)
  })
})

describe('a remedy that one person may confirm', () => {
  test('starts the VM, checks again, and says that it helped', async () => {
    const bob = story.inTeams('Bob')
    await bob.type('rdp diagnose reports01')
    await bob.presses('Start VM…', /The VM is switched off: reports01/)
    await bob.presses('Start VM', /Start VM\? reports01/)
    const after = await bob.sees(/Start VM was done, and it helped/)
    expect(after.text).not.toMatch(/The VM is switched off: reports01/)
    expect((await story.azure('reports01')).power).toBe('running')
  })
})

describe('somebody whom no rule lets diagnose', () => {
  test('reads the same about a VM that is there and one that is not', async () => {
    const sofia = story.inTeams('Sofia')
    const answer = async (vm: string): Promise<string> => {
      await sofia.type(`rdp diagnose ${vm}`)
      const said: Shown = await sofia.sees(new RegExp(`not visible to you.*${vm}`))
      return said.text.replaceAll(vm, 'NAME')
    }
    expect(await answer('vm01')).toBe(await answer('vm77'))
  })
})

describe('the product is killed in the middle', () => {
  test('the diagnosis still comes to its verdict, in one message', async () => {
    const dave = story.inTeams('Dave')
    await faults({ match: 'GET .*(jitNetworkAccessPolicies|availabilityStatuses)', waitMs: 4_000, times: 6 })
    await dave.type(`rdp diagnose lab03 ${CANNOT}`)
    // Redrawn once, so that it is known where it was posted.
    await dave.sees(/Looking into RDP: lab03.*[2-9] of \d+ checks/)
    await story.world.product.kill(true)
    await until(
      async () => story.world.product.status === 'ready',
      async () => `the product is ${story.world.product.status}`,
    )
    await until(
      async () =>
        (await dave.messages()).find(({ text }) => /: lab03/.test(text) && !/Looking into/.test(text)),
      async () => JSON.stringify((await dave.messages()).map(({ text }) => text)),
    )
    const about = (await dave.messages()).filter(({ text }) => /: lab03/.test(text))
    expect(about).toHaveLength(1)
    await faults()
  })
})
