/** What a VM's screen shows: read for the verdict, and shown to the one who asked, in both chats, over real HTTP and with the real reader. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readPng } from '../../adapters/screen/png.ts'
import { type Chatter, openStory, type Story, until } from '../support/story.ts'
import { signsInFromSlack } from './acts.ts'

const TIMES_OUT = 'it just times out'
const STOPPED = 'Your device ran into a problem and needs to restart. Stop code: CRITICAL_PROCESS_DIED'
let story: Story

beforeAll(async () => {
  story = await openStory()
  const { id } = (await story.azure('crm01')) as { id?: string }
  await story.json('/azure/world/vm', { vm: id, boot: { screen: STOPPED }, agent: 'not_ready' })
}, 180_000)
afterAll(() => story.close())

const pictures = async (person: Chatter) =>
  (await person.messages()).filter(({ file }) => file?.name.endsWith('.png') === true)
const picture = (person: Chatter) =>
  until(
    async () => (await pictures(person))[0],
    async () => `no picture among ${(await person.messages()).map(({ text }) => text).join('\n')}`,
  )

describe('a VM that stopped with an error', () => {
  test('asked in Slack: the verdict names it from its screen, and the picture comes in private', async () => {
    const alice = story.inSlack('Alice')
    await alice.type(`/rdp diagnose crm01 ${TIMES_OUT}`)
    await signsInFromSlack(alice)
    const verdict = await alice.sees(/(?<!RDP): crm01/)
    const shown = await picture(alice)
    expect(verdict.text).toMatch(/stop error|crash/i)
    expect(shown).toMatchObject({ private: true, file: { name: 'screen-of-crm01.png' } })
    expect(shown.text).toMatch(/The screen of crm01.*Only you/)
    const bytes = await story.download('Alice', shown.file?.id ?? '')
    expect(readPng(bytes)).toMatchObject({ width: 720, height: 400 })
  })

  test('asked in Teams: the same, in one message', async () => {
    const dave = story.inTeams('Dave')
    await dave.type(`rdp diagnose crm01 ${TIMES_OUT}`)
    const shown = await picture(dave)
    expect(shown).toMatchObject({ private: true, file: { name: 'screen-of-crm01.png' } })
    expect(shown.text).toMatch(/The screen of crm01/)
    const bytes = new Uint8Array(await (await fetch(shown.file?.id ?? '')).arrayBuffer())
    expect(readPng(bytes)).toMatchObject({ width: 720, height: 400 })
  })

  test('asked where others read along: they see no picture, and the one who asked does', async () => {
    const alice = story.inSlack('Alice')
    const before = (await pictures(alice)).length
    await alice.type(`@Latchkey I can't get into crm01, ${TIMES_OUT}`, 'ops')
    await until(
      async () => (await pictures(alice)).length > before,
      async () => 'no second picture',
    )
    for (const one of await pictures(alice)) expect(one.private).toBe(true)
    const bob = story.inSlack('Bob')
    expect(await pictures(bob)).toEqual([])
    expect((await bob.messages()).map(({ text }) => text).join()).not.toMatch(/The screen of/)
  })
})

describe('a VM that shows its sign-in page', () => {
  test('is told so, and nobody is bothered with a picture of it', async () => {
    const bob = story.inTeams('Bob')
    await bob.type(`rdp diagnose archive01 ${TIMES_OUT}`)
    await bob.sees(/: archive01/)
    await bob.presses('Details', /: archive01/).catch(() => undefined)
    expect(await pictures(bob)).toEqual([])
  })
})
