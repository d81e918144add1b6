/**
 * NSGs and admin rules in the words that triage judges by.
 *
 * Takes rules as Azure writes them, in whichever of the two forms (one prefix or a list), and leaves out none that could match.
 * Source: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview (read 2026-11-20).
 */
import type { EffectiveBaseSecurityAdminRuleUnion, NetworkSecurityGroup } from '@azure/arm-network'
import type { NetworkRule, RuleSet } from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import { tagsOf } from '../machines.ts'

/** A rule as any of Azure's descriptions has it. */
export type WrittenRule = {
  name?: string | undefined
  priority?: number | undefined
  access?: string | undefined
  direction?: string | undefined
  protocol?: string | undefined
  description?: string | undefined
  sourceAddressPrefix?: string | undefined
  sourceAddressPrefixes?: readonly string[] | undefined
  sourceApplicationSecurityGroups?: readonly { id?: string | undefined }[] | undefined
  sourcePortRange?: string | undefined
  sourcePortRanges?: readonly string[] | undefined
  destinationAddressPrefix?: string | undefined
  destinationAddressPrefixes?: readonly string[] | undefined
  destinationApplicationSecurityGroups?: readonly { id?: string | undefined }[] | undefined
  destinationPortRange?: string | undefined
  destinationPortRanges?: readonly string[] | undefined
}

export function ruleSetOf(nsg: NetworkSecurityGroup, id: string): RuleSet {
  const { resourceGroup, name } = armId(nsg.id ?? id)
  return {
    id: nsg.id ?? id,
    name: nsg.name ?? name,
    resourceGroup,
    rules: (nsg.securityRules ?? [])
      .flatMap(rule => ruleOf(rule) ?? [])
      .toSorted((left, right) => left.priority - right.priority),
    attachedTo: (nsg.networkInterfaces?.length ?? 0) + (nsg.subnets?.length ?? 0),
    tags: tagsOf(nsg.tags),
  }
}

/** Undefined for a rule of a protocol that no IP traffic of ours has: it matches nothing that triage asks about. */
export function ruleOf(rule: WrittenRule): NetworkRule | undefined {
  const protocol = protocolOf(rule.protocol)
  if (protocol === undefined) return undefined
  const name = rule.name ?? ''
  return {
    name,
    // Without a number a rule would come last, as the largest that people can give.
    priority: rule.priority ?? 4096,
    access: accessOf(rule.access),
    direction: /^outbound$/i.test(rule.direction ?? '') ? 'outbound' : 'inbound',
    protocol,
    sources: prefixes(rule.sourceAddressPrefix, rule.sourceAddressPrefixes),
    sourceGroups: groups(rule.sourceApplicationSecurityGroups),
    sourcePorts: ports(rule.sourcePortRange, rule.sourcePortRanges),
    destinations: prefixes(rule.destinationAddressPrefix, rule.destinationAddressPrefixes),
    destinationGroups: groups(rule.destinationApplicationSecurityGroups),
    destinationPorts: ports(rule.destinationPortRange, rule.destinationPortRanges),
    jit: JIT.test(name),
    ...(rule.description ? { description: rule.description } : {}),
  }
}

/** Defender's allow rules have a hyphen after this, its deny rules an underscore. */
const JIT = /^(?:SecurityCenter|MicrosoftDefenderForCloud)-JITRule[-_]/i

/** A rule of Virtual Network Manager. */
export function adminRuleOf(rule: EffectiveBaseSecurityAdminRuleUnion): NetworkRule | undefined {
  if (!('access' in rule)) return undefined
  const { description, priority, access, direction, protocol } = rule
  const { sources = [], destinations = [], sourcePortRanges = [], destinationPortRanges = [] } = rule
  const of = (items: readonly { addressPrefix?: string }[]) =>
    items.flatMap(({ addressPrefix }) => (addressPrefix === undefined ? [] : [addressPrefix]))
  return ruleOf({
    name: (rule.id ?? '').split('/').at(-1) ?? '',
    priority,
    access,
    direction,
    protocol,
    description,
    // Azure writes no prefix at all where it means every one.
    sourceAddressPrefixes: sources.length === 0 ? ['*'] : of(sources),
    destinationAddressPrefixes: destinations.length === 0 ? ['*'] : of(destinations),
    sourcePortRanges: sourcePortRanges.length === 0 ? ['*'] : sourcePortRanges,
    destinationPortRanges: destinationPortRanges.length === 0 ? ['*'] : destinationPortRanges,
  })
}

function accessOf(access: string | undefined): NetworkRule['access'] {
  const word = (access ?? '').toLowerCase()
  return word === 'allow' ? 'allow' : word === 'alwaysallow' ? 'always-allow' : 'deny'
}

function protocolOf(protocol: string | undefined): NetworkRule['protocol'] | undefined {
  const word = (protocol ?? '*').toLowerCase()
  if (word === '*' || word === 'any' || word === 'all') return '*'
  return (['tcp', 'udp', 'icmp', 'esp', 'ah'] as const).find(known => known === word)
}

/** `Any` is a star in other words; IPv4 and IPv6 everything are left as they are, because they are not the same. */
const prefixes = (one: string | undefined, many: readonly string[] | undefined): string[] =>
  listed(one, many).map(prefix => (/^any$/i.test(prefix) ? '*' : prefix))

const ports = (one: string | undefined, many: readonly string[] | undefined): string[] =>
  listed(one, many).map(range => (/^(?:any|[01]-65535)$/i.test(range) ? '*' : range.replaceAll(' ', '')))

const listed = (one: string | undefined, many: readonly string[] | undefined): string[] => [
  ...(one ? [one] : []),
  ...(many ?? []),
]

const groups = (found: readonly { id?: string | undefined }[] | undefined): string[] =>
  (found ?? []).flatMap(({ id }) => (id === undefined ? [] : [id.toLowerCase()]))
