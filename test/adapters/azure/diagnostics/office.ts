/** An ordinary VM of an office, in the answers that Azure gives about it. Tests change what they are about. */
import { parseVmId, type Reading, type VmId } from '../../../../core/index.ts'
import { type Double, startDouble } from './double.ts'

export const SUBSCRIPTION = '1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3e01'
export const HUB_SUBSCRIPTION = '1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3e99'

const idOf = (provider: string, type: string, name: string, group = 'rg-app', subscription = SUBSCRIPTION) =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/${provider}/${type}/${name}`
export const networkId = (type: string, name: string, group = 'rg-app', subscription = SUBSCRIPTION) =>
  idOf('Microsoft.Network', type, name, group, subscription)
const vmPath = (name: string) => idOf('Microsoft.Compute', 'virtualMachines', name)

export function vmId(name = 'vm01'): VmId {
  const id = parseVmId(vmPath(name))
  if (id === undefined) throw new Error(`${name} makes no VM id`)
  return id
}

export const VM = vmPath('vm01')
export const NIC = networkId('networkInterfaces', 'vm01-nic')
export const VNET = networkId('virtualNetworks', 'vnet-app')
export const SUBNET = `${VNET}/subnets/snet-app`
export const NSG = networkId('networkSecurityGroups', 'nsg-app')
export const ADDRESS = networkId('publicIPAddresses', 'vm01-ip')
export const GRAPH = '/providers/Microsoft.ResourceGraph/resources'
export const list = (type: string, subscription = SUBSCRIPTION) =>
  `/subscriptions/${subscription}/providers/Microsoft.Network/${type}`

/** What a body says, with other properties on top of its own. */
type Body = Record<string, unknown> & { properties: Record<string, unknown> }

export const vmBody = (properties: Record<string, unknown> = {}): Body => ({
  id: VM,
  name: 'vm01',
  location: 'westeurope',
  tags: { owner: 'ann' },
  identity: { type: 'SystemAssigned, UserAssigned' },
  properties: {
    provisioningState: 'Succeeded',
    hardwareProfile: { vmSize: 'Standard_D4s_v5' },
    storageProfile: {
      imageReference: {
        publisher: 'MicrosoftWindowsServer',
        offer: 'WindowsServer',
        sku: '2022-datacenter',
        version: 'latest',
      },
      osDisk: {
        osType: 'Windows',
        name: 'os',
        createOption: 'FromImage',
        managedDisk: { id: idOf('Microsoft.Compute', 'disks', 'os') },
      },
    },
    osProfile: { computerName: 'ORDERS-01', adminUsername: 'azadmin', allowExtensionOperations: true },
    diagnosticsProfile: { bootDiagnostics: { enabled: true } },
    networkProfile: { networkInterfaces: [{ id: NIC, properties: { primary: true } }] },
    instanceView: viewBody(),
    ...properties,
  },
})

export const viewBody = (power = 'PowerState/running', more: readonly object[] = []) => ({
  computerName: 'ORDERS-01',
  osName: 'Windows Server 2022 Datacenter',
  vmAgent: {
    statuses: [{ code: 'ProvisioningState/succeeded', displayStatus: 'Ready', time: '2026-11-21T08:55:00Z' }],
  },
  statuses: [
    { code: 'ProvisioningState/succeeded', time: '2026-11-20T08:00:00Z' },
    { code: power, displayStatus: 'VM' },
    ...more,
  ],
})

export const nicBody = (
  setting: Record<string, unknown> = {},
  properties: Record<string, unknown> = {},
): Body => ({
  id: NIC,
  name: 'vm01-nic',
  location: 'westeurope',
  properties: {
    virtualMachine: { id: VM },
    networkSecurityGroup: { id: NSG },
    ipConfigurations: [
      {
        id: `${NIC}/ipConfigurations/ipconfig1`,
        name: 'ipconfig1',
        properties: {
          primary: true,
          privateIPAddress: '10.20.1.4',
          subnet: { id: SUBNET },
          publicIPAddress: { id: ADDRESS },
          ...setting,
        },
      },
    ],
    ...properties,
  },
})

export const vnetBody = (
  subnets: readonly object[] = [],
  properties: Record<string, unknown> = {},
): Body => ({
  id: VNET,
  name: 'vnet-app',
  location: 'westeurope',
  properties: {
    addressSpace: { addressPrefixes: ['10.20.0.0/16'] },
    subnets: [subnetBody(), ...subnets],
    ...properties,
  },
})

export const subnetBody = (properties: Record<string, unknown> = {}): Body => ({
  id: SUBNET,
  name: 'snet-app',
  properties: { addressPrefix: '10.20.1.0/24', ...properties },
})

export const ruleBody = (name: string, properties: Record<string, unknown> = {}): Body => ({
  id: `${NSG}/securityRules/${name}`,
  name,
  properties: {
    priority: 300,
    access: 'Allow',
    direction: 'Inbound',
    protocol: 'Tcp',
    sourceAddressPrefix: '203.0.113.0/24',
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: '3389',
    ...properties,
  },
})

export const nsgBody = (rules: readonly object[] = [ruleBody('AllowOffice')], id = NSG): Body => ({
  id,
  name: id.split('/').at(-1),
  location: 'westeurope',
  tags: { owner: 'network team' },
  properties: {
    securityRules: rules,
    networkInterfaces: [{ id: NIC }],
    subnets: [{ id: SUBNET }],
    defaultSecurityRules: [
      ruleBody('AllowVnetInBound', { priority: 65_000, sourceAddressPrefix: 'VirtualNetwork' }),
    ],
  },
})

/** Graph answers by what the query is about; a query that nobody thought of is answered with nothing. */
export function graph(azure: Double, answers: readonly [RegExp, readonly object[]][]): void {
  azure.on('POST', GRAPH, ({ body }) => {
    const { query = '' } = body as { query?: string }
    const rows = answers.find(([about]) => about.test(query))?.[1] ?? []
    return {
      status: 200,
      body: {
        totalRecords: rows.length,
        count: rows.length,
        resultTruncated: 'false',
        data: rows,
        facets: [],
      },
    }
  })
}

/** The office with its VM; everything that a whole diagnosis asks for has an answer. */
export async function startOffice(): Promise<Double> {
  const azure = await startDouble()
  azure.gives('GET', VM, vmBody())
  azure.gives('GET', NIC, nicBody())
  azure.gives('GET', VNET, vnetBody())
  azure.gives('GET', NSG, nsgBody())
  azure.gives('GET', ADDRESS, {
    id: ADDRESS,
    name: 'vm01-ip',
    sku: { name: 'Standard' },
    properties: {
      ipAddress: '20.61.10.5',
      publicIPAllocationMethod: 'Static',
      dnsSettings: { fqdn: 'orders.westeurope.cloudapp.azure.com' },
    },
  })
  azure.gives('POST', `${VNET}/listNetworkManagerEffectiveSecurityAdminRules`, { value: [] })
  for (const type of ['bastionHosts', 'azureFirewalls']) azure.gives('GET', list(type), { value: [] })
  azure.gives('GET', list('networkWatchers'), {
    value: [
      {
        id: networkId('networkWatchers', 'NetworkWatcher_westeurope', 'NetworkWatcherRG'),
        name: 'NetworkWatcher_westeurope',
        location: 'westeurope',
        properties: {},
      },
    ],
  })
  azure.gives('GET', `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Security/jitNetworkAccessPolicies`, {
    value: [],
  })
  azure.gives('GET', `${VM}/extensions`, { value: [] })
  for (const kind of ['locks', 'roleAssignments'])
    azure.gives('GET', `${VM}/providers/Microsoft.Authorization/${kind}`, { value: [] })
  azure.gives('GET', `${VM}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`, {
    properties: { availabilityState: 'Available', summary: 'Nothing known.', context: 'Not Applicable' },
  })
  azure.gives(
    'GET',
    `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values`,
    { value: [] },
  )
  graph(azure, [])
  return azure
}

/** What was read; a test that reads nothing fails. */
export function told<T>(reading: Reading<T>): T {
  if (!reading.read) throw new Error(`not read: ${reading.why}`)
  return reading.value
}
