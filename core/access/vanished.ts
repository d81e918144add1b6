/**
 * The JIT access policy of a VM is gone while grants are live: nothing can be opened or renewed any more, and what is open is shut.
 *
 * The windows cannot be read without the policy. What is left of them is read from the NSGs where that is allowed, else IP flow verify has
 * to say that the address is out. Until one of them does, the card says that it is not shut yet, and why.
 */
import { advance } from '../advance.ts'
import { Fault } from '../fault.ts'
import type { VmId } from '../ids.ts'
import type { JitRule, Ports } from '../ports.ts'
import { leavesLink } from './link/link.ts'
import { flowFor } from './prove.ts'
import type { Live } from './reconcile.ts'

type Closing = Extract<Live, { status: 'closing' }>

/**
 * One step. Repeating is safe.
 *
 * @param say why the windows cannot be read
 * @returns 'stuck' when only somebody else, or time, can help: looking again soon would only cost calls
 */
export async function closeWithoutPolicy(
  ports: Ports,
  states: readonly Live[],
  say: string,
): Promise<'look again' | 'stuck'> {
  const live = states.filter(({ status }) => status !== 'closing')
  for (const { ask } of live) await advance(ports, ask.id, { type: 'fail', say })
  if (live.length > 0) return 'look again'
  const closing = states.filter(state => state.status === 'closing')
  try {
    return await shutAll(ports, closing)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const [first] = closing
    if (error.kind !== 'missing' || !first || !(await isGone(ports, first.ask.vm.id, first.ask.port))) {
      for (const { ask } of closing) await advance(ports, ask.id, { type: 'trouble', say: error.say })
      return 'stuck'
    }
    for (const { ask } of closing) await advance(ports, ask.id, { type: 'shut', seen: 'vm-gone' })
    return closing.some(leavesLink) ? 'stuck' : 'look again'
  }
}

async function shutAll(ports: Ports, closing: readonly Closing[]): Promise<'look again' | 'stuck'> {
  const [first] = closing
  if (first === undefined) return 'look again'
  const { vm, port } = first.ask
  const rules = await readLeftovers(ports, vm.id, port)
  const ours = new Set(closing.flatMap(addressesOf))
  // A rule that also lets in somebody else's address is not ours to take away.
  const removable = (rules ?? []).filter(({ sources }) => sources.every(source => ours.has(source)))
  for (const rule of removable) await ports.jit.remove(rule)
  if (removable.length > 0) return 'look again'
  const outcomes = await Promise.all(closing.map(state => shutOne(ports, state, rules)))
  return outcomes.includes('stuck') ? 'stuck' : 'look again'
}

async function readLeftovers(ports: Ports, vm: VmId, port: number): Promise<readonly JitRule[] | undefined> {
  try {
    return await ports.jit.leftovers(vm, port)
  } catch (error) {
    if (error instanceof Fault && error.kind === 'denied') return undefined
    throw error
  }
}

async function shutOne(
  ports: Ports,
  state: Closing,
  rules: readonly JitRule[] | undefined,
): Promise<'shut' | 'stuck'> {
  // Once the link is released, this is looked at again.
  if (leavesLink(state)) return 'stuck'
  const { ask } = state
  const addresses = addressesOf(state)
  const left = rules?.find(({ sources }) => sources.some(source => addresses.includes(source)))
  const flows = await Promise.all(addresses.map(each => flowFor(ports, state, each)))
  const allowing = flows.flatMap(flow => (flow.access === 'allow' ? [flow.rule] : []))[0]
  // Read back from the NSGs: what still lets the address in is no JIT window, or one that stands for others, too.
  if (rules !== undefined) {
    const rule = left?.name ?? allowing
    const alsoOpen = rule === undefined ? {} : { alsoOpen: `the rule ${rule} lets it through` }
    await advance(ports, ask.id, { type: 'shut', ...alsoOpen })
    return 'shut'
  }
  if (flows.every(({ access }) => access === 'deny')) {
    await advance(ports, ask.id, { type: 'shut', seen: 'flow' })
    return 'shut'
  }
  const untested = flows.flatMap(flow => (flow.access === 'not-tested' ? [flow.why] : []))[0]
  const why = allowing
    ? `The JIT access policy is gone, and the rule ${allowing} still lets the address in: the owner of the VM has to remove it.`
    : `The JIT access policy is gone, and Azure does not say whether the address is still let in: ${untested ?? ''}`
  await advance(ports, ask.id, { type: 'trouble', say: why })
  return 'stuck'
}

const addressesOf = ({ source, left }: Closing): readonly string[] => [...new Set([source, ...left])]

async function isGone(ports: Ports, vm: VmId, port: number): Promise<boolean> {
  try {
    await ports.machines.report(vm, port)
    return false
  } catch (error) {
    if (error instanceof Fault && error.kind === 'missing') return true
    throw error
  }
}
