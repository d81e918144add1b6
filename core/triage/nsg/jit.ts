/**
 * Where a JIT window stands for one flow. The policy's memory is not the verdict: a window may be open and the port shut, or the other way
 * round, so an open window is held against the rules.
 *
 * Facts: JIT writes an allow rule for a window and takes it away at its end; deployments that rewrite the NSG take it away earlier, and JIT
 * does not notice. The rule names the client's own address, which a firewall in front hides from the VM.
 * Source: https://learn.microsoft.com/azure/defender-for-cloud/just-in-time-access-overview (read 2026-11-20).
 */
import { isWithin } from '../../access/source.ts'
import type { Instant } from '../../ids.ts'
import type { JitState, Network } from '../readings.ts'
import { evaluate } from './evaluate.ts'
import { sceneOf } from './scene.ts'
import { and, pointOf } from './spans.ts'
import type { Flow, RuleAt, Verdict } from './verdict.ts'

type Request = JitState['requests'][number]

export type JitWindow =
  | { state: 'no-policy' }
  /** The policy does not cover the port at the VM, and no window is open for another one. */
  | { state: 'not-covered'; ports: readonly number[] }
  | { state: 'closed' }
  /** `mine`: asked for by this person, or for this address. Undefined when neither is known. */
  | { state: 'expired'; request: Request; mine?: boolean }
  | { state: 'other-port'; request: Request }
  | { state: 'other-source'; requests: readonly Request[] }
  /** Open for somebody, and the client's address is not known. */
  | { state: 'source-unknown'; requests: readonly Request[] }
  | { state: 'open'; request: Request; verdict: Verdict }
  | { state: 'rule-missing'; request: Request; verdict: Verdict }
  | { state: 'outranked'; request: Request; verdict: Verdict; by?: RuleAt }
  | { state: 'behind-firewall'; request: Request; verdict: Verdict; arrivesAs: string }

export type JitQuestion = {
  jit: JitState | undefined
  network: Network
  /** As the VM sees it. */
  flow: Flow
  /** The client's own address, where something in front hides it from the VM. Absent: the flow's source. */
  client?: string
  now: Instant
  /** Names under which Azure may know the asker, for telling whose window ended. */
  asker?: readonly string[]
}

export function jitWindow({
  jit,
  network,
  flow,
  client = flow.source,
  now,
  asker = [],
}: JitQuestion): JitWindow {
  if (jit === undefined) return { state: 'no-policy' }
  const isFor = (request: Request) =>
    client === undefined ? request.sources.some(isEveryone) : isWithin(client, request.sources)
  const live = jit.requests.filter(request => request.live && request.endsAt > now)
  const onPort = live.filter(({ port }) => port === flow.port)
  const open = onPort.find(isFor)
  if (open !== undefined) return held(open, { network, flow, client })
  if (onPort.length > 0)
    return { state: client === undefined ? 'source-unknown' : 'other-source', requests: onPort }
  const elsewhere = live.find(request => client === undefined || isFor(request))
  if (elsewhere !== undefined) return { state: 'other-port', request: elsewhere }
  const ports = jit.ports.map(({ number }) => number)
  if (!ports.includes(flow.port)) return { state: 'not-covered', ports }
  const isMine = ({ by, sources }: Request): boolean =>
    asker.some(name => name.toLowerCase() === by?.toLowerCase()) ||
    (client !== undefined && isWithin(client, sources))
  const ended = jit.requests
    .filter(({ port }) => port === flow.port)
    .toSorted((a, b) => Number(isMine(b)) - Number(isMine(a)) || b.endsAt - a.endsAt)[0]
  if (ended === undefined) return { state: 'closed' }
  const isKnown = client !== undefined || (asker.length > 0 && ended.by !== undefined)
  return { state: 'expired', request: ended, ...(isKnown ? { mine: isMine(ended) } : {}) }
}

const isEveryone = (prefix: string): boolean => /^(?:\*|any|internet|0\.0\.0\.0\/0)$/i.test(prefix)

/** Holds an open window against the rules. */
function held(
  request: Request,
  { network, flow, client }: { network: Network; flow: Flow; client: string | undefined },
): JitWindow {
  const verdict = evaluate(flow, network)
  if (verdict.apparent !== 'deny') return { state: 'open', request, verdict }
  if (flow.source !== undefined && client !== undefined && flow.source !== client)
    return { state: 'behind-firewall', request, verdict, arrivesAs: flow.source }
  if (!hasJitRule(network, flow)) return { state: 'rule-missing', request, verdict }
  return {
    state: 'outranked',
    request,
    verdict,
    ...(verdict.decidedBy === undefined ? {} : { by: verdict.decidedBy }),
  }
}

/** Whether some NSG on the way has a JIT allow that matches the flow, even if it is not the first. */
function hasJitRule(network: Network, flow: Flow): boolean {
  const scene = sceneOf(flow, network)
  if (scene === undefined) return false
  const sender = flow.source === undefined ? undefined : pointOf(flow.source, scene.bits)
  return [scene.layers.subnet, scene.layers.nic].some(
    layer =>
      layer.state === 'read' &&
      layer.rules.some(
        ({ at, match }) =>
          at.rule.jit &&
          at.rule.access === 'allow' &&
          (sender === undefined ? match.sure : and(sender, match.sure)).length > 0,
      ),
  )
}
