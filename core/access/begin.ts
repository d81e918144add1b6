/** How an agreed request begins to be opened. */
import type { Instant } from '../ids.ts'
import { later } from '../ids.ts'
import type { Queued } from '../ports.ts'
import { START_MINUTES } from './power/power.ts'
import { power, reconcile, wakeAt } from './queued.ts'
import type { AccessEvent, Ask } from './request.ts'

/** An opening that is not proven by then is given up and shut. */
export const GIVE_UP_MINUTES = 15

type Start = { events: readonly AccessEvent[]; queue: readonly Queued[] }

/** A way that is opened for a fixed source waits for nobody's address. */
export function startOf(ask: Ask, now: Instant): Start {
  const source = ask.ways?.[0]?.source
  return source === undefined ? { events: [], queue: [] } : begin(ask, now, source)
}

export function begin(ask: Ask, now: Instant, source: string): Start {
  const giveUpAt = later(now, ask.start === undefined ? GIVE_UP_MINUTES : START_MINUTES)
  const [way] = ask.ways ?? []
  const given: AccessEvent = {
    type: 'source-given',
    at: now,
    source,
    giveUpAt,
    ...(way === undefined ? {} : { way }),
  }
  const first = ask.start === undefined ? reconcile(ask) : power(ask)
  return { events: [given], queue: [first, wakeAt(ask, giveUpAt)] }
}
