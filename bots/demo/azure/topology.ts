/**
 * Which networks there are: a file says of each VM where it is, and from that follow VNets with their subnets, peerings, route tables and
 * public addresses. Made anew for each look, so that it cannot disagree with the VMs.
 */
import { serviceVnet } from './cloud-services.ts'
import type { Route } from './fleet-network.ts'
import { within } from './flow.ts'
import { networkIdOf, same } from './ids.ts'
import type { AzureState, SimBastion, SimVm } from './model.ts'
import { member, nicIdOf } from './vms.ts'

export type SimSubnet = {
  id: string
  name: string
  prefix: string
  /** Name of its NSG. */
  nsg: string | null
  routeTable: string | null
  subscription: string
}
type SimPeering = { vnet: string; id: string; prefixes: string[]; state: string; gateways: boolean }
export type SimVnet = {
  id: string
  name: string
  location: string
  subscription: string
  prefixes: string[]
  subnets: SimSubnet[]
  peerings: SimPeering[]
}

/** Where the VNet of a bastion or a firewall is: with the VMs in it, or by itself. */
export const vnetIdFor = (
  state: AzureState,
  { subscription, rg }: { subscription: string; rg: string },
  vnet: string,
): string => {
  const inside = state.vms.find(vm => vm.subscription === subscription && vm.subnet.vnet === vnet)
  return networkIdOf(subscription, inside?.rg ?? rg, `virtualNetworks/${vnet}`)
}

export const vnetIdOf = ({ subscription, rg, subnet }: SimVm): string =>
  networkIdOf(subscription, rg, `virtualNetworks/${subnet.vnet}`)

export const subnetIdOf = (vm: SimVm): string => `${vnetIdOf(vm)}/subnets/${vm.subnet.name}`

/** Where a route comes from, where the file leaves it open. */
export const sourceOf = ({ source, next_hop }: Route): NonNullable<Route['source']> =>
  source ??
  (next_hop === 'VirtualNetworkGateway'
    ? 'VirtualNetworkGateway'
    : next_hop === 'VirtualAppliance' || next_hop === 'None'
      ? 'User'
      : 'Default')

/** The prefixes of a VM's own VNet, out of those that its VirtualNetwork tag stands for. */
export function ownPrefixes({ subnet }: SimVm): string[] {
  const base = subnet.prefix.split('/')[0] ?? ''
  const around = subnet.vnet_tag.filter(prefix => within(base, prefix) && prefix !== '0.0.0.0/0')
  return around.length > 0 ? around : [subnet.prefix]
}

export const routeTableOf = (vm: SimVm): string | null =>
  vm.routes.some(route => sourceOf(route) === 'User')
    ? networkIdOf(vm.subscription, vm.rg, `routeTables/rt-${vm.subnet.name}`)
    : null

const bastionRouteTableOf = ({ subscription, rg, route_table }: SimBastion): string | null =>
  route_table === null ? null : networkIdOf(subscription, rg, `routeTables/${route_table}`)

/** Every VM that stands for a network: those that are listed, and one of each crowd. */
const placed = (state: AzureState): SimVm[] => [...state.vms, ...state.crowds.map(crowd => member(crowd, 0))]

export function vnetsOf(state: AzureState): SimVnet[] {
  const found = new Map<string, SimVnet>()
  const vnet = (id: string, name: string, at: { location: string; subscription: string }): SimVnet => {
    const key = id.toLowerCase()
    const made: SimVnet = found.get(key) ?? { id, name, ...at, prefixes: [], subnets: [], peerings: [] }
    found.set(key, made)
    return made
  }
  const addPrefix = (to: SimVnet, prefix: string) => {
    if (!to.prefixes.some(one => one === prefix || within(prefix.split('/')[0] ?? '', one)))
      to.prefixes.push(prefix)
  }
  const addSubnet = (to: SimVnet, subnet: Omit<SimSubnet, 'id' | 'subscription'>) => {
    if (!to.subnets.some(({ name }) => same(name, subnet.name)))
      to.subnets.push({ ...subnet, id: `${to.id}/subnets/${subnet.name}`, subscription: to.subscription })
  }
  const peer = (from: SimVnet, to: SimPeering) => {
    if (!from.peerings.some(({ vnet: name }) => name === to.vnet)) from.peerings.push(to)
  }

  for (const vm of placed(state)) {
    const { location, subscription, subnet } = vm
    const own = vnet(vnetIdOf(vm), subnet.vnet, { location, subscription })
    for (const prefix of ownPrefixes(vm)) addPrefix(own, prefix)
    const { name, prefix, nsg } = subnet
    addSubnet(own, { name, prefix, nsg, routeTable: routeTableOf(vm) })
    if (vm.routes.some(({ next_hop }) => next_hop === 'VirtualNetworkGateway'))
      addSubnet(own, {
        name: 'GatewaySubnet',
        prefix: (own.prefixes[0] ?? prefix).replace(/\.\d+\.\d+\/\d+$/, '.254.0/27'),
        nsg: null,
        routeTable: null,
      })
    for (const one of subnet.peerings)
      peer(own, {
        vnet: one.vnet,
        id: vnetIdFor(state, vm, one.vnet),
        prefixes: one.prefix,
        state: one.state,
        gateways: false,
      })
  }
  for (const firewall of state.firewalls) {
    const own = vnet(vnetIdFor(state, firewall, firewall.vnet), firewall.vnet, firewall)
    addPrefix(own, firewall.subnet)
    addSubnet(own, { name: 'AzureFirewallSubnet', prefix: firewall.subnet, nsg: null, routeTable: null })
  }
  for (const bastion of state.bastions) {
    const there = vnet(vnetIdFor(state, bastion, bastion.vnet), bastion.vnet, bastion)
    addPrefix(there, bastion.prefix)
    const { nsg, prefix } = bastion
    if (bastion.sku !== 'Developer')
      addSubnet(there, {
        name: 'AzureBastionSubnet',
        prefix,
        nsg,
        routeTable: bastionRouteTableOf(bastion),
      })
    if (!bastion.peered) continue
    for (const other of [...found.values()].filter(
      one => one !== there && one.subscription === there.subscription,
    )) {
      const connected = { state: 'Connected', gateways: false }
      peer(other, { vnet: there.name, id: there.id, prefixes: there.prefixes, ...connected })
      peer(there, { vnet: other.name, id: other.id, prefixes: other.prefixes, ...connected })
    }
  }
  return [...found.values(), ...state.cloudServices.map(serviceVnet)]
}

export type SimTable = {
  id: string
  location: string
  routes: readonly Route[]
  subnets: readonly string[]
}

export function routeTablesOf(state: AzureState): SimTable[] {
  const subnets = vnetsOf(state).flatMap(vnet => vnet.subnets)
  const behind = (id: string) => subnets.filter(one => one.routeTable === id).map(one => one.id)
  const tables = new Map<string, SimTable>()
  for (const vm of placed(state)) {
    const id = routeTableOf(vm)
    if (id === null || tables.has(id)) continue
    const routes = vm.routes.filter(route => sourceOf(route) === 'User')
    tables.set(id, { id, location: vm.location, routes, subnets: behind(id) })
  }
  for (const bastion of state.bastions) {
    const id = bastionRouteTableOf(bastion)
    const away: Route = { prefix: '0.0.0.0/0', next_hop: 'VirtualAppliance', ip: '10.0.0.4', source: 'User' }
    if (id !== null) tables.set(id, { id, location: bastion.location, routes: [away], subnets: behind(id) })
  }
  return [...tables.values()]
}

export type SimPublic = {
  id: string
  location: string
  sku: 'Standard' | 'Basic'
  static: boolean
  version: 'IPv4' | 'IPv6'
  /** Left out while a dynamic one is given back. */
  address?: string
  label?: string
  fqdn?: string
  /** The id of what it belongs to. */
  holder: string
}

/** The address people can dial now: a dynamic one is given back while its VM is deallocated. */
export const publicAddressOf = ({ nic, power }: SimVm): string | undefined =>
  nic.public_ip === null ||
  (nic.public_alloc === 'dynamic' && (power === 'deallocated' || power === 'hibernated'))
    ? undefined
    : nic.public_ip

export const publicNameOf = ({ nic, location }: SimVm): string | undefined =>
  nic.dns_label === null ? undefined : `${nic.dns_label}.${location}.cloudapp.azure.com`

export const publicIdOf = ({ subscription, rg, name }: SimVm, ending: '-ip' | '-ip6' = '-ip'): string =>
  networkIdOf(subscription, rg, `publicIPAddresses/${name}${ending}`)

/** Unique local addresses stay inside. */
export const isPublicV6 = (address: string | null): address is string =>
  address !== null && !/^f[cd]/i.test(address)

export function publicsOf(state: AzureState): SimPublic[] {
  const plain = { sku: 'Standard', static: true, version: 'IPv4' } as const
  return [
    ...state.vms.flatMap((vm): SimPublic[] => {
      const address = publicAddressOf(vm)
      const fqdn = publicNameOf(vm)
      const { nic, location } = vm
      const v4: SimPublic = {
        id: publicIdOf(vm),
        location,
        sku: nic.public_sku,
        static: nic.public_alloc === 'static',
        version: 'IPv4',
        ...(address === undefined ? {} : { address }),
        ...(fqdn === undefined || nic.dns_label === null ? {} : { fqdn, label: nic.dns_label }),
        holder: `${nicIdOf(vm)}/ipConfigurations/ipconfig1`,
      }
      const v6: SimPublic = {
        ...plain,
        id: publicIdOf(vm, '-ip6'),
        location,
        version: 'IPv6',
        ...(nic.ipv6 === null ? {} : { address: nic.ipv6 }),
        holder: `${nicIdOf(vm)}/ipConfigurations/ipconfig-v6`,
      }
      return [...(nic.public_ip === null ? [] : [v4]), ...(isPublicV6(nic.ipv6) ? [v6] : [])]
    }),
    ...state.balancers.flatMap(({ subscription, rg, location, name, frontend }): SimPublic[] =>
      frontend === null
        ? []
        : [
            {
              ...plain,
              id: networkIdOf(subscription, rg, `publicIPAddresses/${name}-ip`),
              location,
              address: frontend,
              holder: networkIdOf(
                subscription,
                rg,
                `loadBalancers/${name}/frontendIPConfigurations/frontend`,
              ),
            },
          ],
    ),
    ...state.firewalls.flatMap(({ subscription, rg, location, name, public_ip }): SimPublic[] =>
      public_ip === null
        ? []
        : [
            {
              ...plain,
              id: networkIdOf(subscription, rg, `publicIPAddresses/${name}-ip`),
              location,
              address: public_ip,
              holder: networkIdOf(
                subscription,
                rg,
                `azureFirewalls/${name}/azureFirewallIpConfigurations/ipconfig`,
              ),
            },
          ],
    ),
    ...state.bastions.flatMap(({ subscription, rg, location, name, sku }): SimPublic[] =>
      sku === 'Developer'
        ? []
        : [
            {
              ...plain,
              id: networkIdOf(subscription, rg, `publicIPAddresses/${name}-ip`),
              location,
              address: '198.51.100.250',
              holder: networkIdOf(
                subscription,
                rg,
                `bastionHosts/${name}/bastionHostIpConfigurations/ipconfig`,
              ),
            },
          ],
    ),
    ...state.cloudServices.map(
      ({ subscription, rg, location, name }): SimPublic => ({
        ...plain,
        id: networkIdOf(subscription, rg, `publicIPAddresses/${name}-ip`),
        location,
        address: '198.51.100.240',
        label: name.toLowerCase(),
        fqdn: `${name.toLowerCase()}.${location}.cloudapp.azure.com`,
        holder: networkIdOf(subscription, rg, `loadBalancers/${name}-lb/frontendIPConfigurations/frontend`),
      }),
    ),
  ]
}
