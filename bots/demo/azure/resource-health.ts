/**
 * Microsoft.ResourceHealth: how a VM is according to the platform.
 *
 * Where the world's file says nothing, it follows from the VM's power. The names of annotations are not in this answer: they are in
 * Resource Graph. Shapes: Azure/azure-rest-api-specs, ResourceHealth 2022-10-01 (read 2026-11-21).
 */
import { type Route, VERSIONS } from './arm.ts'
import { VM, vmOf } from './compute.ts'
import type { SimVm } from './model.ts'
import { iso } from './vm-body.ts'

export const healthRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${VM}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`,
    action: 'Microsoft.ResourceHealth/availabilityStatuses/current/read',
    versions: VERSIONS.health,
    run: ask => ({ status: 200, body: statusBody(vmOf(ask), ask.world.now()) }),
  },
]

const OFF: readonly SimVm['power'][] = ['stopped', 'deallocated', 'hibernated']

/** What is said of a VM's health, written out. */
export function healthOf({ health, power }: SimVm): NonNullable<SimVm['health']> {
  if (health !== null) return health
  if (!OFF.includes(power)) return { state: 'Available', annotation: null, context: null }
  const annotation =
    power === 'stopped' ? 'VirtualMachineStoppedInternally' : 'VirtualMachineDeallocationInitiated'
  return { state: 'Unavailable', annotation, context: 'Customer Initiated' }
}

/** `VirtualMachineHostRebootedForRepair` in words. */
const inWords = (annotation: string): string => {
  const words = annotation.replace(/^VirtualMachine/, '').replace(/([a-z])([A-Z])/g, '$1 $2')
  return words.charAt(0).toUpperCase() + words.slice(1).toLowerCase()
}

const REASONS: readonly (readonly [context: RegExp, reasonType: string, category: string])[] = [
  [/planned maintenance/i, 'Planned', 'Planned'],
  [/platform/i, 'Unplanned', 'Unplanned'],
  [/customer|user/i, 'UserInitiated', 'Not Applicable'],
  [/vm/i, 'Unplanned', 'Not Applicable'],
]

function statusBody(vm: SimVm, now: number): unknown {
  const { state, annotation, context } = healthOf(vm)
  const [, reasonType, category] = REASONS.find(([pattern]) => pattern.test(context ?? '')) ?? []
  const title = annotation === null ? state : inWords(annotation)
  const fine = state === 'Available' && annotation === null
  return {
    id: `${vm.id}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`,
    name: 'current',
    type: 'Microsoft.ResourceHealth/AvailabilityStatuses',
    location: vm.location,
    properties: {
      availabilityState: state,
      title,
      summary: fine
        ? "There aren't any known Azure platform problems affecting this virtual machine"
        : `${title}. This virtual machine is ${state.toLowerCase()}.`,
      ...(fine || reasonType === undefined ? {} : { reasonType }),
      ...(context === null ? {} : { context }),
      ...(category === undefined || fine ? {} : { category }),
      reasonChronicity: 'Persistent',
      occuredTime: iso(Math.min(now, vm.provisionedAt)),
      reportedTime: iso(now),
    },
  }
}
