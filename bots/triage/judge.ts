/**
 * Holds what a diagnosis came to against the label of its scenario. Nothing here is seen by the diagnosis.
 *
 * Counts, as the description of the scenarios proposes: the cause that is named first, harm, further causes, the first button with its
 * approval and warnings, questions and reads inside Windows that were not needed, and honesty.
 */
import { APPROVALS, type Approval } from '../../core/triage/catalogue/scales.ts'
import type { Expected } from './files.ts'
import type { Played } from './play.ts'

export type Score = {
  /** The right kind of verdict, and the right cause named first. */
  right: boolean
  /** What would send the person the wrong way. */
  harm: string[]
  /** Further causes that were to be named, and were. */
  also: { named: number; of: number }
  remedy: boolean
  /** Undefined where the button that the label speaks of is not shown and another good one is. */
  approval: boolean | undefined
  /** Undefined where no warning is expected. */
  warnings: boolean | undefined
  missingWarnings: string[]
  extraQuestions: string[]
  extraGuestRead: boolean
  /** Undefined where the expected verdict is a cause. */
  honest: boolean | undefined
}

const CONSENT = 'Q-CONSENT'

export function judge(expected: Expected, played: Played): Score {
  const [first] = played.named
  const fits = [expected.primary, ...expected.alternates].filter(one => one !== undefined)
  const rightKind = played.verdict === expected.verdict
  const rightCause = first === undefined ? expected.verdict === 'inconclusive' : fits.includes(first)
  const shown = played.offers.map(({ remedy }) => remedy)
  const missingWarnings = expected.warnings.filter(id => !played.warnings.includes(id))
  const mayRead = expected.guest_read === 'needed'
  return {
    right: rightKind && (rightCause || (expected.verdict === 'inconclusive' && fits.length === 0)),
    harm: [
      ...expected.wrong_first.filter(cause => cause === first).map(cause => `${cause} named first`),
      ...expected.never_offer.filter(remedy => shown.includes(remedy)).map(remedy => `${remedy} offered`),
    ],
    also: {
      named: expected.also.filter(cause => played.named.includes(cause)).length,
      of: expected.also.length,
    },
    remedy: isGoodFirst(expected, shown[0]),
    approval: approvalFits(expected, played),
    warnings: expected.warnings.length === 0 ? undefined : missingWarnings.length === 0,
    missingWarnings,
    extraQuestions: played.asked.filter(id => id !== CONSENT && !expected.ask.includes(id)),
    extraGuestRead: !mayRead && (played.guestRead || played.asked.includes(CONSENT)),
    honest: expected.verdict === 'cause' ? undefined : rightKind,
  }
}

function isGoodFirst({ remedy, remedy_ok }: Expected, first: string | undefined): boolean {
  if (first === undefined) return remedy === 'none'
  return first === remedy || remedy_ok.includes(first)
}

function approvalFits(expected: Expected, { offers }: Played): boolean | undefined {
  if (expected.remedy === 'none') return undefined
  const meant = offers.find(({ remedy }) => remedy === expected.remedy)
  if (meant !== undefined) return strictness(meant.approval) >= strictness(expected.approval)
  return isGoodFirst(expected, offers[0]?.remedy) ? undefined : false
}

const strictness = (approval: string): number => APPROVALS.indexOf(approval as Approval)
