/** What is asked of Microsoft.Network. */
import { FleetRule } from '../../../bots/demo/azure/fleet.ts'
import type { AzureState } from '../../../bots/demo/azure/model.ts'
import type { Drive, Operation } from '../drive.ts'
import type { SimulatedAzure } from '../simulator.ts'
import { followed } from './followed.ts'
import { FIRST, networkId, nicIn, SUBSCRIPTION, vmIn, withFront } from './places.ts'

const GROUP = '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Network'
const NSG = `${GROUP}/networkSecurityGroups/{name}`
const AT = '/subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}'

const here = { subscription: SUBSCRIPTION, rg: 'rg-orders' }
const absent: Drive = { says: 'of one that is not there', status: 404, params: { name: 'none-such' } }

const nic = (says: string, change: Parameters<typeof nicIn>[2]): Drive => ({
  says,
  status: 200,
  before: azure => nicIn(azure.state, 'vm01', change),
})

/** Rules of every make that a world file can have. */
const RULES = [
  { name: 'Many', prio: 200, access: 'allow', src: ['10.0.0.0/8', '192.0.2.0/24'], dport: ['80', '443-444'] },
  { name: 'Groups', prio: 210, access: 'allow', src: 'asg:jump', dst: ['asg:web', 'asg:db'], dport: 3389 },
  { name: 'Ping', prio: 220, access: 'deny', src: 'Internet', proto: 'icmp' },
  { name: 'Datagrams', prio: 230, access: 'allow', src: 'VirtualNetwork', sport: '53', proto: 'udp' },
  { name: 'Anything', prio: 240, access: 'deny', proto: '*' },
].map(rule => FleetRule.parse(rule))

function withRules({ state }: { state: AzureState }): void {
  const nsg = state.nsgs.find(({ name }) => name === 'nsg-orders')
  nsg?.rules.push(...RULES.map(rule => ({ ...rule, inForce: true })))
}

/** Somebody has been let in: the NSG has a rule for it. */
const letIn = async (azure: SimulatedAzure) => {
  await azure.send({
    method: 'POST',
    url: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-orders/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default/initiate?api-version=2020-01-01`,
    body: {
      virtualMachines: [
        { id: FIRST, ports: [{ number: 3389, duration: 'PT1H', allowedSourceAddressPrefix: '192.0.2.7' }] },
      ],
    },
    says: 'let somebody in',
  })
}

const FLOW = {
  targetResourceId: FIRST,
  direction: 'Inbound',
  protocol: 'TCP',
  localPort: '3389',
  remotePort: '60000',
  localIPAddress: '10.20.1.4',
  remoteIPAddress: '192.0.2.7',
}

const lists = ['networkInterfaces', 'publicIPAddresses', 'networkSecurityGroups'].map(
  (kind): Operation => ({
    route: `GET /subscriptions/{subscription}/providers/Microsoft.Network/${kind}`,
    usual: { says: `list ${kind}`, status: 200, params: here, before: withFront },
    also: [{ says: 'in pages', status: 200, world: { pageSize: 2 } }],
  }),
)

/** Answers go to a firewall, VPN clients come through a gateway, and another network is beside. */
const withRoutes: Drive['before'] = ({ state }) => {
  withFront({ state })
  const vm = state.vms.find(({ name }) => name === 'vm01')
  if (vm === undefined) throw new Error('the fleet has no vm01')
  vm.routes = [
    { prefix: '0.0.0.0/0', next_hop: 'VirtualAppliance', ip: '10.20.255.4' },
    { prefix: '10.230.0.0/16', next_hop: 'VirtualNetworkGateway', ip: null },
    { prefix: '10.77.0.0/16', next_hop: 'None', ip: null },
  ]
  vm.subnet.peerings = [{ vnet: 'vnet-lab', prefix: ['10.60.0.0/16'], state: 'Connected' }]
}

export const network: readonly Operation[] = [
  ...lists,
  {
    route: `GET ${GROUP}/virtualNetworks/{name}`,
    usual: { says: 'read a VNet', status: 200, params: { ...here, name: 'vnet-app' } },
    also: [
      { says: 'with everything in it', status: 200, before: withRoutes },
      { says: 'of a cloud service', status: 200, params: { name: 'shop-vnet' }, before: withFront },
      absent,
    ],
  },
  {
    route: `GET ${GROUP}/routeTables/{name}`,
    usual: {
      says: 'read a route table',
      status: 200,
      params: { ...here, name: 'rt-bastion' },
      before: withFront,
    },
    also: [absent],
  },
  {
    route: `GET ${GROUP}/loadBalancers/{name}`,
    usual: {
      says: 'read a load balancer',
      status: 200,
      params: { ...here, name: 'lb-orders' },
      before: withFront,
    },
    also: [
      {
        says: 'inside',
        status: 200,
        before: azure => {
          withFront(azure)
          for (const lb of azure.state.balancers) lb.frontend = null
        },
      },
      absent,
    ],
  },
  {
    route: 'GET /subscriptions/{subscription}/providers/Microsoft.Network/loadBalancers',
    usual: { says: 'list load balancers', status: 200, params: here, before: withFront },
    also: [{ says: 'where there is none', status: 200, before: () => undefined }],
  },
  {
    route: `POST ${GROUP}/loadBalancers/{name}/backendAddressPools/{pool}/queryInboundNatRulePortMapping`,
    usual: {
      says: 'ask for the ports of a pool',
      status: 200,
      params: { ...here, name: 'lb-orders', pool: 'pool' },
      body: {
        ipConfiguration: { id: `${networkId('networkInterfaces/vm01-nic')}/ipConfigurations/ipconfig1` },
      },
      before: withFront,
    },
    also: [
      {
        says: 'over a while',
        status: 202,
        world: { operationMs: 5_000 },
        body: { ipAddress: '10.20.1.4' },
        before: withFront,
      },
      { ...absent, body: {} },
    ],
  },
  {
    route: `GET ${GROUP}/azureFirewalls/{name}`,
    usual: { says: 'read a firewall', status: 200, params: { ...here, name: 'fw-hub' }, before: withFront },
    also: [absent],
  },
  {
    route: 'GET /subscriptions/{subscription}/providers/Microsoft.Network/azureFirewalls',
    usual: { says: 'list firewalls', status: 200, params: here, before: withFront },
    also: [],
  },
  {
    route: `GET ${GROUP}/firewallPolicies/{name}`,
    usual: {
      says: 'read a policy of a firewall',
      status: 200,
      params: { ...here, name: 'policy-spoke' },
      before: withFront,
    },
    also: [absent],
  },
  {
    route: `GET ${GROUP}/firewallPolicies/{name}/ruleCollectionGroups`,
    usual: {
      says: 'list the rules of such a policy',
      status: 200,
      params: { ...here, name: 'policy-spoke' },
      before: withFront,
    },
    also: [absent],
  },
  {
    route: `GET ${GROUP}/bastionHosts/{name}`,
    usual: { says: 'read a Bastion', status: 200, params: { ...here, name: 'bas-app' }, before: withFront },
    also: [{ says: 'for developers', status: 200, params: { name: 'bas-hub' }, before: withFront }, absent],
  },
  {
    route: 'GET /subscriptions/{subscription}/providers/Microsoft.Network/bastionHosts',
    usual: { says: 'list Bastion hosts', status: 200, params: here, before: withFront },
    also: [{ says: 'in pages', status: 200, world: { pageSize: 1 }, before: withFront }],
  },
  ...(['effectiveNetworkSecurityGroups', 'effectiveRouteTable'] as const).map(
    (verb): Operation => ({
      route: `POST ${GROUP}/networkInterfaces/{name}/${verb}`,
      usual: { says: `ask for the ${verb}`, status: 200, params: { ...here, name: 'vm01-nic' } },
      also: [
        { says: 'over a while', status: 202, world: { operationMs: 5_000 } },
        { says: 'with routes of all kinds', status: 200, before: withRoutes },
        {
          says: 'with rules of every make, and those of a network manager',
          status: 200,
          before: azure => {
            withRules(azure)
            for (const one of azure.state.subscriptions)
              one.adminRules = [
                {
                  name: 'No',
                  prio: 5,
                  access: 'deny',
                  src: ['Internet'],
                  sport: ['*'],
                  dst: ['*'],
                  dport: ['3389'],
                  proto: 'tcp',
                },
              ]
          },
        },
        {
          says: 'of a VM that is off',
          status: 400,
          before: azure => vmIn(azure.state, 'vm01', { power: 'deallocated' }),
        },
        absent,
      ],
    }),
  ),
  {
    route: `POST ${GROUP}/virtualNetworks/{name}/listNetworkManagerEffectiveSecurityAdminRules`,
    usual: {
      says: 'ask for the rules of a network manager',
      status: 200,
      params: { ...here, name: 'vnet-app' },
      body: {},
    },
    also: [{ ...absent, body: {} }],
  },
  {
    route:
      'GET /subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}/serviceTagDetails',
    usual: {
      says: 'ask what a service tag stands for',
      status: 200,
      params: { ...here, location: 'westeurope' },
      query: { tagName: 'AzureCloud' },
    },
    also: [],
  },
  {
    route: `POST ${GROUP}/networkWatchers/{name}/nextHop`,
    usual: {
      says: 'ask where answers go',
      status: 200,
      params: { ...here, rg: 'NetworkWatcherRG', name: 'NetworkWatcher_westeurope' },
      body: { targetResourceId: FIRST, sourceIPAddress: '10.20.1.4', destinationIPAddress: '192.0.2.7' },
    },
    also: [
      {
        says: 'to a firewall',
        status: 200,
        body: { targetResourceId: FIRST, sourceIPAddress: '10.20.1.4', destinationIPAddress: '192.0.2.7' },
        before: withRoutes,
      },
      {
        says: 'over a while',
        status: 202,
        world: { operationMs: 5_000 },
        body: { targetResourceId: FIRST, sourceIPAddress: '10.20.1.4', destinationIPAddress: '10.20.1.9' },
      },
      {
        says: 'without a destination',
        status: 400,
        wrong: true,
        body: { targetResourceId: FIRST, sourceIPAddress: '10.20.1.4' },
      },
    ],
  },
  {
    route: `POST ${GROUP}/networkWatchers/{name}/connectivityCheck`,
    usual: {
      says: 'try a connection from a Bastion host',
      status: 200,
      params: { ...here, rg: 'NetworkWatcherRG', name: 'NetworkWatcher_westeurope' },
      body: {
        source: { resourceId: networkId('bastionHosts/bas-app') },
        destination: { resourceId: FIRST, address: '10.20.1.4', port: 3389 },
        protocol: 'Tcp',
      },
      before: withFront,
    },
    also: [
      {
        says: 'over a while, from another VM',
        status: 202,
        world: { operationMs: 5_000 },
        body: { source: { resourceId: FIRST }, destination: { address: '10.20.1.4', port: 3389 } },
      },
      {
        says: 'from nowhere',
        status: 400,
        wrong: true,
        body: { destination: { address: '10.20.1.4', port: 3389 } },
      },
    ],
  },
  {
    route: `GET ${GROUP}/networkInterfaces/{name}`,
    usual: { says: 'read an interface', status: 200, params: { ...here, name: 'vm01-nic' } },
    also: [
      nic('without a public address', { public_ip: null }),
      nic('without an NSG', { nsg: null }),
      nic('in application security groups', { asgs: ['web', 'jump'] }),
      nic('with an address of each family', { ipv6: '2001:db8:5::9' }),
      nic('with an inner address of the new family', { ipv6: 'fd00:20::9' }),
      { says: 'behind a load balancer', status: 200, before: withFront },
      absent,
    ],
  },
  {
    route: `GET ${GROUP}/publicIPAddresses/{name}`,
    usual: { says: 'read a public address', status: 200, params: { ...here, name: 'vm01-ip' } },
    also: [
      nic('of the Basic kind', { public_sku: 'Basic' }),
      nic('without a name', { dns_label: null }),
      {
        says: 'that is given back while its VM is off',
        status: 200,
        params: { rg: 'rg-data', name: 'reports01-ip' },
      },
      { says: 'of a VM that has none', status: 404, params: { rg: 'rg-data', name: 'db01-ip' } },
      absent,
    ],
  },
  {
    route: `GET ${GROUP}/virtualNetworks/{vnet}/subnets/{name}`,
    usual: {
      says: 'read a subnet',
      status: 200,
      params: { ...here, rg: 'rg-web', vnet: 'vnet-app', name: 'snet-web' },
    },
    also: [{ says: 'without an NSG', status: 200, params: { rg: 'rg-data', name: 'snet-data' } }, absent],
  },
  {
    route: `GET ${NSG}`,
    usual: { says: 'read an NSG', status: 200, params: { ...here, name: 'nsg-orders' } },
    also: [
      { says: 'with rules of every make', status: 200, before: withRules },
      { says: 'with somebody let in', status: 200, before: letIn },
      absent,
    ],
  },
  {
    route: `DELETE ${NSG}/securityRules/{rule}`,
    usual: {
      says: 'delete a rule',
      status: 202,
      params: { ...here, name: 'nsg-orders', rule: 'AllowHttps' },
    },
    also: [
      { says: 'over a while', status: 202, world: { operationMs: 10_000 } },
      { says: 'that is not there', status: 204, params: { rule: 'none-such' } },
      { ...absent, says: 'of an NSG that is not there' },
    ],
  },
  {
    route: 'GET /subscriptions/{subscription}/providers/Microsoft.Network/networkWatchers',
    usual: { says: 'list the Network Watchers', status: 200, params: { subscription: SUBSCRIPTION } },
    also: [
      {
        says: 'of many regions',
        status: 200,
        world: { pageSize: 1 },
        before: ({ state }) => {
          for (const one of state.subscriptions) one.watchers = ['westeurope', 'northeurope', 'uksouth']
        },
      },
      {
        says: 'where there is none',
        status: 200,
        before: ({ state }) => {
          for (const one of state.subscriptions) one.watchers = []
        },
      },
    ],
  },
  {
    route: `POST ${GROUP}/networkWatchers/{name}/ipFlowVerify`,
    usual: {
      says: 'verify a flow',
      status: 200,
      params: { ...here, rg: 'NetworkWatcherRG', name: 'NetworkWatcher_westeurope' },
      body: FLOW,
    },
    also: [
      { says: 'that an NSG lets through', status: 200, body: { ...FLOW, localPort: '443' } },
      { says: 'of datagrams', status: 200, body: { ...FLOW, protocol: 'UDP' } },
      { says: 'over a while', status: 202, world: { operationMs: 5_000 }, body: FLOW },
      {
        says: 'to a VM that is not there',
        status: 404,
        body: { ...FLOW, targetResourceId: `${FIRST}99` },
      },
      {
        says: 'from the Network Watcher of another region',
        status: 400,
        params: { name: 'NetworkWatcher_northeurope' },
        body: FLOW,
      },
      { says: 'to an address of another VM', status: 400, body: { ...FLOW, localIPAddress: '10.20.1.99' } },
      { says: 'outwards', status: 400, body: { ...FLOW, direction: 'Outbound' } },
      { says: 'without a port', status: 400, wrong: true, body: { ...FLOW, localPort: undefined } },
      { says: 'that is no JSON', status: 400, body: '{' },
    ],
  },
  ...followed('Microsoft.Network', AT, azure =>
    azure.send({
      method: 'DELETE',
      url: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-orders/providers/Microsoft.Network/networkSecurityGroups/nsg-orders/securityRules/AllowHttps?api-version=2026-01-01`,
      says: 'what is followed',
    }),
  ),
]
