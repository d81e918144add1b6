/**
 * Drift: what Azure lets in, compared with what was granted. Windows nobody asked for, windows that vanished, policies that are gone, and
 * rules beside JIT that make it pointless.
 *
 * Pure. Resource Graph lags behind by seconds and grants open and end all the time, so a difference counts only when a second look at least
 * a minute later still shows it. Where something could not be read, nothing is concluded from its absence.
 */
import type { GuardedPort, Inventory } from '../../hands.ts'
import { type Instant, later, parseRequestId, type RequestId, type VmId } from '../../ids.ts'
import type { JitRule } from '../../ports.ts'
import type { AccessRequest } from '../request.ts'
import { canonicalSource } from '../source.ts'

type Place = { vm: VmId; name: string; port: number }

export type Finding = Place &
  (
    | {
        kind: 'unasked'
        /** The addresses that no grant accounts for. */
        sources: readonly string[]
        rule: JitRule
        /** The rule lets in somebody with a grant, too: taking it away would cut them. */
        shared: boolean
        /** Who asked Azure, as Azure tells it, until when, and what they wrote. Text from outside: hostile until drawn. */
        asked?: { by: string; justification: string }
        endsAt?: Instant
        /** It was ours once, for this request, which is over. */
        leftBy?: RequestId
      }
    | { kind: 'beside'; rule: JitRule }
    | { kind: 'vanished'; request: RequestId; who: string; source: string; until: Instant }
    /** `grants`: how many were live on it. */
    | { kind: 'policy-gone'; grants: number }
  )

/** What has to be remembered from one look to the next. */
export type DriftMemory = {
  /** Differences seen once, by `findingKey`, with the moment. */
  suspects: Readonly<Record<string, Instant>>
  /** Ports that JIT access policies covered, as `vm port`. */
  covered: readonly string[]
}

export const NOTHING_REMEMBERED: DriftMemory = { suspects: {}, covered: [] }

/** How long a difference has to last. */
const LASTS_MINUTES = 1
/** A grant's rule may take so long to show in Resource Graph, or to be put in place again after a change of address. */
const SETTLING_MINUTES = 3

/**
 * @param grants every request that is live, on any VM
 * @returns the differences that lasted, and what to remember; `lookSoon`: something new was seen and has to be looked at again
 */
export function findDrift(
  inventory: Inventory,
  grants: readonly AccessRequest[],
  memory: DriftMemory,
  now: Instant,
): { findings: readonly Finding[]; memory: DriftMemory; lookSoon: boolean } {
  const live = grants.filter(isLive)
  const seen = [
    ...inventory.ports.flatMap(port => [...unasked(port, live), ...beside(port)]),
    ...strays(inventory, live),
    ...vanished(inventory, live, now),
    ...gone(inventory, live, memory),
  ]
  const suspects = Object.fromEntries(
    seen.map(finding => [findingKey(finding), memory.suspects[findingKey(finding)] ?? now] as const),
  )
  const findings = seen.filter(
    finding => (suspects[findingKey(finding)] ?? now) <= later(now, -LASTS_MINUTES),
  )
  return {
    findings,
    memory: { suspects, covered: coveredNow(inventory, memory, seen) },
    lookSoon: findings.length < seen.length,
  }
}

/** The same finding has the same key at every look; another one has another. */
export function findingKey(finding: Finding): string {
  const { kind, vm, port } = finding
  switch (finding.kind) {
    case 'unasked':
      return [kind, port, finding.rule.id.toLowerCase(), ...finding.sources.toSorted()].join(' ')
    case 'beside':
      return [kind, port, vm, finding.rule.id.toLowerCase(), ...finding.rule.sources.toSorted()].join(' ')
    case 'vanished':
      return [kind, finding.request, finding.source].join(' ')
    case 'policy-gone':
      return [kind, vm, port].join(' ')
  }
}

// ---- Windows nobody asked for ----------------------------------------------------------------------------------------------------

type Live = Extract<AccessRequest, { status: 'opening' | 'open' | 'closing' }>

/** Role instances have no windows: what opens them is looked at by `reconcile`. */
const isLive = (state: AccessRequest): state is Live =>
  (state.status === 'opening' || state.status === 'open' || state.status === 'closing') &&
  state.ask.instance === undefined

const on = (live: readonly Live[], vm: VmId, port: number): readonly Live[] =>
  live.filter(({ ask }) => ask.vm.id === vm && ask.port === port)

/** Addresses that a grant has, or had and is being shut for. */
const grantedOn = (live: readonly Live[], vm: VmId, port: number): ReadonlySet<string> =>
  new Set(on(live, vm, port).flatMap(({ source, left }) => [source, ...left].map(canonical)))

const canonical = (source: string): string => canonicalSource(source) ?? source.toLowerCase()

function unasked({ vm, port, rules, requests }: GuardedPort, live: readonly Live[]): readonly Finding[] {
  const granted = grantedOn(live, vm.id, port.number)
  const place = { vm: vm.id, name: vm.name, port: port.number }
  return rules.flatMap((rule): readonly Finding[] => {
    const sources = rule.sources.filter(source => !granted.has(canonical(source)))
    if (sources.length === 0) return []
    const asked = requests.find(
      request => request.live && sources.some(source => request.sources.includes(source)),
    )
    const leftBy = markIn(asked?.justification)
    const endsAt = asked?.endsAt ?? rule.endsAt
    const { id, name } = rule
    return [
      {
        ...place,
        kind: 'unasked',
        sources,
        rule: { id, name, sources: rule.sources },
        shared: sources.length < rule.sources.length,
        ...(asked === undefined || leftBy !== undefined
          ? {}
          : { asked: { by: asked.by, justification: asked.justification } }),
        ...(leftBy === undefined ? {} : { leftBy }),
        ...(endsAt === undefined ? {} : { endsAt }),
      },
    ]
  })
}

/** A request of ours that Azure still remembers names itself first. */
function markIn(justification = ''): RequestId | undefined {
  const [, id = ''] = /latchkey:([0-9a-f-]{36})/i.exec(justification) ?? []
  return parseRequestId(id)
}

const beside = ({ vm, port, beside: rules }: GuardedPort): readonly Finding[] =>
  rules.map(({ id, name, sources }) => ({
    kind: 'beside',
    vm: vm.id,
    name: vm.name,
    port: port.number,
    rule: { id, name, sources },
  }))

function strays({ strays: found }: Inventory, live: readonly Live[]): readonly Finding[] {
  return found.flatMap(({ vm, port, rule }): readonly Finding[] => {
    const granted = grantedOn(live, vm, port)
    const sources = rule.sources.filter(source => !granted.has(canonical(source)))
    const shared = sources.length < rule.sources.length
    return sources.length === 0
      ? []
      : [{ kind: 'unasked', vm, name: nameOf(vm), port, sources, rule, shared }]
  })
}

const nameOf = (vm: VmId): string => vm.split('/').at(-1) ?? vm

// ---- What is missing -------------------------------------------------------------------------------------------------------------

const isUnread = ({ unread }: Inventory, vm: VmId): boolean =>
  unread.some(({ subscription }) => vm.startsWith(`/subscriptions/${subscription.toLowerCase()}/`))

const covers = ({ ports }: Inventory, vm: VmId, port: number): GuardedPort | undefined =>
  ports.find(one => one.vm.id === vm && one.port.number === port)

/** Open and not in the middle of anything, and yet no rule lets its address in. */
function vanished(inventory: Inventory, live: readonly Live[], now: Instant): readonly Finding[] {
  return live.flatMap((state): readonly Finding[] => {
    if (state.status !== 'open' || state.moving !== undefined) return []
    const { ask, source, until } = state
    const since = state.movedAt ?? state.openedAt
    const guarded = covers(inventory, ask.vm.id, ask.port)
    if (guarded === undefined || until <= now || now < later(since, SETTLING_MINUTES)) return []
    const isIn = guarded.rules.some(rule => rule.sources.map(canonical).includes(canonical(source)))
    if (isIn || isUnread(inventory, ask.vm.id)) return []
    const { id, name } = ask.vm
    return [
      {
        kind: 'vanished',
        vm: id,
        name,
        port: ask.port,
        request: ask.id,
        who: ask.by.name,
        source,
        until,
      },
    ]
  })
}

const portKey = (vm: VmId, port: number): string => `${vm} ${port}`

/** Covered at an earlier look, or needed by a grant, and not covered now. */
function gone(inventory: Inventory, live: readonly Live[], { covered }: DriftMemory): readonly Finding[] {
  const needed = new Set([...covered, ...live.map(({ ask }) => portKey(ask.vm.id, ask.port))])
  return [...needed].flatMap((key): readonly Finding[] => {
    const [vm, port] = placeOf(key)
    if (covers(inventory, vm, port) !== undefined || isUnread(inventory, vm)) return []
    return [{ kind: 'policy-gone', vm, name: nameOf(vm), port, grants: on(live, vm, port).length }]
  })
}

/** Keys are written by `portKey` alone. */
function placeOf(key: string): readonly [vm: VmId, port: number] {
  const cut = key.lastIndexOf(' ')
  return [key.slice(0, cut) as VmId, Number(key.slice(cut + 1))]
}

/** What is gone stays remembered, and so does what could not be read: it may come back, and until then it is a finding. */
function coveredNow(
  inventory: Inventory,
  { covered }: DriftMemory,
  seen: readonly Finding[],
): readonly string[] {
  const missing = new Set(
    seen.flatMap(finding => (finding.kind === 'policy-gone' ? [portKey(finding.vm, finding.port)] : [])),
  )
  const kept = covered.filter(key => missing.has(key) || isUnread(inventory, placeOf(key)[0]))
  const now = inventory.ports.map(({ vm, port }) => portKey(vm.id, port.number))
  return [...new Set([...now, ...kept])].toSorted()
}

/** Forgets that these were covered: somebody said that it is meant to be so. */
export const withoutCovered = (memory: DriftMemory, places: readonly Place[]): DriftMemory => {
  const keys = new Set(places.map(({ vm, port }) => portKey(vm, port)))
  return { ...memory, covered: memory.covered.filter(key => !keys.has(key)) }
}
