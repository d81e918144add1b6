/** What is said when it is too late: to somebody who decides about what is decided, and of an opening that was given up. */
import type { Refusal } from '../refusal.ts'
import { isStarting, START_MINUTES } from './power/power.ts'
import type { AccessRequest } from './request.ts'

type Known = Exclude<AccessRequest, { status: 'none' }>

/** What was still missing when the opening was given up. */
export function sayLate(state: Extract<Known, { status: 'opening' }>): string {
  if (isStarting(state)) return `The VM did not run within ${START_MINUTES} minutes of the order to start it.`
  if (state.account?.lost !== undefined) return state.account.lost
  const note = state.checks?.find(check => check.state === 'waiting')?.note
  return `Azure did not open the way in time${note === undefined ? '.' : `: ${note}.`}`
}

/** An open grant was to be opened for another address, or with another password, and was not. */
export const sayNotMoved = ({ ask }: Known): string =>
  ask.instance === undefined
    ? 'Azure did not open the way for your new address in time.'
    : 'Azure did not set the new password in time. Ask again; the one before is taken away, too.'

export function settled(state: Known): Refusal {
  const by =
    state.status === 'over' && state.deniedBy
      ? state.deniedBy.name
      : 'approver' in state && state.approver && 'name' in state.approver
        ? state.approver.name
        : undefined
  const outcome = state.status === 'over' ? { outcome: state.outcome } : {}
  return { code: 'already-settled', status: state.status, ...(by === undefined ? {} : { by }), ...outcome }
}
