/** Holds what a diagnosis sends, and what it says it lacks, to the roles that the organisation is asked to give. */
import { describe, expect, test } from '@jest/globals'
import { ROLES } from '../../../../bots/manifests/azure.ts'
import { type Diagnostics, parsePersonId } from '../../../../core/index.ts'
import type { Asked, Double } from './double.ts'
import {
  graph,
  list,
  NIC,
  NSG,
  networkId,
  nicBody,
  nsgBody,
  ruleBody,
  SUBSCRIPTION,
  startOffice,
  subnetBody,
  VM,
  VNET,
  vmId,
  vnetBody,
} from './office.ts'

const PERSON = parsePersonId('0b6f1f63-9d3c-4a4b-8c1d-000000000001')
const SERVICE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Compute/cloudServices/shop`
const WATCHER = networkId('networkWatchers', 'NetworkWatcher_westeurope', 'NetworkWatcherRG')

/** An office in which a diagnosis has reason to ask for everything. */
async function startEverything(): Promise<Double> {
  const azure = await startOffice()
  const [table, balancer, policy] = [
    networkId('routeTables', 'rt'),
    networkId('loadBalancers', 'lb'),
    networkId('firewallPolicies', 'fp'),
  ]
  const pool = `${balancer}/backendAddressPools/p`
  azure.gives(
    'GET',
    VNET,
    vnetBody(
      [
        {
          id: `${VNET}/subnets/AzureBastionSubnet`,
          name: 'AzureBastionSubnet',
          properties: { addressPrefix: '10.20.9.0/26' },
        },
      ],
      { subnets: [subnetBody({ routeTable: { id: table } })] },
    ),
  )
  azure.gives('GET', NIC, nicBody({ loadBalancerBackendAddressPools: [{ id: pool }] }))
  azure.gives('GET', NSG, nsgBody([ruleBody('Tag', { sourceAddressPrefix: 'AzureCloud' })]))
  azure.gives('GET', table, { id: table, properties: { routes: [] } })
  azure.gives('GET', balancer, {
    id: balancer,
    name: 'lb',
    properties: { inboundNatRules: [{ name: 'n', properties: { backendAddressPool: { id: pool } } }] },
  })
  azure.gives('POST', `${pool}/queryInboundNatRulePortMapping`, { inboundNatRulePortMappings: [] })
  azure.gives('GET', list('azureFirewalls'), {
    value: [
      {
        id: networkId('azureFirewalls', 'fw'),
        name: 'fw',
        properties: {
          firewallPolicy: { id: policy },
          ipConfigurations: [{ properties: { subnet: { id: `${VNET}/subnets/AzureFirewallSubnet` } } }],
        },
      },
    ],
  })
  azure.gives('GET', `${policy}/ruleCollectionGroups`, { value: [] })
  azure.gives('GET', list('bastionHosts'), {
    value: [
      {
        id: networkId('bastionHosts', 'bas'),
        location: 'westeurope',
        properties: { virtualNetwork: { id: VNET } },
      },
    ],
  })
  azure.gives('GET', list('locations/westeurope/serviceTagDetails'), { value: [] })
  azure.gives('GET', `${VM}/providers/Microsoft.Authorization/roleAssignments`, {
    value: [{ properties: { roleDefinitionId: '/x/own' } }],
  })
  azure.gives('GET', `${VM}/providers/Microsoft.Authorization/roleDefinitions`, { value: [] })
  azure.gives('POST', `${WATCHER}/ipFlowVerify`, { access: 'Allow', ruleName: 'x' })
  azure.gives('POST', `${WATCHER}/connectivityCheck`, { connectionStatus: 'Connected' })
  for (const read of ['effectiveRouteTable', 'effectiveNetworkSecurityGroups'])
    azure.gives('POST', `${NIC}/${read}`, { value: [] })
  azure.gives('POST', `${VM}/retrieveBootDiagnosticsData`, {})
  azure.gives('POST', `${VM}/runCommand`, {
    value: [{ code: 'ComponentStatus/StdOut/succeeded', message: '{"nla":true}' }],
  })
  azure.gives('GET', `${VM}/instanceView`, { statuses: [] })
  azure.gives('GET', `${VM}/providers/Microsoft.Insights/metrics`, { value: [] })
  azure.gives('GET', SERVICE, { name: 'shop', properties: {} })
  for (const read of ['roleInstances', 'networkInterfaces'])
    azure.gives('GET', `${SERVICE}/${read}`, { value: [] })
  graph(azure, [[/cloudservices/, [{ id: SERVICE, name: 'shop', type: 'microsoft.compute/cloudservices' }]]])
  return azure
}

async function readEverything(diagnosis: Diagnostics): Promise<string> {
  if (PERSON === undefined) throw new Error('no person')
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
  const readings = await Promise.all([
    diagnosis.find('vm01'),
    diagnosis.state(vm),
    diagnosis.model(vm),
    diagnosis.health(vm),
    diagnosis.activity(vm, 72),
    diagnosis.network(vm),
    diagnosis.jit(vm),
    diagnosis.roles(vm, PERSON),
    diagnosis.extensions(vm),
    diagnosis.bastion(vm),
    diagnosis.cloudService('shop'),
    diagnosis.incidents(summary),
    diagnosis.flow(vm, 3389, '203.0.113.25'),
    diagnosis.effectiveRules(vm),
    diagnosis.routes(vm),
    diagnosis.boot(vm),
    diagnosis.metrics(vm),
    diagnosis.reachability(vm, 3389),
    diagnosis.guest(vm, undefined),
    diagnosis.signIns(PERSON),
  ])
  return JSON.stringify(readings)
}

/** The action a call needs, by the rule Azure names its own with, and the four that are named otherwise. */
function actionOf({ method, path }: Asked): string {
  const [, provider = ''] = /.*\/providers\/(.+)/.exec(path) ?? []
  const [namespace, ...rest] = provider.split('/')
  const types = rest.filter((_, index) => index % 2 === 0)
  if (provider === 'Microsoft.ResourceGraph/resources') return `${provider}/read`
  if (provider === 'Microsoft.Security/jitNetworkAccessPolicies')
    return 'Microsoft.Security/locations/jitNetworkAccessPolicies/read'
  if (provider === 'Microsoft.Insights/eventtypes/management/values')
    return 'Microsoft.Insights/eventtypes/values/read'
  return `${namespace}/${types.join('/')}/${method === 'GET' ? 'read' : 'action'}`
}

const covers = (pattern: string, action: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map(part => part.replaceAll('.', '\\.'))
      .join('.+')}$`,
    'i',
  ).test(action)

/** What is told less well without it, and never missing: the log says so. */
const QUIET = /\/(?:locks|roleDefinitions)\/read$|cloudServices\/networkInterfaces\/read$/

describe('the roles for triage', () => {
  test('cover every call of a diagnosis, each of which needs one', async () => {
    await using azure = await startEverything()
    const said = await readEverything(azure.diagnosis())
    expect(said).not.toContain('lacks')
    const actions = [...new Set(azure.calls().map(actionOf))]
    expect(actions.length).toBeGreaterThan(28)
    const given = ROLES.flatMap(({ grants }) => grants.map(({ action }) => action))
    expect(actions.filter(action => !given.some(pattern => covers(pattern, action)))).toEqual([])
  })

  test('hold what a diagnosis says it lacks when Azure refuses without a word', async () => {
    await using asked = await startEverything()
    await readEverything(asked.diagnosis())
    const calls = new Map(asked.calls().map(call => [actionOf(call), call]))
    for (const [action, { method, path }] of calls) {
      await using azure = await startEverything()
      azure.on(method, path, () => ({
        status: 403,
        body: { error: { code: 'AuthorizationFailed', message: 'No.' } },
      }))
      const said = await readEverything(azure.diagnosis())
      if (QUIET.test(action)) expect(azure.logText().toLowerCase()).toContain(action.toLowerCase())
      else expect(said.toLowerCase()).toContain(`"lacks":"${action.toLowerCase()}"`)
    }
  })
})
