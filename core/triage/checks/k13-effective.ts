/** K13: the rules in force, tags expanded. Looked at only where the rules as written could not be judged. */
import { evaluate } from '../nsg/evaluate.ts'
import { findingWords } from '../nsg/words.ts'
import type { Network, RuleSet } from '../readings.ts'
import { clear, notTested, type Outcome, outcome } from './finding.ts'
import { CLOSED_BY_RULES, detailsOf } from './k08-rules.ts'
import { viewOf } from './rules.ts'
import { type Scene, unread, value } from './scene.ts'

export function checkEffective(scene: Scene): Outcome {
  const rules = value(scene, 'effectiveRules')
  if (rules === undefined) return unread(scene, 'K13', 'effectiveRules')
  const view = viewOf(scene)
  if (view?.flow === undefined) return unread(scene, 'K13', 'network')
  const of = (layer: string) => rules.filter(rule => rule.layer === layer)
  const set = (layer: 'subnet' | 'nic', old: RuleSet | undefined): RuleSet | undefined =>
    of(layer).length === 0 && old === undefined
      ? undefined
      : {
          ...(old ?? {
            id: layer,
            name: `the ${layer} security group`,
            resourceGroup: '',
            attachedTo: 1,
            tags: {},
          }),
          rules: of(layer).filter(({ priority }) => priority < 65_000),
        }
  const network: Network = {
    ...view.network,
    missing: [],
    adminRules: of('admin'),
    nics: view.network.nics.map(nic => {
      const own = set('nic', nic.attachedNsg)
      return {
        ...nic,
        ...(own === undefined ? {} : { attachedNsg: own }),
        ipConfigurations: nic.ipConfigurations.map(ip => {
          const nsg = set('subnet', ip.subnet.nsg)
          return { ...ip, subnet: { ...ip.subnet, ...(nsg === undefined ? {} : { nsg }) } }
        }),
      }
    }),
  }
  const verdict = evaluate(view.flow, network)
  if (verdict.access === 'allow')
    return clear('K13', `The rules in force let it in: ${findingWords(verdict)}.`, CLOSED_BY_RULES)
  if (verdict.access === 'unknown')
    return notTested('K13', `the rules in force do not tell: ${findingWords(verdict)}.`)
  const decided = verdict.decidedBy
  return outcome(
    'K13',
    [
      {
        cause:
          decided?.layer === 'admin'
            ? 'net.admin_rule'
            : decided === undefined || decided.isDefault
              ? 'net.nsg_no_allow'
              : 'net.nsg_deny',
        sure: 0.9,
        proof: [`By the rules in force: ${findingWords(verdict)}.`],
        details: detailsOf(scene, decided, view),
      },
    ],
    '',
  )
}
