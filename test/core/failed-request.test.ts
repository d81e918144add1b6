/** A request whose opening failed: one card, in which the diagnosis takes over and what becomes of the request stays visible. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import type {
  DiagnosisId,
  Diagnostics,
  Message,
  Operation,
  Reading,
  Repairs,
  RequestId,
} from '../../core/index.ts'
import { Fault } from '../../core/index.ts'
import { alice, aRule, bob, vm01 } from '../support/cast.ts'
import { type Office, openOffice, reportOf, SOURCE } from '../support/office.ts'

let office: Office
let power: 'deallocated' | 'running'
let begun: string[]
let stuck: boolean

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
    begun.push(repair.do)
    return {
      ...{ repair: repair.do, on: vm01.id, key, since: again ?? office.now() },
      ...{ lookEveryMs: 1_000, resume: {} },
    } satisfies Operation
  },
  async look() {
    power = 'running'
    return { done: true }
  },
}
const allowed = aRule({ effect: 'allow', approvers: [], verbs: ['connect', 'diagnose', 'start-vm'] })

beforeAll(async () => {
  office = await openOffice()
  const { jit } = office.ports
  const slow = new Proxy(jit, {
    get: (target, name: keyof typeof jit) =>
      name === 'remove' && stuck
        ? async () => {
            throw new Fault('denied', { op: 'fake.remove', say: 'The bot lacks securityRules/delete.' })
          }
        : Reflect.get(target, name),
  })
  Object.assign(office.ports, { diagnostics: { forOneDiagnosis: () => diagnostics }, repairs, jit: slow })
}, 60_000)
beforeEach(async () => {
  await office.reset()
  office.setPolicy(allowed)
  power = 'deallocated'
  begun = []
  stuck = false
})
afterAll(() => office.close())

const shown = (): Message => office.cardsOf(alice)[0]?.message as Message
const words = (message = shown()) => JSON.stringify(message.lines)
const labels = () => shown().buttons.map(({ label }) => label)
/** Its window is open in Azure by then, and its own check says no. */
const fails = async () => {
  await office.typed(alice, 'connect vm01 2h INC-7')
  await opens()
}
const opens = async () => {
  office.fleet.set(vm01.id, reportOf(vm01, { power: 'deallocated' }))
  await office.opens(alice)
  await office.settle()
}

test('the card of the request becomes the diagnosis, and says that everything is shut', async () => {
  await fails()
  expect(office.titlesOf(alice)).toEqual(['The VM is switched off: vm01'])
  expect(words()).toMatch(/Could not open, shut: vm01.*no rule of this request is left.*deallocated/)
  expect(shown().facts.map(({ label }) => label)).toEqual(
    expect.arrayContaining(['Reason', 'VM', 'Reference']),
  )
  expect(labels()).toEqual(expect.arrayContaining(['Start VM…', 'Check again', 'Details']))
  expect(office.problems).toEqual([])
})

test('a diagnosis that finds nothing takes no title: what became of the request says more', async () => {
  power = 'running'
  await fails()
  expect(office.titlesOf(alice)).toEqual(['Could not open, shut: vm01'])
  expect(words()).toMatch(/Not tested:.*Azure is away/)
  expect(labels()).toContain('Check again')
})

test('its buttons work there: the remedy is confirmed, done, and the same message says that it helped', async () => {
  await fails()
  await office.pressed(alice, 'Start VM…', /switched off/)
  expect(shown().title).toBe('Start VM? vm01')
  expect(words()).toMatch(/Could not open, shut: vm01/)
  await office.pressed(alice, 'Start VM', /^Start VM\?/)
  office.elapse(2_000)
  await office.settle()
  expect(begun).toEqual(['start-vm'])
  // What is left is no cause any more, so the card is called after the request again.
  expect(shown().title).toBe('Could not open, shut: vm01')
  expect(words()).toMatch(/no rule of this request is left.*Start VM was done, and it helped/)
  expect(office.cardsOf(alice)).toHaveLength(1)
})

test('a press is answered with the same card', async () => {
  await fails()
  const press = office.presses(alice, 'Details', /switched off/)
  await office.latchkey.inbox.receive(press)
  await office.settle()
  const answer = await office.latchkey.inbox.outcome(press.delivery, 100)
  expect(answer?.card?.title).toBe('The VM is switched off: vm01')
  expect(answer?.card).toEqual(shown())
})

test('while Azure does not let it be shut, that comes first; and it is said when it is shut', async () => {
  stuck = true
  await fails()
  expect(words()).toMatch(/Closing: vm01.*securityRules\/delete/)
  expect(shown()).toMatchObject({ title: 'The VM is switched off: vm01', tone: 'bad' })
  stuck = false
  office.elapse(120_000)
  await office.settle()
  expect(words()).toMatch(/Could not open, shut: vm01/)
  expect(office.cardsOf(alice)).toHaveLength(1)
})

test('a late press on an old copy of the request draws the same card, not the one before', async () => {
  await office.typed(alice, 'connect vm01 2h INC-7')
  const late = office.presses(alice, 'Cancel request', /Approved: vm01/)
  await opens()
  await office.receives(late)
  expect(shown().title).toBe('The VM is switched off: vm01')
})

test('what was taken in twice is looked into once, on the one card', async () => {
  await fails()
  const request = await requestOf()
  const diagnosis = request as string as DiagnosisId
  const to = { platform: 'teams', key: 'teams:alice@contoso.example' } as const
  await office.store.queue([
    { effect: { do: 'look-into', request } },
    // As an earlier version queued it.
    { effect: { do: 'report', diagnosis, slot: 'private', to } },
  ])
  await office.settle()
  expect(office.titlesOf(alice)).toEqual(['The VM is switched off: vm01'])
})

test('a process that dies in the middle leaves one card, which ends right', async () => {
  await office.typed(alice, 'connect vm01 2h INC-7')
  office.fleet.set(vm01.id, reportOf(vm01, { power: 'deallocated' }))
  office.patience = 3
  await office.opens(alice)
  for (let n = 0; n < 12; n += 1) {
    office.restart()
    await office.freeLeases()
    await office.settle()
  }
  office.patience = 400
  await office.settle()
  expect(office.titlesOf(alice)).toEqual(['The VM is switched off: vm01'])
  expect(words()).toMatch(/Could not open, shut: vm01/)
})

test('a card that somebody deleted is posted again with the reason', async () => {
  await office.typed(alice, 'connect vm01 2h INC-7')
  office.cards.length = 0
  const request = await requestOf()
  office.fleet.set(vm01.id, reportOf(vm01, { power: 'deallocated' }))
  await office.latchkey.desk.open(request, alice.person, SOURCE)
  await office.settle()
  expect(office.titlesOf(alice)).toEqual(['The VM is switched off: vm01'])
})

test('whoever no rule lets diagnose reads what became of the request, as before', async () => {
  office.setPolicy(aRule({ effect: 'allow', approvers: [], verbs: ['connect'] }))
  await fails()
  expect(office.titlesOf(alice)).toEqual(['Could not open, shut: vm01'])
})

test('the approver’s card stays about the request', async () => {
  office.setPolicy(aRule({ verbs: ['connect', 'diagnose', 'start-vm'] }))
  await office.typed(alice, 'connect vm01 2h INC-7')
  await office.pressed(bob, 'Approve', /asks for RDP/)
  await opens()
  expect(shown().title).toBe('The VM is switched off: vm01')
  for (const title of office.titlesOf(bob)) expect(title).not.toMatch(/switched off/)
})

async function requestOf(): Promise<RequestId> {
  const { rows } = await office.keep()
  const { requests } = JSON.parse(rows) as { requests: { id: RequestId }[] }
  const [only] = requests
  if (only === undefined) throw new Error('no request is kept')
  return only.id
}
