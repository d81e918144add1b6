import { describe, expect, test } from '@jest/globals'
import type { Policy, Question, Rule } from '../../../core/access/policy.ts'
import { couldSee, judge, mayDecide } from '../../../core/access/policy.ts'
import { alice, aRule, bob, carol, contractors, engineers, leads, vm01 } from '../../support/cast.ts'

const policyOf = (...rules: readonly Rule[]): Policy => ({ rules, defaultMinutes: 60, lapseMinutes: 60 })
const question = (changes: Partial<Question> = {}): Question => ({
  verb: 'connect',
  person: { id: alice.person, groups: new Set([engineers]) },
  vm: vm01,
  minutes: 120,
  reason: 'INC-7',
  ...changes,
})
const forbid = (changes: Partial<Rule> = {}): Rule => {
  const { maxMinutes: _, ...rest } = aRule({ id: 'never', effect: 'forbid', approvers: [], ...changes })
  return rest
}
const allow = aRule({ id: 'dev', effect: 'allow', approvers: [] })

const verdictOf = (policy: Policy, asked: Question) => {
  const verdict = judge(policy, asked)
  switch (verdict.kind) {
    case 'allow':
      return `allow by ${verdict.rule.id}`
    case 'ask':
      return `ask under ${verdict.rules.map(rule => rule.id).join()}`
    case 'refuse':
      return verdict.refusal.code
  }
}

describe.each<[string, readonly Rule[], Partial<Question>, string]>([
  ['no rule at all', [], {}, 'no-rule'],
  ['a rule that fits', [aRule()], {}, 'ask under production'],
  ['allow beats ask', [aRule(), allow], {}, 'allow by dev'],
  ['forbid beats allow', [allow, forbid()], {}, 'forbidden'],
  [
    'a forbid for others does not bite',
    [allow, forbid({ who: { everyone: false, groups: [contractors], people: [] } })],
    {},
    'allow by dev',
  ],
  ['another group', [aRule()], { person: { id: alice.person, groups: new Set([leads]) } }, 'no-rule'],
  [
    'a person by name',
    [aRule({ who: { everyone: false, groups: [], people: [alice.person] } })],
    { person: { id: alice.person, groups: new Set() } },
    'ask under production',
  ],
  [
    'everyone',
    [aRule({ who: { everyone: true, groups: [], people: [] } })],
    { person: { id: alice.person, groups: undefined } },
    'ask under production',
  ],
  [
    'unknown groups never grant',
    [aRule()],
    { person: { id: alice.person, groups: undefined } },
    'cannot-judge',
  ],
  [
    'unknown groups forbid',
    [allow, forbid()],
    { person: { id: alice.person, groups: undefined } },
    'cannot-judge',
  ],
  ['too long', [aRule()], { minutes: 241 }, 'too-long'],
  ['as long as allowed', [aRule()], { minutes: 240 }, 'ask under production'],
  ['another verb', [aRule({ verbs: ['diagnose'] })], {}, 'no-rule'],
  ['a name pattern', [aRule({ machines: { names: ['VM0?'] } })], {}, 'ask under production'],
  ['a name pattern is not a regular expression', [aRule({ machines: { names: ['vm.1'] } })], {}, 'no-rule'],
  [
    'a tag, whose name has no case',
    [aRule({ machines: { tags: { environment: ['production'] } } })],
    {},
    'ask under production',
  ],
  ['a tag value has case', [aRule({ machines: { tags: { environment: ['Production'] } } })], {}, 'no-rule'],
  ['a resource group', [aRule({ machines: { resourceGroups: ['RG-*'] } })], {}, 'ask under production'],
  [
    'another subscription',
    [aRule({ machines: { subscriptions: ['99999999-2222-4333-8444-555555555555'] } })],
    {},
    'no-rule',
  ],
  [
    'a reason that fits',
    [aRule({ reason: { pattern: '^INC-[0-9]+', hint: 'a ticket' } })],
    {},
    'ask under production',
  ],
  [
    'a reason that does not',
    [aRule({ reason: { pattern: '^INC-[0-9]+', hint: 'a ticket' } })],
    { reason: 'please' },
    'reason-needed',
  ],
  ['an address not known yet', [aRule({ from: ['203.0.113.0/24'] })], {}, 'ask under production'],
  [
    'an address inside',
    [aRule({ from: ['203.0.113.0/24'] })],
    { source: '203.0.113.7' },
    'ask under production',
  ],
  ['an address outside', [aRule({ from: ['203.0.113.0/24'] })], { source: '198.51.100.7' }, 'source-outside'],
  [
    'forbidden from an address',
    [allow, forbid({ from: ['203.0.113.0/24'] })],
    { source: '203.0.113.7' },
    'forbidden',
  ],
  ['two rules that fit', [aRule(), aRule({ id: 'other' })], {}, 'ask under production,other'],
])('%s', (_, rules, changes, verdict) => {
  test(`gives ${verdict}`, () => expect(verdictOf(policyOf(...rules), question(changes))).toBe(verdict))
  test('gives the same whatever the order of the rules, but for which fitting rule is named first', () => {
    const turned = verdictOf(policyOf(...rules.toReversed()), question(changes))
    expect(turned.split(' ')[0]).toBe(verdict.split(' ')[0])
  })
})

test('the verdict names every rule that covers the VM and what it had to say', () => {
  const { considered } = judge(policyOf(aRule({ maxMinutes: 60 }), allow), question())
  expect(considered).toEqual([
    { rule: 'production', effect: 'ask', fits: false, say: 'allows at most 1 h' },
    { rule: 'dev', effect: 'allow', fits: true, say: 'applies' },
  ])
})

test('where no reason was said yet, a rule that wants one fits and says so', () => {
  const wants = aRule({ reason: { pattern: '^INC-', hint: 'a ticket' } })
  const verdict = judge(policyOf(wants), question({ reason: undefined }))
  expect(verdict).toMatchObject({ kind: 'ask', considered: [{ say: 'applies, with a reason: a ticket' }] })
  expect(judge(policyOf(wants), question({ reason: '' })).kind).toBe('refuse')
})

test('a VM that no rule could open for a person is not visible to them', () => {
  const groups = new Set([engineers])
  expect(couldSee(policyOf(aRule()), { id: alice.person, groups }, vm01)).toBe(true)
  expect(couldSee(policyOf(aRule()), { id: alice.person, groups: new Set() }, vm01)).toBe(false)
  expect(couldSee(policyOf(aRule()), { id: alice.person, groups: undefined }, vm01)).toBe(false)
  expect(couldSee(policyOf(forbid()), { id: alice.person, groups }, vm01)).toBe(false)
})

describe('who may decide', () => {
  const requester = { id: alice.person, manager: bob.person }
  const nobody = new Set<typeof leads>()
  test.each([
    ["the requester's manager", bob.person, nobody, true],
    ["somebody else's manager", carol.person, nobody, false],
    ['a member of an approvers group', carol.person, new Set([leads]), true],
    ['the requester, although in the approvers group', alice.person, new Set([leads]), false],
  ])('%s', (_, id, groups, may) => {
    expect(mayDecide([aRule()], { id, groups }, requester) !== undefined).toBe(may)
  })
  test('a requester who is their own manager in the directory still may not', () => {
    const own = { id: alice.person, manager: alice.person }
    expect(mayDecide([aRule()], { id: alice.person, groups: nobody }, own)).toBeUndefined()
  })
  test('without a manager in the directory, nobody passes as one', () => {
    const orphan = { id: alice.person, manager: undefined }
    expect(
      mayDecide([aRule({ approvers: [{ manager: true }] })], { id: bob.person, groups: nobody }, orphan),
    ).toBeUndefined()
  })
})
