/**
 * A subnet with its network: NSG, prefixes, peerings, and what the service tag VirtualNetwork stands for there.
 *
 * The tag covers the network, connected peerings, the platform's own address, prefixes in the subnet's route table, and what a gateway
 * has learned. The last is known to running VMs only, by an operation of some seconds.
 */
import type { VirtualMachine } from '@azure/arm-compute'
import type { Subnet as AzureSubnet, NetworkInterface, VirtualNetwork } from '@azure/arm-network'
import type { RuleSet, Subnet } from '../../../core/index.ts'
import { armId, sameId } from '../arm-id.ts'
import { prefixOf } from '../rules.ts'
import { isConnected, type Look, networkOf, powerCode } from './look.ts'
import type { Gaps } from './reading.ts'
import { ruleSetOf } from './rule-sets.ts'

/** What all parts of one network reading work with. */
export type Surroundings = {
  look: Look
  gaps: Gaps
  vm: VirtualMachine
  nics: readonly NetworkInterface[]
}

/** Azure's own address for probes, DHCP and DNS; it is part of every virtual network. */
export const PLATFORM = '168.63.129.16/32'
const GATEWAY_SUBNET = /^gatewaysubnet$/i

export async function subnetOf(surroundings: Surroundings, id: string): Promise<Subnet> {
  const { look, gaps } = surroundings
  const vnetId = networkOf(id)
  const named = armId(vnetId).name
  const vnet = await gaps.fill(`the virtual network ${named}`, look.vnet(vnetId), undefined)
  const found = vnet?.subnets?.find(one => sameId(one.id, id)) ?? (await readAlone(surroundings, id))
  const [nsg, widened] = await Promise.all([
    nsgOf(look, gaps, found?.networkSecurityGroup?.id),
    vnet === undefined ? [] : widening(surroundings, vnet, found),
  ])
  const prefixes = vnet?.addressSpace?.addressPrefixes ?? []
  const peerings = vnet === undefined ? [] : peeringsOf(vnet)
  return {
    id,
    name: found?.name ?? armId(id).name,
    prefixes: found === undefined ? [] : prefixesOf(found),
    ...(nsg === undefined ? {} : { nsg }),
    vnet: { id: vnetId, name: vnet?.name ?? named, prefixes },
    virtualNetwork: [
      ...new Set([
        ...prefixes,
        ...peerings.filter(({ state }) => state === 'connected').flatMap(peering => peering.prefixes),
        PLATFORM,
        ...widened,
      ]),
    ],
    peerings,
  }
}

/** Where the bot may read subnets but not networks. */
function readAlone({ look, gaps }: Surroundings, id: string): Promise<AzureSubnet | undefined> {
  return gaps.fill(`the subnet ${armId(id).name}`, look.subnet(id), undefined)
}

export const prefixesOf = ({ addressPrefix, addressPrefixes }: AzureSubnet): readonly string[] =>
  addressPrefixes?.length ? addressPrefixes : addressPrefix === undefined ? [] : [addressPrefix]

const peeringsOf = (vnet: VirtualNetwork): Subnet['peerings'] =>
  (vnet.virtualNetworkPeerings ?? []).map(peering => ({
    name: peering.name ?? armId(peering.id ?? '').name,
    state: isConnected(peering.peeringState) ? 'connected' : 'other',
    prefixes:
      peering.remoteVirtualNetworkAddressSpace?.addressPrefixes ??
      peering.remoteAddressSpace?.addressPrefixes ??
      [],
  }))

async function widening(
  surroundings: Surroundings,
  vnet: VirtualNetwork,
  subnet: AzureSubnet | undefined,
): Promise<readonly string[]> {
  const [byTable, byGateway] = await Promise.all([
    tablePrefixes(surroundings, subnet?.routeTable?.id),
    hasGateway(vnet) ? gatewayPrefixes(surroundings) : [],
  ])
  return [...byTable, ...byGateway]
}

async function tablePrefixes({ look, gaps }: Surroundings, id: string | undefined): Promise<string[]> {
  if (id === undefined) return []
  const table = await gaps.fill(`the route table ${armId(id).name}`, look.routeTable(id), undefined)
  return (table?.routes ?? []).flatMap(({ addressPrefix = '' }) =>
    prefixOf(addressPrefix) === undefined ? [] : [addressPrefix],
  )
}

const hasGateway = ({ subnets = [], virtualNetworkPeerings = [] }: VirtualNetwork): boolean =>
  subnets.some(({ name }) => GATEWAY_SUBNET.test(name ?? '')) ||
  virtualNetworkPeerings.some(
    ({ useRemoteGateways, peeringState }) => useRemoteGateways === true && isConnected(peeringState),
  )

const BEHIND = 'the networks behind the gateway'

async function gatewayPrefixes({ look, gaps, vm, nics }: Surroundings): Promise<readonly string[]> {
  const nicId = nics[0]?.id
  const power = powerCode(vm)
  if (nicId === undefined || (power !== undefined && power !== 'running')) {
    gaps.note(BEHIND, { why: 'Azure tells the routes of running VMs only, and this one does not run.' })
    return []
  }
  const routes = await gaps.fill(BEHIND, look.effectiveRoutes(nicId), [])
  return routes
    .filter(({ nextHopType }) => /^virtualnetworkgateway$/i.test(nextHopType ?? ''))
    .flatMap(({ addressPrefix = [] }) => addressPrefix)
}

/** Undefined without an NSG, and, with a note in `missing`, where it could not be read. */
export async function nsgOf(look: Look, gaps: Gaps, id: string | undefined): Promise<RuleSet | undefined> {
  if (id === undefined) return undefined
  const nsg = await gaps.fill(`the NSG ${armId(id).name}`, look.nsg(id), undefined)
  return nsg === undefined ? undefined : ruleSetOf(nsg, id)
}
