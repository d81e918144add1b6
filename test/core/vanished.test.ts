/** The JIT access policy of the VM is removed at each stage: the right end in words, and nothing left open. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { Fault } from '../../core/index.ts'
import { alice, bob, carol, vm01 } from '../support/cast.ts'
import { type Office, openOffice, reportOf } from '../support/office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
}, 60_000)
beforeEach(async () => {
  await office.reset()
  await office.typed(alice, 'connect vm01 2h INC-7')
})
afterAll(() => office.close())

const approve = () => office.pressed(bob, 'Approve', /asks for RDP/)
const removePolicy = () => {
  const { jit: _, ...without } = reportOf(vm01)
  office.fleet.set(vm01.id, without)
}
const titles = (who: typeof alice) => [...new Set(office.titlesOf(who))]
const rules = () => office.azure.rules(office.now())
const lines = () => JSON.stringify(office.cardsOf(alice)[0]?.message.lines)

describe('a JIT access policy that vanishes', () => {
  test('while it is asked: whoever approves reads that it is no longer possible, and so does the requester', async () => {
    removePolicy()
    await approve()
    expect(titles(alice)).toEqual(['No longer possible: vm01'])
    expect(titles(bob)).toEqual(['No longer possible: vm01'])
    expect(lines()).toContain('No JIT access policy covers the VM.')
    expect(await office.store.liveOf(alice.person)).toEqual([])
  })
  test('after the approval: the access page says so, and the request is over', async () => {
    await approve()
    removePolicy()
    expect(await office.opens(alice)).toEqual({ code: 'no-jit-policy', vm: 'vm01' })
    expect(titles(alice)).toEqual(['No longer possible: vm01'])
    expect(office.azure.sent).toEqual([])
  })
  test('while it is being opened: it ends as not opened', async () => {
    await approve()
    expect(
      await office.latchkey.desk.open(office.requestOf(alice), alice.person, '203.0.113.25'),
    ).toBeUndefined()
    removePolicy()
    await office.settle()
    expect(titles(alice)).toEqual(['Could not open, shut: vm01'])
    expect(lines()).toContain('No JIT access policy covers the VM.')
    expect(office.azure.sent).toEqual([])
  })
  test('while it is open: it is shut within minutes, what Azure left behind is removed, and both read why', async () => {
    await approve()
    await office.opens(alice)
    removePolicy()
    office.pass(11)
    await office.settle()
    expect(titles(alice)).toEqual(['Ended early, shut: vm01'])
    expect(titles(bob)).toEqual(['Ended early, shut: vm01'])
    expect(lines()).toContain('No JIT access policy covers the VM.')
    expect(rules()).toEqual([])
    expect(office.problems).toEqual([])
  })
  test('while it is being shut: it is shut all the same', async () => {
    await approve()
    await office.opens(alice)
    removePolicy()
    await office.typed(alice, 'done')
    expect(titles(alice)).toEqual(['Returned, shut: vm01'])
    expect(rules()).toEqual([])
  })
  test('leaves a rule that lets in others, too, and says that the address is still let in', async () => {
    await approve()
    await office.opens(alice)
    const [sent] = office.azure.sent
    office.azure.request(office.now(), ['192.0.2.9', '203.0.113.25'], sent?.endsAt ?? office.now(), 'portal')
    removePolicy()
    await office.typed(alice, 'done')
    expect(rules()).toHaveLength(1)
    expect(lines()).toContain('the address is still let in')
  })
})

describe('where what is left cannot be read', () => {
  let whole: object
  afterEach(() => {
    Object.assign(office.ports.jit, whole)
  })
  beforeEach(async () => {
    whole = { leftovers: office.ports.jit.leftovers, flow: office.ports.jit.flow }
    await approve()
    await office.opens(alice)
    removePolicy()
    office.ports.jit.leftovers = async () => {
      throw new Fault('denied', { op: 'fake.leftovers', say: 'I may not read the NSGs.' })
    }
    office.patience = 30
  })
  test('it is shut when IP flow verify says that the address is out, and the card says who said so', async () => {
    for (const rule of rules()) office.azure.remove(rule)
    await office.typed(alice, 'done')
    expect(titles(alice)).toEqual(['Returned, shut: vm01'])
    expect(lines()).toContain('The JIT access policy is gone; Azure says')
  })
  test('it is not called shut while the address is let in; the card names the rule until it is gone', async () => {
    await office.typed(alice, 'done')
    expect(titles(alice)).toEqual(['Closing: vm01'])
    expect(lines()).toMatch(/the rule SecurityCenter-JITRule-1 still lets the address in/)
    for (const rule of rules()) office.azure.remove(rule)
    await office.settle()
    expect(titles(alice)).toEqual(['Returned, shut: vm01'])
  })
  test('a VM that is gone has nothing left to shut', async () => {
    const { jit } = office.ports
    jit.flow = async () => {
      throw new Fault('missing', { op: 'fake.flow', say: 'The VM is gone.' })
    }
    office.fleet.delete(vm01.id)
    await office.typed(alice, 'done')
    expect(titles(alice)).toEqual(['Returned, shut: vm01'])
    expect(lines()).toContain('The VM no longer exists.')
  })
})

describe('between ask and press', () => {
  test('a new manager decides, the former one does not', async () => {
    office.people.set(alice.person, { ...office.people.get(alice.person), manager: carol.person } as never)
    office.people.set(bob.person, { ...office.people.get(bob.person), groups: new Set() } as never)
    office.people.set(carol.person, { ...office.people.get(carol.person), groups: new Set() } as never)
    await approve()
    expect(titles(bob)).toContain('You may not decide this one')
    const [live] = await office.store.liveOf(alice.person)
    const reference = live?.status === 'asked' ? live.ask.id.slice(-6) : ''
    await office.typed(carol, `approve ${reference}`)
    expect(titles(alice)).toEqual(['Approved: vm01'])
  })
  test('a policy that no longer allows it cannot be agreed under, only denied', async () => {
    office.setPolicy()
    await approve()
    expect(titles(bob)).toContain('No rule allows it')
    await office.pressed(bob, 'Deny…', /asks for RDP/, { reason: 'no rule any more' })
    expect(titles(alice)).toEqual(['Denied: vm01'])
  })
})
