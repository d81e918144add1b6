/** What is asked of Microsoft.Network. */
import { FleetRule } from '../../../bots/demo/azure/fleet.ts'
import type { AzureState } from '../../../bots/demo/azure/model.ts'
import type { Drive, Operation } from '../drive.ts'
import type { SimulatedAzure } from '../simulator.ts'
import { followed } from './followed.ts'
import { FIRST, nicIn, SUBSCRIPTION } from './places.ts'

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

export const network: readonly Operation[] = [
  {
    route: `GET ${GROUP}/networkInterfaces/{name}`,
    usual: { says: 'read an interface', status: 200, params: { ...here, name: 'vm01-nic' } },
    also: [
      nic('without a public address', { public_ip: null }),
      nic('without an NSG', { nsg: null }),
      nic('in application security groups', { asgs: ['web', 'jump'] }),
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
