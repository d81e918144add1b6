/** The App Home, VMs offered while somebody types, and what is too much from one person. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Incoming } from '../../core/index.ts'
import { Fault } from '../../core/index.ts'
import { alice, aRule, bob, contractors, vm01, vmId } from '../support/cast.ts'
import { type Office, openOffice, reportOf } from '../support/office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
}, 60_000)
beforeEach(() => office.reset())
afterAll(() => office.close())

const bind = (who: typeof alice) => office.store.bind(office.userOf(who, 'slack'), who.person, [])
const home = (who: typeof alice) => office.homeOf(who).map(({ title }) => title)
const buttons = (who: typeof alice) =>
  office.homeOf(who).flatMap(message => message.buttons.map(({ label }) => label))

/** What Slack delivers of a button on the App Home: there is no message that it is on. */
const onHome = (who: typeof alice, did: Incoming['did']): Incoming => ({
  ...office.says(who, ''),
  who: office.userOf(who, 'slack'),
  home: { platform: 'slack', key: `slack:${office.userOf(who, 'slack').key}` },
  did,
})
const buttonOnHome = (who: typeof alice, label: string) => {
  const button = office
    .homeOf(who)
    .flatMap(message => message.buttons)
    .find(each => each.label === label)
  if (!button) throw new Error(`no ${label}`)
  return button.press
}
const pressOnHome = (who: typeof alice, label: string): Incoming => {
  const press = buttonOnHome(who, label)
  if (!('intent' in press)) throw new Error(`${label} brings no intent`)
  return onHome(who, { pressed: press.intent })
}
const fillOnHome = (who: typeof alice, label: string, values: Readonly<Record<string, string>>): Incoming => {
  const press = buttonOnHome(who, label)
  if (!('form' in press)) throw new Error(`${label} brings no form`)
  return onHome(who, { filled: press.form, values })
}

describe('the App Home', () => {
  test('of somebody whom nobody knows asks them to sign in, says nothing in chat, and goes on after it', async () => {
    await office.looksHome(alice)
    expect(home(alice)).toEqual(['First I need to know who you are'])
    expect(office.cards).toEqual([])
    const press = office.homeOf(alice)[0]?.buttons[0]?.press
    const ticket = press && 'url' in press ? (press.url.split('/').at(-1) ?? '') : ''
    expect(await office.latchkey.desk.bind(ticket, alice.person)).toBeUndefined()
    await office.settle()
    expect(home(alice)).toEqual(['Latchkey'])
    expect(buttons(alice)).toEqual(['Connect…'])
  })
  test('shows one’s windows and what waits, with the buttons of the cards, and follows every change', async () => {
    await bind(alice)
    await bind(bob)
    await office.looksHome(alice)
    await office.looksHome(bob)
    await office.typed(alice, 'connect vm01 2h INC-7')
    expect(home(alice)).toEqual(['Latchkey', 'vm01: waiting for a decision'])
    expect(home(bob)).toEqual(['Latchkey', 'Alice Adams asks for RDP to vm01'])
    expect(buttons(bob)).toEqual(['Connect…', 'Approve', 'Less time…', 'Deny…'])
    await office.pressed(bob, 'Approve', /asks for RDP/)
    await office.opens(alice)
    expect(home(alice)).toEqual(['Latchkey', 'vm01: open'])
    expect(buttons(alice)).toEqual(['Connect…', 'Get vm01.rdp', 'Extend…', 'I am done', 'Diagnose…'])
    expect(home(bob)).toEqual(['Latchkey'])
    await office.typed(alice, 'extend 30m')
    expect(home(bob)).toEqual(['Latchkey', 'Alice Adams asks for 30 min more on vm01'])
    await office.pressed(bob, 'Deny…', /more on/, { reason: 'no' })
    await office.typed(alice, 'done')
    expect(home(alice)).toEqual(['Latchkey'])
    expect(home(bob)).toEqual(['Latchkey'])
    expect(office.problems).toEqual([])
  })
  test('on which something was pressed is drawn again, whatever came of it', async () => {
    await bind(alice)
    await bind(bob)
    await office.looksHome(bob)
    await office.typed(alice, 'connect vm01 2h INC-7')
    const approve = pressOnHome(bob, 'Approve')
    const less = fillOnHome(bob, 'Less time…', { time: '30m' })
    await office.receives(approve)
    expect(home(bob)).toEqual(['Latchkey'])
    // The tab as an old client still shows it: drawn again although nothing changed.
    for (const late of [approve, less]) {
      office.draws.length = 0
      await office.receives({ ...late, delivery: `${late.delivery}:late` })
      expect(office.draws).toEqual(['bob@contoso.example'])
    }
    expect(office.titlesOf(bob)).toContain('Already decided')
    expect(home(bob)).toEqual(['Latchkey'])
    expect(office.problems).toEqual([])
  })
  test('is drawn again after a press even when the cards in chat are gone', async () => {
    await bind(alice)
    await office.looksHome(alice)
    await office.typed(alice, 'connect vm01 2h INC-7')
    const cancel = pressOnHome(alice, 'Cancel request')
    office.cards.length = 0
    await office.receives(cancel)
    expect(home(alice)).toEqual(['Latchkey'])
  })
  test('is not drawn for somebody who pressed on a card, or never opened it', async () => {
    await bind(bob)
    await office.typed(alice, 'connect vm01 2h INC-7')
    const press = office.presses(bob, 'Approve', /asks for RDP/)
    await office.receives(press)
    await office.receives({ ...press, delivery: `${press.delivery}:2` })
    expect(office.draws).toEqual([])
  })
  test('is drawn only for those who opened it', async () => {
    await bind(alice)
    await bind(bob)
    await office.looksHome(bob)
    await office.typed(alice, 'connect vm01 2h INC-7')
    expect(home(alice)).toEqual([])
    expect(home(bob)).toHaveLength(2)
  })
  test('a platform without one ignores it', async () => {
    const user = office.userOf(alice, 'teams')
    await office.receives({
      delivery: 'teams:home',
      who: user,
      home: { platform: 'teams', key: 'x' },
      did: { opened: 'app-home' },
    })
    expect(office.cards).toEqual([])
    expect(office.problems).toEqual([])
  })
})

describe('VMs offered while somebody types', () => {
  const suggest = (who: typeof alice, text: string) =>
    office.latchkey.inbox.suggest(office.userOf(who, 'teams'), text)
  const labels = async (who: typeof alice, text: string) =>
    (await suggest(who, text)).map(({ label }) => label)

  test('are those the policy lets them see', async () => {
    const other = { ...vm01, id: vmId('vm02'), name: 'vm02' }
    const linux = { ...vm01, id: vmId('vm03'), name: 'vm03', os: 'linux' as const }
    office.fleet.set(other.id, reportOf(other))
    office.fleet.set(linux.id, reportOf(linux))
    expect(await labels(alice, 'vm0')).toEqual(['vm01', 'vm02'])
    office.setPolicy(aRule({ machines: { names: ['vm02'] } }))
    expect(await labels(alice, 'vm0')).toEqual(['vm02'])
    office.setPolicy(aRule({ who: { everyone: false, groups: [contractors], people: [] } }))
    expect(await labels(alice, 'vm0')).toEqual([])
    office.setPolicy(aRule({ verbs: ['diagnose'] }))
    expect(await labels(alice, 'vm0')).toEqual(['vm01', 'vm02'])
  })
  test('name the VM in at most 150 characters, so that a form can be filled in with it', async () => {
    const [first] = await suggest(alice, 'vm0')
    expect(first).toEqual({
      value: '11111111-2222-4333-8444-555555555555|rg-app|vm01',
      label: 'vm01',
      hint: 'rg-app, Contoso production',
    })
    expect(first?.value.length).toBeLessThanOrEqual(150)
  })
  test('are none for somebody who is not known, not active, or a guest', async () => {
    expect(await office.latchkey.inbox.suggest(office.userOf(alice, 'slack'), 'vm0')).toEqual([])
    office.people.set(alice.person, { ...office.people.get(alice.person), kind: 'guest' } as never)
    expect(await suggest(alice, 'vm0')).toEqual([])
    office.people.set(alice.person, { ...office.people.get(alice.person), enabled: false } as never)
    expect(await suggest(alice, 'vm0')).toEqual([])
  })
  test('are none for what is no part of a name, and Azure is not asked', async () => {
    for (const text of ["vm0' or 1", 'a b', '*', 'x'.repeat(65), '\u202e'])
      expect(await suggest(alice, text)).toEqual([])
    expect(office.calls).not.toContain('machines.like')
  })
  test('before anything is typed are those asked for last, as long as they may be seen', async () => {
    expect(await labels(alice, '')).toEqual([])
    await office.typed(alice, 'connect vm01 2h INC-7')
    expect(await labels(alice, '')).toEqual(['vm01'])
    expect(await labels(bob, '')).toEqual([])
    office.setPolicy()
    expect(await labels(alice, '')).toEqual([])
  })
  test('are none when the world is away or late', async () => {
    const { machines, clock } = office.ports
    const { like } = machines
    machines.like = async () => {
      throw new Fault('busy', { op: 'fake.like', say: 'Azure is busy.' })
    }
    expect(await suggest(alice, 'vm0')).toEqual([])
    machines.like = () => new Promise(() => {})
    const { pause } = clock
    clock.pause = async () => undefined
    expect(await suggest(alice, 'vm0')).toEqual([])
    machines.like = like
    clock.pause = pause
    expect(office.problems).toEqual([])
  })
})

describe('one person who sends more than anybody types', () => {
  test('is turned away within the minute, unstored; others are not, and later it goes on', async () => {
    const { inbox } = office.latchkey
    for (let n = 0; n < 100; n++) expect(await inbox.receive(office.says(alice, 'help'))).toBe('noted')
    const refused = office.says(alice, 'help')
    expect(await inbox.receive(refused)).toBe('too-many')
    expect(await inbox.receive(office.says(bob, 'help'))).toBe('noted')
    office.pass(1)
    expect(await inbox.receive(refused)).toBe('noted')
  })
})
