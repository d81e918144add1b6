import { describe, expect, test } from '@jest/globals'
import { example } from './double.ts'
import {
  ADDRESS,
  list,
  NIC,
  NSG,
  networkId,
  nsgBody,
  ruleBody,
  SUBSCRIPTION,
  startOffice,
  VM,
  VNET,
  viewBody,
  vmBody,
  vmId,
  vnetBody,
} from './office.ts'

const WATCHER = networkId('networkWatchers', 'NetworkWatcher_westeurope', 'NetworkWatcherRG')
const BASTION = networkId('bastionHosts', 'bas-hub')
const BASTION_SUBNET = {
  id: `${VNET}/subnets/AzureBastionSubnet`,
  name: 'AzureBastionSubnet',
  properties: { addressPrefix: '10.20.250.0/26' },
}
const bastionBody = (properties: object = {}, vnet = VNET) => ({
  id: BASTION,
  name: 'bas-hub',
  location: 'West Europe',
  sku: { name: 'Standard' },
  properties: {
    provisioningState: 'Succeeded',
    enableTunneling: true,
    ipConfigurations: [
      {
        name: 'c',
        properties: {
          subnet: { id: `${vnet}/subnets/AzureBastionSubnet` },
          publicIPAddress: { id: ADDRESS },
        },
      },
    ],
    ...properties,
  },
})

describe('IP flow verify', () => {
  test("is asked about the VM's private address, and answers with the rule's own name", async () => {
    await using azure = await startOffice()
    azure.later(`${WATCHER}/ipFlowVerify`, { access: 'Deny', ruleName: 'securityRules/UserRule_DenyAll' })
    expect(await azure.diagnosis().flow(vmId(), 3389, '203.0.113.25')).toEqual({
      read: true,
      value: { access: 'deny', rule: 'DenyAll' },
    })
    expect(
      azure.calls().find(({ method, path }) => method === 'POST' && path.endsWith('/ipFlowVerify'))?.body,
    ).toMatchObject({
      targetResourceId: vmId(),
      direction: 'Inbound',
      protocol: 'TCP',
      localIPAddress: '10.20.1.4',
      localPort: '3389',
      remoteIPAddress: '203.0.113.25',
    })
  })

  test("understands Microsoft's example", async () => {
    await using azure = await startOffice()
    azure.gives('POST', `${WATCHER}/ipFlowVerify`, await example('NetworkWatcherIpFlowVerify'))
    expect(await azure.diagnosis().flow(vmId(), 3389, '203.0.113.25')).toEqual({
      read: true,
      value: { access: 'allow', rule: 'Rule1' },
    })
  })

  test('says why it was not asked: IPv6, a VM that is off, no watcher, a right that is lacking', async () => {
    await using azure = await startOffice()
    const ask = (source = '203.0.113.25') => azure.diagnosis().flow(vmId(), 3389, source)
    expect(await ask('2001:db8::1')).toEqual({
      read: false,
      why: 'IP flow verify takes single IPv4 addresses only.',
    })
    azure.denies('POST', `${WATCHER}/ipFlowVerify`, 'Microsoft.Network/networkWatchers/ipFlowVerify/action')
    expect(await ask()).toMatchObject({
      read: false,
      lacks: 'Microsoft.Network/networkWatchers/ipFlowVerify/action',
    })
    azure.gives('GET', list('networkWatchers'), await example('NetworkWatcherListAll'))
    expect(await ask()).toEqual({ read: false, why: 'There is no Network Watcher in westeurope.' })
    azure.gives('GET', VM, vmBody({ instanceView: viewBody('PowerState/deallocated') }))
    expect(await ask()).toEqual({
      read: false,
      why: 'IP flow verify needs a VM that runs; it is deallocated.',
    })
  })
})

describe('the Network Watcher', () => {
  test('that Azure made by itself is asked without a look for it; one of another name is looked for', async () => {
    await using azure = await startOffice()
    azure.later(`${WATCHER}/ipFlowVerify`, { access: 'Allow', ruleName: 'securityRules/x' })
    expect(await azure.diagnosis().flow(vmId(), 3389, '203.0.113.25')).toMatchObject({ read: true })
    const lists = () => azure.asked.filter(({ path }) => /networkwatchers$/i.test(path))
    expect(lists()).toEqual([])
    const own = networkId('networkWatchers', 'nw-corp', 'rg-network')
    azure.on('POST', `${WATCHER}/ipFlowVerify`, () => ({
      status: 404,
      body: JSON.stringify({ error: { code: 'ResourceGroupNotFound', message: 'There is no such group.' } }),
    }))
    azure.gives('GET', list('networkWatchers'), {
      value: [{ id: own, name: 'nw-corp', location: 'West Europe' }],
    })
    azure.later(`${own}/ipFlowVerify`, { access: 'Deny', ruleName: 'securityRules/y' })
    expect(await azure.diagnosis().flow(vmId(), 3389, '203.0.113.25')).toEqual({
      read: true,
      value: { access: 'deny', rule: 'y' },
    })
    expect(lists()).toHaveLength(1)
  })
})

describe('what is in force', () => {
  test("understands Microsoft's example of rules, with tags written out", async () => {
    await using azure = await startOffice()
    azure.later(`${NIC}/effectiveNetworkSecurityGroups`, await example('NetworkInterfaceEffectiveNSGList'))
    const reading = await azure.diagnosis().effectiveRules(vmId())
    if (!reading.read) throw new Error(reading.why)
    expect(
      reading.value.map(({ name, layer, direction, destinationPorts }) => [
        name,
        layer,
        direction,
        destinationPorts,
      ]),
    ).toEqual([
      ['rule1', 'subnet', 'inbound', ['6579']],
      ['default-allow-rdp', 'subnet', 'inbound', ['3389']],
      ['AllowInternetOutBound', 'subnet', 'outbound', ['*']],
    ])
    expect(reading.value[2]?.destinations).toEqual(['32.0.0.0/3', '4.0.0.0/6', '2.0.0.0/7', '1.0.0.0/8'])
  })

  test('tells the layers apart', async () => {
    await using azure = await startOffice()
    const rules = [{ name: 'r', protocol: 'All', access: 'Allow', priority: 1, direction: 'Inbound' }]
    azure.gives('POST', `${NIC}/effectiveNetworkSecurityGroups`, {
      value: [
        { association: { networkManager: { id: '/m' } }, effectiveSecurityRules: rules },
        {
          networkSecurityGroup: { id: '/n' },
          association: { networkInterface: { id: NIC } },
          effectiveSecurityRules: rules,
        },
        {
          networkSecurityGroup: { id: '/s' },
          association: { subnet: { id: '/s' } },
          effectiveSecurityRules: rules,
        },
        {},
      ],
    })
    const reading = await azure.diagnosis().effectiveRules(vmId())
    expect(reading).toMatchObject({
      read: true,
      value: [{ layer: 'admin' }, { layer: 'nic' }, { layer: 'subnet' }],
    })
  })

  test("understands Microsoft's example of routes", async () => {
    await using azure = await startOffice()
    const routes = await example('NetworkInterfaceEffectiveRouteTableList')
    routes.value.push(
      {
        source: 'User',
        state: 'Active',
        addressPrefix: ['10.1.0.0/16', '10.2.0.0/16'],
        nextHopType: 'VirtualAppliance',
        nextHopIpAddress: ['10.0.0.4'],
      },
      { source: 'Default', state: 'Invalid', addressPrefix: ['10.3.0.0/16'], nextHopType: 'Internet' },
      { source: 'Guess', addressPrefix: ['10.4.0.0/16'], nextHopType: 'Wormhole' },
    )
    azure.later(`${NIC}/effectiveRouteTable`, routes)
    const reading = await azure.diagnosis().routes(vmId())
    if (!reading.read) throw new Error(reading.why)
    expect(reading.value[0]).toEqual({ prefix: '172.20.2.0/24', nextHop: 'VnetLocal', source: 'default' })
    expect(reading.value.slice(-3)).toEqual([
      { prefix: '10.1.0.0/16', nextHop: 'VirtualAppliance', nextHopAddress: '10.0.0.4', source: 'user' },
      { prefix: '10.2.0.0/16', nextHop: 'VirtualAppliance', nextHopAddress: '10.0.0.4', source: 'user' },
      { prefix: '10.4.0.0/16', nextHop: 'other' },
    ])
  })
})

describe('the Bastion host', () => {
  test('is undefined where none reaches the VM', async () => {
    await using azure = await startOffice()
    azure.gives('GET', list('bastionHosts'), {
      value: [bastionBody({}, networkId('virtualNetworks', 'elsewhere')), await example('BastionHostGet')],
    })
    expect(await azure.diagnosis().bastion(vmId())).toEqual({ read: true, value: undefined })
  })

  test("in the VM's network is told with its subnet, NSG and routes", async () => {
    await using azure = await startOffice()
    const nsg = networkId('networkSecurityGroups', 'nsg-bas')
    const table = networkId('routeTables', 'rt-bas')
    azure.gives('GET', list('bastionHosts'), { value: [bastionBody()] })
    azure.gives(
      'GET',
      VNET,
      vnetBody([
        {
          ...BASTION_SUBNET,
          properties: {
            ...BASTION_SUBNET.properties,
            networkSecurityGroup: { id: nsg },
            routeTable: { id: table },
          },
        },
      ]),
    )
    azure.gives('GET', nsg, nsgBody([ruleBody('AllowHttps', { destinationPortRange: '443' })], nsg))
    azure.gives('GET', table, {
      id: table,
      properties: {
        routes: [
          {
            name: 'd',
            properties: {
              addressPrefix: '0.0.0.0/0',
              nextHopType: 'VirtualAppliance',
              nextHopIpAddress: '10.0.0.4',
            },
          },
        ],
      },
    })
    expect(await azure.diagnosis().bastion(vmId())).toMatchObject({
      read: true,
      value: {
        id: BASTION,
        name: 'bas-hub',
        sku: 'Standard',
        state: 'succeeded',
        features: { nativeClient: true, ipConnect: false, shareableLink: false },
        prefix: '10.20.250.0/26',
        place: 'same-vnet',
        peered: false,
        nsg: { name: 'nsg-bas' },
        routes: [
          { prefix: '0.0.0.0/0', nextHop: 'VirtualAppliance', nextHopAddress: '10.0.0.4', source: 'user' },
        ],
      },
    })
    azure.denies('GET', nsg, 'Microsoft.Network/networkSecurityGroups/read')
    expect(await azure.diagnosis().bastion(vmId())).toMatchObject({
      read: false,
      lacks: 'Microsoft.Network/networkSecurityGroups/read',
    })
  })

  test.each([
    ['Connected', true],
    ['Disconnected', false],
  ])('in a network whose peering is %s counts as peered: %s', async (peeringState, peered) => {
    await using azure = await startOffice()
    const hub = networkId('virtualNetworks', 'hub')
    azure.gives('GET', list('bastionHosts'), { value: [bastionBody({}, hub)] })
    azure.gives(
      'GET',
      VNET,
      vnetBody([], {
        virtualNetworkPeerings: [
          { name: 'hub', properties: { peeringState, remoteVirtualNetwork: { id: hub } } },
        ],
      }),
    )
    azure.denies('GET', hub, 'Microsoft.Network/virtualNetworks/read')
    const reading = await azure.diagnosis().bastion(vmId())
    expect(reading).toMatchObject({ read: true, value: { place: 'peered-vnet', peered } })
    expect(reading).not.toHaveProperty('value.prefix')
  })

  test('of the Developer tier is found by the network it names', async () => {
    await using azure = await startOffice()
    azure.gives('GET', list('bastionHosts'), {
      value: [
        {
          ...bastionBody({ ipConfigurations: [], virtualNetwork: { id: VNET } }),
          sku: { name: 'Developer' },
        },
      ],
    })
    expect(await azure.diagnosis().bastion(vmId())).toMatchObject({
      read: true,
      value: { sku: 'Developer', place: 'same-vnet' },
    })
  })

  test('is not "none" where the bot may not list them', async () => {
    await using azure = await startOffice()
    azure.denies('GET', list('bastionHosts'), 'Microsoft.Network/bastionHosts/read')
    expect(await azure.diagnosis().bastion(vmId())).toMatchObject({
      read: false,
      lacks: 'Microsoft.Network/bastionHosts/read',
    })
  })

  test("tries the port from where it stands, and tells Azure's issues", async () => {
    await using azure = await startOffice()
    azure.gives('GET', list('bastionHosts'), { value: [bastionBody()] })
    azure.later(`${WATCHER}/connectivityCheck`, await example('NetworkWatcherConnectivityCheck'))
    expect(await azure.diagnosis().reachability(vmId(), 3389)).toEqual({
      read: true,
      value: { reachable: true, issues: [] },
    })
    expect(azure.calls().at(-1)?.path ?? '').toMatch(/connectivityCheck/i)
    expect(azure.calls().find(({ path }) => path.endsWith('/connectivityCheck'))?.body).toEqual({
      source: { resourceId: BASTION },
      destination: { resourceId: vmId(), address: '10.20.1.4', port: 3389 },
      protocol: 'Tcp',
    })
    azure.gives('POST', `${WATCHER}/connectivityCheck`, {
      connectionStatus: 'Unreachable',
      hops: [
        {
          issues: [
            { type: 'NetworkSecurityRule', context: [{ key: 'RuleName' }, { value: 'UserRule_Deny' }] },
          ],
        },
        {},
      ],
    })
    expect(await azure.diagnosis().reachability(vmId(), 3389)).toMatchObject({
      value: {
        reachable: false,
        issues: [{ kind: 'NetworkSecurityRule', detail: 'key: RuleName, value: UserRule_Deny' }],
      },
    })
  })
})

describe('a whole diagnosis', () => {
  test('costs Azure about twenty calls, and the next one in the same subscription fewer', async () => {
    await using azure = await startOffice()
    azure.later(`${WATCHER}/ipFlowVerify`, { access: 'Allow', ruleName: 'x' })
    azure.later(`${NIC}/effectiveRouteTable`, { value: [] })
    azure.gives('POST', `${VM}/retrieveBootDiagnosticsData`, {})
    azure.gives('GET', `${VM}/providers/Microsoft.Insights/metrics`, { value: [] })
    const connection = azure.connect()
    const counts: number[] = []
    for (let round = 0; round < 2; round++) {
      const before = azure.calls().length
      const diagnosis = connection.forOneDiagnosis()
      const vm = vmId()
      const summary = {
        id: vm,
        name: 'vm01',
        subscription: { id: SUBSCRIPTION, name: 's' },
        resourceGroup: 'rg-app',
        location: 'westeurope',
        os: 'windows',
        tags: {},
      } as const
      await Promise.all([
        diagnosis.find('vm01'),
        diagnosis.state(vm),
        diagnosis.model(vm),
        diagnosis.health(vm),
        diagnosis.activity(vm, 72),
        diagnosis.network(vm),
        diagnosis.jit(vm),
        diagnosis.extensions(vm),
        diagnosis.bastion(vm),
        diagnosis.incidents(summary),
        diagnosis.flow(vm, 3389, '203.0.113.25'),
        diagnosis.routes(vm),
        diagnosis.boot(vm),
        diagnosis.metrics(vm),
      ])
      counts.push(azure.calls().length - before)
    }
    expect(counts).toEqual([20, 17])
    expect(azure.asked.filter(({ path }) => path.toLowerCase() === NSG.toLowerCase())).toHaveLength(2)
  })
})
