/**
 * Microsoft.Compute: reading VMs, starting and stopping them, and moving them to another host.
 * Shapes: Azure/azure-rest-api-specs, ComputeRP 2024-07-01 (read 2026-11-20).
 */
import { ArmError, type Ask, accepted, notFound, page, type Reply, type Route, VERSIONS } from './arm.ts'
import type { Power } from './fleet.ts'
import { same, vmIdOf } from './ids.ts'
import type { SimEffect, SimVm } from './model.ts'
import { instanceView, vmBody } from './vm-body.ts'
import { ownVm, vmWithId } from './vms.ts'

export const VM =
  '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Compute/virtualMachines/{vm}'
const TYPE = 'Microsoft.Compute/virtualMachines'
const versions = VERSIONS.compute

export const computeRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: VM,
    action: `${TYPE}/read`,
    versions,
    run: ask => ({
      status: 200,
      body: vmBody(vmOf(ask), ask.world.now(), /instanceView/i.test(ask.query.get('$expand') ?? '')),
    }),
  },
  {
    method: 'GET',
    path: `${VM}/instanceView`,
    action: `${TYPE}/instanceView/read`,
    versions,
    run: ask => ({ status: 200, body: instanceView(vmOf(ask), ask.world.now()) }),
  },
  ...[
    '/subscriptions/{subscription}/providers/Microsoft.Compute/virtualMachines',
    '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Compute/virtualMachines',
  ].map((path): Route => ({ method: 'GET', path, action: `${TYPE}/read`, versions, lag: 'list', run: list })),
  powerRoute('start', 'starting', 'running'),
  powerRoute('deallocate', 'deallocating', 'deallocated'),
  powerRoute('powerOff', 'stopping', 'stopped'),
  againRoute('restart'),
  againRoute('redeploy'),
  againRoute('reapply'),
]

function list(ask: Ask): Reply {
  const { subscription = '', rg } = ask.params
  const mine = ask.world.state.vms.filter(
    vm => vm.model === 'arm' && same(vm.subscription, subscription) && (rg === undefined || same(vm.rg, rg)),
  )
  return page(
    ask,
    mine.map(vm => vmBody(vm, ask.world.now(), false)),
  )
}

/** An operation on a VM; `start` refuses it, or says what it will do. */
function operationOn(verb: string, start: (ask: Ask, vm: SimVm) => SimEffect): Route {
  return {
    method: 'POST',
    path: `${VM}/${verb}`,
    action: `${TYPE}/${verb}/action`,
    versions,
    run: (ask): Reply => {
      const vm = vmOf(ask)
      refuseLocked(vm)
      const effect = start(ask, vm)
      const did = { operation: `${TYPE}/${verb}/action`, resource: vm.id }
      return accepted(ask, { provider: 'Microsoft.Compute', effect, did })
    },
  }
}

function powerRoute(verb: string, meanwhile: Power, then: Power): Route {
  return operationOn(verb, (ask, vm) => {
    refuseBusy(ask, vm, effect => effect.do === 'power' && effect.to === then)
    if (vm.power !== then) (ownVm(ask.world.state, vm.id) ?? vm).power = meanwhile
    return { do: 'power', vm: vm.id, to: then }
  })
}

function againRoute(verb: 'restart' | 'redeploy' | 'reapply'): Route {
  return operationOn(verb, (ask, vm) => {
    refuseBusy(ask, vm, effect => effect.do === verb)
    if (verb === 'restart' && vm.power !== 'running')
      throw new ArmError(
        409,
        'OperationNotAllowed',
        `Operation 'restart' is not allowed on VM '${vm.name}' since the VM is ${vm.power}.`,
      )
    if (ask.world.operationMs > 0 || ask.world.state.realistic)
      (ownVm(ask.world.state, vm.id) ?? vm).provisioning = 'updating'
    return { do: verb, vm: vm.id }
  })
}

/** @throws {ArmError} 404 */
export function vmOf({ world, params }: Ask): SimVm {
  const { subscription = '', rg = '', vm = '' } = params
  const found = vmWithId(world.state, vmIdOf(subscription, rg, vm))
  if (found === undefined || found.model !== 'arm') throw notFound(TYPE, vm, rg)
  return found
}

/** @throws {ArmError} 409 where a lock forbids to change the VM */
export function refuseLocked(vm: SimVm): void {
  const lock = vm.locks.find(({ level }) => level === 'ReadOnly')
  if (lock === undefined) return
  throw new ArmError(
    409,
    'ScopeLocked',
    `The scope '${vm.id}' cannot perform write operation because following scope(s) are locked: '${vm.id}'. Please remove the lock and try again.`,
  )
}

/** @throws {ArmError} 409 while another operation changes the VM */
export function refuseBusy(
  { world }: Ask,
  vm: SimVm,
  isFine: (effect: SimEffect) => boolean = () => false,
): void {
  const busy = Object.values(world.state.operations).some(
    ({ status, effect }) =>
      status === 'InProgress' && 'vm' in effect && same(effect.vm, vm.id) && !isFine(effect),
  )
  if (busy)
    throw new ArmError(409, 'Conflict', 'The request failed due to conflict with a concurrent request.')
}
