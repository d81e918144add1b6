/** Less time and more time, with real events, effects and cards. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { alice, aRule, bob, carol, vm01 } from '../support/cast.ts'
import { type Office, openOffice, reportOf, SOURCE } from '../support/office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
}, 60_000)
beforeEach(() => office.reset())
afterAll(() => office.close())

const ask = (time = '2h') => office.typed(alice, `connect vm01 ${time} INC-7`)
const open = async (time = '2h') => {
  await ask(time)
  await office.pressed(bob, 'Approve', /asks for RDP/)
  await office.opens(alice)
}
const live = async () => {
  const [state] = await office.store.liveOf(alice.person)
  if (state?.status !== 'open') throw new Error(`not open: ${state?.status}`)
  return state
}
const minutesLeft = async () => ((await live()).until - office.now()) / 60_000
const titles = (who: typeof alice) => [...new Set(office.titlesOf(who))]

describe('less time', () => {
  test('an approver agrees to less than was asked for, and the time is that', async () => {
    await ask()
    await office.pressed(bob, 'Less time…', /asks for RDP/, { time: '30m' })
    await office.opens(alice)
    expect(await minutesLeft()).toBe(30)
    const [card] = office.cardsOf(alice)
    expect(JSON.stringify(card?.message.facts)).toContain('30 min (2 h asked)')
    office.pass(31)
    await office.settle()
    expect(titles(alice)).toEqual(['Time is over, shut: vm01'])
  })
  test.each([
    ['approve 1h', 60],
    ['approve only for 1h', 60],
    ['approve 9h', 120],
  ])('typed, %j means %d minutes of the two hours asked for', async (text, minutes) => {
    await ask()
    await office.typed(bob, text)
    await office.opens(alice)
    expect(await minutesLeft()).toBe(minutes)
  })
  test('a policy that allows less by now lets an approver agree to less, not to all', async () => {
    await ask()
    office.setPolicy(aRule({ maxMinutes: 60 }))
    await office.pressed(bob, 'Approve', /asks for RDP/)
    expect(titles(bob)).toContain('Too long')
    await office.pressed(bob, 'Less time…', /asks for RDP/, { time: '60m' })
    expect(titles(alice)).toEqual(['Approved: vm01'])
  })
  test('a request for 15 minutes has nothing shorter to offer', async () => {
    await ask('15m')
    const [card] = office.cardsOf(bob)
    expect(card?.message.buttons.map(({ label }) => label)).toEqual(['Approve', 'Deny…'])
  })
  test('what does not do in a form changes nothing and offers the form again', async () => {
    await ask()
    await office.pressed(bob, 'Deny…', /asks for RDP/, { reason: ' ' })
    expect(titles(bob)).toContain('Something is missing in that form')
    await office.pressed(bob, 'Fill it in again…', /Something is missing/, { reason: 'not now' })
    expect(titles(alice)).toEqual(['Denied: vm01'])
  })
})

describe('denying', () => {
  test('whoever was asked may say no even when the policy has changed since', async () => {
    await ask()
    office.setPolicy()
    await office.pressed(bob, 'Deny…', /asks for RDP/, { reason: 'not now' })
    expect(titles(alice)).toEqual(['Denied: vm01'])
  })
  test('a press without a reason is asked for one, with the form', async () => {
    await ask()
    await office.typed(bob, 'deny')
    expect(titles(bob)).toContain('A reason is needed to deny')
    await office.pressed(bob, 'Deny…', /A reason is needed/, { reason: 'not now' })
    expect(titles(alice)).toEqual(['Denied: vm01'])
  })
})

describe('commands without what they need', () => {
  test('connect without a VM offers the form, with the time that was typed', async () => {
    await office.typed(alice, 'connect 45m')
    await office.pressed(alice, 'Choose a VM…', /Which VM/, { vm: 'vm01', time: '45m', reason: '' })
    expect(titles(alice)).toContain('Waiting for approval: vm01')
  })
  test('extend without a time offers the form', async () => {
    await open()
    await office.typed(alice, 'extend')
    await office.pressed(alice, 'Extend…', /How much longer/, { time: '30m' })
    expect(titles(bob)).toEqual(['Alice Adams asks for 30 min more on vm01'])
  })
  test('extend without anything open is refused in words', async () => {
    await office.typed(alice, 'extend 30m')
    expect(titles(alice)).toEqual(['Nothing to do'])
  })
})

describe('more time', () => {
  test('is asked for on the card, decided in the same cards, and the session goes on', async () => {
    await open()
    const sent = office.azure.sent.length
    const cards = office.cards.length
    await office.pressed(alice, 'Extend…', /Ready/, { time: '60m', reason: 'still copying' })
    expect(titles(bob)).toEqual(['Alice Adams asks for 1 h more on vm01'])
    expect(JSON.stringify(office.cardsOf(alice)[0]?.message.lines)).toContain(
      'You asked for 1 h more: still copying',
    )
    await office.pressed(bob, 'Approve', /more on vm01/)
    expect(office.cards.length).toBe(cards)
    expect(titles(bob)).toEqual(['Approved, open: vm01'])
    expect(await minutesLeft()).toBe(180)
    // Azure's own end comes first: the window is renewed before it, and nobody is thrown out.
    for (let minutes = 0; minutes < 175; minutes += 7) {
      office.pass(7)
      await office.settle()
      expect(office.azure.rules(office.now()).flatMap(({ sources }) => sources)).toContain(SOURCE)
    }
    expect(office.azure.sent.length).toBe(sent + 1)
    office.pass(6)
    await office.settle()
    expect(titles(alice)).toEqual(['Time is over, shut: vm01'])
    expect(office.azure.rules(office.now())).toEqual([])
    expect(office.problems).toEqual([])
  })
  test('warns again before the new end, and only then', async () => {
    await open()
    office.pass(111)
    await office.settle()
    expect(titles(alice)).toEqual(['Ending soon: vm01'])
    await office.pressed(alice, 'Extend…', /Ending soon/, { time: '30m' })
    await office.pressed(bob, 'Approve', /more on/)
    expect(titles(alice)).toEqual(['Ready: vm01'])
    office.pass(10)
    await office.settle()
    expect(titles(alice)).toEqual(['Ready: vm01'])
    office.pass(20)
    await office.settle()
    expect(titles(alice)).toEqual(['Ending soon: vm01'])
    const { events } = await office.store.load((await live()).ask.id)
    expect(events.filter(({ type }) => type === 'ending-soon')).toHaveLength(2)
  })
  test('a rule that allows extends at once', async () => {
    office.setPolicy(aRule({ id: 'dev', effect: 'allow', approvers: [] }))
    await office.typed(alice, 'connect vm01 1h')
    await office.opens(alice)
    await office.typed(alice, 'extend vm01 30m')
    expect(await minutesLeft()).toBe(90)
    expect(titles(bob)).toEqual([])
  })
  test('where the first time needed nobody and more needs somebody, that one is asked', async () => {
    office.setPolicy(
      aRule({ id: 'short', effect: 'allow', maxMinutes: 60, approvers: [] }),
      aRule({ id: 'long' }),
    )
    await office.typed(alice, 'connect vm01 1h')
    await office.opens(alice)
    await office.typed(alice, 'extend 1h')
    expect(titles(bob)).toEqual(['Alice Adams asks for 1 h more on vm01'])
    await office.pressed(bob, 'Approve', /more on/)
    expect(await minutesLeft()).toBe(120)
  })
  test('beyond what the rule allows in all is refused in words', async () => {
    await open()
    await office.typed(alice, 'extend 3h')
    expect(titles(alice)).toContain('Too long in all')
    expect(titles(bob)).toEqual(['Approved, open: vm01'])
  })
  test('the policy as it is now decides, when it is asked for and when it is approved', async () => {
    await open()
    await office.pressed(alice, 'Extend…', /Ready/, { time: '60m' })
    office.setPolicy(aRule({ maxMinutes: 120 }))
    await office.pressed(bob, 'Approve', /more on/)
    expect(titles(bob)).toContain('Too long')
    expect(await minutesLeft()).toBe(120)
    office.setPolicy()
    await office.pressed(bob, 'Deny…', /more on/, { reason: 'enough' })
    await office.typed(alice, 'extend 30m')
    expect(titles(alice)).toContain('No rule allows it')
  })
  test('is denied with a reason, and the end stays', async () => {
    await open()
    await office.pressed(alice, 'Extend…', /Ready/, { time: '60m' })
    await office.pressed(bob, 'Deny…', /more on/, { reason: 'the backup starts' })
    expect(await minutesLeft()).toBe(120)
    expect(JSON.stringify(office.cardsOf(alice)[0]?.message.lines)).toContain(
      'More time was denied by Bob Brandt: the backup starts',
    )
  })
  test('nobody approves their own, however they say it', async () => {
    office.setPolicy(aRule({ who: { everyone: true, groups: [], people: [] } }))
    await open()
    await office.typed(alice, 'extend 30m')
    const { ask } = await live()
    await office.typed(alice, `approve ${ask.id.slice(-6)}`)
    const [card] = office.cardsOf(alice)
    if (!card) throw new Error('no card')
    await office.pressedRaw(alice, { do: 'approve', which: { id: ask.id }, extension: 1 }, card.posted)
    expect(titles(alice)).toContain('Not your own request')
    expect(await minutesLeft()).toBe(120)
  })
  test('two approvers: the first decides, the second reads so', async () => {
    await open()
    await office.typed(alice, 'extend 30m')
    const { ask } = await live()
    const late = office.presses(bob, 'Approve', /more on/)
    await office.typed(carol, `approve ${ask.id.slice(-6)}`)
    expect(await minutesLeft()).toBe(150)
    await office.receives(late)
    expect(titles(bob)).toContain('That no longer waits')
    expect(await minutesLeft()).toBe(150)
  })
  test('delivered twice extends once; asked for twice is refused', async () => {
    await open()
    const form = office.fills(alice, 'Extend…', /Ready/, { time: '30m' })
    await office.receives(form)
    await office.receives(form)
    await office.receives({ ...form, delivery: `${form.delivery}:2` })
    expect(titles(alice)).toContain('You asked for more time already')
    const press = office.presses(bob, 'Approve', /more on/)
    await office.receives(press)
    await office.receives(press)
    await office.receives({ ...press, delivery: `${press.delivery}:2` })
    expect(await minutesLeft()).toBe(150)
  })
  test('a button made for the first extension never decides the second, nor one for the request', async () => {
    await open()
    await office.typed(alice, 'extend 30m')
    const first = office.presses(bob, 'Approve', /more on/)
    await office.pressed(bob, 'Deny…', /more on/, { reason: 'no' })
    await office.typed(alice, 'extend 60m')
    await office.receives(first)
    const { ask } = await live()
    await office.pressedRaw(
      bob,
      { do: 'approve', which: { id: ask.id } },
      { platform: 'teams', key: '', messageKey: '' },
    )
    expect(titles(bob)).toEqual(expect.arrayContaining(['That no longer waits', 'Already decided']))
    expect(await minutesLeft()).toBe(120)
  })
  test('lapses with the window when nobody decides, and a later press changes nothing', async () => {
    await open()
    await office.typed(alice, 'extend 30m')
    const late = office.presses(bob, 'Approve', /more on/)
    office.pass(121)
    await office.settle()
    expect(titles(alice)).toEqual(['Time is over, shut: vm01'])
    await office.receives(late)
    expect(titles(alice)).toEqual(['Time is over, shut: vm01'])
    expect(titles(bob)).toEqual(['Time is over, shut: vm01', 'That no longer waits'])
    expect(office.azure.rules(office.now())).toEqual([])
  })
  test('after the end extends nothing, even before the timer ran', async () => {
    await open()
    const { ask } = await live()
    office.pass(121)
    const card = office.cardsOf(alice)[0]
    if (!card) throw new Error('no card')
    const intent = { do: 'extend', which: { id: ask.id }, minutes: 30, reason: '' } as const
    await office.pressedRaw(alice, intent, card.posted)
    expect(titles(alice)).toEqual(['Time is over, shut: vm01', 'Not now'])
    expect(office.azure.rules(office.now())).toEqual([])
  })
  test('what Azure does not renew ends when Azure ends it, and the card says so before', async () => {
    await open()
    await office.typed(alice, 'extend 60m')
    await office.pressed(bob, 'Approve', /more on/)
    // From now on Azure accepts nothing more.
    office.azure.declines = true
    office.pass(128)
    await office.settle()
    expect(await minutesLeft()).toBeLessThanOrEqual(3)
    expect(JSON.stringify(office.cardsOf(alice)[0]?.message.lines)).toContain('It ends earlier than promised')
    office.pass(4)
    await office.settle()
    expect(titles(alice)).toEqual(['Time is over, shut: vm01'])
  })
  test('is not promised on a VM whose JIT access policy is gone', async () => {
    await open()
    const { jit: _, ...without } = reportOf(vm01)
    office.fleet.set(vm01.id, without)
    await office.typed(alice, 'extend 30m')
    expect(titles(alice)).toContain('No just-in-time access on this VM')
    expect(titles(bob)).toEqual(['Approved, open: vm01'])
  })
})
