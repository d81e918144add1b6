/**
 * The power of a VM that was off when somebody asked for it: started under the same approval, and put back afterwards where the rule says so.
 *
 * Part of an access request, and as pure. What is ordered is recorded before it is sent. A VM that was started stays in the request's record
 * after its end, until it is known what became of it.
 */
import type { Instant } from '../../ids.ts'
import { later } from '../../ids.ts'
import type { PowerState } from '../../ports.ts'
import type { ChosenWay } from '../../rdp/route/way.ts'
import type { Operation } from '../../triage/repairs.ts'
import type { AccessRequest, NamedPerson } from '../request.ts'

/** Part of what was asked: the VM is off, and agreeing includes starting it. */
export type StartPlan = {
  /** As it was when asked. */
  power: PowerState
  /** Azure's name of its size. */
  size?: string
  /** Deallocated again afterwards, unless others use it. */
  putBack: boolean
}

/** What became of the VM after the access. */
export type After =
  /** Others need it: it is looked at again. `until`: so long people who are signed in are waited for. `by`: who wanted it off. */
  | { state: 'waiting'; say: string; until?: Instant; by?: NamedPerson }
  /** Nobody can tell whether it is used: its requester is asked. */
  | { state: 'asking'; say: string; until: Instant }
  /** The requester wants it off. */
  | { state: 'wanted'; by: NamedPerson }
  /** The order is on its way, or may be. */
  | { state: 'stopping'; key: string; since: Instant; by?: NamedPerson; operation?: Operation }
  /** Read back: deallocated. */
  | { state: 'off'; by?: NamedPerson }
  | { state: 'left'; say: string; by?: NamedPerson }

export type Started = {
  /** The order to start, recorded before it was sent. Absent: nothing was ordered. */
  order?: { was: PowerState; key: string; at: Instant; operation?: Operation }
  /** Seen running; Windows had not reported yet. */
  runningAt?: Instant
  /** The opening goes on from here. */
  upAt?: Instant
  after?: After
}

export type PowerEvent =
  /** The VM is about to be started: recorded first, so that a restart knows that Azure may have been asked. */
  | { type: 'start-ordered'; at: Instant; was: PowerState; key: string }
  | { type: 'start-taken'; at: Instant; operation: Operation }
  | { type: 'vm-running'; at: Instant }
  /**
   * The VM runs, and the opening goes on. `ready`: Windows reports to Azure. `way`: chosen now, because none could be told while it was
   * off; `source`: what that is opened for, where it is not the person's own address.
   */
  | { type: 'vm-up'; at: Instant; ready: boolean; giveUpAt: Instant; way?: ChosenWay; source?: string }
  /** After the access: what becomes of the VM that was started for it. */
  | { type: 'vm-after'; at: Instant; after: After }

const TYPES: ReadonlySet<string> = new Set<PowerEvent['type']>([
  'start-ordered',
  'start-taken',
  'vm-running',
  'vm-up',
  'vm-after',
])
export const isPowerEvent = (event: { type: string }): event is PowerEvent => TYPES.has(event.type)

type Opening = Extract<AccessRequest, { status: 'opening' }>

/** Nothing is opened before the VM runs. */
export const isStarting = (state: AccessRequest): state is Opening & { started: Started } =>
  state.status === 'opening' && state.started !== undefined && state.started.upAt === undefined

/** Whether Latchkey has to see to the VM once the access is over. */
export const isToPutBack = (state: AccessRequest): boolean =>
  state.status !== 'none' &&
  'started' in state &&
  state.started?.order?.was === 'deallocated' &&
  state.ask.start?.putBack === true

export const STAYS_ON = 'It stays on, and costs money until somebody deallocates it.'

/** Nothing follows from these by itself. */
export const isFinal = (after: After | undefined): boolean =>
  after?.state === 'off' || after?.state === 'left'

/** The part of an event's effect that concerns the VM's power. An event that cannot follow changes nothing. */
export function evolvePower<State extends AccessRequest>(state: State, event: PowerEvent): State {
  if (state.status === 'none' || !('started' in state) || state.started === undefined) return state
  const { started } = state
  switch (event.type) {
    case 'start-ordered':
      return { ...state, started: { ...started, order: { was: event.was, key: event.key, at: event.at } } }
    case 'start-taken':
      if (started.order === undefined) return state
      return { ...state, started: { ...started, order: { ...started.order, operation: event.operation } } }
    case 'vm-running':
      return { ...state, started: { ...started, runningAt: event.at } }
    case 'vm-up': {
      if (state.status !== 'opening') return state
      const { giveUpAt, way, source } = event
      return {
        ...state,
        ...{ giveUpAt, started: { ...started, upAt: event.at } },
        ...(way === undefined ? {} : { way }),
        // Nothing was opened for the address of before, so nothing is left there.
        ...(source === undefined ? {} : { source }),
      }
    }
    case 'vm-after':
      return { ...state, started: { ...started, after: event.after } }
  }
}

// ---- What may happen ---------------------------------------------------------------------------------------------------------------

export type PowerCommand =
  | { type: 'order-start'; was: PowerState; key: string }
  | { type: 'start-taken'; operation: Operation }
  | { type: 'vm-running' }
  | { type: 'vm-up'; ready: boolean; way?: ChosenWay; source?: string }
  /** After the access. */
  | { type: 'vm-after'; after: After }
  /** The requester's answer to whether it is to be switched off. */
  | { type: 'answer-off'; by: NamedPerson; off: boolean }

export const isPowerCommand = (command: { type: string }): command is PowerCommand =>
  TYPES.has(command.type) || command.type === 'order-start' || command.type === 'answer-off'

/** A VM that does not run by then is given up. Most need one to three minutes; updates may take longer. */
export const START_MINUTES = 20
/** The opening begins anew once the VM runs. */
const OPENING_MINUTES = 15

/** The event that follows from a command; undefined: nothing is left to change. Who may send it is judged before. */
export function decidePower(
  state: AccessRequest,
  command: PowerCommand,
  now: Instant,
): PowerEvent | undefined {
  switch (command.type) {
    case 'order-start':
      if (!isStarting(state) || state.started.order !== undefined) return undefined
      return { type: 'start-ordered', at: now, was: command.was, key: command.key }
    case 'start-taken':
      // It may have been called off meanwhile: that Azure took it still counts.
      return 'started' in state && state.started?.order !== undefined
        ? { type: 'start-taken', at: now, operation: command.operation }
        : undefined
    case 'vm-running':
      return isStarting(state) && state.started.runningAt === undefined
        ? { type: 'vm-running', at: now }
        : undefined
    case 'vm-up': {
      if (!isStarting(state)) return undefined
      const { ready, way, source } = command
      const chosen = { ...(way === undefined ? {} : { way }), ...(source === undefined ? {} : { source }) }
      return { type: 'vm-up', at: now, ready, giveUpAt: later(now, OPENING_MINUTES), ...chosen }
    }
    case 'vm-after': {
      const before = afterOf(state)
      const isKnown = JSON.stringify(before) === JSON.stringify(command.after)
      return !isToPutBack(state) || state.status !== 'over' || isFinal(before) || isKnown
        ? undefined
        : { type: 'vm-after', at: now, after: command.after }
    }
    case 'answer-off': {
      const { by, off } = command
      if (afterOf(state)?.state !== 'asking') return undefined
      const after: After = off
        ? { state: 'wanted', by }
        : { state: 'left', by, say: `${by.name} leaves it on. ${STAYS_ON}` }
      return { type: 'vm-after', at: now, after }
    }
  }
}

export const afterOf = (state: AccessRequest): After | undefined =>
  'started' in state ? state.started?.after : undefined
