/**
 * Access to a role instance, killed at every single call that crosses a port, before and after it took effect. Whatever was on its way: the
 * account is gone in the end, every card is settled, and whoever lost a password got another one by pressing again.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Fault, isRefusal, type RequestId, replay } from '../../core/index.ts'
import { alice, aRule, bob } from '../support/cast.ts'
import { type Act, act, countedIds, walk } from '../support/crash.ts'
import { type Kept, type Office, openOffice, SOURCE } from '../support/office.ts'
import { type FakeServices, makeServices } from '../support/office-services.ts'

const NAME = 'shop/Web_IN_0'
const MOST_PRESSES = 6
const ids = countedIds()
let office: Office
let shop: FakeServices

beforeAll(async () => {
  office = withServices(await openOffice({ newId: ids.newId }))
}, 60_000)
afterAll(() => office.close())

/** The same office, whose Cloud Services are a part of what is kept and brought back, and whose calls are watched too. */
function withServices(plain: Office): Office {
  let watch: Parameters<Office['watch']>[0] = (_point, call) => call()
  let drawn = 0
  plain.ports.random = count => {
    drawn += 1
    return Uint8Array.from({ length: count }, (_, index) => (drawn * 89 + index * 37 + drawn * index) % 251)
  }
  const fresh = () => {
    shop = makeServices(1)
    plain.setPolicy(aRule({ routes: ['role-instance'] }))
    plain.ports.services = new Proxy(shop.services, {
      get(target, property) {
        const call = Reflect.get(target, property) as (...args: unknown[]) => Promise<unknown>
        return (...args: unknown[]) =>
          watch(`services.${String(property)}`, async () => call.apply(target, args))
      },
    })
  }
  const more: Partial<Office> = {
    watch(through) {
      watch = through
      plain.watch(through)
    },
    restart() {
      watch = (_point, call) => call()
      plain.restart()
    },
    async reset() {
      await plain.reset()
      drawn = 0
      fresh()
    },
    async keep(): Promise<Kept> {
      const { rows, outside } = await plain.keep()
      return { rows, outside: JSON.stringify({ office: outside, shop: shop.kept() }) }
    },
    async bringBack({ rows, outside }) {
      const kept = JSON.parse(outside)
      await plain.bringBack({ rows, outside: kept.office })
      fresh()
      shop.bringBack(kept.shop)
    },
  }
  return new Proxy(plain, {
    get: (target, property) => Reflect.get(more, property) ?? Reflect.get(target, property),
  })
}

const delivered = (name: string, prepare: (at: Office) => ReturnType<Office['says']>): Act =>
  act({
    name,
    from: 'chat',
    prepare,
    async send(at, delivery) {
      await at.latchkey.inbox.receive(delivery)
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
/** Who sees no password presses again, a little later. */
const opens: Act = act({
  name: 'opens',
  prepare: at => at.requestOf(alice),
  async send(at, id: RequestId) {
    for (let presses = 0; presses < MOST_PRESSES; presses++) {
      const answer = await at.latchkey.desk.open(id, alice.person, SOURCE).catch(error => {
        // What a dead process had sent is still under way: the page says so, and the person tries later.
        if (error instanceof Fault && error.kind === 'conflict') return undefined
        throw error
      })
      if (answer !== undefined && !isRefusal(answer)) return
      at.elapse(61_000)
    }
    throw new Error('no press gave a password')
  },
})

const ACTS = [
  delivered('asks', at => at.says(alice, `connect ${NAME} 2h INC-7`)),
  delivered('approves', at => at.presses(bob, 'Approve', /asks for RDP/)),
  opens,
  passes(111),
  passes(20),
]

test('wherever the process dies, it was open, it is shut, and nothing is left to do', async () => {
  const { points, worlds } = await walk(office, {
    acts: ACTS,
    replaced: 'by itself',
    ids,
    async expectEnd(at) {
      const { events, requests, outbox } = JSON.parse((await at.keep()).rows)
      const id = requests[0].id as RequestId
      const { state, events: loaded } = await at.store.load(id)
      const types = loaded.map(({ type }) => type)
      expect({
        problems: at.problems,
        access: shop.roles.get('Web'),
        state,
        toDo: outbox.filter((one: { state: string }) => one.state !== 'done'),
        titles: [...new Set(at.cards.map(({ message }) => message.title))],
        streams: [...new Set(events.map(({ stream }: { stream: string }) => stream))],
        opened: types.filter(type => type === 'opened').length,
        closed: types.filter(type => type === 'closed').length,
        // Never sent before it was recorded.
        recorded: shop.passwords.length <= types.filter(type => type === 'account-set').length,
        handed: at.files.length > 0,
      }).toEqual({
        problems: [],
        access: undefined,
        state: replay(loaded),
        toDo: [],
        titles: [`Time is over, shut: ${NAME}`],
        streams: [id],
        opened: 1,
        closed: 1,
        recorded: true,
        handed: true,
      })
    },
  })
  const calls = new Set(points.map(({ call }) => call))
  for (const call of ['named', 'report', 'enable', 'disable', 'look'])
    expect(calls).toContain(`services.${call}`)
  expect(worlds).toBeGreaterThan(80)
}, 300_000)
