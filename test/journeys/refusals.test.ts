/** What is refused, in both chats, in words; nothing is opened by any of it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Chatter, openStory, type Story } from '../support/story.ts'
import { signsInFromSlack } from './acts.ts'

let story: Story
beforeAll(async () => {
  story = await openStory()
  const alice = story.inSlack('Alice')
  await alice.type('/rdp list')
  await signsInFromSlack(alice)
  await alice.sees(/Nothing is open or waiting/)
}, 60_000)
afterAll(async () => {
  const opened = (await story.azureCalls()).filter(({ path }) => path.includes('initiate'))
  await story.close()
  expect(opened).toEqual([])
})

const cases: readonly [said: string, answer: RegExp][] = [
  ['help', /connect vm01 2h INC-7 disk full/],
  ['conect vm01', /did not understand.*Did you mean/],
  ['qwertz uiop', /did not understand/],
  ['connect', /Which VM\?/],
  ['connect vm01 2x INC-7', /not a duration/],
  ['connect vm1 1h INC-7', /VM not found, or not visible to you.*vm01/],
  ['connect web01 1h INC-7', /Which of them\?/],
  ['connect vm01 2h please', /reason does not fit.*ticket/i],
  ['connect vm01 9h INC-7', /Too long|Longer than/],
  ['why vm01 2h', /vm01 for 2 h: needs approval.*with a reason: Start with a ticket/],
  ['approve', /No request is waiting for your decision/],
  ['done', /no open access to give back/],
  ['list', /Nothing is open or waiting/],
]

describe.each([
  ['Slack', () => story.inSlack('Alice'), '/rdp '],
  ['Teams', () => story.inTeams('Alice'), ''],
] as [string, () => Chatter, string][])('in %s', (_, who, prefix) => {
  test.each(cases)('"%s" is answered', async (said, answer) => {
    await who().type(`${prefix}${said}`)
    await who().sees(answer)
  })
})

describe('VMs that cannot work are refused before anybody is asked', () => {
  test.each([
    ['reports01', /not running/i],
    ['relay01', /Not a Windows VM/],
    ['lab03', /No just-in-time access/],
    ['oldlab01', /already open to everyone/],
    ['db01', /No way in/],
  ])('%s', async (vm, answer) => {
    const alice = story.inTeams('Alice')
    await alice.type(`connect ${vm} 1h INC-7`)
    await alice.sees(answer)
    for (const boss of [story.inTeams('Bob'), story.inSlack('Bob')])
      expect((await boss.messages()).map(({ text }) => text).join()).not.toContain(vm)
  })
})

describe('people', () => {
  test('nobody approves their own request, in neither chat', async () => {
    const alice = story.inTeams('Alice')
    await alice.type('connect vm01 1h INC-11')
    const card = await alice.sees(/Waiting for approval: vm01.*INC-11/)
    const reference = /Reference \| ([0-9A-F]{6})/.exec(card.text)?.[1] ?? ''
    expect(reference).toHaveLength(6)
    await alice.type(`approve ${reference}`)
    await alice.sees(/Not your own request/)
    await story.inSlack('Alice').type(`/rdp approve ${reference}`)
    await story.inSlack('Alice').sees(/Not your own request/)
    await alice.presses('Cancel request', /Waiting for approval: vm01.*INC-11/)
    await alice.sees(/Withdrawn: vm01/)
  })
  test('a guest of another company gets nothing', async () => {
    // Slack itself keeps people of other workspaces from our command; Teams lets guests write to the bot.
    await story.inSlack('Gus').type('/rdp connect vm01 1h INC-7')
    await story.inSlack('Gus').sees(/not a valid command/)
    await story.inTeams('Gus').type('connect vm01 1h INC-7')
    await story.inTeams('Gus').sees(/Only for members/)
  })
  test('somebody else cannot use a sign-in link that was sent to them', async () => {
    const dave = story.inSlack('Dave')
    await dave.type('/rdp list')
    const link = (await dave.sees(/First I need to know/)).buttons.find(({ url }) => url)?.url ?? ''
    const bob = story.inTeams('Bob')
    const page = await bob.browser.press(await bob.browser.go(link), 'bob@contoso.example')
    const refused = await bob.browser.press(page, 'Yes, both are mine')
    expect(refused.text).toMatch(/e-mail addresses differ/i)
    await dave.type('/rdp help')
    expect((await dave.messages()).filter(({ text }) => text.includes('What I understand'))).toEqual([])
  })
})
