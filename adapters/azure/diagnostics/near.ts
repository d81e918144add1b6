/** Names that were meant, by those that were typed: one or two slips, or a part of the name. */

const MOST_SLIPS = 2
const MOST = 20

/**
 * Three parts of a name. Two slips leave one of them as it is, wherever they fall, so whoever resembles the name contains one.
 * Fewer where the name is too short to be cut.
 */
export function partsOf(name: string): readonly string[] {
  const size = Math.max(1, Math.floor(name.length / 3))
  const parts = [name.slice(0, size), name.slice(size, 2 * size), name.slice(2 * size)]
  return [...new Set(parts.filter(part => part !== ''))]
}

/** Those that resemble the typed name, the likeliest first. */
export function nearest<T extends { name: string }>(typed: string, found: readonly T[]): readonly T[] {
  const wanted = typed.toLowerCase()
  return found
    .flatMap(one => {
      const name = one.name.toLowerCase()
      const slips = distance(wanted, name, MOST_SLIPS)
      if (slips <= MOST_SLIPS) return [{ one, rank: slips }]
      return wanted.length >= 3 && name.includes(wanted) ? [{ one, rank: MOST_SLIPS + 1 }] : []
    })
    .toSorted((left, right) => left.rank - right.rank || left.one.name.localeCompare(right.one.name))
    .slice(0, MOST)
    .map(({ one }) => one)
}

/** Insertions, deletions and replacements that make one of the other; anything above `most` comes back as more than it. */
function distance(left: string, right: string, most: number): number {
  if (Math.abs(left.length - right.length) > most) return most + 1
  let above = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let row = 1; row <= left.length; row++) {
    const line = [row]
    for (let column = 1; column <= right.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1)
      line.push(Math.min(replaced, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1))
    }
    above = line
  }
  return above[right.length] ?? most + 1
}
