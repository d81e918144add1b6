/** The outbox: what is taken when, one at a time per lane, fenced, merged, kept. */
import { describe, expect, test } from '@jest/globals'
import { instant } from '../../../core/index.ts'
import {
  appHome,
  at,
  bastionLink,
  guestSession,
  home,
  incoming,
  power,
  reconcile,
  redraw,
  refresh,
  requestId,
  say,
  vmId,
  wake,
} from './cast.ts'
import { LEASE_MS, MINUTE_MS, type Stage } from './stage.ts'

export function order(stage: Stage): void {
  describe('effects', () => {
    test('are taken oldest first, each once', async () => {
      const { queue, drain, claim } = await stage()
      const effects = [reconcile(1), wake(1), say('alice', 'hi'), refresh(1), redraw('m1')]
      await queue(...effects)
      expect(await drain()).toEqual(effects)
      expect(await claim()).toBeUndefined()
    })
    test('say how often they were tried and how often they failed', async () => {
      const { store, queue, take } = await stage()
      await queue(wake(1))
      const first = await take()
      expect(first).toEqual({ id: expect.any(String), attempt: 1, failures: 0, effect: wake(1) })
      await store.settle(first, { how: 'failed', afterMs: 0, why: 'no' })
      const second = await take()
      expect(second).toEqual({ ...first, attempt: 2, failures: 1 })
      await store.settle(second, { how: 'failed', afterMs: 0, why: 'no' })
      const third = await take()
      expect(third).toEqual({ ...first, attempt: 3, failures: 2 })
      await store.settle(third, { how: 'again', afterMs: 0 })
      expect(await take()).toEqual({ ...first, attempt: 4, failures: 0 })
    })
    test('wait for their time on the grants’ clock, to the millisecond', async () => {
      const { queue, claim, passWall } = await stage()
      await queue({ effect: wake(1), notBefore: at(10) })
      passWall(60 * MINUTE_MS)
      expect(await claim(instant(at(10) - 1))).toBeUndefined()
      expect(await claim(instant(at(10) - 0.5))).toBeUndefined()
      expect(await claim(at(10))).toMatchObject({ effect: wake(1) })
    })
    test('retry when wall time says so, whatever the grants’ clock does', async () => {
      const { store, queue, take, claim, passWall } = await stage()
      await queue(wake(1))
      await store.settle(await take(), { how: 'failed', afterMs: 5000, why: 'no' })
      passWall(4999)
      expect(await claim(at(600))).toBeUndefined()
      passWall(1)
      expect(await claim(at(0))).toMatchObject({ attempt: 2 })
    })
    test('survive a restart, with their leases', async () => {
      const scene = await stage()
      await scene.queue(wake(1), wake(2))
      const held = await scene.take()
      await scene.reopen()
      expect(await scene.take()).toMatchObject({ effect: wake(2) })
      expect(await scene.claim()).toBeUndefined()
      expect(await scene.store.settle(held, { how: 'done' })).toBe('settled')
    })
  })

  describe('a lane', () => {
    const posted = { ...home('bob'), messageKey: 'm1' }
    const by = (key: string) => ({
      do: 'handle' as const,
      incoming: incoming(`slack:${key}`, {
        who: { platform: 'slack', workspace: 'T1', key },
      }),
    })
    test.each([
      ['one person’s deliveries', by('U1'), by('U1')],
      ['the wakes of one request', wake(1), wake(1)],
      ['what is done inside one Windows, for whomever', guestSession(1), guestSession(2)],
      ['the power of one VM, for whomever', power(1), power(2)],
      ['the link of one VM, for whomever', bastionLink(1), bastionLink(2)],
      [
        'what is said and handed to one address',
        say('alice', 'a'),
        { do: 'hand' as const, request: requestId(1), to: home('alice') },
      ],
    ])('holds %s', async (_, first, second) => {
      const { store, queue, take, claim } = await stage()
      await queue(first, second)
      const task = await take()
      expect(task.effect).toEqual(first)
      expect(await claim()).toBeUndefined()
      await store.settle(task, { how: 'done' })
      expect(await take()).toMatchObject({ effect: second })
    })
    test.each([
      ['deliveries of two people', by('U1'), by('U2')],
      ['two cards of one request', refresh(1, 'requester'), refresh(1, 'approver')],
      ['the same card of two requests', refresh(1), refresh(2)],
      ['copies of two messages', { ...redraw('m1'), posted }, redraw('m2')],
      ['two ports of a VM', reconcile(1, 3389), reconcile(1, 5986)],
      ['two VMs', reconcile(1), reconcile(2)],
      ['what is done inside two', guestSession(1, 1), guestSession(2, 2)],
      ['the links of two VMs', bastionLink(1, 1), bastionLink(2, 2)],
      ['the power of two VMs', power(1, 1), power(2, 2)],
      ['the port of a VM and its power', reconcile(1), power(1)],
      ['the port of a VM and its link', reconcile(1), bastionLink(1)],
      ['the port of a VM and what is inside it', reconcile(1), guestSession(1)],
      ['two requests', wake(1), wake(2)],
      ['two addresses', say('alice', 'a'), say('bob', 'a')],
    ])('does not hold %s together', async (_, first, second) => {
      const { queue, take } = await stage()
      await queue(first, second)
      expect([(await take()).effect, (await take()).effect]).toEqual([first, second])
    })
    test('waits while its first effect waits to be tried again', async () => {
      const { store, queue, take, claim, drain, passWall } = await stage()
      await queue(say('alice', 'one'), say('alice', 'two'), say('bob', 'other'))
      await store.settle(await take(), { how: 'failed', afterMs: 1000, why: 'busy' })
      expect(await take()).toMatchObject({ effect: say('bob', 'other') })
      expect(await claim()).toBeUndefined()
      passWall(1000)
      expect(await drain()).toEqual([say('alice', 'one'), say('alice', 'two')])
    })
    test('is not held up by what is scheduled for later', async () => {
      const { queue, drain } = await stage()
      await queue({ effect: wake(1), notBefore: at(5) }, { effect: wake(1), notBefore: at(0) }, wake(2))
      expect(await drain(at(0))).toEqual([wake(1), wake(2)])
      expect(await drain(at(5))).toEqual([wake(1)])
    })
    test('keeps a timer whose time has come waiting while something else in it is performed', async () => {
      const { store, queue, take, claim } = await stage()
      await queue({ effect: wake(1), notBefore: at(5) }, wake(1))
      const held = await take(at(0))
      expect(await claim(at(5))).toBeUndefined()
      await store.settle(held, { how: 'done' })
      expect(await claim(at(5))).toMatchObject({ effect: wake(1) })
    })
    test('is not held up by what was given up, which is kept to be looked at', async () => {
      const scene = await stage()
      const { queue, take, drain } = scene
      await queue(say('alice', 'one'), say('alice', 'two'))
      const task = await take()
      const settlement = { how: 'parked', why: 'alice is gone\0', queue: [{ effect: wake(7) }] } as const
      expect(await scene.store.settle(task, settlement)).toBe('settled')
      expect(await drain()).toEqual([say('alice', 'two'), wake(7)])
      await scene.reopen()
      expect(await scene.store.parked()).toEqual([
        { id: task.id, effect: task.effect, why: 'alice is gone\ufffd', attempts: 1, at: expect.any(Number) },
      ])
    })
  })
}

export function leases(stage: Stage): void {
  describe('a lease', () => {
    test('keeps others away until it runs out, then the next one gets the effect', async () => {
      const { queue, take, claim, passWall } = await stage()
      await queue(wake(1))
      const first = await take(at(0), 1000)
      passWall(999)
      expect(await claim()).toBeUndefined()
      passWall(1)
      expect(await take()).toEqual({ ...first, attempt: 2 })
    })
    test('that was taken over is void: nothing it settles counts', async () => {
      const { store, queue, take, drain, passWall } = await stage()
      await queue(refresh(1))
      const lost = await take(at(0), 1000)
      passWall(1000)
      const held = await take()
      const card = {
        request: requestId(1),
        slot: 'requester',
        posted: { ...home('alice'), messageKey: 'm1' },
      }
      for (const settlement of [
        { how: 'done', card, queue: [{ effect: wake(9) }] },
        { how: 'again', afterMs: 0 },
        { how: 'failed', afterMs: 0, why: 'x' },
        { how: 'parked', why: 'x' },
      ] as const)
        expect(await store.settle(lost, settlement)).toBe('lease-lost')
      expect(await store.card(requestId(1), 'requester')).toBeUndefined()
      expect(await store.parked()).toEqual([])
      expect(await store.settle(held, { how: 'done' })).toBe('settled')
      expect(await drain()).toEqual([])
    })
    test('that ran out stands until somebody takes over', async () => {
      const { store, queue, take, drain, passWall } = await stage()
      await queue(wake(1))
      const late = await take(at(0), 1000)
      passWall(MINUTE_MS)
      expect(await store.settle(late, { how: 'done' })).toBe('settled')
      expect(await drain()).toEqual([])
    })
    test.each(['done', 'parked', 'again', 'failed'] as const)('can be settled once as %s', async how => {
      const { store, queue, take } = await stage()
      await queue(wake(1))
      const task = await take()
      expect(await store.settle(task, { how, afterMs: 0, why: '' } as never)).toBe('settled')
      expect(await store.settle(task, { how: 'done' })).toBe('lease-lost')
    })
    test('of an effect that never was is lost', async () => {
      const { store } = await stage()
      const task = { id: 'no\0thing', attempt: 1, failures: 0, effect: wake(1) }
      expect(await store.settle(task, { how: 'done' })).toBe('lease-lost')
    })
    test('that ran out is taken up before anything else in its lane', async () => {
      const { queue, take, passWall } = await stage()
      await queue({ effect: wake(1), notBefore: at(5) }, wake(1))
      const held = await take(at(0), 1000)
      passWall(1000)
      expect(await take(at(5))).toEqual({ ...held, attempt: 2 })
    })
    test('is prolonged for who still holds it, and for nobody else', async () => {
      const { store, queue, take, claim, passWall } = await stage()
      await queue(wake(1))
      const lost = await take(at(0), 1000)
      passWall(1000)
      const held = await take(at(0), 1000)
      passWall(900)
      await store.renew([lost], 5000)
      await store.renew([], 5000)
      passWall(100)
      const again = await take(at(0), 1000)
      expect(again).toEqual({ ...held, attempt: 3 })
      passWall(900)
      await store.renew([lost, again], 5000)
      passWall(4999)
      expect(await claim()).toBeUndefined()
      expect(await store.settle(again, { how: 'done' })).toBe('settled')
      await store.renew([again], 5000)
      passWall(5000)
      expect(await claim()).toBeUndefined()
    })
    test('is given to one of many who ask at once', async () => {
      const { store, queue } = await stage()
      await queue(wake(1), wake(1), wake(2))
      const tasks = await Promise.all([1, 2, 3, 4, 5].map(() => store.claim(at(0), LEASE_MS)))
      expect(tasks.map(task => task?.effect).filter(effect => effect !== undefined)).toEqual([
        wake(1),
        wake(2),
      ])
    })
  })
}

export function merging(stage: Stage): void {
  describe('bringing the same thing up to date', () => {
    test.each([
      ['refresh', refresh(1)],
      ['redraw', redraw('m1')],
      ['reconcile', reconcile(1)],
    ])('%s: one waiting is enough', async (_, effect) => {
      const { queue, drain } = await stage()
      await queue(effect, effect, wake(1))
      await queue(effect)
      expect(await drain()).toEqual([effect, wake(1)])
    })
    test('an App Home that waits to be drawn is drawn once for each user', async () => {
      const { queue, drain } = await stage()
      await queue(appHome('U1'), appHome('U2'), appHome('U1'))
      expect(await drain()).toEqual([appHome('U1'), appHome('U2')])
    })
    test.each([
      ['wake', wake(1)],
      ['guest-session', guestSession(1)],
      ['bastion-link', bastionLink(1)],
      ['say', say('alice', 'a')],
    ])('%s is something else: each is performed', async (_, effect) => {
      const { queue, drain } = await stage()
      await queue(effect, effect)
      expect(await drain()).toEqual([effect, effect])
    })
    test('the newer content and the earlier time count', async () => {
      const { queue, drain } = await stage()
      await queue({ effect: refresh(1, 'requester', home('old')), notBefore: at(5) })
      await queue({ effect: refresh(1, 'requester', home('new')), notBefore: at(3) })
      await queue({ effect: refresh(1, 'requester', home('newest')), notBefore: at(9) })
      expect(await drain(instant(at(3) - 1))).toEqual([])
      expect(await drain(at(3))).toEqual([refresh(1, 'requester', home('newest'))])
    })
    test('a retry that waits is tried at once, and keeps its count', async () => {
      const { store, queue, take, claim } = await stage()
      await queue(reconcile(1))
      await store.settle(await take(), { how: 'failed', afterMs: MINUTE_MS, why: 'busy' })
      expect(await claim()).toBeUndefined()
      await queue(reconcile(1))
      expect(await claim()).toMatchObject({ attempt: 2, failures: 1 })
    })
    test('while one is performed a second waits its turn', async () => {
      const { store, queue, take, claim, drain } = await stage()
      await queue(reconcile(1))
      const held = await take()
      await queue(reconcile(1), reconcile(1))
      expect(await claim()).toBeUndefined()
      await store.settle(held, { how: 'done' })
      expect(await drain()).toEqual([reconcile(1)])
    })
    test.each([
      [{ how: 'failed', afterMs: MINUTE_MS, why: 'busy' }, 1],
      [{ how: 'again', afterMs: MINUTE_MS }, 0],
    ] as const)('two become one when the first is to be tried again: %o', async (settlement, failures) => {
      const { store, queue, take, claim } = await stage()
      await queue(refresh(1, 'requester', home('old')))
      const held = await take()
      await queue(refresh(1, 'requester', home('new')))
      await store.settle(held, settlement)
      // The older one stays, so that its attempts tell that a card may have been posted; the newer one's hurry counts.
      const effect = refresh(1, 'requester', home('new'))
      expect(await take()).toEqual({ id: held.id, attempt: 2, failures, effect })
      expect(await claim()).toBeUndefined()
    })
    test('one for later does not hurry the one that is to be tried again', async () => {
      const { store, queue, take, claim, passWall } = await stage()
      await queue(reconcile(1))
      const held = await take()
      await queue({ effect: reconcile(1), notBefore: at(5) })
      await store.settle(held, { how: 'again', afterMs: MINUTE_MS })
      expect(await claim()).toBeUndefined()
      passWall(MINUTE_MS)
      expect(await claim()).toMatchObject({ id: held.id, attempt: 2 })
    })
    test('what was given up does not swallow a new one', async () => {
      const { store, queue, take, drain } = await stage()
      await queue(refresh(1))
      await store.settle(await take(), { how: 'parked', why: 'gone' })
      await queue(refresh(1))
      expect(await drain()).toEqual([refresh(1)])
    })
  })
}

export function settling(stage: Stage): void {
  describe('what is done', () => {
    test('leaves where its card was posted, and queues what follows, in its own lane too', async () => {
      const scene = await stage()
      const { queue, take, drain } = scene
      await queue(refresh(1))
      const posted = { ...home('alice'), messageKey: '1700000000.000100' }
      const card = { request: requestId(1), slot: 'requester', posted }
      const follows = [refresh(1), reconcile(4)].map(effect => ({ effect }))
      expect(await scene.store.settle(await take(), { how: 'done', card, queue: follows })).toBe('settled')
      expect(await drain()).toEqual([refresh(1), reconcile(4)])
      await scene.reopen()
      expect(await scene.store.card(requestId(1), 'requester')).toEqual(posted)
      expect(await scene.store.card(requestId(1), 'approver')).toBeUndefined()
      expect(await scene.store.card(requestId(2), 'requester')).toBeUndefined()
    })
    test('a card that was posted anew replaces the old one', async () => {
      const { store, queue, take } = await stage()
      for (const messageKey of ['first', 'second']) {
        await queue(refresh(1))
        const card = { request: requestId(1), slot: 'requester', posted: { ...home('alice'), messageKey } }
        await store.settle(await take(), { how: 'done', card })
      }
      expect(await store.card(requestId(1), 'requester')).toMatchObject({ messageKey: 'second' })
    })
    test('VM ids, slots and addresses may hold anything', async () => {
      const { queue, drain } = await stage()
      const odd = [say('o\'"\0:%_', 'x'), refresh(1, 'approver:teams:é\ud800'), reconcile(1)]
      await queue(...odd)
      expect(await drain()).toHaveLength(3)
      expect(vmId(1)).toContain('/')
    })
  })
}
