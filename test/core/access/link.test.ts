/** A grant and its shareable link, without Azure: what may be recorded in which state, and what a grant still has to see to. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Command, decide } from '../../../core/access/decide.ts'
import { type LinkCommand, leavesLink, needsLink } from '../../../core/access/link/link.ts'
import { type AccessEvent, type AccessRequest, evolve, replay } from '../../../core/access/request.ts'
import type { BastionWay } from '../../../core/rdp/route/way.ts'
import { alice, anAsk, at, bob, seats } from '../../support/cast.ts'

const way: BastionWay = {
  kind: 'bastion',
  id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/bastionHosts/bas-hub',
  name: 'bas-hub',
  sku: 'Standard',
  methods: ['portal', 'shareable-link'],
  lacking: [],
  source: '10.1.250.0/26',
  why: 'it reaches it',
}
const opened = (link: boolean): readonly AccessEvent[] => [
  { type: 'asked', at: at(0), ask: anAsk({ ways: [way] }), seats, others: [] },
  { type: 'approved', at: at(1), by: bob, rule: 'production', lapsesAt: at(61), minutes: 120 },
  { type: 'source-given', at: at(1), source: way.source, giveUpAt: at(16), way },
  {
    type: 'opened',
    at: at(2),
    until: at(122),
    azureEndsAt: at(132),
    wayIn: { port: 3389, way, ...(link ? { link: true } : {}) },
    proofs: [],
    verified: true,
  },
]
const open = replay(opened(true))
const following = (state: AccessRequest, ...commands: readonly Command[]): AccessRequest =>
  commands.reduce((now, command) => {
    const step = decide(now, command, at(3))
    if (!step.ok) throw new Error(step.refusal.code)
    return step.events.reduce(evolve, now)
  }, state)
const queued = (state: AccessRequest, command: Command) => {
  const step = decide(state, command, at(3))
  return step.ok ? step.queue.map(({ effect }) => effect.do).filter(what => what !== 'refresh') : []
}
const done = { type: 'done', by: alice.person } as const

describe('a grant', () => {
  test('that comes in by a link wants one as it opens, and has it looked after', () => {
    expect(needsLink(open)).toBe(true)
    expect(open).toMatchObject({ link: { phase: 'wanted', bastion: way.id } })
    expect(needsLink(replay(opened(false)))).toBe(false)
  })
  test('that ends before Azure was asked has nothing to see to', () => {
    const closing = following(open, done)
    expect(leavesLink(closing)).toBe(false)
    expect(queued(open, done)).toEqual(['reconcile'])
    expect(following(closing, { type: 'shut' })).toMatchObject({ status: 'over', outcome: 'returned' })
  })
  test.each<[string, readonly LinkCommand[]]>([
    ['Azure was asked', [{ type: 'link-ask', madeAt: at(3) }]],
    [
      'it was refused, but may come to stand',
      [
        { type: 'link-ask', madeAt: at(3) },
        { type: 'link-refuse', say: 'No.', unsure: true },
      ],
    ],
    ['it is ours', [{ type: 'link-show', madeAt: at(3) }]],
    ['it is somebody else’s', [{ type: 'link-show' }]],
  ])('that ends when %s is not over before that is settled', (_, commands) => {
    const state = following(open, ...commands)
    expect(queued(state, done)).toEqual(['reconcile', 'bastion-link'])
    const closing = following(state, done)
    expect(following(closing, { type: 'shut' })).toBe(closing)
    const released = following(closing, { type: 'link-release', end: 'removed' })
    expect(queued(closing, { type: 'link-release', end: 'removed' })).toEqual(['reconcile'])
    expect(following(released, { type: 'shut' })).toMatchObject({ status: 'over', link: 'removed' })
  })
  test('that was refused for good has nothing to see to', () => {
    const refused = following(
      open,
      { type: 'link-ask', madeAt: at(3) },
      { type: 'link-refuse', say: 'No.', unsure: false },
    )
    expect(refused).toMatchObject({ status: 'open', link: { phase: 'refused', say: 'No.' } })
    expect(leavesLink(following(refused, done))).toBe(false)
  })
  test('asks anew for what vanished, and nothing of the old one stays', () => {
    const missed = following(open, { type: 'link-show', madeAt: at(3) }, { type: 'link-miss' })
    expect(missed).toMatchObject({ link: { phase: 'wanted', vanishedAt: at(3) } })
    expect(missed).not.toMatchObject({ link: { madeAt: expect.anything() } })
  })
})

test('whatever is told in whatever order, nothing is over with a link that may stand, and saying it twice changes nothing', () => {
  const say = fc.constantFrom('No.', 'Not now.')
  const madeAt = fc.constantFrom(at(3), at(9))
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.record({ type: fc.constant('link-ask' as const), madeAt }),
    fc.constantFrom<Command>({ type: 'link-begin' }, { type: 'link-begin', operation: 'op' }),
    fc.record({ type: fc.constantFrom('link-decline' as const, 'link-trouble' as const), say }),
    fc.record({ type: fc.constant('link-refuse' as const), say, unsure: fc.boolean() }),
    fc.constantFrom<Command>({ type: 'link-show' }, { type: 'link-miss' }, done, { type: 'shut' }),
    fc.record({ type: fc.constant('link-show' as const), madeAt }),
    fc.constantFrom<Command>({ type: 'link-release', end: 'shared' }),
  )
  fc.assert(
    fc.property(fc.array(command, { maxLength: 25 }), commands => {
      let state = open
      for (const one of commands) {
        if (state.status === 'over') break
        const before = state
        state = following(state, one)
        if (state.status === 'over') expect(leavesLink(before)).toBe(false)
        // Trouble that is told again is the same; what was refused, asked or shown stands.
        else expect(following(state, one)).toEqual(one.type === 'link-refuse' ? expect.anything() : state)
      }
    }),
  )
})
