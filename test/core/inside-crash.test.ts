/**
 * The process is killed at every call that crosses a port while a session is warned and signed out, and while somebody is asked whether they
 * still need it: before and after the call took effect. It ends right each time: shut, signed out, said, and nobody else touched.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type RequestId, replay } from '../../core/index.ts'
import { alice, aRule, bob } from '../support/cast.ts'
import { type Act, act, countedIds, walk } from '../support/crash.ts'
import { type Kept, type Office, openOffice, SOURCE } from '../support/office.ts'
import { withWindows } from '../support/windows-model.ts'

const ids = countedIds()
let office: Office
let windows: ReturnType<typeof withWindows>
beforeAll(async () => {
  const plain = await openOffice({ newId: ids.newId })
  windows = withWindows(plain, aRule({ endSessions: true, closeUnusedMinutes: 15 }))
  const own: Partial<Office> = {
    reset: async () => {
      await plain.reset()
      windows.reset()
    },
    keep: async () => windows.kept(await plain.keep()),
    bringBack: async (kept: Kept) => {
      await plain.bringBack(windows.bringBack(kept))
      windows.furnish()
    },
  }
  office = new Proxy(plain, {
    get: (target, name) => Reflect.get(Reflect.has(own, name) ? own : target, name),
  })
}, 240_000)
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
const passes = (minutes: number, meanwhile: () => void = () => undefined): Act =>
  act({
    name: `${minutes} minutes pass`,
    prepare: at => {
      meanwhile()
      return at.now() + minutes * 60_000
    },
    async send(at, until) {
      at.elapse(Math.max(0, until - at.now()))
    },
  })
const opens: readonly Act[] = [
  delivered('asks', () => office.says(alice, 'connect vm01 1h INC-7')),
  delivered('approves', () => office.presses(bob, 'Approve', /asks for RDP/)),
  act({
    name: 'opens',
    prepare: at => at.requestOf(alice),
    async send({ latchkey }, id) {
      expect(await latchkey.desk.open(id, alice.person, SOURCE)).toBeUndefined()
    },
  }),
]

/** What must be true in the end, wherever it died. */
async function end(at: Office, type: string, titles: RegExp) {
  const { outbox, requests } = JSON.parse(JSON.parse(JSON.stringify(await at.keep())).rows) as {
    outbox: readonly { state: string; kind: string }[]
    requests: readonly { id: RequestId }[]
  }
  const id = requests[0]?.id as RequestId
  const { state, events } = await at.store.load(id)
  expect(at.problems).toEqual([])
  expect(outbox.filter(({ state: how }) => how !== 'done')).toEqual([])
  expect(at.azure.inForce(at.now())).toEqual([])
  expect(state).toEqual(replay(events))
  expect(events.filter(event => event.type === 'closed')).toHaveLength(1)
  expect(events.map(event => event.type)).toContain(type)
  for (const { message } of at.cards) expect(message.title).toMatch(titles)
  expect(at.cards.flatMap(({ message }) => message.buttons)).toEqual([])
  // Recorded before it was sent: every script that ran stands in the record.
  const begun = events.flatMap(event => (event.type === 'inside-begun' ? [event.act.do] : []))
  expect(new Set(windows.state.scripts)).toEqual(new Set(begun))
}

test('warned twice and signed out, though killed at every call', async () => {
  const acts = [
    ...opens,
    passes(50, () => {
      windows.signsIn('early', '198.51.100.9', 7)
      windows.signsIn('alice', SOURCE, 3)
    }),
    passes(8),
    passes(3),
  ]
  const { points, worlds } = await walk(office, {
    acts,
    replaced: 'by itself',
    ids,
    expectEnd: async at => {
      await end(at, 'inside-answered', /Time is over, shut: vm01/)
      expect(windows.state.people.map(({ user }) => user)).toEqual(['early'])
      expect(new Set(windows.state.shown.map(({ id }) => id))).toEqual(new Set([3]))
      expect(windows.state.shown.length).toBeGreaterThanOrEqual(2)
      const mine = at.cardsOf(alice).at(-1)?.message
      expect(JSON.stringify(mine?.lines)).toContain('Your session was signed out at')
    },
  })
  expect(points.filter(({ call }) => call === 'sessions.begin').length).toBeGreaterThan(10)
  expect(worlds).toBeGreaterThan(50)
}, 600_000)

test('never used, asked about and shut, though killed at every call', async () => {
  const acts = [...opens, passes(15), passes(11), passes(60)]
  const { points } = await walk(office, {
    acts,
    replaced: 'by another',
    ids,
    expectEnd: async at => {
      await end(at, 'use-asked', /Never used, shut: vm01/)
      expect(windows.state.scripts.every(act => act === 'list')).toBe(true)
    },
  })
  expect(points.some(({ call }) => call === 'sessions.look')).toBe(true)
}, 600_000)
