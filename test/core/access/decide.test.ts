import { describe, expect, test } from '@jest/globals'
import type { AccessEvent } from '../../../core/access/request.ts'
import { alice, anAsk, aRule, at, bob, carol, seats } from '../../support/cast.ts'
import { given } from '../../support/given.ts'

const asked: AccessEvent = {
  type: 'asked',
  at: at(0),
  ask: anAsk(),
  seats,
  others: ['members of platform-leads'],
}
const approved: AccessEvent = { type: 'approved', at: at(1), by: bob, rule: aRule().id, lapsesAt: at(61) }
const sourced: AccessEvent = { type: 'source-given', at: at(2), source: '203.0.113.7', giveUpAt: at(17) }
const requested: AccessEvent = {
  type: 'window-requested',
  at: at(2),
  endsAt: at(132),
  sources: ['203.0.113.7'],
}
const opened: AccessEvent = {
  type: 'opened',
  at: at(3),
  until: at(123),
  azureEndsAt: at(132),
  wayIn: { host: 'vm01.westeurope.cloudapp.azure.com', port: 3389 },
  proofs: [],
  verified: true,
}
const closing: AccessEvent = { type: 'closing-started', at: at(123), why: 'expired' }
const approve = (by = bob) => ({ type: 'approve', by, rule: 'production', lapseMinutes: 60 }) as const

describe('asking', () => {
  test('a request that needs approval shows a card to the requester and to each seat, and lapses by itself', () => {
    const { step } = given()
      .when({ type: 'ask', ask: anAsk(), seats, others: [] }, at(0))
      .thenEvents('asked')
      .thenQueued('wake', at(60))
    const slots =
      step.ok && step.queue.flatMap(({ effect }) => (effect.do === 'refresh' ? [effect.slot] : []))
    expect(slots).toEqual(['requester', `approver:teams:${bob.person}`])
  })
  test('a rule that allows approves at once, under its own name', () => {
    const { after } = given()
      .when({ type: 'ask', ask: anAsk(), seats: [], others: [], allowedBy: 'dev' }, at(0))
      .thenEvents('asked', 'approved')
    expect(after).toMatchObject({ status: 'approved', approver: { rule: 'dev' } })
  })
  test('asking again under the same id changes nothing', () => {
    given(asked).when({ type: 'ask', ask: anAsk(), seats, others: [] }).thenNothing()
  })
})

describe('deciding', () => {
  test('an approval waits for the address the requester comes from', () => {
    given(asked)
      .when(approve(), at(1))
      .thenEvents('approved')
      .thenQueued('wake', at(61))
      .thenQueued('refresh')
  })
  test('nobody approves or denies their own request', () => {
    given(asked).when(approve(alice)).thenRefused({ code: 'own-request' })
    given(asked).when({ type: 'deny', by: alice, reason: 'no' }).thenRefused({ code: 'own-request' })
  })
  test('a denial ends it and carries the reason', () => {
    const { after } = given(asked).when({ type: 'deny', by: bob, reason: 'not now' }).thenEvents('denied')
    expect(after).toMatchObject({ status: 'over', outcome: 'denied', deniedBy: bob, say: 'not now' })
  })
  test('the second of two deciders learns who was faster', () => {
    given(asked, approved).when(approve(carol)).thenRefused({ code: 'already-settled', by: 'Bob Brandt' })
    given(asked, { type: 'denied', at: at(1), by: bob, reason: 'no' })
      .when(approve(carol))
      .thenRefused({ code: 'already-settled', by: 'Bob Brandt' })
  })
  test('a press after the request lapsed comes too late, even before the timer ran', () => {
    given(asked).when(approve(), at(60)).thenRefused({ code: 'lapsed' })
  })
  test('when nobody decides, the request lapses; before its time it does not', () => {
    given(asked).when({ type: 'wake' }, at(59)).thenNothing()
    given(asked).when({ type: 'wake' }, at(60)).thenEvents('lapsed')
  })
  test('an approval that is never opened lapses', () => {
    given(asked, approved).when({ type: 'wake' }, at(61)).thenEvents('lapsed')
  })
  test('a seat that cannot be reached is replaced; with nobody left the request ends in words', () => {
    const next = [{ ...carol, at: [{ platform: 'slack', key: 'U0CAROL' } as const] }]
    given(asked)
      .when({ type: 'reseat', seats: next, others: [], unreached: [bob.person], say: '' })
      .thenEvents('reseated')
    const { after } = given(asked)
      .when({ type: 'reseat', seats: [], others: [], unreached: [], say: 'Nobody.' })
      .thenEvents('unanswerable')
    expect(after).toMatchObject({ status: 'over', outcome: 'unanswerable', say: 'Nobody.' })
  })
})

describe('opening', () => {
  const give = (by = alice.person, source = '203.0.113.7') => ({ type: 'give-source', by, source }) as const

  test('only the requester gives the address, and only after the approval', () => {
    given(asked, approved).when(give(), at(2)).thenEvents('source-given').thenQueued('reconcile')
    given(asked, approved).when(give(bob.person)).thenRefused({ code: 'not-requester' })
    given(asked).when(give()).thenRefused({ code: 'not-open', status: 'asked' })
  })
  test('pressing Open twice from one address opens once; another address is refused', () => {
    given(asked, approved, sourced).when(give()).thenNothing()
    given(asked, approved, sourced)
      .when(give(alice.person, '203.0.113.8'))
      .thenRefused({ code: 'already-settled' })
  })
  test('an address given after the approval lapsed opens nothing', () => {
    given(asked, approved).when(give(), at(61)).thenRefused({ code: 'lapsed' })
  })
  test('the time runs from the proof, hands over the file, warns before the end and ends by itself', () => {
    const { after } = given(asked, approved, sourced, requested)
      .when(
        {
          type: 'prove',
          source: '203.0.113.7',
          azureEndsAt: at(132),
          wayIn: { host: 'h', port: 3389 },
          proofs: [],
          verified: true,
        },
        at(3),
      )
      .thenEvents('opened')
      .thenQueued('hand')
      .thenQueued('wake', at(123))
      .thenQueued('wake', at(113))
    expect(after).toMatchObject({ status: 'open', until: at(123) })
  })
  test('the time never runs past the end that Azure has', () => {
    const { after } = given(asked, approved, sourced).when(
      {
        type: 'prove',
        source: '203.0.113.7',
        azureEndsAt: at(63),
        wayIn: { host: 'h', port: 1 },
        proofs: [],
        verified: true,
      },
      at(3),
    )
    expect(after).toMatchObject({ until: at(63) })
  })
  test('a failure, too, is shut and read back before it is over', () => {
    const { after } = given(asked, approved, sourced)
      .when({ type: 'fail', say: 'No right.' })
      .thenEvents('closing-started')
      .thenQueued('reconcile')
    expect(after).toMatchObject({ status: 'closing', why: 'failed', say: 'No right.' })
  })
  test('an opening that is not proven in time is given up', () => {
    given(asked, approved, sourced).when({ type: 'wake' }, at(16)).thenNothing()
    given(asked, approved, sourced).when({ type: 'wake' }, at(17)).thenEvents('closing-started')
  })
  test('what Azure declined is no longer counted as asked for', () => {
    const { after } = given(asked, approved, sourced, requested).when({
      type: 'window-declined',
      say: 'busy',
    })
    expect(after).not.toHaveProperty('requested')
  })
})

describe('ending', () => {
  const open = [asked, approved, sourced, requested, opened] as const

  test('the end comes at the promised minute, not before', () => {
    given(...open)
      .when({ type: 'wake' }, at(112))
      .thenNothing()
    given(...open)
      .when({ type: 'wake' }, at(113))
      .thenEvents('ending-soon')
    given(...open, { type: 'ending-soon', at: at(113) })
      .when({ type: 'wake' }, at(114))
      .thenNothing()
    given(...open)
      .when({ type: 'wake' }, at(123))
      .thenEvents('closing-started')
      .thenQueued('reconcile')
  })
  test('a short grant is not warned about', () => {
    const short: AccessEvent = { ...asked, ask: anAsk({ minutes: 15 }) }
    given(short, approved, sourced, { ...opened, until: at(18) })
      .when({ type: 'wake' }, at(9))
      .thenNothing()
  })
  test('the requester gives access back; nobody else does it for them', () => {
    given(...open)
      .when({ type: 'done', by: alice.person })
      .thenEvents('closing-started')
    given(...open)
      .when({ type: 'done', by: bob.person })
      .thenRefused({ code: 'not-requester' })
    given(...open, closing)
      .when({ type: 'done', by: alice.person })
      .thenNothing()
  })
  test('cancelling before anything was opened withdraws; during the opening it shuts', () => {
    given(asked).when({ type: 'cancel', by: alice.person }).thenEvents('withdrawn')
    given(asked, approved).when({ type: 'cancel', by: alice.person }).thenEvents('withdrawn')
    given(asked, approved, sourced).when({ type: 'cancel', by: alice.person }).thenEvents('closing-started')
  })
  test('over is said only after the shutting was seen', () => {
    const { after } = given(...open, closing)
      .when({ type: 'shut' }, at(124))
      .thenEvents('closed')
    expect(after).toMatchObject({ status: 'over', outcome: 'expired' })
    given(...open)
      .when({ type: 'shut' })
      .thenNothing()
  })
  test('trouble while shutting is told once, and does not end it', () => {
    const { after } = given(...open, closing)
      .when({ type: 'trouble', say: 'No right.' })
      .thenEvents('closing-troubled')
    expect(after).toMatchObject({ status: 'closing', trouble: 'No right.' })
    given(...open, closing, { type: 'closing-troubled', at: at(124), say: 'No right.' })
      .when({ type: 'trouble', say: 'No right.' })
      .thenNothing()
  })
  test('nothing follows over', () => {
    const over = [...open, closing, { type: 'closed', at: at(124) }] as const
    given(...over)
      .when({ type: 'wake' }, at(999))
      .thenNothing()
    given(...over)
      .when({ type: 'fail', say: '' })
      .thenNothing()
    given(...over)
      .when({ type: 'done', by: alice.person })
      .thenRefused({ code: 'already-settled' })
  })
})

test('a command about a request that was never asked is refused', () => {
  given().when(approve()).thenRefused({ code: 'no-such-request' })
})
