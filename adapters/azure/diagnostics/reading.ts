/** Turns work that may fail into a `Reading`: what was read, or a sentence why it was not. Nothing here throws for what the world does. */
import { Fault, type Log, type Network, type Reading } from '../../../core/index.ts'
import { type Asked, faultFrom, Lacking, tooLate } from '../faults.ts'

export type Missing = Network['missing'][number]

/** A read that nobody can answer as things are: it has nothing to ask, or not now. The sentence is for people. */
export const unasked = (op: string, say: string): Fault => new Fault('missing', { op, say })

/** What a failure means for whoever reads the diagnosis. */
function reasonOf(error: unknown, about: Pick<Asked, 'op' | 'thing'>): { why: string; lacks?: string } {
  const fault = faultFrom(error, { ...about, needs: '' })
  return fault instanceof Lacking ? { why: fault.say, lacks: fault.action } : { why: fault.say }
}

/**
 * Does the work within a time.
 *
 * A failure that is not Azure's is ours: it is logged, and the diagnosis goes on with the rest.
 */
export async function reading<T>(
  about: { op: string; thing: string; ms: number; log: Log },
  work: (end: Deadline) => Promise<T>,
): Promise<Reading<T>> {
  const end = deadline(about.ms)
  try {
    return { read: true, value: await end.beat(about, work(end)) }
  } catch (error) {
    if (error instanceof Fault) return { read: false, ...reasonOf(error, about) }
    about.log.error('azure.diagnostics.unreadable', { op: about.op }, error)
    return { read: false, why: `What Azure said about ${about.thing} could not be understood.` }
  }
}

export type Deadline = {
  /** Settles as the work does, or as a Fault `timeout` when the time is up. `spareMs` earlier, where something is left to do. */
  beat<T>(about: Pick<Asked, 'op' | 'thing'>, work: Promise<T>, spareMs?: number): Promise<T>
}

function deadline(ms: number): Deadline {
  const end = performance.now() + ms
  return {
    beat: async (about, work, spareMs = 0) => {
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(
        () => late.reject(tooLate({ ...about, needs: '' }, ms)),
        Math.max(0, end - spareMs - performance.now()),
      )
      try {
        return await Promise.race([work, late.promise])
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

/** Collects the parts of one reading that could not be read, so that the rest still counts. */
export class Gaps {
  readonly missing: Missing[] = []
  readonly #op: string
  readonly #end: Deadline
  readonly #spareMs: number

  constructor(op: string, end: Deadline, spareMs: number) {
    this.#op = op
    this.#end = end
    this.#spareMs = spareMs
  }

  /** The part, or `instead` with a note of what is missing. */
  async fill<T, U>(what: string, part: Promise<T>, instead: U): Promise<T | U> {
    try {
      return await this.#end.beat({ op: this.#op, thing: what }, part, this.#spareMs)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      this.note(what, reasonOf(error, { op: this.#op, thing: what }))
      return instead
    }
  }

  note(what: string, reason: { why: string; lacks?: string }): void {
    if (!this.missing.some(other => other.what === what)) this.missing.push({ what, ...reason })
  }
}
