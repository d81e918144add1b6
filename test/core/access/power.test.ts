/** The power of a VM within a request: what may follow what. */
import { describe, expect, test } from '@jest/globals'
import { addressComesLater, startPlan } from '../../../core/access/power/start-plan.ts'
import type { AccessEvent } from '../../../core/access/request.ts'
import type { Operation, VmReport } from '../../../core/index.ts'
import { alice, anAsk, aRule, at, bob, carol, seats, vm01 } from '../../support/cast.ts'
import { given } from '../../support/given.ts'
import { reportOf } from '../../support/office-fleet.ts'

const SOURCE = '203.0.113.7'
const ask = anAsk({ start: { power: 'deallocated', putBack: true } })
const asked: AccessEvent = { type: 'asked', at: at(0), ask, seats, others: [] }
const approved: AccessEvent = { type: 'approved', at: at(1), by: bob, rule: 'production', lapsesAt: at(61) }
const sourced: AccessEvent = { type: 'source-given', at: at(2), source: SOURCE, giveUpAt: at(22) }
const ordered: AccessEvent = { type: 'start-ordered', at: at(2), was: 'deallocated', key: 'k' }
const up: AccessEvent = { type: 'vm-up', at: at(4), ready: true, giveUpAt: at(19) }
const closing: AccessEvent = { type: 'closing-started', at: at(5), why: 'returned' }
const closed: AccessEvent = { type: 'closed', at: at(6) }
const order = { type: 'order-start', was: 'deallocated', key: 'other' } as const
const operation: Operation = {
  ...{ repair: 'start-vm', on: vm01.id, key: 'k', since: at(2), lookEveryMs: 5000, resume: {} },
}

describe('starting', () => {
  test('giving the address starts the VM and opens nothing yet', () => {
    const { after } = given(asked, approved)
      .when({ type: 'give-source', by: alice.person, source: SOURCE }, at(2))
      .thenEvents('source-given')
      .thenQueued('power')
      .thenQueued('wake', at(22))
    expect(after).toMatchObject({ status: 'opening', started: {} })
  })
  test('it is ordered once', () => {
    given(asked, approved, sourced).when(order, at(2)).thenEvents('start-ordered')
    given(asked, approved, sourced, ordered).when(order, at(3)).thenNothing()
    given(asked, approved).when(order, at(2)).thenNothing()
  })
  test('once it runs, the opening begins with a time of its own', () => {
    given(asked, approved, sourced, ordered)
      .when({ type: 'vm-up', ready: true }, at(4))
      .thenEvents('vm-up')
      .thenQueued('reconcile')
      .thenQueued('wake', at(19))
  })
  test('what Azure took is kept although it was called off meanwhile', () => {
    given(asked, approved, sourced, ordered, closing)
      .when({ type: 'start-taken', operation }, at(5))
      .thenEvents('start-taken')
  })
  test('a VM that never comes up is given up', () => {
    given(asked, approved, sourced, ordered).when({ type: 'wake' }, at(21)).thenNothing()
    given(asked, approved, sourced, ordered).when({ type: 'wake' }, at(22)).thenEvents('closing-started')
  })
})

describe('after the access', () => {
  const over = [asked, approved, sourced, ordered, up, closing, closed]
  test('a VM that was started is seen to', () => {
    given(...over.slice(0, -1))
      .when({ type: 'shut' }, at(6))
      .thenEvents('closed')
      .thenQueued('power')
  })
  test.each([
    ['it was not started', [asked, approved, sourced, closing]],
    [
      'it was stopped and not deallocated',
      [asked, approved, sourced, { ...ordered, was: 'stopped' } as AccessEvent, closing],
    ],
  ])('nothing is to be done where %s', (_, events) => {
    const { step } = given(...events).when({ type: 'shut' }, at(6))
    expect(step.ok && step.queue.filter(({ effect }) => effect.do === 'power')).toEqual([])
  })
  const asking: AccessEvent = {
    type: 'vm-after',
    at: at(7),
    after: { state: 'asking', say: 'Who knows.', until: at(67) },
  }
  test('its requester, and nobody else, says what becomes of it, once', () => {
    given(...over, asking)
      .when({ type: 'answer-off', by: carol, off: true })
      .thenRefused({ code: 'not-requester' })
    given(...over, asking)
      .when({ type: 'answer-off', by: alice, off: true }, at(8))
      .thenEvents('vm-after')
      .thenQueued('power')
    given(...over)
      .when({ type: 'answer-off', by: alice, off: true }, at(8))
      .thenNothing()
    const left: AccessEvent = { type: 'vm-after', at: at(8), after: { state: 'left', say: 'Left.' } }
    given(...over, asking, left)
      .when({ type: 'answer-off', by: alice, off: true }, at(9))
      .thenNothing()
    given(...over, asking, left)
      .when({ type: 'vm-after', after: { state: 'off' } }, at(9))
      .thenNothing()
  })
})

describe('what is agreed to', () => {
  const off = (changes: Partial<VmReport> = {}) => reportOf(vm01, { power: 'deallocated', ...changes })
  const [starts, putsBack] = [aRule({ whenOff: 'start' }), aRule({ whenOff: 'start-and-put-back' })]
  test('is what every rule wants that could be agreed to', () => {
    expect(startPlan([putsBack], off({ size: 'B2s' }))).toEqual({
      power: 'deallocated',
      size: 'B2s',
      putBack: true,
    })
    expect(startPlan([putsBack, starts], off())).toEqual({ power: 'deallocated', putBack: false })
    expect(startPlan([putsBack, aRule()], off())).toBeUndefined()
    expect(startPlan([], off())).toBeUndefined()
    expect(startPlan([putsBack], reportOf(vm01))).toBeUndefined()
    expect(startPlan([putsBack], off({ power: 'unknown' }))).toBeUndefined()
  })
  test('an address that comes with the power is waited for where it is the way that is wanted', () => {
    const report = off({ nics: [{ primary: true, publicWhenRunning: true }] })
    const none = { code: 'no-way-in' }
    expect(addressComesLater(report, [starts], none)).toBe(true)
    expect(addressComesLater(off(), [starts], none)).toBe(false)
    const bastionFirst = aRule({ routes: ['bastion', 'public-address'] })
    expect(addressComesLater(report, [bastionFirst], [])).toBe(false)
    expect(addressComesLater(report, [bastionFirst], none)).toBe(true)
    expect(addressComesLater(report, [aRule({ routes: ['bastion'] })], none)).toBe(false)
  })
})
