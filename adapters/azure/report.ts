/** Reports a VM as Azure sees it at one moment: power, addresses, JIT ports, and whether a port stands open to everyone anyway. */
import type { InstanceViewStatus, VirtualMachine } from '@azure/arm-compute'
import type { PowerState, VmId, VmReport, VmSummary } from '../../core/index.ts'
import { armId } from './arm-id.ts'
import { type Entrance, exposureOf } from './exposure.ts'
import { osOf, tagsOf } from './machines.ts'
import { readIpSettings, readLayers, readPublicAddress, readVm, type Tools } from './network.ts'
import { entryFor, policiesOf, type VmPolicy } from './policies.ts'

const OP = 'azure.vm.report'

/** @throws {Fault} `missing` when the VM is gone */
export async function report(
  tools: Tools,
  id: VmId,
  port: number,
  nameOf: (subscription: string) => Promise<string>,
  { brief = false }: { brief?: boolean } = {},
): Promise<VmReport> {
  const { subscription } = armId(id)
  const [vm, policies, subscriptionName] = await Promise.all([
    readVm(tools, OP, id, { expand: 'instanceView' }),
    brief ? [] : policiesOf(tools, OP, id),
    nameOf(subscription),
  ])
  const entrances = await readEntrances(tools, vm, brief)
  const computerName = vm.instanceView?.computerName ?? vm.osProfile?.computerName
  const rdpThumbprint = vm.instanceView?.rdpThumbPrint?.replace(/[^0-9a-f]/gi, '').toUpperCase() || undefined
  const adminAccount = vm.osProfile?.adminUsername
  const size = vm.hardwareProfile?.vmSize
  const jit = jitOf(policies, port)
  return {
    vm: summaryOf(id, vm, { id: subscription, name: subscriptionName }),
    power: powerOf(vm.instanceView?.statuses),
    ...(computerName === undefined ? {} : { computerName }),
    agent: agentOf(vm),
    ...(rdpThumbprint === undefined ? {} : { rdpThumbprint }),
    ...(adminAccount === undefined ? {} : { adminAccount }),
    ...(size === undefined ? {} : { size }),
    nics: entrances.filter(({ setting, publicAddress }) => setting.first || publicAddress).map(nicOf),
    ...(jit === undefined ? {} : { jit }),
    exposure: brief ? NOT_LOOKED_AT : exposureOf(entrances, port),
  }
}

const NOT_LOOKED_AT = { state: 'unknown', why: 'its rules were not looked at' } as const

async function readEntrances(tools: Tools, vm: VirtualMachine, brief: boolean): Promise<readonly Entrance[]> {
  const settings = await readIpSettings(tools, OP, vm)
  const [layers, addresses] = await Promise.all([
    brief ? [] : readLayers(tools, OP, settings),
    Promise.all(
      settings.map(async ({ publicAddressId }) =>
        publicAddressId === undefined ? undefined : readPublicAddress(tools, OP, publicAddressId),
      ),
    ),
  ])
  return settings.map((setting, index) => {
    const publicAddress = addresses[index]
    return {
      setting,
      layers: layers[index] ?? { nsgs: [] },
      ...(publicAddress === undefined ? {} : { publicAddress }),
    }
  })
}

function summaryOf(id: VmId, vm: VirtualMachine, subscription: VmSummary['subscription']): VmSummary {
  const written = armId(vm.id ?? id)
  return {
    id,
    name: vm.name ?? written.name,
    subscription,
    resourceGroup: written.resourceGroup,
    location: vm.location,
    os: osOf(vm.storageProfile?.osDisk?.osType),
    tags: tagsOf(vm.tags),
  }
}

const POWER_STATES: readonly PowerState[] = [
  'running',
  'starting',
  'stopping',
  'stopped',
  'deallocating',
  'deallocated',
]

export function powerOf(statuses: readonly InstanceViewStatus[] | undefined): PowerState {
  const code = statuses?.find(status => /^PowerState\//i.test(status.code ?? ''))?.code
  const state = code?.split('/')[1]?.toLowerCase()
  return POWER_STATES.find(known => known === state) ?? 'unknown'
}

function agentOf(vm: VirtualMachine): NonNullable<VmReport['agent']> {
  const status = vm.instanceView?.vmAgent?.statuses?.[0]
  if (status === undefined) return 'unknown'
  if (/^ready$/i.test(status.displayStatus ?? '')) return 'ready'
  return /^not ready$/i.test(status.displayStatus ?? '') ? 'not-ready' : 'unknown'
}

function nicOf({ setting, publicAddress }: Entrance): VmReport['nics'][number] {
  return {
    primary: setting.primary,
    ...(setting.privateAddress === undefined ? {} : { privateAddress: setting.privateAddress }),
    ...(publicAddress?.address === undefined ? {} : { publicAddress: publicAddress.address }),
    ...(publicAddress?.name === undefined ? {} : { publicName: publicAddress.name }),
    ...(publicAddress !== undefined && publicAddress.address === undefined
      ? { publicWhenRunning: true }
      : {}),
  }
}

/** A VM is in one policy as a rule. Where it is in several, the one that has the port is the one people would use. */
function jitOf(policies: readonly VmPolicy[], port: number): VmReport['jit'] {
  const chosen = policies.find(({ ports }) => entryFor(ports, port)) ?? policies[0]
  return chosen && { policyId: chosen.id, ports: chosen.ports }
}
