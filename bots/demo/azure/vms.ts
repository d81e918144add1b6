/** Finds VMs in the pretend Azure: those that the state lists, and those of a crowd, which are made up when somebody asks for one. */
import { FleetVm } from './fleet.ts'
import { networkIdOf, same, vmIdOf } from './ids.ts'
import type { AzureState, SimCrowd, SimVm } from './model.ts'

const DAY_MS = 86_400_000
const BEGAN = Date.UTC(2026, 10, 1)

/** Changing it changes the state only where it is listed: see {@link ownVm}. */
export const vmWithId = (state: AzureState, id: string): SimVm | undefined =>
  state.vms.find(vm => same(vm.id, id)) ?? memberWithId(state, id)

/** As {@link vmWithId}, but one that may be changed: a VM of a crowd is listed from then on. */
export function ownVm(state: AzureState, id: string): SimVm | undefined {
  const vm = vmWithId(state, id)
  if (vm !== undefined && !state.vms.includes(vm)) state.vms.push(vm)
  return vm
}

export const nicIdOf = (vm: SimVm): string =>
  networkIdOf(vm.subscription, vm.rg, `networkInterfaces/${vm.name}-nic`)

export const memberName = ({ prefix, count }: SimCrowd, number: number): string =>
  `${prefix}${String(number).padStart(String(count - 1).length, '0')}`

function memberWithId(state: AzureState, id: string): SimVm | undefined {
  for (const crowd of state.crowds) {
    const start = vmIdOf(crowd.subscription, crowd.rg, crowd.prefix)
    if (!same(id.slice(0, start.length), start)) continue
    const number = Number(id.slice(start.length))
    if (Number.isInteger(number) && number >= 0 && number < crowd.count) {
      const vm = member(crowd, number)
      if (same(vm.id, id)) return vm
    }
  }
  return undefined
}

const MEMBER = FleetVm.parse({
  name: 'member',
  subnet: { name: 'snet-crowd', vnet: 'vnet-crowd', prefix: '10.96.0.0/11', vnet_tag: ['10.96.0.0/11'] },
})

/** The VM with this number, the same each time. */
export function member(crowd: SimCrowd, number: number): SimVm {
  const name = memberName(crowd, number)
  const { subscription, rg, location } = crowd
  const vm = structuredClone(MEMBER)
  return {
    ...vm,
    name,
    rg,
    tags: { crowd: crowd.prefix },
    nic: { ...vm.nic, private_ip: memberAddress(number) },
    id: vmIdOf(subscription, rg, name),
    subscription,
    location,
    provisionedAt: BEGAN + number,
    createdAt: BEGAN - DAY_MS,
    sampledAt: null,
  }
}

const memberAddress = (number: number): string =>
  `10.${96 + ((number >> 16) & 31)}.${(number >> 8) & 255}.${number & 255}`

/** Who a NIC, a public address or another thing called after its VM belongs to. */
export function vmCalled(
  state: AzureState,
  { subscription, rg, name, ending }: { subscription: string; rg: string; name: string; ending: string },
): SimVm | undefined {
  if (!same(name.slice(-ending.length), ending)) return undefined
  return vmWithId(state, vmIdOf(subscription, rg, name.slice(0, -ending.length)))
}
