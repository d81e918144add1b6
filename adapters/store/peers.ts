/**
 * Other processes on the same database: they tell each other when something was queued, so that nobody has to wait for the next look,
 * and they stay out of each other's way when they queue.
 *
 * Telling is only a hint. It is part of the transaction that queues, so it is neither sent early nor for nothing; while the connection
 * that listens is lost, workers find the work by looking now and then, as they always do.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type RawBuilder, sql, type Transaction } from 'kysely'
import { Client, type ClientConfig } from 'pg'
import type { Log } from '../../core/index.ts'
import type { Tables } from './schema.ts'

export type Peers = {
  /**
   * Inside a transaction, before it queues: once it is committed, the others look.
   *
   * Two transactions that merge into the same waiting effects in different orders would wait for each other until PostgreSQL ends one
   * of them, a second later: so each takes all its lanes first, in the same order as everybody.
   * @param merging the lanes in which effects may be merged
   */
  beforeQueueing(tx: Transaction<Tables>, merging: readonly string[]): Promise<void>
  /** The same for a single statement that merges nothing: an expression in it. */
  notify: RawBuilder<unknown>
  /** `ring` is called whenever another process may have queued something. Once for each store. */
  heed(ring: () => void): void
}

/** Names of channels are per database. */
const CHANNEL = 'latchkey'
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 30_000
/** A server that does not even hang up is not waited for. */
const GOODBYE_MS = 1000

/** Resolves once it listens, or the first try has failed; then it goes on trying until it is closed. */
export async function openPeers(config: ClientConfig, log: Log): Promise<Peers & { close(): Promise<void> }> {
  const me = randomUUID()
  const rings = new Set<() => void>()
  const closing = new AbortController()
  const ringAll = () => {
    for (const ring of rings) ring()
  }
  const line = {
    config,
    signal: closing.signal,
    hear: (from: string | undefined) => from !== me && ringAll(),
  }

  let lost = false
  let triedOnce = () => {}
  const firstTry = new Promise<void>(resolve => {
    triedOnce = resolve
  })
  const listening = keepListening(line, {
    heard() {
      if (lost) log.info('store.listening-again')
      lost = false
      triedOnce()
      // Something may have been said while nobody listened.
      ringAll()
    },
    lost(error) {
      if (!lost) log.warn('store.not-listening', {}, error)
      lost = true
      triedOnce()
    },
  })
  await firstTry
  const notify = sql`pg_notify(${CHANNEL}, ${me})`
  return {
    notify,
    async beforeQueueing(tx, merging) {
      await sql`select ${notify}`.execute(tx)
      if (merging.length === 0) return
      await sql`
        select pg_advisory_xact_lock(key) from (
          select distinct hashtextextended(lane, 0) as key from unnest(${merging}::text[]) as lane order by key
        ) as keys`.execute(tx)
    },
    heed: ring => rings.add(ring),
    async close() {
      closing.abort()
      await listening
    },
  }
}

type Line = { config: ClientConfig; signal: AbortSignal; hear: (from: string | undefined) => void }

async function keepListening(
  line: Line,
  tell: { heard: () => void; lost: (error: unknown) => void },
): Promise<void> {
  let failures = 0
  while (!line.signal.aborted) {
    try {
      await listen(line, () => {
        failures = 0
        tell.heard()
      })
    } catch (error) {
      if (!line.signal.aborted) tell.lost(error)
    }
    // Processes that lost the same server do not come back in step.
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures)
    failures += 1
    const pauseMs = longest * (0.5 + Math.random() / 2)
    await pause(pauseMs, undefined, { signal: line.signal }).catch(() => {})
  }
}

/** Listens until the connection is lost or the signal says stop, and throws why. */
async function listen({ config, signal, hear }: Line, heard: () => void): Promise<void> {
  const client = new Client(config)
  let stop = () => {}
  try {
    const over = new Promise<never>((_, reject) => {
      client.on('error', reject)
      client.on('end', () => reject(new Error('the connection has ended')))
      stop = () => reject(signal.reason)
    })
    signal.addEventListener('abort', stop)
    // Also when nobody waits for it yet.
    over.catch(() => {})
    client.on('notification', ({ payload }) => hear(payload))
    await Promise.race([client.connect(), over])
    await Promise.race([client.query(`listen ${CHANNEL}`), over])
    heard()
    await over
  } finally {
    signal.removeEventListener('abort', stop)
    await Promise.race([client.end().catch(() => {}), pause(GOODBYE_MS, undefined, { ref: false })])
  }
}
