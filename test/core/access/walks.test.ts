/** Random walks through decide(): whatever arrives in whatever order, what must never be is not. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Command, decide } from '../../../core/access/decide.ts'
import type { AccessEvent, AccessRequest } from '../../../core/access/request.ts'
import { evolve, replay } from '../../../core/access/request.ts'
import { type Instant, later } from '../../../core/ids.ts'
import { alice, anAsk, at, bob, carol, seats } from '../../support/cast.ts'

const people = fc.constantFrom(alice, bob, carol)
const minutes = fc.integer({ min: 1, max: 240 })
const commands: fc.Arbitrary<{ after: number; command: (now: Instant) => Command }> = fc.record({
  after: fc.integer({ min: 0, max: 45 }),
  command: fc.oneof(
    fc.record({ asked: minutes, allowedBy: fc.option(fc.constant('dev'), { nil: undefined }) }).map(
      ({ asked, allowedBy }) =>
        (now: Instant): Command => ({
          type: 'ask',
          ask: anAsk({ minutes: asked, lapsesAt: later(now, 60) }),
          seats,
          others: [],
          ...(allowedBy === undefined ? {} : { allowedBy }),
        }),
    ),
    people.map(by => (): Command => ({ type: 'approve', by, rule: 'production', lapseMinutes: 60 })),
    people.map(by => (): Command => ({ type: 'deny', by, reason: 'no' })),
    people.map(
      ({ person }) =>
        (): Command => ({ type: 'cancel', by: person }),
    ),
    people.map(
      ({ person }) =>
        (): Command => ({ type: 'done', by: person }),
    ),
    fc.record({ by: people, last: fc.integer({ min: 1, max: 3 }) }).map(
      ({ by, last }) =>
        (): Command => ({ type: 'give-source', by: by.person, source: `203.0.113.${last}` }),
    ),
    minutes.map(
      end =>
        (now: Instant): Command => ({
          type: 'request-window',
          endsAt: later(now, end),
          sources: ['203.0.113.1'],
        }),
    ),
    minutes.map(
      end =>
        (now: Instant): Command => ({
          type: 'prove',
          azureEndsAt: later(now, end),
          wayIn: { host: 'h', port: 3389 },
          proofs: [],
          verified: true,
        }),
    ),
    fc
      .constantFrom<Command['type']>('window-declined', 'fail', 'trouble')
      .map(type => (): Command => ({ type, say: 'x' }) as Command),
    fc.constant((): Command => ({ type: 'shut' })),
    fc.constant((): Command => ({ type: 'reseat', seats: [], others: [], unreached: [], say: 'nobody' })),
    { weight: 4, arbitrary: fc.constant((): Command => ({ type: 'wake' })) },
  ),
})

test('no order of commands opens without agreement, past its time, or after the end', () => {
  fc.assert(
    fc.property(fc.array(commands, { maxLength: 40 }), walk => {
      let now = at(0)
      const events: AccessEvent[] = []
      let state: AccessRequest = { status: 'none' }
      for (const { after, command } of walk) {
        now = later(now, after)
        const wanted = command(now)
        const step = decide(state, wanted, now)
        if (!step.ok) continue
        if (state.status === 'over') expect(step.events).toEqual([])
        state = step.events.reduce(evolve, state)
        events.push(...step.events)
        // The same again, at the same instant, adds nothing or is refused.
        const again = decide(state, wanted, now)
        const repeatable = ['wake', 'request-window', 'window-declined'].includes(wanted.type)
        if (again.ok && !repeatable) expect(again.events).toEqual([])
      }
      expect(replay(events)).toEqual(state)

      const of = <Type extends AccessEvent['type']>(type: Type) =>
        events.filter((event): event is Extract<AccessEvent, { type: Type }> => event.type === type)
      for (const { by } of of('approved')) expect('rule' in by || by.person !== alice.person).toBe(true)
      for (const { by } of of('denied')) expect(by.person).not.toBe(alice.person)
      for (const opened of of('opened')) {
        const [asked] = of('asked')
        expect(of('approved')).toHaveLength(1)
        expect(of('source-given')).toHaveLength(1)
        expect(opened.until).toBeLessThanOrEqual(opened.azureEndsAt)
        expect(opened.until).toBeLessThanOrEqual(later(opened.at, asked?.ask.minutes ?? 0))
      }
      expect(of('opened').length).toBeLessThanOrEqual(1)
      // What may have been opened is seen shut before it is over.
      if (of('source-given').length > 0 && state.status === 'over') expect(of('closed')).toHaveLength(1)
    }),
    { numRuns: 3000 },
  )
})
