/**
 * Reads inbound NSG rules, and tells the ones that Defender for Cloud makes for JIT requests from all others.
 *
 * Facts: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview and Microsoft's self-help guide to
 * just-in-time VM access (read 2026-11-20). Defender's allow rules are named `SecurityCenter-JITRule-<number>-<hex>`, newer ones
 * `MicrosoftDefenderForCloud-JITRule-…`; its deny rule has an underscore, `…JITRule_-…`. Both carry the VM's private address as their
 * destination, also when people connect to the public one.
 */
import type { NetworkSecurityGroup, SecurityRule } from '@azure/arm-network'
import ipaddr from 'ipaddr.js'
import { armId } from './arm-id.ts'

export type Rule = {
  id: string
  name: string
  priority: number
  access: 'allow' | 'deny'
  /** Lower case; `*` is any. */
  protocol: string
  sources: readonly string[]
  sourcePorts: readonly string[]
  destinations: readonly string[]
  /** Ids of application security groups it is aimed at. */
  destinationGroups: readonly string[]
  ports: readonly string[]
}

export type Nsg = {
  id: string
  name: string
  /** Inbound rules that people or Defender made, lowest number first. The default rules let nobody in from the internet. */
  rules: readonly Rule[]
}

export function nsgOf(found: NetworkSecurityGroup): Nsg {
  const id = found.id ?? ''
  return {
    id,
    name: found.name ?? armId(id).name,
    rules: (found.securityRules ?? [])
      .filter(({ direction }) => /^inbound$/i.test(direction ?? ''))
      .map(rule => ruleOf(rule, id))
      .toSorted((left, right) => left.priority - right.priority),
  }
}

function ruleOf(rule: SecurityRule, nsgId: string): Rule {
  const name = rule.name ?? ''
  return {
    id: rule.id ?? `${nsgId}/securityRules/${name}`,
    name,
    priority: rule.priority ?? 0,
    access: /^allow$/i.test(rule.access ?? '') ? 'allow' : 'deny',
    protocol: (rule.protocol ?? '*').toLowerCase(),
    sources: listed(rule.sourceAddressPrefix, rule.sourceAddressPrefixes),
    sourcePorts: listed(rule.sourcePortRange, rule.sourcePortRanges),
    destinations: listed(rule.destinationAddressPrefix, rule.destinationAddressPrefixes),
    destinationGroups: (rule.destinationApplicationSecurityGroups ?? []).flatMap(group => group.id ?? []),
    ports: listed(rule.destinationPortRange, rule.destinationPortRanges),
  }
}

/** Azure fills the single field, the list, or neither (then application security groups are meant). */
const listed = (one: string | undefined, many: readonly string[] | undefined): readonly string[] => [
  ...(one ? [one] : []),
  ...(many ?? []),
]

const JIT_ALLOW = /^(?:SecurityCenter|MicrosoftDefenderForCloud)-JITRule-/i

/** Whether a rule of this name was made for a JIT request. Azure lets people choose such a name too; they would have to want it. */
export const isJitWindow = ({ name, access }: Pick<Rule, 'name' | 'access'>): boolean =>
  access === 'allow' && JIT_ALLOW.test(name)

export const coversPort = ({ ports }: Rule, port: number): boolean =>
  ports.some(range => {
    if (range === '*') return true
    const [low = Number.NaN, high = low] = range.split('-').map(Number)
    return low <= port && port <= high
  })

export const coversTcp = ({ protocol }: Rule): boolean => protocol === '*' || protocol === 'tcp'

/** Whether the rule is aimed at this private address. Rules see it, not the public one: Azure translates before it reads them. */
export function coversAddress(rule: Rule, address: string, groups: readonly string[]): boolean {
  const member = rule.destinationGroups.some(id => groups.some(own => own.toLowerCase() === id.toLowerCase()))
  return member || rule.destinations.some(destination => holds(destination, address))
}

function holds(destination: string, address: string): boolean {
  // A private address lies in its own virtual network by definition. No other tag names private addresses.
  if (/^(?:\*|any|virtualnetwork)$/i.test(destination)) return true
  const prefix = prefixOf(destination)
  if (prefix === undefined || !ipaddr.isValid(address)) return false
  const own = ipaddr.parse(address)
  return own.kind() === prefix[0].kind() && own.match(prefix)
}

/** An address or prefix. Undefined for a service tag and for anything else. */
export function prefixOf(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  if (!ipaddr.isValid(text)) return undefined
  const address = ipaddr.parse(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}
