/**
 * More time on what is open: asked for, agreed to, denied, or lapsed with the access itself.
 *
 * Part of decide(), and as pure. An extension has a number, so that a button made for one never decides another. It moves `until`; the
 * session goes on in any case.
 */
import type { Instant, PersonId } from '../ids.ts'
import { later } from '../ids.ts'
import type { Refusal } from '../refusal.ts'
import type { Command } from './decide.ts'
import type { AccessEvent, AccessRequest, Seat } from './request.ts'

export type ExtensionCommand = {
  type: 'ask-extension'
  by: PersonId
  /** To be added to the end. */
  minutes: number
  reason: string
  /** The rule that covers it, as judged now. */
  rule: string
  seats: readonly Seat[]
  others: readonly string[]
  /** A rule that lets this happen without anybody's agreement. */
  allowedBy?: string
}

type Outcome = { events: readonly AccessEvent[] } | { refusal: Refusal }
type Known = Exclude<AccessRequest, { status: 'none' }>

export function askExtension(state: Known, command: ExtensionCommand, now: Instant): Outcome {
  const { by, minutes, reason, rule, seats, others, allowedBy } = command
  if (by !== state.ask.by.person) return { refusal: { code: 'not-requester' } }
  if (state.status !== 'open') return { refusal: { code: 'not-open', status: state.status } }
  if (now >= state.until) return { refusal: { code: 'not-open', status: 'closing' } }
  if (state.extension) return { refusal: { code: 'extension-waiting', minutes: state.extension.minutes } }
  const number = state.extensions + 1
  const asked: AccessEvent = {
    type: 'extension-asked',
    at: now,
    number,
    minutes,
    reason,
    rule,
    seats: seats.filter(({ person }) => person !== by),
    others,
  }
  if (allowedBy === undefined) return { events: [asked] }
  const until = later(state.until, minutes)
  return {
    events: [
      asked,
      { type: 'extended', at: now, number, by: { rule: allowedBy }, rule: allowedBy, minutes, until },
    ],
  }
}

/** The caller has seen to it that nobody decides their own. */
export function answerExtension(
  state: Known,
  command: Extract<Command, { type: 'approve' | 'deny' }>,
  number: number,
  now: Instant,
): Outcome {
  if (state.status !== 'open' || state.extension?.number !== number || now >= state.until)
    return { refusal: { code: 'extension-settled' } }
  const { extension } = state
  if (command.type === 'deny')
    return {
      events: [{ type: 'extension-denied', at: now, number, by: command.by, reason: command.reason }],
    }
  const { by, rule } = command
  const minutes = Math.min(command.minutes ?? extension.minutes, extension.minutes)
  const until = later(state.until, minutes)
  return { events: [{ type: 'extended', at: now, number, by, rule, minutes, until }] }
}

/** What was asked for and never decided goes with the access it was about. */
export const lapseExtension = (state: AccessRequest, now: Instant): readonly AccessEvent[] =>
  state.status === 'open' && state.extension
    ? [{ type: 'extension-lapsed', at: now, number: state.extension.number }]
    : []
