/** Given what happened, when a command arrives, then events follow or a refusal. */
import { expect } from '@jest/globals'
import { type Command, decide, type Step } from '../../core/access/decide.ts'
import type { AccessEvent, AccessRequest } from '../../core/access/request.ts'
import { replay } from '../../core/access/request.ts'
import type { Instant } from '../../core/ids.ts'
import type { Effect } from '../../core/ports.ts'
import type { Refusal } from '../../core/refusal.ts'
import { at } from './cast.ts'

export function given(...events: readonly AccessEvent[]) {
  const state = replay(events)
  return {
    state,
    when: (command: Command, now: Instant = at(1)) => then(state, decide(state, command, now), events),
  }
}

function then(before: AccessRequest, step: Step, events: readonly AccessEvent[]) {
  const after = step.ok ? replay([...events, ...step.events]) : before
  return {
    after,
    step,
    /** These events, and no others. */
    thenEvents(...types: readonly AccessEvent['type'][]) {
      expect(step.ok ? step.events.map(({ type }) => type) : step.refusal).toEqual(types)
      return this
    },
    /** Accepted, but nothing is left to change. */
    thenNothing() {
      expect(step).toEqual({ ok: true, events: [], queue: [] })
    },
    thenRefused(refusal: Partial<Refusal> & { code: Refusal['code'] }) {
      expect(step).toMatchObject({ ok: false, refusal })
    },
    thenQueued(what: Effect['do'], notBefore?: Instant) {
      const queued = step.ok ? step.queue.filter(({ effect }) => effect.do === what) : []
      expect(queued.length).toBeGreaterThan(0)
      if (notBefore !== undefined) expect(queued.map(entry => entry.notBefore)).toContain(notBefore)
      return this
    },
  }
}
