/** Small working stand-ins for what the core and the store give to the adapter. */
import type { Answer, Inbox, Incoming, Log } from '../../../../core/index.ts'

export type FakeInbox = Inbox & {
  received: Incoming[]
  /** What comes of deliveries, if anything does. */
  answer: Answer | undefined
  /** While true, nothing can be recorded. */
  broken: boolean
}

export function fakeInbox(): FakeInbox {
  const seen = new Set<string>()
  const inbox: FakeInbox = {
    received: [],
    answer: undefined,
    broken: false,
    async receive(incoming) {
      if (inbox.broken) throw new Error('the store is away: secret detail')
      if (seen.has(incoming.delivery)) return 'seen'
      seen.add(incoming.delivery)
      inbox.received.push(incoming)
      return 'noted'
    },
    outcome: async () => inbox.answer,
  }
  return inbox
}

export function fakeMemory() {
  const kept = new Map<string, unknown>()
  const writes: string[] = []
  return {
    kept,
    writes,
    recall: async (scope: string, key: string) => structuredClone(kept.get(`${scope} ${key}`)),
    async remember(scope: string, key: string, value: unknown) {
      writes.push(`${scope} ${key}`)
      // As a database would: through JSON.
      kept.set(`${scope} ${key}`, JSON.parse(JSON.stringify(value)))
    },
  }
}

export function fakeLog() {
  const lines: string[] = []
  const line = (level: string) => (event: string, facts?: object, error?: unknown) => {
    const of = error instanceof Error ? ` ${error.message} ${String(error.cause)}` : ''
    lines.push(`${level} ${event} ${JSON.stringify(facts ?? {})}${of}`)
  }
  const log: Log = { info: line('info'), warn: line('warn'), error: line('error') }
  return { log, lines }
}
