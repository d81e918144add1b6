/**
 * The activity log: what people and machines did, in the words of a world file and in those of Azure.
 *
 * A world file says `deallocate` or `delete securityRules/AllowRDP`; Azure names an operation and the resource it was done to.
 * Names: https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations (read 2026-11-21).
 */
import type { Happened } from './fleet-health.ts'
import { networkIdOf, nsgIdOf, policyIdOf, same, vmIdOf } from './ids.ts'
import type { AzureState, SimActivity, SimVm } from './model.ts'
import { agoMs } from './moments.ts'
import { nicIdOf } from './vms.ts'

const MOST_ENTRIES = 1_000

export function note(state: AzureState, entry: SimActivity): void {
  state.activity.push(entry)
  state.activity.splice(0, state.activity.length - MOST_ENTRIES)
}

/** What a file says happened to a VM, or to something round it, before the world began. */
export function noteHappened(state: AzureState, vm: SimVm, happened: Happened, now: number): void {
  const { ago, op, by, result, detail } = happened
  const at = now - agoMs(ago)
  const failed = !/^(ok|succeeded|success|started|accepted)$/i.test(result)
  const words = [op, detail ?? '', failed && !/^fail/i.test(result) ? result : ''].join(' ')
  const code = failed ? /\b[A-Z][a-z]+(?:[A-Z][A-Za-z]+)+\b/.exec(words)?.[0] : undefined
  // What an operation cannot say, such as `(public address replaced)`, goes beside it.
  const aside = /\((.+)\)/.exec(op)?.[1]
  const said = [aside, detail ?? undefined].filter(part => part !== undefined).join(': ')
  note(state, {
    at,
    subscription: vm.subscription,
    ...meant(state, vm, op),
    by,
    status: failed ? 'Failed' : /^(started|accepted)$/i.test(result) ? 'Started' : 'Succeeded',
    ...(code === undefined ? {} : { code }),
    ...(said === '' ? {} : { detail: said }),
  })
}

const VM = 'Microsoft.Compute/virtualMachines'
/** Verbs whose operation is an action on the VM. */
const ACTIONS: Readonly<Record<string, string>> = {
  start: 'start',
  restart: 'restart',
  reboot: 'restart',
  stop: 'powerOff',
  poweroff: 'powerOff',
  shutdown: 'powerOff',
  deallocate: 'deallocate',
  redeploy: 'redeploy',
  reapply: 'reapply',
  hibernate: 'hibernate',
  runcommand: 'runCommand',
  simulateeviction: 'simulateEviction',
  evict: 'simulateEviction',
}

const KINDS: readonly (readonly [pattern: RegExp, type: string])[] = [
  [/^securityRules?\b/i, 'Microsoft.Network/networkSecurityGroups/securityRules'],
  [/^(networkSecurityGroups?|nsg)\b/i, 'Microsoft.Network/networkSecurityGroups'],
  [/^jit(NetworkAccessPolicies)?\b/i, 'Microsoft.Security/locations/jitNetworkAccessPolicies'],
  [/^networkInterfaces?\b/i, 'Microsoft.Network/networkInterfaces'],
  [/^publicIPAddress(es)?\b/i, 'Microsoft.Network/publicIPAddresses'],
  [/^routeTables?\b.*\broutes?\b/i, 'Microsoft.Network/routeTables/routes'],
  [/^routeTables?\b/i, 'Microsoft.Network/routeTables'],
  [/^virtualNetworkPeerings?\b/i, 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings'],
  [/^subnets?\b/i, 'Microsoft.Network/virtualNetworks/subnets'],
  [/^virtualNetworks?\b/i, 'Microsoft.Network/virtualNetworks'],
  [/^bastionHosts?\b/i, 'Microsoft.Network/bastionHosts'],
  [/^azureFirewalls?\b/i, 'Microsoft.Network/azureFirewalls'],
  [/^loadBalancers?\b/i, 'Microsoft.Network/loadBalancers'],
  [/^extensions?\b/i, `${VM}/extensions`],
  [/^roleAssignments?\b/i, 'Microsoft.Authorization/roleAssignments'],
  [/^disks?\b/i, 'Microsoft.Compute/disks'],
  [/^cloudServices?\b/i, 'Microsoft.Compute/cloudServices'],
]

/** The operation and the resource that a file's words mean. */
function meant(state: AzureState, vm: SimVm, op: string): { operation: string; resource: string } {
  const [verb = '', object = ''] = op.trim().split(/\s+/)
  const action = ACTIONS[verb.toLowerCase()]
  if (action !== undefined) {
    const other = state.vms.find(one => same(one.name, object) && one.subscription === vm.subscription)
    return { operation: `${VM}/${action}/action`, resource: other?.id ?? vm.id }
  }
  const rest = op.trim().slice(verb.length).trim()
  const done = /^(delete|remove|detach)/i.test(verb)
    ? 'delete'
    : /^initiate/i.test(verb)
      ? 'initiate/action'
      : 'write'
  for (const [pattern, type] of KINDS)
    if (pattern.test(rest) || pattern.test(verb))
      return { operation: `${type}/${done}`, resource: resourceOf(vm, type, object.split('/')[1]) }
  if (/^(initiate|jit)/i.test(verb)) {
    const type = 'Microsoft.Security/locations/jitNetworkAccessPolicies'
    return { operation: `${type}/initiate/action`, resource: resourceOf(vm, type, undefined) }
  }
  return { operation: `${VM}/${done}`, resource: vm.id }
}

function resourceOf(vm: SimVm, type: string, name: string | undefined): string {
  const { subscription, rg } = vm
  const nsg = nsgIdOf(subscription, rg, vm.nic.nsg ?? vm.subnet.nsg ?? 'nsg-app')
  const vnet = networkIdOf(subscription, rg, `virtualNetworks/${vm.subnet.vnet}`)
  const [provider = '', kind = '', part] = type.split('/')
  switch (type) {
    case 'Microsoft.Network/networkSecurityGroups/securityRules':
      return `${nsg}/securityRules/${name ?? 'AllowRDP'}`
    case 'Microsoft.Network/networkSecurityGroups':
      return name === undefined ? nsg : nsgIdOf(subscription, rg, name)
    case 'Microsoft.Security/locations/jitNetworkAccessPolicies':
      return policyIdOf(subscription, rg, vm.location, name ?? 'default')
    case 'Microsoft.Network/networkInterfaces':
      return name === undefined ? nicIdOf(vm) : networkIdOf(subscription, rg, `networkInterfaces/${name}`)
    case 'Microsoft.Network/publicIPAddresses':
      return networkIdOf(subscription, rg, `publicIPAddresses/${name ?? `${vm.name}-ip`}`)
    case 'Microsoft.Network/virtualNetworks/subnets':
      return `${vnet}/subnets/${name ?? vm.subnet.name}`
    case `${VM}/extensions`:
      return `${vm.id}/extensions/${name ?? 'extension'}`
    case 'Microsoft.Authorization/roleAssignments':
      return `${vm.id}/providers/Microsoft.Authorization/roleAssignments/${name ?? 'assignment'}`
    default: {
      const group = vmIdOf(subscription, rg, '').replace(/\/providers\/.*$/, '')
      const own = `${group}/providers/${provider}/${kind}/${name ?? kind}`
      return part === undefined ? own : `${own}/${part}/${name ?? part}`
    }
  }
}
