/** What is typed, listed and shown on the App Home about remedies that wait for somebody. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { Diagnostics, Message, Operation, Reading, Repairs } from '../../core/index.ts'
import { alice, aRule, bob, carol, vm01, vmId } from '../support/cast.ts'
import { type Office, openOffice, reportOf } from '../support/office.ts'

const vm02 = { ...vm01, id: vmId('vm02'), name: 'vm02' }
let office: Office
let begun: { do: string; on: string }[]
let screen: string

const facts = (): Partial<Record<keyof Diagnostics, Reading<unknown>>> => ({
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
  boot: { read: true, value: { at: office.now(), screen, serial: '' } },
})
const diagnostics = new Proxy({} as Diagnostics, {
  get: (_, name: keyof Diagnostics) => async (typed: string) =>
    name === 'find'
      ? { read: true, value: { vms: [vm01, vm02].filter(vm => vm.name === typed), others: [], near: [] } }
      : (facts()[name] ?? { read: false, why: 'Azure is away.' }),
})
const repairs: Repairs = {
  async begin(repair, { key, again }) {
    const on = 'vm' in repair ? repair.vm : repair.service
    begun.push({ do: repair.do, on })
    return {
      ...{ repair: repair.do, on, key, since: again ?? office.now() },
      ...{ lookEveryMs: 1_000, resume: {} },
    } satisfies Operation
  },
  look: async () => 'running',
}
const CRASHED = 'Your PC ran into a problem and needs to restart. Stop code: CRITICAL_PROCESS_DIED'
const looking = aRule({ verbs: ['connect', 'diagnose'] })
const mending = aRule({ id: 'mending', verbs: ['restart-vm', 'redeploy-vm', 'reset-password'] })

beforeAll(async () => {
  office = await openOffice()
  Object.assign(office.ports, { diagnostics: { forOneDiagnosis: () => diagnostics }, repairs })
}, 60_000)
beforeEach(async () => {
  await office.reset()
  office.fleet.set(vm02.id, reportOf(vm02))
  office.setPolicy(looking, mending)
  begun = []
  screen = CRASHED
})
afterAll(() => office.close())

const words = ({ lines }: Message) => JSON.stringify(lines)
const asks = async (vm = 'vm01', who = alice) => {
  await office.typed(who, `diagnose ${vm} it can't connect to the remote computer`)
  office.elapse(61_000)
  await office.settle()
  await office.pressed(who, 'Restart VM…', new RegExp(`blue screen: ${vm}`))
  await office.pressed(who, 'Ask for approval', new RegExp(`^Restart VM\\? ${vm}`))
}
const cardOf = (who: typeof alice, vm = 'vm01') =>
  office.cardsOf(who).findLast(({ message }) => new RegExp(`Restart VM, ${vm}`).test(message.title))
    ?.message as Message
const refOn = ({ facts: all }: Message): string => {
  const [run] = all.find(({ label }) => label === 'Reference')?.value ?? []
  return typeof run === 'object' && 'code' in run ? run.code : ''
}
const said = (who: typeof alice) => office.cardsOf(who).at(-1)?.message as Message
const types = async (who: typeof alice, text: string) => {
  await office.typed(who, text)
  return said(who)
}

describe('a list', () => {
  test('says what waits, on which VM, whose, and under the reference that stands on the card', async () => {
    await asks()
    const ref = refOn(cardOf(bob))
    expect(ref).toMatch(/^[0-9A-F]{6}$/)
    expect(words(await types(bob, 'list'))).toMatch(
      new RegExp(`"${ref}".*Alice Adams asks: Restart VM, vm01: waits for you`),
    )
    expect(said(bob).buttons.map(({ label }) => label)).toEqual([`Approve ${ref}`])
    expect(words(await types(alice, 'list'))).toMatch(
      new RegExp(`"${ref}".*Restart VM, vm01: waiting for approval`),
    )
    expect(said(alice).buttons).toEqual([])
    expect(words(await types(carol, 'list'))).toMatch(/none waits for your decision/)
  })
  test('its button decides as the card does', async () => {
    await asks()
    await types(bob, 'list')
    await office.pressed(bob, `Approve ${refOn(cardOf(bob))}`, /^Open and waiting/)
    expect(begun).toMatchObject([{ do: 'restart-vm' }])
  })
})

describe('a typed decision', () => {
  test.each(['reference', 'name of the VM', 'nothing more'] as const)('by its %s approves it', async how => {
    await asks()
    const ref = refOn(cardOf(bob))
    const which = how === 'reference' ? ` ${ref.toLowerCase()}` : how === 'name of the VM' ? ' vm01' : ''
    await office.typed(bob, `approve${which}`)
    expect(begun).toMatchObject([{ do: 'restart-vm', on: vm01.id }])
    expect(cardOf(bob).title).toBe('Approved, under way: Restart VM, vm01')
  })
  test('denies it with its reason; without one it is asked for, and nothing is decided', async () => {
    await asks()
    const ref = refOn(cardOf(bob))
    const question = await types(bob, `deny ${ref}`)
    expect(question.title).toBe('Say why')
    expect(cardOf(bob).title).toMatch(/asks: Restart VM/)
    await office.pressed(bob, 'Deny…', /^Say why/, { reason: 'the release runs' })
    expect(cardOf(bob).title).toBe('Denied: Restart VM, vm01')
    await asks('vm02')
    await office.typed(bob, `deny ${refOn(cardOf(bob, 'vm02'))}: not today`)
    expect(cardOf(bob, 'vm02').title).toBe('Denied: Restart VM, vm02')
    expect(words(cardOf(bob, 'vm02'))).toMatch(/Denied by Bob Brandt: not today/)
    expect(begun).toEqual([])
  })
  test('with a time is not taken: a remedy has none', async () => {
    await asks()
    expect((await types(bob, `approve ${refOn(cardOf(bob))} 1h`)).title).toBe('A remedy has no time')
    expect(begun).toEqual([])
  })
  test('of somebody whom the rule names and who was shown nothing counts, and is answered', async () => {
    await asks()
    const answer = await types(carol, `approve ${refOn(cardOf(bob))}`)
    expect(answer.title).toMatch(/^Approved, under way: Restart VM, vm01$/)
    expect(begun).toHaveLength(1)
  })
  test('of somebody whom no rule names, or of the asker, does not', async () => {
    office.setPolicy(looking, { ...mending, approvers: [{ manager: true }] })
    await asks()
    const ref = refOn(cardOf(bob))
    expect((await types(carol, `approve ${ref}`)).title).toBe('You may not decide this one')
    expect((await types(alice, `approve ${ref}`)).title).toBe('Not your own request')
    expect(begun).toEqual([])
  })
  test('where several wait asks which one, requests among them, and decides by the answer', async () => {
    await asks()
    await office.typed(alice, 'connect vm02 1h INC-7')
    const question = await types(bob, 'approve')
    expect(question.title).toBe('Which one?')
    const ref = refOn(cardOf(bob))
    expect(question.buttons.map(({ label }) => label)).toEqual([
      expect.stringMatching(/^[0-9A-F]{6}: vm02$/),
      `${ref}: Restart VM, vm01`,
    ])
    await office.pressed(bob, `${ref}: Restart VM, vm01`, /^Which one/)
    expect(begun).toMatchObject([{ on: vm01.id }])
    await office.typed(bob, 'approve')
    expect(office.titlesOf(alice)).toContain('Approved: vm02')
  })
  test('by the name of a VM about which a request and a remedy wait asks which one', async () => {
    await asks()
    await office.typed(alice, 'connect vm01 1h INC-7')
    expect((await types(bob, 'deny vm01: no')).title).toBe('Which one?')
    expect(begun).toEqual([])
  })
  test('after it was withdrawn decides nothing, whatever else waits under that name', async () => {
    await asks()
    const ref = refOn(cardOf(bob))
    await office.typed(alice, `cancel ${ref}`)
    expect(cardOf(bob).title).toBe('Withdrawn: Restart VM, vm01')
    expect((await types(bob, `approve ${ref}`)).title).toMatch(/no such|No such|Which|not/i)
    expect(begun).toEqual([])
  })
  test('cannot stand for the VM’s name, which the asker has to type before anybody is asked', async () => {
    screen = 'black'
    await office.typed(alice, "diagnose vm01 it can't connect to the remote computer")
    office.elapse(61_000)
    await office.settle()
    await office.pressed(alice, 'Redeploy VM…', /: vm01/)
    const { id, key } = await undertaken()
    await office.typed(bob, `approve ${key.slice(-6)}`)
    await office.typed(bob, 'approve')
    await office.pressedRaw(bob, { do: 'agree', diagnosis: id, repair: key }, NOWHERE)
    await office.pressedRaw(
      alice,
      { do: 'repair', diagnosis: id, remedy: 'redeploy_vm', sure: true },
      NOWHERE,
    )
    expect(office.titlesOf(alice)).toContain('Another name')
    expect(begun).toEqual([])
    await office.pressed(alice, 'Ask for approval…', /^Redeploy VM\?/, { name: 'vm01', back: 'nothing' })
    await office.typed(bob, `approve ${key.slice(-6)}`)
    expect(begun).toMatchObject([{ do: 'redeploy-vm' }])
  })
})

const NOWHERE = { platform: 'teams', key: 'x', messageKey: 'none' } as const

describe('the App Home', () => {
  const home = (who: typeof alice, what: RegExp) => office.homeOf(who).find(({ title }) => what.test(title))
  test('shows what waits for an approver with its warnings and buttons, and follows what becomes of it', async () => {
    await office.store.bind(office.userOf(bob, 'slack'), bob.person, [])
    await office.looksHome(bob)
    await asks()
    const shown = home(bob, /Alice Adams asks: Restart VM, vm01/) as Message
    expect(words(shown)).toMatch(/Cause: .*Mind: /)
    expect(shown.buttons.map(({ label }) => label)).toEqual(['Approve', 'Deny…'])
    const press = shown.buttons[0]?.press
    if (press === undefined || !('intent' in press)) throw new Error('no button')
    const { intent } = press
    await office.receives({ ...office.says(bob, ''), did: { pressed: intent } })
    expect(begun).toHaveLength(1)
    expect(home(bob, /Restart VM/)).toBeUndefined()
  })
  test('shows its asker what waits, and takes it back from there', async () => {
    await office.store.bind(office.userOf(alice, 'slack'), alice.person, [])
    await office.looksHome(alice)
    await asks()
    const shown = home(alice, /Restart VM, vm01: waiting for approval/) as Message
    const press = shown.buttons.find(({ label }) => label === 'Withdraw')?.press
    if (press === undefined || !('intent' in press)) throw new Error('no button')
    await office.receives({ ...office.says(alice, ''), did: { pressed: press.intent } })
    expect(home(alice, /Restart VM/)).toBeUndefined()
    expect(cardOf(bob).title).toBe('Withdrawn: Restart VM, vm01')
  })
})

async function undertaken() {
  const { rows } = await office.keep()
  const { diagnoses } = JSON.parse(rows) as {
    diagnoses: { document: { id: never; repair?: { key: string } } }[]
  }
  return { id: diagnoses[0]?.document.id as never, key: diagnoses[0]?.document.repair?.key ?? '' }
}
