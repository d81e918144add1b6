/** What a policy file becomes, and what is said of one that is none. */
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parsePolicy } from '../../../adapters/policy/adapter.ts'
import { ENGINEERS, file, LEADS, policyOf, problemsOf, rule, told } from './writing.ts'

describe('a policy without fault', () => {
  test('becomes rules, with every key in its place', () => {
    const text = file(
      rule({
        verbs: '[connect, diagnose]',
        who: `{ everyone: true, groups: [${ENGINEERS.toUpperCase()}], people: [${LEADS}] }`,
        machines: `{ names: ['vm*'], tags: { environment: [production, prod], tier: web }, subscriptions: [${LEADS.toUpperCase()}], resourceGroups: ['rg-?'] }`,
        maxDuration: '1h30m',
        reason: "{ pattern: '^(INC|CHG)-[0-9]+', hint: Start with a ticket }",
        from: '[203.0.113.0/24, "2001:db8::/48"]',
        approvers: `[manager, { group: ${LEADS}, name: platform-leads }, { group: ${LEADS} }, { person: ${LEADS} }]`,
      }),
      rule({
        id: 'lab',
        effect: 'allow',
        approvers: undefined,
        maxDuration: '8h',
        addressChanges: '0',
      }),
      rule({ id: 'never', effect: 'forbid', approvers: undefined, maxDuration: undefined }),
    )
    expect(policyOf(`administrators: ${LEADS}\ndefaultDuration: 45m\nlapseAfter: 2h\n${text}`)).toEqual({
      administrators: LEADS,
      defaultMinutes: 45,
      lapseMinutes: 120,
      rules: [
        {
          id: 'production',
          effect: 'ask',
          verbs: ['connect', 'diagnose'],
          who: { everyone: true, groups: [ENGINEERS], people: [LEADS] },
          machines: {
            names: ['vm*'],
            tags: { environment: ['production', 'prod'], tier: ['web'] },
            subscriptions: [LEADS],
            resourceGroups: ['rg-?'],
          },
          maxMinutes: 90,
          reason: { pattern: '^(INC|CHG)-[0-9]+', hint: 'Start with a ticket' },
          from: ['203.0.113.0/24', '2001:db8::/48'],
          approvers: [
            { manager: true },
            { group: LEADS, name: 'platform-leads' },
            { group: LEADS },
            { person: LEADS },
          ],
        },
        {
          id: 'lab',
          effect: 'allow',
          verbs: ['connect'],
          who: { everyone: false, groups: [ENGINEERS], people: [] },
          machines: {},
          maxMinutes: 480,
          addressChanges: 0,
          approvers: [],
        },
        {
          id: 'never',
          effect: 'forbid',
          verbs: ['connect'],
          who: { everyone: false, groups: [ENGINEERS], people: [] },
          machines: {},
          approvers: [],
        },
      ],
    })
  })
  test('has an hour as its default and as its patience', () => {
    expect(policyOf(file(rule()))).toMatchObject({ defaultMinutes: 60, lapseMinutes: 60 })
    expect(policyOf(file(rule()))).not.toHaveProperty('administrators')
  })
  test('may use anchors and aliases', () => {
    const text = file(rule({ who: `&us { groups: [${ENGINEERS}] }` }), rule({ id: 'second', who: '*us' }))
    expect(policyOf(text).rules.map(({ who }) => who.groups)).toEqual([[ENGINEERS], [ENGINEERS]])
  })
  test('yes is a word, not a truth', () => {
    expect(policyOf(file(rule({ machines: '{ tags: { restricted: yes } }' }))).rules[0]?.machines).toEqual({
      tags: { restricted: ['yes'] },
    })
  })
  test('the example company has one', async () => {
    const url = new URL('../../../bots/demo/worlds/contoso.policy.yaml', import.meta.url)
    const { rules } = policyOf(await readFile(url, 'utf8'))
    expect(rules.map(({ id, effect, maxMinutes }) => [id, effect, maxMinutes])).toEqual(
      expect.arrayContaining([
        ['production', 'ask', 180],
        ['development', 'allow', 480],
        ['everything-between', 'ask', 120],
        ['restricted-not-for-contractors', 'forbid', undefined],
      ]),
    )
  })
})

test.each([
  ['-1', 'addressChanges is 0 or more'],
  ['21', 'addressChanges is 20 at most'],
  ['1.5', 'addressChanges is a whole number: how often the address of one grant may change'],
  ['often', 'addressChanges is a whole number: how often the address of one grant may change'],
])('addressChanges: %s is told', (addressChanges, say) => {
  expect(told(file(rule({ addressChanges })))).toEqual([expect.stringContaining(say)])
})
test('a forbid has no addresses to change', () => {
  const never = { effect: 'forbid', approvers: undefined, maxDuration: undefined, addressChanges: '1' }
  expect(told(file(rule(never)))).toEqual([expect.stringContaining('addressChanges')])
})

describe('the file as a whole', () => {
  test.each<[string, string, readonly string[]]>([
    ['empty', '', ['1:1 the file is empty: begin with version: 1']],
    ['only a comment', '# later\n', ['1:1 the file is empty: begin with version: 1']],
    ['a list', '- a\n', ['1:1 the file must be a block of keys, not a list']],
    ['no version', `rules:\n${rule()}`, ['1:1 this Latchkey reads policies of version 1: write version: 1']],
    [
      'another version',
      file(rule()).replace('1', '2'),
      ['1:10 this Latchkey reads policies of version 1: write version: 1'],
    ],
    ['no rules', 'version: 1\n', ['1:1 rules is missing']],
    ['an empty list of rules', 'version: 1\nrules: []\n', ['2:8 rules needs at least one entry']],
    [
      'rules that are no list',
      'version: 1\nrules: none\n',
      ['2:8 rules must be a list, not text: write it in brackets, [none]'],
    ],
    [
      'a rule that is none',
      'version: 1\nrules: [7]\n',
      ['2:9 this entry of rules must be a block of keys, not a number'],
    ],
    ['an unknown key', `${file(rule())}zork: 1\n`, ['10:1 unknown key zork']],
    [
      'a key in another spelling',
      `${file(rule())}lapse-after: 1h\n`,
      ['10:1 unknown key lapse-after: write lapseAfter'],
    ],
    [
      'administrators by name',
      `administrators: admins\n${file(rule())}`,
      [`1:17 a group is named by its Entra object id, such as ${ENGINEERS}`],
    ],
    ['a key twice', `${file(rule())}version: 1\n`, ['10:1 this key is written twice']],
    ['a key that would be lost', `${file(rule())}__proto__: {}\n`, ['10:1 __proto__ is not supported here']],
  ])('%s', (_, text, problems) => {
    expect(told(text)).toEqual(problems)
  })
  test('broken YAML is told with its place, and nothing is guessed from the rest', () => {
    expect(told('version: 1\nrules: [\n')).toEqual([expect.stringMatching(/^3:1 not valid YAML: /)])
    expect(told('version: !secret 1\nrules: 5\n')).toEqual([expect.stringMatching(/^1:10 not valid YAML: /)])
  })
  test('aliases that stand for aliases without end are refused', () => {
    const levels = Array.from(
      { length: 12 },
      (_, n) => `l${n + 1}: &l${n + 1} [*l${n}, *l${n}, *l${n}, *l${n}]`,
    )
    expect(told(`l0: &l0 [x]\n${levels.join('\n')}\n`)).toEqual([
      '1:1 aliases (*name) stand for too much: write it out',
    ])
  })
})

test('many problems are told at once, in the order of the file', () => {
  const text = file(
    rule({ id: '7', effect: 'maybe', verbs: '[]', maxDuration: '30', zork: '1' }),
    rule({ who: '{}', machines: 'some', approvers: undefined, from: '[x]' }),
  )
  expect(told(`${text}version: 1\n`)).toEqual([
    "3:9 id must be text, not a number: put it in quotes, '7'",
    '4:13 effect must be allow, ask or forbid',
    '5:12 verbs needs at least one entry',
    '8:18 a duration needs a unit: write 30m for minutes or 30h for hours',
    '10:5 unknown key zork',
    '11:5 an ask rule says who may agree: approvers is missing',
    '14:10 this names nobody; write everyone: true, groups or people',
    '15:15 write machines: all, or names, tags, subscriptions or resourceGroups',
    '17:12 not an address range: write one such as 203.0.113.0/24 or 2001:db8::/48',
    '18:1 this key is written twice',
  ])
})

describe('whatever the text', () => {
  test('there is an answer, and its places lie in the text', () => {
    const piece = fc.oneof(
      fc.constantFrom(...file(rule(), rule({ effect: 'forbid' })).split(/(?<=\s)|(?=[[\]{}:,])/)),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), pieces => {
        const text = pieces.join('')
        const lines = text.split(/\r\n|\n|\r/)
        for (const { line, column, say } of problemsOf(text)) {
          expect(say).not.toBe('')
          expect(line).toBeGreaterThanOrEqual(1)
          expect(line).toBeLessThanOrEqual(lines.length + 1)
          expect(column).toBeGreaterThanOrEqual(1)
        }
      }),
      { numRuns: 300 },
    )
  })
  test('what is accepted keeps its promises, whichever lines are missing', () => {
    const lines = file(rule(), rule({ id: 'lab', effect: 'allow', approvers: undefined })).split('\n')
    let accepted = 0
    for (let first = 0; first < lines.length; first += 1) {
      for (let next = first; next <= lines.length; next += 1) {
        const parsed = parsePolicy(lines.toSpliced(first, next - first).join('\n'), 'policy.yaml')
        if ('problems' in parsed) continue
        accepted += 1
        for (const { effect, approvers, maxMinutes, verbs } of parsed.policy.rules) {
          expect(verbs).toEqual(['connect'])
          expect(maxMinutes).toBe(120)
          expect(approvers).toEqual(effect === 'ask' ? [{ manager: true }] : [])
        }
      }
    }
    expect(accepted).toBeGreaterThan(2)
  })
})
