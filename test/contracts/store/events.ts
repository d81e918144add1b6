/** Deliveries and events: noted once, appended in order, found again. */
import { describe, expect, test } from '@jest/globals'
import { type AccessEvent, refOf, replay } from '../../../core/index.ts'
import {
  alice,
  approved,
  asked,
  askedLonger,
  at,
  bob,
  carol,
  incoming,
  open,
  person,
  reconcile,
  requestId,
  say,
  seat,
  vmId,
  wake,
  withdrawn,
} from './cast.ts'
import { MINUTE_MS, type Stage } from './stage.ts'

const DAY_MS = 24 * 60 * MINUTE_MS

export function deliveries(stage: Stage): void {
  describe('a delivery', () => {
    test('is noted once and queues its handling', async () => {
      const { store, drain } = await stage()
      expect(await store.note(incoming('slack:1'))).toBe('noted')
      expect(await store.note(incoming('slack:1', { did: { typed: 'something else' } }))).toBe('seen')
      expect(await drain()).toEqual([{ do: 'handle', incoming: incoming('slack:1') }])
      expect(await store.note(incoming('slack:1'))).toBe('seen')
      expect(await drain()).toEqual([])
    })
    test('that arrives several times at once is noted once', async () => {
      const { store, drain } = await stage()
      const outcomes = await Promise.all([1, 2, 3, 4].map(() => store.note(incoming('slack:1'))))
      expect(outcomes.filter(outcome => outcome === 'noted')).toHaveLength(1)
      expect(await drain()).toHaveLength(1)
    })
    test('among many at once is noted once, with its own answer and in the order of arrival', async () => {
      const { store, drain } = await stage()
      await store.note(incoming('slack:7'))
      const keys = Array.from({ length: 250 }, (_, index) => `slack:${index % 200}`)
      const outcomes = await Promise.all(keys.map(key => store.note(incoming(key))))
      expect(outcomes).toEqual(keys.map((_, index) => (index >= 200 || index === 7 ? 'seen' : 'noted')))
      const handled = (await drain()).map(effect => (effect.do === 'handle' ? effect.incoming.delivery : ''))
      expect(handled).toEqual(['slack:7', ...keys.slice(0, 200).filter(key => key !== 'slack:7')])
    })
    test('that cannot be stored keeps no other one out', async () => {
      const { store, drain } = await stage()
      const endless: Record<string, unknown> = {}
      endless['itself'] = endless
      const broken = incoming('slack:broken', { did: endless as { typed: string } })
      const outcomes = await Promise.allSettled(
        [incoming('slack:1'), broken, incoming('slack:2'), incoming('slack:3')].map(one => store.note(one)),
      )
      expect(outcomes.map(({ status }) => status)).toEqual([
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
      ])
      expect(await drain()).toHaveLength(3)
    })
    test('survives a restart together with its handling', async () => {
      const scene = await stage()
      await scene.store.note(incoming('slack:1'))
      await scene.reopen()
      expect(await scene.store.note(incoming('slack:1'))).toBe('seen')
      expect(await scene.drain()).toEqual([{ do: 'handle', incoming: incoming('slack:1') }])
    })
    test('with text that no database can hold is stored all the same', async () => {
      const { store, drain } = await stage()
      const typed = 'a\0b \ud800 \udc00\ud800 \\u0000 \\\0 "\u{1f600}"'
      expect(await store.note(incoming('slack:\0\ud800', { did: { typed } }))).toBe('noted')
      expect(await store.note(incoming('slack:\0\ud800'))).toBe('seen')
      const safe = 'a\ufffdb \ufffd \ufffd\ufffd \\u0000 \\\ufffd "\u{1f600}"'
      expect(await drain()).toMatchObject([{ incoming: { did: { typed: safe } } }])
    })
    test('is remembered for thirty days', async () => {
      const { store, drain, passWall } = await stage()
      await store.note(incoming('slack:1'))
      passWall(29 * DAY_MS)
      await drain()
      expect(await store.note(incoming('slack:1'))).toBe('seen')
      passWall(2 * DAY_MS)
      await drain()
      expect(await store.note(incoming('slack:1'))).toBe('noted')
    })
  })
}

export function appending(stage: Stage): void {
  const id = requestId(1)

  describe('events', () => {
    test('of a request that nobody asked for are none', async () => {
      const { store } = await stage()
      expect(await store.load(id)).toEqual({ state: { status: 'none' }, version: 0, events: [] })
    })
    test('come back as they were appended, in order, with the state they lead to', async () => {
      const scene = await stage()
      const first = [asked(id), approved()]
      const then: AccessEvent = { type: 'source-given', at: at(3), source: '203.0.113.7', giveUpAt: at(18) }
      expect(await scene.store.append({ id, expected: 0, at: at(1), events: first, queue: [] })).toBe(
        'appended',
      )
      expect(await scene.store.append({ id, expected: 2, at: at(3), events: [then], queue: [] })).toBe(
        'appended',
      )
      const events = [...first, then]
      await scene.reopen()
      expect(await scene.store.load(id)).toEqual({ state: replay(events), version: 3, events })
    })
    test('of one request do not touch another', async () => {
      const { store } = await stage()
      const other = requestId(2)
      await store.append({ id, expected: 0, at: at(0), events: [asked(id), withdrawn()], queue: [] })
      await store.append({ id: other, expected: 0, at: at(0), events: [asked(other)], queue: [] })
      expect((await store.load(other)).state.status).toBe('asked')
    })
    test.each([0, 2, 7])('appended at version %i, when one event is there, are stale', async expected => {
      const { store, queue, take, drain } = await stage()
      await store.append({ id, expected: 0, at: at(0), events: [asked(id)], queue: [] })
      await queue(say('alice', 'hello'))
      const settles = await take()
      const entry = { id, expected, at: at(1), events: [approved()], queue: [{ effect: wake(1) }], settles }
      expect(await store.append(entry)).toBe('stale')

      expect((await store.load(id)).version).toBe(1)
      expect(await drain()).toEqual([])
      // The task is still held: deciding again can settle it.
      expect(await store.append({ ...entry, expected: 1 })).toBe('appended')
    })
    test.each([
      ['first', 0],
      ['next', 1],
    ])('appended twice at once as the %s: one stands, the other is stale', async (_, expected) => {
      const { store } = await stage()
      if (expected === 1) await store.append({ id, expected: 0, at: at(0), events: [asked(id)], queue: [] })
      const event = expected === 0 ? asked(id) : approved()
      const outcomes = await Promise.all(
        [1, 2, 3].map(() => store.append({ id, expected, at: at(1), events: [event], queue: [] })),
      )
      expect(outcomes.toSorted()).toEqual(['appended', 'stale', 'stale'])
      expect((await store.load(id)).version).toBe(expected + 1)
    })
    test('that may be begun once are begun once, until they are over', async () => {
      const { store } = await stage()
      const begin = (n: number, sole: string) =>
        store.append({
          id: requestId(n),
          expected: 0,
          at: at(0),
          events: [asked(requestId(n))],
          queue: [],
          sole,
        })
      const outcomes = await Promise.all([11, 12, 13].map(n => begin(n, 'alice vm1')))
      expect(outcomes.toSorted()).toEqual(['appended', 'taken', 'taken'])
      const first = 11 + outcomes.indexOf('appended')
      const live = await store.liveOf(alice.person)
      expect(live).toMatchObject([{ ask: { id: requestId(first) } }])
      expect(await begin(14, 'alice vm2')).toBe('appended')
      expect(await begin(15, 'alice vm1')).toBe('taken')
      expect((await store.load(requestId(15))).version).toBe(0)

      const over = { id: requestId(first), expected: 1, at: at(2), events: [withdrawn()], queue: [] }
      expect(await store.append(over)).toBe('appended')
      expect(await begin(16, 'alice vm1')).toBe('appended')
    })
    test('that were taken leave the task they came from and what follows', async () => {
      const { store, queue, take, drain } = await stage()
      const sole = 'alice vm1'
      await store.append({ id, expected: 0, at: at(0), events: [asked(id)], queue: [], sole })
      await queue(wake(1))
      const settles = await take()
      const two = requestId(12)
      const entry = {
        id: two,
        expected: 0,
        at: at(0),
        events: [asked(two)],
        queue: [{ effect: reconcile(1) }],
        sole,
      }
      expect(await store.append({ ...entry, settles })).toBe('taken')
      expect(await store.settle(settles, { how: 'done' })).toBe('settled')
      expect(await drain()).toEqual([])
    })
    test('settle the task they came from and queue what follows, in one go', async () => {
      const { store, queue, take, drain } = await stage()
      await queue(wake(1))
      const settles = await take()
      const effects = [reconcile(1), say('alice', 'one'), say('alice', 'two')]
      expect(
        await store.append({
          id,
          expected: 0,
          at: at(0),
          events: [asked(id)],
          queue: effects.map(effect => ({ effect })),
          settles,
        }),
      ).toBe('appended')
      expect(await store.settle(settles, { how: 'done' })).toBe('lease-lost')
      expect(await drain()).toEqual(effects)
    })
    test('of a lost lease are not stored', async () => {
      const { store, queue, take, drain, passWall } = await stage()
      await queue(wake(1))
      const lost = await take(at(0), 1000)
      passWall(1001)
      const held = await take(at(0))
      expect(held).toMatchObject({ id: lost.id, attempt: 2 })
      const entry = { id, expected: 0, at: at(0), events: [asked(id)], queue: [{ effect: wake(2) }] }
      expect(await store.append({ ...entry, settles: lost })).toBe('lease-lost')
      expect((await store.load(id)).version).toBe(0)
      expect(await store.append({ ...entry, settles: held })).toBe('appended')
      expect(await drain()).toEqual([wake(2)])
    })
    test('may be none: the queue is stored and the task settled', async () => {
      const { store, queue, take, drain } = await stage()
      await queue(wake(1))
      const settles = await take()
      const entry = { id, expected: 0, at: at(0), events: [], queue: [{ effect: wake(2) }], settles }
      expect(await store.append(entry)).toBe('appended')
      expect(await drain()).toEqual([wake(2)])
      expect((await store.load(id)).version).toBe(0)
    })
    test('that cannot follow are a bug, and leave nothing behind', async () => {
      const { store, drain } = await stage()
      const queue = [{ effect: wake(1) }]
      await expect(store.append({ id, expected: 0, at: at(0), events: [approved()], queue })).rejects.toThrow(
        /approved before asked/,
      )
      expect((await store.load(id)).version).toBe(0)
      expect(await drain()).toEqual([])
    })
  })
}

export function finding(stage: Stage): void {
  describe('live requests', () => {
    const idsOf = (requests: readonly { status: string }[]) =>
      requests.map(request => ('ask' in request ? (request.ask as { id: string }).id : request.status))

    test('are found by VM, by requester and by seat, oldest first, until they are over', async () => {
      const { store } = await stage()
      const vm2 = { id: vmId(2), name: 'vm2', subscriptionName: 'Main', resourceGroup: 'rg' }
      const requests = [
        [3, asked(requestId(3)), approved()],
        [1, asked(requestId(1), { by: carol }, [seat(bob), seat(alice)])],
        [2, asked(requestId(2), { vm: vm2 }, [seat(carol)])],
        [4, asked(requestId(4)), withdrawn()],
      ] as const
      for (const [n, ...events] of requests)
        await store.append({ id: requestId(n), expected: 0, at: at(0), events, queue: [] })

      expect(idsOf(await store.liveOn(vmId(1)))).toEqual([requestId(1), requestId(3)])
      expect(idsOf(await store.liveOn(vmId(3)))).toEqual([])
      expect(idsOf(await store.liveOf(alice.person))).toEqual([requestId(2), requestId(3)])
      expect(idsOf(await store.liveOf(bob.person))).toEqual([])
      expect(idsOf(await store.waitingFor(bob.person))).toEqual([requestId(1), requestId(3)])
      expect(idsOf(await store.waitingFor(carol.person))).toEqual([requestId(2)])

      const [first] = await store.liveOn(vmId(2))
      expect(first).toEqual((await store.load(requestId(2))).state)

      await store.append({ id: requestId(3), expected: 2, at: at(2), events: [withdrawn()], queue: [] })
      expect(idsOf(await store.liveOf(alice.person))).toEqual([requestId(2)])
      expect(idsOf(await store.waitingFor(bob.person))).toEqual([requestId(1)])
    })
    test('are found on a VM together with those that have changed since a moment', async () => {
      const { store } = await stage()
      const vm2 = { id: vmId(2), name: 'vm2', subscriptionName: 'Main', resourceGroup: 'rg' }
      const requests = [
        [1, 1, asked(requestId(1))],
        [2, 5, asked(requestId(2)), withdrawn(5)],
        [3, 4, asked(requestId(3)), withdrawn(4)],
        [4, 9, asked(requestId(4), { vm: vm2 }), withdrawn(9)],
      ] as const
      for (const [n, minute, ...events] of requests)
        await store.append({ id: requestId(n), expected: 0, at: at(minute), events, queue: [] })
      expect(idsOf(await store.liveSince(vmId(1), at(5)))).toEqual([requestId(1), requestId(2)])
      expect(idsOf(await store.liveSince(vmId(1), at(6)))).toEqual([requestId(1)])
      expect(idsOf(await store.liveSince(vmId(2), at(0)))).toEqual([requestId(4)])
      const [, over] = await store.liveSince(vmId(1), at(5))
      expect(over).toEqual((await store.load(requestId(2))).state)
    })
    test('go on being told after they are over, as far as what is left to be done inside Windows', async () => {
      const { store } = await stage()
      const id = requestId(1)
      const plan = { rule: 'production', ends: true }
      const told = [
        asked(id),
        approved(),
        ...open().map(event => (event.type === 'opened' ? { ...event, inside: plan } : event)),
        { type: 'closing-started', at: at(60), why: 'expired' },
        { type: 'closed', at: at(61) },
        { type: 'inside-begun', at: at(62), errand: { to: 'end' }, act: { do: 'list' } },
        { type: 'inside-running', at: at(62), operation: 'an address' },
        {
          type: 'inside-answered',
          at: at(63),
          errand: { to: 'end' },
          answer: { kind: 'listed', own: [], why: 'nobody', left: [] },
        },
      ] as readonly AccessEvent[]
      for (const [expected, event] of told.entries())
        expect(await store.append({ id, expected, at: event.at, events: [event], queue: [] })).toBe(
          'appended',
        )
      const { state, events } = await store.load(id)
      expect(events).toEqual(told)
      expect(state).toMatchObject({
        status: 'over',
        grant: { source: '203.0.113.7', openedAt: at(2) },
        inside: { ended: { how: 'none', why: 'nobody', at: at(63) } },
      })
      expect(await store.liveOn(vmId(1))).toEqual([])
      expect(idsOf(await store.liveSince(vmId(1), at(63)))).toEqual([id])
    })
    test('follow new seats', async () => {
      const { store } = await stage()
      const id = requestId(1)
      await store.append({ id, expected: 0, at: at(0), events: [asked(id)], queue: [] })
      const reseated: AccessEvent = {
        type: 'reseated',
        at: at(1),
        seats: [seat(carol), seat(carol), seat(person(7))],
        others: [],
        unreached: [bob.person],
      }
      await store.append({ id, expected: 1, at: at(1), events: [reseated], queue: [] })
      expect(idsOf(await store.waitingFor(bob.person))).toEqual([])
      expect(idsOf(await store.waitingFor(carol.person))).toEqual([id])
    })
    test('are found by their reference while they wait for a decision', async () => {
      const { store } = await stage()
      const [one, two] = [requestId(0xabcdef), requestId(0x12abcdef)]
      for (const id of [one, two, requestId(1)])
        await store.append({ id, expected: 0, at: at(0), events: [asked(id)], queue: [] })
      expect(refOf(one)).toBe('ABCDEF')
      expect(idsOf(await store.askedByRef('ABCDEF'))).toEqual([one, two])
      expect(idsOf(await store.askedByRef('abcdef'))).toEqual([one, two])
      await store.append({ id: two, expected: 1, at: at(1), events: [approved()], queue: [] })
      expect(idsOf(await store.askedByRef('ABCDEF'))).toEqual([one])
      await store.append({ id: two, expected: 2, at: at(2), events: open(), queue: [] })
      expect(idsOf(await store.askedByRef('ABCDEF'))).toEqual([one])
      await store.append({ id: two, expected: 4, at: at(3), events: [askedLonger()], queue: [] })
      expect(idsOf(await store.askedByRef('ABCDEF'))).toEqual([one, two])
      for (const ref of ['', 'BCDEF', '%', '______', 'ABCDEF\0'])
        expect(await store.askedByRef(ref)).toEqual([])
    })
  })
}
