/**
 * Compares what people write in their own words with the variants of the catalogue, by the words they share.
 */
import type { ErrorId } from '../catalogue/errors/index.ts'
import { ERRORS } from '../catalogue/errors/index.ts'
import { fold, words } from './normalise.ts'

/** The most that own words can say. */
const MOST = 0.75
const LEAST = 0.6

/** Different words for one thing, brought together before comparing. */
const SAME: readonly (readonly [RegExp, string])[] = [
  [/\b(ti[mn]es?|timed|timing) ?out\b|\btimeouts?\b/g, 'timeout'],
  [/\b(log|sign)(s|ged|ged|ging|ing)?[ -]?(in|on|into|onto)\b|\blog[io]n\b/g, 'login'],
  [
    /\b(can'?t|cannot|can not|couldn'?t|could not|unable to|won'?t let me|not able to|not letting)\b/g,
    'cant',
  ],
  [/\b(isn'?t|doesn'?t|does not|didn'?t|don'?t|do not|won'?t|ain'?t)\b/g, 'not'],
  [/\bconnect(s|ed|ing|ion|ions)?\b/g, 'connect'],
  [/\b(remote desktop|rdp|mstsc|rdc)\b/g, 'rdp'],
  [/\b(stuck|hangs?|hanging|hung|frozen)\b/g, 'hangs'],
  [/\b(pass ?word|pwd|passwd)\b/g, 'password'],
  [/\b(creds?|credentials?)\b/g, 'credentials'],
  [/\blicen[sc](e|es|ing)\b/g, 'licence'],
  [/\b(grayed|greyed)[ -]?out\b/g, 'greyed'],
  [/\b(screen|window|display)\b/g, 'screen'],
  [/\b(kicked|kicks|thrown|throws|boots|booted) (me |us )?(out|off)\b/g, 'kicked'],
]

/** Words that say nothing about which failure it is. */
const IDLE: ReadonlySet<string> = new Set(
  `a an the to of on in at by for from with my me i im it its is are was were be been am this that there then than and or but so just when
  how what who we our us you your they he she vm vms machine server computer box host pc have has had get got do did does any some all very
  again still now please pls help hi hello hey thanks azure says said say gives after right as up if`.split(
    /\s+/,
  ),
)

type Variant = { id: ErrorId; words: ReadonlySet<string> }

const VARIANTS: readonly Variant[] = (
  Object.entries(ERRORS) as [ErrorId, (typeof ERRORS)[ErrorId]][]
).flatMap(([id, entry]) => (entry.variants ?? []).map(text => ({ id, words: telling(fold(text)) })))

const WEIGHTS: ReadonlyMap<string, number> = weights()

/** The words of folded text that tell one failure from another. */
export function telling(folded: string): ReadonlySet<string> {
  let text = folded
  for (const [pattern, word] of SAME) text = text.replace(pattern, word)
  return new Set(words(text).filter(word => !IDLE.has(word) && word !== 's' && word !== 't'))
}

/** @param said from `telling` */
export function findVariants(said: ReadonlySet<string>): ReadonlyMap<ErrorId, number> {
  const scores = new Map<ErrorId, number>()
  for (const variant of VARIANTS) {
    let all = 0
    let hit = 0
    let count = 0
    for (const word of variant.words) {
      const weight = WEIGHTS.get(word) ?? 1
      all += weight
      if (!said.has(word)) continue
      hit += weight
      count++
    }
    const covered = all === 0 ? 0 : hit / all
    if (covered < LEAST || (count < 2 && variant.words.size > 1)) continue
    // Two words that agree prove less than five.
    const score = MOST * covered * Math.min(1, 0.55 + 0.15 * count)
    scores.set(variant.id, Math.max(score, scores.get(variant.id) ?? 0))
  }
  return scores
}

/** A word in few entries weighs more. */
function weights(): ReadonlyMap<string, number> {
  const owners = new Map<string, Set<ErrorId>>()
  for (const { id, words: each } of VARIANTS)
    for (const word of each) owners.set(word, (owners.get(word) ?? new Set<ErrorId>()).add(id))
  return new Map([...owners].map(([word, ids]) => [word, 1 / Math.sqrt(ids.size)]))
}
