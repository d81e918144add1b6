/**
 * Network Watcher: may a flow in, where do answers go, and does a connection come about.
 *
 * All of them need a VM that runs. Shapes: Azure/azure-rest-api-specs, Microsoft.Network 2024-03-01 (read 2026-11-20).
 */
import { ArmError, type Ask, accepted, notFound, page, type Reply, type Route, VERSIONS } from './arm.ts'
import { verdictOf, within } from './flow.ts'
import { bastionWithId } from './front.ts'
import { networkIdOf, same } from './ids.ts'
import type { AzureState, SimVm } from './model.ts'
import { ownPrefixes, routeTableOf, sourceOf, vnetIdOf } from './topology.ts'
import { nicIdOf, vmWithId } from './vms.ts'

const WATCHER =
  '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Network/networkWatchers/{name}'
const ACTION = 'Microsoft.Network/networkWatchers'
const versions = VERSIONS.network

export const watcherRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/providers/Microsoft.Network/networkWatchers',
    action: `${ACTION}/read`,
    versions,
    run: listWatchers,
  },
  ...(
    [
      ['ipFlowVerify', ipFlowVerify],
      ['nextHop', nextHop],
      ['connectivityCheck', connectivityCheck],
    ] as const
  ).map(
    ([verb, ask]): Route => ({
      method: 'POST',
      path: `${WATCHER}/${verb}`,
      action: `${ACTION}/${verb}/action`,
      versions,
      run: asked => {
        const result = ask(asked)
        return asked.world.operationMs > 0 || asked.world.state.realistic
          ? accepted(asked, { provider: 'Microsoft.Network', effect: { do: 'nothing' }, result })
          : { status: 200, body: result }
      },
    }),
  ),
]

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

type Body = Record<string, unknown>

function textIn(body: Body, key: string): string {
  const value = body[key]
  if (typeof value !== 'string' || value === '')
    throw new ArmError(400, 'MissingJsonReferenceParameter', `Value for ${key} must be given.`)
  return value
}

/** The VM that is asked about, in the region of this Network Watcher. */
function targetOf({ world, params }: Ask, id: string): SimVm {
  const vm = vmWithId(world.state, id)
  if (vm === undefined) throw notFound('Microsoft.Compute/virtualMachines', id.split('/').at(-1) ?? '', '')
  const name = params['name'] ?? ''
  if (!same(name, `NetworkWatcher_${vm.location}`))
    throw new ArmError(400, 'ResourceNotInSameRegion', 'The VM is not in the region of this Network Watcher.')
  const { watchers = [] } = world.state.subscriptions.find(({ id: one }) => same(one, vm.subscription)) ?? {}
  if (!watchers.some(location => same(location, vm.location)))
    throw notFound('Microsoft.Network/networkWatchers', name, params['rg'] ?? '')
  return vm
}

function needRunning(vm: SimVm): void {
  if (vm.power !== 'running')
    throw new ArmError(
      400,
      'VMNotRunning',
      `Virtual machine ${vm.id} is not running. The operation needs a virtual machine that runs.`,
    )
}

function ipFlowVerify(ask: Ask): unknown {
  const body = (ask.body ?? {}) as Body
  const vm = targetOf(ask, textIn(body, 'targetResourceId'))
  if (textIn(body, 'localIPAddress') !== vm.nic.private_ip)
    throw new ArmError(
      400,
      'InvalidLocalIPAddress',
      'The VM has no network interface with this local address.',
    )
  if (textIn(body, 'direction') !== 'Inbound')
    throw new ArmError(400, 'NotSupported', 'Only inbound flows exist in this world.')
  needRunning(vm)
  return verdictOf(ask.world.state, vm, {
    protocol: textIn(body, 'protocol').toLowerCase() === 'udp' ? 'udp' : 'tcp',
    port: Number(textIn(body, 'localPort')),
    source: textIn(body, 'remoteIPAddress'),
    sourcePort: Number(textIn(body, 'remotePort')),
  })
}

function nextHop(ask: Ask): unknown {
  const body = (ask.body ?? {}) as Body
  const vm = targetOf(ask, textIn(body, 'targetResourceId'))
  textIn(body, 'sourceIPAddress')
  needRunning(vm)
  return hopTo(vm, textIn(body, 'destinationIPAddress'))
}

/** The route with the longest prefix decides. */
function hopTo(vm: SimVm, address: string): Record<string, unknown> {
  const bits = (prefix: string) => Number(prefix.split('/')[1] ?? 32)
  const local = ownPrefixes(vm).map(prefix => ({ prefix, next_hop: 'VnetLocal' as const, ip: null }))
  const [best] = [...vm.routes, ...local]
    .filter(({ prefix }) => within(address, prefix))
    .toSorted((left, right) => bits(right.prefix) - bits(left.prefix))
  const table = best !== undefined && vm.routes.some(one => one === best && sourceOf(one) === 'User')
  const type = best?.next_hop ?? (within(address, '10.0.0.0/8') ? 'None' : 'Internet')
  return {
    nextHopType: type === 'VnetPeering' ? 'VnetLocal' : type,
    ...(best?.ip === null || best === undefined ? {} : { nextHopIpAddress: best.ip }),
    routeTableId: table ? routeTableOf(vm) : 'System Route',
  }
}

type Issue = { origin: string; severity: string; type: string; context: Record<string, string>[] }

function connectivityCheck(ask: Ask): unknown {
  const { state } = ask.world
  const { source, destination } = (ask.body ?? {}) as { source?: Body; destination?: Body }
  if (source === undefined || destination === undefined)
    throw new ArmError(
      400,
      'MissingJsonReferenceParameter',
      'Value for source and destination must be given.',
    )
  const from = textIn(source, 'resourceId')
  const vm =
    typeof destination['resourceId'] === 'string'
      ? targetOf(ask, destination['resourceId'])
      : state.vms.find(({ nic }) => nic.private_ip === destination['address'])
  if (vm === undefined) throw new ArmError(400, 'InvalidDestination', 'The destination is not in this world.')
  const port = Number(destination['port'] ?? 3389)
  const start = startOf(state, from)
  const issues: Issue[] = [...start.issues(vm), ...issuesAt(state, vm, start.address, port)]
  const answers = issues.length === 0 && vm.power === 'running' && listens(vm, port)
  const hop = (type: string, address: string, resourceId: string, next: string[], found: Issue[]) => ({
    type,
    id: `${type.toLowerCase()}-0000-4000-8000-000000000000`,
    address,
    resourceId,
    nextHopIds: next,
    issues: found,
  })
  return {
    hops: [
      hop('Source', start.address, from, ['virtualnetwork-0000-4000-8000-000000000000'], []),
      hop('VirtualNetwork', vm.nic.private_ip, `${nicIdOf(vm)}/ipConfigurations/ipconfig1`, [], issues),
    ],
    connectionStatus: answers ? 'Connected' : 'Disconnected',
    ...(answers ? { avgLatencyInMs: 2, minLatencyInMs: 1, maxLatencyInMs: 4 } : {}),
    probesSent: 30,
    probesFailed: answers ? 0 : 30,
  }
}

const issue = (type: string, origin: string, context: Record<string, string>[] = []): Issue => ({
  origin,
  severity: 'Error',
  type,
  context,
})

/** Where a check starts: a Bastion host, or another VM. */
function startOf(state: AzureState, id: string): { address: string; issues: (target: SimVm) => Issue[] } {
  if (!/\/bastionHosts\//i.test(id)) {
    const vm = vmWithId(state, id)
    if (vm === undefined) throw notFound('Microsoft.Compute/virtualMachines', id.split('/').at(-1) ?? '', '')
    return {
      address: vm.nic.private_ip,
      issues: () => (vm.power === 'running' ? [] : [issue('AgentStopped', 'Local')]),
    }
  }
  const bastion = bastionWithId(state, id)
  const address = bastion.prefix.replace(/\d+\/\d+$/, last => String(Number(last.split('/')[0]) + 5))
  return {
    address,
    issues: target => {
      const beside = vnetIdOf(target).toLowerCase().endsWith(`/${bastion.vnet.toLowerCase()}`)
      const away = bastion.route_table !== null
      return away || !(beside || bastion.peered)
        ? [issue('UserDefinedRoute', 'Outbound', [{ key: 'RouteTable', value: bastion.route_table ?? '' }])]
        : []
    },
  }
}

function issuesAt(state: AzureState, vm: SimVm, source: string, port: number): Issue[] {
  const verdict = verdictOf(state, vm, { protocol: 'tcp', port, source, sourcePort: 50_000 })
  if (verdict.access === 'Deny') {
    const value = verdict.ruleName
      .replace(/^securityRules\//, 'UserRule_')
      .replace(/^default\w+\//, 'DefaultRule_')
    return [issue('NetworkSecurityRule', 'Inbound', [{ key: 'RuleName', value }])]
  }
  const firewall = vm.guest['firewall']
  const shut =
    typeof firewall === 'object' &&
    firewall !== null &&
    !Array.isArray(firewall) &&
    (firewall['rdp_rule_enabled'] === false || firewall['inbound'] === 'block_all')
  return shut ? [issue('GuestFirewall', 'Inbound')] : []
}

function listens(vm: SimVm, port: number): boolean {
  const read = (name: string): Record<string, unknown> => {
    const part = vm.guest[name]
    return typeof part === 'object' && part !== null && !Array.isArray(part) ? part : {}
  }
  const runs = (read('termservice')['state'] ?? 'running') === 'running'
  return runs && (read('listener')['port'] ?? 3389) === port && vm.guest['deny_ts'] !== 1
}
