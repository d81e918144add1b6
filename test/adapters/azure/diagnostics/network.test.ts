import { describe, expect, test } from '@jest/globals'
import type { Network } from '../../../../core/index.ts'
import type { Double } from './double.ts'
import { example } from './double.ts'
import {
  ADDRESS,
  list,
  NIC,
  NSG,
  networkId,
  nsgBody,
  ruleBody,
  SUBNET,
  SUBSCRIPTION,
  startOffice,
  subnetBody,
  told,
  VM,
  VNET,
  viewBody,
  vmBody,
  vmId,
  vnetBody,
} from './office.ts'

const read = async (azure: Double): Promise<Network> => told(await azure.diagnosis().network(vmId()))

describe('the network of a VM', () => {
  test('is told with every address and rule, and nothing is missing', async () => {
    await using azure = await startOffice()
    const network = await read(azure)
    expect(network.missing).toEqual([])
    expect(network.nics).toEqual([
      {
        id: NIC,
        primary: true,
        attachedNsg: {
          id: NSG,
          name: 'nsg-app',
          resourceGroup: 'rg-app',
          attachedTo: 2,
          tags: { owner: 'network team' },
          rules: [
            {
              name: 'AllowOffice',
              priority: 300,
              access: 'allow',
              direction: 'inbound',
              protocol: 'tcp',
              sources: ['203.0.113.0/24'],
              sourceGroups: [],
              sourcePorts: ['*'],
              destinations: ['*'],
              destinationGroups: [],
              destinationPorts: ['3389'],
              jit: false,
            },
          ],
        },
        groups: [],
        ipConfigurations: [
          {
            primary: true,
            privateAddress: '10.20.1.4',
            public: {
              address: '20.61.10.5',
              name: 'orders.westeurope.cloudapp.azure.com',
              sku: 'Standard',
              allocation: 'static',
            },
            subnet: {
              id: SUBNET,
              name: 'snet-app',
              prefixes: ['10.20.1.0/24'],
              vnet: { id: VNET, name: 'vnet-app', prefixes: ['10.20.0.0/16'] },
              virtualNetwork: ['10.20.0.0/16', '168.63.129.16/32'],
              peerings: [],
            },
          },
        ],
      },
    ])
  })

  test("reads Microsoft's examples of an interface and an NSG, whose second address is a block", async () => {
    await using azure = await startOffice()
    const nic = await example('NetworkInterfaceGet')
    const nsg = await example('NetworkSecurityGroupGet')
    azure.gives('GET', NIC, nic)
    azure.gives('GET', networkId('networkSecurityGroups', 'test-nsg', 'rg1', 'subid'), nsg)
    azure.gives('GET', nic.properties.ipConfigurations[0].properties.subnet.id.replace(/\/subnets.*/, ''), {
      properties: {},
    })
    const { nics } = await read(azure)
    expect(nics[0]?.ipConfigurations.map(({ privateAddress, primary }) => [privateAddress, primary])).toEqual(
      [
        ['172.20.2.4', true],
        ['172.20.2.16', false],
      ],
    )
  })

  test('widens the VirtualNetwork tag by connected peerings and by the route table, and leaves others out', async () => {
    await using azure = await startOffice()
    const table = networkId('routeTables', 'rt-app')
    azure.gives('GET', table, {
      id: table,
      properties: {
        routes: [
          {
            name: 'default',
            properties: {
              addressPrefix: '0.0.0.0/0',
              nextHopType: 'VirtualAppliance',
              nextHopIpAddress: '10.0.0.4',
            },
          },
          { name: 'tag', properties: { addressPrefix: 'AzureCloud', nextHopType: 'Internet' } },
        ],
      },
    })
    const peering = (name: string, state: string, prefix: string) => ({
      name,
      properties: {
        peeringState: state,
        remoteVirtualNetwork: { id: networkId('virtualNetworks', name) },
        remoteVirtualNetworkAddressSpace: { addressPrefixes: [prefix] },
      },
    })
    azure.gives('GET', VNET, {
      ...vnetBody([], {
        subnets: [subnetBody({ routeTable: { id: table } })],
        virtualNetworkPeerings: [
          peering('hub', 'Connected', '10.9.0.0/16'),
          peering('old', 'Disconnected', '10.8.0.0/16'),
        ],
      }),
    })
    const { nics, missing } = await read(azure)
    const subnet = nics[0]?.ipConfigurations[0]?.subnet
    expect(subnet?.virtualNetwork).toEqual(['10.20.0.0/16', '10.9.0.0/16', '168.63.129.16/32', '0.0.0.0/0'])
    expect(subnet?.peerings).toEqual([
      { name: 'hub', state: 'connected', prefixes: ['10.9.0.0/16'] },
      { name: 'old', state: 'other', prefixes: ['10.8.0.0/16'] },
    ])
    expect(missing).toEqual([])
  })

  test('takes what a gateway has learned from the routes in force', async () => {
    await using azure = await startOffice()
    azure.gives(
      'GET',
      VNET,
      vnetBody([{ id: `${VNET}/subnets/GatewaySubnet`, name: 'GatewaySubnet', properties: {} }]),
    )
    azure.later(`${NIC}/effectiveRouteTable`, {
      value: [
        {
          source: 'VirtualNetworkGateway',
          state: 'Active',
          addressPrefix: ['10.230.0.0/16'],
          nextHopType: 'VirtualNetworkGateway',
        },
        { source: 'Default', state: 'Active', addressPrefix: ['0.0.0.0/0'], nextHopType: 'Internet' },
      ],
    })
    const { nics, missing } = await read(azure)
    expect(nics[0]?.ipConfigurations[0]?.subnet.virtualNetwork).toContain('10.230.0.0/16')
    expect(missing).toEqual([])
  })

  test('says that the networks behind a gateway are unknown while the VM is off', async () => {
    await using azure = await startOffice()
    azure.gives('GET', VM, vmBody({ instanceView: viewBody('PowerState/deallocated') }))
    azure.gives(
      'GET',
      VNET,
      vnetBody([{ id: `${VNET}/subnets/GatewaySubnet`, name: 'GatewaySubnet', properties: {} }]),
    )
    const { missing } = await read(azure)
    expect(missing).toEqual([
      {
        what: 'the networks behind the gateway',
        why: 'Azure tells the routes of running VMs only, and this one does not run.',
      },
    ])
    expect(azure.calls().some(({ path }) => path.endsWith('/effectiveRouteTable'))).toBe(false)
  })

  test.each([
    ['the NSG nsg-app', 'GET', NSG, 'Microsoft.Network/networkSecurityGroups/read'],
    ['the public address vm01-ip', 'GET', ADDRESS, 'Microsoft.Network/publicIPAddresses/read'],
    [
      'the admin rules of the virtual network vnet-app',
      'POST',
      `${VNET}/listNetworkManagerEffectiveSecurityAdminRules`,
      'Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action',
    ],
    [
      `the Azure Firewalls of subscription ${SUBSCRIPTION}`,
      'GET',
      list('azureFirewalls'),
      'Microsoft.Network/azureFirewalls/read',
    ],
  ])(
    'is told without %s where that is denied, and names the right that is lacking',
    async (what, method, path, action) => {
      await using azure = await startOffice()
      azure.denies(method, path, action)
      const { nics, missing } = await read(azure)
      expect(nics).toHaveLength(1)
      expect(missing).toEqual([
        { what, why: `The bot lacks ${action} on subscription ${SUBSCRIPTION}.`, lacks: action },
      ])
    },
  )

  test('falls back on the subnet where the network may not be read', async () => {
    await using azure = await startOffice()
    azure.denies('GET', VNET, 'Microsoft.Network/virtualNetworks/read')
    const subnetNsg = networkId('networkSecurityGroups', 'nsg-subnet')
    azure.gives('GET', SUBNET, subnetBody({ networkSecurityGroup: { id: subnetNsg } }))
    azure.gives(
      'GET',
      subnetNsg,
      nsgBody([ruleBody('DenyAll', { access: 'Deny', priority: 4000 })], subnetNsg),
    )
    const { nics, missing } = await read(azure)
    const subnet = nics[0]?.ipConfigurations[0]?.subnet
    expect(subnet?.nsg?.rules.map(({ name }) => name)).toEqual(['DenyAll'])
    expect(subnet?.vnet).toEqual({ id: VNET, name: 'vnet-app', prefixes: [] })
    expect(missing.map(({ what }) => what)).toEqual(['the virtual network vnet-app'])
  })

  test('is not told at all where the only interface is denied', async () => {
    await using azure = await startOffice()
    azure.denies('GET', NIC, 'Microsoft.Network/networkInterfaces/read')
    expect(await azure.diagnosis().network(vmId())).toEqual({
      read: false,
      why: `The bot lacks Microsoft.Network/networkInterfaces/read on subscription ${SUBSCRIPTION}.`,
      lacks: 'Microsoft.Network/networkInterfaces/read',
    })
  })

  test('is told without a part that hangs, before the time for the whole is up', async () => {
    await using azure = await startOffice()
    azure.on('GET', NSG, () => ({ status: 200, body: nsgBody(), afterMs: 20_000 }))
    const reading = await azure.diagnosis({ deadlines: { sweepMs: 1_500 } }).network(vmId())
    const { nics, missing } = told(reading)
    expect(nics[0]?.attachedNsg).toBeUndefined()
    expect(missing.map(({ what }) => what)).toEqual(['the NSG nsg-app'])
    expect(missing[0]?.why).toMatch(/did not answer .* within/)
  })

  test('lists admin rules from all pages, lowest number first, with their own access', async () => {
    await using azure = await startOffice()
    const rule = (name: string, priority: number, access: string) => ({
      kind: 'Custom',
      id: `/subscriptions/x/resourceGroups/y/providers/Microsoft.Network/networkManagers/m/securityAdminConfigurations/c/ruleCollections/r/rules/${name}`,
      properties: {
        access,
        priority,
        direction: 'Inbound',
        protocol: 'Tcp',
        sources: [{ addressPrefix: 'Internet', addressPrefixType: 'ServiceTag' }],
        destinations: [{ addressPrefix: '*', addressPrefixType: 'IPPrefix' }],
        sourcePortRanges: ['0-65535'],
        destinationPortRanges: ['3389'],
      },
    })
    azure.on('POST', `${VNET}/listNetworkManagerEffectiveSecurityAdminRules`, ({ body }) => ({
      status: 200,
      body:
        (body as { skipToken?: string }).skipToken === undefined
          ? { value: [rule('Deny-RDP-Global', 5, 'Deny'), { kind: 'Newer', id: 'x' }], skipToken: 'more' }
          : { value: [rule('Let-Ops', 2, 'AlwaysAllow')] },
    }))
    const { adminRules } = await read(azure)
    expect(
      adminRules.map(({ name, priority, access, sources, sourcePorts }) => ({
        name,
        priority,
        access,
        sources,
        sourcePorts,
      })),
    ).toEqual([
      { name: 'Let-Ops', priority: 2, access: 'always-allow', sources: ['Internet'], sourcePorts: ['*'] },
      { name: 'Deny-RDP-Global', priority: 5, access: 'deny', sources: ['Internet'], sourcePorts: ['*'] },
    ])
  })

  test('looks up only those service tags that occur in the rules', async () => {
    await using azure = await startOffice()
    azure.gives(
      'GET',
      NSG,
      nsgBody([
        ruleBody('Tags', {
          sourceAddressPrefix: undefined,
          sourceAddressPrefixes: ['AzureCloud.westeurope', 'Internet', '10.0.0.0/8'],
        }),
        ruleBody('Probe', { priority: 310, sourceAddressPrefix: 'AzureLoadBalancer' }),
      ]),
    )
    azure.on(
      'GET',
      `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations/westeurope/serviceTagDetails`,
      ({ query }) => ({
        status: 200,
        body: {
          value: [
            {
              name: query['tagName'],
              id: query['tagName'],
              properties: { addressPrefixes: ['20.40.0.0/13'] },
            },
          ],
        },
      }),
    )
    const { serviceTags, missing } = await read(azure)
    expect(serviceTags).toEqual({
      'AzureCloud.westeurope': ['20.40.0.0/13'],
      AzureLoadBalancer: ['168.63.129.16/32'],
    })
    expect(missing).toEqual([])
    expect(azure.calls().filter(({ path }) => path.endsWith('/serviceTagDetails'))).toHaveLength(1)
  })

  test('keeps rules with odd and missing fields from opening anything', async () => {
    await using azure = await startOffice()
    azure.gives(
      'GET',
      NSG,
      nsgBody([
        { name: 'Bare' },
        ruleBody('NewAccess', { access: 'AllowSometimes', priority: 120 }),
        ruleBody('NewProtocol', { protocol: 'Quic', priority: 130 }),
        ruleBody('Spaces', {
          destinationPortRange: undefined,
          destinationPortRanges: ['3380 - 3390'],
          priority: 140,
        }),
        ruleBody('MicrosoftDefenderForCloud-JITRule_-1_AA', {
          access: 'Deny',
          priority: 150,
          description: 'ASC JIT',
        }),
      ]),
    )
    const { nics } = await read(azure)
    const rules = nics[0]?.attachedNsg?.rules ?? []
    expect(rules.map(({ name, access, jit }) => [name, access, jit])).toEqual([
      ['NewAccess', 'deny', false],
      ['Spaces', 'allow', false],
      ['MicrosoftDefenderForCloud-JITRule_-1_AA', 'deny', true],
      ['Bare', 'deny', false],
    ])
    expect(rules[1]?.destinationPorts).toEqual(['3380-3390'])
    expect(rules[3]).toMatchObject({ priority: 4096, sources: [], destinationPorts: [] })
  })
})
