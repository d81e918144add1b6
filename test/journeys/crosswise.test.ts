/** Every end of a request, asked in one chat and decided in the other, both ways round. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Chatter, openStory, openWindows, type Story } from '../support/story.ts'
import { opensFromPage, signsInFromSlack, windowsAre } from './acts.ts'

let story: Story
let number = 200
beforeAll(async () => {
  story = await openStory({ mode: 'supersede' })
  for (const name of ['Alice', 'Sofia']) {
    const person = story.inSlack(name)
    await person.type('/rdp list')
    await signsInFromSlack(person)
  }
}, 60_000)
afterAll(() => story.close())

type Way = readonly [name: string, asker: () => Chatter, who: string, decider: () => Chatter]
const ways: readonly Way[] = [
  ['from Slack to Teams', () => story.inSlack('Alice'), 'Alice Adams', () => story.inTeams('Bob')],
  ['from Teams to Slack', () => story.inTeams('Carol'), 'Carol Castillo', () => story.inSlack('Sofia')],
]

describe.each(ways)('%s', (_, asker, who, decider) => {
  const asks = async () => {
    number += 1
    const ticket = `INC-${number}`
    await asker().type(`/rdp connect vm01 1h ${ticket}`)
    const card = (title: string) => new RegExp(`${title}: vm01.*${ticket}`)
    await asker().sees(card('Waiting for approval'))
    return { card, question: new RegExp(`${who} asks for RDP to vm01.*${ticket}`) }
  }
  const opens = async () => {
    const { card, question } = await asks()
    await decider().presses('Approve', question)
    await opensFromPage(asker(), 'vm01')
    await asker().sees(card('Ready'))
    expect(openWindows(await story.azure('vm01'))).toHaveLength(1)
    return card
  }

  test('denied', async () => {
    const { card, question } = await asks()
    await decider().presses('Deny', question, { reason: 'not today' })
    expect((await asker().sees(card('Denied'))).text).toContain('not today')
    await decider().sees(card('Denied'))
    await windowsAre(story, 'vm01', [])
  })
  test('returned early', async () => {
    const card = await opens()
    await asker().presses('I am done', card('Ready'))
    await asker().sees(card('Returned, shut'))
    await decider().sees(card('Returned, shut'))
    await windowsAre(story, 'vm01', [])
  })
  test('expired', async () => {
    const card = await opens()
    story.world.pass(61)
    await asker().sees(card('Time is over, shut'))
    await decider().sees(card('Time is over, shut'))
    await windowsAre(story, 'vm01', [])
  })
  test('withdrawn', async () => {
    const { card } = await asks()
    await asker().presses('Cancel request', card('Waiting for approval'))
    await decider().sees(card('Withdrawn'))
  })
})
