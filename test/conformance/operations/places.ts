/** Things of the demo's fleet that are asked about, and changes to them. */
import { vmIdOf } from '../../../bots/demo/azure/ids.ts'
import type { AzureState, SimVm } from '../../../bots/demo/azure/model.ts'

export const SUBSCRIPTION = '1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3e01'

/** The id of the VM that most questions are about. */
export const FIRST = vmIdOf(SUBSCRIPTION, 'rg-orders', 'vm01')
export const SECOND = vmIdOf(SUBSCRIPTION, 'rg-orders', 'vm10')

/** Changes a VM of the fleet. */
export function vmIn(state: AzureState, name: string, change: Partial<SimVm>): void {
  const vm = state.vms.find(one => one.name === name)
  if (vm === undefined) throw new Error(`the fleet has no ${name}`)
  Object.assign(vm, change)
}

/** Changes the interface of a VM. */
export function nicIn(state: AzureState, name: string, change: Partial<SimVm['nic']>): void {
  const vm = state.vms.find(one => one.name === name)
  if (vm === undefined) throw new Error(`the fleet has no ${name}`)
  Object.assign(vm.nic, change)
}
