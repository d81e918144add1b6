/**
 * Reads what stands between the internet and a VM: its network interfaces, their addresses, and the NSGs on interface and subnet.
 *
 * Reads the NSGs themselves rather than Azure's "effective" view, because that one answers for running VMs only.
 */

import type { VirtualMachine } from '@azure/arm-compute'
import type {
  NetworkInterface,
  NetworkInterfaceIPConfiguration,
  NetworkManagementClient,
  Subnet,
} from '@azure/arm-network'
import { Fault, isPassing, type VmId } from '../../core/index.ts'
import { type ArmId, armId, sameId } from './arm-id.ts'
import type { Calls } from './calls.ts'
import type { Clients } from './clients.ts'
import { type Nsg, nsgOf } from './rules.ts'

export type Tools = { clients: Clients; calls: Calls }

/** One IP configuration of a network interface: the thing that has addresses. */
export type IpSetting = {
  /** The primary setting of the primary interface. */
  primary: boolean
  /** The primary setting of its own interface. */
  first: boolean
  privateAddress?: string
  publicAddressId?: string
  /** In the back end of a load balancer, or the target of its NAT rules. */
  balanced: boolean
  /** Ids of application security groups. */
  groups: readonly string[]
  subnetId?: string
  /** The NSG on the interface. */
  nsgId?: string
}

export type PublicAddress = { address?: string; name?: string; standard: boolean }

/** What has to let traffic in: the NSG of the subnet, then that of the interface. Both where both exist. */
export type Layers = { nsgs: readonly Nsg[] } | { unreadable: Fault }

const VM_READ = 'Microsoft.Compute/virtualMachines/read'

/** @throws {Fault} `missing` when the VM is gone */
export function readVm(
  { clients, calls }: Tools,
  op: string,
  id: VmId,
  options: { expand?: 'instanceView' } = {},
): Promise<VirtualMachine> {
  const { subscription, resourceGroup, name } = armId(id)
  return calls.read(
    { op, needs: VM_READ, thing: `the VM ${name}`, subscription },
    clients.compute(subscription),
    (client, abortSignal) => client.virtualMachines.get(resourceGroup, name, { ...options, abortSignal }),
  )
}

/** The IP settings of all interfaces, primary first. */
export async function readIpSettings(
  tools: Tools,
  op: string,
  vm: Pick<VirtualMachine, 'networkProfile'>,
): Promise<readonly IpSetting[]> {
  const references = vm.networkProfile?.networkInterfaces ?? []
  const settings = await Promise.all(
    references.map(async reference => {
      const nic = await readPart(
        tools,
        { op, kind: 'networkInterfaces', noun: 'network interface', id: reference.id ?? '' },
        (client, { resourceGroup, name }, abortSignal) =>
          client.networkInterfaces.get(resourceGroup, name, { abortSignal }),
      )
      // A VM's only interface is its primary one whether or not it says so.
      return settingsOf(nic, references.length === 1 || reference.primary === true)
    }),
  )
  return settings.flat().toSorted((left, right) => Number(right.primary) - Number(left.primary))
}

function settingsOf(nic: NetworkInterface, primaryNic: boolean): IpSetting[] {
  const all = nic.ipConfigurations ?? []
  const first = all.find(one => one.primary) ?? all[0]
  return all.map(one => settingOf(one, one === first, primaryNic, nic.networkSecurityGroup?.id))
}

function settingOf(
  one: NetworkInterfaceIPConfiguration,
  first: boolean,
  primaryNic: boolean,
  nsgId: string | undefined,
): IpSetting {
  // A setting may hold a whole block; Azure then writes it as a prefix.
  const privateAddress = one.privateIPAddress?.split('/')[0]
  return {
    primary: first && primaryNic,
    first,
    balanced: Boolean(one.loadBalancerInboundNatRules?.length || one.loadBalancerBackendAddressPools?.length),
    groups: (one.applicationSecurityGroups ?? []).flatMap(({ id }) => (id === undefined ? [] : [id])),
    ...(privateAddress === undefined ? {} : { privateAddress }),
    ...(one.publicIPAddress?.id === undefined ? {} : { publicAddressId: one.publicIPAddress.id }),
    ...(one.subnet?.id === undefined ? {} : { subnetId: one.subnet.id }),
    ...(nsgId === undefined ? {} : { nsgId }),
  }
}

/** A public address as it is now. A dynamic one has no address while its VM is deallocated. */
export async function readPublicAddress(tools: Tools, op: string, id: string): Promise<PublicAddress> {
  const found = await readPart(
    tools,
    { op, kind: 'publicIPAddresses', noun: 'public address', id },
    (client, { resourceGroup, name }, abortSignal) =>
      client.publicIPAddresses.get(resourceGroup, name, { abortSignal }),
  )
  return {
    standard: /^standard/i.test(found.sku?.name ?? ''),
    ...(found.ipAddress === undefined ? {} : { address: found.ipAddress }),
    ...(found.dnsSettings?.fqdn === undefined ? {} : { name: found.dnsSettings.fqdn }),
  }
}

/**
 * The layers of each IP setting, in the order of `settings`; each NSG and subnet is read once.
 * What cannot be read because of a missing right comes back as `unreadable`.
 *
 * @throws {Fault} of the kinds that pass, so that the whole reading is repeated rather than judged by half
 */
export async function readLayers(
  tools: Tools,
  op: string,
  settings: readonly IpSetting[],
  subnetOf: (id: string) => Promise<Pick<Subnet, 'networkSecurityGroup'>> = id => readSubnet(tools, op, id),
): Promise<readonly Layers[]> {
  const subnets = memo(subnetOf)
  const nsgs = memo((id: string) => readNsg(tools, op, id))
  return Promise.all(
    settings.map(async ({ subnetId, nsgId }): Promise<Layers> => {
      const bySubnet = async () => {
        const id = subnetId === undefined ? undefined : (await subnets(subnetId)).networkSecurityGroup?.id
        return id === undefined ? [] : [await nsgs(id)]
      }
      const byInterface = async () => (nsgId === undefined ? [] : [await nsgs(nsgId)])
      try {
        return { nsgs: (await Promise.all([bySubnet(), byInterface()])).flat() }
      } catch (error) {
        if (!(error instanceof Fault) || isPassing(error)) throw error
        return { unreadable: error }
      }
    }),
  )
}

export const readSubnet = (tools: Tools, op: string, id: string): Promise<Subnet> =>
  readPart(
    tools,
    { op, kind: 'virtualNetworks/subnets', noun: 'subnet', id },
    (client, { resourceGroup, name, part }, abortSignal) =>
      client.subnets.get(resourceGroup, part('virtualnetworks'), name, { abortSignal }),
  )

const readNsg = async (tools: Tools, op: string, id: string): Promise<Nsg> =>
  nsgOf(
    await readPart(
      tools,
      { op, kind: 'networkSecurityGroups', noun: 'NSG', id },
      (client, { resourceGroup, name }, abortSignal) =>
        client.networkSecurityGroups.get(resourceGroup, name, { abortSignal }),
    ),
  )

/**
 * Reads something that a VM refers to. Azure lets nobody delete it while it is referred to, so if it is gone, the VM is being changed
 * this very moment. That must not look as if the VM were gone.
 */
export async function readPart<T>(
  { clients, calls }: Tools,
  { op, kind, noun, id }: { op: string; kind: string; noun: string; id: string },
  send: (client: NetworkManagementClient, id: ArmId, abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const part = armId(id)
  const { subscription, name } = part
  const asked = { op, needs: `Microsoft.Network/${kind}/read`, thing: `the ${noun} ${name}`, subscription }
  try {
    return await calls.read(asked, clients.network(subscription), (client, abortSignal) =>
      send(client, part, abortSignal),
    )
  } catch (error) {
    if (!(error instanceof Fault) || error.kind !== 'missing') throw error
    throw new Fault('conflict', {
      op,
      say: `The VM's network is being changed: the ${noun} ${name} is gone. Try again in a moment.`,
      cause: error,
    })
  }
}

/** Asks once for each id, whatever its case. What failed stays failed: a memo lives as long as one look at a VM. */
export function memo<T>(read: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const done = new Map<string, Promise<T>>()
  return id => {
    const key = id.toLowerCase()
    const existing = done.get(key) ?? read(id)
    done.set(key, existing)
    return existing
  }
}

/** Different NSGs only: a VM with two interfaces in one subnet meets its NSG twice. */
export function distinct(nsgs: readonly Nsg[]): readonly Nsg[] {
  return nsgs.filter((nsg, index) => nsgs.findIndex(other => sameId(other.id, nsg.id)) === index)
}
