/** What the requester's and the approver's card of one request say alike. */
import { sayDuration } from '../../access/duration.ts'
import type {
  AccessRequest,
  Approver,
  Ask,
  MoreTime,
  MoreTimeAnswer,
  Proof,
  Seat,
} from '../../access/request.ts'
import type { Unfilled } from '../../command/form.ts'
import type { Intent } from '../../command/intent.ts'
import { PLATFORM_NAMES, refOf } from '../../ids.ts'
import type { Button, Line } from '../message.ts'
import { linkEndLines, linkTrouble } from './link-words.ts'
import { afterLines } from './power-words.ts'
import { sessionLines } from './session-words.ts'

export type Known = Exclude<AccessRequest, { status: 'none' }>
type Over = Extract<Known, { status: 'over' }>

export const fact = (label: string, ...value: Line) => ({ label, value })
export const refFact = (ask: Ask) => fact('Reference', { code: refOf(ask.id) })
export const reasonFact = ({ reason }: { reason: string }) => (reason === '' ? [] : [fact('Reason', reason)])

/** How long: what was asked for, and what was agreed to where that differs. */
export function timeFact(state: Known) {
  const { ask } = state
  const agreed = 'minutes' in state ? state.minutes : ask.minutes
  if (agreed === ask.minutes) return fact('For', sayDuration(ask.minutes))
  return fact('For', `${sayDuration(agreed)} (${sayDuration(ask.minutes)} asked)`)
}

export const press = (label: string, weight: Button['weight'], intent: Intent): Button => ({
  label,
  weight,
  press: { intent },
})
export const ask = (label: string, weight: Button['weight'], form: Unfilled): Button => ({
  label,
  weight,
  press: { form },
})

export const saySeats = (seats: readonly Seat[]): string =>
  seats
    .map(({ name, at }) => `${name} (in ${at.map(({ platform }) => PLATFORM_NAMES[platform]).join(' and ')})`)
    .join(', ')

export const othersLine = (others: readonly string[]): readonly Line[] =>
  others.length === 0 ? [] : [[`May also decide: ${others.join(', ')}.`]]

export const sayApprover = (approver: Approver): string =>
  'rule' in approver ? `The rule ${approver.rule} allows it without approval` : `Approved by ${approver.name}`

/** The address changed while it was open or being opened. */
export function movedLines(state: Known): readonly Line[] {
  if (!('left' in state)) return []
  // Another way may be opened for another source: that was not the person.
  const moves = state.left.length - (state.tried?.length ?? 0)
  if (moves <= 0) return []
  const times = moves === 1 ? 'once' : `${moves} times`
  return [
    [
      'The address was changed ',
      times,
      ': from ',
      { code: state.left.at(-1) ?? '' },
      ' to ',
      { code: state.source },
      '.',
    ],
  ]
}

export const extensionLine = ({ minutes, reason }: MoreTime): string =>
  `${sayDuration(minutes)} more${reason === '' ? '' : `: ${reason}`}`

export function answerLines(answer: MoreTimeAnswer | undefined): readonly Line[] {
  if (answer === undefined) return []
  if (answer.how === 'denied') return [[`More time was denied by ${answer.by.name}: ${answer.reason}`]]
  const { by, minutes } = answer
  const who = 'rule' in by ? `The rule ${by.rule} allows it` : `Approved by ${by.name}`
  return [[{ strong: `Extended by ${sayDuration(minutes)}.` }, ` ${who}. Sessions go on.`]]
}

export const cutLines = (cut: string | undefined): readonly Line[] =>
  cut === undefined ? [] : [[{ strong: 'It ends earlier than promised:' }, ` ${cut}`]]

export const trouble = (state: Extract<Known, { status: 'closing' }>): readonly Line[] => [
  ...(state.why === 'failed' && state.say !== undefined ? [[state.say]] : []),
  ...(state.trouble === undefined ? [] : [[`Azure has not shut it yet: ${state.trouble} I keep trying.`]]),
  ...linkTrouble(state.link),
]

export const isTroubled = ({ trouble, link }: Extract<Known, { status: 'closing' }>): boolean =>
  trouble !== undefined || link?.trouble !== undefined

export function overTitle(state: Over): string {
  switch (state.outcome) {
    case 'denied':
      return 'Denied'
    case 'unanswerable':
      return 'Nobody could be asked'
    case 'withdrawn':
      return 'Withdrawn'
    case 'lapsed':
      return state.approver ? 'Lapsed, never opened' : 'Lapsed, nobody decided'
    case 'impossible':
      return 'No longer possible'
    case 'expired':
      return 'Time is over, shut'
    case 'returned':
      return 'Returned, shut'
    case 'unused':
      return 'Never used, shut'
    case 'failed':
      return state.wasOpen ? 'Ended early, shut' : 'Could not open, shut'
  }
}

/** @param whose how the reader says whose session it was */
export function overLines(state: Over, whose: 'Your' | 'The' = 'The'): readonly Line[] {
  const { outcome, deniedBy, say, alsoOpen, approver } = state
  const opened = ENDED.has(outcome)
  const isTold = outcome === 'failed' || outcome === 'unanswerable' || outcome === 'impossible'
  return [
    ...(deniedBy ? [[`Denied by ${deniedBy.name}: ${say ?? ''}`]] : []),
    ...(isTold && say !== undefined ? [[say]] : []),
    ...(outcome === 'lapsed' || outcome === 'withdrawn'
      ? [['Nothing was opened. Ask again when you need it.']]
      : []),
    ...(outcome === 'impossible' ? [['Nothing was opened.']] : []),
    ...(outcome === 'unused' ? [['Nobody signed in, and nobody said that it is still needed.']] : []),
    ...(approver && opened ? [[`${sayApprover(approver)}.`]] : []),
    ...(opened && alsoOpen === undefined ? [[SEEN[state.seen ?? 'windows']]] : []),
    ...linkEndLines(state.link),
    ...(alsoOpen === undefined
      ? []
      : [[`This request's window is gone, but the address is still let in: ${alsoOpen}.`]]),
    ...(opened ? sessionLines(state, whose) : []),
    ...afterLines(state),
  ]
}

/** What had begun to be opened, and is shut. */
const ENDED: ReadonlySet<Over['outcome']> = new Set(['expired', 'returned', 'failed', 'unused'])

/** What is known of its being shut, and from where. */
const SEEN = {
  windows: 'Read back from Azure: no rule of this request is left.',
  flow: 'The JIT access policy is gone; Azure says that its network rules no longer let the address in.',
  'vm-gone': 'The VM no longer exists.',
  'service-gone': 'The Cloud Service no longer exists.',
  'account-gone': 'Read back from Azure: no account of this request is left.',
  'account-over':
    'Read back from Azure: the account of this request is there, but its time is over; Azure did not let me take it away.',
} as const

/** What was checked before it was called open, and what could not be. */
export function proofLines(proofs: readonly Proof[]): readonly Line[] {
  const say = (result: Proof['result']) =>
    proofs
      .filter(proof => proof.result === result)
      .map(proof => (proof.note === undefined ? proof.check : `${proof.check} (${proof.note})`))
      .join('; ')
  const proven = say('proven')
  const untested = say('not-tested')
  return [
    ...(proven === '' ? [] : [[{ strong: 'Checked:' }, ` ${proven}.`]]),
    ...(untested === '' ? [] : [[{ strong: 'Not tested:' }, ` ${untested}.`]]),
  ]
}
