/**
 * Extensions of VMs: what is installed, and VMAccess, which resets Remote Desktop or the password of an administrator.
 *
 * Odd where Azure is odd: one extension of a type per VM, whatever its name; VMAccess creates an administrator for a name that nobody
 * has; not on domain controllers. A password is never kept.
 * Source: https://learn.microsoft.com/azure/virtual-machines/extensions/vmaccess-windows (read 2026-11-20).
 */
import { z } from 'zod'
import { ArmError, type Ask, begin, type Reply, type Route, VERSIONS } from './arm.ts'
import { refuseBusy, refuseLocked, VM, vmOf } from './compute.ts'
import { same } from './ids.ts'
import type { SimEffect, SimOperation, SimVm } from './model.ts'
import { ownVm } from './vms.ts'

const TYPE = 'Microsoft.Compute/virtualMachines/extensions'
const versions = VERSIONS.compute

type SimExtension = SimVm['extensions'][number]

export const extensionRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${VM}/extensions`,
    action: `${TYPE}/read`,
    versions,
    run: ask => {
      const vm = vmOf(ask)
      const expand = /instanceView/i.test(ask.query.get('$expand') ?? '')
      return { status: 200, body: { value: vm.extensions.map(one => extensionBody(vm, one, expand)) } }
    },
  },
  {
    method: 'GET',
    path: `${VM}/extensions/{extension}`,
    action: `${TYPE}/read`,
    versions,
    run: ask => {
      const vm = vmOf(ask)
      const name = ask.params['extension'] ?? ''
      const found = vm.extensions.find(one => same(nameOf(one), name))
      if (found === undefined)
        throw new ArmError(
          404,
          'NotFound',
          `Extension with name '${name}' does not exist in the VM '${vm.name}'.`,
        )
      const expand = /instanceView/i.test(ask.query.get('$expand') ?? '')
      return { status: 200, body: extensionBody(vm, found, expand) }
    },
  },
  { method: 'PUT', path: `${VM}/extensions/{extension}`, action: `${TYPE}/write`, versions, run: put },
]

const nameOf = ({ name, type }: SimExtension): string => name ?? type

const PUBLISHERS: Readonly<Record<string, string>> = {
  AADLoginForWindows: 'Microsoft.Azure.ActiveDirectory',
  VMAccessAgent: 'Microsoft.Compute',
  CustomScriptExtension: 'Microsoft.Compute',
  BGInfo: 'Microsoft.Compute',
  NetworkWatcherAgentWindows: 'Microsoft.Azure.NetworkWatcher',
  AzureMonitorWindowsAgent: 'Microsoft.Azure.Monitor',
  RunCommandWindows: 'Microsoft.CPlat.Core',
  IaaSAntimalware: 'Microsoft.Azure.Security',
}

function extensionBody(vm: SimVm, extension: SimExtension, withInstanceView: boolean): unknown {
  const { type, publisher, state, code, message } = extension
  const name = nameOf(extension)
  const version = type === 'VMAccessAgent' ? '2.4' : '1.0'
  return {
    name,
    id: `${vm.id}/extensions/${name}`,
    type: TYPE,
    location: vm.location,
    properties: {
      autoUpgradeMinorVersion: true,
      provisioningState: state,
      publisher: publisher ?? PUBLISHERS[type] ?? 'Microsoft.Azure.Extensions',
      type,
      typeHandlerVersion: version,
      ...(withInstanceView
        ? {
            instanceView: {
              name,
              type: `${publisher ?? PUBLISHERS[type] ?? 'Microsoft.Azure.Extensions'}.${type}`,
              typeHandlerVersion: version,
              statuses: [
                {
                  code: `ProvisioningState/${state.toLowerCase()}${code === null ? '' : `/${code}`}`,
                  level: state === 'Failed' ? 'Error' : 'Info',
                  displayStatus:
                    state === 'Failed' ? 'Provisioning failed' : `Provisioning ${state.toLowerCase()}`,
                  ...(message === null ? {} : { message }),
                },
              ],
            },
          }
        : {}),
    },
  }
}

const Wanted = z.object({
  location: z.string(),
  properties: z.object({
    publisher: z.string(),
    type: z.string(),
    settings: z.record(z.string(), z.unknown()).nullish(),
    protectedSettings: z.record(z.string(), z.unknown()).nullish(),
  }),
})

function put(ask: Ask): Reply {
  const vm = vmOf(ask)
  const wanted = Wanted.safeParse(ask.body)
  if (!wanted.success) throw new ArmError(400, 'InvalidRequestFormat', 'Cannot parse the request.')
  refuseLocked(vm)
  refuseUnfit(vm)
  refuseBusy(ask, vm)
  const { publisher, type, settings, protectedSettings } = wanted.data.properties
  const name = ask.params['extension'] ?? type
  const own = ownVm(ask.world.state, vm.id) ?? vm
  const there = own.extensions.find(one => same(nameOf(one), name))
  if (own.extensions.some(one => same(one.type, type) && one !== there))
    throw new ArmError(
      400,
      'BadRequest',
      `Multiple VMExtensions per handler not supported for OS type 'Windows'. VMExtension '${nameOf(own.extensions.find(one => same(one.type, type)) ?? { name, type, state: 'Succeeded', code: null, message: null })}' with handler '${publisher}.${type}' already added or specified in input.`,
    )
  const extension: SimExtension = there ?? {
    name,
    type,
    publisher,
    state: 'Creating',
    code: null,
    message: null,
  }
  Object.assign(extension, { type, publisher, state: there === undefined ? 'Creating' : 'Updating' })
  if (there === undefined) own.extensions.push(extension)
  const field = (from: typeof settings, key: string): string | undefined => {
    const found = Object.entries(from ?? {}).find(([one]) => same(one, key))?.[1]
    return typeof found === 'string' && found !== '' ? found : undefined
  }
  const isAccess = same(type, 'VMAccessAgent')
  const user = field(settings, 'UserName')
  const access = field(protectedSettings, 'Password') === undefined || user === undefined ? 'rdp' : { user }
  const effect: SimEffect = {
    do: 'extension',
    vm: vm.id,
    name: nameOf(extension),
    ...(isAccess ? { access } : {}),
  }
  const fails = failureOf(vm, type, isAccess)
  const headers = begin(ask, {
    provider: 'Microsoft.Compute',
    effect,
    ...(fails === undefined ? {} : { fails }),
    did: { operation: `${TYPE}/write`, resource: `${vm.id}/extensions/${nameOf(extension)}` },
  })
  // A PUT is followed by its state; what it leads to is the extension itself.
  const { location: _, ...followed } = headers
  return {
    status: there === undefined ? 201 : 200,
    body: extensionBody(vm, extension, false),
    headers: followed,
  }
}

/** @throws {ArmError} 409 where no extension can be put on the VM as it is */
export function refuseUnfit(vm: SimVm): void {
  if (vm.power !== 'running')
    throw new ArmError(
      409,
      'OperationNotAllowed',
      'Cannot modify extensions in the VM when the VM is not running.',
    )
  if (!vm.extension_operations)
    throw new ArmError(
      409,
      'OperationNotAllowed',
      'This operation cannot be performed when extension operations are disallowed. To allow, please ensure VM Agent is installed on the VM and the osProfile.allowExtensionOperations property is true.',
    )
}

function failureOf(vm: SimVm, type: string, isAccess: boolean): SimOperation['fails'] {
  if (vm.agent !== 'ready')
    return {
      code: 'VMAgentStatusCommunicationError',
      message: `VM '${vm.name}' has not reported status for VM agent or extensions. Verify that the OS is up and healthy, the VM has a running VM agent, and that it can establish outbound connections to Azure storage.`,
    }
  const domain = vm.guest['domain']
  const onController =
    typeof domain === 'object' && domain !== null && !Array.isArray(domain) && domain['is_dc'] === true
  if (isAccess && onController)
    return {
      code: 'VMExtensionProvisioningError',
      message: `VM has reported a failure when processing extension '${type}'. Error message: "VMAccess Extension does not support Domain Controller."`,
    }
  if (same(type, 'AADLoginForWindows') && vm.identity !== 'system')
    return {
      code: 'VMExtensionProvisioningError',
      message: `VM has reported a failure when processing extension '${type}'. Error message: "AAD Join failed with status code: 51."`,
    }
  return undefined
}
