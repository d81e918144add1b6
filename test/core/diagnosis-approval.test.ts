/** Remedies that take two: asked for, decided by somebody else, sent once, and checked afterwards. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { DiagnosisId, Diagnostics, Message, Operation, Reading, Repairs } from '../../core/index.ts'
import { Fault } from '../../core/index.ts'
import { alice, aRule, bob, carol, engineers, leads, vm01 } from '../support/cast.ts'
import { type Office, openOffice } from '../support/office.ts'

let office: Office
let screen: string
let begun: { do: string; again: boolean }[]
let outcome: 'running' | { done: true } | { failed: string }
let begins: () => void

const facts = (): Partial<Record<keyof Diagnostics, Reading<unknown>>> => ({
  find: { read: true, value: { vms: [vm01], others: [], near: [] } },
  state: { read: true, value: { power: 'running', provisioning: 'succeeded', agent: 'not-ready' } },
  model: {
    read: true,
    value: {
      size: 'Standard_D2s_v5',
      ...{ spot: false, ephemeralOsDisk: false, temporaryDisk: false, extensionOperations: true },
      ...{ bootDiagnostics: true, identity: 'none', customImage: false, tags: {}, locks: [] },
    },
  },
  activity: { read: true, value: [] },
  metrics: { read: true, value: { cpuPercent: 100 } },
  boot: { read: true, value: { at: office.now(), screen, serial: '' } },
})
const diagnostics = new Proxy({} as Diagnostics, {
  get: (_, name: keyof Diagnostics) => async () => facts()[name] ?? { read: false, why: 'Azure is away.' },
})
const repairs: Repairs = {
  async begin(repair, { key, again }) {
    begun.push({ do: repair.do, again: again !== undefined })
    begins()
    return {
      ...{ repair: repair.do, on: vm01.id, key, since: again ?? office.now() },
      ...{ lookEveryMs: 1_000, resume: {} },
    } satisfies Operation
  },
  async look() {
    if (typeof outcome === 'object' && 'done' in outcome) screen = SIGN_IN
    return outcome
  },
}
const CRASHED = 'Your PC ran into a problem and needs to restart. Stop code: CRITICAL_PROCESS_DIED'
const SIGN_IN = 'sign-in screen, clock current'
const looking = aRule({ verbs: ['connect', 'diagnose'] })
const mending = aRule({ id: 'mending', verbs: ['restart-vm'] })

beforeAll(async () => {
  office = await openOffice()
  Object.assign(office.ports, { diagnostics: { forOneDiagnosis: () => diagnostics }, repairs })
}, 60_000)
beforeEach(async () => {
  await office.reset()
  office.setPolicy(looking, mending)
  screen = CRASHED
  begun = []
  outcome = 'running'
  begins = () => undefined
})
afterAll(() => office.close())

const diagnosed = async () => {
  await office.typed(alice, "diagnose vm01 it can't connect to the remote computer")
  // The second picture of the screen is taken a minute later.
  office.elapse(61_000)
  await office.settle()
}
const asked = async () => {
  await diagnosed()
  await office.pressed(alice, 'Restart VM…', /blue screen/)
  await office.pressed(alice, 'Ask for approval', /^Restart VM\?/)
}
const shown = (): Message => office.cardsOf(alice)[0]?.message as Message
const words = ({ lines }: Message) => JSON.stringify(lines)
const copies = (who: typeof alice) =>
  office.cardsOf(who).filter(({ message }) => /Restart VM, vm01/.test(message.title))
const ASKS = /^Alice Adams asks: Restart VM, vm01$/
const goesBy = async (ms = 2_000) => {
  office.elapse(ms)
  await office.settle()
}

describe('asking for a restart', () => {
  test('says what it costs and that somebody else has to agree; nothing is asked before that', async () => {
    await diagnosed()
    await office.pressed(alice, 'Restart VM…', /blue screen/)
    expect(words(shown())).toMatch(/Everyone who is signed in is thrown out/)
    expect(words(shown())).toMatch(/Somebody else has to agree/)
    expect(copies(bob)).toEqual([])
  })
  test('shows the approver the remedy, the VM, the cause, its proof and every warning, in both chats', async () => {
    await asked()
    expect(shown().title).toBe('Waiting for approval: Restart VM, vm01')
    expect(copies(bob).map(({ to }) => to.platform)).toEqual(['slack', 'teams'])
    for (const { message } of copies(bob)) {
      expect(message.title).toMatch(ASKS)
      expect(words(message)).toMatch(/Cause: .*crashed with a blue screen.*Stop code.*Mind: /)
      expect(message.buttons.map(({ label }) => label)).toEqual(['Approve', 'Deny…'])
    }
    expect(copies(carol)).toEqual([])
    expect(begun).toEqual([])
    expect(office.problems).toEqual([])
  })
  test('agreed to: sent once, followed, checked again, and every copy says that it helped', async () => {
    await asked()
    await office.pressed(bob, 'Approve', ASKS)
    expect(shown()).toMatchObject({ title: 'Restart VM: vm01', tone: 'waiting' })
    outcome = { done: true }
    await goesBy()
    await goesBy(61_000)
    expect(words(shown())).toMatch(/Restart VM was done, and it helped/)
    for (const { message } of copies(bob)) {
      expect(message.title).toBe('Done: Restart VM, vm01')
      expect(words(message)).toMatch(/Approved by Bob Brandt.*It helped/)
      expect(message.buttons).toEqual([])
    }
    expect(begun).toEqual([{ do: 'restart-vm', again: false }])
    expect(office.problems).toEqual([])
  })
  test('what did not help is not said to have helped', async () => {
    await asked()
    await office.pressed(bob, 'Approve', ASKS)
    const look = repairs.look
    repairs.look = async () => ({ done: true })
    await goesBy()
    await goesBy(61_000)
    repairs.look = look
    expect(words(shown())).toMatch(/it did not help/)
    expect(words(copies(bob)[0]?.message as Message)).toMatch(/It did not help/)
  })
  test('denied with a reason: the asker reads it, nothing is sent, and it can be asked for again', async () => {
    await asked()
    await office.pressed(bob, 'Deny…', ASKS, { reason: 'the release runs until noon' })
    expect(words(shown())).toMatch(/Restart VM was denied.*by Bob Brandt: the release runs until noon/)
    expect(copies(bob).map(({ message }) => message.title)).toEqual(Array(2).fill('Denied: Restart VM, vm01'))
    await office.pressed(alice, 'Restart VM…', /blue screen/)
    await office.pressed(alice, 'Ask for approval', /^Restart VM\?/)
    expect(copies(bob).filter(({ message }) => ASKS.test(message.title))).toHaveLength(2)
    expect(begun).toEqual([])
  })
  test('lapses when nobody decides, in every copy; a press after that changes nothing', async () => {
    await asked()
    const late = office.presses(bob, 'Approve', ASKS)
    await goesBy(61 * 60_000)
    expect(words(shown())).toMatch(/Restart VM lapsed/)
    expect(copies(bob)[0]?.message.title).toBe('Lapsed, nobody decided: Restart VM, vm01')
    await office.receives(late)
    expect(office.titlesOf(bob)).toContain('Too late')
    expect(begun).toEqual([])
  })
  test('withdrawn before anybody decides: a press after that changes nothing', async () => {
    await asked()
    const late = office.presses(bob, 'Approve', ASKS)
    await office.pressed(alice, 'Withdraw', /Waiting for approval/)
    expect(copies(bob)[0]?.message.title).toBe('Withdrawn: Restart VM, vm01')
    await office.receives(late)
    expect(office.titlesOf(bob)).toContain('Too late')
    expect(begun).toEqual([])
  })
  test('goes to the next whom the rule names when the first cannot be reached', async () => {
    office.unreachable.add('slack:bob@contoso.example').add('teams:bob@contoso.example')
    await asked()
    expect(copies(carol).some(({ message }) => ASKS.test(message.title))).toBe(true)
  })
  test('ends in words when nobody can be reached', async () => {
    for (const platform of ['slack', 'teams'])
      for (const name of ['bob', 'carol']) office.unreachable.add(`${platform}:${name}@contoso.example`)
    await asked()
    expect(words(shown())).toMatch(/Restart VM: nobody could be asked/)
  })
})

describe('who may decide', () => {
  const approves = async (who: typeof alice) => {
    const card = copies(bob)[0]
    const press = card?.message.buttons[0]?.press
    if (!card || !press || !('intent' in press)) throw new Error('no button')
    await office.pressedRaw(who, press.intent, { platform: 'teams', key: 'x', messageKey: 'none' })
  }
  test('never the one who asked, not even as a lead of their own', async () => {
    await asked()
    const person = office.people.get(alice.person)
    if (person) office.people.set(alice.person, { ...person, groups: new Set([engineers, leads]) })
    await approves(alice)
    expect(office.titlesOf(alice)).toContain('Not your own request')
    expect(begun).toEqual([])
  })
  test('somebody whom the rule names although they were not shown it', async () => {
    await asked()
    await approves(carol)
    expect(begun).toHaveLength(1)
  })
  test('nobody whom the rule does not name', async () => {
    office.setPolicy(looking, { ...mending, approvers: [{ manager: true }] })
    await asked()
    await approves(carol)
    expect(office.titlesOf(carol)).toContain('You may not decide this one')
    expect(begun).toEqual([])
  })
  test('nobody who has left since', async () => {
    await asked()
    const person = office.people.get(bob.person)
    if (person) office.people.set(bob.person, { ...person, enabled: false })
    await approves(bob)
    expect(begun).toEqual([])
  })
  test('nobody for an asker who has left since', async () => {
    await asked()
    const person = office.people.get(alice.person)
    if (person) office.people.set(alice.person, { ...person, enabled: false })
    await office.pressed(bob, 'Approve', ASKS)
    expect(office.titlesOf(bob)).toContain('The requester is no longer active')
    expect(begun).toEqual([])
  })
  test('nobody once the policy gives the asker no such verb any more', async () => {
    await asked()
    office.setPolicy(looking)
    await office.pressed(bob, 'Approve', ASKS)
    expect(office.titlesOf(bob)).toContain('The policy has changed')
    expect(begun).toEqual([])
  })
  test('a second press, in the other chat, changes nothing and sends nothing', async () => {
    await asked()
    const late = office.presses(bob, 'Approve', ASKS)
    await office.pressed(bob, 'Approve', ASKS)
    await office.receives(late)
    expect(office.titlesOf(bob)).toContain('Too late')
    expect(begun).toHaveLength(1)
  })
  test('a stranger learns nothing of a diagnosis that is not there', async () => {
    await office.pressedRaw(
      carol,
      { do: 'agree', diagnosis: alice.person as string as DiagnosisId, repair: alice.person },
      { platform: 'teams', key: 'x', messageKey: 'none' },
    )
    expect(office.titlesOf(carol)).toEqual(['Not yours, or not there'])
  })
})

describe('whose agreement it takes', () => {
  const labels = () => shown().buttons.map(({ label }) => label)
  test('no rule with the verb: no button', async () => {
    office.setPolicy(looking)
    await diagnosed()
    expect(shown().title).toMatch(/blue screen/)
    expect(labels()).not.toContain('Restart VM…')
  })
  test('a rule that leaves it to one person names nobody else: no button', async () => {
    office.setPolicy(looking, { ...mending, effect: 'allow', approvers: [] })
    await diagnosed()
    expect(labels()).not.toContain('Restart VM…')
  })
  test('beside it, a rule that names somebody: they are asked', async () => {
    office.setPolicy(looking, { ...mending, id: 'alone', effect: 'allow', approvers: [] }, mending)
    await asked()
    expect(copies(bob)).toHaveLength(2)
    expect(begun).toEqual([])
  })
  test('a remedy that can lose something wants the name of the VM typed, before anybody is asked', async () => {
    office.setPolicy(looking, { ...mending, verbs: ['redeploy-vm'] })
    screen = 'black'
    await diagnosed()
    expect(labels()).toContain('Redeploy VM…')
    await office.pressed(alice, 'Redeploy VM…', /: vm01/)
    const values = { name: 'vm02', back: 'nothing' }
    await office.pressed(alice, 'Ask for approval…', /^Redeploy VM\?/, values)
    expect(office.titlesOf(alice)).toContain('Another name')
    await office.pressed(alice, 'Ask for approval…', /^Redeploy VM\?/, { ...values, name: 'VM01' })
    const card = office.cardsOf(bob).findLast(({ message }) => /Redeploy/.test(message.title))
    expect(words(card?.message as Message)).toMatch(/Nothing to go back to/)
  })
})

describe('a process that dies', () => {
  test('between the record and the sending: the next one asks what became of it and sends nothing blindly', async () => {
    await asked()
    let dead = false
    begins = () => {
      if (dead) return
      dead = true
      throw new Fault('timeout', { op: 'fake.begin', say: 'Nobody knows.' })
    }
    await office.pressed(bob, 'Approve', ASKS)
    await goesBy()
    expect(begun.map(({ again }) => again)).toEqual([false, true])
  })
  test('killed at that very call: what was leased is taken over, as "again"', async () => {
    await asked()
    const stop = new Promise<never>(() => {})
    let kills = true
    const begin = repairs.begin
    repairs.begin = async (repair, how) => {
      if (!kills) return begin(repair, how)
      kills = false
      begun.push({ do: repair.do, again: how.again !== undefined })
      return stop
    }
    void office.receives(office.presses(bob, 'Approve', ASKS))
    while (kills) await new Promise(resolve => setTimeout(resolve, 5))
    office.restart()
    await office.freeLeases()
    await goesBy()
    repairs.begin = begin
    expect(begun.map(({ again }) => again)).toEqual([false, true])
  })
  test('Azure was busy: nothing was taken, so it is sent anew, not asked after', async () => {
    await asked()
    let busy = true
    begins = () => {
      if (!busy) return
      busy = false
      throw new Fault('busy', { op: 'fake.begin', say: 'Not so fast.', retryAfterMs: 1_000 })
    }
    await office.pressed(bob, 'Approve', ASKS)
    await goesBy()
    expect(begun.map(({ again }) => again)).toEqual([false, false])
  })
})
