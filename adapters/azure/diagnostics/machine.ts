/**
 * The VM itself: whether it runs (K02), what kind it is (K03), and its extensions (K10).
 *
 * State and kind come from one call. Where only the instance view may be read, the state is told without the rest.
 */
import type { InstanceViewStatus, VirtualMachine, VirtualMachineInstanceView } from '@azure/arm-compute'
import { z } from 'zod'
import {
  type Diagnostics,
  type Instant,
  instant,
  type MachineModel,
  type MachineState,
  type VmId,
} from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import { Lacking } from '../faults.ts'
import { tagsOf } from '../machines.ts'
import { powerOf } from '../report.ts'
import type { Look } from './look.ts'

// ---- State ------------------------------------------------------------------------------------------------------------------------

/** K02 */
export async function state(look: Look, id: VmId): Promise<MachineState> {
  try {
    const vm = await look.vm(id)
    return stateOf(vm.instanceView, vm)
  } catch (error) {
    if (!(error instanceof Lacking)) throw error
    return stateOf(await instanceView(look, id), {})
  }
}

function instanceView({ sweep }: Look, id: VmId): Promise<VirtualMachineInstanceView> {
  const { subscription, resourceGroup, name } = armId(id)
  return sweep.calls.read(
    {
      op: 'azure.diagnostics.state',
      needs: 'Microsoft.Compute/virtualMachines/instanceView/read',
      thing: `the VM ${name}`,
      subscription,
    },
    sweep.clients.compute(subscription),
    (client, abortSignal) => client.virtualMachines.instanceView(resourceGroup, name, { abortSignal }),
  )
}

function stateOf(
  view: VirtualMachineInstanceView | undefined,
  vm: Pick<VirtualMachine, 'provisioningState' | 'osProfile'>,
): MachineState {
  const provisioning = statusOf(view?.statuses, 'ProvisioningState')
  const agent = view?.vmAgent?.statuses?.[0]
  const provisionedAt = momentOf(provisioning?.time)
  const agentAt = momentOf(agent?.time)
  const error = errorOf(provisioning)
  const computerName = view?.computerName ?? vm.osProfile?.computerName
  const osName = view?.osName
  return {
    power: powerOrHibernation(view?.statuses),
    provisioning: provisioningOf(wordOf(provisioning?.code) ?? vm.provisioningState?.toLowerCase()),
    ...(error === undefined ? {} : { provisioningError: error }),
    ...(provisionedAt === undefined ? {} : { provisionedAt }),
    agent: agentOf(agent),
    ...(agentAt === undefined ? {} : { agentAt }),
    ...(computerName === undefined ? {} : { computerName }),
    ...(osName === undefined ? {} : { osName }),
  }
}

const statusOf = (
  statuses: readonly InstanceViewStatus[] | undefined,
  kind: string,
): InstanceViewStatus | undefined =>
  statuses?.find(({ code }) => code?.toLowerCase().startsWith(`${kind.toLowerCase()}/`))

/** `failed` of `ProvisioningState/failed/AllocationFailed`. */
const wordOf = (code: string | undefined): string | undefined => code?.split('/')[1]?.toLowerCase()

function powerOrHibernation(statuses: readonly InstanceViewStatus[] | undefined): MachineState['power'] {
  // A VM that hibernates is deallocated too; only a second status tells them apart.
  const hibernated = ['PowerState', 'HibernationState'].some(
    kind => wordOf(statusOf(statuses, kind)?.code) === 'hibernated',
  )
  const power = powerOf(statuses)
  return hibernated && power !== 'running' && power !== 'starting' ? 'hibernated' : power
}

function provisioningOf(word: string | undefined): MachineState['provisioning'] {
  if (word === 'succeeded' || word === 'failed') return word
  return word === 'updating' || word === 'creating' || word === 'migrating' ? 'updating' : 'unknown'
}

function errorOf(status: InstanceViewStatus | undefined): string | undefined {
  if (wordOf(status?.code) !== 'failed') return undefined
  const code = status?.code?.split('/')[2]
  return [code, status?.message].filter(Boolean).join(': ') || undefined
}

function agentOf(status: InstanceViewStatus | undefined): MachineState['agent'] {
  const shown = status?.displayStatus?.replaceAll(' ', '').toLowerCase()
  if (shown === undefined) return 'unknown'
  return shown === 'ready' ? 'ready' : shown === 'notready' ? 'not-ready' : 'unknown'
}

/** Undefined for a moment that is none. */
function momentOf(time: Date | undefined): Instant | undefined {
  const at = time?.getTime() ?? Number.NaN
  return Number.isFinite(at) ? instant(at) : undefined
}

// ---- Model ------------------------------------------------------------------------------------------------------------------------

/** K03 */
export async function model(look: Look, id: VmId): Promise<MachineModel> {
  const [vm, locks] = await Promise.all([look.vm(id), locksOf(look, id)])
  const { osProfile, storageProfile, licenseType } = vm
  const size = vm.hardwareProfile?.vmSize ?? ''
  const image = storageProfile?.imageReference
  const imageName =
    image?.publisher === undefined
      ? image?.id
      : [image.publisher, image.offer, image.sku, image.version].filter(Boolean).join(':')
  return {
    size,
    spot: /^(?:spot|low)$/i.test(vm.priority ?? ''),
    ephemeralOsDisk: storageProfile?.osDisk?.diffDiskSettings?.option !== undefined,
    temporaryDisk: hasTemporaryDisk(size),
    extensionOperations: osProfile?.allowExtensionOperations !== false,
    bootDiagnostics: vm.diagnosticsProfile?.bootDiagnostics?.enabled === true,
    identity: identityOf(vm.identity?.type),
    ...(imageName === undefined ? {} : { image: imageName }),
    // A VM made from a disk of its own has no image at all.
    customImage: image?.publisher === undefined,
    ...(licenseType ? { licenceType: licenseType } : {}),
    ...(osProfile?.adminUsername === undefined ? {} : { adminAccount: osProfile.adminUsername }),
    tags: tagsOf(vm.tags),
    locks,
  }
}

/**
 * Whether the size comes with a local disk, by its name: since version 4 those that do have a d among their small letters, and before
 * that all had one. A size that is not named like that counts as having one, because people lose what is on it.
 * Source: https://learn.microsoft.com/azure/virtual-machines/vm-naming-conventions (read 2026-11-21).
 */
function hasTemporaryDisk(size: string): boolean {
  const [, letters = '', version = '0'] =
    /^Standard_[A-Z]+\d+(?:-\d+)?([a-z]*)(?:_[A-Za-z0-9]+)*_v(\d+)$/.exec(size) ?? []
  return Number(version) < 4 || letters.includes('d')
}

function identityOf(type: string | undefined): MachineModel['identity'] {
  if (/systemassigned/i.test(type ?? '')) return 'system'
  return /userassigned/i.test(type ?? '') ? 'user' : 'none'
}

const Lock = z.object({
  name: z.string().optional(),
  properties: z.object({ level: z.enum(['CanNotDelete', 'ReadOnly']) }),
})
const MOST_PAGES = 3

/** Locks of the VM and of what it lies in. Without the right to see them none are told; the log says so. */
async function locksOf({ sweep, log }: Look, id: VmId): Promise<MachineModel['locks']> {
  const { subscription, name } = armId(id)
  try {
    const found = await sweep.calls.read(
      {
        op: 'azure.diagnostics.locks',
        needs: 'Microsoft.Authorization/locks/read',
        thing: `the locks of ${name}`,
        subscription,
      },
      sweep.clients.raw(),
      (arm, abortSignal) =>
        arm.list(
          `${id}/providers/Microsoft.Authorization/locks`,
          { 'api-version': '2020-05-01', $filter: 'atScope()' },
          MOST_PAGES,
          abortSignal,
        ),
    )
    return found.flatMap(item => {
      const { success, data } = Lock.safeParse(item)
      return success ? [{ name: data.name ?? '', level: data.properties.level }] : []
    })
  } catch (error) {
    log.warn('azure.diagnostics.locks-unread', {}, error)
    return []
  }
}

// ---- Extensions -------------------------------------------------------------------------------------------------------------------

/** Two things of the core are called Extension; this is the one that triage reads. */
type Extension = Extract<Awaited<ReturnType<Diagnostics['extensions']>>, { read: true }>['value'][number]

/** K10 */
export async function extensions({ sweep }: Look, id: VmId): Promise<readonly Extension[]> {
  const { subscription, resourceGroup, name } = armId(id)
  const found = await sweep.calls.read(
    {
      op: 'azure.diagnostics.extensions',
      needs: 'Microsoft.Compute/virtualMachines/extensions/read',
      thing: `the extensions of ${name}`,
      subscription,
    },
    sweep.clients.compute(subscription),
    (client, abortSignal) =>
      client.virtualMachineExtensions.list(resourceGroup, name, { expand: 'instanceView', abortSignal }),
  )
  return (found.value ?? []).map(extension => {
    const status = extension.instanceView?.statuses?.[0]
    const code = status?.code?.split('/')[2]
    return {
      name: extension.name ?? '',
      publisher: extension.publisher ?? '',
      type: extension.typePropertiesType ?? '',
      state: extensionState(extension.provisioningState ?? wordOf(status?.code)),
      ...(code ? { code } : {}),
      ...(status?.message ? { message: status.message } : {}),
    }
  })
}

const EXTENSION_STATES = ['succeeded', 'creating', 'updating', 'deleting', 'failed'] as const

const extensionState = (word: string | undefined): Extension['state'] =>
  EXTENSION_STATES.find(known => known === word?.toLowerCase()) ??
  (/^transitioning$/i.test(word ?? '') ? 'updating' : 'unknown')
