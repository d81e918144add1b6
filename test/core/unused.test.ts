/** Access that nobody signs in with: its person is asked, and it is shut without an answer. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { plainOf } from '../../core/index.ts'
import { alice, aRule, bob } from '../support/cast.ts'
import { type Office, openOffice } from '../support/office.ts'
import { withWindows } from '../support/windows-model.ts'

let office: Office
let windows: ReturnType<typeof withWindows>
const asks = aRule({ endSessions: true, closeUnusedMinutes: 15 })
beforeAll(async () => {
  office = await openOffice()
}, 240_000)
beforeEach(async () => {
  await office.reset()
  windows = withWindows(office, asks)
})
afterAll(() => office.close())

/** Opened by Alice, for an hour. */
const opened = async () => {
  await office.typed(alice, 'connect vm01 1h INC-7')
  await office.pressed(bob, 'Approve', /Alice Adams asks for RDP/)
  expect(await office.opens(alice)).toBeUndefined()
}
const passes = async (minutes: number) => {
  office.pass(minutes)
  await office.settle()
}
const cardOf = (who: typeof alice, on = /vm01/) => {
  const card = office.cardsOf(who).findLast(({ message }) => on.test(message.title))?.message
  if (!card) throw new Error(`${who.name} has no card ${on}`)
  return card
}
const words = (who: typeof alice, on?: RegExp) =>
  `${cardOf(who, on).title} | ${cardOf(who, on).lines.map(plainOf).join(' | ')}`
const scripts = () => windows.state.scripts

describe('access that nobody uses', () => {
  const question = /Still needed\? vm01/

  test('is asked about, in a message of its own, and shut without an answer', async () => {
    await opened()
    expect(words(alice)).toContain(
      'If nobody signs in within 15 min, you are asked whether you still need it.',
    )
    const before = office.cardsOf(alice).length
    await passes(15)
    expect(office.cardsOf(alice)).toHaveLength(before + 1)
    expect(words(alice, question)).toContain('Nobody has signed in yet. Do you still need it?')
    expect(cardOf(alice, question).buttons.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['Keep', 'Give back']),
    )
    await passes(10)
    expect(office.azure.inForce(office.now())).toEqual([])
    for (const who of [alice, bob]) {
      expect(words(who, /shut/)).toContain('Never used, shut: vm01')
      expect(words(who, /shut/)).toContain('Nobody signed in, and nobody said that it is still needed.')
    }
    expect(office.titlesOf(alice).filter(title => question.test(title))).toEqual([])
  })
  test('stays when the person says so, and is not asked about again', async () => {
    await opened()
    await passes(15)
    await office.pressed(alice, 'Keep', question)
    expect(words(alice)).toContain('You still need it: you are not asked again.')
    const scriptsBefore = scripts().length
    await passes(11)
    await passes(10)
    expect(scripts()).toHaveLength(scriptsBefore)
    expect(office.azure.inForce(office.now())).toHaveLength(1)
    expect(office.titlesOf(alice).filter(title => question.test(title))).toEqual([])
  })
  test('is given back from the question', async () => {
    await opened()
    await passes(15)
    await office.pressed(alice, 'Give back', question)
    expect(words(alice, /shut/)).toContain('Returned, shut: vm01')
  })
  test('is kept by nobody but its requester', async () => {
    await opened()
    await passes(15)
    const card = office.cardsOf(alice).find(({ message }) => question.test(message.title))
    const press = card?.message.buttons.find(({ label }) => label === 'Keep')?.press
    if (!card || !press || !('intent' in press)) throw new Error('no Keep')
    await office.pressedRaw(bob, press.intent, card.posted)
    expect(words(alice, question)).toContain('Do you still need it?')
  })
  test('stays when somebody signs in before the answer is due, and when more time is asked for', async () => {
    await opened()
    await passes(15)
    windows.signsIn('alice')
    await passes(10)
    expect(words(alice)).not.toContain('still need it?')
    expect(office.azure.inForce(office.now())).toHaveLength(1)
    await office.reset()
    windows.reset()
    windows.rule = asks
    await opened()
    await passes(15)
    await office.pressed(alice, 'Extend…', question, { time: '30m', reason: 'INC-7' })
    await passes(10)
    expect(office.azure.inForce(office.now())).toHaveLength(1)
    expect(words(alice, /Ready/)).toContain('you are not asked again')
  })
  test('is not asked about when somebody is signed in, or when Windows cannot be told from it', async () => {
    for (const set of [
      () => windows.signsIn('alice'),
      () => windows.signsIn('alice', 'untold'),
      () => {
        windows.state.refused = { kind: 'denied', times: 99 }
      },
      () => {
        windows.state.controller = true
      },
    ]) {
      await office.reset()
      windows.reset()
      windows.rule = asks
      await opened()
      set()
      await passes(15)
      await passes(11)
      expect(office.titlesOf(alice).filter(title => question.test(title))).toEqual([])
      expect(office.azure.inForce(office.now())).toHaveLength(1)
    }
  })
  test('is not asked about where it ends soon anyway', async () => {
    await office.typed(alice, 'connect vm01 20m INC-7')
    await office.pressed(bob, 'Approve', /Alice Adams asks for RDP/)
    await office.opens(alice)
    await passes(16)
    expect(office.titlesOf(alice).filter(title => question.test(title))).toEqual([])
  })
})
