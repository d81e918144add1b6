/**
 * A tiny model of what Defender for Cloud does with JIT requests for one VM and port, in both readings of what happens to an older window
 * when a newer request arrives. It knows nothing of Latchkey's own ideas.
 */
import type { Instant, JitRequest, JitRule, JitWindows } from '../../core/index.ts'

export type Mode = 'merge' | 'supersede'
type Sent = { sources: readonly string[]; endsAt: Instant; justification: string }[]
type Entry = JitRequest & { rule: JitRule; inForceFrom: number }

export function makeJitModel(mode: Mode, delay = 0) {
  let delayMs = delay
  let entries: Entry[] = []
  let numbers = 0
  const alive = (now: Instant) => entries.filter(({ endsAt, live }) => live && endsAt > now)
  return {
    /** Set: Azure answers that it will not. */
    declines: false,
    /** From now on rules come into force this much later. */
    delay(ms: number) {
      delayMs = ms
    },
    sent: [] as Sent,
    /** All that it knows, for `bringBack`. */
    kept() {
      return { delayMs, entries, numbers, sent: this.sent }
    },
    bringBack(then: { delayMs: number; entries: Entry[]; numbers: number; sent: Sent }) {
      delayMs = then.delayMs
      // What never comes into force has no number in JSON.
      entries = then.entries.map(entry => ({
        ...entry,
        inForceFrom: entry.inForceFrom ?? Number.POSITIVE_INFINITY,
      }))
      numbers = then.numbers
      this.sent = then.sent
    },
    request(now: Instant, sources: readonly string[], endsAt: Instant, justification: string) {
      if (sources.length === 0) throw new Error('Azure would have opened the address of the bot itself')
      if (endsAt <= now) throw new Error('a window that ends before it starts')
      this.sent.push({ sources, endsAt, justification })
      if (mode === 'supersede') entries = entries.map(entry => ({ ...entry, live: false }))
      numbers += 1
      const rule: JitRule = { id: `/rules/${numbers}`, name: `SecurityCenter-JITRule-${numbers}`, sources }
      entries.push({
        sources,
        endsAt,
        startedAt: now,
        justification,
        live: true,
        rule,
        inForceFrom: now + delayMs,
      })
    },
    remove(rule: JitRule) {
      // The rule goes; what the policy remembers of the request stays, as in Azure.
      entries = entries.map(entry =>
        entry.rule.id === rule.id ? { ...entry, inForceFrom: Number.POSITIVE_INFINITY } : entry,
      )
    },
    rules: (now: Instant): readonly JitRule[] =>
      alive(now)
        .filter(({ inForceFrom }) => inForceFrom <= now)
        .map(({ rule }) => rule),
    /** What is let in right now, with Azure's own end of it. */
    inForce: (now: Instant): readonly { sources: readonly string[]; endsAt: Instant }[] =>
      alive(now).filter(({ inForceFrom }) => inForceFrom <= now),
    windows(now: Instant, maxMinutes = 180): JitWindows {
      return {
        policyId: '/policies/default',
        port: { number: 3389, protocol: 'TCP', maxMinutes, sources: ['*'] },
        rules: this.rules(now),
        requests: entries.map(({ sources, endsAt, startedAt, justification, live }) => ({
          sources,
          endsAt,
          startedAt,
          justification,
          live: live && endsAt > now,
        })),
      }
    },
  }
}
export type JitModel = ReturnType<typeof makeJitModel>
