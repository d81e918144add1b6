/**
 * Tells waiting workers of this process that something may be due. Only a hint: whoever misses it finds the work by waiting a little.
 *
 * A ring between a worker's look ("nothing is due") and its waiting is not lost: the wait ends at once.
 */
export type Bell = {
  /** Something was queued, freed or brought forward. */
  ring(): void
  /** Called before looking. When the look finds nothing, say so, with the time until something falls due by itself. */
  look(): { nothing(forMs: number): void }
  wait(withinMs: number): Promise<void>
  /** Ends every wait, now and later, and clears the timers. */
  silence(): void
}

/** Node fires longer timers at once. */
const LONGEST_TIMER = 2 ** 31 - 1

export function makeBell(): Bell {
  const waiting = new Set<() => void>()
  let silent = false
  let rung = 0
  /** Everything up to this ring has been looked at, and nothing was due. */
  let seen = 0
  let dueAt = Number.POSITIVE_INFINITY

  const wakeAll = () => {
    for (const wake of [...waiting]) wake()
  }
  return {
    ring() {
      rung += 1
      wakeAll()
    },
    look() {
      const upTo = rung
      return {
        nothing(forMs) {
          seen = Math.max(seen, upTo)
          dueAt = performance.now() + forMs
        },
      }
    },
    wait: withinMs =>
      new Promise(resolve => {
        if (silent || rung > seen) return resolve()
        const wake = () => {
          clearTimeout(timer)
          waiting.delete(wake)
          resolve()
        }
        const forMs = Math.max(0, Math.min(withinMs, Math.ceil(dueAt - performance.now()), LONGEST_TIMER))
        const timer = setTimeout(wake, forMs)
        waiting.add(wake)
      }),
    silence() {
      silent = true
      wakeAll()
    },
  }
}
