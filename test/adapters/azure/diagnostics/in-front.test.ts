import { describe, expect, test } from '@jest/globals'
import type { Network } from '../../../../core/index.ts'
import type { Double } from './double.ts'
import { example } from './double.ts'
import {
  ADDRESS,
  graph,
  HUB_SUBSCRIPTION,
  list,
  NIC,
  networkId,
  nicBody,
  startOffice,
  told,
  VM,
  VNET,
  vmId,
  vnetBody,
} from './office.ts'

const read = async (azure: Double): Promise<Network> => told(await azure.diagnosis().network(vmId()))

describe('load balancers in front of a VM', () => {
  const LB = networkId('loadBalancers', 'lb-farm')
  const OTHER_NIC = networkId('networkInterfaces', 'other-nic')
  const FRONT = `${LB}/frontendIPConfigurations/fe`
  const natRule = (name: string, properties: object) => ({
    id: `${LB}/inboundNatRules/${name}`,
    name,
    properties: { frontendIPConfiguration: { id: FRONT }, backendPort: 3389, protocol: 'Tcp', ...properties },
  })
  const balancer = (rules: readonly object[]) => ({
    id: LB,
    name: 'lb-farm',
    properties: {
      frontendIPConfigurations: [{ id: FRONT, name: 'fe', properties: { publicIPAddress: { id: ADDRESS } } }],
      inboundNatRules: rules,
    },
  })

  test('are told with the rules of the others behind them', async () => {
    await using azure = await startOffice()
    azure.gives('GET', NIC, nicBody({ loadBalancerInboundNatRules: [{ id: `${LB}/inboundNatRules/mine` }] }))
    azure.gives(
      'GET',
      LB,
      balancer([
        natRule('mine', {
          frontendPort: 50002,
          backendIPConfiguration: { id: `${NIC}/ipConfigurations/ipconfig1` },
        }),
        natRule('theirs', {
          frontendPort: 50001,
          backendIPConfiguration: { id: `${OTHER_NIC}/ipConfigurations/ipconfig1` },
        }),
        natRule('nobodys', { frontendPort: 50003 }),
        natRule('broken', { backendPort: undefined, frontendPort: 1 }),
        // RDP's own connection is TCP.
        natRule('udp', { protocol: 'Udp', frontendPort: 50004 }),
      ]),
    )
    graph(azure, [
      [/microsoft\.network\/networkinterfaces/, [{ id: OTHER_NIC, machine: VM.replace('vm01', 'vm02') }]],
    ])
    const { natRules } = await read(azure)
    const frontendName = 'orders.westeurope.cloudapp.azure.com'
    const front = { loadBalancer: 'lb-farm', frontendAddress: '20.61.10.5', frontendName, backendPort: 3389 }
    expect(natRules).toEqual([
      { ...front, name: 'mine', frontendPort: 50002, toAddress: '10.20.1.4', vm: vmId() },
      { ...front, name: 'theirs', frontendPort: 50001, vm: vmId('vm02') },
      { ...front, name: 'nobodys', frontendPort: 50003 },
    ])
  })

  test("are asked for the VM's port where one rule serves a pool", async () => {
    await using azure = await startOffice()
    const pool = `${LB}/backendAddressPools/farm`
    azure.gives('GET', NIC, nicBody({ loadBalancerBackendAddressPools: [{ id: pool }] }))
    azure.gives(
      'GET',
      LB,
      balancer([
        natRule('natRule', {
          backendAddressPool: { id: pool },
          frontendPortRangeStart: 50_000,
          frontendPortRangeEnd: 50_010,
        }),
      ]),
    )
    azure.later(`${pool}/queryInboundNatRulePortMapping`, await example('QueryInboundNatRulePortMapping'))
    const { natRules, missing } = await read(azure)
    expect(natRules).toEqual([
      {
        loadBalancer: 'lb-farm',
        name: 'natRule',
        frontendPort: 3389,
        backendPort: 3389,
        frontendAddress: '20.61.10.5',
        frontendName: 'orders.westeurope.cloudapp.azure.com',
        toAddress: '10.20.1.4',
        vm: vmId(),
      },
    ])
    expect(missing).toEqual([])
    expect(azure.calls().find(({ path }) => path.endsWith('/queryInboundNatRulePortMapping'))?.body).toEqual({
      ipConfiguration: { id: `${NIC}/ipConfigurations/ipconfig1` },
    })
  })
})

describe('firewalls in front of a VM', () => {
  const FIREWALL = networkId('azureFirewalls', 'fw-hub', 'rg-hub', HUB_SUBSCRIPTION)
  const HUB = networkId('virtualNetworks', 'hub', 'rg-hub', HUB_SUBSCRIPTION)
  const hubFirewall = (properties: object) => ({
    id: FIREWALL,
    name: 'fw-hub',
    location: 'westeurope',
    properties: {
      ipConfigurations: [
        {
          name: 'c',
          properties: {
            privateIPAddress: '10.9.0.4',
            subnet: { id: `${HUB}/subnets/AzureFirewallSubnet` },
            publicIPAddress: { id: ADDRESS },
          },
        },
      ],
      ...properties,
    },
  })
  const peered = (azure: Double) => {
    azure.gives(
      'GET',
      VNET,
      vnetBody([], {
        virtualNetworkPeerings: [
          {
            name: 'hub',
            properties: {
              peeringState: 'Connected',
              remoteVirtualNetwork: { id: HUB },
              remoteAddressSpace: { addressPrefixes: ['10.9.0.0/16'] },
            },
          },
        ],
      }),
    )
  }

  test('are found in the hub, with the rules of their policy', async () => {
    await using azure = await startOffice()
    peered(azure)
    const policy = networkId('firewallPolicies', 'fp', 'rg-hub', HUB_SUBSCRIPTION)
    azure.gives('GET', list('azureFirewalls', HUB_SUBSCRIPTION), {
      value: [hubFirewall({ firewallPolicy: { id: policy } })],
    })
    azure.gives('GET', `${policy}/ruleCollectionGroups`, {
      value: [
        {
          name: 'g',
          properties: {
            ruleCollections: [
              {
                ruleCollectionType: 'FirewallPolicyFilterRuleCollection',
                name: 'f',
                rules: [{ ruleType: 'NetworkRule', name: 'n' }],
              },
              {
                ruleCollectionType: 'FirewallPolicyNatRuleCollection',
                name: 'd',
                rules: [
                  {
                    ruleType: 'NatRule',
                    name: 'rdp',
                    sourceAddresses: ['203.0.113.25/32'],
                    destinationAddresses: ['20.61.10.5'],
                    destinationPorts: ['13389-13390'],
                    translatedAddress: '10.20.1.4',
                    translatedPort: '3389',
                  },
                  {
                    ruleType: 'NatRule',
                    name: 'name',
                    destinationAddresses: ['20.61.10.5'],
                    destinationPorts: ['1'],
                    translatedFqdn: 'x.example',
                    translatedPort: '3389',
                  },
                ],
              },
            ],
          },
        },
      ],
    })
    const { firewalls, missing } = await read(azure)
    const rule = {
      firewall: 'fw-hub',
      address: '20.61.10.5',
      sources: ['203.0.113.25/32'],
      toAddress: '10.20.1.4',
      toPort: 3389,
    }
    expect(firewalls).toEqual([
      {
        name: 'fw-hub',
        privateAddress: '10.9.0.4',
        publicAddresses: ['20.61.10.5'],
        dnat: [
          { ...rule, port: 13389 },
          { ...rule, port: 13390 },
        ],
      },
    ])
    expect(missing).toEqual([])
  })

  test('count by their classic rules too, and say that IP groups are not read', async () => {
    await using azure = await startOffice()
    azure.gives('GET', list('azureFirewalls'), {
      value: [
        hubFirewall({
          natRuleCollections: [
            {
              name: 'c',
              properties: {
                action: { type: 'Dnat' },
                rules: [
                  {
                    name: 'r',
                    sourceIpGroups: ['/x'],
                    destinationAddresses: ['20.61.10.5'],
                    destinationPorts: ['13389'],
                    translatedAddress: '10.20.1.4',
                    translatedPort: '3389',
                  },
                ],
              },
            },
          ],
        }),
      ],
    })
    const { firewalls, missing } = await read(azure)
    expect(firewalls[0]?.dnat).toMatchObject([{ port: 13389, sources: [], toPort: 3389 }])
    expect(missing.map(({ what }) => what)).toEqual(['IP groups in the rules of the firewall fw-hub'])
  })

  test('are left out where they have nothing to do with the VM', async () => {
    await using azure = await startOffice()
    azure.gives('GET', list('azureFirewalls'), { value: [hubFirewall({})] })
    expect((await read(azure)).firewalls).toEqual([])
  })
})
