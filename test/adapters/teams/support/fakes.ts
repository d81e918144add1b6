/** Small working stand-ins for what the core and the store give to the adapter. */
import type { Answer, ChatUser, Inbox, Incoming, Log, Suggestion } from '../../../../core/index.ts'

export type FakeInbox = Inbox & {
  received: Incoming[]
  /** What comes of deliveries, if anything does. */
  answer: Answer | undefined
  /** While true, nothing can be recorded. */
  broken: boolean
  /** While true, everybody has sent too much. */
  full: boolean
  /** What is found by any search. */
  found: readonly Suggestion[]
  /** What was searched for, and by whom. */
  searched: { who: ChatUser; text: string }[]
}

export function fakeInbox(): FakeInbox {
  const seen = new Set<string>()
  const inbox: FakeInbox = {
    received: [],
    answer: undefined,
    broken: false,
    full: false,
    found: [],
    searched: [],
    async receive(incoming) {
      if (inbox.broken) throw new Error('the store is away: secret detail')
      if (inbox.full) return 'too-many'
      if (seen.has(incoming.delivery)) return 'seen'
      seen.add(incoming.delivery)
      inbox.received.push(incoming)
      return 'noted'
    },
    async suggest(who, text) {
      if (inbox.broken) throw new Error('the store is away: secret detail')
      inbox.searched.push({ who, text })
      return inbox.found
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
