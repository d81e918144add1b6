/**
 * Microsoft.Compute: reading VMs, starting and stopping them.
 * Shapes: Azure/azure-rest-api-specs, ComputeRP 2024-07-01 (read 2026-11-20).
 */
import { type Ask, accepted, notFound, type Reply, type Route, VERSIONS } from './arm.ts'
import type { Power } from './fleet.ts'
import { networkIdOf, same, vmIdOf } from './ids.ts'
import type { AzureState, SimVm } from './model.ts'

const VM =
  '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Compute/virtualMachines/{vm}'

export const computeRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: VM,
    action: 'Microsoft.Compute/virtualMachines/read',
    versions: VERSIONS.compute,
    run: ask => ({
      status: 200,
      body: vmBody(vmOf(ask), /instanceView/i.test(ask.query.get('$expand') ?? '')),
    }),
  },
  {
    method: 'GET',
    path: `${VM}/instanceView`,
    action: 'Microsoft.Compute/virtualMachines/instanceView/read',
    versions: VERSIONS.compute,
    run: ask => ({ status: 200, body: instanceView(vmOf(ask)) }),
  },
  powerRoute('start', 'starting', 'running'),
  powerRoute('deallocate', 'deallocating', 'deallocated'),
  powerRoute('powerOff', 'stopping', 'stopped'),
]

function powerRoute(verb: string, meanwhile: Power, then: Power): Route {
  return {
    method: 'POST',
    path: `${VM}/${verb}`,
    action: `Microsoft.Compute/virtualMachines/${verb}/action`,
    versions: VERSIONS.compute,
    run: (ask): Reply => {
      const vm = vmOf(ask)
      if (vm.power !== then) vm.power = meanwhile
      return accepted(ask, 'Microsoft.Compute', { do: 'power', vm: vm.id, to: then })
    },
  }
}

function vmOf({ world, params }: Ask): SimVm {
  const { subscription = '', rg = '', vm = '' } = params
  const found = vmWithId(world.state, vmIdOf(subscription, rg, vm))
  if (found === undefined) throw notFound('Microsoft.Compute/virtualMachines', vm, rg)
  return found
}

export const vmWithId = (state: AzureState, id: string): SimVm | undefined =>
  state.vms.find(vm => same(vm.id, id))

export const nicIdOf = (vm: SimVm): string =>
  networkIdOf(vm.subscription, vm.rg, `networkInterfaces/${vm.name}-nic`)

export function vmBody(vm: SimVm, withInstanceView: boolean): Record<string, unknown> {
  const computerName = vm.computer_name ?? vm.name
  return {
    name: vm.name,
    id: vm.id,
    type: 'Microsoft.Compute/virtualMachines',
    location: vm.location,
    tags: vm.tags,
    properties: {
      hardwareProfile: { vmSize: vm.size },
      provisioningState: titled(vm.provisioning),
      storageProfile: {
        osDisk: { osType: vm.os, name: `${vm.name}-os`, createOption: 'FromImage' },
        dataDisks: [],
      },
      osProfile: { computerName, adminUsername: vm.admin, secrets: [], allowExtensionOperations: true },
      // Azure leaves `primary` out where there is one interface only.
      networkProfile: { networkInterfaces: [{ id: nicIdOf(vm) }] },
      ...(withInstanceView ? { instanceView: instanceView(vm) } : {}),
    },
  }
}

function instanceView(vm: SimVm): Record<string, unknown> {
  const on = vm.power === 'running'
  return {
    ...(on
      ? {
          computerName: vm.computer_name ?? vm.name,
          osName: vm.os === 'Windows' ? 'Windows Server 2022 Datacenter' : 'ubuntu',
          vmAgent: { vmAgentVersion: '2.7.41491.1176', statuses: [agentStatus(vm)] },
        }
      : {}),
    hyperVGeneration: 'V2',
    disks: [],
    statuses: [
      {
        code: `ProvisioningState/${vm.provisioning}`,
        level: 'Info',
        displayStatus: `Provisioning ${vm.provisioning}`,
      },
      { code: `PowerState/${vm.power}`, level: 'Info', displayStatus: `VM ${vm.power}` },
    ],
  }
}

function agentStatus({ agent }: SimVm): Record<string, unknown> {
  if (agent === 'ready')
    return {
      code: 'ProvisioningState/succeeded',
      level: 'Info',
      displayStatus: 'Ready',
      message: 'GuestAgent is running.',
    }
  return { code: 'ProvisioningState/Unavailable', level: 'Warning', displayStatus: 'Not Ready' }
}

const titled = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
