/**
 * What stands in front of VMs: load balancers with their NAT rules, Azure Firewalls, and Bastion hosts.
 *
 * Shapes: Azure/azure-rest-api-specs, Microsoft.Network 2024-03-01, and @azure/arm-network 39.0.0 for firewalls (read 2026-11-21).
 */
import { ArmError, type Ask, accepted, notFound, page, type Reply, type Route, VERSIONS } from './arm.ts'
import { networkIdOf, same } from './ids.ts'
import type { AzureState, SimBalancer, SimBastion, SimFirewall } from './model.ts'
import { found, list, read } from './network.ts'
import { vnetIdFor } from './topology.ts'
import { nicIdOf } from './vms.ts'

const GROUP = '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Network'
const versions = VERSIONS.network

export const frontRoutes: readonly Route[] = [
  read('loadBalancers/{name}', 'loadBalancers/read', ask =>
    found(ask, 'loadBalancers', balancers(ask.world.state)),
  ),
  list('loadBalancers', balancers),
  {
    method: 'POST',
    path: `${GROUP}/loadBalancers/{name}/backendAddressPools/{pool}/queryInboundNatRulePortMapping`,
    action: 'Microsoft.Network/loadBalancers/backendAddressPools/queryInboundNatRulePortMapping/action',
    versions,
    run: portMapping,
  },
  read('azureFirewalls/{name}', 'azureFirewalls/read', ask =>
    found(ask, 'azureFirewalls', firewalls(ask.world.state)),
  ),
  list('azureFirewalls', firewalls),
  read('firewallPolicies/{name}', 'firewallPolicies/read', ask => policyBody(policyOf(ask))),
  {
    method: 'GET',
    path: `${GROUP}/firewallPolicies/{name}/ruleCollectionGroups`,
    action: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups/read',
    versions,
    run: ask => page(ask, [collectionGroup(policyOf(ask))]),
  },
  read('bastionHosts/{name}', 'bastionHosts/read', ask =>
    found(ask, 'bastionHosts', bastions(ask.world.state)),
  ),
  list('bastionHosts', bastions),
]

type Drawn = Record<string, unknown> & { id: string }

// ---- Load balancers ------------------------------------------------------------------------------------------------------------

export function balancers(state: AzureState): Drawn[] {
  return state.balancers.map(lb => balancerBody(state, lb))
}

function balancerBody(state: AzureState, lb: SimBalancer): Drawn {
  const id = networkIdOf(lb.subscription, lb.rg, `loadBalancers/${lb.name}`)
  const frontend = { id: `${id}/frontendIPConfigurations/frontend` }
  const rules = lb.nat.map(({ front_port, back_port, vm: name }, index) => {
    const vm = state.vms.find(
      one => name !== null && same(one.name, name) && one.subscription === lb.subscription,
    )
    return {
      name: `nat-${index}`,
      id: `${id}/inboundNatRules/nat-${index}`,
      type: 'Microsoft.Network/loadBalancers/inboundNatRules',
      properties: {
        provisioningState: 'Succeeded',
        frontendIPConfiguration: frontend,
        frontendPort: front_port,
        backendPort: back_port,
        protocol: 'Tcp',
        idleTimeoutInMinutes: 4,
        enableFloatingIP: false,
        enableTcpReset: false,
        ...(vm === undefined
          ? {}
          : { backendIPConfiguration: { id: `${nicIdOf(vm)}/ipConfigurations/ipconfig1` } }),
      },
    }
  })
  return {
    name: lb.name,
    id,
    type: 'Microsoft.Network/loadBalancers',
    location: lb.location,
    sku: { name: 'Standard', tier: 'Regional' },
    properties: {
      provisioningState: 'Succeeded',
      frontendIPConfigurations: [
        {
          name: 'frontend',
          id: frontend.id,
          properties: {
            provisioningState: 'Succeeded',
            privateIPAllocationMethod: 'Dynamic',
            ...(lb.frontend === null
              ? { privateIPAddress: '10.20.1.250' }
              : {
                  publicIPAddress: {
                    id: networkIdOf(lb.subscription, lb.rg, `publicIPAddresses/${lb.name}-ip`),
                  },
                }),
            inboundNatRules: rules.map(rule => ({ id: rule.id })),
          },
        },
      ],
      backendAddressPools: [],
      loadBalancingRules: [],
      probes: [],
      inboundNatRules: rules,
      outboundRules: [],
      inboundNatPools: [],
    },
  }
}

/** No NAT rule here serves a whole pool, so there is never a mapping; a pool that is asked about is there. */
function portMapping(ask: Ask): Reply {
  found(ask, 'loadBalancers', balancers(ask.world.state))
  const result = { inboundNatRulePortMappings: [] }
  return ask.world.operationMs > 0
    ? accepted(ask, { provider: 'Microsoft.Network', effect: { do: 'nothing' }, result })
    : { status: 200, body: result }
}

// ---- Firewalls -----------------------------------------------------------------------------------------------------------------

export function firewalls(state: AzureState): Drawn[] {
  return state.firewalls.map(one => firewallBody(state, one))
}

const policyIdFor = ({ subscription, rg, policy }: SimFirewall): string =>
  networkIdOf(subscription, rg, `firewallPolicies/${policy}`)

function dnatRules({ dnat, public_ip }: SimFirewall): Record<string, unknown>[] {
  return dnat.map(({ port, to, sources }, index) => {
    const [address, toPort = '3389'] = to.split(':')
    return {
      name: `dnat-${index}`,
      protocols: ['TCP'],
      translatedAddress: address,
      translatedPort: toPort,
      sourceAddresses: sources,
      sourceIpGroups: [],
      destinationAddresses: public_ip === null ? [] : [public_ip],
      destinationPorts: [String(port)],
    }
  })
}

function firewallBody(state: AzureState, firewall: SimFirewall): Drawn {
  const { subscription, rg, name, location, vnet, policy, dnat, public_ip, private_ip } = firewall
  const id = networkIdOf(subscription, rg, `azureFirewalls/${name}`)
  return {
    name,
    id,
    type: 'Microsoft.Network/azureFirewalls',
    location,
    properties: {
      provisioningState: 'Succeeded',
      threatIntelMode: 'Alert',
      sku: { name: 'AZFW_VNet', tier: 'Standard' },
      ipConfigurations: [
        {
          name: 'ipconfig',
          id: `${id}/azureFirewallIpConfigurations/ipconfig`,
          properties: {
            provisioningState: 'Succeeded',
            privateIPAddress: private_ip,
            subnet: { id: `${vnetIdFor(state, firewall, vnet)}/subnets/AzureFirewallSubnet` },
            ...(public_ip === null
              ? {}
              : { publicIPAddress: { id: networkIdOf(subscription, rg, `publicIPAddresses/${name}-ip`) } }),
          },
        },
      ],
      ...(policy === null ? {} : { firewallPolicy: { id: policyIdFor(firewall) } }),
      networkRuleCollections: [],
      applicationRuleCollections: [],
      natRuleCollections:
        policy !== null || dnat.length === 0
          ? []
          : [
              {
                name: 'dnat',
                id: `${id}/natRuleCollections/dnat`,
                properties: {
                  provisioningState: 'Succeeded',
                  priority: 100,
                  action: { type: 'Dnat' },
                  rules: dnatRules(firewall),
                },
              },
            ],
    },
  }
}

function policyOf({ world, params }: Ask): SimFirewall {
  const { subscription = '', rg = '', name = '' } = params
  const owner = world.state.firewalls.find(
    one =>
      one.policy !== null &&
      same(policyIdFor(one), networkIdOf(subscription, rg, `firewallPolicies/${name}`)),
  )
  if (owner === undefined) throw notFound('Microsoft.Network/firewallPolicies', name, rg)
  return owner
}

const policyBody = (firewall: SimFirewall): Drawn => ({
  name: firewall.policy,
  id: policyIdFor(firewall),
  type: 'Microsoft.Network/firewallPolicies',
  location: firewall.location,
  properties: {
    provisioningState: 'Succeeded',
    threatIntelMode: 'Alert',
    sku: { tier: 'Standard' },
    ruleCollectionGroups: [{ id: `${policyIdFor(firewall)}/ruleCollectionGroups/dnat` }],
    firewalls: [{ id: networkIdOf(firewall.subscription, firewall.rg, `azureFirewalls/${firewall.name}`) }],
    childPolicies: [],
  },
})

const collectionGroup = (firewall: SimFirewall): Drawn => ({
  name: 'dnat',
  id: `${policyIdFor(firewall)}/ruleCollectionGroups/dnat`,
  type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
  properties: {
    provisioningState: 'Succeeded',
    priority: 100,
    ruleCollections: [
      {
        name: 'dnat',
        priority: 100,
        ruleCollectionType: 'FirewallPolicyNatRuleCollection',
        action: { type: 'DNAT' },
        rules: dnatRules(firewall).map(({ protocols, ...rule }) => ({
          ruleType: 'NatRule',
          ipProtocols: protocols,
          ...rule,
        })),
      },
    ],
  },
})

// ---- Bastion -------------------------------------------------------------------------------------------------------------------

export function bastions(state: AzureState): Drawn[] {
  return state.bastions.map(one => bastionBody(state, one))
}

function bastionBody(state: AzureState, bastion: SimBastion): Drawn {
  const { subscription, rg, name, location, vnet, sku } = bastion
  const id = networkIdOf(subscription, rg, `bastionHosts/${name}`)
  const vnetId = vnetIdFor(state, bastion, vnet)
  return {
    name,
    id,
    type: 'Microsoft.Network/bastionHosts',
    location,
    sku: { name: sku },
    properties: {
      provisioningState: bastion.state,
      dnsName: `bst-${name}.bastion.azure.com`,
      scaleUnits: 2,
      ...(sku === 'Developer'
        ? { virtualNetwork: { id: vnetId }, ipConfigurations: [] }
        : {
            enableTunneling: bastion.native_client,
            enableIpConnect: bastion.ip_connect,
            enableShareableLink: bastion.shareable_link,
            enableFileCopy: false,
            disableCopyPaste: false,
            enableKerberos: false,
            ipConfigurations: [
              {
                name: 'ipconfig',
                id: `${id}/bastionHostIpConfigurations/ipconfig`,
                properties: {
                  provisioningState: 'Succeeded',
                  privateIPAllocationMethod: 'Dynamic',
                  subnet: { id: `${vnetId}/subnets/AzureBastionSubnet` },
                  publicIPAddress: { id: networkIdOf(subscription, rg, `publicIPAddresses/${name}-ip`) },
                },
              },
            ],
          }),
    },
  }
}

/** A Bastion host by its id. @throws {ArmError} 404 */
export function bastionWithId(state: AzureState, id: string): SimBastion {
  const bastion = state.bastions.find(({ subscription, rg, name }) =>
    same(id, networkIdOf(subscription, rg, `bastionHosts/${name}`)),
  )
  if (bastion === undefined)
    throw new ArmError(404, 'ResourceNotFound', `The Resource '${id}' was not found.`)
  return bastion
}
