/**
 * What the rules do with an inbound flow.
 *
 * Admin rules come first (a plain allow only passes on; deny and always-allow are final), then the subnet's NSG, then the NIC's; both must
 * allow. In each layer the lowest number that matches decides; there is no most specific rule. A layer without an NSG passes, but a
 * Standard public address with no NSG at all is closed and a Basic one open. Rules are read after address translation.
 * Never guesses: an unknown tag, group or unread NSG makes the answer unknown if it could turn it round, and else leaves no trace.
 * Not modelled: connections that are already open (they outlive any rule), and what the guest does.
 * Sources: see scene.ts and tags.ts; https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses (read 2026-11-20).
 */
import type { Network } from '../readings.ts'
import { type Scene, type SceneLayer, sceneOf } from './scene.ts'
import { and, minus, or, pointOf, type Spans, sizeOf, spansOf } from './spans.ts'
import type { Doubt, Flow, Layer, LayerVerdict, RuleAt, Verdict, WithoutRule } from './verdict.ts'

/** Senders who all meet the same rules. */
export type Piece = { senders: Spans; verdict: Verdict }

/**
 * The verdict on one flow. Without a source it is the verdict on everyone who could come this way; where they fare differently it is
 * unknown, and `rangesOf` (ranges.ts) tells who fares how.
 */
export function evaluate(flow: Flow, network: Network): Verdict {
  const scene = sceneOf(flow, network)
  if (scene === undefined) return unanswerable({ about: 'destination', what: flow.destination })
  if (flow.source === undefined) return together(survey(scene, plausibleSenders(scene)))
  const sender = pointOf(flow.source, scene.bits)
  if (sender === undefined) return unanswerable({ about: 'source', what: flow.source })
  return together(survey(scene, sender))
}

/** One verdict on many pieces: that of the largest, made unknown where they differ. */
export function together(pieces: readonly Piece[]): Verdict {
  const [first, ...rest] = pieces.toSorted((a, b) => {
    const [left, right] = [sizeOf(a.senders), sizeOf(b.senders)]
    return left < right ? 1 : left > right ? -1 : 0
  })
  if (first === undefined) return unanswerable({ about: 'source', what: 'nobody' })
  if (rest.every(({ verdict }) => verdict.access === first.verdict.access)) return first.verdict
  const doubt: Doubt = { about: 'source', what: 'depends on where the connection comes from' }
  return { ...first.verdict, access: 'unknown', doubts: [doubt, ...first.verdict.doubts] }
}

/** Who could come this way at all: over a public address the internet, else the connected networks and whatever private range a rule names. */
export function plausibleSenders({ flow, bits, tags, layers }: Scene): Spans {
  if (flow.overPublic) return minus(tags.publicly, tags.platform)
  const named = Object.values(layers).flatMap(layer => (layer.state === 'read' ? layer.rules : []))
  const written = named
    .filter(({ at }) => !at.isDefault)
    .map(({ at }) => spansOf(at.rule.sources.filter(isNoWildcard), bits))
    .reduce(or, tags.virtualNetwork.sure)
  return minus(minus(written, tags.publicly), tags.platform)
}

const isNoWildcard = (text: string): boolean => !text.endsWith('/0')

/** Divides senders into pieces by the rules they meet. The pieces cover all senders and do not overlap. */
export function survey(scene: Scene, senders: Spans): Piece[] {
  const { admin, subnet, nic } = scene.layers
  return walk(admin, senders).flatMap(first =>
    walk(subnet, first.senders).flatMap(second =>
      walk(nic, second.senders).map(({ senders: piece, verdict }) => ({
        senders: piece,
        verdict: conclude(scene, { admin: first.verdict, subnet: second.verdict, nic: verdict }),
      })),
    ),
  )
}

type Share = { senders: Spans; verdict: LayerVerdict }

/** First match decides; a rule that may match leaves its mark on those it may have decided for. */
function walk(layer: SceneLayer, senders: Spans): Share[] {
  if (layer.state !== 'read') return senders.length === 0 ? [] : [{ senders, verdict: layer }]
  const done: Share[] = []
  let open: { senders: Spans; doubts: readonly Doubt[] }[] =
    senders.length === 0 ? [] : [{ senders, doubts: [] }]
  for (const { at, match } of layer.rules) {
    if (match.sure.length === 0 && match.maybe.length === 0) continue
    open = open.flatMap(share => {
      const decided = and(share.senders, match.sure)
      if (decided.length > 0) done.push({ senders: decided, verdict: settled(share.doubts, at) })
      const rest = minus(share.senders, match.sure)
      const unsure = and(rest, match.maybe)
      const left = minus(rest, match.maybe)
      return [
        { senders: unsure, doubts: [...share.doubts, ...match.doubts] },
        { senders: left, doubts: share.doubts },
      ].filter(next => next.senders.length > 0)
    })
    if (open.length === 0) return done
  }
  // Only admin rules run out without deciding.
  return [...done, ...open.map(share => ({ senders: share.senders, verdict: settled(share.doubts) }))]
}

function settled(doubts: readonly Doubt[], decidedBy?: RuleAt): LayerVerdict {
  const access = decidedBy?.rule.access ?? 'allow'
  const isOpen = doubts.some(({ rule }) => rule !== undefined && rule.rule.access !== access)
  return {
    state: 'read',
    access: isOpen ? 'unknown' : access,
    ...(decidedBy === undefined ? {} : { decidedBy }),
    doubts: isOpen ? doubts : [],
  }
}

/** What a layer may do, all doubts allowed for. */
function outcomes(verdict: LayerVerdict, layer: Layer): ReadonlySet<'allow' | 'deny' | 'always-allow'> {
  switch (verdict.state) {
    case 'absent':
      return new Set(['allow'])
    case 'unread':
      return new Set(layer === 'admin' ? ['allow', 'deny', 'always-allow'] : ['allow', 'deny'])
    case 'read':
      return new Set([
        verdict.decidedBy?.rule.access ?? 'allow',
        ...verdict.doubts.flatMap(({ rule }) => rule?.rule.access ?? []),
      ])
  }
}

function conclude(scene: Scene, layers: Record<Layer, LayerVerdict>): Verdict {
  const unguarded = withoutNsg(scene, layers)
  const admin = outcomes(layers.admin, 'admin')
  const [subnet, nic] = [outcomes(layers.subnet, 'subnet'), outcomes(layers.nic, 'nic')]
  const canPass = admin.has('allow') && subnet.has('allow') && nic.has('allow') && unguarded !== 'closed'
  const canStop =
    admin.has('allow') &&
    (subnet.has('deny') || nic.has('deny') || unguarded === 'closed' || unguarded === 'unknown')
  const canAllow = canPass || admin.has('always-allow')
  const canDeny = canStop || admin.has('deny')
  const access = canAllow && canDeny ? 'unknown' : canAllow ? 'allow' : 'deny'
  const front: Doubt[] =
    unguarded === 'unknown' ? [{ about: 'front-end', what: 'sku of the public address' }] : []
  return {
    access,
    ...appearance(scene, layers, unguarded),
    layers,
    doubts: access === 'unknown' ? [...Object.values(layers).flatMap(doubtsOf), ...front] : [],
  }
}

const doubtsOf = (layer: LayerVerdict): readonly Doubt[] =>
  layer.state === 'absent' ? [] : layer.state === 'unread' ? [layer.doubt] : layer.doubts

/** The answer with doubts set aside, and who gives it. */
function appearance(
  scene: Scene,
  layers: Record<Layer, LayerVerdict>,
  unguarded: Unguarded,
): Pick<Verdict, 'apparent' | 'layer' | 'decidedBy' | 'withoutRule'> {
  const { admin, subnet, nic } = layers
  const by = (layer: Layer, apparent: 'allow' | 'deny', decidedBy: RuleAt) => ({ apparent, layer, decidedBy })
  const decider = (verdict: LayerVerdict) => (verdict.state === 'read' ? verdict.decidedBy : undefined)
  const first = decider(admin)
  if (first !== undefined && first.rule.access !== 'allow')
    return by('admin', first.rule.access === 'deny' ? 'deny' : 'allow', first)
  const [second, third] = [decider(subnet), decider(nic)]
  if (second?.rule.access === 'deny') return by('subnet', 'deny', second)
  if (third?.rule.access === 'deny') return by('nic', 'deny', third)
  if (subnet.state === 'unread' || nic.state === 'unread') return { layer: 'none' }
  if (third !== undefined) return by('nic', 'allow', third)
  if (second !== undefined) return by('subnet', 'allow', second)
  const withoutRule: WithoutRule = !scene.flow.overPublic
    ? 'no-nsg'
    : unguarded === 'open'
      ? 'basic-address-without-nsg'
      : 'standard-address-without-nsg'
  return { apparent: unguarded === 'open' ? 'allow' : 'deny', layer: 'none', withoutRule }
}

type Unguarded = 'guarded' | 'open' | 'closed' | 'unknown'

function withoutNsg({ flow, ip }: Scene, { subnet, nic }: Record<Layer, LayerVerdict>): Unguarded {
  if (subnet.state !== 'absent' || nic.state !== 'absent') return 'guarded'
  if (!flow.overPublic) return 'open'
  const sku = flow.frontEndSku ?? ip.public?.sku
  // A load balancer's sku is not always read. Basic ones are retired, so closed is what it looks like.
  return sku === undefined ? 'unknown' : sku === 'Basic' ? 'open' : 'closed'
}

const unanswerable = (doubt: Doubt): Verdict => ({
  access: 'unknown',
  layer: 'none',
  layers: { admin: { state: 'absent' }, subnet: { state: 'absent' }, nic: { state: 'absent' } },
  doubts: [doubt],
})
