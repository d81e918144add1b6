/** How Azure draws a VM: its model, and its instance view. */
import type { Power } from './fleet.ts'
import type { SimVm } from './model.ts'
import { nicIdOf } from './vms.ts'

const DAY_MS = 86_400_000

export const iso = (moment: number): string => new Date(moment).toISOString()

export function vmBody(vm: SimVm, now: number, withInstanceView: boolean): Record<string, unknown> {
  return {
    name: vm.name,
    id: vm.id,
    type: 'Microsoft.Compute/virtualMachines',
    location: vm.location,
    tags: vm.tags,
    ...(vm.identity === 'system'
      ? { identity: { type: 'SystemAssigned', principalId: principalOf(vm), tenantId: TENANT } }
      : {}),
    properties: propertiesOf(vm, now, withInstanceView),
  }
}

const TENANT = '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a11'
const principalOf = ({ name, subscription }: SimVm): string =>
  `${Buffer.from(name.padEnd(4)).toString('hex').slice(0, 8).padEnd(8, '0')}${subscription.slice(8)}`

/** The properties of a VM's model. */
export function propertiesOf(vm: SimVm, now: number, withInstanceView: boolean): Record<string, unknown> {
  const computerName = vm.computer_name ?? vm.name
  const spot = vm.priority === 'Spot'
  return {
    hardwareProfile: { vmSize: sizeOf(vm) },
    provisioningState: titled(vm.provisioning),
    timeCreated: iso(vm.createdAt),
    storageProfile: {
      imageReference:
        vm.os === 'Windows'
          ? {
              publisher: 'MicrosoftWindowsServer',
              offer: 'WindowsServer',
              sku: '2022-datacenter-azure-edition',
              version: 'latest',
            }
          : { publisher: 'Canonical', offer: 'ubuntu-24_04-lts', sku: 'server', version: 'latest' },
      osDisk: {
        osType: vm.os,
        name: `${vm.name}-os`,
        createOption: 'FromImage',
        ...(vm.ephemeral_os_disk ? { diffDiskSettings: { option: 'Local', placement: 'CacheDisk' } } : {}),
      },
      dataDisks: [],
    },
    osProfile: {
      computerName,
      adminUsername: vm.admin,
      secrets: [],
      allowExtensionOperations: vm.extension_operations,
    },
    // Azure leaves `primary` out where there is one interface only.
    networkProfile: { networkInterfaces: [{ id: nicIdOf(vm) }] },
    ...(vm.boot.enabled ? { diagnosticsProfile: { bootDiagnostics: { enabled: true } } } : {}),
    ...(spot ? { priority: 'Spot', evictionPolicy: 'Deallocate', billingProfile: { maxPrice: -1 } } : {}),
    ...(withInstanceView ? { instanceView: instanceView(vm, now) } : {}),
  }
}

/** In a VM's size, a `d` among the small letters says that there is a disk that loses what is on it. */
function sizeOf({ size, temp_disk }: SimVm): string {
  if (temp_disk === null) return size
  const [, family, letters, rest] = /^(Standard_[A-Z]+\d+(?:-\d+)?)([a-z]*)(_v[3-9]\d*)$/.exec(size) ?? []
  if (family === undefined || letters === undefined || rest === undefined) return size
  const bare = letters.replaceAll('d', '')
  if (!temp_disk) return `${family}${bare}${rest}`
  return /_v[5-9]/.test(rest) ? `${family}d${bare}${rest}` : size
}

/** A hibernated VM is a deallocated one with a memory. */
export const powerCodeOf = (power: Power): string => (power === 'hibernated' ? 'deallocated' : power)

export function instanceView(vm: SimVm, now: number): Record<string, unknown> {
  const on = vm.power === 'running'
  const power = powerCodeOf(vm.power)
  return {
    ...(on
      ? {
          computerName: vm.computer_name ?? vm.name,
          osName: vm.os === 'Windows' ? 'Windows Server 2022 Datacenter' : 'ubuntu',
          ...agentOf(vm, now),
        }
      : {}),
    hyperVGeneration: 'V2',
    disks: [],
    ...(vm.boot.enabled ? { bootDiagnostics: {} } : {}),
    statuses: [
      {
        code:
          vm.provisioning === 'failed'
            ? 'ProvisioningState/failed/VMExtensionProvisioningError'
            : `ProvisioningState/${vm.provisioning}`,
        level: vm.provisioning === 'failed' ? 'Error' : 'Info',
        displayStatus: `Provisioning ${vm.provisioning}`,
        ...(vm.provisioning === 'failed' ? { message: 'The last operation on the VM has failed.' } : {}),
        time: iso(vm.provisionedAt),
      },
      { code: `PowerState/${power}`, level: 'Info', displayStatus: `VM ${power}` },
      ...(vm.power === 'hibernated'
        ? [{ code: 'HibernationState/Hibernated', level: 'Info', displayStatus: 'VM hibernated' }]
        : []),
    ],
  }
}

/** An agent that has never been heard of leaves nothing. */
function agentOf({ agent, provisionedAt }: SimVm, now: number): Record<string, unknown> {
  if (agent === 'unknown') return {}
  const ready = agent === 'ready'
  const status = ready
    ? {
        code: 'ProvisioningState/succeeded',
        level: 'Info',
        displayStatus: 'Ready',
        message: 'GuestAgent is running.',
        time: iso(now),
      }
    : {
        code: 'ProvisioningState/Unavailable',
        level: 'Warning',
        displayStatus: 'Not Ready',
        message: 'VM Agent is unresponsive.',
        time: iso(Math.max(provisionedAt, now - DAY_MS)),
      }
  return { vmAgent: { vmAgentVersion: ready ? '2.7.41491.1176' : 'Unknown', statuses: [status] } }
}

const titled = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
