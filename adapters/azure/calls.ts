/**
 * How every call to Azure is made: with a deadline, with few and short repeats where repeating is safe, and with failures as Faults.
 *
 * The clients' own repeats are off. They would send a POST again after a 500, and wait as long as Azure says, which can be minutes.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Fault, Log } from '../../core/index.ts'
import { type Asked, faultFrom, tooLate } from './faults.ts'

type Send<Client, T> = (client: Client, signal: AbortSignal) => Promise<T>

export type Calls = {
  /**
   * A call that changes nothing. Repeated at most twice, within one deadline for all tries together.
   * @throws {Fault} `busy` at once, with `retryAfterMs`, when Azure asks for a longer wait than fits here
   */
  read<Client, T>(asked: Asked, client: Promise<Client>, send: Send<Client, T>): Promise<T>
  /** A call that may change something: sent once. */
  once<Client, T>(asked: Asked, client: Promise<Client>, send: Send<Client, T>): Promise<T>
}

const REPEATS = 2
const FIRST_PAUSE_MS = 200
/** Longer than this is not waited for here: the worker puts the task back and does something else meanwhile. */
const LONGEST_PAUSE_MS = 3_000
const REPEATED: readonly Fault['kind'][] = ['busy', 'broken', 'timeout']

export function callsWith({ deadlineMs, log }: { deadlineMs: number; log: Log }): Calls {
  async function call<Client, T>(
    asked: Asked,
    client: Promise<Client>,
    send: Send<Client, T>,
    repeats: number,
  ): Promise<T> {
    // Loading a client package is our own work, not Azure's: the deadline starts after it.
    const ready = await client
    const end = performance.now() + deadlineMs
    for (let attempt = 0; ; attempt++) {
      try {
        return await within(end - performance.now(), asked, deadlineMs, signal => send(ready, signal))
      } catch (error) {
        const fault = faultFrom(error, asked)
        const waitMs = fault.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** attempt * (1 + Math.random())
        const again = attempt < repeats && REPEATED.includes(fault.kind) && waitMs <= LONGEST_PAUSE_MS
        if (!again || performance.now() + waitMs >= end) {
          log.warn('azure.call-failed', { op: asked.op, kind: fault.kind, tries: attempt + 1 }, fault.cause)
          throw fault
        }
        await pause(waitMs)
      }
    }
  }
  return {
    read: (asked, client, send) => call(asked, client, send, REPEATS),
    once: (asked, client, send) => call(asked, client, send, 0),
  }
}

/** Every item of a list that Azure hands out in pages. */
export async function all<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = []
  for await (const item of pages) items.push(item)
  return items
}

/** Aborts the call when its time is up, and does not wait for it to notice. */
async function within<T>(
  ms: number,
  asked: Asked,
  deadlineMs: number,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController()
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    late.reject(tooLate(asked, deadlineMs))
    stop.abort()
  }, ms)
  try {
    return await Promise.race([send(stop.signal), late.promise])
  } finally {
    clearTimeout(timer)
  }
}
