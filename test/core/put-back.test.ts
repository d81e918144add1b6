/** A VM that is off within an access request: put back afterwards, if it is known that nobody needs it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { alice, aRule, bob, carol, vm01 } from '../support/cast.ts'
import { type Office, openOffice, SOURCE } from '../support/office.ts'
import { switchedOff } from '../support/switched-off.ts'

let office: Office
let off: ReturnType<typeof switchedOff>
beforeAll(async () => {
  office = await openOffice()
  off = switchedOff(office)
}, 60_000)
beforeEach(() => off.fresh())
afterAll(() => office.close())

const { asks, approve, opened, cardOf, words, done } = {
  asks: (...given: Parameters<typeof off.asks>) => off.asks(...given),
  approve: (...given: Parameters<typeof off.approve>) => off.approve(...given),
  opened: (...given: Parameters<typeof off.opened>) => off.opened(...given),
  cardOf: (...given: Parameters<typeof off.cardOf>) => off.cardOf(...given),
  words: (...given: Parameters<typeof off.words>) => off.words(...given),
  done: (...given: Parameters<typeof off.done>) => off.done(...given),
}
const settle = () => office.settle()

describe('putting back', () => {
  const looking = async () => {
    await off.fresh({ looksInside: true })
    Object.assign(office.ports, { policies: { current: () => policyWithOptIn() } })
  }
  const before = () => office.ports.policies
  let usual: ReturnType<typeof before>
  beforeAll(() => {
    usual = office.ports.policies
  })
  beforeEach(() => {
    Object.assign(office.ports, { policies: usual })
  })
  afterAll(() => {
    Object.assign(office.ports, { policies: usual })
  })
  const policyWithOptIn = () => ({ ...usual.current(), guestOptIn: { Environment: ['production'] } })

  test('where Windows may be looked into and nobody is on, it is deallocated, and that is read back', async () => {
    await looking()
    await opened()
    expect(words(alice)).toContain('Afterwards I switch it off again')
    await done()
    await settle()
    expect(off.vm.state.orders).toEqual(['start-vm', 'deallocate-vm'])
    expect(off.vm.state.power).toBe('deallocated')
    for (const who of [alice, bob]) expect(words(who)).toContain('Azure shows it as deallocated')
    expect(cardOf(alice).title).toBe('Returned, shut: vm01')
  })
  test('somebody else is signed in: it stays on until they are gone', async () => {
    await looking()
    await opened()
    off.vm.state.people.push({
      id: 2,
      user: 'carol',
      state: 'active',
      client: '198.51.100.1',
      loggedOnAt: office.now(),
    })
    await done()
    await settle()
    expect(off.vm.state.orders).toEqual(['start-vm'])
    expect(words(alice)).toContain('Somebody is signed in. It stays on for now')
    off.vm.state.people.length = 0
    office.pass(6)
    await settle()
    expect(off.vm.state.orders).toEqual(['start-vm', 'deallocate-vm'])
  })
  test('people who stay signed in for hours: it stays on, and administrators are told', async () => {
    await looking()
    Object.assign(office.ports, {
      policies: {
        current: () => ({ ...policyWithOptIn(), reportTo: [{ platform: 'slack', key: 'C0OPS' }] }),
      },
    })
    await opened()
    off.vm.state.people.push({
      id: 2,
      user: 'carol',
      state: 'active',
      client: '198.51.100.1',
      loggedOnAt: office.now(),
    })
    await done()
    await settle()
    office.pass(241)
    await settle()
    expect(off.vm.state.orders).toEqual(['start-vm'])
    expect(words(alice)).toContain('People have stayed signed in. It stays on, and costs money')
    const told = office.cards.filter(({ to }) => to.key === 'C0OPS').map(({ message }) => message.title)
    expect(told).toEqual(['Left running: vm01'])
  })
  test('the person is still signed in: they are asked, and what they answer is done', async () => {
    await looking()
    await opened()
    off.vm.state.people.push({
      id: 2,
      user: 'alice',
      state: 'disconnected',
      client: SOURCE,
      loggedOnAt: office.now(),
    })
    await done()
    await settle()
    expect(words(alice)).toContain('You are still signed in there')
    await office.pressed(alice, 'Switch off', /Returned/)
    await settle()
    expect(off.vm.state.orders).toEqual(['start-vm', 'deallocate-vm'])
  })

  describe('where Windows may not be looked into, its requester is asked', () => {
    const ended = async () => {
      await opened()
      await done()
      await settle()
      expect(words(alice)).toContain(
        'I cannot see from here whether anybody is using it. Shall I switch it off again?',
      )
      expect(cardOf(alice).buttons.map(({ label }) => label)).toEqual(['Switch off', 'Leave on'])
      expect(cardOf(bob).buttons).toEqual([])
      expect(off.vm.state.orders).toEqual(['start-vm'])
    }
    test('off', async () => {
      await ended()
      await office.pressed(alice, 'Switch off', /Returned/)
      await settle()
      expect(off.vm.state.orders).toEqual(['start-vm', 'deallocate-vm'])
      expect(words(alice)).toContain('switched off again')
      expect(cardOf(alice).buttons).toEqual([])
    })
    test('pressed twice, and by both buttons: the first counts, once', async () => {
      await ended()
      const [switchOff, leaveOn] = [
        office.presses(alice, 'Switch off', /Returned/),
        office.presses(alice, 'Leave on', /Returned/),
      ]
      await office.receives(switchOff)
      await office.receives({ ...switchOff, delivery: `${switchOff.delivery}:again` })
      await office.receives(leaveOn)
      await settle()
      expect(off.vm.state.orders).toEqual(['start-vm', 'deallocate-vm'])
    })
    test('leave it on', async () => {
      await ended()
      await office.pressed(alice, 'Leave on', /Returned/)
      office.pass(70)
      await settle()
      expect(off.vm.state.orders).toEqual(['start-vm'])
      expect(words(alice)).toContain('Alice Adams leaves it on. It stays on, and costs money')
    })
    test('nobody answers: it stays on, and that is said', async () => {
      await ended()
      office.pass(61)
      await settle()
      expect(off.vm.state.orders).toEqual(['start-vm'])
      for (const who of [alice, bob]) expect(words(who)).toContain('Nobody said whether it is still needed.')
    })
    test('somebody else presses what was not shown to them: nothing happens', async () => {
      await ended()
      const press = office.presses(alice, 'Switch off', /Returned/)
      const carols = office.says(carol, 'list')
      await office.receives({ ...press, delivery: carols.delivery, who: carols.who, home: carols.home })
      await settle()
      expect(off.vm.state.orders).toEqual(['start-vm'])
    })
  })

  test('where the policy says that it stays on, nothing is asked', async () => {
    office.setPolicy(aRule({ whenOff: 'start' }))
    await opened()
    await done()
    await settle()
    expect(words(alice)).toContain('It stays on, and costs money until somebody deallocates it.')
    expect(cardOf(alice).buttons).toEqual([])
  })
  test('one that was stopped and not deallocated is paid for in any case, and stays on', async () => {
    off.vm.state.power = 'stopped'
    await asks()
    expect(words(bob)).toContain('stopped and not deallocated')
    await approve()
    await office.opens(alice)
    await done()
    await settle()
    expect(off.vm.state.orders).toEqual(['start-vm'])
    expect(words(alice)).toContain('It stays on')
  })
  test('another request is live on it: it waits for that, and then goes on', async () => {
    await looking()
    await opened()
    await office.typed(bob, 'connect vm01 1h INC-8')
    await office.receives(office.presses(alice, 'I am done', /Ready/))
    await settle()
    expect(words(alice)).toContain('Others asked for access to it. It stays on for now')
    expect(off.vm.state.orders).toEqual(['start-vm'])
    office.pass(61)
    await settle()
    office.pass(6)
    await settle()
    expect(off.vm.state.orders).toEqual(['start-vm', 'deallocate-vm'])
  })
  test.each([
    [
      'deallocated it',
      () => Object.assign(off.vm.state, { power: 'deallocated' }),
      /switched it off already/,
    ],
    ['restarted it', () => off.vm.note('restart'), /left alone/],
    [
      'deallocated it and started it again',
      () => {
        off.vm.note('deallocate')
        off.vm.note('start')
      },
      /left alone/,
    ],
  ])('somebody %s meanwhile: it is left alone', async (_what, act, said) => {
    await looking()
    await opened()
    office.pass(10)
    act()
    await done()
    await settle()
    expect(off.vm.state.orders).toEqual(['start-vm'])
    expect(words(alice)).toMatch(said)
  })
  test('where the log cannot be read, that nobody needs it is not known, and it is asked', async () => {
    await off.fresh({ looksInside: true, readsLog: false })
    Object.assign(office.ports, { policies: { current: () => policyWithOptIn() } })
    await opened()
    await done()
    await settle()
    expect(words(alice)).toContain(
      'I cannot see whether somebody else has come to need it. Shall I switch it off',
    )
  })
  test('called off while it starts: nothing is opened, and it is put back once it has come up', async () => {
    await looking()
    off.vm.state.slow = true
    await opened()
    await office.pressed(alice, 'Cancel', /Starting the VM/)
    await settle()
    expect(cardOf(alice).title).toBe('Returned, shut: vm01')
    expect(office.azure.sent).toEqual([])
    off.vm.state.slow = false
    Object.assign(off.vm.state, { power: 'running', agent: 'ready' })
    await settle()
    expect(off.vm.state.orders).toEqual(['start-vm', 'deallocate-vm'])
  })
  test('Azure will not deallocate it: that is said, and that it stays on', async () => {
    await looking()
    await opened()
    off.vm.refuse('The bot lacks Microsoft.Compute/virtualMachines/deallocate/action.')
    await done()
    await settle()
    expect(words(alice)).toContain(
      'lacks Microsoft.Compute/virtualMachines/deallocate/action. It stays on, and costs',
    )
  })
  test('the VM is gone before it was off: that is said, and nobody asks for it again', async () => {
    await looking()
    await opened()
    off.vm.state.slow = true
    await done()
    await settle()
    expect(words(alice)).toContain('I am switching it off.')
    off.vm.state.slow = false
    office.fleet.delete(vm01.id)
    await settle()
    expect(words(alice)).toContain('The VM no longer exists.')
    expect(off.vm.state.orders).toEqual(['start-vm', 'deallocate-vm'])
    expect(office.problems).toEqual([])
  })
})
