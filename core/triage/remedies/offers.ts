/**
 * The buttons for a cause: which, in which order, under whose agreement, with which warnings.
 *
 * Never offered: what would harm, cannot work here, or opens a port beside just-in-time access. What belongs to a network, policy or tenant
 * owner is handed over with the exact command. The approval is never less strict than the catalogue's.
 */
import { CAUSES } from '../catalogue/causes/index.ts'
import type { QuestionId } from '../catalogue/questions.ts'
import { REMEDIES, type RemedyId } from '../catalogue/remedies/index.ts'
import { type Approval, stricter } from '../catalogue/scales.ts'
import { startsAndStops } from '../checks/activity.ts'
import type { Details, Finding } from '../checks/finding.ts'
import { stoppedByAnother } from '../checks/k02-state.ts'
import { type Scene, value } from '../checks/scene.ts'
import type { FactName } from '../engine/knowledge.ts'
import { forbidden } from './allowed.ts'
import { hasBastion, holds, isOpenToAll } from './conditions.ts'
import { type HandOver, handOver } from './handover.ts'
import { repeatedAfter } from './repeat.ts'
import { verbOf } from './verbs.ts'
import { type ShownWarning, warn } from './warnings.ts'

export type { ShownWarning } from './warnings.ts'

export type Offer = {
  remedy: RemedyId
  button: string
  text: string
  /** `perform`: Latchkey does it once agreed. `advice`: the person does it. `external`: handed to its owner or an engineer. */
  kind: 'advice' | 'perform' | 'external'
  approval: Approval
  warnings: readonly ShownWarning[]
  /** The verb the policy has to allow. */
  verb?: string
  /** Asked when the button is pressed, before anything happens. */
  confirm?: QuestionId
  /** What it is to be done with. */
  details: Details
  /** For the owner: the command, the reason and the proof. */
  handOver?: HandOver
  /** Read again afterwards. */
  repeats: readonly FactName[]
}

export function offersFor(scene: Scene, finding: Finding): readonly Offer[] {
  return ordered(scene, finding)
    .filter(remedy => forbidden(remedy, scene, finding) === undefined)
    .map(remedy => offer(remedy, scene, finding))
}

/** All that must be said beside the buttons: the cause's own warnings and those of each button. */
export function warningsFor(
  scene: Scene,
  finding: Finding,
  offers: readonly Offer[],
): readonly ShownWarning[] {
  const own = CAUSES[finding.cause].warnings.map(id => warn(id, scene, finding))
  const all = [...offers.flatMap(({ warnings }) => warnings), ...own]
  return [...new Map(all.map(warning => [warning.id, warning])).values()]
}

function offer(remedy: RemedyId, scene: Scene, finding: Finding): Offer {
  const { button, text, kind, hands, approval, warnings } = REMEDIES[remedy]
  const external = hands === 'owner' || hands === 'engineer' || kind === 'external'
  const verb = verbOf(remedy)
  const confirm = confirmation(remedy, scene)
  return {
    remedy,
    button,
    text,
    kind: external ? 'external' : kind === 'advice' ? 'advice' : 'perform',
    approval: approvalOf(remedy, approval, scene),
    warnings: warnings.map(id => warn(id, scene, finding)),
    ...(verb === undefined ? {} : { verb }),
    ...(confirm === undefined ? {} : { confirm }),
    details: finding.details ?? {},
    ...(external ? { handOver: handOver(remedy, scene, finding) } : {}),
    repeats: repeatedAfter(remedy, kind),
  }
}

/** Stricter than the catalogue where this VM has more to lose. */
function approvalOf(remedy: RemedyId, least: Approval, scene: Scene): Approval {
  if (
    remedy === 'start_vm' &&
    value(scene, 'model')?.locks.length !== 0 &&
    value(scene, 'model') !== undefined
  )
    return stricter(least, 'manager')
  if (remedy === 'reset_nic' && value(scene, 'model')?.ephemeralOsDisk === true)
    return stricter(least, 'manager_strict')
  return least
}

const STOP_RECENT_MS = 24 * 3_600_000

function confirmation(remedy: RemedyId, scene: Scene): QuestionId | undefined {
  if (remedy === 'redeploy_vm' || remedy === 'dealloc_start' || remedy === 'resize_vm') return 'Q-TEMPDISK'
  if (remedy !== 'start_vm' || scene.choice('Q-INTENT') === 'start') return undefined
  const { lastStop } = startsAndStops(scene)
  if (lastStop === undefined) return undefined
  // A schedule is a purpose too; the person confirms it where they press.
  const onPurpose = stoppedByAnother(scene) !== undefined || scene.now - lastStop.at < STOP_RECENT_MS
  return onPurpose && !(lastStop.by !== undefined && scene.isAsker(lastStop.by)) ? 'Q-INTENT' : undefined
}

/** The catalogue's order, with conditions applied and put right for what is known here. */
function ordered(scene: Scene, finding: Finding): RemedyId[] {
  const { remedies, only = {} } = CAUSES[finding.cause]
  const fitting = remedies.filter(remedy => {
    const condition = only[remedy]
    return condition === undefined || holds(condition, scene, finding)
  })
  const first = (...ids: RemedyId[]) => [...ids, ...fitting.filter(id => !ids.includes(id))]
  const { cause, details } = finding
  switch (cause) {
    case 'guest.nla_no_dc':
      return details?.vm === undefined ? fitting : first('start_dc')
    case 'guest.port_changed':
      return first('set_rdp_port')
    case 'net.nsg_source':
    case 'net.nsg_no_allow':
    case 'net.std_ip_no_nsg':
      return [
        ...fitting,
        ...(hasBastion(scene) && !fitting.includes('use_bastion') ? (['use_bastion'] as const) : []),
      ]
    case 'net.nsg_layer':
      return first('ask_nsg_owner')
    case 'boot.bluescreen': {
      const changed =
        scene.hints.has('driver-changed') ||
        scene.said.history.after.some(what => what === 'driver' || what === 'update')
      const crashes = /crash/i.test(value(scene, 'health')?.annotation ?? '')
      return changed || crashes ? first('offline_repair') : fitting
    }
    case 'bastion.sku':
      return finding.details?.what === 'feature' || scene.approach === 'bastion-native'
        ? first('bastion_portal')
        : fitting
    case 'guest.brute_force':
      return isOpenToAll(scene) ? first('lock_source') : fitting
    case 'net.no_public_ip':
      return hasBastion(scene) ? first('use_bastion') : first('use_vpn')
    case 'vm.start_failed': {
      const code = `${details?.what ?? ''}`
      return /lock/i.test(code) ? ['support_request', 'wait_and_recheck'] : fitting
    }
    case 'ok.inconclusive':
      return fitting
    default:
      return [...fitting]
  }
}
