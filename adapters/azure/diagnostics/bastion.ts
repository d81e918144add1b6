/**
 * The Bastion host that reaches a VM (K11): one in the VM's own network, else one in a network that is peered with it.
 *
 * Sources: https://learn.microsoft.com/azure/bastion/configuration-settings and https://learn.microsoft.com/azure/bastion/vnet-peering
 * (read 2026-11-21).
 */
import type { BastionHost } from '@azure/arm-network'
import type { Bastion, Route, VmId } from '../../../core/index.ts'
import { armId, sameId } from '../arm-id.ts'
import { nextHopOf } from './effective.ts'
import { type Look, type Neighbour, neighboursOf, networkOf, networksOf, subscriptionsOf } from './look.ts'
import { ruleSetOf } from './rule-sets.ts'
import { prefixesOf } from './subnets.ts'

export async function bastion(look: Look, id: VmId): Promise<Bastion | undefined> {
  const found = await hostFor(look, id)
  if (found === undefined) return undefined
  const { host, neighbour } = found
  const sku = skuOf(host.sku?.name)
  const place = await placeOf(look, host)
  return {
    id: host.id ?? '',
    name: host.name ?? armId(host.id ?? '').name,
    sku,
    state: stateOf(host.provisioningState),
    features: {
      nativeClient: host.enableTunneling === true,
      ipConnect: host.enableIpConnect === true,
      shareableLink: host.enableShareableLink === true,
    },
    ...place,
    place: neighbour.own ? 'same-vnet' : 'peered-vnet',
    peered: !neighbour.own && neighbour.connected,
  }
}

/** The nearest host: own network first, then connected peerings, then those that are not connected any more. */
export async function hostFor(
  look: Look,
  id: VmId,
): Promise<{ host: BastionHost; neighbour: Neighbour } | undefined> {
  const networks = await networksOf(look, id)
  const vnets = await Promise.all(networks.map(async one => ({ ...(await look.vnet(one)), id: one })))
  const neighbours = neighboursOf(vnets).toSorted((left, right) => rank(left) - rank(right))
  const lists = await Promise.all(
    subscriptionsOf(id, neighbours).map((subscription, index) =>
      // Another subscription may be nobody's business of ours; our own has to answer.
      look.shared.bastions(subscription).catch(error => {
        if (index === 0) throw error
        return []
      }),
    ),
  )
  const hosts = lists.flat()
  for (const neighbour of neighbours) {
    const host = hosts.find(one => sameId(homeOf(one), neighbour.id))
    if (host !== undefined) return { host, neighbour }
  }
  return undefined
}

const rank = ({ own, connected }: Neighbour): number => (own ? 0 : connected ? 1 : 2)

/** The network a host lies in. The Developer tier has no subnet of its own and names its network instead. */
const homeOf = (host: BastionHost): string | undefined => {
  const subnet = subnetIdOf(host)
  return subnet === undefined ? host.virtualNetwork?.id : networkOf(subnet)
}

const subnetIdOf = ({ ipConfigurations = [] }: BastionHost): string | undefined =>
  ipConfigurations.flatMap(({ subnet }) => subnet?.id ?? [])[0]

/**
 * Prefix, NSG and routes of the host's subnet. A network that cannot be read leaves the prefix out, which says so.
 * @throws {Fault} when there is an NSG that cannot be read: without it, the host would look unguarded
 */
async function placeOf(look: Look, host: BastionHost): Promise<Pick<Bastion, 'prefix' | 'nsg' | 'routes'>> {
  const subnetId = subnetIdOf(host)
  if (subnetId === undefined) return {}
  const vnet = await look.vnet(networkOf(subnetId)).catch(() => undefined)
  const subnet = vnet?.subnets?.find(({ id }) => sameId(id, subnetId))
  if (subnet === undefined) return {}
  const nsgId = subnet.networkSecurityGroup?.id
  const tableId = subnet.routeTable?.id
  const [nsg, table] = await Promise.all([
    nsgId === undefined ? undefined : look.nsg(nsgId),
    tableId === undefined ? undefined : look.routeTable(tableId),
  ])
  const prefix = prefixesOf(subnet)[0]
  return {
    ...(prefix === undefined ? {} : { prefix }),
    ...(nsg === undefined || nsgId === undefined ? {} : { nsg: ruleSetOf(nsg, nsgId) }),
    ...(table === undefined ? {} : { routes: (table.routes ?? []).map(routeOf) }),
  }
}

const routeOf = (route: {
  addressPrefix?: string
  nextHopType?: string
  nextHopIpAddress?: string
}): Route => ({
  prefix: route.addressPrefix ?? '',
  nextHop: nextHopOf(route.nextHopType),
  ...(route.nextHopIpAddress === undefined ? {} : { nextHopAddress: route.nextHopIpAddress }),
  source: 'user',
})

const SKUS: readonly Bastion['sku'][] = ['Developer', 'Basic', 'Standard', 'Premium']
/** A tier of a name that is not known can do at least what Basic can. */
const skuOf = (name: string | undefined): Bastion['sku'] =>
  SKUS.find(known => known.toLowerCase() === name?.toLowerCase()) ?? 'Basic'

function stateOf(word: string | undefined): Bastion['state'] {
  const state = word?.toLowerCase()
  if (state === 'succeeded' || state === 'failed') return state
  return state === 'updating' || state === 'creating' || state === 'deleting' ? 'updating' : 'unknown'
}
