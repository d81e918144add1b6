/**
 * The network's verdict on the one flow that matters: the way that was dialled, or the most likely one, with the address the VM sees.
 *
 * Checks K06, K07, K08, K12 and K14 share it, so that they all speak of the same flow.
 */
import { parseAddress } from '../../access/source.ts'
import { evaluate } from '../nsg/evaluate.ts'
import { type JitWindow, jitWindow } from '../nsg/jit.ts'
import { type NearMiss, nearMisses } from '../nsg/near.ts'
import { type Ranges, rangesOf } from '../nsg/ranges.ts'
import type { Flow, Verdict } from '../nsg/verdict.ts'
import { type DialledMatch, matchDialled } from '../reach/dialled.ts'
import { type Way, type WaysIn, waysIn } from '../reach/ways.ts'
import type { Network } from '../readings.ts'
import { type Scene, value } from './scene.ts'

export type View = {
  network: Network
  all: WaysIn
  /** Ways from outside: public addresses, NAT rules, firewalls. */
  published: readonly Way[]
  match: DialledMatch | undefined
  /** The way in question. */
  way: Way | undefined
  flow: Flow | undefined
  verdict: Verdict | undefined
  /** Only without a known source. */
  ranges: Ranges | undefined
  /** The answer hangs on where the client comes from, which is not known. */
  hangsOnSource: boolean
  misses: readonly NearMiss[]
  window: JitWindow
}

const seen = new WeakMap<Scene, View>()

/** Undefined when the network or the VM is not known. Judged once per scene. */
export function viewOf(scene: Scene): View | undefined {
  const before = seen.get(scene)
  if (before !== undefined) return before
  const view = judge(scene)
  if (view !== undefined) seen.set(scene, view)
  return view
}

function judge(scene: Scene): View | undefined {
  const network = value(scene, 'network')
  const vm = scene.vm
  if (network === undefined || vm === undefined) return undefined
  const jit = value(scene, 'jit')
  const all = waysIn(network, jit, { vm: vm.id, port: scene.listens })
  const published = all.ways.filter(({ kind }) => kind !== 'private-address')
  const isOutside = scene.approach === 'public' || scene.choice('Q-VPN') === 'no'
  const match =
    scene.dialled === undefined
      ? undefined
      : matchDialled(scene.dialled, all, {
          ...(scene.approachIsKnown || scene.choice('Q-VPN') === 'no' ? { outside: isOutside } : {}),
          ...(scene.source === undefined ? {} : { address: scene.source }),
        })
  const way = wayOf(scene, all, published, match)
  const base: View = {
    network,
    all,
    published,
    match,
    way,
    flow: undefined,
    verdict: undefined,
    ranges: undefined,
    hangsOnSource: false,
    misses: [],
    window: { state: 'no-policy' },
  }
  if (way?.to.address === undefined) return base
  const client = familyOf(scene.source) === way.family ? scene.source : undefined
  const flow: Flow = {
    ...present('source', way.arrivesAs ?? client),
    protocol: 'tcp',
    destination: way.to.address,
    port: way.to.port,
    overPublic: way.overPublic,
    ...(way.kind === 'nat-rule' ? { frontEndSku: 'Standard' as const } : {}),
  }
  const verdict = evaluate(flow, network)
  const ranges =
    flow.source === undefined
      ? rangesOf(flow, network, jit?.requests.map(({ sources }) => sources) ?? [])
      : undefined
  // Where everybody is kept out, the rule that was meant for somebody tells most: it is judged for one whom it names.
  const meant =
    client ??
    (verdict.access === 'deny' || way.arrivesAs !== undefined ? whomRulesMean(scene, ranges) : undefined)
  const assumed: Flow = { ...flow, ...present('source', way.arrivesAs ?? meant) }
  const judged = meant === undefined ? verdict : evaluate(assumed, network)
  const window = jitWindow({
    jit,
    network,
    flow: assumed,
    ...present('client', meant),
    now: scene.now,
    asker: ['asker', ...scene.known.case.asker.accounts],
  })
  return {
    ...base,
    flow,
    verdict: judged.access === verdict.access ? judged : verdict,
    ranges,
    hangsOnSource:
      flow.source === undefined && verdict.access === 'unknown' && ranges?.dependsOnSource === true,
    misses: verdict.apparent === 'deny' ? missesFor(assumed, network) : [],
    window,
  }
}

/** How many allow rules are tried out with a sender of their own. */
const MOST_TRIED = 12

/**
 * What nearly let the flow in. Where nobody knows the sender, a rule with a slip in it would name nobody: each allow rule is then tried with
 * a sender that it names.
 */
function missesFor(flow: Flow, network: Network): readonly NearMiss[] {
  const misses = nearMisses(flow, network)
  if (misses.length > 0 || flow.source !== undefined) return misses
  const allows = network.nics
    .flatMap(nic => [nic.attachedNsg, ...nic.ipConfigurations.map(ip => ip.subnet.nsg)])
    .flatMap(nsg => nsg?.rules ?? [])
    .filter(({ direction, access }) => direction === 'inbound' && access === 'allow')
  for (const rule of allows.slice(0, MOST_TRIED)) {
    const source = rule.sources
      .map(text => text.replace(/\/.*$/, ''))
      .find(text => familyOf(text) !== undefined)
    const found =
      source === undefined
        ? []
        : nearMisses({ ...flow, source }, network).filter(({ kind }) => kind !== 'source')
    if (found.length > 0) return found
  }
  return []
}

/** An address of a live JIT window, or else of the first range that an allow rule names. */
function whomRulesMean(scene: Scene, ranges: Ranges | undefined): string | undefined {
  const live = (value(scene, 'jit')?.requests ?? []).filter(
    ({ live: isLive, endsAt }) => isLive && endsAt > scene.now,
  )
  const own = live.find(({ by }) => by !== undefined && scene.isAsker(by)) ?? live[0]
  const named = (ranges?.ranges ?? [])
    .filter(({ rule }) => rule?.rule.access !== 'deny')
    .flatMap(({ sources }) => sources)
  return [...(own?.sources ?? []), ...named]
    .map(source => source.replace(/\/.*$/, ''))
    .find(source => parseAddress(source) !== undefined)
}

const present = <K extends string, V>(key: K, one: V | undefined): Partial<Record<K, V>> =>
  one === undefined ? {} : ({ [key]: one } as Partial<Record<K, V>>)

const familyOf = (address: string | undefined): 'ipv4' | 'ipv6' | undefined => {
  const parsed = address === undefined ? undefined : parseAddress(address)
  return parsed === undefined ? undefined : parsed.bits === 128 ? 'ipv6' : 'ipv4'
}

/** The way that was dialled; else the first that fits how the person comes and the family of their address. */
function wayOf(
  scene: Scene,
  { ways }: WaysIn,
  published: readonly Way[],
  match: DialledMatch | undefined,
): Way | undefined {
  if (match !== undefined && 'way' in match) return match.way
  // Who says that their line has IPv6 only does not come over IPv4.
  const family = familyOf(scene.source) ?? (scene.hints.has('ipv6') ? 'ipv6' : undefined)
  const privately = ways.filter(({ kind }) => kind === 'private-address')
  const fits = scene.approach === 'private' ? privately : published.length > 0 ? published : privately
  if (match?.match === 'wrong-port') return match.ways[0]
  return fits.find(way => way.family === family) ?? fits[0]
}
