/**
 * The rules every NSG ends with. Azure does not let them be changed.
 * Source: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview (read 2026-11-20).
 */
import type { NetworkRule } from '../readings.ts'

const rule = (
  name: string,
  priority: number,
  access: 'allow' | 'deny',
  direction: NetworkRule['direction'],
  [source, destination]: readonly [string, string],
): NetworkRule => ({
  name,
  priority,
  access,
  direction,
  protocol: '*',
  sources: [source],
  sourceGroups: [],
  sourcePorts: ['*'],
  destinations: [destination],
  destinationGroups: [],
  destinationPorts: ['*'],
  jit: false,
})

export const defaultInbound: readonly NetworkRule[] = [
  rule('AllowVnetInBound', 65_000, 'allow', 'inbound', ['VirtualNetwork', 'VirtualNetwork']),
  rule('AllowAzureLoadBalancerInBound', 65_001, 'allow', 'inbound', ['AzureLoadBalancer', '*']),
  rule('DenyAllInBound', 65_500, 'deny', 'inbound', ['*', '*']),
]

export const defaultOutbound: readonly NetworkRule[] = [
  rule('AllowVnetOutBound', 65_000, 'allow', 'outbound', ['VirtualNetwork', 'VirtualNetwork']),
  rule('AllowInternetOutBound', 65_001, 'allow', 'outbound', ['*', 'Internet']),
  rule('DenyAllOutBound', 65_500, 'deny', 'outbound', ['*', '*']),
]
