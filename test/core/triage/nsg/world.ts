/** Small networks for tests of the rules: one VM, one NIC, one address, unless more is said. */
import type { Network, NetworkRule, Nic, RuleSet, Subnet } from '../../../../core/triage/readings.ts'

export const PRIVATE = '10.1.2.4'
export const CLIENT = '203.0.113.25'
export const OWN_PUBLIC = '20.50.60.70'

export const rule = (name: string, priority: number, more: Partial<NetworkRule> = {}): NetworkRule => ({
  name,
  priority,
  access: 'allow',
  direction: 'inbound',
  protocol: 'tcp',
  sources: more.sourceGroups === undefined ? ['*'] : [],
  sourceGroups: [],
  sourcePorts: ['*'],
  destinations: more.destinationGroups === undefined ? ['*'] : [],
  destinationGroups: [],
  destinationPorts: ['3389'],
  jit: /-JITRule/.test(name),
  ...more,
})

export const deny = (name: string, priority: number, more: Partial<NetworkRule> = {}): NetworkRule =>
  rule(name, priority, { access: 'deny', ...more })

export const ruleSet = (name: string, rules: readonly NetworkRule[]): RuleSet => ({
  id: `/subscriptions/s/resourcegroups/rg/providers/microsoft.network/networksecuritygroups/${name}`,
  name,
  resourceGroup: 'rg',
  rules,
  attachedTo: 1,
  tags: {},
})

export type World = {
  subnet?: readonly NetworkRule[]
  nic?: readonly NetworkRule[]
  admin?: readonly NetworkRule[]
  serviceTags?: Record<string, readonly string[]>
  virtualNetwork?: readonly string[]
  groups?: readonly string[]
  sku?: 'Basic' | 'Standard' | 'StandardV2' | 'none'
  address?: string
  missing?: Network['missing']
}

export const subnetOf = (world: World = {}): Subnet => ({
  id: '/subnets/snet-app',
  name: 'snet-app',
  prefixes: ['10.1.2.0/24'],
  ...(world.subnet === undefined ? {} : { nsg: ruleSet('nsg-subnet', world.subnet) }),
  vnet: { id: '/vnets/vnet-app', name: 'vnet-app', prefixes: ['10.1.0.0/16', 'fd00:1::/64'] },
  virtualNetwork: world.virtualNetwork ?? ['10.1.0.0/16', 'fd00:1::/64', '168.63.129.16/32'],
  peerings: [],
})

export const nicOf = (world: World = {}): Nic => ({
  id: '/nics/nic-1',
  primary: true,
  ...(world.nic === undefined ? {} : { attachedNsg: ruleSet('nsg-nic', world.nic) }),
  groups: world.groups ?? [],
  ipConfigurations: [
    {
      primary: true,
      privateAddress: world.address ?? PRIVATE,
      ...(world.sku === 'none'
        ? {}
        : { public: { address: OWN_PUBLIC, sku: world.sku ?? 'Standard', allocation: 'static' } }),
      subnet: subnetOf(world),
    },
  ],
})

export const network = (world: World = {}): Network => ({
  nics: [nicOf(world)],
  natRules: [],
  firewalls: [],
  adminRules: world.admin ?? [],
  serviceTags: world.serviceTags ?? {},
  missing: world.missing ?? [],
})
