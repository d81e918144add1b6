/**
 * The pretend Azure's state: how it starts from a world file, and how it keeps up with the clock.
 *
 * `settle` is called before each look at the state and after each change.
 */
import { noteHappened } from './activity.ts'
import { serviceNsg } from './cloud-services.ts'
import { coverVm, dropWritten, openRequest, revoke, takeAsWritten } from './defender.ts'
import { finish } from './effects.ts'
import { FleetVm, type Subscription } from './fleet.ts'
import { nsgIdOf, policyIdOf, same, vmIdOf } from './ids.ts'
import type { AzureState, SimSubscription, SimVm } from './model.ts'
import { agoMs, durationMs } from './moments.ts'

const DAY_MS = 86_400_000
/** How long the end of an operation can be asked for. */
const KEEP_OPERATIONS_MS = DAY_MS

const blank = (mode: AzureState['mode']): AzureState => ({
  mode,
  subscriptions: [],
  vms: [],
  nsgs: [],
  balancers: [],
  firewalls: [],
  bastions: [],
  cloudServices: [],
  links: [],
  crowds: [],
  roles: [],
  activity: [],
  policies: [],
  operations: {},
  faults: [],
  denied: [],
  calls: [],
  counter: 0,
  throttling: false,
  buckets: {},
  realistic: false,
  lag: { listMs: 0, graphMs: 0 },
  past: [],
})

export function firstState(
  subscriptions: readonly Subscription[],
  mode: AzureState['mode'],
  now: number,
): AzureState {
  const state = blank(mode)
  for (const subscription of subscriptions) addSubscription(state, subscription, now)
  for (const vm of state.vms) for (const happened of vm.activity) noteHappened(state, vm, happened, now)
  state.activity.sort((left, right) => left.at - right.at)
  settle(state, now)
  return state
}

/** A state that an earlier version saved, with what it did not know yet. */
export function completed(saved: AzureState): AzureState {
  const vm = FleetVm.parse({ name: 'any' })
  const subscription: Omit<SimSubscription, 'id' | 'name' | 'watchers'> = {
    adminRules: [],
    serviceTags: {},
    incident: null,
  }
  const moments = { provisionedAt: 0, createdAt: 0, sampledAt: null }
  return {
    ...blank(saved.mode),
    ...saved,
    subscriptions: saved.subscriptions.map(one => ({ ...subscription, ...one })),
    vms: saved.vms.map(one => ({
      ...vm,
      ...moments,
      ...one,
      nic: { ...vm.nic, ...one.nic },
      subnet: { ...vm.subnet, ...one.subnet },
    })),
  }
}

function addSubscription(state: AzureState, subscription: Subscription, now: number): void {
  const { id, name, nsgs, vms, location, ip_flow_verify_available, crowd } = subscription
  const placed = vms.map((vm): SimVm => {
    const at = vm.location ?? location
    const provisionedAt = now - (vm.running_for === null ? DAY_MS : agoMs(vm.running_for))
    return {
      ...structuredClone(vm),
      location: at,
      subscription: id,
      id: vmIdOf(id, vm.rg, vm.name),
      provisionedAt,
      createdAt: provisionedAt - 90 * DAY_MS,
      sampledAt: null,
    }
  })
  const regions = [...new Set([...placed.map(vm => vm.location), ...(placed.length === 0 ? [location] : [])])]
  state.subscriptions.push({
    id,
    name,
    watchers: ip_flow_verify_available ? regions : [],
    adminRules: structuredClone(subscription.admin_rules),
    serviceTags: structuredClone(subscription.service_tags),
    incident:
      subscription.service_incident === null
        ? null
        : { since: now - 3_600_000, says: subscription.service_incident, location },
  })
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
  addNetwork(state, subscription, placed)
  if (crowd !== null) state.crowds.push({ ...crowd, subscription: id, location })
  for (const { person, role, rg } of subscription.roles)
    state.roles.push({
      principal: person,
      role,
      scope: rg === undefined ? `/subscriptions/${id}` : `/subscriptions/${id}/resourceGroups/${rg}`,
    })
  for (const vm of placed) if (vm.jit !== null) addJit(state, vm, vm.jit, now)
}

/** What stands in front of VMs lives beside the first of them that it has to do with. */
function addNetwork(state: AzureState, subscription: Subscription, vms: readonly SimVm[]): void {
  const { id, location } = subscription
  const beside = (fits: (vm: SimVm) => boolean) => {
    const vm = vms.find(fits)
    return { subscription: id, rg: vm?.rg ?? 'rg-network', location: vm?.location ?? location }
  }
  for (const one of subscription.load_balancers)
    state.balancers.push({
      ...structuredClone(one),
      ...beside(vm => one.nat.some(({ vm: name }) => name !== null && same(name, vm.name))),
    })
  for (const one of subscription.firewalls)
    state.firewalls.push({ ...structuredClone(one), ...beside(vm => vm.subnet.vnet === one.vnet) })
  for (const one of subscription.bastions) {
    const near = beside(vm => vm.subnet.vnet === one.vnet)
    state.bastions.push({ ...structuredClone(one), ...near })
  }
  for (const one of subscription.cloud_services) {
    const near = beside(() => true)
    const service = { ...structuredClone(one), ...near, rg: one.rg ?? near.rg }
    state.cloudServices.push(service)
    state.nsgs.push(serviceNsg(service))
  }
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
  if (!jit.as_written) {
    coverVm(state, policy, vm, jit.ports)
    if (jit.requests.length > 0) dropWritten(state, vm)
  }
  for (const { by, port, source, ends, why } of jit.requests) {
    const endsAt = Date.parse(ends)
    const longest = durationMs(jit.ports.find(one => one.port === port)?.max ?? '') || 3_600_000
    const order = {
      requestor: by,
      justification: why,
      // One that is over cannot have begun now.
      startedAt: endsAt <= now ? endsAt - longest : now,
      from: now,
      wishes: [{ vm, port, sources: source, endsAt }],
    }
    if (jit.as_written) takeAsWritten(state, policy, order)
    else openRequest(state, policy, order)
  }
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
    finish(state, operation)
    mark()
  }
  for (const [id, { status, readyAt }] of Object.entries(state.operations))
    if (status !== 'InProgress' && readyAt < now - KEEP_OPERATIONS_MS) delete state.operations[id]
  return changed
}
