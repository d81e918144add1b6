/** What operations do to the pretend Azure when they are ready: VMs start and stop, Windows is mended, rules go. */
import { note } from './activity.ts'
import { takeLinks } from './bastion-links.ts'
import { serviceWithId } from './cloud-services.ts'
import type { Power } from './fleet.ts'
import { same } from './ids.ts'
import type { AzureState, SimEffect, SimOperation, SimVm } from './model.ts'
import { act } from './script.ts'
import { sessionAnswer } from './sessions.ts'
import { ownVm } from './vms.ts'

/** Ends an operation, well or badly, and writes it into the activity log. */
export function finish(state: AzureState, operation: SimOperation): void {
  const { did, fails, readyAt } = operation
  operation.status = fails === undefined ? 'Succeeded' : 'Failed'
  if (fails === undefined) take(state, operation, readyAt)
  else giveUp(state, operation.effect)
  if (did !== undefined)
    note(state, {
      at: readyAt,
      ...did,
      status: operation.status,
      ...(fails === undefined ? {} : { code: fails.code, detail: fails.message }),
    })
}

function take(state: AzureState, operation: SimOperation, at: number): void {
  const { effect } = operation
  switch (effect.do) {
    case 'power': {
      const vm = ownVm(state, effect.vm)
      if (vm !== undefined) setPower(vm, effect.to, at)
      return
    }
    case 'restart':
    case 'redeploy':
    case 'reapply': {
      const vm = ownVm(state, effect.vm)
      if (vm !== undefined) again(vm, effect.do, at)
      return
    }
    case 'delete-rule': {
      const nsg = state.nsgs.find(({ id }) => id === effect.nsg)
      if (nsg !== undefined) nsg.rules = nsg.rules.filter(({ name }) => name !== effect.rule)
      return
    }
    case 'extension': {
      const vm = ownVm(state, effect.vm)
      const extension = vm?.extensions.find(one => same(one.name ?? one.type, effect.name))
      if (vm === undefined || extension === undefined) return
      extension.state = 'Succeeded'
      if (effect.access === 'rdp') act(vm.guest, ['reset-rdp'])
      else if (effect.access !== undefined) act(vm.guest, ['reset-user'], effect.access.user)
      return
    }
    case 'script': {
      const vm = ownVm(state, effect.vm)
      if (vm === undefined) return
      const { acts, prints, session } = effect
      if (session !== undefined) {
        operation.result = printed(sessionAnswer(vm.guest, session))
        return
      }
      const stops = prints?.onController !== undefined && isController(vm)
      if (!stops) act(vm.guest, acts)
      operation.result = printed((stops ? prints.onController : prints?.last) ?? JSON.stringify(vm.guest))
      return
    }
    case 'service': {
      const service = serviceWithId(state, effect.service)
      if (service === undefined) return
      service.roles = effect.roles
      if (service.instances === 'restarting') service.instances = 'ready'
      return
    }
    case 'instance': {
      const service = serviceWithId(state, effect.service)
      if (service !== undefined) Object.assign(service, { instances: 'ready', events: null })
      return
    }
    case 'create-links':
    case 'delete-links':
      operation.result = takeLinks(state, effect, at)
      return
    case 'nothing':
      return
  }
}

/** An operation that fails leaves a VM as it was before, and marked. */
function giveUp(state: AzureState, effect: SimEffect): void {
  if (!('vm' in effect)) return
  const vm = ownVm(state, effect.vm)
  if (vm === undefined) return
  if (effect.do === 'power' || effect.do === 'restart' || effect.do === 'redeploy') {
    vm.provisioning = 'failed'
    if (vm.power === 'starting') vm.power = 'deallocated'
    if (vm.power === 'deallocating' || vm.power === 'stopping') vm.power = 'running'
  }
  if (effect.do === 'extension') {
    const extension = vm.extensions.find(one => same(one.name ?? one.type, effect.name))
    if (extension !== undefined) extension.state = 'Failed'
  }
}

/** Puts a VM into another state of power, with everything that goes with it. */
export function setPower(vm: SimVm, power: Power, at: number): void {
  const wasOn = vm.power === 'running'
  vm.power = power
  if (power === 'running' && !wasOn) {
    vm.agent = 'ready'
    vm.boot = { ...vm.boot, screen: 'sign-in screen, clock current', second_sample: 'same' }
  }
  if (power === 'deallocated' || power === 'stopped' || power === 'hibernated') {
    vm.agent = 'unknown'
    vm.boot = { ...vm.boot, screen: '(none, VM off)', second_sample: 'same' }
  }
  if (power === 'running' || power === 'deallocated' || power === 'stopped') {
    vm.provisionedAt = at
    vm.sampledAt = null
    vm.health = null
    vm.provisioning = 'succeeded'
  }
}

function again(vm: SimVm, what: 'restart' | 'redeploy' | 'reapply', at: number): void {
  vm.provisioning = 'succeeded'
  if (what === 'reapply') return
  vm.provisionedAt = at
  vm.sampledAt = null
  if (what === 'redeploy') {
    vm.health = null
    // A new host, and with a dynamic address a new one of those.
    if (vm.nic.public_ip !== null && vm.nic.public_alloc === 'dynamic')
      vm.nic.public_ip = vm.nic.public_ip.replace(/\d+$/, last => String((Number(last) % 250) + 1))
  }
}

/** The last 4,096 bytes of what a script prints, as Azure hands them over. */
function printed(text: string): unknown {
  const bytes = Buffer.from(text)
  const line = (stream: string, message: string) => ({
    code: `ComponentStatus/${stream}/succeeded`,
    level: 'Info',
    displayStatus: 'Provisioning succeeded',
    message,
  })
  return {
    value: [
      line('StdOut', bytes.subarray(Math.max(0, bytes.length - 4096)).toString('utf8')),
      line('StdErr', ''),
    ],
  }
}

function isController({ guest: { domain } }: SimVm): boolean {
  return typeof domain === 'object' && domain !== null && !Array.isArray(domain) && domain['is_dc'] === true
}
