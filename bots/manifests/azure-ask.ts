/**
 * The role without which Latchkey can do nothing: find VMs, read what guards them, ask for JIT windows and take them away again.
 *
 * It holds what the adapter uses, and nothing else: a test holds the two against each other, in the sources and over the wire.
 * Source of the names: https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations, groups Compute,
 * Networking and Security (read 2026-11-21).
 */
import type { Grant, Role } from './azure.ts'

const INITIATE = 'raw.post /initiate'
const VERIFY = 'network.networkWatchers.verifyIPFlow'
const REMOVE = 'network.securityRules.delete'
const JIT_GUIDE =
  'https://learn.microsoft.com/azure/defender-for-cloud/just-in-time-access-usage, "Prerequisites" (read 2026-11-20)'

const GRANTS: readonly Grant[] = [
  {
    action: 'Microsoft.ResourceGraph/resources/read',
    calls: ['graph.resources'],
    why: 'Finds VMs by name over all subscriptions with one query.',
  },
  {
    action: 'Microsoft.Resources/subscriptions/read',
    calls: ['table microsoft.resources/subscriptions'],
    why: 'Shows the subscription by its name. Without it, its id is shown.',
  },
  {
    action: 'Microsoft.Compute/virtualMachines/read',
    calls: ['compute.virtualMachines.get', 'table microsoft.compute/virtualmachines'],
    why: 'Reads tags, power state, computer name and network interfaces of a VM.',
  },
  {
    action: 'Microsoft.Network/networkInterfaces/read',
    calls: ['network.networkInterfaces.get', 'table microsoft.network/networkinterfaces'],
    why: 'Reads addresses, subnet and NSG of a VM.',
  },
  {
    action: 'Microsoft.Network/networkInterfaces/*/read',
    calls: [INITIATE],
    why: 'Defender for Cloud wants it of whoever requests JIT access.',
    saidBy: JIT_GUIDE,
  },
  {
    action: 'Microsoft.Network/publicIPAddresses/read',
    calls: ['network.publicIPAddresses.get', 'table microsoft.network/publicipaddresses'],
    why: 'Reads the address and the DNS name that the connection file carries.',
  },
  {
    action: 'Microsoft.Network/virtualNetworks/subnets/read',
    calls: ['network.subnets.get'],
    why: 'Finds the NSG that guards the subnet.',
  },
  {
    action: 'Microsoft.Network/networkSecurityGroups/read',
    calls: ['network.networkSecurityGroups.get'],
    why: 'Sees JIT rules come and go, and whether a port stands open to everyone.',
  },
  {
    action: 'Microsoft.Network/networkSecurityGroups/securityRules/delete',
    calls: [REMOVE],
    why: 'Shuts a JIT window before its time: Defender for Cloud has no call for that. Only rules with its own name pattern are deleted.',
  },
  {
    action: 'Microsoft.Network/networkWatchers/read',
    calls: ['network.networkWatchers.listAll'],
    why: "Finds the Network Watcher of the VM's region.",
  },
  {
    // Microsoft names …/action and …/read. The second is in no list of operations, and a role with an unknown action may be refused.
    action: 'Microsoft.Network/networkWatchers/ipFlowVerify/*',
    calls: [VERIFY],
    why: 'Proves that the network lets the requester in before "Ready" is said. Without it: "Opened, not fully tested".',
  },
  {
    action: 'Microsoft.Network/locations/operations/read',
    calls: [REMOVE, VERIFY],
    why: 'Follows a deletion or a verification until it is finished.',
  },
  {
    action: 'Microsoft.Network/locations/operationResults/read',
    calls: [REMOVE, VERIFY],
    why: 'Reads what came of it.',
  },
  {
    action: 'Microsoft.Security/locations/jitNetworkAccessPolicies/read',
    calls: ['security.jitNetworkAccessPolicies.list'],
    why: 'Reads which ports may be requested, from where, how long, and what was requested.',
  },
  {
    action: 'Microsoft.Security/locations/jitNetworkAccessPolicies/*/read',
    calls: [INITIATE],
    why: 'Defender for Cloud wants it of whoever requests JIT access.',
    saidBy: JIT_GUIDE,
  },
  {
    action: 'Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action',
    calls: [INITIATE],
    why: 'Requests JIT access for one VM, port and address, until a given time.',
  },
]

export const ASK: Role = {
  file: 'role-ask.json',
  name: 'Latchkey Ask',
  description:
    'Finds VMs, reads what guards their RDP port, requests just-in-time access and ends it. Opens nothing else and changes no VM.',
  grants: GRANTS,
}
