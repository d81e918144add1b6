/**
 * Finds product messages in a text by runs of three words, so that a part of a dialog, a missing sentence or a changed name still fits.
 *
 * A run that many messages share says little; one that only one message has says much. Linear in the text.
 */
import type { ErrorId } from '../catalogue/errors/index.ts'
import { ERRORS } from '../catalogue/errors/index.ts'
import { fold, words } from './normalise.ts'
import { spelling } from './spelling.ts'

const RUN = 3
/** Less than this share of a message proves nothing. */
const LEAST = 0.5

type Phrase = { id: ErrorId; runs: readonly string[]; length: number; letters: number }

const PHRASES: readonly Phrase[] = phrases()
const SHARED: ReadonlyMap<string, number> = sharing(PHRASES)

/** Words of the catalogue, put right where one letter is wrong. */
export const correct = spelling(
  Object.values(ERRORS).flatMap(entry =>
    [
      ...(entry.texts ?? []),
      ...Object.values(entry.localised ?? {}).flat(),
      ...(entry.variants ?? []),
    ].flatMap(text => words(fold(text))),
  ),
)

export type Fit = {
  score: number
  /** How many words of the message were met: of two that fit as well, the longer one is meant. */
  length: number
}

/** The messages whose own words are in the text. */
export function findPhrases(text: readonly string[]): ReadonlyMap<ErrorId, Fit> {
  const met = new Set<string>()
  for (let i = 0; i < text.length; i++)
    for (let n = 1; n <= RUN && i + n <= text.length; n++) {
      const run = text.slice(i, i + n).join(' ')
      if (SHARED.has(run)) met.add(run)
    }
  const fits = new Map<ErrorId, Fit>()
  for (const phrase of PHRASES) {
    const fit = fitOf(phrase, met)
    const best = fits.get(phrase.id)
    if (fit && (!best || fit.score > best.score || (fit.score === best.score && fit.length > best.length)))
      fits.set(phrase.id, fit)
  }
  return fits
}

function fitOf(phrase: Phrase, met: ReadonlySet<string>): Fit | undefined {
  let all = 0
  let hit = 0
  let runs = 0
  for (const run of phrase.runs) {
    const weight = 1 / (SHARED.get(run) ?? 1)
    all += weight
    if (!met.has(run)) continue
    hit += weight
    runs++
  }
  const covered = hit / all
  if (covered < LEAST) return undefined
  const distinct = Math.min(1, hit / Math.min(2.5, phrase.runs.length))
  const weight = phrase.length >= RUN || phrase.letters >= 14 ? 0.97 : phrase.letters >= 9 ? 0.88 : 0.7
  return { score: covered * distinct * weight, length: runs + RUN - 1 }
}

function phrases(): readonly Phrase[] {
  const all: Phrase[] = []
  for (const [id, entry] of Object.entries(ERRORS) as [ErrorId, (typeof ERRORS)[ErrorId]][])
    for (const text of [...(entry.texts ?? []), ...Object.values(entry.localised ?? {}).flat()])
      for (const part of new Set([text, ...text.split(/(?<=[.?!:。])\s+|(?= \d\) )/)])) {
        const pieces = part.split('NAME').map(piece => words(fold(piece)))
        const length = pieces.flat().length
        // A whole message may be short; a sentence torn out of one has to be long enough to be told by.
        if (length === 0 || (part !== text && length < 2 * RUN)) continue
        all.push({
          id,
          runs: [...new Set(pieces.flatMap(runsOf))],
          length,
          letters: pieces.flat().join('').length,
        })
      }
  return all
}

function runsOf(piece: readonly string[]): readonly string[] {
  if (piece.length === 0) return []
  if (piece.length <= RUN) return [piece.join(' ')]
  return Array.from({ length: piece.length - RUN + 1 }, (_, i) => piece.slice(i, i + RUN).join(' '))
}

/** How many entries each run belongs to. */
function sharing(all: readonly Phrase[]): ReadonlyMap<string, number> {
  const owners = new Map<string, Set<ErrorId>>()
  for (const { id, runs } of all)
    for (const run of runs) owners.set(run, (owners.get(run) ?? new Set<ErrorId>()).add(id))
  return new Map([...owners].map(([run, ids]) => [run, ids.size]))
}
