/** Random walks through decide(): whatever arrives in whatever order, what must never be is not. */
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Command, decide, type Step } from '../../../core/access/decide.ts'
import type { AccessEvent, AccessRequest } from '../../../core/access/request.ts'
import { evolve, replay } from '../../../core/access/request.ts'
import { type Instant, later } from '../../../core/ids.ts'
import type { ChosenWay } from '../../../core/rdp/route/way.ts'
import { alice, anAsk, at, bob, carol, seats } from '../../support/cast.ts'

const people = fc.constantFrom(alice, bob, carol)
const minutes = fc.integer({ min: 1, max: 240 })
const source = fc.integer({ min: 1, max: 3 }).map(last => `203.0.113.${last}`)
/** Of an extension; absent: the request itself is decided. */
const number = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined })
const MOST_CHANGES = 3
const OWN: ChosenWay = { kind: 'public-address', host: 'vm.example', port: 3389, why: '' }
const BASTION: ChosenWay = {
  ...{ kind: 'bastion', id: '/bas', name: 'bas', sku: 'Basic', methods: ['portal'], lacking: [], why: '' },
  source: '203.0.113.1',
}
const ways = fc.constantFrom(OWN, BASTION)

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
    fc.record({ by: people, less: fc.option(minutes, { nil: undefined }), number }).map(
      ({ by, less, number }) =>
        (): Command => ({
          type: 'approve',
          by,
          rule: 'production',
          lapseMinutes: 60,
          ...(less === undefined ? {} : { minutes: less }),
          ...(number === undefined ? {} : { extension: number }),
        }),
    ),
    fc.record({ by: people, number }).map(
      ({ by, number }) =>
        (): Command => ({
          type: 'deny',
          by,
          reason: 'no',
          ...(number === undefined ? {} : { extension: number }),
        }),
    ),
    fc
      .record({
        by: people,
        longer: minutes,
        allowedBy: fc.option(fc.constant('dev'), { nil: undefined }),
      })
      .map(
        ({ by, longer, allowedBy }) =>
          (): Command => ({
            type: 'ask-extension',
            by: by.person,
            minutes: longer,
            reason: '',
            rule: 'production',
            seats,
            others: [],
            ...(allowedBy === undefined ? {} : { allowedBy }),
          }),
      ),
    fc.record({ by: people, source }).map(
      ({ by, source }) =>
        (): Command => ({ type: 'change-source', by: by.person, source, most: MOST_CHANGES }),
    ),
    fc.record({ source, end: minutes }).map(
      ({ source, end }) =>
        (now: Instant): Command => ({
          type: 'prove-source',
          source,
          azureEndsAt: later(now, end),
          proofs: [],
          verified: true,
        }),
    ),
    minutes.map(
      end =>
        (now: Instant): Command => ({ type: 'cut-short', until: later(now, end - 60), say: 'x' }),
    ),
    fc.constant((): Command => ({ type: 'give-up', say: 'gone' })),
    people.map(
      ({ person }) =>
        (): Command => ({ type: 'cancel', by: person }),
    ),
    people.map(
      ({ person }) =>
        (): Command => ({ type: 'done', by: person }),
    ),
    fc.record({ by: people, source }).map(
      ({ by, source }) =>
        (): Command => ({ type: 'give-source', by: by.person, source }),
    ),
    fc.record({ source, end: minutes }).map(
      ({ source, end }) =>
        (now: Instant): Command => ({ type: 'request-window', endsAt: later(now, end), sources: [source] }),
    ),
    fc.record({ source, end: minutes }).map(
      ({ source, end }) =>
        (now: Instant): Command => ({
          type: 'prove',
          source,
          azureEndsAt: later(now, end),
          wayIn: { host: 'h', port: 3389 },
          proofs: [],
          verified: true,
        }),
    ),
    fc.record({ instead: ways, way: ways, source: fc.option(source, { nil: undefined }) }).map(
      ({ instead, way, source: to }) =>
        (): Command => ({
          ...{ type: 'take-way', instead, say: 'x', way },
          ...(to === undefined ? {} : { source: to }),
        }),
    ),
    fc.constant((): Command => ({ type: 'keep-way' })),
    source.map(
      to => (): Command => ({ type: 'check', source: to, checks: [{ what: 'rule', state: 'proven' }] }),
    ),
    fc
      .constantFrom<Command['type']>('window-declined', 'fail', 'trouble')
      .map(type => (): Command => ({ type, say: 'x' }) as Command),
    fc.constant((): Command => ({ type: 'shut' })),
    fc.constant((): Command => ({ type: 'reseat', seats: [], others: [], unreached: [], say: 'nobody' })),
    { weight: 4, arbitrary: fc.constant((): Command => ({ type: 'wake' })) },
  ),
})

/** Half of the walks begin with something open, so that what comes after is walked, too. */
const beginnings: fc.Arbitrary<readonly AccessEvent[]> = fc.constantFrom<(readonly AccessEvent[])[]>(
  [],
  [
    { type: 'asked', at: at(0), ask: anAsk({ minutes: 60 }), seats, others: [] },
    { type: 'approved', at: at(0), by: bob, rule: 'production', lapsesAt: at(60), minutes: 60 },
    { type: 'source-given', at: at(0), source: '203.0.113.1', giveUpAt: at(15) },
    {
      type: 'opened',
      at: at(0),
      until: at(60),
      azureEndsAt: at(70),
      wayIn: { host: 'h', port: 3389 },
      proofs: [],
      verified: true,
    },
  ],
  [
    { type: 'asked', at: at(0), ask: anAsk({ minutes: 60, ways: [OWN, BASTION] }), seats, others: [] },
    { type: 'approved', at: at(0), by: bob, rule: 'production', lapsesAt: at(60), minutes: 60 },
    { type: 'source-given', at: at(0), source: '203.0.113.1', giveUpAt: at(15), way: OWN },
  ],
)

test('no order of commands opens without agreement, past its time, or after the end', () => {
  fc.assert(
    fc.property(beginnings, fc.array(commands, { maxLength: 40 }), (beginning, walk) => {
      let now = at(0)
      const events: AccessEvent[] = [...beginning]
      let state = replay(events)
      for (const { after, command } of walk) {
        now = later(now, after)
        const wanted = command(now)
        const step = decide(state, wanted, now)
        if (!step.ok) continue
        if (state.status === 'over') expect(step.events).toEqual([])
        const before = state
        state = step.events.reduce(evolve, state)
        events.push(...step.events)
        checkStep(before, state, step.events)
        // The same again, at the same instant, adds nothing or is refused.
        const again = decide(state, wanted, now)
        const repeatable = ['wake', 'request-window', 'window-declined'].includes(wanted.type)
        // An extension that a rule allows can be asked for again: it is another one.
        const isAllowed = wanted.type === 'ask-extension' && wanted.allowedBy !== undefined
        if (again.ok && !repeatable && !isAllowed) expect(again.events).toEqual([])
        // What was promised can always be ended: its timer is set, or the end is under way.
        if (state.status === 'open' && step.events.length > 0) checkTimers(state, step)
      }
      expect(replay(events)).toEqual(state)
      checkHistory(events, state)
    }),
    { numRuns: 3000 },
  )
})

type Open = Extract<AccessRequest, { status: 'open' }>

/** "Ready" is never carried from one address to another, and time never starts again by moving. */
function checkStep(before: AccessRequest, after: AccessRequest, events: readonly AccessEvent[]): void {
  // A way that waits for the person's own address is never open for another one.
  if (before.status === 'opening' && before.wants) expect(after.status).not.toBe('open')
  if (before.status !== 'open' || after.status !== 'open') return
  if (before.source !== after.source) {
    expect(after).toMatchObject({ verified: false, proofs: [], until: before.until })
    expect(after.moving).toBeDefined()
    expect(after.left).toEqual([...before.left, before.source])
  }
  if (before.until !== after.until)
    expect(events.map(({ type }) => type)).toEqual(
      after.until < before.until ? ['cut-short'] : expect.arrayContaining(['extended']),
    )
}

function checkTimers({ until, ask }: Open, step: Extract<Step, { ok: true }>): void {
  if (!step.events.some(({ type }) => ['opened', 'extended', 'cut-short'].includes(type))) return
  const wakes = step.queue.filter(({ effect }) => effect.do === 'wake').map(({ notBefore }) => notBefore)
  expect(wakes).toContain(until)
  for (const { effect } of step.queue) if (effect.do === 'wake') expect(effect.request).toBe(ask.id)
}

/** What must hold of any audit trail. */
function checkHistory(events: readonly AccessEvent[], state: AccessRequest): void {
  const of = <Type extends AccessEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<AccessEvent, { type: Type }> => event.type === type)
  const [asked] = of('asked')
  for (const { by } of [...of('approved'), ...of('extended')])
    expect('rule' in by || by.person !== alice.person).toBe(true)
  for (const { by } of [...of('denied'), ...of('extension-denied')]) expect(by.person).not.toBe(alice.person)
  for (const { minutes = 0 } of of('approved')) expect(minutes).toBeLessThanOrEqual(asked?.ask.minutes ?? 0)
  for (const opened of of('opened')) {
    expect(of('approved')).toHaveLength(1)
    expect(of('source-given')).toHaveLength(1)
    expect(opened.until).toBeLessThanOrEqual(opened.azureEndsAt)
    expect(opened.until).toBeLessThanOrEqual(later(opened.at, of('approved')[0]?.minutes ?? 0))
  }
  expect(of('opened').length).toBeLessThanOrEqual(1)
  expect(of('source-changed').length).toBeLessThanOrEqual(MOST_CHANGES)
  // Each extension is answered once at most, with no more than was asked, by what was asked before.
  const numbers = of('extension-asked').map(({ number }) => number)
  expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  const answers = [...of('extended'), ...of('extension-denied'), ...of('extension-lapsed')]
  expect(new Set(answers.map(({ number }) => number)).size).toBe(answers.length)
  for (const { number, minutes } of of('extended')) {
    const question = of('extension-asked').find(each => each.number === number)
    expect(minutes).toBeLessThanOrEqual(question?.minutes ?? 0)
  }
  if (state.status !== 'open' && numbers.length > 0) expect(answers).toHaveLength(numbers.length)
  // The end is the first one, plus what was agreed to since.
  const [opened] = of('opened')
  if (opened && state.status === 'open' && of('cut-short').length === 0) {
    const added = of('extended').reduce((sum, { minutes }) => sum + minutes, 0)
    expect(state.until).toBe(later(opened.until, added))
  }
  // What may have been opened is seen shut before it is over.
  if (of('source-given').length > 0 && state.status === 'over') expect(of('closed')).toHaveLength(1)
}
