/**
 * "Did you mean": which of the known words a mistyped one is near to.
 *
 * Near means few slips of a finger: a letter too many, too few, another one, or two neighbours swapped. A beginning of a word is near, too.
 */

/** Longer words are compared by their first letters only, so that the work stays small whatever is typed. */
const MOST_LETTERS = 80

/**
 * The words that `word` may have been meant for, nearest first, in their own spelling; equally near ones keep their order.
 * Case does not matter. Empty when nothing is near: one slip in words of up to five letters, two up to eight, then one in three letters.
 */
export function nearest(word: string, words: readonly string[]): readonly string[] {
  const typed = letters(word)
  if (typed.length === 0) return []
  return words
    .map(candidate => ({ candidate, far: farness(typed, letters(candidate)) }))
    .filter(({ far }) => Number.isFinite(far))
    .sort((one, other) => one.far - other.far)
    .map(({ candidate }) => candidate)
}

/**
 * How many slips turn one text into the other: insertions, deletions, replacements, and swaps of neighbours, where nothing is edited
 * twice (the "optimal string alignment" form of the Damerau-Levenshtein distance).
 */
function slipsBetween(one: readonly string[], other: readonly string[]): number {
  let before: number[] = []
  let row = other.map((_, index) => index)
  row.push(other.length)
  for (const [i, letter] of one.entries()) {
    const next = [i + 1]
    for (const [j, wanted] of other.entries()) {
      const same = letter === wanted ? 0 : 1
      let least = Math.min(at(next, j) + 1, at(row, j + 1) + 1, at(row, j) + same)
      if (i > 0 && j > 0 && letter === other[j - 1] && one[i - 1] === wanted)
        least = Math.min(least, at(before, j - 1) + 1)
      next.push(least)
    }
    before = row
    row = next
  }
  return at(row, other.length)
}

/** Whether at most `most` slips lie between two words. */
export const slipsWithin = (one: string, other: string, most: number): boolean =>
  slipsBetween(letters(one), letters(other)) <= most

function farness(typed: readonly string[], candidate: readonly string[]): number {
  const slips = slipsBetween(typed, candidate)
  const length = Math.max(typed.length, candidate.length)
  if (slips < length && slips <= allowedSlips(length)) return slips
  const isBeginning = typed.length >= 3 && typed.every((letter, index) => letter === candidate[index])
  // A beginning stands behind every word that is near by slips.
  return isBeginning ? MOST_LETTERS + slips : Number.POSITIVE_INFINITY
}

const allowedSlips = (length: number) => (length <= 5 ? 1 : length <= 8 ? 2 : Math.floor(length / 3))

const letters = (word: string): readonly string[] =>
  [...word.slice(0, MOST_LETTERS).normalize('NFKC').toLowerCase()].slice(0, MOST_LETTERS)

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY
