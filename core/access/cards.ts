/** Which cards a request has: the requester's, and one for each approver in each chat. */
import type { Effect, Queued } from '../ports.ts'
import { insideOf } from './inside/inside.ts'
import type { AccessRequest } from './request.ts'

/** Every card of a request, to be brought up to date. */
export function cardsOf(state: AccessRequest): readonly Queued[] {
  if (state.status === 'none') return []
  const { ask, seats } = state
  const requester: Effect = {
    do: 'refresh',
    request: ask.id,
    slot: 'requester',
    reader: 'requester',
    to: ask.home,
  }
  const approvers = seats.flatMap(seat =>
    seat.at.map(
      (to): Queued => ({
        effect: {
          do: 'refresh',
          request: ask.id,
          slot: `approver:${to.platform}:${seat.person}`,
          reader: 'approver',
          to,
        },
      }),
    ),
  )
  // Whether it is still needed is asked in a message of its own, so that it is noticed.
  const question = wasAsked(state) ? [{ effect: { ...requester, slot: 'question' } }] : []
  return [{ effect: requester }, ...question, ...approvers]
}

const wasAsked = (state: AccessRequest): boolean => insideOf(state)?.asked === true
