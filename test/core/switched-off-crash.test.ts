/**
 * The process is killed at every call that crosses a port while a VM is started, used and put back, before and after the call took effect. It
 * ends right each time: opened once, shut, and the VM that was started is off again.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type RequestId, replay } from '../../core/index.ts'
import { alice, aRule, bob } from '../support/cast.ts'
import { type Act, act, countedIds, walk } from '../support/crash.ts'
import { type Kept, type Office, openOffice, SOURCE } from '../support/office.ts'
import { withPower } from '../support/power-model.ts'

const ids = countedIds()
let office: Office
let vm: ReturnType<typeof withPower>
beforeAll(async () => {
  const plain = await openOffice({ newId: ids.newId })
  const policies = {
    current: () => ({
      rules: [aRule({ whenOff: 'start-and-put-back' })],
      defaultMinutes: 60,
      lapseMinutes: 60,
      guestOptIn: { Environment: ['production'] },
    }),
  }
  vm = withPower(plain, { looksInside: true })
  Object.assign(plain.ports, { policies })
  const own: Partial<Office> = {
    reset: async () => {
      await plain.reset()
      vm.reset()
    },
    keep: async () => vm.kept(await plain.keep()),
    bringBack: async (kept: Kept) => {
      await plain.bringBack(vm.bringBack(kept))
      vm.furnish()
    },
  }
  office = new Proxy(plain, {
    get: (target, name) => Reflect.get(Reflect.has(own, name) ? own : target, name),
  })
}, 60_000)
afterAll(() => office.close())

const delivered = (name: string, prepare: () => ReturnType<Office['says']>): Act =>
  act({
    name,
    from: 'chat',
    prepare,
    async send({ latchkey }, delivery) {
      await latchkey.inbox.receive(delivery)
    },
  })
const passes = (minutes: number): Act =>
  act({
    name: `${minutes} minutes pass`,
    prepare: at => at.now() + minutes * 60_000,
    async send(at, until) {
      at.elapse(Math.max(0, until - at.now()))
    },
  })
const opens: Act = act({
  name: 'opens',
  prepare: at => at.requestOf(alice),
  async send({ latchkey }, id) {
    expect(await latchkey.desk.open(id as RequestId, alice.person, SOURCE)).toBeUndefined()
  },
})

const acts = [
  delivered('asks', () => office.says(alice, 'connect vm01 1h INC-7')),
  delivered('approves', () => office.presses(bob, 'Approve', /asks for RDP/)),
  opens,
  passes(61),
  passes(8),
]

async function expectEnd(at: Office): Promise<void> {
  const { rows } = await at.keep()
  const { requests, outbox } = JSON.parse(rows) as {
    requests: { id: RequestId; status: string }[]
    outbox: { state: string }[]
  }
  const { state, events } = await at.store.load(requests[0]?.id as RequestId)
  const once = (type: string) => events.filter(event => event.type === type).length
  expect({
    problems: at.problems,
    requests: requests.map(({ status }) => status),
    toDo: outbox.filter(one => one.state !== 'done'),
    open: at.azure.inForce(at.now()),
    windows: at.azure.sent.length,
    power: vm.state.power,
    orders: [...new Set(vm.state.orders)],
    once: ['start-ordered', 'vm-up', 'opened', 'closed'].map(once),
    after: state.status === 'over' && state.started?.after?.state,
    state,
    titles: [...new Set(at.cards.map(({ message }) => message.title))],
    buttons: at.cards.flatMap(({ message }) => message.buttons),
  }).toEqual({
    problems: [],
    requests: ['over'],
    toDo: [],
    open: [],
    windows: 1,
    power: 'deallocated',
    orders: ['start-vm', 'deallocate-vm'],
    once: [1, 1, 1, 1],
    after: 'off',
    state: replay(events),
    titles: ['Time is over, shut: vm01'],
    buttons: [],
  })
}

test('wherever the process dies, the VM that was started is off again in the end', async () => {
  const { points, worlds } = await walk(office, { acts, replaced: 'by itself', ids, expectEnd })
  const calls = new Set(points.map(({ call }) => call))
  for (const call of [
    'repairs.begin',
    'repairs.look',
    'sessions.begin',
    'sessions.look',
    'diagnostics.activity',
  ])
    expect(calls).toContain(call)
  expect(worlds).toBeGreaterThan(80)
}, 300_000)
