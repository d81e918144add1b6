/**
 * Latchkey's own try of the port (K17), and what a silence is worth.
 *
 * An answer always counts, wherever it was heard. A silence counts only where the rules let in whoever tried: a JIT window is open for the
 * person's address and not for ours, and a filter that keeps us out says nothing about Windows. So the rules are judged first, for the
 * addresses that Latchkey comes from; where they shut all of those out, nothing is tried.
 */
import { isPrefixWithin, isPublic, isWithin, oneOf } from '../../access/source.ts'
import { type View, viewOf } from '../checks/rules.ts'
import type { Scene } from '../checks/scene.ts'
import { evaluate } from '../nsg/evaluate.ts'
import { evaluateRange } from '../nsg/ranges.ts'
import type { Verdict } from '../nsg/verdict.ts'
import type { Way } from '../reach/ways.ts'
import type { ProbeAnswer, Reading } from '../readings.ts'

/** A path from here to RDP ports, as the policy says that there is one. */
export type OwnTry = {
  /** Addresses and ranges from which Latchkey's own connections come, as far as the policy names them. */
  from: readonly string[]
  dial: (host: string, port: number) => Promise<ProbeAnswer>
}

/** Where to dial comes from Azure, never from what somebody typed. */
export async function tryPort(scene: Scene, own: OwnTry | undefined): Promise<Reading<ProbeAnswer>> {
  if (own === undefined) return failed('the policy names no path from me to RDP ports.')
  const view = viewOf(scene)
  const host = view?.way?.address ?? view?.way?.name
  if (view?.way === undefined || host === undefined) return failed('no address of the VM is known.')
  const admits = admitted(view, view.way, own.from)
  if (admits === 'deny')
    return failed('the rules keep me out, so a try of mine would tell nothing about you.')
  const heard = await own.dial(host, view.way.port)
  if (heard.answer !== 'silent' || admits === 'allow') return { read: true, value: heard }
  return failed('nothing came back to me, but the rules may keep me out where they let you in.')
}

const failed = (why: string): Reading<never> => ({ read: false, why })

/** What the rules do with a connection of ours that takes this way: unknown where our addresses fare differently or are not known. */
export function admitted({ flow, network }: View, way: Way, from: readonly string[]): Verdict['access'] {
  if (flow === undefined) return 'unknown'
  const isPublicWay = way.kind !== 'private-address'
  const own = from.filter(range => isPublic(oneOf(range)) === isPublicWay)
  if (way.kind === 'firewall') {
    const behind = way.arrivesAs === undefined ? 'unknown' : evaluate(flow, network).access
    return behind === 'allow' ? beforeFirewall(way, own) : behind
  }
  if (!isPublicWay && !own.some(range => isPrefixWithin(range, connectedTo(network, way)))) return 'unknown'
  const { source: _, ...anybody } = flow
  // Where everybody is let in, or nobody, it does not matter where we come from.
  const everybody = evaluate(anybody, network).access
  return everybody !== 'unknown' || own.length === 0 ? everybody : evaluateRange(anybody, network, own).access
}

/** Behind a firewall everybody comes from its address; before it, its own list decides. */
const beforeFirewall = ({ sources = [] }: Way, own: readonly string[]): Verdict['access'] =>
  isWithin('192.0.2.1', sources) || (own.length > 0 && own.every(range => isPrefixWithin(range, sources)))
    ? 'allow'
    : 'unknown'

/** What is connected to the way's network: from elsewhere no private address is reached. */
const connectedTo = ({ nics }: View['network'], way: Way): readonly string[] =>
  nics
    .filter(({ id }) => id === way.nic.id)
    .flatMap(({ ipConfigurations }) => ipConfigurations.flatMap(({ subnet }) => subnet.virtualNetwork))
