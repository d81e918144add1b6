import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ERRORS } from '../../../../core/triage/catalogue/errors/index.ts'
import { STAGES } from '../../../../core/triage/catalogue/scales.ts'
import { readSymptoms } from '../../../../core/triage/symptoms/read.ts'

const PRODUCT = Object.values(ERRORS).flatMap(entry => [
  ...(entry.texts ?? []),
  ...Object.values(entry.localised ?? {}).flat(),
  ...(entry.variants ?? []),
])

const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...PRODUCT),
        fc.string({ maxLength: 20 }),
        fc.ipV4(),
        fc.ipV6(),
        fc.emailAddress(),
      ),
      { maxLength: 8 },
    )
    .map(parts => parts.join(' ')),
)

function wellFormed(text: string): void {
  const symptoms = readSymptoms(text)
  expect(symptoms.errors.length).toBeGreaterThanOrEqual(1)
  expect(symptoms.errors.length).toBeLessThanOrEqual(3)
  for (const { id, score } of symptoms.errors) {
    expect(ERRORS).toHaveProperty(id)
    expect(score).toBeGreaterThan(0)
    expect(score).toBeLessThanOrEqual(1)
  }
  expect([...STAGES, 'none']).toContain(symptoms.floor)
  const { named } = symptoms
  for (const list of [
    named.machines,
    named.addresses,
    named.dns,
    named.ports,
    named.users,
    named.instances,
    named.services,
  ])
    expect(list.length).toBeLessThanOrEqual(11)
  for (const { name } of named.machines) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
  for (const { address } of named.addresses) expect(address).toMatch(/^[0-9a-f.:]+$/)
  expect(JSON.stringify(symptoms).length).toBeLessThan(6_000)
}

describe('any text', () => {
  test('gives symptoms, the same ones each time', () => {
    fc.assert(
      fc.property(anything, text => {
        wellFormed(text)
        expect(readSymptoms(text)).toEqual(readSymptoms(text))
      }),
      { numRuns: 150 },
    )
  })

  test('with a product message keeps that message among the best three, whatever chatter stands round it', () => {
    const told = Object.entries(ERRORS).flatMap(([id, entry]) =>
      // Short texts drown in chatter; a dialog does not.
      (entry.texts ?? []).filter(text => text.split(' ').length >= 7).map(text => ({ id, text })),
    )
    const chatter = fc.array(
      fc.constantFrom('hi', 'please', 'help', 'since', 'monday', 'vm-app-01', 'thanks', 'it', 'is', 'odd'),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(fc.constantFrom(...told), chatter, chatter, ({ id, text }, before, after) => {
        const symptoms = readSymptoms(
          [...before, '\n', text.replaceAll('NAME', 'vm-app-01'), '\n', ...after].join(' '),
        )
        expect(symptoms.errors.map(each => each.id)).toContain(id)
      }),
      { numRuns: 150 },
    )
  })

  test('in letters of any case gives the same messages', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PRODUCT.filter(text => /^[ -~]+$/.test(text) && !text.includes('NAME'))),
        text => {
          expect(readSymptoms(text.toUpperCase()).errors).toEqual(readSymptoms(text.toLowerCase()).errors)
        },
      ),
      { numRuns: 80 },
    )
  })
})

describe('a long text', () => {
  const line = '2026-11-20 08:51:12 INFO svc[412] handled request id=77 in 12 ms from pool worker\n'

  test('is read at its head and its tail', () => {
    const log = line.repeat(700)
    const tail = readSymptoms(
      `${log}\nAn authentication error has occurred. The Local Security Authority cannot be contacted`,
    )
    expect(tail.errors[0]?.id).toBe('E-LSA')
    expect(tail.readAll).toBe(false)
    const head = readSymptoms(
      `The trust relationship between this workstation and the primary domain failed.\n${log}`,
    )
    expect(head.errors[0]?.id).toBe('E-TRUST')
    expect(head.readAll).toBe(false)
    expect(readSymptoms('short').readAll).toBe(true)
  })
})

describe('hostile text', () => {
  const MUCH = 60_000
  test.each([
    ['one letter', 'a'.repeat(MUCH)],
    ['one digit', '1'.repeat(MUCH)],
    ['dots and digits', '1.'.repeat(MUCH)],
    ['colons', ':'.repeat(MUCH)],
    ['hex groups', 'ab:'.repeat(MUCH)],
    ['dashes', '-'.repeat(MUCH)],
    ['dashed words', 'a-'.repeat(MUCH)],
    ['labels', 'a.b-'.repeat(MUCH)],
    ['backslashes', 'a\\'.repeat(MUCH)],
    ['at signs', 'a@'.repeat(MUCH)],
    [
      'words that many patterns begin with',
      'bastion certificate remote session exceeding approved black user profile '.repeat(900),
    ],
    ['passwords', 'password is password for a is '.repeat(2_000)],
    ['openings of codes', 'error code: 0x'.repeat(5_000)],
    ['quotes', '"\'`“'.repeat(MUCH / 4)],
    ['white space', ' \t\n\u00a0'.repeat(MUCH / 4)],
    ['combining marks', `e${'\u0301\u0327'.repeat(MUCH / 2)}`],
    ['ligatures that grow', '\ufdfa'.repeat(MUCH)],
    ['halves of characters', '\ud800\udc00\ud800'.repeat(MUCH / 3)],
    ['right to left and invisible', '\u202e\u200b\u2066abc'.repeat(MUCH / 6)],
    ['a script without spaces', '无法连接'.repeat(MUCH / 4)],
    ['unknown long words', Array.from({ length: 6_000 }, (_, i) => `conn${i.toString(36)}ecti`).join(' ')],
  ])('of %s is read like any other', (_, text) => {
    // A pattern that backtracks without bound would not come back before the time limit of a test.
    wellFormed(text)
  })
})
