import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { nearest, slipsWithin } from '../../../core/command/nearest.ts'

const shortWord = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1'), maxLength: 6 })

describe('what a mistyped word is near to', () => {
  test.each([
    ['conect', ['connect', 'cancel'], ['connect']],
    ['cnonect', ['connect'], ['connect']],
    ['APROVE', ['deny', 'approve'], ['approve']],
    ['lits', ['list', 'why'], ['list']],
    ['vm01', ['vm02', 'sql01', 'VM01', 'vm1'], ['VM01', 'vm02', 'vm1']],
    ['sql-prod', ['sql-prod-01', 'sql-prd', 'web-prod'], ['sql-prd', 'sql-prod-01']],
    ['sql-prod-westeurope', ['sql-prod-westeurope-01', 'sql-prod'], ['sql-prod-westeurope-01']],
    ['xyzzy', ['connect', 'list'], []],
    ['x', ['?'], []],
    ['', ['a'], []],
  ])('%j among %j: %j', (word, words, near) => {
    expect(nearest(word, words)).toEqual(near)
  })

  test('finds a word again after one slip of any kind', () => {
    const slip = fc.tuple(fc.nat(), fc.constantFrom('drop', 'double', 'other', 'swap'))
    fc.assert(
      fc.property(fc.constantFrom('connect', 'approve', 'sql-prod-07'), slip, (word, [where, kind]) => {
        const at = where % (word.length - 1)
        const [before, one, two, after] = [word.slice(0, at), word[at], word[at + 1], word.slice(at + 2)]
        const typed = {
          drop: `${before}${two}${after}`,
          double: `${before}${one}${one}${two}${after}`,
          other: `${before}~${two}${after}`,
          swap: `${before}${two}${one}${after}`,
        }[kind]
        expect(nearest(typed ?? '', ['unrelated', word])).toEqual([word])
      }),
    )
  })

  test('never throws, and gives back only what it was given', () => {
    const anything = fc.string({ unit: 'binary', maxLength: 200 })
    fc.assert(
      fc.property(anything, fc.array(anything, { maxLength: 5 }), (word, words) => {
        expect(words).toEqual(expect.arrayContaining([...nearest(word, words)]))
      }),
    )
  })
})

describe('counting slips', () => {
  /** The definition itself, slowly: the last letters match, or one of four edits happened at the end. */
  function naive(one: string, other: string): number {
    if (one === '' || other === '') return one.length + other.length
    const [a, b] = [one.slice(0, -1), other.slice(0, -1)]
    const same = one.at(-1) === other.at(-1) ? 0 : 1
    const edits = [naive(a, other) + 1, naive(one, b) + 1, naive(a, b) + same]
    if (one.length > 1 && other.length > 1 && one.at(-1) === other.at(-2) && one.at(-2) === other.at(-1))
      edits.push(naive(one.slice(0, -2), other.slice(0, -2)) + 1)
    return Math.min(...edits)
  }

  test('agrees with the definition', () => {
    fc.assert(
      fc.property(shortWord, shortWord, (one, other) => {
        const slips = naive(one, other)
        expect(slipsWithin(one, other, slips)).toBe(true)
        expect(slipsWithin(one, other, slips - 1)).toBe(false)
      }),
      { numRuns: 500 },
    )
  })
})
