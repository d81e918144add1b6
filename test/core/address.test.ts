/** One grant, another address: opened for the new one, shut for the old one, within policy and without a second approval. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { RequestId } from '../../core/index.ts'
import { alice, aRule, bob, vm01 } from '../support/cast.ts'
import type { Mode } from '../support/jit-model.ts'
import { type Office, openOffice, reportOf, SOURCE } from '../support/office.ts'

const OTHER = '198.51.100.77'

describe.each<Mode>(['merge', 'supersede'])('when Azure would %s', mode => {
  let office: Office
  let id: RequestId
  beforeAll(async () => {
    office = await openOffice({ mode })
  }, 60_000)
  beforeEach(async () => {
    await office.reset()
    await office.typed(alice, 'connect vm01 2h INC-7')
    await office.pressed(bob, 'Approve', /asks for RDP/)
    id = office.requestOf(alice)
    await office.opens(alice)
  })
  afterAll(() => office.close())

  const letIn = () => [...new Set(office.azure.rules(office.now()).flatMap(({ sources }) => sources))]
  const state = async () => (await office.store.load(id)).state
  const titles = (who: typeof alice) => [...new Set(office.titlesOf(who))]

  const slowly = (ms: number) => {
    office.azure.delay(ms)
    office.patience = 30
  }

  test('the new address is let in, the old one is not, and the time goes on', async () => {
    const before = await state()
    office.pass(30)
    expect(await office.moves(alice, id, OTHER)).toBeUndefined()
    expect(letIn()).toEqual([OTHER])
    const after = await state()
    expect(after).toMatchObject({ status: 'open', source: OTHER, verified: true })
    expect('until' in after && 'until' in before && after.until === before.until).toBe(true)
    expect(titles(alice)).toEqual(['Ready: vm01'])
    expect(JSON.stringify(office.cardsOf(bob)[0]?.message)).toContain(OTHER)
    expect(JSON.stringify(office.cardsOf(bob)[0]?.message)).toContain('The address was changed')
    office.pass(91)
    await office.settle()
    expect(letIn()).toEqual([])
    expect(titles(alice)).toEqual(['Time is over, shut: vm01'])
    expect(office.problems).toEqual([])
  })

  test('until the new address is proven the card does not say Ready, and hands out no file', async () => {
    expect(await office.latchkey.desk.move(id, alice.person, OTHER)).toBeUndefined()
    slowly(10_000)
    await office.settle()
    expect(titles(alice)).toEqual(['Opening for your new address: vm01'])
    expect(letIn()).not.toContain(OTHER)
    expect(await office.latchkey.desk.view(id, alice.person)).toMatchObject({ offer: 'wait' })
    expect(await office.latchkey.desk.file(id, alice.person)).toEqual({ code: 'not-open', status: 'opening' })
    office.pass(0.2)
    await office.settle()
    expect(titles(alice)).toEqual(['Ready: vm01'])
    expect(letIn()).toEqual([OTHER])
  })

  test('an address that is never let in ends the access in words, with nothing left open', async () => {
    slowly(3_600_000)
    await office.moves(alice, id, OTHER)
    office.pass(16)
    await office.settle()
    expect(titles(alice)).toEqual(['Ended early, shut: vm01'])
    expect(letIn()).toEqual([])
  })

  test('there and back again, as often as the rule says', async () => {
    for (const source of [OTHER, SOURCE, OTHER]) {
      office.pass(1)
      expect(await office.moves(alice, id, source)).toBeUndefined()
      expect(letIn()).toEqual([source])
    }
    office.pass(1)
    expect(await office.moves(alice, id, SOURCE)).toEqual({ code: 'too-many-addresses', most: 3 })
    expect(letIn()).toEqual([OTHER])
    office.setPolicy(aRule({ addressChanges: 4 }))
    expect(await office.moves(alice, id, SOURCE)).toBeUndefined()
    expect(letIn()).toEqual([SOURCE])
  })

  test('pressed twice it moves once, and the same address is no change', async () => {
    await office.moves(alice, id, OTHER)
    await office.moves(alice, id, OTHER)
    const { events } = await office.store.load(id)
    expect(events.filter(({ type }) => type === 'source-changed')).toHaveLength(1)
  })

  test('another window for the same VM is not touched by it', async () => {
    office.azure.request(office.now(), ['192.0.2.9'], office.azure.sent[0]?.endsAt ?? office.now(), 'portal')
    await office.moves(alice, id, OTHER)
    expect(letIn()).toContain(OTHER)
    expect(letIn()).not.toContain(SOURCE)
  })

  test('moved while it is being opened, it opens for the new address only', async () => {
    await office.typed(alice, 'done')
    await office.typed(alice, 'connect vm01 2h INC-8')
    await office.pressed(bob, 'Approve', /asks for RDP/)
    id = office.requestOf(alice)
    slowly(10_000)
    await office.opens(alice)
    expect((await state()).status).toBe('opening')
    await office.moves(alice, id, OTHER)
    office.pass(0.2)
    await office.settle()
    expect(await state()).toMatchObject({ status: 'open', source: OTHER })
    expect(letIn()).toEqual([OTHER])
  })
})

describe('the new address', () => {
  let office: Office
  let id: RequestId
  beforeAll(async () => {
    office = await openOffice()
  }, 60_000)
  beforeEach(async () => {
    await office.reset()
    await office.typed(alice, 'connect vm01 2h INC-7')
    await office.pressed(bob, 'Approve', /asks for RDP/)
    id = office.requestOf(alice)
    await office.opens(alice)
  })
  afterAll(() => office.close())

  test.each([
    ['10.0.0.1', 'bad-source'],
    ['nonsense', 'bad-source'],
  ])('%s is refused', async (source, code) => {
    expect(await office.moves(alice, id, source)).toMatchObject({ code })
  })
  test('is judged like the first one: by the rule', async () => {
    office.setPolicy(aRule({ from: ['203.0.113.0/24'] }))
    expect(await office.moves(alice, id, OTHER)).toMatchObject({ code: 'source-outside' })
    office.setPolicy()
    expect(await office.moves(alice, id, OTHER)).toMatchObject({ code: 'no-rule' })
  })
  test('is judged like the first one: by the JIT access policy', async () => {
    const ports = [{ number: 3389, protocol: 'TCP', maxMinutes: 180, sources: ['203.0.113.0/24'] }] as const
    office.fleet.set(vm01.id, reportOf(vm01, { jit: { policyId: '/p', ports } }))
    expect(await office.moves(alice, id, OTHER)).toMatchObject({ code: 'jit-source' })
  })
  test('is nobody’s but the requester’s to give, and looking changes nothing', async () => {
    expect(await office.latchkey.desk.move(id, bob.person, OTHER)).toEqual({ code: 'not-requester' })
    expect(await office.latchkey.desk.view(id, alice.person, OTHER)).toMatchObject({
      moved: { from: SOURCE, to: OTHER },
    })
    expect(await office.latchkey.desk.view(id, alice.person, SOURCE)).not.toHaveProperty('moved')
    expect(await office.latchkey.desk.view(id, alice.person, '10.0.0.1')).not.toHaveProperty('moved')
    await office.settle()
    expect(office.azure.sent).toHaveLength(1)
  })
  test('is refused when a rule lets it change never, before it is open, and after the end', async () => {
    office.setPolicy(aRule({ addressChanges: 0 }))
    expect(await office.moves(alice, id, OTHER)).toEqual({ code: 'too-many-addresses', most: 0 })
    office.setPolicy(aRule())
    office.pass(121)
    expect(await office.moves(alice, id, OTHER)).toMatchObject({ code: 'not-open' })
    await office.settle()
    expect(await office.moves(alice, id, OTHER)).toMatchObject({ code: 'not-open', status: 'over' })
    expect(office.azure.rules(office.now())).toEqual([])
  })
})
