/** Which regular expressions a policy may use on what people type. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { patternProblem } from '../../../adapters/policy/pattern.ts'

describe('patterns', () => {
  test.each([
    '^(INC|CHG)-[0-9]+',
    '(INC|CHG)-\\d{1,8}\\b',
    '^\\p{Lu}{2,}-\\d+: .{10,}$',
    '\\u{1F600}+',
    '[)(|]*',
    '^(?:[A-Z]{2}[0-9]{4},)*x',
    '(?<kind>INC|CHG)',
    '(?i:inc)-\\d+',
    'a+?b??c{2,}?',
    '',
  ])('%s may be used', pattern => {
    expect(patternProblem(pattern)).toBeUndefined()
  })
  test.each([
    // The classic ones, that take for ever.
    ['^(a+)+$', /very long/],
    ['^(a*)*$', /very long/],
    ['^(a|a)*$', /very long/],
    ['^([a-z]+,?)+$', /very long/],
    ['^((a{1,9}){1,9}){1,9}$', /very long/],
    [`^${'a?'.repeat(30)}${'a'.repeat(30)}$`, /very long/],
    [`^${'(a|a)'.repeat(30)}$`, /very long/],
    ['.*.*.*x', /very long/],
    ['(?=a)a', /look-around/],
    ['(?<!a)b', /look-around/],
    ['(a)\\1', /back-references/],
    ['(?<n>a)\\k<n>', /back-references/],
    ['(', /not a regular expression/],
    ['\\-', /not a regular expression/],
    ['x'.repeat(201), /longer than 200/],
  ])('%s is refused', (pattern, words) => {
    expect(patternProblem(pattern)).toMatch(words)
  })
  test('every text gets an answer', () => {
    const piece = fc.constantFrom(...'ab([{)]}|*+?.^$\\,0123:<>=!-k'.split(''))
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), pieces => {
        const pattern = pieces.join('')
        const isValid = (() => {
          try {
            return new RegExp(pattern, 'u') instanceof RegExp
          } catch {
            return false
          }
        })()
        const problem = patternProblem(pattern)
        if (!isValid) expect(problem).toMatch(/not a regular expression/)
        if (problem !== undefined) expect(problem).not.toBe('')
      }),
      { numRuns: 2000 },
    )
  })
})
