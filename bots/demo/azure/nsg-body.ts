/**
 * How Azure draws NSGs and their rules.
 * Shapes: Azure/azure-rest-api-specs, Microsoft.Network 2024-03-01 (read 2026-11-20).
 */
import { DEFAULT_RULES } from './flow.ts'
import { same } from './ids.ts'
import type { AzureState, SimNsg, SimRule } from './model.ts'
import { vnetsOf } from './topology.ts'
import { nicIdOf } from './vms.ts'

/** Spread it where an NSG is referred to. */
export function nsgReference(state: AzureState, subscription: string, name: string | null): object {
  const nsg = state.nsgs.find(one => one.subscription === subscription && one.name === name)
  return nsg === undefined ? {} : { networkSecurityGroup: { id: nsg.id } }
}

export function nsgBody(state: AzureState, nsg: SimNsg): Record<string, unknown> {
  const written = (kind: string, rules: readonly SimRule[]) =>
    rules.filter(({ inForce }) => inForce).map(rule => ruleBody(nsg, kind, rule))
  const isHere = (subscription: string, name: string | null) =>
    name === nsg.name && same(subscription, nsg.subscription)
  const nics = state.vms.filter(({ subscription, nic }) => isHere(subscription, nic.nsg)).map(nicIdOf)
  const subnets = vnetsOf(state)
    .flatMap(vnet => vnet.subnets)
    .filter(({ subscription, nsg: name }) => isHere(subscription, name))
  return {
    name: nsg.name,
    id: nsg.id,
    type: 'Microsoft.Network/networkSecurityGroups',
    location: nsg.location,
    properties: {
      provisioningState: 'Succeeded',
      securityRules: written('securityRules', nsg.rules),
      defaultSecurityRules: written('defaultSecurityRules', DEFAULT_RULES),
      ...(nics.length === 0 ? {} : { networkInterfaces: nics.map(id => ({ id })) }),
      ...(subnets.length === 0 ? {} : { subnets: subnets.map(({ id }) => ({ id })) }),
    },
  }
}

const PROTOCOLS = { tcp: 'Tcp', udp: 'Udp', icmp: 'Icmp', '*': '*' } as const

function ruleBody(nsg: SimNsg, kind: string, rule: SimRule): unknown {
  const group = (name: string) => ({
    id: nsg.id.replace(/\/networkSecurityGroups\/.*$/, `/applicationSecurityGroups/${name}`),
  })
  /** Azure writes one value into the single field and several into the list, and groups into a third. */
  const side = (which: 'source' | 'destination', values: readonly string[]) => {
    const groups = values.filter(value => value.startsWith('asg:')).map(value => group(value.slice(4)))
    if (groups.length > 0) return { [`${which}ApplicationSecurityGroups`]: groups }
    return values.length === 1
      ? { [`${which}AddressPrefix`]: values[0], [`${which}AddressPrefixes`]: [] }
      : { [`${which}AddressPrefixes`]: values }
  }
  const ports = (which: 'source' | 'destination', values: readonly string[]) =>
    values.length === 1
      ? { [`${which}PortRange`]: values[0], [`${which}PortRanges`]: [] }
      : { [`${which}PortRanges`]: values }
  return {
    name: rule.name,
    id: `${nsg.id}/${kind}/${rule.name}`,
    type: `Microsoft.Network/networkSecurityGroups/${kind}`,
    properties: {
      provisioningState: 'Succeeded',
      ...(rule.description === undefined ? {} : { description: rule.description }),
      protocol: PROTOCOLS[rule.proto],
      ...side('source', rule.src),
      ...ports('source', rule.sport),
      ...side('destination', rule.dst),
      ...ports('destination', rule.dport),
      access: rule.access === 'allow' ? 'Allow' : 'Deny',
      priority: rule.prio,
      direction: 'Inbound',
    },
  }
}
