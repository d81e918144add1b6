/**
 * Keeps many diagnoses at once within what Azure takes, and obeys Azure when it says to wait.
 *
 * Two buckets are refilled as Azure refills its own, a little smaller, because opening windows draws from the same ones: Resource Manager
 * gives an identity 250 reads on a subscription and 25 more each second, Resource Graph 15 queries in 5 seconds. After a 429 with a wait,
 * nothing more is sent to that provider of that subscription until the wait is over.
 * Sources: https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling and
 * https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests (read 2026-11-20).
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Fault } from '../../../core/index.ts'
import type { Calls } from '../calls.ts'
import type { Asked } from '../faults.ts'

export type Pace = {
  /** Waits for a turn. @throws {Fault} `busy` where Azure asked to wait for longer than a reading can */
  turn(asked: Asked, deadlineMs: number): Promise<void>
  /** Learns from what Azure said to a call. */
  heard(asked: Asked, error: unknown): void
}

const MANAGER = { size: 200, perSecond: 20 }
const GRAPH = { size: 12, perSecond: 2.4 }

export function pace(): Pace {
  const buckets = new Map<string, Bucket>()
  const shut = new Map<string, number>()
  return {
    turn: async (asked, deadlineMs) => {
      const waitMs = (shut.get(providerOf(asked)) ?? 0) - performance.now()
      if (waitMs > 0) throw throttled(asked, waitMs)
      const key = isGraph(asked) ? 'graph' : (asked.subscription ?? '').toLowerCase()
      const bucket = buckets.get(key) ?? bucketOf(isGraph(asked) ? GRAPH : MANAGER)
      buckets.set(key, bucket)
      const turnMs = bucket.waitMs()
      if (turnMs > deadlineMs) throw throttled(asked, turnMs)
      bucket.take()
      if (turnMs > 0) await pause(turnMs)
    },
    heard: (asked, error) => {
      if (!(error instanceof Fault) || error.kind !== 'busy' || error.retryAfterMs === undefined) return
      shut.set(providerOf(asked), performance.now() + error.retryAfterMs)
    },
  }
}

/** The same calls, each in its turn. */
export function paced(calls: Calls, { turn, heard }: Pace, deadlineMs: number): Calls {
  const inTurn = async <T>(asked: Asked, send: () => Promise<T>): Promise<T> => {
    await turn(asked, deadlineMs)
    try {
      return await send()
    } catch (error) {
      heard(asked, error)
      throw error
    }
  }
  return {
    read: (asked, client, send) => inTurn(asked, () => calls.read(asked, client, send)),
    once: (asked, client, send) => inTurn(asked, () => calls.once(asked, client, send)),
  }
}

const isGraph = ({ needs }: Asked): boolean => needs.startsWith('Microsoft.ResourceGraph/')

const providerOf = ({ needs, subscription = '' }: Asked): string =>
  `${subscription}|${needs.split('/')[0]}`.toLowerCase()

const throttled = ({ op, thing }: Asked, waitMs: number): Fault =>
  new Fault('busy', {
    op,
    say: `Azure takes no more calls about ${thing} just now; it asks to wait ${Math.ceil(waitMs / 1000)} seconds.`,
    retryAfterMs: Math.ceil(waitMs),
  })

type Bucket = {
  /** How long whoever takes one now has to wait before using it. */
  waitMs(): number
  take(): void
}

function bucketOf({ size, perSecond }: { size: number; perSecond: number }): Bucket {
  let left = size
  let at = performance.now()
  return {
    waitMs: () => {
      const now = performance.now()
      left = Math.min(size, left + ((now - at) / 1000) * perSecond)
      at = now
      return left >= 1 ? 0 : ((1 - left) / perSecond) * 1000
    },
    take: () => {
      left -= 1
    },
  }
}
