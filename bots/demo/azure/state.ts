/**
 * The pretend Azure's state: how it starts from a world file, and how it keeps up with the clock.
 *
 * `settle` is called before each look at the state and after each change.
 */
import { coverVm, dropWritten, openRequest, revoke } from './defender.ts'
import type { FleetVm, Subscription } from './fleet.ts'
import { nsgIdOf, policyIdOf, vmIdOf } from './ids.ts'
import type { AzureState, SimOperation, SimVm } from './model.ts'

export function firstState(
  subscriptions: readonly Subscription[],
  mode: AzureState['mode'],
  now: number,
): AzureState {
  const state: AzureState = {
    mode,
    subscriptions: [],
    vms: [],
    nsgs: [],
    policies: [],
    operations: {},
    faults: [],
    denied: [],
    calls: [],
    counter: 0,
  }
  for (const subscription of subscriptions) addSubscription(state, subscription, now)
  settle(state, now)
  return state
}

function addSubscription(state: AzureState, subscription: Subscription, now: number): void {
  const { id, name, nsgs, vms, location, ip_flow_verify_available } = subscription
  const placed = vms.map((vm): SimVm => {
    const at = vm.location ?? location
    return { ...structuredClone(vm), location: at, subscription: id, id: vmIdOf(id, vm.rg, vm.name) }
  })
  const regions = [...new Set(placed.map(vm => vm.location))]
  state.subscriptions.push({ id, name, watchers: ip_flow_verify_available ? regions : [] })
  state.vms.push(...placed)
  for (const [nsgName, rules] of Object.entries(nsgs)) {
    // An NSG lives where the first VM behind it lives; the file does not say.
    const behind = placed.find(vm => vm.nic.nsg === nsgName || vm.subnet.nsg === nsgName)
    state.nsgs.push({
      id: nsgIdOf(id, behind?.rg ?? 'rg-network', nsgName),
      subscription: id,
      name: nsgName,
      location: behind?.location ?? location,
      rules: rules.map(rule => ({ ...structuredClone(rule), inForce: true })),
    })
  }
  for (const vm of placed) if (vm.jit !== null) addJit(state, vm, vm.jit, now)
}

function addJit(state: AzureState, vm: SimVm, jit: NonNullable<FleetVm['jit']>, now: number): void {
  const id = policyIdOf(vm.subscription, vm.rg, vm.location, jit.policy)
  const existing = state.policies.find(policy => policy.id === id)
  const policy = existing ?? {
    id,
    subscription: vm.subscription,
    name: jit.policy,
    location: vm.location,
    vms: [],
    requests: [],
  }
  if (existing === undefined) state.policies.push(policy)
  policy.vms.push({ id: vm.id, ports: structuredClone(jit.ports) })
  coverVm(state, policy, vm, jit.ports)
  if (jit.requests.length > 0) dropWritten(state, vm)
  for (const { by, port, source, ends, why } of jit.requests)
    openRequest(state, policy, {
      requestor: by,
      justification: why,
      startedAt: now,
      from: now,
      wishes: [{ vm, port, sources: source, endsAt: Date.parse(ends) }],
    })
}

/** Brings the state up to date with the clock. True when anything that a person could see has changed. */
export function settle(state: AzureState, now: number): boolean {
  let changed = false
  const mark = () => {
    changed = true
  }
  for (const nsg of state.nsgs) {
    const kept = nsg.rules.filter(rule => rule.until === undefined || rule.until > now)
    if (kept.length < nsg.rules.length) mark()
    nsg.rules = kept
    for (const rule of kept.filter(({ inForce, from = 0 }) => !inForce && from <= now)) {
      rule.inForce = true
      mark()
    }
  }
  for (const entry of state.policies.flatMap(({ requests }) => requests.flatMap(({ entries }) => entries))) {
    if (entry.status === 'Initiating' && entry.from <= now) {
      entry.status = 'Initiated'
      mark()
    }
    if (entry.status !== 'Revoked' && entry.endsAt <= now) {
      revoke(entry, 'Expired')
      mark()
    }
  }
  for (const operation of Object.values(state.operations)) {
    if (operation.status !== 'InProgress' || operation.readyAt > now) continue
    operation.status = 'Succeeded'
    take(state, operation.effect)
    mark()
  }
  return changed
}

function take(state: AzureState, effect: SimOperation['effect']): void {
  switch (effect.do) {
    case 'power': {
      const vm = state.vms.find(({ id }) => id === effect.vm)
      if (vm !== undefined) vm.power = effect.to
      return
    }
    case 'delete-rule': {
      const nsg = state.nsgs.find(({ id }) => id === effect.nsg)
      if (nsg !== undefined) nsg.rules = nsg.rules.filter(({ name }) => name !== effect.rule)
      return
    }
    case 'nothing':
      return
  }
}
