/** What is queued when a request moves: its cards, its timers, and what has to be brought up to date outside. */
import type { Instant } from '../ids.ts'
import { later } from '../ids.ts'
import type { Queued } from '../ports.ts'
import type { Ask } from './request.ts'

/** How long before the end the person is warned. Grants shorter than twice this are not. */
export const WARN_MINUTES = 10

export const isShort = (minutes: number): boolean => minutes < 2 * WARN_MINUTES

/** The timers of an open grant. Older ones wake too early after an extension, and then do nothing. */
export const endings = (ask: Ask, until: Instant, minutes: number): readonly Queued[] => [
  wakeAt(ask, until),
  ...(isShort(minutes) ? [] : [wakeAt(ask, later(until, -WARN_MINUTES))]),
]

export const wakeAt = (ask: Ask, notBefore: Instant): Queued => ({
  effect: { do: 'wake', request: ask.id },
  notBefore,
})

export const reconcile = (ask: Ask): Queued => ({
  effect: { do: 'reconcile', vm: ask.vm.id, port: ask.port },
})

/** See to the power of the VM: start it, or put it back after the end. */
export const power = (ask: Ask, notBefore?: Instant): Queued => ({
  effect: { do: 'power', vm: ask.vm.id, request: ask.id },
  ...(notBefore === undefined ? {} : { notBefore }),
})
