/** Bindings, tickets and memory. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type ChatUser, instant, type Ticket } from '../../../core/index.ts'
import { alice, at, bob, incoming, wake } from './cast.ts'
import type { Stage } from './stage.ts'

const user = (key: string, workspace = 'T1'): ChatUser => ({ platform: 'slack', workspace, key })

export function binding(stage: Stage): void {
  describe('a binding', () => {
    const queue = [{ effect: wake(1) }]

    test('says who a chat user is and which user a person is, and queues what it sets off', async () => {
      const scene = await stage()
      const { store, drain } = scene
      expect(await store.personBoundTo(user('U1'))).toBeUndefined()
      expect(await store.userBoundTo(alice.person, 'slack')).toBeUndefined()
      expect(await store.bind(user('U1'), alice.person, queue)).toBe('bound')
      expect(await drain()).toEqual([wake(1)])
      await scene.reopen()
      expect(await scene.store.personBoundTo(user('U1'))).toBe(alice.person)
      expect(await scene.store.userBoundTo(alice.person, 'slack')).toBe('U1')
      expect(await scene.store.userBoundTo(alice.person, 'teams')).toBeUndefined()
      expect(await scene.store.personBoundTo(user('U1', 'T2'))).toBeUndefined()
    })
    test('made again is the same binding, and sets nothing off again', async () => {
      const { store, drain } = await stage()
      await store.bind(user('U1'), alice.person, queue)
      await drain()
      expect(await store.bind(user('U1'), alice.person, queue)).toBe('bound')
      expect(await drain()).toEqual([])
    })
    test.each([
      ['the user is somebody else already', user('U1'), bob.person],
      ['the person has another user already', user('U2'), alice.person],
      ['the person has the same user in another workspace', user('U1', 'T2'), alice.person],
    ])('is refused when %s, and sets nothing off', async (_, who, person) => {
      const { store, drain } = await stage()
      await store.bind(user('U1'), alice.person, [])
      expect(await store.bind(who, person, queue)).toBe('taken')
      expect(await drain()).toEqual([])
      expect(await store.personBoundTo(user('U1'))).toBe(alice.person)
      expect(await store.userBoundTo(alice.person, 'slack')).toBe('U1')
    })
    test('made twice at once is made once', async () => {
      const { store, drain } = await stage()
      const outcomes = await Promise.all([
        store.bind(user('U1'), alice.person, queue),
        store.bind(user('U1'), bob.person, queue),
        store.bind(user('U2'), alice.person, queue),
      ])
      expect(outcomes.filter(outcome => outcome === 'bound')).toHaveLength(1)
      expect(await drain()).toEqual([wake(1)])
    })
    test('on each platform is a binding of its own', async () => {
      const { store } = await stage()
      await store.bind(user('U1'), alice.person, [])
      expect(await store.bind({ ...user('U1'), platform: 'teams' }, alice.person, [])).toBe('bound')
    })
  })
}

export function tickets(stage: Stage): void {
  const ticket: Ticket = { user: user('U1'), label: 'alice', resume: incoming('slack:1') }

  describe('a ticket', () => {
    test('can be read until it is dropped', async () => {
      const scene = await stage()
      await scene.store.putTicket('secret', ticket, at(10))
      await scene.reopen()
      expect(await scene.store.ticket('secret', at(9))).toEqual(ticket)
      expect(await scene.store.ticket('secret', at(9))).toEqual(ticket)
      await scene.store.dropTicket('secret')
      expect(await scene.store.ticket('secret', at(9))).toBeUndefined()
      await scene.store.dropTicket('secret')
    })
    test('ends at its moment', async () => {
      const { store, claim } = await stage()
      await store.putTicket('secret', ticket, at(10))
      expect(await store.ticket('secret', instant(at(10) - 1))).toEqual(ticket)
      expect(await store.ticket('secret', at(10))).toBeUndefined()
      await claim(at(9))
      expect(await store.ticket('secret', at(9))).toEqual(ticket)
    })
    test('is found by its whole id only', async () => {
      const { store } = await stage()
      await store.putTicket('secret', ticket, at(10))
      for (const id of ['', 'Secret', 'secre', 'secret ', 'secret\0', '%', 'x'.repeat(100_000)])
        expect(await store.ticket(id, at(0))).toBeUndefined()
    })
  })
}

export function memory(stage: Stage): void {
  describe('the memory', () => {
    test('keeps the last value of each key of each scope', async () => {
      const scene = await stage()
      const { store } = scene
      expect(await store.recall('teams', 'a')).toBeUndefined()
      await store.remember('teams', 'a', { first: true })
      await store.remember('teams', 'a', [1, { b: null }, 'x'])
      await store.remember('slack', 'a', 'other')
      await scene.reopen()
      expect(await scene.store.recall('teams', 'a')).toEqual([1, { b: null }, 'x'])
      expect(await scene.store.recall('slack', 'a')).toBe('other')
      expect(await scene.store.recall('teams', 'b')).toBeUndefined()
    })
    test('forgets what is undefined, and knows that from null', async () => {
      const { store } = await stage()
      await store.remember('teams', 'a', null)
      expect(await store.recall('teams', 'a')).toBeNull()
      await store.remember('teams', 'a', undefined)
      expect(await store.recall('teams', 'a')).toBeUndefined()
    })
    test('gives back whatever JSON can say', async () => {
      const { store } = await stage()
      const readable = fc.jsonValue({ noUnicodeString: false, stringUnit: 'grapheme' } as never)
      await fc.assert(
        fc.asyncProperty(readable, async value => {
          await store.remember('scope', 'key', value)
          expect(await store.recall('scope', 'key')).toEqual(JSON.parse(JSON.stringify(value)))
        }),
        { numRuns: 60 },
      )
    })
    test('takes any text, and gives back the nearest that can be kept', async () => {
      const { store } = await stage()
      await fc.assert(
        fc.asyncProperty(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map(code => String.fromCharCode(code)) }),
          async (key, text) => {
            await store.remember('scope', key, { [`k${text}`]: text })
            const nearest = text.toWellFormed().replaceAll('\0', '\ufffd')
            expect(await store.recall('scope', key)).toEqual({ [`k${nearest}`]: nearest })
          },
        ),
        { numRuns: 60 },
      )
    })
  })
}
