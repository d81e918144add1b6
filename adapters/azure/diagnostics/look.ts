/**
 * One look at one VM: what several readings need is asked of Azure once and shared between them.
 *
 * A look never asks twice, so it must not outlive its diagnosis: a check that is repeated after a remedy takes a new one. A few lists that
 * many diagnoses need at the same moment, and that change with the seasons, are shared between looks for some seconds.
 */
import type { VirtualMachine } from '@azure/arm-compute'
import type {
  AzureFirewall,
  BastionHost,
  EffectiveRoute,
  LoadBalancer,
  NetworkInterface,
  NetworkManagementClient,
  NetworkSecurityGroup,
  NetworkWatcher,
  PublicIPAddress,
  RouteTable,
  Subnet,
  VirtualNetwork,
} from '@azure/arm-network'
import type { Log, VmId } from '../../../core/index.ts'
import { type ArmId, armId, sameId } from '../arm-id.ts'
import { all } from '../calls.ts'
import type { Asked } from '../faults.ts'
import { memo, readPart, readVm, type Tools } from '../network.ts'
import { effectiveRoutesOf } from './effective-routes.ts'
import { unasked } from './reading.ts'

export type Look = {
  /** For the sweep, for probes, and for the inside of Windows; each with its own patience. */
  sweep: Tools
  probe: Tools
  guest: Tools
  log: Log
  /** The grants' clock, ms. */
  now: () => number
  /** Between two looks at a long operation inside Windows, ms; Azure's own pace unless given. */
  pollMs?: number
  shared: Shared
  /** With its instance view. */
  vm(id: VmId): Promise<VirtualMachine>
  nic(id: string): Promise<NetworkInterface>
  vnet(id: string): Promise<VirtualNetwork>
  subnet(id: string): Promise<Subnet>
  nsg(id: string): Promise<NetworkSecurityGroup>
  publicAddress(id: string): Promise<PublicIPAddress>
  routeTable(id: string): Promise<RouteTable>
  loadBalancer(id: string): Promise<LoadBalancer>
  /** By the id of a network interface. */
  effectiveRoutes(id: string): Promise<readonly EffectiveRoute[]>
}

/** Lists by subscription that are shared between looks. */
export type Shared = {
  bastions(subscription: string): Promise<readonly BastionHost[]>
  firewalls(subscription: string): Promise<readonly AzureFirewall[]>
  watchers(subscription: string): Promise<readonly NetworkWatcher[]>
  /** Whatever else is the same for everybody, by a name for it. */
  incidents(): Promise<readonly Readonly<Record<string, unknown>>[]>
}

const OP = 'azure.diagnostics.network'

export function lookWith(
  base: Pick<Look, 'sweep' | 'probe' | 'guest' | 'log' | 'now' | 'pollMs' | 'shared'>,
): Look {
  const { sweep, probe } = base
  const part = <T>(
    kind: string,
    noun: string,
    send: (client: NetworkManagementClient, id: ArmId, abortSignal: AbortSignal) => Promise<T>,
  ) => memo((id: string) => readPart(sweep, { op: OP, kind, noun, id }, send))
  const { bastions, firewalls, watchers, incidents } = base.shared
  return {
    ...base,
    shared: { bastions: memo(bastions), firewalls: memo(firewalls), watchers: memo(watchers), incidents },
    vm: memo(id => readVm(sweep, 'azure.diagnostics.vm', id as VmId, { expand: 'instanceView' })),
    nic: part('networkInterfaces', 'network interface', (client, { resourceGroup, name }, abortSignal) =>
      client.networkInterfaces.get(resourceGroup, name, { abortSignal }),
    ),
    vnet: part('virtualNetworks', 'virtual network', (client, { resourceGroup, name }, abortSignal) =>
      client.virtualNetworks.get(resourceGroup, name, { abortSignal }),
    ),
    subnet: part(
      'virtualNetworks/subnets',
      'subnet',
      (client, { resourceGroup, name, part: named }, abortSignal) =>
        client.subnets.get(resourceGroup, named('virtualnetworks'), name, { abortSignal }),
    ),
    nsg: part('networkSecurityGroups', 'NSG', (client, { resourceGroup, name }, abortSignal) =>
      client.networkSecurityGroups.get(resourceGroup, name, { abortSignal }),
    ),
    publicAddress: part(
      'publicIPAddresses',
      'public address',
      (client, { resourceGroup, name }, abortSignal) =>
        client.publicIPAddresses.get(resourceGroup, name, { abortSignal }),
    ),
    routeTable: part('routeTables', 'route table', (client, { resourceGroup, name }, abortSignal) =>
      client.routeTables.get(resourceGroup, name, { abortSignal }),
    ),
    loadBalancer: part('loadBalancers', 'load balancer', (client, { resourceGroup, name }, abortSignal) =>
      client.loadBalancers.get(resourceGroup, name, { abortSignal }),
    ),
    effectiveRoutes: memo(id => effectiveRoutesOf(probe, id)),
  }
}

/** The lists of a subscription, each for so long. */
export function sharedLists(
  { clients, calls }: Tools,
  forMs: number,
  incidents: () => Promise<readonly Readonly<Record<string, unknown>>[]>,
): Shared {
  const list = <T>(
    kind: string,
    thing: string,
    send: (client: NetworkManagementClient, abortSignal: AbortSignal) => Promise<readonly T[]>,
  ) =>
    kept(forMs, (subscription: string) => {
      const asked: Asked = { op: OP, needs: `Microsoft.Network/${kind}/read`, thing, subscription }
      return calls.read(asked, clients.network(subscription), send)
    })
  const shared = kept(forMs, incidents)
  return {
    bastions: list('bastionHosts', 'the Bastion hosts', (client, abortSignal) =>
      all(client.bastionHosts.list({ abortSignal })),
    ),
    firewalls: list('azureFirewalls', 'the Azure Firewalls', (client, abortSignal) =>
      all(client.azureFirewalls.listAll({ abortSignal })),
    ),
    watchers: list('networkWatchers', 'the Network Watchers', (client, abortSignal) =>
      all(client.networkWatchers.listAll({ abortSignal })),
    ),
    incidents: () => shared('everywhere'),
  }
}

/** A memo that forgets after a while, and at once what failed. */
function kept<T>(forMs: number, read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, { until: number; value: Promise<T> }>()
  return key => {
    const name = key.toLowerCase()
    const old = known.get(name)
    if (old !== undefined && performance.now() < old.until) return old.value
    const value = read(key)
    known.set(name, { until: performance.now() + forMs, value })
    value.catch(() => known.delete(name))
    return value
  }
}

// ---- What a VM hangs on -----------------------------------------------------------------------------------------------------------

/** Ids of the VM's network interfaces, the primary one first. */
export function nicIdsOf(vm: VirtualMachine): readonly { id: string; primary: boolean }[] {
  const references = (vm.networkProfile?.networkInterfaces ?? []).flatMap(({ id, primary }) =>
    id === undefined ? [] : [{ id, primary: primary === true }],
  )
  // A VM's only interface is its primary one whether or not it says so.
  const marked = references.some(({ primary }) => primary)
  return references
    .map(({ id, primary }, index) => ({ id, primary: marked ? primary : index === 0 }))
    .toSorted((left, right) => Number(right.primary) - Number(left.primary))
}

/** @throws {Fault} for a VM without one */
export async function primaryNic(look: Look, op: string, id: VmId): Promise<NetworkInterface> {
  const first = nicIdsOf(await look.vm(id))[0]
  if (first === undefined) throw unasked(op, 'The VM has no network interface.')
  return look.nic(first.id)
}

/** @throws {Fault} for a VM that is known not to run: what is asked there answers for running VMs only */
export async function mustRun(look: Look, op: string, id: VmId, what: string): Promise<void> {
  const code = powerCode(await look.vm(id))
  if (code !== undefined && code !== 'running')
    throw unasked(op, `${what} needs a VM that runs; it is ${code}.`)
}

/** `running` of `PowerState/running`. */
export const powerCode = (vm: VirtualMachine): string | undefined =>
  vm.instanceView?.statuses
    ?.find(({ code }) => /^PowerState\//i.test(code ?? ''))
    ?.code?.split('/')[1]
    ?.toLowerCase()

/** Ids of the networks the VM's interfaces lie in. */
export async function networksOf(look: Look, id: VmId): Promise<readonly string[]> {
  const nics = await Promise.all(nicIdsOf(await look.vm(id)).map(nic => look.nic(nic.id)))
  const ids = nics.flatMap(({ ipConfigurations = [] }) =>
    ipConfigurations.flatMap(({ subnet }) => (subnet?.id === undefined ? [] : [networkOf(subnet.id)])),
  )
  return ids.filter((one, index) => ids.findIndex(other => sameId(other, one)) === index)
}

/** The id of the network that a subnet's id starts with. */
export const networkOf = (subnetId: string): string => subnetId.replace(/\/subnets\/.*$/i, '')

/** The network the VM lies in and those that are peered with it; `connected` as the peering says. */
export type Neighbour = { id: string; own: boolean; connected: boolean }

export function neighboursOf(networks: readonly VirtualNetwork[]): readonly Neighbour[] {
  return networks.flatMap(vnet => [
    ...(vnet.id === undefined ? [] : [{ id: vnet.id, own: true, connected: true }]),
    ...(vnet.virtualNetworkPeerings ?? []).flatMap(peering =>
      peering.remoteVirtualNetwork?.id === undefined
        ? []
        : [{ id: peering.remoteVirtualNetwork.id, own: false, connected: isConnected(peering.peeringState) }],
    ),
  ])
}

export const isConnected = (state: string | undefined): boolean => /^connected$/i.test(state ?? '')

/** More hubs than this are nobody's; each costs a call. */
const MOST_SUBSCRIPTIONS = 4

/** Where hubs may stand: the VM's own subscription first. */
export function subscriptionsOf(id: VmId, neighbours: readonly Neighbour[]): readonly string[] {
  const ids = [armId(id).subscription, ...neighbours.map(one => armId(one.id).subscription)]
  return [...new Set(ids.map(one => one.toLowerCase()))].slice(0, MOST_SUBSCRIPTIONS)
}
