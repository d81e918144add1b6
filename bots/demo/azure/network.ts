/**
 * Microsoft.Network: interfaces, public addresses, VNets, subnets, route tables, and NSGs with their rules.
 * Shapes: Azure/azure-rest-api-specs, Microsoft.Network 2024-03-01 (read 2026-11-20).
 */
import { type Ask, accepted, notFound, page, type Reply, type Route, VERSIONS } from './arm.ts'
import { networkIdOf, nsgIdOf, same } from './ids.ts'
import type { AzureState, SimNsg, SimVm } from './model.ts'
import { nsgBody, nsgReference } from './nsg-body.ts'
import {
  isPublicV6,
  publicIdOf,
  publicsOf,
  routeTablesOf,
  type SimPublic,
  type SimSubnet,
  type SimTable,
  type SimVnet,
  subnetIdOf,
  vnetsOf,
} from './topology.ts'
import { nicIdOf, vmCalled } from './vms.ts'

const GROUP = '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Network'
const versions = VERSIONS.network

export const networkRoutes: readonly Route[] = [
  read('networkInterfaces/{name}', 'networkInterfaces/read', ask => {
    const { subscription = '', rg = '', name = '' } = ask.params
    const vm = vmCalled(ask.world.state, { subscription, rg, name, ending: '-nic' })
    if (vm === undefined) throw notFound('Microsoft.Network/networkInterfaces', name, rg)
    return nicBody(ask.world.state, vm)
  }),
  list('networkInterfaces', state => state.vms.map(vm => nicBody(state, vm))),
  read('publicIPAddresses/{name}', 'publicIPAddresses/read', ask =>
    publicBody(found(ask, 'publicIPAddresses', publicsOf(ask.world.state))),
  ),
  list('publicIPAddresses', state => publicsOf(state).map(publicBody)),
  read('virtualNetworks/{name}', 'virtualNetworks/read', ask =>
    vnetBody(ask.world.state, found(ask, 'virtualNetworks', vnetsOf(ask.world.state))),
  ),
  read('virtualNetworks/{vnet}/subnets/{name}', 'virtualNetworks/subnets/read', askedSubnet),
  read('routeTables/{name}', 'routeTables/read', ask =>
    tableBody(found(ask, 'routeTables', routeTablesOf(ask.world.state))),
  ),
  read('networkSecurityGroups/{name}', 'networkSecurityGroups/read', ask =>
    nsgBody(ask.world.state, nsgCalled(ask)),
  ),
  list('networkSecurityGroups', state => state.nsgs.map(nsg => nsgBody(state, nsg))),
  {
    method: 'DELETE',
    path: `${GROUP}/networkSecurityGroups/{name}/securityRules/{rule}`,
    action: 'Microsoft.Network/networkSecurityGroups/securityRules/delete',
    versions,
    run: deleteRule,
  },
]

/** A route that reads one thing. */
export function read(path: string, action: string, body: (ask: Ask) => unknown): Route {
  return {
    method: 'GET',
    path: `${GROUP}/${path}`,
    action: `Microsoft.Network/${action}`,
    versions,
    run: ask => ({ status: 200, body: body(ask) }),
  }
}

/** A route that lists everything of a kind in a subscription. */
export function list(kind: string, all: (state: AzureState) => readonly Record<string, unknown>[]): Route {
  return {
    method: 'GET',
    path: `/subscriptions/{subscription}/providers/Microsoft.Network/${kind}`,
    action: `Microsoft.Network/${kind}/read`,
    versions,
    lag: 'list',
    run: ask => {
      const start = `/subscriptions/${ask.params['subscription']}/`.toLowerCase()
      return page(
        ask,
        all(ask.world.state).filter(({ id }) => String(id).toLowerCase().startsWith(start)),
      )
    },
  }
}

/** The thing of this kind that a path names. @throws {ArmError} 404 */
export function found<T extends { id: string }>({ params }: Ask, kind: string, all: readonly T[]): T {
  const { subscription = '', rg = '', name = '' } = params
  const id = networkIdOf(subscription, rg, `${kind}/${name}`)
  const thing = all.find(one => same(one.id, id))
  if (thing === undefined) throw notFound(`Microsoft.Network/${kind}`, name, rg)
  return thing
}

const nameIn = (id: string): string => id.split('/').at(-1) ?? ''

export function nicBody(state: AzureState, vm: SimVm): Record<string, unknown> {
  const id = nicIdOf(vm)
  const { nic } = vm
  const groups = nic.asgs.map(name => ({
    id: networkIdOf(vm.subscription, vm.rg, `applicationSecurityGroups/${name}`),
  }))
  const natRules = state.balancers.flatMap(lb =>
    lb.nat.flatMap((rule, index) =>
      rule.vm !== null && same(rule.vm, vm.name) && lb.subscription === vm.subscription
        ? [
            {
              id: networkIdOf(
                lb.subscription,
                lb.rg,
                `loadBalancers/${lb.name}/inboundNatRules/nat-${index}`,
              ),
            },
          ]
        : [],
    ),
  )
  const configuration = (name: string, version: 'IPv4' | 'IPv6', properties: object) => ({
    name,
    id: `${id}/ipConfigurations/${name}`,
    properties: {
      provisioningState: 'Succeeded',
      privateIPAllocationMethod: 'Dynamic',
      privateIPAddressVersion: version,
      primary: version === 'IPv4',
      subnet: { id: subnetIdOf(vm) },
      ...(groups.length === 0 ? {} : { applicationSecurityGroups: groups }),
      ...properties,
    },
  })
  return {
    name: `${vm.name}-nic`,
    id,
    type: 'Microsoft.Network/networkInterfaces',
    location: vm.location,
    properties: {
      provisioningState: 'Succeeded',
      ipConfigurations: [
        configuration('ipconfig1', 'IPv4', {
          privateIPAddress: nic.private_ip,
          ...(nic.public_ip === null ? {} : { publicIPAddress: { id: publicIdOf(vm) } }),
          ...(natRules.length === 0 ? {} : { loadBalancerInboundNatRules: natRules }),
        }),
        ...(nic.ipv6 === null
          ? []
          : [
              configuration('ipconfig-v6', 'IPv6', {
                privateIPAddress: isPublicV6(nic.ipv6) ? 'fd00:20:1::4' : nic.ipv6,
                ...(isPublicV6(nic.ipv6) ? { publicIPAddress: { id: publicIdOf(vm, '-ip6') } } : {}),
              }),
            ]),
      ],
      ...nsgReference(state, vm.subscription, nic.nsg),
      primary: true,
      virtualMachine: { id: vm.id },
    },
  }
}

export function publicBody(one: SimPublic): Record<string, unknown> {
  const { id, location, sku, version, address, label, fqdn, holder } = one
  return {
    name: nameIn(id),
    id,
    type: 'Microsoft.Network/publicIPAddresses',
    location,
    sku: { name: sku, tier: 'Regional' },
    properties: {
      provisioningState: 'Succeeded',
      publicIPAddressVersion: version,
      publicIPAllocationMethod: one.static ? 'Static' : 'Dynamic',
      idleTimeoutInMinutes: 4,
      ...(address === undefined ? {} : { ipAddress: address }),
      ...(fqdn === undefined ? {} : { dnsSettings: { domainNameLabel: label, fqdn } }),
      ipConfiguration: { id: holder },
    },
  }
}

export function vnetBody(state: AzureState, vnet: SimVnet): Record<string, unknown> {
  const { id, name, location, prefixes, subnets, peerings } = vnet
  return {
    name,
    id,
    type: 'Microsoft.Network/virtualNetworks',
    location,
    properties: {
      provisioningState: 'Succeeded',
      addressSpace: { addressPrefixes: prefixes },
      subnets: subnets.map(subnet => subnetBody(state, subnet)),
      virtualNetworkPeerings: peerings.map(peering => ({
        name: `to-${peering.vnet}`,
        id: `${id}/virtualNetworkPeerings/to-${peering.vnet}`,
        properties: {
          provisioningState: 'Succeeded',
          peeringState: peering.state,
          remoteVirtualNetwork: { id: peering.id },
          remoteAddressSpace: { addressPrefixes: peering.prefixes },
          remoteVirtualNetworkAddressSpace: { addressPrefixes: peering.prefixes },
          allowVirtualNetworkAccess: true,
          allowForwardedTraffic: true,
          useRemoteGateways: peering.gateways,
        },
      })),
    },
  }
}

function subnetBody(state: AzureState, subnet: SimSubnet): Record<string, unknown> {
  const { id, name, prefix, nsg, routeTable, subscription } = subnet
  return {
    name,
    id,
    type: 'Microsoft.Network/virtualNetworks/subnets',
    properties: {
      provisioningState: 'Succeeded',
      addressPrefix: prefix,
      ...nsgReference(state, subscription, nsg),
      ...(routeTable === null ? {} : { routeTable: { id: routeTable } }),
    },
  }
}

function askedSubnet({ world, params }: Ask): unknown {
  const { subscription = '', rg = '', vnet = '', name = '' } = params
  const wanted = networkIdOf(subscription, rg, `virtualNetworks/${vnet}/subnets/${name}`)
  const subnet = vnetsOf(world.state)
    .flatMap(one => one.subnets)
    .find(({ id }) => same(id, wanted))
  if (subnet === undefined) throw notFound('Microsoft.Network/virtualNetworks/subnets', `${vnet}/${name}`, rg)
  return subnetBody(world.state, subnet)
}

export function tableBody({ id, location, routes, subnets }: SimTable): Record<string, unknown> {
  return {
    name: nameIn(id),
    id,
    type: 'Microsoft.Network/routeTables',
    location,
    properties: {
      provisioningState: 'Succeeded',
      disableBgpRoutePropagation: false,
      routes: routes.map(({ prefix, next_hop, ip }, index) => ({
        name: `route-${index}`,
        id: `${id}/routes/route-${index}`,
        properties: {
          provisioningState: 'Succeeded',
          addressPrefix: prefix,
          nextHopType: next_hop,
          ...(ip === null ? {} : { nextHopIpAddress: ip }),
        },
      })),
      ...(subnets.length === 0 ? {} : { subnets: subnets.map(subnet => ({ id: subnet })) }),
    },
  }
}

function nsgCalled({ world, params }: Ask): SimNsg {
  const { subscription = '', rg = '', name = '' } = params
  const nsg = world.state.nsgs.find(one => same(one.id, nsgIdOf(subscription, rg, name)))
  if (nsg === undefined) throw notFound('Microsoft.Network/networkSecurityGroups', name, rg)
  return nsg
}

function deleteRule(ask: Ask): Reply {
  const nsg = nsgCalled(ask)
  const rule = nsg.rules.find(({ name }) => same(name, ask.params['rule'] ?? ''))
  if (rule === undefined) return { status: 204 }
  return accepted(ask, {
    provider: 'Microsoft.Network',
    effect: { do: 'delete-rule', nsg: nsg.id, rule: rule.name },
    did: {
      operation: 'Microsoft.Network/networkSecurityGroups/securityRules/delete',
      resource: `${nsg.id}/securityRules/${rule.name}`,
    },
  })
}
