/** K08: do the rules let this flow in? Names the deciding rule, its layer, and the allow that nearly matched. */
import type { CauseId } from '../catalogue/causes/index.ts'
import type { RuleAt } from '../nsg/verdict.ts'
import { findingWords } from '../nsg/words.ts'
import { ruleRefused, ruleRemoved, rulesRewritten } from './activity.ts'
import { clear, type Details, type Finding, notTested, type Outcome, outcome } from './finding.ts'
import { type View, viewOf } from './rules.ts'
import { type Scene, unread } from './scene.ts'
import { ago, listed } from './words.ts'

/** What an open way proves absent. */
export const CLOSED_BY_RULES: readonly CauseId[] = [
  'net.nsg_no_allow',
  'net.nsg_deny',
  'net.nsg_source',
  'net.nsg_layer',
  'net.nsg_malformed',
  'net.std_ip_no_nsg',
  'net.nsg_not_on_this_nic',
  'net.admin_rule',
  'net.jit_closed',
  'net.jit_expired',
  'net.jit_other_ip',
  'net.jit_outranked',
  'net.jit_rule_removed',
]

export function checkRules(scene: Scene): Outcome {
  const view = viewOf(scene)
  if (view === undefined) return unread(scene, 'K08', 'network')
  const { verdict, way } = view
  if (scene.approach?.startsWith('bastion') === true)
    return clear('K08', 'Judged for the Bastion host instead.')
  if (verdict === undefined || way === undefined)
    return notTested('K08', 'no address of the VM could be read.')
  // Rules of a way that is not the person's say nothing.
  if (
    way.kind === 'private-address' &&
    scene.approach !== 'private' &&
    !scene.hints.has('path-works') &&
    verdict.apparent !== 'deny'
  )
    return clear('K08', `From inside the network the port is open: ${findingWords(verdict)}.`)
  if (verdict.access === 'allow')
    return clear('K08', `The rules let ${whose(scene)} in: ${findingWords(verdict)}.`, CLOSED_BY_RULES)
  if (view.hangsOnSource) return hanging(scene, view)
  if (verdict.apparent !== 'deny') {
    const lacks = verdict.doubts.find(doubt => doubt.lacks !== undefined)?.lacks
    return notTested('K08', `the rules cannot be judged for certain: ${findingWords(verdict)}.`, lacks)
  }
  const finding = denied(scene, view)
  const doubtful = verdict.access === 'unknown'
  return outcome(
    'K08',
    finding === undefined ? [] : [doubtful ? { ...finding, sure: Math.min(finding.sure, 0.7) } : finding],
    'Closed by just-in-time access; see there.',
  )
}

const whose = (scene: Scene): string => scene.source ?? 'this connection'

/** Nobody knows yet where the client comes from, and it matters. */
function hanging(scene: Scene, { ranges, window }: View): Outcome {
  if (
    window.state !== 'no-policy' &&
    window.state !== 'not-covered' &&
    window.state !== 'closed' &&
    window.state !== 'expired'
  )
    return clear('K08', 'It depends on where you connect from; see just-in-time access.')
  const open = (ranges?.ranges ?? [])
    .filter(({ verdict }) => verdict.access === 'allow')
    .flatMap(({ sources }) => sources)
  const elsewhere =
    scene.said.places.fails.some(place => place !== 'office') && scene.said.places.works.includes('office')
  return outcome(
    'K08',
    [
      {
        cause: 'net.nsg_source',
        sure: elsewhere || (scene.hints.has('office-works') && scene.hints.has('away')) ? 0.72 : 0.5,
        proof: [
          `The port is open for ${listed(open)} only${elsewhere ? ', and it works in the office' : ''}.`,
        ],
        details: detailsOf(scene, ranges?.anyoneElse.decidedBy),
      },
    ],
    '',
  )
}

/** Undefined when just-in-time access explains it (K07). */
function denied(scene: Scene, view: View): Finding | undefined {
  const { verdict, misses, window, network } = view
  if (verdict === undefined) return undefined
  const decided = verdict.decidedBy
  const details = detailsOf(scene, decided, view)
  const words = `${findingWords(verdict, misses)}.`
  const proof = [words.charAt(0).toUpperCase() + words.slice(1)]
  if (decided?.layer === 'admin') return { cause: 'net.admin_rule', sure: 0.97, proof, details }
  const refused = ruleRefused(scene)
  if (refused !== undefined && (decided === undefined || decided.isDefault))
    return {
      cause: 'net.policy_blocks_rule',
      sure: 0.92,
      proof: [
        `An Azure Policy refused a rule ${ago(refused.at, scene.now)}${refused.code === undefined ? '' : ` (${refused.code})`}.`,
        ...proof,
      ],
      details,
    }
  const foreign = rulesRewritten(scene)
  const attached = network.nics.flatMap(nic => [
    nic.attachedNsg?.id,
    ...nic.ipConfigurations.map(ip => ip.subnet.nsg?.id),
  ])
  const missed =
    misses.find(({ kind }) => kind === 'not-attached') !== undefined ||
    (foreign !== undefined &&
      /networksecuritygroups\//.test(foreign.resource) &&
      /write/.test(foreign.operation) &&
      !attached.some(id => id !== undefined && foreign.resource.toLowerCase().startsWith(id.toLowerCase())))
  const [miss] = misses
  if (
    missed &&
    (decided === undefined || decided.isDefault) &&
    (miss === undefined || miss.kind === 'not-attached')
  )
    return {
      cause: 'net.nsg_not_on_this_nic',
      sure: 0.9,
      proof: [
        'The rule that would let you in stands in a security group that does not guard this VM.',
        ...proof,
      ],
      details,
    }
  if (verdict.withoutRule !== undefined)
    return {
      cause: 'net.std_ip_no_nsg',
      sure: 0.97,
      proof: [
        'No security group guards this VM, and a Standard public address stays closed until one allows the port.',
      ],
      details,
    }
  if (isJitMatter(window.state, decided)) return undefined
  if (miss !== undefined) {
    const more = { proof, details: { ...details, ...allowDetails(miss.rule) } }
    switch (miss.kind) {
      case 'outranked':
        return { cause: 'net.nsg_deny', sure: 0.96, proof, details }
      case 'layer':
        return { cause: 'net.nsg_layer', sure: 0.95, proof, details }
      case 'malformed':
        return { cause: 'net.nsg_malformed', sure: 0.94, ...more }
      case 'source':
        return { cause: 'net.nsg_source', sure: scene.source === undefined ? 0.6 : 0.95, ...more }
      case 'not-attached':
      case 'other-machine':
        break
    }
  }
  if (decided !== undefined && !decided.isDefault)
    return { cause: 'net.nsg_deny', sure: 0.94, proof, details }
  const removed = ruleRemoved(scene)
  return {
    cause: 'net.nsg_no_allow',
    sure: 0.96,
    proof:
      removed === undefined
        ? proof
        : [
            ...proof,
            `A rule was removed ${ago(removed.at, scene.now)}${removed.by === undefined ? '' : ` by ${removed.by}`}.`,
          ],
    details,
  }
}

/** Whether a window would have let the flow in, so that the lack of one is the cause. */
export function isJitMatter(state: View['window']['state'], decided: RuleAt | undefined): boolean {
  switch (state) {
    case 'no-policy':
    case 'not-covered':
      return false
    case 'closed':
    case 'expired':
    case 'source-unknown':
    case 'other-source':
      // A window's allow stands near the top of its NSG; a plain deny further down does not outlive it.
      return decided === undefined || decided.isDefault || decided.rule.jit || decided.rule.priority > 200
    case 'other-port':
    case 'open':
    case 'rule-missing':
    case 'outranked':
    case 'behind-firewall':
      return true
  }
}

export function detailsOf(scene: Scene, decided: RuleAt | undefined, view?: View): Details {
  const nsg =
    decided?.nsg ??
    view?.network.nics[0]?.attachedNsg ??
    view?.network.nics[0]?.ipConfigurations[0]?.subnet.nsg
  return {
    port: view?.flow?.port ?? scene.listens,
    ...(view?.flow === undefined ? {} : { address: view.flow.destination }),
    ...(scene.source === undefined ? {} : { source: scene.source }),
    ...(decided === undefined || decided.isDefault
      ? {}
      : { rule: decided.rule.name, priority: decided.rule.priority }),
    ...(decided === undefined ? {} : { layer: decided.layer }),
    ...(nsg === undefined
      ? {}
      : {
          nsg: { id: nsg.id, name: nsg.name, resourceGroup: nsg.resourceGroup, attachedTo: nsg.attachedTo },
          freePriority: freePriority(
            nsg.rules.filter(({ direction }) => direction === 'inbound').map(({ priority }) => priority),
            decided?.isDefault === false ? decided.rule.priority : 4096,
          ),
        }),
  }
}

/** The rule to correct, instead of the one that decided. */
const allowDetails = (at: RuleAt): Details => ({
  rule: at.rule.name,
  priority: at.rule.priority,
  ...(at.nsg === undefined
    ? {}
    : {
        nsg: {
          id: at.nsg.id,
          name: at.nsg.name,
          resourceGroup: at.nsg.resourceGroup,
          attachedTo: at.nsg.attachedTo,
        },
      }),
})

/** A number that is free and read before the deny: user rules lie between 100 and 4096. */
function freePriority(taken: readonly number[], before: number): number {
  const used = new Set(taken)
  const start = Math.max(100, Math.min(before, 4096) - 10)
  for (let number = start; number >= 100; number -= 1) if (!used.has(number)) return number
  for (let number = start; number <= 4096; number += 1) if (!used.has(number)) return number
  return 100
}
