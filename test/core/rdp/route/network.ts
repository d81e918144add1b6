/** Surroundings of one VM, built from what differs: addresses, NAT rules, a Bastion host. */
import { parseVmId, type VmId } from '../../../../core/ids.ts'
import { type AllowedRoutes, type Routed, type RouteFacts, route } from '../../../../core/rdp/route/route.ts'
import { waysIn } from '../../../../core/triage/reach/ways.ts'
import type { Bastion, IpConfiguration, Network, Nic } from '../../../../core/triage/readings.ts'
import { network, subnetOf } from '../../triage/nsg/world.ts'

const idOf = (name: string): VmId => {
  const id = parseVmId(
    `/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/${name}`,
  )
  if (id === undefined) throw new Error(name)
  return id
}
export const VM = idOf('vm-1')
export const NEIGHBOUR = idOf('vm-2')
export const NAME = 'vm-1.westeurope.cloudapp.azure.com'

export const config = (privateAddress: string, more: Partial<IpConfiguration> = {}): IpConfiguration => ({
  primary: true,
  privateAddress,
  subnet: subnetOf(),
  ...more,
})

export const publicly = (address?: string, name?: string): NonNullable<IpConfiguration['public']> => ({
  sku: 'Standard',
  allocation: 'static',
  ...(address === undefined ? {} : { address }),
  ...(name === undefined ? {} : { name }),
})

export const nic = (primary: boolean, ...ipConfigurations: readonly IpConfiguration[]): Nic => ({
  id: `/nics/${primary ? 'first' : 'second'}`,
  primary,
  groups: [],
  ipConfigurations,
})

export const around = (nics: readonly Nic[], more: Partial<Network> = {}): Network => ({
  ...network({ sku: 'none' }),
  nics,
  ...more,
})

export const bastion: Bastion = {
  id: '/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-hub/providers/Microsoft.Network/bastionHosts/bas-hub',
  name: 'bas-hub',
  sku: 'Standard',
  state: 'succeeded',
  features: { nativeClient: true, ipConnect: false, shareableLink: false },
  prefix: '10.1.250.0/26',
  place: 'same-vnet',
  peered: false,
}

const ALL: AllowedRoutes = {
  kinds: ['public-address', 'nat-rule', 'private-address', 'bastion'],
  vpn: '10.8.0.0/16',
}

export function routed(
  surroundings: Network,
  facts: Partial<RouteFacts> = {},
  allowed: Partial<AllowedRoutes> = {},
): Routed {
  const port = facts.port ?? 3389
  const { ways } = waysIn(surroundings, undefined, { vm: VM, port })
  return route({ ways, port, ...facts }, { ...ALL, ...allowed })
}
