/** Which session is whose, when its person is warned, and the one link that grants share. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  matchSession,
  mayEnter,
  nextWarning,
  type SessionGrant,
  warningDue,
} from '../../core/access/inside/sessions.ts'
import { linkStep } from '../../core/access/link/step.ts'
import type { WindowsSession } from '../../core/hands.ts'
import { instant, later } from '../../core/ids.ts'

const openedAt = instant(1_795_255_200_000)
const grant = (change: Partial<SessionGrant> = {}): SessionGrant => ({
  source: '203.0.113.25',
  left: [],
  openedAt,
  ...change,
})
const session = (change: Partial<WindowsSession> = {}): WindowsSession => ({
  id: 3,
  user: 'VM01\\ann',
  state: 'active',
  client: '203.0.113.25',
  loggedOnAt: later(openedAt, 5),
  ...change,
})
const own = { id: 3, user: 'VM01\\ann', loggedOnAt: later(openedAt, 5) }
const bare = ({ client: _, ...rest }: WindowsSession): WindowsSession => rest

describe('the session of a grant', () => {
  test('comes from its address and began after it was opened', () => {
    expect(matchSession(grant(), [session({ id: 9, client: '198.51.100.7' }), session()], [])).toEqual({
      own: [own],
    })
  })
  test('may come from an address it was open for before, however that is written', () => {
    const moved = grant({ source: '2001:db8::1', left: ['203.0.113.25'], movedAt: later(openedAt, 6) })
    expect(matchSession(moved, [session({ client: '::ffff:203.0.113.25' })], []).own).toHaveLength(1)
    expect(matchSession(moved, [session({ client: '2001:0db8:0:0:0:0:0:1' })], []).own).toHaveLength(1)
  })
  test('is none that came from an address of before after it was left', () => {
    const moved = grant({ source: '2001:db8::1', left: ['203.0.113.25'], movedAt: later(openedAt, 20) })
    const late = session({ loggedOnAt: later(openedAt, 30) })
    expect(matchSession(moved, [late], [])).toEqual({ own: undefined, why: 'nobody' })
    const never = grant({ source: '2001:db8::1', left: ['203.0.113.25'] })
    expect(matchSession(never, [session()], []).own).toBeUndefined()
  })
  test('is none that was there before, also when its owner came back to it', () => {
    const old = session({ loggedOnAt: later(openedAt, -30) })
    expect(matchSession(grant(), [old], [])).toEqual({ own: undefined, why: 'nobody' })
  })
  test('is none where Windows does not say where from or since when', () => {
    const { loggedOnAt: _, ...timeless } = session()
    for (const one of [bare(session()), timeless, session({ client: 'LOCAL' })])
      expect(matchSession(grant(), [one], []).own).toBeUndefined()
    expect(matchSession(grant(), [bare(session())], [])).toMatchObject({ why: 'untold' })
  })
  test('is none where somebody else with a grant comes from the same address', () => {
    const other = grant({ openedAt: later(openedAt, -60) })
    expect(matchSession(grant(), [session()], [other])).toEqual({ own: undefined, why: 'shared-address' })
    const later2 = grant({ openedAt: later(openedAt, 30) })
    expect(matchSession(grant(), [session()], [later2]).own).toHaveLength(1)
  })
  test('is none where a window that covers the address was opened for somebody else, however wide', () => {
    const wide = (source: string) => grant({ source, openedAt: later(openedAt, -60) })
    for (const source of ['203.0.113.0/24', '*', 'Internet'])
      expect(matchSession(grant(), [session()], [wide(source)])).toEqual({
        own: undefined,
        why: 'shared-address',
      })
    expect(matchSession(grant(), [session()], [wide('198.51.100.0/24')]).own).toHaveLength(1)
  })
  test('is none where two accounts signed in from the address', () => {
    const two = [session(), session({ id: 4, user: 'VM01\\bob' })]
    expect(matchSession(grant(), two, [])).toEqual({ own: undefined, why: 'several-accounts' })
    const again = [session(), session({ id: 4, user: 'vm01\\ANN' })]
    expect(matchSession(grant(), again, []).own).toHaveLength(2)
  })
  test('never comes from an address that is not the grant’s, whatever Windows tells', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record(
            {
              id: fc.nat(),
              user: fc.string(),
              state: fc.constantFrom('active' as const, 'disconnected' as const),
              client: fc.oneof(fc.ipV4(), fc.ipV6(), fc.string(), fc.constant('203.0.113.25')),
              loggedOnAt: fc.integer({ min: -90, max: 90 }).map(minutes => later(openedAt, minutes)),
            },
            { requiredKeys: ['id', 'user', 'state'] },
          ),
        ),
        sessions => {
          const { own } = matchSession(grant(), sessions as WindowsSession[], [])
          for (const one of own ?? []) {
            const clients = sessions
              .filter(({ id, loggedOnAt }) => id === one.id && loggedOnAt === one.loggedOnAt)
              .map(({ client }) => client?.replace(/^::ffff:/i, '') ?? '')
            expect(clients.some(client => /^203\.0\.113\.25$|cb00:7119/i.test(client))).toBe(true)
            expect(one.loggedOnAt).toBeGreaterThanOrEqual(later(openedAt, -2))
          }
        },
      ),
    )
  })
})

describe('warnings', () => {
  const until = later(openedAt, 60)
  const due = (minutesBefore: number, warned: readonly number[] = []) =>
    warningDue({ openedAt, until }, later(until, -minutesBefore), warned)
  test('come 10 and 2 minutes before the end, once each', () => {
    expect([due(11), due(10), due(5, [10]), due(2, [10]), due(1, [10, 2]), due(0)]).toEqual([
      undefined,
      10,
      undefined,
      2,
      undefined,
      undefined,
    ])
  })
  test('that were missed are not made up for: only the latest counts', () => {
    expect(due(1)).toBe(2)
    expect(due(1, [2])).toBeUndefined()
  })
  test('do not greet somebody who has just come', () => {
    const short = later(openedAt, 8)
    expect(warningDue({ openedAt, until: short }, openedAt, [])).toBeUndefined()
    expect(warningDue({ openedAt, until: short }, later(short, -2), [])).toBe(2)
    expect(nextWarning({ openedAt, until: short }, openedAt)).toBe(later(short, -2))
    expect(nextWarning({ openedAt, until }, openedAt)).toBe(later(until, -10))
    expect(nextWarning({ openedAt, until }, later(until, -1))).toBeUndefined()
  })
})

describe('the inside of Windows', () => {
  const vm = (tags: Record<string, string>, os: 'windows' | 'linux' = 'windows') => ({ os, tags })
  test('may be entered where the VM is tagged for it, and nowhere else', () => {
    const optIn = { latchkey: ['sessions', 'all'] }
    expect(mayEnter(vm({ Latchkey: 'sessions' }), optIn)).toBe(true)
    expect(mayEnter(vm({ latchkey: 'Sessions' }), optIn)).toBe(false)
    expect(mayEnter(vm({}), optIn)).toBe(false)
    expect(mayEnter(vm({ latchkey: 'all' }, 'linux'), optIn)).toBe(false)
    expect(mayEnter(vm({ latchkey: 'all' }), undefined)).toBe(false)
    expect(mayEnter(vm({ latchkey: 'all' }), {})).toBe(false)
  })
})

describe('the shareable link of a VM', () => {
  const link = { url: 'https://bst-x.bastion.azure.com/api/shareable-url/t', createdAt: openedAt }
  test('is made for the first grant, used by all, and removed with the last', () => {
    expect(linkStep(openedAt, 1, undefined, {})).toEqual({ do: 'create' })
    expect(linkStep(later(openedAt, 1), 1, undefined, { madeAt: openedAt })).toEqual({ do: 'wait' })
    // It was seen: where it is not seen any more, it is gone.
    const seenOnce = { madeAt: openedAt, wasSeen: true }
    expect(linkStep(later(openedAt, 1), 0, undefined, seenOnce)).toEqual({ do: 'nothing', left: false })
    expect(linkStep(later(openedAt, 1), 1, undefined, seenOnce)).toEqual({ do: 'create' })
    expect(linkStep(openedAt, 2, link, { madeAt: openedAt })).toEqual({
      do: 'use',
      url: link.url,
      ours: true,
    })
    expect(linkStep(openedAt, 1, link, { madeAt: openedAt })).toMatchObject({ do: 'use' })
    expect(linkStep(openedAt, 0, link, { madeAt: openedAt })).toEqual({ do: 'remove' })
    expect(linkStep(openedAt, 0, undefined, {})).toEqual({ do: 'nothing', left: false })
  })
  test('that somebody else made is used and left', () => {
    expect(linkStep(openedAt, 1, link, {})).toEqual({ do: 'use', url: link.url, ours: false })
    expect(linkStep(openedAt, 0, link, {})).toEqual({ do: 'nothing', left: true })
    const made = later(openedAt, 60)
    expect(linkStep(made, 0, link, { madeAt: made })).toEqual({ do: 'nothing', left: true })
  })
  test('that never showed is asked for again after a while, and only where it is needed', () => {
    expect(linkStep(later(openedAt, 6), 1, undefined, { madeAt: openedAt })).toEqual({ do: 'create' })
    expect(linkStep(later(openedAt, 6), 0, undefined, { madeAt: openedAt })).toEqual({
      do: 'nothing',
      left: false,
    })
    expect(linkStep(later(openedAt, 1), 0, undefined, { madeAt: openedAt })).toEqual({ do: 'wait' })
  })
})
