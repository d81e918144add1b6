/** What may happen inside Windows because of a grant, as decide() says it: recorded first, twice without harm, in its time only. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { decide } from '../../../core/access/decide.ts'
import { type Errand, errandDue, type InsideEvent, insideOf } from '../../../core/access/inside/inside.ts'
import { type AccessEvent, type AccessRequest, replay } from '../../../core/index.ts'
import { alice, anAsk, at, bob, requestId, seats, vm01 } from '../../support/cast.ts'
import { given } from '../../support/given.ts'

const openedWith = (inside?: Extract<AccessEvent, { type: 'opened' }>['inside']): readonly AccessEvent[] => [
  { type: 'asked', at: at(0), ask: anAsk(), seats, others: [] },
  { type: 'approved', at: at(1), by: bob, rule: 'production', lapsesAt: at(60) },
  { type: 'source-given', at: at(2), source: '203.0.113.25', giveUpAt: at(17) },
  {
    type: 'opened',
    at: at(3),
    until: at(123),
    azureEndsAt: at(133),
    wayIn: { host: 'vm01.example', port: 3389 },
    proofs: [],
    verified: true,
    ...(inside === undefined ? {} : { inside }),
  },
]
const plan = { rule: 'production', ends: true, unusedMinutes: 15 }
const open = openedWith(plan)
const ten: Errand = { to: 'warn', minutes: 10, until: at(123) }
const list = { do: 'list' } as const
const begun: AccessEvent = { type: 'inside-begun', at: at(113), errand: ten, act: list }
const running: AccessEvent = { type: 'inside-running', at: at(113), operation: 'an address' }
const kept: AccessEvent = { type: 'use-kept', at: at(20), by: alice.person }
const own = { id: 3, user: 'VM01\\ann', loggedOnAt: at(10) }
const closed: readonly AccessEvent[] = [
  { type: 'closing-started', at: at(123), why: 'expired' },
  { type: 'closed', at: at(124) },
]
const errand = { do: 'guest-session', vm: vm01.id, request: requestId(1) }

describe('timers', () => {
  const prove = {
    type: 'prove',
    source: '203.0.113.25',
    azureEndsAt: at(133),
    wayIn: { host: 'vm01.example', port: 3389 },
    proofs: [],
    verified: true,
  } as const
  const opening = open.slice(0, 3)
  const entries = (state: readonly AccessEvent[], command: Parameters<typeof decide>[1], minute: number) => {
    const step = decide(replay(state), command, at(minute))
    return step.ok ? step.queue.filter(({ effect }) => effect.do === 'guest-session') : step.refusal
  }
  test('stand 10 and 2 minutes before the end, and where somebody is to be asked', () => {
    expect(entries(opening, { ...prove, inside: plan }, 3)).toEqual([
      { effect: errand, notBefore: at(113) },
      { effect: errand, notBefore: at(121) },
      { effect: errand, notBefore: at(18) },
    ])
  })
  test('are none where nothing was promised, or what the rule wants cannot be had', () => {
    expect(entries(opening, prove, 3)).toEqual([])
    expect(entries(opening, { ...prove, inside: { rule: 'r', ends: false, not: 'no tag' } }, 3)).toEqual([])
  })
  test('follow the new end of an extension', () => {
    const asked: AccessEvent = {
      ...{ type: 'extension-asked', at: at(100), number: 1, minutes: 30, reason: '', rule: 'production' },
      ...{ seats, others: [] },
    }
    const agreed = { type: 'approve', by: bob, rule: 'production', lapseMinutes: 60, extension: 1 } as const
    expect(entries([...open, kept, asked], agreed, 101)).toEqual([
      { effect: errand, notBefore: at(143) },
      { effect: errand, notBefore: at(151) },
    ])
  })
  test('bring somebody in as soon as it is shut, and not before', () => {
    const closing = [...open, closed[0] as AccessEvent]
    expect(entries(open, { type: 'done', by: alice.person }, 50)).toEqual([])
    expect(entries(closing, { type: 'shut' }, 124)).toEqual([{ effect: errand }])
  })
})

describe('a script', () => {
  const begin = { type: 'inside-begin', errand: ten, act: list } as const
  test('is recorded in its time only, and once', () => {
    given(...open, kept)
      .when(begin, at(112))
      .thenNothing()
    given(...open, kept)
      .when(begin, at(113))
      .thenEvents('inside-begun')
    given(...open, kept, begun)
      .when(begin, at(113))
      .thenNothing()
    given(...openedWith())
      .when(begin, at(113))
      .thenNothing()
    given(...open, kept)
      .when({ ...begin, errand: { to: 'end' } }, at(113))
      .thenNothing()
    given(...open, kept)
      .when({ ...begin, errand: { ...ten, until: at(120) } }, at(113))
      .thenNothing()
  })
  test('is taken by Azure once', () => {
    const run = { type: 'inside-run', operation: 'an address' } as const
    given(...open, kept)
      .when(run, at(113))
      .thenNothing()
    given(...open, kept, begun)
      .when(run, at(113))
      .thenEvents('inside-running')
    given(...open, kept, begun, running)
      .when(run, at(113))
      .thenNothing()
  })
  test('that tells of a session leads to a word to that one, and then it is done', () => {
    const found = given(...open, kept, begun, running).when(
      { type: 'inside-answer', errand: ten, answer: { kind: 'listed', own: [own], left: [] } },
      at(114),
    )
    found.thenEvents('inside-answered')
    expect(insideOf(found.after)?.underWay).toMatchObject({ errand: ten, todo: [own] })
    // On the way nothing changes that anybody reads.
    expect(found.step).toMatchObject({ queue: [] })
  })
  test('that comes to nothing is not tried again for the same warning', () => {
    const failed = given(...open, kept).when({ type: 'inside-fail', errand: ten, say: 'No.' }, at(113))
    failed.thenEvents('inside-failed').thenQueued('refresh')
    expect(errandDue(failed.after, at(114))).toBeUndefined()
    expect(errandDue(failed.after, at(121))).toEqual({ ...ten, minutes: 2 })
  })
  test('of before the end counts for nothing after it', () => {
    const { after } = given(...open, kept, begun, running).when({ type: 'done', by: alice.person }, at(114))
    expect(insideOf(after)?.underWay).toBeUndefined()
    given(...open, kept, begun, running, ...closed)
      .when({ type: 'inside-answer', errand: ten, answer: { kind: 'done' } }, at(125))
      .thenNothing()
  })
})

describe('the end', () => {
  const over = [...open, kept, ...closed]
  const ending: Errand = { to: 'end' }
  test('is due once it is shut, for what had been open', () => {
    expect(errandDue(replay(over), at(124))).toEqual(ending)
    expect(errandDue(replay(open), at(123))).toBeUndefined()
    const never: readonly AccessEvent[] = [
      ...open.slice(0, 3),
      { type: 'closing-started', at: at(17), why: 'failed', say: 'No.' },
      { type: 'closed', at: at(18) },
    ]
    expect(errandDue(replay(never), at(19))).toBeUndefined()
  })
  test('is said only after it was read back', () => {
    const answers: readonly AccessEvent[] = [
      { type: 'inside-begun', at: at(124), errand: ending, act: list },
      answered({ kind: 'listed', own: [own], left: [] }),
      {
        type: 'inside-begun',
        at: at(125),
        errand: ending,
        act: { do: 'end', session: { id: own.id, loggedOnAt: own.loggedOnAt } },
      },
      answered({ kind: 'done' }),
    ]
    const before = replay([...over, ...answers])
    expect(insideOf(before)?.ended).toBeUndefined()
    expect(errandDue(before, at(126))).toEqual(ending)
    const after = replay([
      ...over,
      ...answers,
      answered({ kind: 'listed', own: [], why: 'nobody', left: [] }),
    ])
    expect(insideOf(after)?.ended).toEqual({ how: 'done', at: at(125) })
    expect(errandDue(after, at(127))).toBeUndefined()
    const stubborn = replay([...over, ...answers, answered({ kind: 'listed', own: [own], left: [own] })])
    expect(insideOf(stubborn)).toMatchObject({ underWay: { todo: [own], rounds: 2 } })
  })
})
const answered = (answer: Extract<InsideEvent, { type: 'inside-answered' }>['answer']): AccessEvent => ({
  type: 'inside-answered',
  at: at(125),
  errand: { to: 'end' },
  answer,
})

describe('the question whether it is still needed', () => {
  const look: Errand = { to: 'find-use' }
  const nobody = { kind: 'listed', own: [], why: 'nobody', left: [] } as const
  const asked: AccessEvent = { type: 'use-asked', at: at(18), answerBy: at(28) }
  const answer = { type: 'inside-answer', errand: look, answer: nobody } as const
  test('is asked where Windows told of everybody and nobody was the person', () => {
    given(...open)
      .when(answer, at(17))
      .thenNothing()
    given(...open)
      .when(answer, at(18))
      .thenEvents('inside-answered', 'use-asked')
      .thenQueued('guest-session', at(28))
    for (const why of ['untold', 'shared-address', 'several-accounts'] as const)
      given(...open)
        .when({ ...answer, answer: { ...nobody, why } }, at(18))
        .thenEvents('inside-answered')
  })
  test('without an answer leads to its end, and everything that was asked for lapses with it', () => {
    given(...open, asked)
      .when(answer, at(28))
      .thenEvents('inside-answered', 'closing-started')
      .thenQueued('reconcile')
    given(...open, asked)
      .when(answer, at(27))
      .thenNothing()
    const moved: AccessEvent = {
      type: 'source-changed',
      at: at(20),
      source: '198.51.100.7',
      giveUpAt: at(35),
    }
    given(...open, asked, moved)
      .when(answer, at(28))
      .thenEvents('inside-answered', 'use-kept')
  })
  test('is answered by its requester alone, while it waits', () => {
    const keep = { type: 'inside-keep', by: alice.person } as const
    given(...open, asked)
      .when(keep, at(20))
      .thenEvents('use-kept')
    given(...open)
      .when(keep, at(20))
      .thenNothing()
    given(...open, asked)
      .when({ ...keep, by: bob.person }, at(20))
      .thenRefused({ code: 'not-requester' })
    given(...open, asked, ...closed)
      .when(keep, at(125))
      .thenRefused({ code: 'not-open' })
  })
})

test('what was stored before any of this is read as ever', () => {
  const { status, inside } = replay([...openedWith(), ...closed]) as Extract<
    AccessRequest,
    { status: 'over' }
  >
  expect({ status, inside }).toEqual({ status: 'over', inside: undefined })
})

test('no order of events about Windows breaks the record, or opens what is shut', () => {
  const event = fc.constantFrom<AccessEvent>(
    begun,
    running,
    kept,
    { type: 'use-asked', at: at(18), answerBy: at(28) },
    { type: 'inside-failed', at: at(120), errand: { to: 'end' }, say: 'No.' },
    answered({ kind: 'done' }),
    answered({ kind: 'controller' }),
    answered({ kind: 'listed', own: [own], left: [own] }),
  )
  fc.assert(
    fc.property(fc.array(event, { maxLength: 12 }), fc.boolean(), (events, isOver) => {
      const state = replay([...open, ...(isOver ? closed : []), ...events])
      expect(state.status).toBe(isOver ? 'over' : 'open')
      errandDue(state, at(125))
    }),
  )
})
