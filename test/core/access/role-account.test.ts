/** The account of a role within a grant: what may follow what, and that no press ever makes the grant longer. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Command, decide } from '../../../core/access/decide.ts'
import { type AccessEvent, type AccessRequest, evolve, replay } from '../../../core/access/request.ts'
import { later } from '../../../core/ids.ts'
import { alice, anAsk, at, bob, seats } from '../../support/cast.ts'

const ask = anAsk({
  minutes: 60,
  instance: {
    ...{ service: 'shop', role: 'Web', instance: 'Web_IN_0', also: [] },
    ...{ restarts: true, warnings: ['It restarts.'] },
  },
  ways: [
    {
      kind: 'role-instance',
      host: 'shop.example',
      port: 3389,
      roleInstance: { role: 'Web', instance: 'Web_IN_0' },
      why: 'because',
    },
  ],
})
const approved: readonly AccessEvent[] = [
  { type: 'asked', at: at(0), ask, seats, others: [] },
  { type: 'approved', at: at(1), by: bob, rule: 'production', lapsesAt: at(60) },
]
const set = (user: string): Command => ({
  type: 'set-account',
  by: alice.person,
  source: '203.0.113.25',
  user,
})

/** Every command that is accepted moves the state. */
function run(start: AccessRequest, ...steps: readonly (readonly [minute: number, command: Command])[]) {
  let state = start
  const effects: unknown[] = []
  for (const [minute, command] of steps) {
    const step = decide(state, command, at(minute))
    if (!step.ok) throw new Error(`refused: ${step.refusal.code}`)
    state = step.events.reduce(evolve, state)
    effects.push(...step.queue.map(({ effect }) => effect.do))
  }
  return { state, effects }
}
const begun = (user: string, doing: 'set' | 'extend' | 'remove' = 'set'): Command => ({
  ...{ type: 'begin-account', user, doing, begun: 'done' },
})
const proven: Command = {
  type: 'prove',
  source: '203.0.113.25',
  azureEndsAt: at(62),
  wayIn: { host: 'shop.example', port: 3389 },
  proofs: [],
  verified: true,
}
const open = () => run(replay(approved), [2, set('lk-1')], [2, begun('lk-1')], [5, proven]).state

describe('the press', () => {
  test('records the account before anything is sent, without a password, with the end of the grant', () => {
    const step = decide(replay(approved), set('lk-1'), at(2))
    expect(step).toMatchObject({
      ok: true,
      events: [
        { type: 'source-given', source: '203.0.113.25', way: { kind: 'role-instance' } },
        { type: 'account-set', user: 'lk-1', expiresAt: at(62), giveUpAt: at(32) },
      ],
    })
    expect(run(replay(approved), [2, set('lk-1')]).effects).toEqual(
      expect.arrayContaining(['reconcile', 'wake']),
    )
  })
  test('is the requester’s alone, and comes in time', () => {
    const no = (command: Command, minute: number) => decide(replay(approved), command, at(minute))
    expect(no({ ...set('x'), by: bob.person } as Command, 2)).toMatchObject({
      refusal: { code: 'not-requester' },
    })
    expect(no(set('x'), 61)).toMatchObject({ refusal: { code: 'lapsed' } })
  })
  test('ends with Azure’s end, which was told at the press', () => {
    expect(open()).toMatchObject({ status: 'open', until: at(62), azureEndsAt: at(62) })
  })
  test('waits for one that is on its way, and not for ever', () => {
    const { state } = run(replay(approved), [2, set('lk-1')])
    expect(decide(state, set('lk-2'), at(2.5))).toMatchObject({ refusal: { code: 'instance-unfit' } })
    expect(decide(state, set('lk-2'), at(3.5))).toMatchObject({ ok: true })
  })
  test('after the end is none', () => {
    expect(decide(open(), set('lk-2'), at(62))).toMatchObject({ refusal: { code: 'not-open' } })
  })
})

test('however often it is pressed, and whatever is lost, the end is the one of the first press', () => {
  const step = fc.record({
    minutes: fc.integer({ min: 1, max: 20 }),
    what: fc.constantFrom('press', 'begun', 'lost', 'kept', 'prove', 'prove-source'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), steps => {
      let state = run(replay(approved), [2, set('lk-0')]).state
      let now = at(2)
      for (const [index, { minutes, what }] of steps.entries()) {
        now = later(now, minutes)
        const user = 'account' in state ? (state.account?.user ?? '') : ''
        const lose = (kept: boolean): Command => ({ type: 'lose-account', user, say: 'no', kept })
        const commands: Record<typeof what, Command> = {
          press: set(`lk-${index + 1}`),
          begun: begun(user),
          lost: lose(false),
          kept: lose(true),
          prove: proven,
          'prove-source': {
            type: 'prove-source',
            source: '203.0.113.25',
            azureEndsAt: at(62),
            proofs: [],
            verified: true,
          },
        }
        const outcome = decide(state, commands[what], now)
        if (outcome.ok) state = outcome.events.reduce(evolve, state)
      }
      if (state.status === 'opening' || state.status === 'open') {
        expect(state.account?.expiresAt).toBe(at(62))
        if (state.status === 'open') expect(state.until).toBe(at(62))
      }
    }),
  )
})

describe('an account that nobody holds the password of', () => {
  test('waits for another press while it opens, and ends with its reason', () => {
    const { state } = run(
      replay(approved),
      [2, set('lk-1')],
      [4, { type: 'lose-account', user: 'lk-1', say: 'Gone.', kept: false }],
    )
    expect(state).toMatchObject({ status: 'opening', account: { lost: 'Gone.' } })
    const late = decide(state, { type: 'wake' }, at(33))
    expect(late).toMatchObject({ events: [{ type: 'closing-started', why: 'failed', say: 'Gone.' }] })
  })
  test('gives way to the one before where that is still there', () => {
    const { state } = run(
      open(),
      [10, set('lk-2')],
      [10, { type: 'lose-account', user: 'lk-2', say: 'No.', kept: true }],
    )
    expect(state).toMatchObject({
      status: 'open',
      account: { user: 'lk-1', begun: 'done', before: ['lk-2'] },
    })
    expect(state).not.toHaveProperty('moving')
  })
  test('is lost once', () => {
    const lose: Command = { type: 'lose-account', user: 'lk-1', say: 'Gone.', kept: false }
    const { state } = run(replay(approved), [2, set('lk-1')], [4, lose])
    expect(decide(state, lose, at(5))).toEqual({ ok: true, events: [], queue: [] })
  })
})

test('an answer that belongs to an older press changes nothing', () => {
  const { state } = run(replay(approved), [2, set('lk-1')], [4, set('lk-2')])
  expect(decide(state, begun('lk-1'), at(4))).toEqual({ ok: true, events: [], queue: [] })
  expect(run(state, [4, begun('lk-2')]).state).toMatchObject({ account: { user: 'lk-2', begun: 'done' } })
})

test('closing keeps every account that there ever was, so that none is left', () => {
  const { state } = run(
    open(),
    [10, set('lk-2')],
    [10, begun('lk-2')],
    [11, { type: 'done', by: alice.person }],
  )
  expect(state).toMatchObject({ status: 'closing', account: { user: 'lk-2', before: ['lk-1'] } })
})

test('more time moves the end, and it counts when it was read back', () => {
  const asked: Command = {
    ...{ type: 'ask-extension', by: alice.person, minutes: 30, reason: '', rule: 'production' },
    ...{ seats: [], others: [], allowedBy: 'production' },
  }
  const { state } = run(open(), [10, asked], [10, { type: 'extend-account' }], [10, begun('lk-1', 'extend')])
  expect(state).toMatchObject({ until: at(92), azureEndsAt: at(62), account: { expiresAt: at(92) } })
  expect(run(state, [11, { type: 'prove-extended', azureEndsAt: at(92) }]).state).toMatchObject({
    azureEndsAt: at(92),
    account: { doing: 'set' },
  })
})
