/** The main job, both ways round, over real HTTP: asked, decided, opened, handed over, shut. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { openStory, openWindows, type Story, until } from '../support/story.ts'
import { downloads, opensFromPage, readRdp, signsInFromSlack, windowsAre } from './acts.ts'

const HERE = '203.0.113.25'
let story: Story

beforeAll(async () => {
  story = await openStory()
}, 60_000)
afterAll(() => story.close())

describe('asked in Slack, approved in Teams', () => {
  test('opens for her address alone, hands over the file, warns, and is shut at the end', async () => {
    const alice = story.inSlack('Alice')
    const bob = story.inTeams('Bob')
    await alice.type('/rdp connect vm01 2h INC-7 disk full')
    await signsInFromSlack(alice)

    const waiting = await alice.sees(/Waiting for approval: vm01/)
    expect(waiting.text).toMatch(/Bob Brandt/)
    const asked = await bob.sees(/Alice Adams asks for RDP to vm01/)
    for (const fact of [
      'Subscription',
      'Resource group',
      'production',
      '2 h',
      'INC-7 disk full',
      'platform-leads',
    ])
      expect(asked.text).toContain(fact)
    expect(openWindows(await story.azure('vm01'))).toEqual([])

    await bob.presses('Approve', /Alice Adams asks for RDP to vm01/)
    await opensFromPage(alice, 'vm01')
    const ready = await alice.sees(/Ready: vm01/)
    expect(ready.private).toBe(true)
    expect(ready.text).toMatch(/Sign in to Windows as/)
    await windowsAre(story, 'vm01', [HERE])

    const file = await downloads(alice, 'vm01')
    expect(file.type).toBe('application/x-rdp')
    const lines = readRdp(file.bytes)
    expect(lines[0]).toMatch(/^full address:s:[a-z0-9.-]+:3389$/)
    expect(lines).toContain('redirectclipboard:i:0')
    const handed = await until(
      async () => (await alice.messages()).find(message => message.file?.name === 'vm01.rdp'),
      async () => 'no file in her direct messages',
    )
    expect(handed.private).toBe(true)
    await bob.sees(/Approved, open: vm01/)

    story.world.pass(111)
    await alice.sees(/Ending soon: vm01/)
    story.world.pass(10)
    await alice.sees(/Time is over, shut: vm01/)
    await bob.sees(/Time is over, shut: vm01/)
    await windowsAre(story, 'vm01', [])
  })
})

describe('asked in Teams, approved in Slack', () => {
  test('opens, and is shut when it is given back early', async () => {
    const carol = story.inTeams('Carol')
    const sofia = story.inSlack('Sofia')
    await carol.type('rdp connect vm01 1h INC-8')
    await carol.sees(/Waiting for approval: vm01/)
    await sofia.presses('Approve', /Carol Castillo asks for RDP to vm01/)
    await signsInFromSlack(sofia)
    await opensFromPage(carol, 'vm01')
    await carol.sees(/Ready: vm01/)
    await windowsAre(story, 'vm01', [HERE])
    expect(readRdp((await downloads(carol, 'vm01')).bytes)[0]).toMatch(/^full address:s:/)

    await carol.presses('I am done', /Ready: vm01/)
    await carol.sees(/Returned, shut: vm01/)
    await sofia.sees(/Returned, shut: vm01/)
    await windowsAre(story, 'vm01', [])
  })
})

describe('denied', () => {
  test('needs a reason, which the requester reads; nothing was opened', async () => {
    const alice = story.inSlack('Alice')
    const bob = story.inTeams('Bob')
    const before = (await story.azure('vm01')).jitRequests.length
    await alice.type('/rdp connect vm01 1h INC-9')
    await bob.presses('Deny…', /Alice Adams asks for RDP to vm01.*INC-9/, {
      reason: 'not during the release',
    })
    const told = await alice.sees(/Denied: vm01/)
    expect(told.text).toContain('Denied by Bob Brandt: not during the release')
    await bob.sees(/Denied: vm01/)
    expect((await story.azure('vm01')).jitRequests).toHaveLength(before)
  })
})

describe('an approver in both chats', () => {
  test('decides in one, and the copy in the other is redrawn', async () => {
    const dave = story.inTeams('Dave')
    const slack = story.inSlack('Bob')
    const teams = story.inTeams('Bob')
    await dave.type('connect vm01 1h INC-10')
    await slack.sees(/Dave Dimitrov asks for RDP to vm01/)
    await teams.presses('Approve', /Dave Dimitrov asks for RDP to vm01/)
    await slack.sees(/Approved: vm01/)
    await dave.presses('Cancel request', /Approved: vm01/)
    await slack.sees(/Withdrawn: vm01/)
    await teams.sees(/Withdrawn: vm01/)
  })
})
