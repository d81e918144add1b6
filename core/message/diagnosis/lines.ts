/** The lines of a verdict: what it is, what proves it, what else, what it is not, and what nobody could look at. */
import { ERRORS } from '../../triage/catalogue/errors/index.ts'
import { look } from '../../triage/checks/scene.ts'
import type { Diagnosis } from '../../triage/conversation/diagnosis.ts'
import type { Assessment, NamedCause } from '../../triage/engine/assessment.ts'
import type { Line } from '../message.ts'

/** How many of each are shown. */
export type Most = {
  proof: number
  also: number
  excluded: number
  untested: number
  possible: number
  remedies: number
}
export const SUMMARY: Most = { proof: 3, also: 2, excluded: 2, untested: 2, possible: 3, remedies: 3 }
export const WHOLE: Most = { proof: 8, also: 6, excluded: 10, untested: 10, possible: 6, remedies: 8 }

/** What Azure or Windows says is cut here: a sentence, not a page. */
const MOST_SENTENCE = 400

const SURELY: Readonly<Record<NamedCause['confidence'], string>> = {
  certain: 'Certain',
  'very likely': 'Very likely',
  likely: 'Likely',
  possible: 'Possible',
}

/** While it is still being read: what the message alone suggests. */
export function guessLines({ known }: Diagnosis, { first, possible }: Assessment): readonly Line[] {
  const { entry } = look(known)
  const seen: Line[] = entry === undefined ? [] : [[`I recognise: ${ERRORS[entry].title}.`]]
  if (first !== undefined)
    return [
      ...seen,
      [{ strong: `First guess: ${first.title}.` }, ` ${SURELY[first.confidence]}; I am checking the rest.`],
    ]
  const titles = possible.slice(0, 3).map(({ title }) => title)
  return titles.length === 0
    ? [...seen, ['I am looking at power, rules, routes and health first.']]
    : [...seen, [{ strong: 'It may be: ' }, `${titles.join('; ')}.`]]
}

export function causeLines({ first }: Assessment, most: Most): readonly Line[] {
  if (first === undefined) return []
  const { text, confidence, proof } = first
  return [
    [{ strong: `${SURELY[confidence]}. ` }, cut(text)],
    ...capped(proof, most.proof, 'more that says the same').map((said): Line => [`• ${cut(said)}`]),
  ]
}

export function alsoLines({ also }: Assessment, most: Most): readonly Line[] {
  if (also.length === 0) return []
  const told = also.map(
    ({ title, confidence, proof: [why] }) => `${title} (${confidence})${why === undefined ? '' : `: ${why}`}`,
  )
  return [
    [{ strong: 'Also broken:' }],
    ...capped(told, most.also, 'more').map((said): Line => [`• ${cut(said)}`]),
  ]
}

export function possibleLine({ possible }: Assessment, most: Most): readonly Line[] {
  if (possible.length === 0) return []
  const titles = capped(
    possible.map(({ title }) => title),
    most.possible,
    'more',
  )
  return [[{ strong: 'Not ruled out: ' }, `${titles.join('; ')}.`]]
}

export function excludedLines({ excluded }: Assessment, most: Most): readonly Line[] {
  if (excluded.length === 0) return []
  const words = capped(
    excluded.map(said => cut(said)),
    most.excluded,
    'more',
  )
  return [[{ strong: 'Not the cause: ' }, words.join(' ')]]
}

/** What could not be looked at, and the right that is missing. Each right once. */
export function untestedLines({ checks }: Assessment, most: Most): readonly Line[] {
  const untested = checks.filter(({ result }) => result === 'not-tested')
  if (untested.length === 0) return []
  // A missing right says most: somebody can mend it.
  const sorted = [...untested].sort((a, b) => Number(b.lacks !== undefined) - Number(a.lacks !== undefined))
  const told = sorted.map(
    ({ label, say, lacks }) =>
      `${label}: ${say.replace(/^Not tested: /, '')}${lacks === undefined || say.includes(lacks) ? '' : ` Missing right: ${lacks}.`}`,
  )
  return [
    [{ strong: 'Not tested:' }],
    ...capped(told, most.untested, 'more').map((said): Line => [`• ${cut(said)}`]),
  ]
}

/** The first of them, and how many are left out. */
function capped(all: readonly string[], most: number, what: string): readonly string[] {
  const left = all.length - most
  return left <= 0 ? all : [...all.slice(0, most), `and ${left} ${what}`]
}

export function cut(text: string): string {
  const shown = [...text.toWellFormed()]
  return shown.length <= MOST_SENTENCE ? text : `${shown.slice(0, MOST_SENTENCE - 1).join('')}…`
}
