/** Single changes to a network, tried out on paper: would this one make the flow pass? */
import type { Network, NetworkRule, Nic, RuleSet } from '../readings.ts'
import type { Field } from './match.ts'
import type { Flow, RuleAt } from './verdict.ts'

export type Change =
  /** Write the flow's own value into one field of the rule. */
  | { what: 'field'; rule: RuleAt; field: Field }
  /** Put the rule before all others of its layer. */
  | { what: 'priority'; rule: RuleAt }
  /** Repeat the rule, before all others, in another layer's NSG. */
  | { what: 'repeat'; rule: RuleAt; nsg: RuleSet }
  /** Attach an NSG to a network interface. */
  | { what: 'attach'; nsg: RuleSet; nic: string }

export const applyChanges = (network: Network, flow: Flow, changes: readonly Change[]): Network =>
  changes.reduce((before, change) => apply(before, flow, change), network)

function apply(network: Network, flow: Flow, change: Change): Network {
  switch (change.what) {
    case 'field':
      return rewrite(network, change.rule, rule => withField(rule, flow, change.field))
    case 'priority':
      return rewrite(network, change.rule, rule => ({ ...rule, priority: 0 }))
    case 'repeat':
      return mapRuleSets(network, set =>
        set.id === change.nsg.id
          ? { ...set, rules: [{ ...change.rule.rule, priority: 0 }, ...set.rules] }
          : set,
      )
    case 'attach':
      return {
        ...network,
        nics: network.nics.map(nic => (nic.id === change.nic ? { ...nic, attachedNsg: change.nsg } : nic)),
      }
  }
}

function withField(rule: NetworkRule, flow: Flow, field: Field): NetworkRule {
  switch (field) {
    case 'direction':
      return { ...rule, direction: 'inbound' }
    case 'protocol':
      return { ...rule, protocol: flow.protocol }
    case 'port':
      return { ...rule, destinationPorts: [String(flow.port)] }
    case 'source-port':
      return { ...rule, sourcePorts: ['*'] }
    case 'destination':
    case 'group':
      return { ...rule, destinations: [flow.destination], destinationGroups: [] }
    case 'source':
      return { ...rule, sources: [flow.source ?? '*'], sourceGroups: [] }
  }
}

/** An NSG that guards two places changes in both, though each place brings its own copy. */
function rewrite(network: Network, at: RuleAt, change: (rule: NetworkRule) => NetworkRule): Network {
  const { name, priority, direction } = at.rule
  const rules = (list: readonly NetworkRule[]) =>
    list.map(rule =>
      rule.name === name && rule.priority === priority && rule.direction === direction ? change(rule) : rule,
    )
  if (at.nsg === undefined) return { ...network, adminRules: rules(network.adminRules) }
  const id = at.nsg.id
  return mapRuleSets(network, set => (set.id === id ? { ...set, rules: rules(set.rules) } : set))
}

function mapRuleSets(network: Network, change: (set: RuleSet) => RuleSet): Network {
  const subnetOf = (ip: Nic['ipConfigurations'][number]) =>
    ip.subnet.nsg === undefined ? ip : { ...ip, subnet: { ...ip.subnet, nsg: change(ip.subnet.nsg) } }
  return {
    ...network,
    nics: network.nics.map(nic => ({
      ...nic,
      ...(nic.attachedNsg === undefined ? {} : { attachedNsg: change(nic.attachedNsg) }),
      ipConfigurations: nic.ipConfigurations.map(subnetOf),
    })),
  }
}
