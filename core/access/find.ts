/** Finds the VM a person means, among those they may know about. */

import type { Intent, VmRef } from '../command/intent.ts'
import { nearest } from '../command/nearest.ts'
import type { Ports, VmSummary } from '../ports.ts'
import type { Refusal } from '../refusal.ts'
import type { Policy, Question } from './policy.ts'
import { couldSee } from './policy.ts'

/** Azure allows letters, digits, hyphens, underscores and dots in VM names, 64 characters at most (Windows computer names are shorter). */
const VM_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const MOST_CHOICES = 10
const MOST_NEAR = 3

/**
 * Exactly one VM, or a refusal that helps: near names, or a choice among several of the same name.
 * What no rule lets the person see is treated as if it were not there, in the same words.
 *
 * @param again the same intent for one chosen VM, for the buttons of a choice
 */
export async function findVm(
  machines: Ports['machines'],
  policy: Policy,
  person: Question['person'],
  ref: VmRef,
  again: (vm: VmSummary) => Intent,
): Promise<VmSummary | Refusal> {
  const visible = (vms: readonly VmSummary[]) => vms.filter(vm => couldSee(policy, person, vm))
  if ('id' in ref) {
    const vm = await machines.byId(ref.id)
    const [seen] = visible(vm ? [vm] : [])
    return seen ?? { code: 'vm-not-found', name: ref.id.split('/').at(-1) ?? '', near: [] }
  }
  const name = ref.typed
  if (!VM_NAME.test(name)) return { code: 'vm-not-found', name: name.slice(0, 64), near: [] }
  const found = visible(await machines.named(name))
  const [only, ...more] = found
  if (only && more.length === 0) return only
  if (only) {
    const choices = found.slice(0, MOST_CHOICES).map(vm => ({ vm, intent: again(vm) }))
    return { code: 'which-vm', name, choices }
  }
  const names = [...new Set(visible(await machines.like(name)).map(vm => vm.name))]
  return { code: 'vm-not-found', name, near: nearest(name, names).slice(0, MOST_NEAR) }
}
