/** Remedies that Latchkey carries out itself: confirmed, sent once, followed, and checked afterwards. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Diagnostics, Message, Operation, Reading, Repairs } from '../../core/index.ts'
import { Fault } from '../../core/index.ts'
import { alice, aRule, engineers, vm01 } from '../support/cast.ts'
import { type Office, openOffice } from '../support/office.ts'

let office: Office
let power: 'deallocated' | 'running'
let begun: { do: string; again: boolean; key: string }[]
let outcome: 'running' | { done: true } | { failed: string }
let begins: () => void

const facts = (): Partial<Record<keyof Diagnostics, Reading<unknown>>> => ({
  find: { read: true, value: { vms: [vm01], others: [], near: [] } },
  state: {
    read: true,
    value: { power, provisioning: 'succeeded', agent: power === 'running' ? 'ready' : 'unknown' },
  },
  model: {
    read: true,
    value: {
      size: 'Standard_D2s_v5',
      ...{ spot: false, ephemeralOsDisk: false, temporaryDisk: false, extensionOperations: true },
      ...{ bootDiagnostics: false, identity: 'none', customImage: false, tags: {}, locks: [] },
    },
  },
  activity: { read: true, value: [] },
})
const diagnostics = new Proxy({} as Diagnostics, {
  get: (_, name: keyof Diagnostics) => async () => facts()[name] ?? { read: false, why: 'Azure is away.' },
})
const repairs: Repairs = {
  async begin(repair, { key, again }) {
    begun.push({ do: repair.do, again: again !== undefined, key })
    begins()
    return {
      ...{ repair: repair.do, on: vm01.id, key, since: again ?? office.now() },
      ...{ lookEveryMs: 1_000, resume: {} },
    } satisfies Operation
  },
  async look() {
    if (typeof outcome === 'object' && 'done' in outcome) power = 'running'
    return outcome
  },
}
const allow = aRule({
  id: 'switching-on',
  effect: 'allow',
  approvers: [],
  verbs: ['start-vm'],
  who: { everyone: false, groups: [engineers], people: [] },
})

beforeAll(async () => {
  office = await openOffice()
  Object.assign(office.ports, { diagnostics: { forOneDiagnosis: () => diagnostics }, repairs })
}, 60_000)
beforeEach(async () => {
  await office.reset()
  office.setPolicy(aRule({ verbs: ['connect', 'diagnose'] }), allow)
  power = 'deallocated'
  begun = []
  outcome = 'running'
  begins = () => undefined
  await office.typed(alice, "diagnose vm01 it can't connect to the remote computer")
})
afterAll(() => office.close())

const shown = (): Message => office.cardsOf(alice)[0]?.message as Message
const words = () => JSON.stringify(shown().lines)
const confirms = async () => {
  await office.pressed(alice, 'Start VM…', /switched off/)
  await office.pressed(alice, 'Start VM', /^Start VM\?/)
}
const goesBy = async () => {
  office.elapse(2_000)
  await office.settle()
}

describe('starting a VM that is off', () => {
  test('first says what it costs; nothing is sent before that is confirmed', async () => {
    await office.pressed(alice, 'Start VM…', /switched off/)
    expect(shown().title).toBe('Start VM? vm01')
    expect(words()).toMatch(/Billing starts again/)
    expect(begun).toEqual([])
    await office.pressed(alice, 'Not now', /^Start VM\?/)
    expect(shown().title).toBe('The VM is switched off: vm01')
    expect(begun).toEqual([])
  })
  test('is sent once and followed, and "helped" is said only when the check says so', async () => {
    await confirms()
    expect(shown()).toMatchObject({ title: 'Start VM: vm01', tone: 'waiting' })
    await goesBy()
    expect(words()).not.toMatch(/it helped:/)
    outcome = { done: true }
    await goesBy()
    expect(words()).toMatch(/Start VM was done, and it helped/)
    expect(shown().title).not.toMatch(/switched off/)
    expect(begun).toMatchObject([{ do: 'start-vm', again: false }])
    expect(office.problems).toEqual([])
  })
  test('that fails says why', async () => {
    await confirms()
    outcome = { failed: 'Azure has no capacity for this size.' }
    await goesBy()
    expect(words()).toMatch(/Start VM did not work.*no capacity/)
    expect(shown().title).toBe('The VM is switched off: vm01')
  })
  test('that Azure refuses says so at once', async () => {
    begins = () => {
      throw new Fault('denied', { op: 'fake.begin', say: 'The bot lacks virtualMachines/start/action.' })
    }
    await confirms()
    expect(words()).toMatch(/did not work.*lacks virtualMachines/)
  })
  test('whose answer was lost is asked after, never sent blindly a second time', async () => {
    let lost = true
    begins = () => {
      if (!lost) return
      lost = false
      throw new Fault('timeout', { op: 'fake.begin', say: 'Azure did not answer.' })
    }
    await confirms()
    await goesBy()
    expect(begun.map(({ again }) => again)).toEqual([false, true])
    expect(new Set(begun.map(({ key }) => key)).size).toBe(1)
  })
})

describe('who may', () => {
  test('the verb is judged at the press', async () => {
    office.setPolicy(aRule({ verbs: ['connect', 'diagnose'] }))
    await office.pressed(alice, 'Start VM…', /switched off/)
    expect(office.titlesOf(alice)).toContain('No rule lets you do that')
    expect(begun).toEqual([])
  })
  test('and once more when it is confirmed', async () => {
    await office.pressed(alice, 'Start VM…', /switched off/)
    office.setPolicy(aRule({ verbs: ['connect', 'diagnose'] }))
    await office.pressed(alice, 'Start VM', /^Start VM\?/)
    expect(begun).toEqual([])
  })
  test('a second press while it is under way does nothing', async () => {
    await office.pressed(alice, 'Start VM…', /switched off/)
    const [again] = shown().buttons
    await office.pressed(alice, 'Start VM', /^Start VM\?/)
    if (!again || !('intent' in again.press)) throw new Error('no button')
    await office.pressedRaw(alice, again.press.intent, { platform: 'teams', key: 'x', messageKey: 'm1' })
    expect(office.titlesOf(alice)).toContain('That is not offered any more')
    expect(begun).toHaveLength(1)
  })
})
