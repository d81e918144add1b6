/** What a diagnosis says at one moment: the cause with its proof, what else was found, what was ruled out, what can be done. */
import type { VmSummary } from '../../ports.ts'
import type { CauseId } from '../catalogue/causes/index.ts'
import type { CheckId } from '../catalogue/checks/index.ts'
import type { QuestionId } from '../catalogue/questions.ts'
import type { Stage } from '../catalogue/scales.ts'
import type { Details, Outcome } from '../checks/finding.ts'
import type { Offer, ShownWarning } from '../remedies/offers.ts'

export type Confidence = 'certain' | 'very likely' | 'likely' | 'possible'

export type NamedCause = {
  cause: CauseId
  title: string
  /** Why that keeps RDP from working. */
  text: string
  confidence: Confidence
  /** Sentences, strongest first. They carry names from Azure and from people: hostile until drawn. */
  proof: readonly string[]
  details: Details
  /** Buttons, best first. Forbidden ones are not among them. */
  offers: readonly Offer[]
}

export type CheckLine = {
  id: CheckId
  label: string
  result: Outcome['result']
  say: string
  lacks?: string
  /** Personal data: for the asker and the approver only. */
  personal: boolean
}

export type AskedQuestion = {
  id: QuestionId
  /** With the names filled in. Hostile until drawn. */
  text: string
  buttons: readonly { id: string; label: string }[]
  free: boolean
}

export type Assessment = {
  kind: 'cause' | 'healthy' | 'ask' | 'inconclusive'
  /** Nothing more will be read or asked. */
  settled: boolean
  vm?: VmSummary
  /** Absent only while nothing can be said yet. */
  first?: NamedCause
  also: readonly NamedCause[]
  /** Not proven, and not ruled out: for the hand-over. */
  possible: readonly { cause: CauseId; title: string }[]
  /** What was proven not to be the case, in sentences. */
  excluded: readonly string[]
  /** The last stage the message proves was passed. */
  floor: Stage | 'none'
  checks: readonly CheckLine[]
  /** The buttons to show: those of the first cause. */
  offers: readonly Offer[]
  /** Everything that must be said beside them. */
  warnings: readonly ShownWarning[]
  question?: AskedQuestion
  /** The message held a password: say so, and ask the person to change it. */
  passwordShown: boolean
}
