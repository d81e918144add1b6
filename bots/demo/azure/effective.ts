/**
 * What is in force at an interface: rules with their tags written out, routes, and the admin rules of network managers; and what service
 * tags stand for.
 *
 * The first two need a VM that runs. Shapes: Azure/azure-rest-api-specs, Microsoft.Network 2024-03-01, and @azure/arm-network 39.0.0 for
 * admin rules and service tags (read 2026-11-21).
 */
import { ArmError, type Ask, accepted, notFound, page, type Reply, type Route, VERSIONS } from './arm.ts'
import { nsgsOf } from './defender.ts'
import type { AdminRule } from './fleet-network.ts'
import { adminRulesOf, DEFAULT_RULES, tagPrefixes } from './flow.ts'
import { networkIdOf, same } from './ids.ts'
import type { AzureState, SimRule, SimVm } from './model.ts'
import { ownPrefixes, sourceOf, subnetIdOf, vnetsOf } from './topology.ts'
import { nicIdOf, vmCalled } from './vms.ts'

const GROUP = '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Network'
const NIC = `${GROUP}/networkInterfaces/{name}`
const versions = VERSIONS.network

export const effectiveRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: `${NIC}/effectiveNetworkSecurityGroups`,
    action: 'Microsoft.Network/networkInterfaces/effectiveNetworkSecurityGroups/action',
    versions,
    run: ask => answered(ask, { value: groupsInForce(ask.world.state, runningBehind(ask)) }),
  },
  {
    method: 'POST',
    path: `${NIC}/effectiveRouteTable`,
    action: 'Microsoft.Network/networkInterfaces/effectiveRouteTable/action',
    versions,
    run: ask => answered(ask, { value: routesInForce(ask.world.state, runningBehind(ask)) }),
  },
  {
    method: 'POST',
    path: `${GROUP}/virtualNetworks/{name}/listNetworkManagerEffectiveSecurityAdminRules`,
    action: 'Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action',
    versions,
    run: adminRules,
  },
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}/serviceTagDetails',
    action: 'Microsoft.Network/locations/serviceTagDetails/read',
    versions,
    run: serviceTagDetails,
  },
]

const answered = (ask: Ask, result: unknown): Reply =>
  ask.world.operationMs > 0 || ask.world.state.realistic
    ? accepted(ask, { provider: 'Microsoft.Network', effect: { do: 'nothing' }, result })
    : { status: 200, body: result }

/** @throws {ArmError} 404; 400 while the VM does not run */
function runningBehind({ world, params }: Ask): SimVm {
  const { subscription = '', rg = '', name = '' } = params
  const vm = vmCalled(world.state, { subscription, rg, name, ending: '-nic' })
  if (vm === undefined) throw notFound('Microsoft.Network/networkInterfaces', name, rg)
  if (vm.power === 'running') return vm
  throw new ArmError(
    400,
    'NicMustBeAttachedToRunningVm',
    `Network interface ${nicIdOf(vm)} must be attached to a running virtual machine for this operation.`,
  )
}

function groupsInForce(state: AzureState, vm: SimVm): unknown[] {
  const admin = adminRulesOf(state, vm)
  const rules = (kind: string, list: readonly (SimRule | AdminRule)[]) =>
    list.map(rule => ruleInForce(state, vm, kind, rule))
  return [
    ...(admin.length === 0
      ? []
      : [
          {
            association: { networkManager: { id: managerIdOf(vm.subscription) } },
            effectiveSecurityRules: rules('securityAdminRules', admin),
          },
        ]),
    ...nsgsOf(state, vm).map(nsg => {
      const onSubnet = vm.subnet.nsg === nsg.name
      return {
        networkSecurityGroup: { id: nsg.id },
        association: {
          ...(onSubnet ? { subnet: { id: subnetIdOf(vm) } } : {}),
          ...(vm.nic.nsg === nsg.name ? { networkInterface: { id: nicIdOf(vm) } } : {}),
        },
        effectiveSecurityRules: [
          ...rules(
            'securityRules',
            nsg.rules.filter(({ inForce }) => inForce),
          ),
          ...rules('defaultSecurityRules', DEFAULT_RULES),
        ],
      }
    }),
  ]
}

function ruleInForce(state: AzureState, vm: SimVm, kind: string, rule: SimRule | AdminRule): unknown {
  const range = (port: string) => (port === '*' ? '0-65535' : port.includes('-') ? port : `${port}-${port}`)
  const ports = (which: 'source' | 'destination', list: readonly string[]) =>
    list.length === 1
      ? { [`${which}PortRange`]: range(list[0] ?? '*') }
      : { [`${which}PortRanges`]: list.map(range) }
  const side = (which: 'source' | 'destination', list: readonly string[]) => {
    const plain = list.flatMap(one => membersOf(state, one))
    const written = plain.map(one => (one === '*' ? '0.0.0.0/0' : isAddress(one) ? `${one}/32` : one))
    const expanded = plain.flatMap(one => (isTag(one) ? expand(state, vm, one) : []))
    const name = which === 'source' ? 'expandedSourceAddressPrefix' : 'expandedDestinationAddressPrefix'
    return {
      ...(written.length === 1
        ? { [`${which}AddressPrefix`]: written[0] }
        : { [`${which}AddressPrefixes`]: written }),
      ...(expanded.length === 0 ? {} : { [name]: expanded }),
    }
  }
  return {
    name: `${kind}/${rule.name}`,
    protocol: { tcp: 'Tcp', udp: 'Udp', icmp: 'Icmp', '*': 'All' }[rule.proto],
    ...ports('source', rule.sport),
    ...ports('destination', rule.dport),
    ...side('source', rule.src),
    ...side('destination', rule.dst),
    access: rule.access === 'deny' ? 'Deny' : 'Allow',
    priority: rule.prio,
    direction: 'Inbound',
  }
}

const isAddress = (text: string): boolean => /^[\d.]+$/.test(text)
const isTag = (text: string): boolean => /^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)?$/.test(text)

/** The addresses of a group's members; anything else stands for itself. */
const membersOf = (state: AzureState, where: string): string[] =>
  where.startsWith('asg:')
    ? state.vms.filter(({ nic }) => nic.asgs.includes(where.slice(4))).map(({ nic }) => nic.private_ip)
    : [where]

/** The internet as Azure writes it out, shortened. */
const INTERNET = [
  '1.0.0.0/8',
  '2.0.0.0/7',
  '4.0.0.0/6',
  '8.0.0.0/7',
  '16.0.0.0/4',
  '32.0.0.0/3',
  '64.0.0.0/2',
  '128.0.0.0/2',
  '192.0.0.0/9',
  '193.0.0.0/8',
  '194.0.0.0/7',
  '196.0.0.0/6',
  '200.0.0.0/5',
  '208.0.0.0/4',
]

function expand(state: AzureState, vm: SimVm, tag: string): readonly string[] {
  switch (tag.toLowerCase()) {
    case 'virtualnetwork':
      return vm.subnet.vnet_tag
    case 'internet':
      return INTERNET
    case 'azureloadbalancer':
      return ['168.63.129.16/32']
    default:
      return tagPrefixes(state, vm.subscription, tag)
  }
}

function routesInForce(state: AzureState, vm: SimVm): unknown[] {
  const own = vnetsOf(state).find(vnet => vnet.subnets.some(({ id }) => id === subnetIdOf(vm)))
  const overridden = (prefix: string) => vm.routes.some(route => route.prefix === prefix)
  const route = (source: string, prefix: string, nextHopType: string, ip: string | null, active = true) => ({
    source,
    state: active ? 'Active' : 'Invalid',
    addressPrefix: [prefix],
    nextHopType,
    nextHopIpAddress: ip === null ? [] : [ip],
  })
  return [
    ...ownPrefixes(vm)
      .filter(one => !overridden(one))
      .map(one => route('Default', one, 'VnetLocal', null)),
    ...(own?.peerings ?? [])
      .filter(({ state: how }) => how === 'Connected')
      .flatMap(({ prefixes }) => prefixes.filter(one => !overridden(one)))
      .map(one => route('Default', one, 'VNetPeering', null)),
    ...vm.routes.map(one =>
      route(sourceOf(one), one.prefix, one.next_hop === 'VnetPeering' ? 'VNetPeering' : one.next_hop, one.ip),
    ),
    ...(vm.routes.some(({ prefix, next_hop }) => prefix === '0.0.0.0/0' && next_hop !== 'Internet')
      ? [route('Default', '0.0.0.0/0', 'Internet', null, false)]
      : []),
  ]
}

const managerIdOf = (subscription: string): string =>
  networkIdOf(subscription, 'rg-network', 'networkManagers/nm-central')

function adminRules(ask: Ask): Reply {
  const { subscription = '', rg = '', name = '' } = ask.params
  const id = networkIdOf(subscription, rg, `virtualNetworks/${name}`)
  const vnet = vnetsOf(ask.world.state).find(one => same(one.id, id))
  if (vnet === undefined) throw notFound('Microsoft.Network/virtualNetworks', name, rg)
  const rules = ask.world.state.subscriptions.find(one => same(one.id, subscription))?.adminRules ?? []
  const items = (list: readonly string[]) =>
    list.map(addressPrefix => ({
      addressPrefix,
      addressPrefixType: isTag(addressPrefix) ? 'ServiceTag' : 'IPPrefix',
    }))
  return {
    status: 200,
    body: {
      value: rules.map(rule => ({
        id: `${managerIdOf(vnet.subscription)}/securityAdminConfigurations/central/ruleCollections/central/rules/${rule.name}`,
        kind: 'Custom',
        configurationDescription: '',
        ruleCollectionDescription: '',
        ruleCollectionAppliesToGroups: [],
        ruleGroups: [],
        properties: {
          provisioningState: 'Succeeded',
          description: '',
          access: { allow: 'Allow', always_allow: 'AlwaysAllow', deny: 'Deny' }[rule.access],
          direction: 'Inbound',
          priority: rule.prio,
          protocol: { tcp: 'Tcp', udp: 'Udp', icmp: 'Icmp', '*': 'Any' }[rule.proto],
          sources: items(rule.src),
          destinations: items(rule.dst),
          sourcePortRanges: rule.sport.map(port => (port === '*' ? '0-65535' : port)),
          destinationPortRanges: rule.dport.map(port => (port === '*' ? '0-65535' : port)),
        },
      })),
    },
  }
}

function serviceTagDetails(ask: Ask): Reply {
  const { subscription = '' } = ask.params
  const tags = ask.world.state.subscriptions.find(({ id }) => same(id, subscription))?.serviceTags ?? {}
  const wanted = ask.query.get('tagName')
  const withPrefixes = ask.query.get('noAddressPrefixes') !== 'true'
  return page(
    ask,
    Object.entries(tags)
      .filter(([name]) => wanted === null || same(name, wanted))
      .map(([name, addressPrefixes]) => ({
        name,
        id: name,
        serviceTagChangeNumber: '71',
        properties: {
          changeNumber: '71',
          region: '',
          systemService: name.split('.')[0],
          state: 'GA',
          ...(withPrefixes ? { addressPrefixes } : {}),
        },
      })),
  )
}
