/** What each kind of mistake in a rule says, and exactly where. */
import { describe, expect, test } from '@jest/globals'
import { VERBS } from '../../../core/index.ts'
import { ENGINEERS, file, LEADS, rule, told } from './writing.ts'

describe('one rule', () => {
  // Lines: 3 id, 4 effect, 5 verbs, 6 who, 7 machines, 8 maxDuration, 9 approvers, 10 what a case adds.
  test.each<[string, Readonly<Record<string, string | undefined>>, readonly string[]]>([
    ['no id', { id: undefined }, ['3:5 id is missing']],
    ['a number as id', { id: '5' }, ["3:9 id must be text, not a number: put it in quotes, '5'"]],
    ['an id with a space', { id: 'a b' }, ['3:9 an id has 1 to 64 letters, digits, dots, _ and -']],
    ['no effect', { effect: undefined }, ['3:5 effect is missing']],
    ['an unknown effect', { effect: 'deny' }, ['4:13 effect must be allow, ask or forbid']],
    ['no verbs', { verbs: '[]' }, ['5:12 verbs needs at least one entry']],
    [
      'an unknown verb',
      { verbs: '[connect, reboot]' },
      [`5:22 this entry of verbs must be ${VERBS.slice(0, -1).join(', ')} or ${VERBS.at(-1)}`],
    ],
    [
      'a verb outside a list',
      { verbs: 'connect' },
      ['5:12 verbs must be a list, not text: write it in brackets, [connect]'],
    ],

    ['nobody', { who: '{}' }, ['6:10 this names nobody; write everyone: true, groups or people']],
    ['everyone: false', { who: '{ everyone: false }' }, ['6:22 write everyone: true, or leave it out']],
    ['an empty who', { who: '' }, ['6:10 who is empty']],
    [
      'a group by name',
      { who: '{ groups: [engineers] }' },
      [`6:21 a group is named by its Entra object id, such as ${ENGINEERS}`],
    ],
    [
      'a person by name',
      { who: '{ people: [bob] }' },
      [`6:21 a person is named by its Entra object id, such as ${ENGINEERS}`],
    ],
    [
      'an unknown key in who',
      { who: '{ everyone: true, group: x }' },
      ['6:28 unknown key group: write groups'],
    ],

    [
      'no machines',
      { machines: undefined },
      ['3:5 say which VMs: names, tags, subscriptions or resourceGroups; or machines: all'],
    ],
    [
      'no machine in machines',
      { machines: '{}' },
      ['7:15 this names no VM; if every VM is meant, write machines: all'],
    ],
    [
      'another word than all',
      { machines: 'any' },
      ['7:15 write machines: all, or names, tags, subscriptions or resourceGroups'],
    ],
    ['an empty list of names', { machines: '{ names: [] }' }, ['7:24 names needs at least one entry']],
    ['an empty name', { machines: "{ names: [''] }" }, ['7:25 this entry of names must not be empty']],
    ['a name of stars', { machines: "{ names: ['*a*b*c*'] }" }, ['7:25 use at most three *']],
    ['no tag in tags', { machines: '{ tags: {} }' }, ['7:23 tags names no tag']],
    [
      'a truth as a tag',
      { machines: '{ tags: { restricted: true } }' },
      ['7:37 a tag value is text: put it in quotes'],
    ],
    [
      'a number among tag values',
      { machines: '{ tags: { tier: [web, 1] } }' },
      ['7:37 a tag value is text: put it in quotes'],
    ],
    [
      'a tag twice',
      { machines: '{ tags: { Tier: a, tier: b } }' },
      ['7:23 tag names differ in more than upper and lower case'],
    ],
    [
      'a tag that would be lost',
      { machines: '{ tags: { env: x, __proto__: y } }' },
      ['7:33 __proto__ is not supported here'],
    ],
    ['a merge key', { machines: '{ tags: { <<: x } }' }, ['7:25 << is not supported here']],
    [
      'a subscription by name',
      { machines: '{ subscriptions: [main] }' },
      [`7:33 a subscription is named by its id, such as ${ENGINEERS}`],
    ],

    ['no duration', { maxDuration: undefined }, ['3:5 maxDuration is missing']],
    [
      'a bare number',
      { maxDuration: '30' },
      ['8:18 a duration needs a unit: write 30m for minutes or 30h for hours'],
    ],
    ['a duration in words', { maxDuration: '2 hours' }, ['8:18 write a duration such as 30m, 2h or 1h30m']],
    ['minutes before hours', { maxDuration: '30m1h' }, ['8:18 write a duration such as 30m, 2h or 1h30m']],
    ['no time at all', { maxDuration: '0m' }, ['8:18 write a duration such as 30m, 2h or 1h30m']],
    ['more than Azure opens', { maxDuration: '25h' }, ['8:18 the longest duration is 24h']],

    ['nobody to ask', { approvers: undefined }, ['3:5 an ask rule says who may agree: approvers is missing']],
    ['no approver', { approvers: '[]' }, ['9:16 approvers needs at least one entry']],
    [
      'an unknown approver',
      { approvers: '[boss]' },
      ['9:17 an approver is manager, { group: … } or { person: … }'],
    ],
    [
      'the manager as a key',
      { approvers: '[{ manager: true }]' },
      ['9:17 an approver is manager, { group: … } or { person: … }'],
    ],
    [
      'an approving group by name',
      { approvers: '[manager, { group: leads }]' },
      [`9:35 a group is named by its Entra object id, such as ${ENGINEERS}`],
    ],
    [
      'an approver with too much',
      { approvers: `[{ person: ${LEADS}, name: Bob }]` },
      ['9:65 unknown key name'],
    ],

    [
      'an allow rule that asks',
      { effect: 'allow' },
      ['9:5 an allow rule takes no approvers: nobody is asked; write effect: ask if somebody should be'],
    ],
    [
      'a forbid rule that grants',
      { effect: 'forbid' },
      [
        '8:5 a forbid rule takes no maxDuration: it is never asked for',
        '9:5 a forbid rule takes no approvers: it is never asked for',
      ],
    ],
    [
      'a forbid rule that wants a reason',
      { effect: 'forbid', maxDuration: undefined, approvers: undefined, reason: '{ pattern: x, hint: y }' },
      ['8:5 a forbid rule takes no reason: it is never asked for'],
    ],

    ['half a reason', { reason: "{ pattern: 'x' }" }, ['10:13 hint is missing']],
    [
      'a broken pattern',
      { reason: "{ pattern: '[', hint: x }" },
      ['10:24 not a regular expression: Unterminated character class'],
    ],
    [
      'a slow pattern',
      { reason: "{ pattern: '^(a+)+$', hint: x }" },
      [expect.stringMatching(/^10:24 this pattern could take very long/) as unknown as string],
    ],

    ['no range in from', { from: '[]' }, ['10:11 from needs at least one entry']],
    ['an address', { from: '[203.0.113.7]' }, ['10:12 write one address as a range: 203.0.113.7/32']],
    [
      'an address of version 6',
      { from: "['2001:db8::7']" },
      ['10:12 write one address as a range: 2001:db8::7/128'],
    ],
    [
      'an address inside a range',
      { from: '[203.0.113.7/24]' },
      ['10:12 the range that holds this address is written 203.0.113.0/24'],
    ],
    [
      'a name for addresses',
      { from: '[office]' },
      ['10:12 not an address range: write one such as 203.0.113.0/24 or 2001:db8::/48'],
    ],
    [
      'octal',
      { from: '[010.0.0.0/8]' },
      ['10:12 not an address range: write one such as 203.0.113.0/24 or 2001:db8::/48'],
    ],
    [
      'a prefix too long',
      { from: '[10.0.0.0/33]' },
      ['10:12 not an address range: write one such as 203.0.113.0/24 or 2001:db8::/48'],
    ],
    [
      'a netmask',
      { from: '[10.0.0.0/255.0.0.0]' },
      ['10:12 not an address range: write one such as 203.0.113.0/24 or 2001:db8::/48'],
    ],

    ['an unknown key', { zork: '1' }, ['10:5 unknown key zork']],
    ['a key in kebab case', { 'max-duration': '2h' }, ['10:5 unknown key max-duration: write maxDuration']],
  ])('%s', (_, changes, problems) => {
    expect(told(file(rule(changes)))).toEqual(problems)
  })
  test('an id may be used once', () => {
    expect(told(file(rule(), rule({ id: 'other' }), rule()))).toEqual([
      '17:9 another rule has the id production already (policy.yaml:3)',
    ])
  })
})
