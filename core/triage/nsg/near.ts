/**
 * Allow rules that nearly let a flow in, and the one thing that stands between.
 *
 * Every miss is tried out: the change is applied to the network and the flow evaluated again, so a miss that `opens` is never a guess. A
 * rule only counts when it seems meant for this traffic: an allow for port 443 is no failed attempt to allow 3389.
 */
import { isPublic } from '../../access/source.ts'
import { isSame } from '../reach/ways.ts'
import type { Network, NetworkRule } from '../readings.ts'
import { applyChanges, type Change } from './change.ts'
import { plausibleSenders, survey, together } from './evaluate.ts'
import { type Field, type RuleMatch, rangeOf } from './match.ts'
import { type MatchedRule, type Scene, sceneOf } from './scene.ts'
import { and, pointOf, type Spans, sizeOf } from './spans.ts'
import type { Flow, Layer, RuleAt, Verdict } from './verdict.ts'

export type NearMiss = {
  /** The allow rule. `rule.rule.jit` tells whether it is a JIT window's. */
  rule: RuleAt
  kind:
    | 'outranked'
    /** It lets the flow in at its own layer; another layer does not. */
    | 'layer'
    /** A field that keeps it from ever doing what it is there for. */
    | 'malformed'
    | 'source'
    /** Its NSG guards another network interface or subnet of this VM. */
    | 'not-attached'
    /** It is aimed at another address nearby: most likely somebody else's. */
    | 'other-machine'
  field?: Field
  /** The deny that decides instead. */
  by?: RuleAt
  changes: readonly Change[]
  /** Whether the changes, all of them, let the flow in. Otherwise another layer still stands in the way. */
  opens: boolean
}

/**
 * What nearly let the flow in, most telling first. Empty when it is let in, and when it is not known which rules there are.
 * Without a source the misses are those of the largest group of senders that is kept out.
 */
export function nearMisses(flow: Flow, network: Network): readonly NearMiss[] {
  const scene = sceneOf(flow, network)
  const senders = scene && senderOf(scene)
  if (scene === undefined || senders === undefined) return []
  const known = new WeakMap<NetworkRule, RuleMatch>()
  const judge = (changes: readonly Change[]): Verdict => {
    const changed = sceneOf(flow, applyChanges(network, flow, changes), known)
    return together(changed === undefined ? [] : survey(changed, senders))
  }
  const now = judge([])
  if (now.apparent !== 'deny') return []
  const found = LAYERS.flatMap(layer =>
    rulesOf(scene, layer).flatMap(matched => missOf(matched, { scene, network, senders, now, judge })),
  )
  return [...inPairs(found, judge), ...unattached({ scene, network, senders, judge })].sort(
    (left, right) => Number(right.opens) - Number(left.opens) || RANK[left.kind] - RANK[right.kind],
  )
}

const LAYERS = ['admin', 'subnet', 'nic'] as const
const RANK: Record<NearMiss['kind'], number> = {
  outranked: 0,
  layer: 1,
  malformed: 2,
  source: 3,
  'not-attached': 4,
  'other-machine': 5,
}

type Case = {
  scene: Scene
  network: Network
  senders: Spans
  now: Verdict
  judge: (changes: readonly Change[]) => Verdict
}

const rulesOf = ({ layers }: Scene, layer: Layer): readonly MatchedRule[] => {
  const found = layers[layer]
  return found.state === 'read' ? found.rules : []
}

/** The sender in question, or one of the largest group that is kept out. */
function senderOf(scene: Scene): Spans | undefined {
  const { source } = scene.flow
  if (source !== undefined) return pointOf(source, scene.bits)
  const kept = survey(scene, plausibleSenders(scene)).filter(({ verdict }) => verdict.apparent === 'deny')
  const [most] = kept.toSorted((a, b) => (sizeOf(a.senders) < sizeOf(b.senders) ? 1 : -1))
  const low = most?.senders[0]?.low
  return low === undefined ? undefined : [{ low, high: low }]
}

function missOf({ at, match }: MatchedRule, context: Case): NearMiss[] {
  const { scene, senders, now, judge } = context
  if (at.isDefault || at.rule.access === 'deny') return []
  const own = now.layers[at.layer]
  if (own.state !== 'read') return []
  const isNamed = and(senders, match.named.sure).length > 0
  // What may match already is a doubt of the verdict, not a miss.
  if (!isNamed && and(senders, match.named.maybe).length > 0) return []
  const fails: Field[] = isNamed ? [...match.fails] : [...match.fails, 'source']
  const [field, second] = fails
  if (second !== undefined) return []
  if (field !== undefined) {
    if (own.decidedBy?.rule.access !== 'deny' || !isMeant(at, field, context)) return []
    const change: Change = { what: 'field', rule: at, field }
    const then = judge([change])
    // Another rule of the same layer would still be first: then this field is not what keeps it.
    if (deciderOf(then, at.layer)?.rule.access === 'deny') return []
    return [
      {
        rule: at,
        kind: kindOf(at, field, scene),
        field,
        changes: [change],
        opens: then.apparent === 'allow',
      },
    ]
  }
  if (and(senders, match.sure).length === 0) return []
  if (own.decidedBy?.rule.access === 'deny') {
    const change: Change = { what: 'priority', rule: at }
    const opens = judge([change]).apparent === 'allow'
    return [{ rule: at, kind: 'outranked', by: own.decidedBy, changes: [change], opens }]
  }
  const [by] = now.decidedBy === undefined ? [] : [now.decidedBy]
  if (at.layer === 'admin' || own.decidedBy?.rule !== at.rule || by?.nsg === undefined) return []
  const change: Change = { what: 'repeat', rule: at, nsg: by.nsg }
  return [{ rule: at, kind: 'layer', by, changes: [change], opens: judge([change]).apparent === 'allow' }]
}

const deciderOf = (verdict: Verdict, layer: Layer): RuleAt | undefined => {
  const found = verdict.layers[layer]
  return found.state === 'read' ? found.decidedBy : undefined
}

/** Two layers may carry the same slip, each in a rule of its own. Then both have to be put right. */
function inPairs(misses: readonly NearMiss[], judge: Case['judge']): NearMiss[] {
  return misses.map(miss => {
    if (miss.opens || miss.kind === 'layer') return miss
    for (const other of misses) {
      if (other.rule.layer === miss.rule.layer || other.kind !== miss.kind || other.field !== miss.field)
        continue
      const changes = [...miss.changes, ...other.changes]
      if (judge(changes).apparent === 'allow') return { ...miss, changes, opens: true }
    }
    return miss
  })
}

/** NSGs of the VM's other interfaces and subnets that would have let the flow in. */
function unattached({ scene, network, senders, judge }: Omit<Case, 'now'>): NearMiss[] {
  const here = new Set(
    [scene.nic.attachedNsg, scene.ip.subnet.nsg].flatMap(nsg => (nsg === undefined ? [] : [nsg.id])),
  )
  const elsewhere = network.nics
    .flatMap(nic => [nic.attachedNsg, ...nic.ipConfigurations.map(ip => ip.subnet.nsg)])
    .filter(nsg => nsg !== undefined)
  const once = new Map(elsewhere.filter(({ id }) => !here.has(id)).map(nsg => [nsg.id, nsg]))
  return [...once.values()].flatMap((nsg): NearMiss[] => {
    const change: Change = { what: 'attach', nsg, nic: scene.nic.id }
    const then = judge([change])
    const rule = deciderOf(then, 'nic')
    if (then.apparent !== 'allow' || rule === undefined || rule.isDefault || senders.length === 0) return []
    return [{ rule, kind: 'not-attached', changes: [change], opens: true }]
  })
}

function kindOf({ rule }: RuleAt, field: Field, { ip }: Scene): NearMiss['kind'] {
  if (field === 'source') {
    const isProbeOnly =
      rule.sources.length > 0 &&
      rule.sourceGroups.length === 0 &&
      rule.sources.every(text => /^azure_?loadbalancer$/i.test(text))
    return isProbeOnly ? 'malformed' : 'source'
  }
  if (field !== 'destination') return 'malformed'
  const isPublished = rule.destinations.some(
    text => isPublic(text.replace(/\/.*$/, '')) || isSame(text, ip.public?.address),
  )
  return isPublished ? 'malformed' : 'other-machine'
}

/** Whether the rule seems meant to let this traffic in, but for the field. */
function isMeant({ rule }: RuleAt, field: Field, { scene: { flow }, network }: Case): boolean {
  if (field === 'source') return true
  const words = `${rule.name} ${rule.description ?? ''}`.replace(/wordpress/gi, '')
  if (!rule.jit && /rdp|remote.?desktop|mstsc|3389/i.test(words)) return true
  const isNarrow = rule.destinationPorts.some(text => {
    const range = rangeOf(text)
    return range !== undefined && range.high - range.low < 10_000
  })
  if (field === 'source-port') return isNarrow || rule.sourcePorts.includes(String(flow.port))
  if (field !== 'port') return isNarrow
  const fronts = [
    ...network.natRules.filter(({ backendPort }) => backendPort === flow.port).map(nat => nat.frontendPort),
    ...network.firewalls.flatMap(({ dnat }) =>
      dnat.filter(({ toAddress }) => isSame(toAddress, flow.destination)).map(({ port }) => port),
    ),
  ]
  return rule.destinationPorts.some(text => isMistakenPort(text, flow.port, fronts))
}

/** A range that stops just short, swapped or wrong digits, RDP's usual port instead of the VM's, or a front end's instead of the back end's. */
function isMistakenPort(text: string, port: number, fronts: readonly number[]): boolean {
  const range = rangeOf(text)
  if (range === undefined || range.high - range.low >= 10_000) return false
  if (range.low === port + 1 || range.high === port - 1) return true
  if ([3389, ...fronts].some(other => range.low <= other && other <= range.high)) return true
  const [written, meant] = [[...String(range.low)], [...String(port)]]
  if (range.low !== range.high || written.length !== meant.length) return false
  const wrong = written.filter((digit, at) => digit !== meant[at]).length
  return wrong === 1 || written.toSorted().join('') === meant.toSorted().join('')
}
