/**
 * Puts right single wrong letters in the words of product messages: screenshots read by a machine, and hasty typing.
 *
 * One wrong, missing or extra character per word of five letters or more, and the pairs that readers confuse (rn and m, 0 and o, 1 and l).
 * Digits of codes are never put right: only words of the catalogue's own vocabulary come out.
 */

const SHORTEST = 5
const LONGEST = 24
const MOST_UNKNOWN = 3_000

export type Spelling = (words: readonly string[]) => readonly string[]

/** @param vocabulary folded words */
export function spelling(vocabulary: Iterable<string>): Spelling {
  const known = new Set<string>()
  /** A word with one letter taken out, and the word it came from; null where several share it. */
  const shortened = new Map<string, string | null>()
  for (const word of vocabulary) {
    if (known.has(word)) continue
    known.add(word)
    if (word.length < SHORTEST || word.length > LONGEST || /\d/.test(word)) continue
    for (const form of withoutOne(word)) {
      const other = shortened.get(form)
      shortened.set(form, other === undefined || other === word ? word : null)
    }
  }
  const right = (word: string): string => {
    for (const form of confusions(word)) if (known.has(form)) return form
    const candidates = new Set<string>()
    const add = (candidate: string | null | undefined) => {
      if (candidate && near(word, candidate)) candidates.add(candidate)
    }
    add(shortened.get(word))
    for (const form of withoutOne(word)) {
      if (form.length >= SHORTEST && known.has(form)) candidates.add(form)
      add(shortened.get(form))
    }
    const [only, ...more] = candidates
    return only && more.length === 0 ? only : word
  }
  return words => {
    const seen = new Map<string, string>()
    return words.map(word => {
      if (word.length < SHORTEST || word.length > LONGEST || known.has(word) || /^0x/.test(word)) return word
      const before = seen.get(word)
      if (before !== undefined || seen.size >= MOST_UNKNOWN) return before ?? word
      const corrected = right(word)
      seen.set(word, corrected)
      return corrected
    })
  }
}

const withoutOne = (word: string): readonly string[] =>
  Array.from(word, (_, i) => word.slice(0, i) + word.slice(i + 1))

function confusions(word: string): readonly string[] {
  const letters = word.replaceAll('0', 'o').replaceAll('1', 'l').replaceAll('5', 's')
  return [
    letters,
    letters.replaceAll('rn', 'm'),
    letters.replaceAll('vv', 'w'),
    letters.replaceAll('cl', 'd'),
  ].filter(form => form !== word)
}

/** At most one letter wrong, missing or extra. */
function near(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  const restA = a.slice(start + (a.length >= b.length ? 1 : 0))
  const restB = b.slice(start + (b.length >= a.length ? 1 : 0))
  return restA === restB
}
