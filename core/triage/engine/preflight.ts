/** What must hold before anything inside Windows is read or changed. What is not known does not hold. */

import { agentIsStale } from '../checks/k02-state.ts'
import { extensionInTransition } from '../checks/k10-extensions.ts'
import { checkBoot } from '../checks/k15-boot.ts'
import { type Scene, value } from '../checks/scene.ts'

const BUSY: ReadonlySet<string> = new Set([
  'boot.updating',
  'boot.update_stuck',
  'boot.chkdsk',
  'boot.getting_ready',
  'boot.shutdown_stuck',
])

/** Why Windows cannot be read or changed now, each as a sentence. Empty: it can. */
export function guestObstacles(scene: Scene): readonly string[] {
  const state = value(scene, 'state')
  if (state === undefined) return ['The state of the VM could not be read.']
  const model = value(scene, 'model')
  const changing = extensionInTransition(value(scene, 'extensions') ?? [])
  return [
    ...(state.power === 'running' ? [] : ['The VM is not running.']),
    ...(state.provisioning === 'succeeded' ? [] : ['The last Azure operation on the VM has not succeeded.']),
    ...(state.agent === 'ready' && !agentIsStale(scene) ? [] : ['The VM agent is not ready.']),
    ...(model === undefined ? ['It is not known whether the VM allows extensions.'] : []),
    ...(model?.extensionOperations === false ? ['The VM does not allow extensions.'] : []),
    ...(changing === undefined ? [] : [`The extension ${changing.name} is being changed.`]),
    ...(isScreenBusy(scene) ? ['The screen shows Windows busy with updates or its disk.'] : []),
  ]
}

/** Whether the screen shows work that a restart would interrupt. */
export const isScreenBusy = (scene: Scene): boolean =>
  checkBoot(scene).findings.some(({ cause }) => BUSY.has(cause))

export const isDomainController = (scene: Scene): boolean =>
  value(scene, 'guest')?.domain?.isDc === true ||
  scene.hints.has('became-dc') ||
  scene.entries.includes('E-VMACCESS-DC')
