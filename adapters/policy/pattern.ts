/**
 * Regular expressions from the policy file that are safe to try on text people type.
 *
 * JavaScript's engine backtracks: on some patterns a short text keeps it busy for hours, and the bot stands still. So the ways it could
 * take through a pattern are counted, as an upper bound: alternatives add up, what follows each other multiplies, and a repeat has one way
 * per length and per way through its inside. What goes beyond the bound is refused when the file is read.
 */

/** As long as the longest reason. */
const LONGEST_TEXT = 300
/** Ways times parts. At the very worst about a third of a second (measured on Node 24.21, 2026-11-21); three repeats after ^ pass. */
const MOST_STEPS = 4e8
const LONGEST_PATTERN = 200

/** What is wrong with a pattern, in words for who wrote it; undefined when it may be used (with the flag u). Never throws. */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > LONGEST_PATTERN) return `the pattern is longer than ${LONGEST_PATTERN} characters`
  try {
    new RegExp(pattern, 'u')
  } catch (error) {
    return `not a regular expression: ${(error as Error).message.replace(/^.*\/u?: /, '')}`
  }
  const reader: Reader = { pattern, at: 0, parts: 0 }
  const whole = readAlternatives(reader)
  if (reader.refused !== undefined) return reader.refused
  const starts = whole.anchored ? 1 : LONGEST_TEXT
  if (whole.ways * starts * reader.parts <= MOST_STEPS) return undefined
  return (
    'this pattern could take very long on some texts: begin it with ^, use fewer * and +, ' +
    'and avoid repeats or alternatives inside repeats, such as (a+)+ or (a|b)*'
  )
}

type Reader = { readonly pattern: string; at: number; parts: number; refused?: string }
/** Anchored: every way begins at the start of the text. */
type Part = { ways: number; anchored: boolean }

// The pattern is known to be well formed, so each reader takes what must be there.
function readAlternatives(reader: Reader): Part {
  let whole = readSequence(reader)
  while (reader.pattern[reader.at] === '|') {
    reader.at += 1
    const next = readSequence(reader)
    whole = { ways: whole.ways + next.ways, anchored: whole.anchored && next.anchored }
  }
  return whole
}

function readSequence(reader: Reader): Part {
  const { pattern } = reader
  let part: Part | undefined
  while (reader.at < pattern.length && !'|)'.includes(pattern[reader.at] ?? '')) {
    const atom = readAtom(reader)
    const repeat = readRepeat(reader)
    const ways = waysOf(atom.ways, repeat)
    part = { ways: (part?.ways ?? 1) * ways, anchored: part?.anchored ?? (atom.anchored && repeat.least > 0) }
  }
  return part ?? { ways: 1, anchored: false }
}

const GROUP = /\((?:\?(?:<[\p{L}\p{N}_$]+>|[a-z-]*:))?/uy
const LOOK_AROUND = /\(\?<?[=!]/y
const ESCAPE = /\\(?:[uUpP]\{[^}]*\}|.)/sy
const BACK_REFERENCE = /\\(?:[1-9]|k<)/y
const CLASS = /\[(?:\\.|[^\]\\])*\]/sy

function readAtom(reader: Reader): Part {
  const { pattern } = reader
  reader.parts += 1
  const take = (shape: RegExp): boolean => {
    shape.lastIndex = reader.at
    const [found] = shape.exec(pattern) ?? []
    if (found !== undefined) reader.at += found.length
    return found !== undefined
  }
  if (take(LOOK_AROUND)) reader.refused = 'look-around such as (?=…) or (?!…) is not supported here'
  else if (take(BACK_REFERENCE)) reader.refused = 'back-references such as \\1 are not supported here'
  else if (take(GROUP)) {
    const inside = readAlternatives(reader)
    reader.at += 1
    return inside
  } else if (!take(ESCAPE) && !take(CLASS)) {
    reader.at += 1
    return { ways: 1, anchored: pattern[reader.at - 1] === '^' }
  }
  return { ways: 1, anchored: false }
}

type Repeat = { least: number; most: number }
const REPEAT = /(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/y

function readRepeat(reader: Reader): Repeat {
  REPEAT.lastIndex = reader.at
  const found = REPEAT.exec(reader.pattern)
  if (!found) return { least: 1, most: 1 }
  reader.at += found[0].length
  const [, sign, least = '', comma, most = ''] = found
  if (sign !== undefined)
    return { least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Number.POSITIVE_INFINITY }
  if (comma === '') return { least: Number(least), most: Number(least) }
  return { least: Number(least), most: most === '' ? Number.POSITIVE_INFINITY : Number(most) }
}

/** One inside: one way per length. Several: each round multiplies them. */
function waysOf(inside: number, { least, most }: Repeat): number {
  const [from, to] = [Math.min(least, LONGEST_TEXT), Math.min(most, LONGEST_TEXT)]
  if (inside === 1) return to - from + 1
  let ways = 0
  for (let rounds = from; rounds <= to && ways <= MOST_STEPS; rounds += 1) ways += inside ** rounds
  return ways
}
