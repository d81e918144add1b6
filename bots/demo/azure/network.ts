/**
 * Microsoft.Network: interfaces, public addresses, subnets, NSGs with their rules, and Network Watcher's IP flow verify.
 * Shapes: Azure/azure-rest-api-specs, Microsoft.Network 2024-03-01 (read 2026-11-20).
 */
import { ArmError, type Ask, accepted, notFound, page, type Reply, type Route, VERSIONS } from './arm.ts'
import { nicIdOf, vmWithId } from './compute.ts'
import { DEFAULT_RULES, verdictOf } from './flow.ts'
import { networkIdOf, nsgIdOf, same } from './ids.ts'
import type { AzureState, SimNsg, SimRule, SimVm } from './model.ts'

const GROUP = '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Network'
const versions = VERSIONS.network

export const networkRoutes: readonly Route[] = [
  read('networkInterfaces/{name}', 'networkInterfaces/read', ask =>
    nicBody(ask.world.state, vmCalled(ask, 'networkInterfaces', '-nic')),
  ),
  read('publicIPAddresses/{name}', 'publicIPAddresses/read', ask =>
    publicBody(vmCalled(ask, 'publicIPAddresses', '-ip')),
  ),
  read('virtualNetworks/{vnet}/subnets/{name}', 'virtualNetworks/subnets/read', subnetBody),
  read('networkSecurityGroups/{name}', 'networkSecurityGroups/read', ask => nsgBody(nsgCalled(ask))),
  {
    method: 'DELETE',
    path: `${GROUP}/networkSecurityGroups/{name}/securityRules/{rule}`,
    action: 'Microsoft.Network/networkSecurityGroups/securityRules/delete',
    versions,
    run: deleteRule,
  },
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/providers/Microsoft.Network/networkWatchers',
    action: 'Microsoft.Network/networkWatchers/read',
    versions,
    run: listWatchers,
  },
  {
    method: 'POST',
    path: `${GROUP}/networkWatchers/{name}/ipFlowVerify`,
    action: 'Microsoft.Network/networkWatchers/ipFlowVerify/action',
    versions,
    run: ipFlowVerify,
  },
]

function read(path: string, action: string, body: (ask: Ask) => unknown): Route {
  return {
    method: 'GET',
    path: `${GROUP}/${path}`,
    action: `Microsoft.Network/${action}`,
    versions,
    run: ask => ({ status: 200, body: body(ask) }),
  }
}

/** Interfaces and addresses are called after their VM. */
function vmCalled({ world, params }: Ask, type: string, ending: string): SimVm {
  const { subscription = '', rg = '', name = '' } = params
  const found = world.state.vms.find(
    vm => same(vm.subscription, subscription) && same(vm.rg, rg) && same(`${vm.name}${ending}`, name),
  )
  if (found === undefined || (type === 'publicIPAddresses' && found.nic.public_ip === null))
    throw notFound(`Microsoft.Network/${type}`, name, rg)
  return found
}

const publicIdOf = (vm: SimVm): string =>
  networkIdOf(vm.subscription, vm.rg, `publicIPAddresses/${vm.name}-ip`)

const subnetIdOf = ({ subscription, rg, subnet }: SimVm): string =>
  networkIdOf(subscription, rg, `virtualNetworks/${subnet.vnet}/subnets/${subnet.name}`)

function nsgReference(state: AzureState, vm: SimVm, name: string | null): object {
  const nsg = state.nsgs.find(one => one.subscription === vm.subscription && one.name === name)
  return nsg === undefined ? {} : { networkSecurityGroup: { id: nsg.id } }
}

function nicBody(state: AzureState, vm: SimVm): unknown {
  const id = nicIdOf(vm)
  const { nic } = vm
  const groups = nic.asgs.map(name => ({
    id: networkIdOf(vm.subscription, vm.rg, `applicationSecurityGroups/${name}`),
  }))
  return {
    name: `${vm.name}-nic`,
    id,
    type: 'Microsoft.Network/networkInterfaces',
    location: vm.location,
    properties: {
      provisioningState: 'Succeeded',
      ipConfigurations: [
        {
          name: 'ipconfig1',
          id: `${id}/ipConfigurations/ipconfig1`,
          properties: {
            provisioningState: 'Succeeded',
            privateIPAddress: nic.private_ip,
            privateIPAllocationMethod: 'Dynamic',
            privateIPAddressVersion: 'IPv4',
            primary: true,
            subnet: { id: subnetIdOf(vm) },
            ...(nic.public_ip === null ? {} : { publicIPAddress: { id: publicIdOf(vm) } }),
            ...(groups.length === 0 ? {} : { applicationSecurityGroups: groups }),
          },
        },
      ],
      ...nsgReference(state, vm, nic.nsg),
      primary: true,
      virtualMachine: { id: vm.id },
    },
  }
}

/** The address people can dial now: a dynamic one is given back while its VM is deallocated. */
export const publicAddressOf = ({ nic, power }: SimVm): string | undefined =>
  nic.public_ip === null || (nic.public_alloc === 'dynamic' && power === 'deallocated')
    ? undefined
    : nic.public_ip

export const publicNameOf = ({ nic, location }: SimVm): string | undefined =>
  nic.dns_label === null ? undefined : `${nic.dns_label}.${location}.cloudapp.azure.com`

function publicBody(vm: SimVm): unknown {
  const address = publicAddressOf(vm)
  const fqdn = publicNameOf(vm)
  return {
    name: `${vm.name}-ip`,
    id: publicIdOf(vm),
    type: 'Microsoft.Network/publicIPAddresses',
    location: vm.location,
    sku: { name: vm.nic.public_sku, tier: 'Regional' },
    properties: {
      provisioningState: 'Succeeded',
      publicIPAddressVersion: 'IPv4',
      publicIPAllocationMethod: vm.nic.public_alloc === 'static' ? 'Static' : 'Dynamic',
      idleTimeoutInMinutes: 4,
      ...(address === undefined ? {} : { ipAddress: address }),
      ...(fqdn === undefined ? {} : { dnsSettings: { domainNameLabel: vm.nic.dns_label, fqdn } }),
      ipConfiguration: { id: `${nicIdOf(vm)}/ipConfigurations/ipconfig1` },
    },
  }
}

function subnetBody({ world, params }: Ask): unknown {
  const { subscription = '', rg = '', vnet = '', name = '' } = params
  const wanted = networkIdOf(subscription, rg, `virtualNetworks/${vnet}/subnets/${name}`)
  const vm = world.state.vms.find(one => same(subnetIdOf(one), wanted))
  if (vm === undefined) throw notFound('Microsoft.Network/virtualNetworks/subnets', `${vnet}/${name}`, rg)
  return {
    name: vm.subnet.name,
    id: subnetIdOf(vm),
    type: 'Microsoft.Network/virtualNetworks/subnets',
    properties: {
      provisioningState: 'Succeeded',
      addressPrefix: vm.subnet.prefix,
      ...nsgReference(world.state, vm, vm.subnet.nsg),
    },
  }
}

function nsgCalled({ world, params }: Ask): SimNsg {
  const { subscription = '', rg = '', name = '' } = params
  const found = world.state.nsgs.find(nsg => same(nsg.id, nsgIdOf(subscription, rg, name)))
  if (found === undefined) throw notFound('Microsoft.Network/networkSecurityGroups', name, rg)
  return found
}

function nsgBody(nsg: SimNsg): unknown {
  const written = (kind: string, rules: readonly SimRule[]) =>
    rules.filter(({ inForce }) => inForce).map(rule => ruleBody(nsg, kind, rule))
  return {
    name: nsg.name,
    id: nsg.id,
    type: 'Microsoft.Network/networkSecurityGroups',
    location: nsg.location,
    properties: {
      provisioningState: 'Succeeded',
      securityRules: written('securityRules', nsg.rules),
      defaultSecurityRules: written('defaultSecurityRules', DEFAULT_RULES),
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

function deleteRule(ask: Ask): Reply {
  const nsg = nsgCalled(ask)
  const rule = nsg.rules.find(({ name }) => same(name, ask.params['rule'] ?? ''))
  if (rule === undefined) return { status: 204 }
  return accepted(ask, 'Microsoft.Network', { do: 'delete-rule', nsg: nsg.id, rule: rule.name })
}

function listWatchers(ask: Ask): Reply {
  const { world, params } = ask
  const subscription = world.state.subscriptions.find(({ id }) => same(id, params['subscription'] ?? ''))
  return page(
    ask,
    (subscription?.watchers ?? []).map(location => ({
      name: `NetworkWatcher_${location}`,
      id: networkIdOf(
        subscription?.id ?? '',
        'NetworkWatcherRG',
        `networkWatchers/NetworkWatcher_${location}`,
      ),
      type: 'Microsoft.Network/networkWatchers',
      location,
      tags: {},
      properties: { provisioningState: 'Succeeded' },
    })),
  )
}

function ipFlowVerify(ask: Ask): Reply {
  const { world, params, body } = ask
  const wanted = (body ?? {}) as Record<string, unknown>
  const text = (key: string): string => {
    const value = wanted[key]
    if (typeof value !== 'string' || value === '')
      throw new ArmError(400, 'MissingJsonReferenceParameter', `Value for ${key} must be given.`)
    return value
  }
  const vm = vmWithId(world.state, text('targetResourceId'))
  if (vm === undefined)
    throw notFound('Microsoft.Compute/virtualMachines', text('targetResourceId').split('/').at(-1) ?? '', '')
  if (!same(params['name'] ?? '', `NetworkWatcher_${vm.location}`))
    throw new ArmError(400, 'ResourceNotInSameRegion', 'The VM is not in the region of this Network Watcher.')
  if (text('localIPAddress') !== vm.nic.private_ip)
    throw new ArmError(
      400,
      'InvalidLocalIPAddress',
      'The VM has no network interface with this local address.',
    )
  if (text('direction') !== 'Inbound')
    throw new ArmError(400, 'NotSupported', 'Only inbound flows exist in this world.')
  const verdict = verdictOf(world.state, vm, {
    protocol: text('protocol').toLowerCase() === 'udp' ? 'udp' : 'tcp',
    port: Number(text('localPort')),
    source: text('remoteIPAddress'),
    sourcePort: Number(text('remotePort')),
  })
  return world.operationMs > 0
    ? accepted(ask, 'Microsoft.Network', { do: 'nothing' }, verdict)
    : { status: 200, body: verdict }
}
