/** Drift: what Azure lets in beside what was granted, and what becomes of it once somebody decides. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  caseId,
  choicesFor,
  type DriftCase,
  type DriftDecision,
  driftSteps,
  parseCaseId,
} from '../../core/access/drift/case.ts'
import {
  type DriftMemory,
  type Finding,
  findDrift,
  NOTHING_REMEMBERED,
  withoutCovered,
} from '../../core/access/drift/drift.ts'
import type { AccessRequest } from '../../core/access/request.ts'
import { plan } from '../../core/access/windows.ts'
import { fill, readForm, writeForm } from '../../core/command/form.ts'
import { readButton, writeButton } from '../../core/command/intent.ts'
import type { GuardedPort, Inventory } from '../../core/hands.ts'
import type { Instant, JitRequest } from '../../core/index.ts'
import { driftCard } from '../../core/message/drift.ts'
import { formOf } from '../../core/message/form.ts'
import { anAsk, at, bob, requestId, vm01, vmId } from '../support/cast.ts'

const HERE = '203.0.113.25'
const THERE = '198.51.100.7'
const ruleOf = (source: string | readonly string[], name = 'SecurityCenter-JITRule-1-ab') => ({
  id: `/subscriptions/s/nsg/securityRules/${name}`,
  name,
  sources: [source].flat(),
})
const guarded = (change: Partial<GuardedPort> = {}): GuardedPort => ({
  vm: vm01,
  policyId: '/policy',
  port: { number: 3389, protocol: 'TCP', maxMinutes: 180, sources: ['*'] },
  rules: [],
  requests: [],
  beside: [],
  ...change,
})
const inventory = (ports: readonly GuardedPort[], more: Partial<Inventory> = {}): Inventory => ({
  ports,
  strays: [],
  unread: [],
  ...more,
})
const open = (change: object = {}): AccessRequest =>
  ({
    status: 'open',
    ask: anAsk(),
    seats: [],
    others: [],
    approver: bob,
    rule: 'production',
    minutes: 60,
    source: HERE,
    left: [],
    openedAt: at(0),
    until: at(60),
    azureEndsAt: at(70),
    wayIn: { host: 'h', port: 3389 },
    proofs: [],
    verified: true,
    warned: false,
    extensions: 0,
    ...change,
  }) as unknown as AccessRequest
const foreign = (sources: readonly string[], justification = 'maintenance'): JitRequest & { by: string } => ({
  sources,
  endsAt: at(90),
  startedAt: at(0),
  justification,
  live: true,
  by: 'eve@contoso.com',
})

/** Two looks, the second one far enough after the first. */
function looks(
  seen: Inventory,
  grants: readonly AccessRequest[],
  when: Instant = at(10),
  before?: DriftMemory,
) {
  const first = findDrift(seen, grants, before ?? NOTHING_REMEMBERED, when)
  return findDrift(seen, grants, first.memory, (when + 90_000) as Instant)
}
const kinds = (found: { findings: readonly Finding[] }) => found.findings.map(({ kind }) => kind)

describe('a window', () => {
  test('of a grant is none of drift’s business, from any address it had, while it is opening, open or closing', () => {
    const seen = inventory([guarded({ rules: [ruleOf([HERE, THERE])] })])
    for (const status of ['opening', 'open', 'closing'])
      expect(kinds(looks(seen, [open({ status, left: [THERE] })]))).toEqual([])
  })
  test('that nobody asked for is found, with who asked Azure and until when', () => {
    const seen = inventory([guarded({ rules: [ruleOf(THERE)], requests: [foreign([THERE])] })])
    expect(looks(seen, []).findings).toEqual([
      {
        kind: 'unasked',
        vm: vm01.id,
        name: 'vm01',
        port: 3389,
        sources: [THERE],
        rule: ruleOf(THERE),
        shared: false,
        asked: { by: 'eve@contoso.com', justification: 'maintenance' },
        endsAt: at(90),
      },
    ])
  })
  test('counts only when it lasts, and until then is looked at again soon', () => {
    const seen = inventory([guarded({ rules: [ruleOf(THERE)] })])
    const first = findDrift(seen, [], NOTHING_REMEMBERED, at(10))
    expect([kinds(first), first.lookSoon]).toEqual([[], true])
    const gone = findDrift(inventory([guarded()]), [], first.memory, at(12))
    expect([kinds(gone), gone.lookSoon]).toEqual([[], false])
    const back = findDrift(seen, [], gone.memory, at(14))
    expect(kinds(back)).toEqual([])
  })
  test('of another port or VM is not covered by a grant', () => {
    const seen = inventory([
      guarded({ vm: { ...vm01, id: vmId('vm02'), name: 'vm02' }, rules: [ruleOf(HERE)] }),
    ])
    expect(kinds(looks(seen, [open()]))).toContain('unasked')
  })
  test('that somebody with a grant uses, too, is not offered for closing', () => {
    const seen = inventory([guarded({ rules: [ruleOf([HERE, THERE])] })])
    const [found] = looks(seen, [open()]).findings
    expect(found).toMatchObject({ sources: [THERE], shared: true })
    expect(found && choicesFor(found)).toEqual(['ignore'])
  })
  test('that outlived its request is ours, and names it', () => {
    const request = foreign([THERE], `latchkey:${requestId(7)} for Ann`)
    const [found] = looks(inventory([guarded({ rules: [ruleOf(THERE)], requests: [request] })]), []).findings
    expect(found).toMatchObject({ leftBy: requestId(7) })
    expect(found && 'asked' in found).toBe(false)
  })
  test('without a policy is found, too', () => {
    const seen = inventory([], { strays: [{ vm: vmId('vm09'), port: 3389, rule: ruleOf(THERE) }] })
    expect(looks(seen, []).findings).toMatchObject([{ kind: 'unasked', name: 'vm09', shared: false }])
  })
  test('never is found for an address that has a grant there', () => {
    const address = fc.constantFrom<string>(HERE, THERE, '192.0.2.9', '2001:db8::1')
    fc.assert(
      fc.property(fc.array(fc.array(address, { minLength: 1 })), fc.array(address), (rules, granted) => {
        const seen = inventory([guarded({ rules: rules.map((sources, n) => ruleOf(sources, `JIT-${n}`)) })])
        const grants = granted.map((source, n) => open({ source, ask: anAsk({ id: requestId(n) }) }))
        const found = looks(seen, grants).findings.filter(one => one.kind === 'unasked')
        for (const { sources } of found) expect(sources.some(one => granted.includes(one))).toBe(false)
        const missed = rules.filter(sources => sources.some(one => !granted.includes(one)))
        expect(found).toHaveLength(missed.length)
      }),
    )
  })
})

describe('what is missing', () => {
  test('is found when an open grant has no window any more', () => {
    expect(looks(inventory([guarded()]), [open()]).findings).toMatchObject([
      { kind: 'vanished', request: requestId(1), who: 'Alice Adams', source: HERE },
    ])
  })
  test('is not concluded while things settle, move, end or close', () => {
    const seen = inventory([guarded()])
    for (const grant of [
      open({ openedAt: at(9) }),
      open({ moving: { giveUpAt: at(20) } }),
      open({ movedAt: at(9) }),
      open({ until: at(10) }),
      open({ status: 'closing' }),
      open({ status: 'opening' }),
    ])
      expect(kinds(looks(seen, [grant]))).toEqual([])
  })
  test('is a policy that covered the port at an earlier look, and stays found until it is back or meant to be so', () => {
    const before = findDrift(inventory([guarded()]), [], NOTHING_REMEMBERED, at(0)).memory
    const gone = looks(inventory([]), [], at(10), before)
    expect(gone.findings).toMatchObject([{ kind: 'policy-gone', name: 'vm01', grants: 0 }])
    const still = findDrift(inventory([]), [], gone.memory, at(30))
    expect(kinds(still)).toEqual(['policy-gone'])
    const meant = withoutCovered(still.memory, still.findings)
    expect(kinds(findDrift(inventory([]), [], meant, at(40)))).toEqual([])
    expect(kinds(findDrift(inventory([guarded()]), [], still.memory, at(40)))).toEqual([])
  })
  test('is a policy that a grant needs, also if no look ever saw it', () => {
    expect(looks(inventory([]), [open()]).findings).toMatchObject([{ kind: 'policy-gone', grants: 1 }])
  })
  test('is not concluded from what could not be read', () => {
    const unread = [{ subscription: vm01.subscription.id, say: 'The bot lacks a right.' }]
    const before = findDrift(inventory([guarded()]), [], NOTHING_REMEMBERED, at(0)).memory
    const blind = looks(inventory([], { unread }), [open()], at(10), before)
    expect(kinds(blind)).toEqual([])
    expect(blind.memory.covered).toEqual(before.covered)
  })
})

describe('a rule that people made', () => {
  test('beside just-in-time access is told with the command that removes it, and is nobody’s to close here', () => {
    const rule = ruleOf('*', 'AllowRDP')
    const [found] = looks(inventory([guarded({ beside: [rule] })]), []).findings
    if (found === undefined) throw new Error('not found')
    expect(choicesFor(found)).toEqual(['ignore'])
    const card = driftCard(caseOf(found))
    expect(JSON.stringify(card.lines)).toContain(`az network nsg rule delete --ids \\"${rule.id}\\"`)
  })
  test('with a name that could mean something to a shell is put into no command', () => {
    const rule = ruleOf('*', 'x"; rm -rf /')
    const [found] = looks(inventory([guarded({ beside: [rule] })]), []).findings
    const lines = JSON.stringify(driftCard(caseOf(found as Finding)).lines)
    expect(lines).not.toContain('--ids')
  })
})

// ---- What becomes of it ----------------------------------------------------------------------------------------------------------

const caseOf = (finding: Finding, more: object = { status: 'found' }): DriftCase =>
  ({
    id: caseId(finding),
    finding,
    since: at(10),
    posted: [{ platform: 'slack', key: 'C1', messageKey: '1' }],
    ...more,
  }) as unknown as DriftCase
const found = (rule = ruleOf(THERE)): Extract<Finding, { kind: 'unasked' }> => {
  const [one] = looks(inventory([guarded({ rules: [rule], requests: [foreign([THERE])] })]), []).findings
  if (one?.kind !== 'unasked') throw new Error('not found')
  return one
}
const decision = (act: DriftDecision['act'], more = {}): DriftDecision => ({
  act,
  by: bob,
  at: at(11),
  ...more,
})
const step = (
  cases: readonly DriftCase[],
  findings: readonly Finding[],
  { decided = new Map<string, DriftDecision>(), isThere = true, now = at(12) } = {},
) => driftSteps(cases, findings, { isThere: () => isThere, decided, now })

describe('a finding', () => {
  test('is reported once, and redrawn when it is gone', () => {
    const one = found()
    expect(step([], [one])).toMatchObject([{ act: 'report', case: { status: 'found' } }])
    expect(step([caseOf(one)], [one])).toEqual([{ case: caseOf(one) }])
    expect(step([caseOf(one)], [], { isThere: false })).toMatchObject([
      { act: 'redraw', case: { status: 'over', how: 'gone' } },
    ])
  })
  test('that reached no channel is reported again', () => {
    expect(step([caseOf(found(), { status: 'found', posted: [] })], [found()])).toMatchObject([
      { act: 'report' },
    ])
  })
  test('that is to be closed is removed as it is now, until it is read back as gone', () => {
    const one = found()
    const decided = new Map([[caseId(one), decision('close')]])
    const [first] = step([caseOf(one)], [one], { decided })
    expect(first).toMatchObject({
      act: 'remove',
      case: { status: 'closing', decision: { act: 'close', by: bob } },
    })
    const [again] = step([first?.case as DriftCase], [one])
    expect(again).toMatchObject({ act: 'remove', case: { status: 'closing' } })
    expect(step([again?.case as DriftCase], [], { isThere: false })).toMatchObject([
      { act: 'redraw', case: { status: 'over', how: 'closed' } },
    ])
  })
  test('is not removed when somebody with a grant uses it by now', () => {
    const one = found()
    const [now] = step(
      [caseOf(one, { status: 'closing', decision: decision('close') })],
      [{ ...one, shared: true }],
    )
    expect(now).toMatchObject({ act: 'redraw', case: { status: 'closing' } })
    expect(JSON.stringify(driftCard(now?.case as DriftCase).lines)).toContain('by now somebody with a grant')
  })
  test('that is adopted is let be until its end, and removed then', () => {
    const one = found()
    const decided = new Map([[caseId(one), decision('adopt')]])
    const [adopted] = step([caseOf(one)], [one], { decided })
    expect(adopted).toMatchObject({ act: 'redraw', case: { status: 'adopted' } })
    expect(step([adopted?.case as DriftCase], [one])).toEqual([{ case: adopted?.case }])
    expect(step([adopted?.case as DriftCase], [one], { now: at(91) })).toMatchObject([
      { act: 'remove', case: { status: 'closing' } },
    ])
  })
  test('that is ignored keeps its reason and is not reported again', () => {
    const one = found()
    const decided = new Map([[caseId(one), decision('ignore', { reason: 'the vendor' })]])
    const [ignored] = step([caseOf(one)], [one], { decided })
    expect(JSON.stringify(driftCard(ignored?.case as DriftCase))).toContain('the vendor')
    expect(driftCard(ignored?.case as DriftCase).buttons).toEqual([])
    expect(step([ignored?.case as DriftCase], [one])).toEqual([{ case: ignored?.case }])
  })
  test('is decided only by what it offers', () => {
    const shared = { ...found(), shared: true }
    const decided = new Map([[caseId(shared), decision('close')]])
    expect(step([caseOf(shared)], [shared], { decided })).toMatchObject([{ case: { status: 'found' } }])
  })
  test('of a vanished window ends the grant', () => {
    const [one] = looks(inventory([guarded()]), [open()]).findings
    if (one === undefined) throw new Error('not found')
    const decided = new Map([[caseId(one), decision('close')]])
    expect(step([caseOf(one)], [one], { decided })).toMatchObject([{ act: 'end-grant' }])
    expect(driftCard(caseOf(one)).buttons.map(({ label }) => label)).toEqual(['End the access', 'Ignore…'])
  })
})

describe('a window that was closed early', () => {
  const grant = {
    id: requestId(1),
    source: HERE,
    phase: 'opening',
    minutes: 60,
    requestedAt: undefined,
  } as const
  const windows = (rules: readonly string[]) => ({
    policyId: '/policy',
    port: guarded().port,
    rules: rules.map(source => ruleOf(source)),
    requests: [foreign([THERE])],
  })
  test('is not opened again with the next window, though Azure still has its request', () => {
    expect(plan(at(10), [grant], windows([])).request?.sources).toEqual([HERE])
  })
  test('is told from one that is there, or whose rule is still to come', () => {
    expect(plan(at(10), [grant], windows([THERE])).request?.sources).toEqual([HERE, THERE])
    expect(plan(at(1), [grant], windows([])).request?.sources).toEqual([HERE, THERE])
  })
})

describe('its buttons', () => {
  test('carry its short name and nothing else, and are read strictly', () => {
    const id = caseId(found())
    expect(parseCaseId(id)).toBe(id)
    for (const { press } of driftCard(caseOf(found())).buttons) {
      if ('intent' in press) expect(readButton(writeButton(press.intent))).toEqual(press.intent)
      if ('form' in press) expect(readForm(writeForm(press.form))).toEqual(press.form)
    }
    expect(driftCard(caseOf(found())).buttons.map(({ label }) => label)).toEqual([
      'Close',
      'Adopt',
      'Ignore…',
    ])
    for (const text of [
      '{"do":"drift","act":"close","finding":"x"}',
      `{"do":"drift","act":"ignore","finding":"${id}","reason":"because"}`,
      `{"do":"drift","act":"open","finding":"${id}"}`,
      '{"do":"drift","act":"close"}',
    ])
      expect(readButton(text)).toBeUndefined()
    expect(readForm('{"fill":"ignore-drift","finding":"0123"}')).toBeUndefined()
  })
  test('ignore only with a reason', () => {
    const form = { fill: 'ignore-drift', finding: caseId(found()) } as const
    expect(formOf(form).fields).toMatchObject([{ id: 'reason', optional: false }])
    expect(fill(form, { reason: ' ' })).toMatchObject({ field: 'reason' })
    expect(fill(form, { reason: 'the vendor' })).toEqual({
      do: 'drift',
      act: 'ignore',
      finding: form.finding,
      reason: 'the vendor',
    })
  })
})
