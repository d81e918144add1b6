/** The clock that grants live by. */
import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, instant } from '../core/index.ts'

/** Wall time. */
export const wallClock: Clock = {
  now: () => instant(Date.now()),
  pause: async milliseconds => {
    await pause(milliseconds)
  },
}

/** Wall time plus an offset that only ever grows; whoever moves it keeps the offset. For the demo and the tests. */
export function movableClock(offsetMs: number): Clock & { moveTo(offsetMs: number): void } {
  let offset = offsetMs
  return {
    ...wallClock,
    now: () => instant(Date.now() + offset),
    moveTo: wanted => {
      offset = Math.max(offset, wanted)
    },
  }
}
