/** What may happen inside Windows because of a grant, as a part of decide(): pure, and every command may come twice. */
import type { LongOperation, SessionAct } from '../../hands.ts'
import type { Instant, PersonId } from '../../ids.ts'
import { later } from '../../ids.ts'
import type { Queued } from '../../ports.ts'
import type { Refusal } from '../../refusal.ts'
import type { AccessEvent, AccessRequest, Ask } from '../request.ts'
import {
  ANSWER_MINUTES,
  type Errand,
  errandDue,
  evolveInside,
  type InsideAnswer,
  type InsideEvent,
  insideOf,
  isStillNeeded,
  questionOf,
  useLookedAt,
} from './inside.ts'
import { nextWarning } from './sessions.ts'

export type InsideCommand =
  | { type: 'inside-begin'; errand: Errand; act: SessionAct }
  | { type: 'inside-run'; operation: LongOperation }
  | { type: 'inside-answer'; errand: Errand; answer: InsideAnswer }
  | { type: 'inside-fail'; errand: Errand; say: string }
  /** The requester still needs it. */
  | { type: 'inside-keep'; by: PersonId }

export const isInsideCommand = (command: { type: string }): command is InsideCommand =>
  command.type.startsWith('inside-')

type Known = Exclude<AccessRequest, { status: 'none' }>
/** `quiet`: nothing changes that a card shows. `close`: it is shut because nobody uses it. */
type Step = { events: readonly AccessEvent[]; what: 'quiet' | 'show' | 'close' } | { refusal: Refusal }

export function decideInside(state: Known, command: InsideCommand, now: Instant): Step {
  const quiet = (...events: readonly InsideEvent[]): Step => ({ events, what: 'quiet' })
  const shown = (...events: readonly InsideEvent[]): Step => ({ events, what: 'show' })
  if (command.type === 'inside-keep') {
    if (command.by !== state.ask.by.person) return { refusal: { code: 'not-requester' } }
    if (state.status !== 'open') return { refusal: { code: 'not-open', status: state.status } }
    return questionOf(state) === undefined ? quiet() : shown({ type: 'use-kept', at: now, by: command.by })
  }
  const underWay = insideOf(state)?.underWay
  if (command.type === 'inside-run') {
    const isSent = underWay?.act === undefined || underWay.operation !== undefined
    return isSent ? quiet() : quiet({ type: 'inside-running', at: now, operation: command.operation })
  }
  const { errand } = command
  if (!isSameErrand(errandDue(state, now), errand)) return quiet()
  switch (command.type) {
    case 'inside-begin':
      return underWay?.act === undefined
        ? quiet({ type: 'inside-begun', at: now, errand, act: command.act })
        : quiet()
    case 'inside-fail':
      return shown({ type: 'inside-failed', at: now, errand, say: command.say })
    case 'inside-answer': {
      const answered: InsideEvent = { type: 'inside-answered', at: now, errand, answer: command.answer }
      const after = evolveInside(state, answered)
      if (errand.to === 'find-use' && isNobody(command.answer)) return unused(answered)
      return insideOf(after)?.underWay === undefined ? shown(answered) : quiet(answered)
    }
  }

  /** First the person is asked; without an answer, and still without a sign-in, it is shut. */
  function unused(answered: InsideEvent): Step {
    if (state.status !== 'open') return quiet(answered)
    const use = insideOf(state)?.use
    if (use?.state !== 'asked')
      return shown(answered, { type: 'use-asked', at: now, answerBy: later(now, ANSWER_MINUTES) })
    if (isStillNeeded(state)) return shown(answered, { type: 'use-kept', at: now, by: state.ask.by.person })
    return { events: [answered], what: 'close' }
  }
}

const isSameErrand = (one: Errand | undefined, other: Errand): boolean =>
  one?.to === other.to &&
  (one.to !== 'warn' || other.to !== 'warn' || (one.minutes === other.minutes && one.until === other.until))

/** Windows told of everybody, and none of them is the person. */
const isNobody = (answer: InsideAnswer): boolean =>
  answer.kind === 'listed' && answer.own.length === 0 && answer.why === 'nobody'

/** Windows is looked into, if it is time. */
const enter = (ask: Ask, notBefore?: Instant): Queued => ({
  effect: { do: 'guest-session', vm: ask.vm.id, request: ask.id },
  ...(notBefore === undefined ? {} : { notBefore }),
})

/** The timers that follow from events. One that is early finds nothing to do; each new end has warnings of its own. */
export function insideTimers(events: readonly AccessEvent[], after: AccessRequest): readonly Queued[] {
  const inside = insideOf(after)
  const at = events.at(-1)?.at
  if (after.status === 'none' || inside === undefined || at === undefined || inside.plan.not !== undefined)
    return []
  const { ask } = after
  const has = (...types: readonly AccessEvent['type'][]) => events.some(({ type }) => types.includes(type))
  if (after.status === 'over') return has('closed') && inside.plan.ends ? [enter(ask)] : []
  if (after.status !== 'open') return []
  const isNewEnd = has('opened', 'extended', 'cut-short')
  const look = has('opened', 'use-asked') ? useLookedAt(after) : undefined
  return [
    ...(isNewEnd && inside.plan.ends ? warnings(after, at) : []).map(moment => enter(ask, moment)),
    ...(look === undefined ? [] : [enter(ask, look)]),
  ]
}

function warnings(open: { openedAt: Instant; until: Instant }, from: Instant): readonly Instant[] {
  const next = nextWarning(open, from)
  return next === undefined ? [] : [next, ...warnings(open, next)]
}
