/**
 * A request that failed: one card for what became of it and for why. The diagnosis has the title, unless the access had been open already, and the
 * buttons; above it stands whether everything is shut, because a door that may still be open comes before any reason.
 */
import type { Pages } from '../../ports.ts'
import { type Diagnosis, stepOf } from '../../triage/conversation/diagnosis.ts'
import { isUnderWay } from '../../triage/conversation/undertake.ts'
import { diagnosisMessage } from '../diagnosis/diagnosis.ts'
import type { Line, Message } from '../message.ts'
import { switchButtons } from './power-words.ts'
import { isTroubled, type Known, overLines, overTitle, reasonFact, trouble } from './words.ts'

type Failed = Extract<Known, { status: 'closing' | 'over' }>

/** Our own check said no, or Azure did. */
export const isFailed = (state: Known): state is Failed =>
  (state.status === 'closing' && state.why === 'failed') ||
  (state.status === 'over' && state.outcome === 'failed')

export function failedRequest(state: Failed, diagnosis: Diagnosis, pages: Pages): Message {
  const why = diagnosisMessage(diagnosis, pages)
  const title = titleOf(state)
  // That something which was open has ended is the news, whatever is found afterwards.
  const isOwn = state.wasOpen === true || !isNews(diagnosis)
  return {
    ...why,
    ...(isOwn ? { title, plain: title } : {}),
    tone: isOwn || (state.status === 'closing' && isTroubled(state)) ? 'bad' : why.tone,
    lines: [
      ...(isOwn ? [] : [[{ strong: title }] satisfies Line]),
      ...(state.status === 'over' ? overLines(state, 'Your') : closingLines(state)),
      ...why.lines,
    ],
    facts: [...reasonFact(state.ask), ...why.facts],
    buttons: [...(state.status === 'over' ? switchButtons(state) : []), ...why.buttons],
  }
}

const titleOf = (state: Failed): string =>
  `${state.status === 'over' ? overTitle(state) : 'Closing'}: ${state.ask.vm.name}`

/** Its own window is shut by then: a diagnosis that finds that, or nothing, says less than what became of the request. */
function isNews(diagnosis: Diagnosis): boolean {
  if (diagnosis.status !== 'over' || isUnderWay(diagnosis) || diagnosis.repair?.state === 'confirming')
    return true
  const { kind, first } = stepOf(diagnosis).assessment
  return kind === 'cause' && first !== undefined && first.cause !== 'net.jit_closed'
}

const closingLines = (state: Extract<Failed, { status: 'closing' }>): readonly Line[] => [
  ...trouble(state),
  ['What was opened is being shut; this message says when it is.'],
]
