/**
 * Finds a length of time among words: straight at the start ("2h INC-7", "for 2 hours"), or at the very end ("INC-7 for 2h").
 *
 * What stands where a time belongs and looks like one but is none ("2x", "0h", "99999h", a lone "2") is reported, not taken for a reason:
 * the person meant a time, and would otherwise get another one without noticing.
 */
import { parseDuration } from '../access/duration.ts'
import { bare, plain } from './words.ts'

export type FoundTime =
  | { minutes: number; rest: readonly string[] }
  /** A time was meant, and this is what was typed for it. */
  | { bad: string }

/** "1 hour and 30 minutes" is the longest way to say one. */
const MOST_WORDS = 5
const LEADING: ReadonlySet<string> = new Set(['for', 'about', '~', '-', ':', ','])
/** After these words a time at the end of a reason tells when something was, not how long access is wanted. */
const TELLS_WHEN: ReadonlySet<string> = new Set(
  'in at since after before by till until within every last past next first than of'.split(' '),
)
const UNIT_WORD =
  /^(?:h|hr|hrs|hour|hours|m|min|mins|minute|minutes|d|day|days|s|sec|secs|seconds?|w|weeks?)$/

/** The time that `words` start with, and what follows it. Undefined when they start with something else. */
export function timeAtStart(words: readonly string[]): FoundTime | undefined {
  const from = words.findIndex(word => !LEADING.has(word.toLowerCase()))
  if (from < 0) return undefined
  const candidates = words.slice(from, from + MOST_WORDS)
  for (let count = candidates.length; count > 0; count -= 1) {
    const phrase = candidates.slice(0, count)
    const minutes = isLoose(phrase) ? undefined : minutesIn(phrase)
    if (minutes !== undefined) return { minutes, rest: words.slice(from + count) }
  }
  return badTime(words.slice(from), from > 0 || words.length === 1)
}

/** The time that `words` end with, and what stands before it. */
export function timeAtEnd(words: readonly string[]): FoundTime | undefined {
  for (let count = Math.min(MOST_WORDS, words.length - 1); count > 0; count -= 1) {
    const minutes = minutesIn(words.slice(-count))
    const before = words.slice(0, -count)
    const link = plain(before.at(-1) ?? '')
    if (minutes === undefined) continue
    if (TELLS_WHEN.has(link)) return undefined
    const isLinked = link === 'for' || link === 'about'
    return { minutes, rest: isLinked ? timelessEnd(before) : before }
  }
  const link = words.findLastIndex(word => plain(word) === 'for')
  const tail = words.slice(link + 1)
  return link >= 0 && tail.length >= 1 && tail.length <= 2 ? badTime(tail, true) : undefined
}

/** "INC-7 for about" without its last link words. */
function timelessEnd(words: readonly string[]): readonly string[] {
  const end = words.findLastIndex(word => !['for', 'about'].includes(plain(word)))
  return words.slice(0, end + 1)
}

const minutesIn = (phrase: readonly string[]): number | undefined =>
  parseDuration([...phrase.slice(0, -1), bare(phrase.at(-1) ?? '')].join(' '))

/** "2h 30 users are locked out": a number after a time is part of it only where the time itself is written apart, as in "2 h 30". */
const isLoose = (phrase: readonly string[]): boolean =>
  phrase.length === 2 && /^\d+$/.test(bare(phrase[1] ?? ''))

function badTime(words: readonly string[], isSurelyTime: boolean): FoundTime | undefined {
  const [first = '', second = ''] = words.slice(0, 2).map(plain)
  if (
    /^[-+~]?\d[\d.,:]*(?:[a-z]|(?:hr|hou|min|mon|day|sec|week|year)[a-z\d.,]*|[hmd]\d[a-z\d.,]*)$/.test(first)
  )
    return { bad: first }
  if (!/^[-+~]?\d[\d.,]*$/.test(first)) return undefined
  if (UNIT_WORD.test(second)) return { bad: `${first} ${second}` }
  const isLoneNumber = words.length === 1 && first.length <= 3
  return isSurelyTime && isLoneNumber ? { bad: first } : undefined
}
