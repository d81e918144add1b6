/**
 * How senders fare when nobody knows yet where the connection comes from: a verdict for each range that a rule or a JIT window names, and
 * for everybody else. Tells whether asking for the address would change anything.
 */
import type { Network } from '../readings.ts'
import { type Piece, plausibleSenders, survey, together } from './evaluate.ts'
import { type Scene, sceneOf } from './scene.ts'
import { and, minus, or, type Spans, spansOf } from './spans.ts'
import type { Flow, RuleAt, Verdict } from './verdict.ts'

type SourceRange = {
  /** As written in the rule, the window or the question. */
  sources: readonly string[]
  /** The rule that names it. */
  rule?: RuleAt
  /** On the whole range; unknown where its parts fare differently. */
  verdict: Verdict
}

export type Ranges = {
  /** Whether two senders who could come this way get different answers. */
  dependsOnSource: boolean
  /** Whoever no rule and no window names: "any internet address", or any connected network. */
  anyoneElse: Verdict
  ranges: readonly SourceRange[]
}

/**
 * The verdicts per known range for a flow of any source.
 *
 * @param extra ranges to judge besides those of the rules: sources of JIT windows, the office, the VPN
 */
export function rangesOf(
  flow: Omit<Flow, 'source'>,
  network: Network,
  extra: readonly (readonly string[])[] = [],
): Ranges | undefined {
  const scene = sceneOf(flow, network)
  if (scene === undefined) return undefined
  const plausible = plausibleSenders(scene)
  const everyone = survey(scene, plausible)
  const fromRules = namingRules(scene).map(({ at, match }) => ({
    what: { sources: at.rule.sources, rule: at },
    senders: and(match.named.sure, plausible),
  }))
  const given = extra.map(sources => ({
    what: { sources },
    senders: and(spansOf(sources, scene.bits), plausible),
  }))
  const named = [...fromRules, ...given].filter(({ senders }) => senders.length > 0)
  const others = minus(plausible, named.map(({ senders }) => senders).reduce<Spans>(or, []))
  const ranges = named.map(({ what, senders }) => ({ ...what, verdict: together(survey(scene, senders)) }))
  const answers = new Set(everyone.map(({ verdict }) => verdict.access))
  return {
    dependsOnSource: answers.size > 1,
    anyoneElse: together(others.length > 0 ? survey(scene, others) : everyone),
    ranges,
  }
}

/** The verdict on everybody in some prefixes, such as a Bastion's: unknown where they fare differently. */
export function evaluateRange(
  flow: Omit<Flow, 'source'>,
  network: Network,
  prefixes: readonly string[],
): Verdict {
  const scene = sceneOf(flow, network)
  const pieces: Piece[] = scene === undefined ? [] : survey(scene, spansOf(prefixes, scene.bits))
  return together(pieces)
}

/** Rules that pick senders out and would otherwise match the flow. */
function namingRules({ layers, tags }: Scene) {
  const isWhole = (sources: Spans) => minus(tags.publicly, sources).length === 0
  return Object.values(layers)
    .flatMap(layer => (layer.state === 'read' ? layer.rules : []))
    .filter(({ at, match }) => !at.isDefault && match.sure.length > 0 && !isWhole(match.named.sure))
}
