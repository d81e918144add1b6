/** A VM that is off within an access request: agreed to, started, or refused, wherever it goes wrong. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { alice, aRule, bob } from '../support/cast.ts'
import { type Office, openOffice } from '../support/office.ts'
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
const events = async () => (await office.store.load(off.request)).events.map(({ type }) => type)
const allShut = () => expect(office.azure.inForce(office.now())).toEqual([])

describe('without the key of the policy', () => {
  test('the VM is refused as ever, and nobody is asked', async () => {
    office.setPolicy(aRule())
    await asks()
    expect(words(alice)).toContain('The VM is not running')
    expect(words(alice)).toContain('Start it first, then ask again.')
    expect(office.cardsOf(bob)).toEqual([])
  })
  test('one of two rules that could be agreed to is not enough', async () => {
    office.setPolicy(aRule({ whenOff: 'start' }), aRule({ id: 'other' }))
    await asks()
    expect(words(alice)).toContain('The VM is not running')
  })
  test('where nothing can start it, it is refused', async () => {
    Reflect.deleteProperty(office.ports, 'repairs')
    await asks()
    expect(words(alice)).toContain('The VM is not running')
  })
})

describe('asking', () => {
  test('both read that agreeing includes starting it, what that costs in words, and what comes afterwards', async () => {
    await asks()
    for (const who of [alice, bob]) {
      expect(words(who)).toContain('The VM is switched off')
      expect(words(who)).toContain('Agreeing includes starting it.')
      expect(words(who)).toContain(
        'costs money (size Standard_D4s_v5) from its start until it is deallocated',
      )
      expect(words(who)).toContain('Afterwards it is switched off again, unless somebody else uses it.')
    }
    expect(off.vm.state.orders).toEqual([])
  })
  test('where the policy does not put it back, they read that it stays on', async () => {
    office.setPolicy(aRule({ whenOff: 'start' }))
    await asks()
    expect(words(bob)).toContain('It stays on afterwards.')
  })
  test('nothing is started before the person opens the page', async () => {
    await asks()
    await approve()
    expect(words(alice)).toContain('it is started then, which takes a few minutes')
    expect(off.vm.state.orders).toEqual([])
    office.pass(61)
    await settle()
    expect(off.vm.state.orders).toEqual([])
    expect(cardOf(alice).title).toBe('Lapsed, never opened: vm01')
  })
})

describe('starting', () => {
  test('it is ordered once, shown step by step, and the time of the person begins when it is ready', async () => {
    off.vm.state.slow = true
    await opened()
    expect(off.vm.state.orders).toEqual(['start-vm'])
    expect(cardOf(alice).title).toBe('Starting the VM: vm01')
    expect(
      cardOf(alice)
        .steps?.map(({ label, state }) => [label, state])
        .slice(0, 4),
    ).toEqual([
      ['Approved', 'done'],
      ['Start the VM', 'doing'],
      ['Wait for Windows to report', 'todo'],
      ['Ask Azure to open the port for your address', 'todo'],
    ])
    expect(cardOf(bob).title).toBe('Approved, starting the VM: vm01')
    expect(office.azure.sent).toEqual([])
    off.vm.state.slow = false
    office.pass(3)
    await settle()
    expect(cardOf(alice).title).toBe('Ready: vm01')
    expect(off.vm.state.orders).toEqual(['start-vm'])
    const { state } = await office.store.load(off.request)
    expect(state.status === 'open' && state.until - state.openedAt).toBe(120 * 60_000)
    expect(await events()).toEqual([
      ...['asked', 'approved', 'source-given', 'start-ordered', 'start-taken', 'vm-running', 'vm-up'],
      ...['window-requested', 'checked', 'opened'],
    ])
  })
  test('one that somebody started meanwhile is not started again, and not put back', async () => {
    await asks()
    await approve()
    Object.assign(off.vm.state, { power: 'running', agent: 'ready' })
    expect(await office.opens(alice)).toBeUndefined()
    await done()
    await settle()
    expect(off.vm.state.orders).toEqual([])
    expect(words(alice)).not.toContain('The VM that I started')
  })
  test('an agent that stays silent is waited for, and then the opening goes on and says so', async () => {
    await asks()
    await approve()
    Object.assign(off.vm.state, { power: 'running', agent: 'not-ready' })
    expect(await office.opens(alice)).toBeUndefined()
    expect(cardOf(alice).title).toBe('Starting the VM: vm01')
    office.pass(6)
    await settle()
    expect(cardOf(alice).title).toBe('Ready: vm01')
    expect(words(alice)).toContain('the VM agent is not ready')
  })
  test('an address that comes only with the power is the way, once it is there', async () => {
    off.vm.furnish({ nics: [{ privateAddress: '10.0.0.4', publicWhenRunning: true, primary: true }] })
    off.vm.state.slow = true
    await opened()
    expect(cardOf(alice).title).toBe('Starting the VM: vm01')
    off.vm.furnish({ nics: [{ privateAddress: '10.0.0.4', publicAddress: '198.51.100.99', primary: true }] })
    off.vm.state.slow = false
    await settle()
    expect(cardOf(alice).title).toBe('Ready: vm01')
    expect(JSON.stringify(cardOf(alice).facts)).toContain('198.51.100.99:3389')
  })
  test('a VM that never had a way in is refused before anybody is asked', async () => {
    off.vm.furnish({ nics: [{ privateAddress: '10.0.0.4', primary: true }] })
    await asks()
    expect(words(alice)).toContain('No way in')
  })
  test('Azure has no room: the card says so and what to do, nothing is open, and there is nothing to put back', async () => {
    off.vm.state.fails = 'Azure has no room for vm01 right now (AllocationFailed). Try later.'
    await opened()
    expect(cardOf(alice).title).toBe('Could not open, shut: vm01')
    expect(words(alice)).toContain('The VM was not started. Azure has no room for vm01 right now')
    expect(office.azure.sent).toEqual([])
    await settle()
    expect(off.vm.state.orders).toEqual(['start-vm'])
    expect(words(alice)).toContain('switched it off already')
    expect(office.problems).toEqual([])
  })
  test('Azure does not allow it: the card names what is lacking, and nothing is open', async () => {
    off.vm.refuse('The bot lacks Microsoft.Compute/virtualMachines/start/action.')
    await opened()
    expect(cardOf(alice).title).toBe('Could not open, shut: vm01')
    expect(words(alice)).toContain('lacks Microsoft.Compute/virtualMachines/start/action')
    allShut()
  })
  test('the policy changes between the approval and the page: it is not started', async () => {
    await asks()
    await approve()
    office.setPolicy(aRule())
    await office.opens(alice)
    expect(off.vm.state.orders).toEqual([])
    expect(words(alice)).toContain('The policy no longer lets me start the VM.')
  })
  test('it never comes up: given up after a while, and put back when it does', async () => {
    off.vm.state.slow = true
    await opened()
    office.pass(21)
    await settle()
    expect(cardOf(alice).title).toBe('Could not open, shut: vm01')
    expect(words(alice)).toContain('did not run within 20 minutes')
    off.vm.state.slow = false
    Object.assign(off.vm.state, { power: 'running' })
    await settle()
    expect(words(alice)).toContain('Shall I switch it off again?')
  })
})
