/**
 * Roles for what an organisation may add on top of asking. None of them is needed to open and shut RDP.
 *
 * Each is small enough to be refused on its own. `role-guest.json` belongs to an identity of its own: its actions run code as SYSTEM.
 * Whoever makes the adapter use one of these actions writes `calls` beside it.
 * Source of the names: https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations (read 2026-11-21); of
 * what Network Watcher wants: https://learn.microsoft.com/azure/network-watcher/required-rbac-permissions (read 2026-11-21).
 */
import type { Role } from './azure.ts'

const FOLLOW_COMPUTE = {
  action: 'Microsoft.Compute/locations/operations/read',
  calls: ['raw.follow (where Azure said)'],
  why: 'Follows an operation until it is finished.',
} as const
const FOLLOW_RESULT = {
  action: 'Microsoft.Compute/locations/operationResults/read',
  calls: ['raw.follow (where Azure said)'],
  why: 'Reads what came of it.',
} as const
const WAS_IT_SENT = {
  action: 'Microsoft.Insights/eventtypes/values/read',
  calls: ['raw.list /providers/Microsoft.Insights/eventtypes/management/values'],
  why: 'Whether an order arrived whose answer was lost: the activity log keeps its key, so it is not sent twice.',
} as const

const TRIAGE_READER: Role = {
  file: 'role-triage-reader.json',
  name: 'Latchkey Triage Reader',
  description: 'Reads, beyond Latchkey Ask, what explains why RDP to a VM does not work. Changes nothing.',
  grants: [
    {
      action: 'Microsoft.Compute/virtualMachines/instanceView/read',
      calls: ['compute.virtualMachines.instanceView'],
      why: 'Power state, VM agent and maintenance of a VM.',
    },
    {
      action: 'Microsoft.Compute/virtualMachines/extensions/read',
      calls: ['compute.virtualMachineExtensions.list'],
      why: 'Extensions that fail or hold the VM up, Entra sign-in among them.',
    },
    {
      action: 'Microsoft.Compute/virtualMachines/retrieveBootDiagnosticsData/action',
      calls: ['compute.virtualMachines.retrieveBootDiagnosticsData'],
      why: 'Boot screenshot and serial log: updates, blue screen, BitLocker. They may show data, so they go to requester and approver only.',
    },
    {
      action: 'Microsoft.Network/networkInterfaces/effectiveNetworkSecurityGroups/action',
      calls: ['network.networkInterfaces.listEffectiveNetworkSecurityGroups'],
      why: 'The rules in force, with admin rules and service tags written out.',
    },
    {
      action: 'Microsoft.Network/networkInterfaces/effectiveRouteTable/action',
      calls: ['network.networkInterfaces.getEffectiveRouteTable'],
      why: 'The routes in force, learned ones among them.',
    },
    {
      action: 'Microsoft.Network/networkWatchers/nextHop/*',
      why: 'Where answers to the client go: back to it, or into a firewall.',
    },
    {
      action: 'Microsoft.Network/networkWatchers/connectivityCheck/*',
      calls: ['network.networkWatchers.checkConnectivity'],
      why: 'Whether Bastion or another VM reaches the VM.',
    },
    {
      action: 'Microsoft.Network/virtualNetworks/read',
      calls: ['network.virtualNetworks.get'],
      why: 'Which networks are peered with which.',
    },
    {
      action: 'Microsoft.Network/virtualNetworks/virtualNetworkPeerings/read',
      why: 'Whether a peering is connected.',
    },
    {
      action: 'Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules/action',
      calls: ['network.listNetworkManagerEffectiveSecurityAdminRules'],
      why: 'Admin rules of Virtual Network Manager, which are read before every NSG.',
    },
    {
      action: 'Microsoft.Network/locations/serviceTagDetails/read',
      calls: ['network.serviceTagInformationOperations.list'],
      why: 'What the service tags in NSG rules stand for.',
    },
    {
      action: 'Microsoft.Network/routeTables/read',
      calls: ['network.routeTables.get'],
      why: 'Routes that lead answers astray.',
    },
    {
      action: 'Microsoft.Network/applicationSecurityGroups/read',
      why: 'Which VMs a rule with an application security group means.',
    },
    {
      action: 'Microsoft.Network/loadBalancers/read',
      calls: ['network.loadBalancers.get', 'table microsoft.network/loadbalancers'],
      why: 'Load balancers in front of a VM.',
    },
    {
      action: 'Microsoft.Network/loadBalancers/inboundNatRules/read',
      why: 'The front-end port that leads to RDP.',
    },
    {
      action: 'Microsoft.Network/loadBalancers/backendAddressPools/queryInboundNatRulePortMapping/action',
      calls: ['network.loadBalancers.listInboundNatRulePortMappings'],
      why: 'The same where one NAT rule serves a whole pool.',
    },
    {
      action: 'Microsoft.Network/azureFirewalls/read',
      calls: ['network.azureFirewalls.listAll', 'table microsoft.network/azurefirewalls'],
      why: 'DNAT rules of a firewall in front of a VM.',
    },
    { action: 'Microsoft.Network/firewallPolicies/read', why: 'The same where a policy holds them.' },
    {
      action: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups/read',
      calls: ['network.firewallPolicyRuleCollectionGroups.list'],
      why: 'The rules of such a policy.',
    },
    {
      action: 'Microsoft.Network/bastionHosts/read',
      calls: ['network.bastionHosts.list', 'table microsoft.network/bastionhosts'],
      why: 'Whether Bastion is there, and what its tier can do.',
    },
    {
      action: 'Microsoft.ResourceHealth/availabilityStatuses/read',
      calls: ['table microsoft.resourcehealth/resourceannotations'],
      why: 'Host failures and planned maintenance of a VM, with their history.',
    },
    {
      action: 'Microsoft.ResourceHealth/availabilityStatuses/current/read',
      calls: ['raw.get /providers/Microsoft.ResourceHealth/availabilityStatuses/current'],
      why: 'The same as it is now.',
    },
    {
      action: 'Microsoft.ResourceHealth/events/read',
      calls: ['table microsoft.resourcehealth/events'],
      why: 'Outages that Azure has announced for the region.',
    },
    {
      action: 'Microsoft.Insights/eventtypes/values/read',
      calls: ['raw.list /providers/Microsoft.Insights/eventtypes/management/values'],
      why: 'Activity log: who stopped, resized or re-ruled the VM in the last days.',
    },
    {
      action: 'Microsoft.Insights/metrics/read',
      calls: ['raw.get /providers/Microsoft.Insights/metrics'],
      why: 'A VM that is out of processor time, memory or disk.',
    },
    {
      action: 'Microsoft.Compute/cloudServices/read',
      calls: ['raw.get ', 'table microsoft.compute/cloudservices'],
      why: 'Finds a Cloud Service, its Remote Desktop extension and when that expires.',
    },
    {
      action: 'Microsoft.Compute/cloudServices/roleInstances/read',
      calls: ['raw.list /roleInstances'],
      why: 'Whether the role instances of a Cloud Service run.',
    },
    {
      action: 'Microsoft.Compute/cloudServices/networkInterfaces/read',
      calls: ['network.networkInterfaces.listCloudServiceNetworkInterfaces'],
      why: 'The NSG that guards the role instances.',
    },
    {
      action: 'Microsoft.ClassicCompute/virtualMachines/read',
      calls: ['table microsoft.classiccompute/virtualmachines'],
      why: 'Tells somebody that the VM they mean is a classic one.',
    },
    {
      action: 'Microsoft.ClassicCompute/domainNames/read',
      calls: ['table microsoft.classiccompute/domainnames'],
      why: 'Tells somebody that the Cloud Service they mean is a classic one.',
    },
    {
      action: 'Microsoft.Authorization/roleAssignments/read',
      calls: ['raw.list /providers/Microsoft.Authorization/roleAssignments'],
      why: 'Whether the person has a role that Entra sign-in to the VM needs.',
    },
    {
      action: 'Microsoft.Authorization/roleDefinitions/read',
      calls: ['raw.list /providers/Microsoft.Authorization/roleDefinitions'],
      why: 'What roles of your own are called. Without it, they go by their ids.',
    },
    {
      action: 'Microsoft.Authorization/locks/read',
      calls: ['raw.list /providers/Microsoft.Authorization/locks'],
      why: 'Locks that would stop a start, a redeploy or a reset.',
    },
    {
      action: 'Microsoft.Security/pricings/read',
      why: 'Whether Defender for Servers Plan 2, which JIT access needs, is on.',
    },
  ],
}

const POWER: Role = {
  file: 'role-power.json',
  name: 'Latchkey Power',
  description:
    'Starts, deallocates, restarts, redeploys and reapplies VMs, where the policy lets people ask for it.',
  grants: [
    {
      action: 'Microsoft.Compute/virtualMachines/start/action',
      calls: ['raw.send /start'],
      why: 'A VM that is deallocated or stopped.',
    },
    {
      action: 'Microsoft.Compute/virtualMachines/deallocate/action',
      calls: ['raw.send /deallocate'],
      why: 'A VM that was started for an access is switched off again afterwards, where the policy says so.',
    },
    {
      action: 'Microsoft.Compute/virtualMachines/restart/action',
      calls: ['raw.send /restart'],
      why: 'A VM that runs and answers nobody.',
    },
    {
      action: 'Microsoft.Compute/virtualMachines/redeploy/action',
      calls: ['raw.send /redeploy'],
      why: 'A VM whose host is the trouble. Its temporary disk is lost: said before, confirmed by the owner.',
    },
    {
      action: 'Microsoft.Compute/virtualMachines/reapply/action',
      calls: ['raw.send /reapply'],
      why: 'A VM that Azure calls failed while it runs.',
    },
    FOLLOW_COMPUTE,
    FOLLOW_RESULT,
    WAS_IT_SENT,
  ],
}

const GUEST: Role = {
  file: 'role-guest.json',
  name: 'Latchkey Guest',
  description:
    'Runs commands inside Windows as SYSTEM and resets RDP. For an identity of its own, on resource groups that opted in, never on domain controllers.',
  grants: [
    {
      action: 'Microsoft.Compute/virtualMachines/read',
      calls: ['compute.virtualMachines.get'],
      why: 'Where the VM is, and whether it has an identity of its own.',
    },
    {
      action: 'Microsoft.Compute/virtualMachines/instanceView/read',
      why: 'Whether the VM runs and its agent answers, before anything is sent.',
    },
    {
      action: 'Microsoft.Compute/virtualMachines/runCommand/action',
      calls: ['compute.virtualMachines.runCommand', 'raw.send /runCommand'],
      why: 'Looks at service, listener, firewall and certificate of RDP inside Windows, and mends them.',
    },
    {
      action: 'Microsoft.Compute/virtualMachines/runCommands/read',
      why: 'Reads what a managed run command has said.',
    },
    {
      action: 'Microsoft.Compute/virtualMachines/runCommands/write',
      why: 'Starts a managed run command: the kind that has a time limit.',
    },
    {
      action: 'Microsoft.Compute/virtualMachines/runCommands/delete',
      why: 'Ends one and leaves nothing of it on the VM.',
    },
    {
      action: 'Microsoft.Compute/virtualMachines/extensions/read',
      calls: ['compute.virtualMachineExtensions.list'],
      why: 'Finds the VMAccess extension that is there: a VM takes one only.',
    },
    {
      action: 'Microsoft.Compute/virtualMachines/extensions/write',
      calls: ['raw.send '],
      why: 'Resets the RDP configuration or a local password with VMAccess, and repairs Entra sign-in.',
    },
    FOLLOW_COMPUTE,
    FOLLOW_RESULT,
    WAS_IT_SENT,
  ],
}

const BASTION: Role = {
  file: 'role-bastion.json',
  name: 'Latchkey Bastion',
  description:
    'Makes and deletes shareable links of Azure Bastion, and ends sessions when their time is over.',
  grants: [
    { action: 'Microsoft.Network/bastionHosts/read', why: 'Which Bastion serves a VM.' },
    {
      action: 'Microsoft.Network/bastionHosts/createShareableLinks/action',
      why: 'A way in for an approved request.',
    },
    {
      action: 'Microsoft.Network/bastionHosts/getShareableLinks/action',
      why: 'There is one link for each VM: it is looked up before it is made.',
    },
    {
      action: 'Microsoft.Network/bastionHosts/deleteShareableLinks/action',
      why: 'Takes the link away with the last grant.',
    },
    {
      action: 'Microsoft.Network/bastionHosts/deleteShareableLinksByToken/action',
      why: 'Takes one link away and no other.',
    },
    {
      action: 'Microsoft.Network/bastionHosts/getactivesessions/action',
      why: 'Who is connected when time is over.',
    },
    {
      action: 'Microsoft.Network/bastionHosts/disconnectactivesessions/action',
      why: 'Ends the session of a grant that is over, where the policy says so.',
    },
  ],
}

const CLOUD_SERVICES: Role = {
  file: 'role-cloud-services.json',
  name: 'Latchkey Cloud Services',
  description:
    'RDP to role instances of Cloud Services (extended support), which Azure retires on 2027-03-31.',
  grants: [
    {
      action: 'Microsoft.Compute/cloudServices/read',
      calls: ['raw.get '],
      why: 'Finds the service and its Remote Desktop extension.',
    },
    { action: 'Microsoft.Compute/cloudServices/instanceView/read', why: 'Whether the service runs.' },
    { action: 'Microsoft.Compute/cloudServices/roleInstances/read', why: 'Finds the instance.' },
    {
      action: 'Microsoft.Compute/cloudServices/roleInstances/instanceView/read',
      why: 'Whether the instance runs.',
    },
    {
      action: 'Microsoft.Compute/cloudServices/roleInstances/restart/action',
      calls: ['raw.send /restart'],
      why: 'Restarts an instance that answers nobody.',
    },
    {
      action: 'Microsoft.Compute/cloudServices/roleInstances/reimage/action',
      calls: ['raw.send /reimage'],
      why: 'Sets the system of an instance up anew when a restart did not help.',
    },
    {
      action: 'Microsoft.Compute/cloudServices/roleInstances/rebuild/action',
      calls: ['raw.send /rebuild'],
      why: 'Sets an instance up anew with all its disks when that did not help either.',
    },
    {
      action: 'Microsoft.Compute/cloudServices/write',
      calls: ['raw.send '],
      why: 'Puts a Remote Desktop user with an end date into the extension.',
    },
    FOLLOW_COMPUTE,
    FOLLOW_RESULT,
    WAS_IT_SENT,
  ],
}

export const LATER: readonly Role[] = [TRIAGE_READER, POWER, GUEST, BASTION, CLOUD_SERVICES]
