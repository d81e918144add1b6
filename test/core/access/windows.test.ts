import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Grant, justificationMark, type Plan, plan } from '../../../core/access/windows.ts'
import type { Instant, RequestId } from '../../../core/ids.ts'
import { later } from '../../../core/ids.ts'
import { at, requestId } from '../../support/cast.ts'
import { type JitModel, type Mode, makeJitModel } from '../../support/jit-model.ts'

const modes: readonly Mode[] = ['merge', 'supersede']

/** Plays the plan against the model until nothing is left to do, as reconcile() does over several looks. */
function settle(now: Instant, grants: Map<RequestId, Grant>, azure: JitModel): Plan {
  for (let look = 0; look < 10; look++) {
    const next = plan(now, [...grants.values()], azure.windows(now))
    if (next.request) {
      const { sources, endsAt, grants: named } = next.request
      azure.request(now, sources, endsAt, named.map(justificationMark).join('; '))
      for (const id of named) {
        const grant = grants.get(id)
        if (grant && grant.phase !== 'closing') grants.set(id, { ...grant, requestedAt: now })
      }
      continue
    }
    for (const rule of next.remove) azure.remove(rule)
    for (const { id, endsAt, shared } of next.inForce) {
      const grant = grants.get(id)
      if (!grant || grant.phase === 'closing') throw new Error('proven, but closing')
      const { phase: _, ...where } = grant
      if (grant.phase === 'open') {
        grants.set(id, { ...grant, moving: false })
        continue
      }
      const wanted = later(now, grant.minutes)
      const until = shared || wanted < endsAt ? wanted : endsAt
      grants.set(id, { ...where, phase: 'open', until })
    }
    for (const { id } of next.shut) grants.delete(id)
    if (!next.unsettled) return next
  }
  throw new Error('never settles')
}

const opening = (n: number, source: string, minutes = 60): Grant => ({
  id: requestId(n),
  source,
  phase: 'opening',
  minutes,
  requestedAt: undefined,
})

describe.each(modes)('when Azure would %s', mode => {
  test('one person gets one window, a little longer than their time and within the cap', () => {
    const azure = makeJitModel(mode)
    const grants = new Map([[requestId(1), opening(1, '203.0.113.7', 120)]])
    settle(at(0), grants, azure)
    expect(azure.sent).toMatchObject([{ sources: ['203.0.113.7'], endsAt: at(130) }])
    const capped = makeJitModel(mode)
    settle(at(0), new Map([[requestId(1), opening(1, '203.0.113.7', 180)]]), capped)
    expect(capped.sent).toMatchObject([{ endsAt: at(180) }])
  })

  test('a shorter grant never cuts a longer one, and one end never closes the other', () => {
    const azure = makeJitModel(mode)
    const grants = new Map([[requestId(1), opening(1, '203.0.113.7', 120)]])
    settle(at(0), grants, azure)
    grants.set(requestId(2), opening(2, '198.51.100.9', 30))
    const shared = settle(at(10), grants, azure)
    expect(azure.sent.at(-1)).toMatchObject({ sources: ['203.0.113.7', '198.51.100.9'], endsAt: at(50) })
    // Where Azure keeps both windows, the first still stands; where it replaces, the first is renewed before the common end.
    expect(shared.renewAt).toEqual(mode === 'merge' ? undefined : at(47))

    grants.set(requestId(2), { id: requestId(2), source: '198.51.100.9', phase: 'closing' })
    settle(at(40), grants, azure)
    expect(azure.rules(at(40)).flatMap(rule => rule.sources)).toEqual(['203.0.113.7'])
  })

  test('what Azure was asked for already is not asked for again while it only needs time', () => {
    const azure = makeJitModel(mode, 30_000)
    const grant = opening(1, '203.0.113.7')
    azure.request(at(0), ['203.0.113.7'], at(70), justificationMark(grant.id))
    const next = plan(at(0), [grant], azure.windows(at(0)))
    expect(next).toMatchObject({ inForce: [], unsettled: true })
    expect(next.request).toBeUndefined()
  })

  test('after a crash between record and answer, it waits for Azure to show the request before asking again', () => {
    const azure = makeJitModel(mode)
    const recorded: Grant = {
      ...opening(1, '203.0.113.7'),
      phase: 'opening',
      minutes: 60,
      requestedAt: at(0),
    }
    expect(plan(at(0.4), [recorded], azure.windows(at(0.4))).request).toBeUndefined()
    expect(plan(at(0.5), [recorded], azure.windows(at(0.5))).request).toBeDefined()
  })

  test('a foreign window is kept: never removed, and carried along in a union', () => {
    const azure = makeJitModel(mode)
    azure.request(at(0), ['192.0.2.1'], at(120), 'opened in the portal')
    const grants = new Map([[requestId(1), opening(1, '203.0.113.7', 30)]])
    settle(at(1), grants, azure)
    grants.set(requestId(1), { id: requestId(1), source: '203.0.113.7', phase: 'closing' })
    settle(at(20), grants, azure)
    const left = azure.rules(at(20)).flatMap(rule => rule.sources)
    expect(left).not.toContain('203.0.113.7')
    if (mode === 'merge') expect(left).toContain('192.0.2.1')
  })

  test('two people behind one address: the first end says that the address is still let in by the other window', () => {
    const azure = makeJitModel(mode)
    const grants = new Map([
      [requestId(1), opening(1, '203.0.113.7', 30)],
      [requestId(2), opening(2, '203.0.113.7', 60)],
    ])
    settle(at(0), grants, azure)
    const closing: Grant = { id: requestId(1), source: '203.0.113.7', phase: 'closing' }
    const still = [...grants.values()].filter(({ id }) => id !== requestId(1))
    expect(plan(at(5), [closing, ...still], azure.windows(at(5))).shut).toEqual([
      { id: requestId(1), sharedWith: 'another window' },
    ])
  })
})

const latest = (...moments: readonly Instant[]): Instant => moments.reduce((a, b) => (a > b ? a : b))

/** What a random afternoon is made of. */
const moves = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('ask' as const),
        source: fc.integer({ min: 1, max: 4 }),
        minutes: fc.integer({ min: 5, max: 180 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), which: fc.nat(6) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('move' as const),
        which: fc.nat(6),
        source: fc.integer({ min: 1, max: 4 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('extend' as const),
        which: fc.nat(6),
        minutes: fc.integer({ min: 1, max: 200 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 90 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('foreign' as const),
        source: fc.integer({ min: 7, max: 8 }),
        minutes: fc.integer({ min: 1, max: 120 }),
      }),
    },
  ),
  { minLength: 1, maxLength: 25 },
)

describe.each(modes)('on any afternoon, when Azure would %s', mode => {
  test('everyone who is in stays in until their time, and nobody else is let in', () => {
    fc.assert(
      fc.property(moves, afternoon => {
        const azure = makeJitModel(mode)
        const grants = new Map<RequestId, Grant>()
        const foreign = new Set<string>()
        /** The last end that was ever promised for an address. */
        const promised = new Map<string, Instant>()
        let now = at(0)
        let numbers = 0
        let renewAt: Instant | undefined
        const look = () => {
          renewAt = settle(now, grants, azure).renewAt
        }
        const check = () => {
          const letIn = new Set(azure.rules(now).flatMap(rule => rule.sources))
          const wanted = new Set([...grants.values()].map(({ source }) => source))
          for (const { source } of grants.values()) expect(letIn).toContain(source)
          for (const source of letIn) expect(wanted.has(source) || foreign.has(source)).toBe(true)
          for (const grant of grants.values()) expect(grant.phase === 'open' && !grant.moving).toBe(true)
          // Were nobody to look any more, Azure would shut everything soon after the last end that was promised.
          for (const grant of grants.values()) {
            const before = promised.get(grant.source) ?? now
            if ('until' in grant) promised.set(grant.source, latest(before, grant.until))
          }
          for (const { sources, endsAt } of azure.inForce(now)) {
            const ends = sources.flatMap(source => promised.get(source) ?? [])
            if (ends.length > 0) expect(endsAt).toBeLessThanOrEqual(later(latest(...ends), 10))
          }
        }
        const passMinutes = (minutes: number) => {
          for (let minute = 0; minute < minutes; minute++) {
            now = later(now, 1)
            const ended = [...grants.values()].filter(grant => grant.phase === 'open' && grant.until <= now)
            for (const { phase: _, ...grant } of ended) grants.set(grant.id, { ...grant, phase: 'closing' })
            if (ended.length > 0 || (renewAt !== undefined && renewAt <= now)) look()
            check()
          }
        }
        for (const move of afternoon) {
          if (move.do === 'ask') {
            const grant = opening(++numbers, `203.0.113.${move.source}`, move.minutes)
            grants.set(grant.id, grant)
          } else if (move.do === 'end') {
            const grant = [...grants.values()][move.which]
            if (grant) grants.set(grant.id, { id: grant.id, source: grant.source, phase: 'closing' })
          } else if (move.do === 'move') {
            // Nobody changes the network and comes back to the page within the same instant.
            passMinutes(1)
            const grant = [...grants.values()][move.which]
            const source = `203.0.113.${move.source}`
            if (grant?.phase === 'open' && grant.source !== source) {
              const left = [...(grant.left ?? []), grant.source]
              grants.set(grant.id, {
                ...grant,
                source,
                left,
                movedAt: now,
                requestedAt: undefined,
                moving: true,
              })
            }
          } else if (move.do === 'extend') {
            const grant = [...grants.values()][move.which]
            if (grant?.phase === 'open')
              grants.set(grant.id, { ...grant, until: later(grant.until, move.minutes) })
          } else if (move.do === 'foreign') {
            foreign.add(`192.0.2.${move.source}`)
            azure.request(now, [`192.0.2.${move.source}`], later(now, move.minutes), 'opened in the portal')
          } else passMinutes(move.minutes)
          look()
          check()
        }
      }),
      { numRuns: 300 },
    )
  })
})
