/**
 * Which buttons must not be shown now, whatever the cause: what would do harm, cannot work, or hides a better way.
 *
 * A remedy that is left out comes with its reason, for the list of what was considered.
 */
import { REMEDIES, type RemedyId } from '../catalogue/remedies/index.ts'
import type { Remedy } from '../catalogue/remedies/remedy.ts'
import type { Finding } from '../checks/finding.ts'
import { viewOf } from '../checks/rules.ts'
import { type Scene, value } from '../checks/scene.ts'
import { guestObstacles, isDomainController, isScreenBusy } from '../engine/preflight.ts'
import { hasBastion, isOpenToAll } from './conditions.ts'

type PreflightId = NonNullable<Remedy['preflight']>[number]

/** Why the remedy must not be offered now; undefined when it may. */
export function forbidden(remedy: RemedyId, scene: Scene, finding: Finding): string | undefined {
  const { kind, preflight = [] } = REMEDIES[remedy]
  if (kind === 'guest_write' || remedy === 'reset_rdp_config' || remedy === 'reset_password') {
    const [why] = guestObstacles(scene)
    if (why !== undefined) return why
  }
  for (const condition of preflight) {
    const why = unmet(condition, scene, finding)
    if (why !== undefined) return why
  }
  return special(remedy, scene, finding)
}

/** Undefined when the preflight condition holds, or is asked at the press of the button. */
function unmet(condition: PreflightId, scene: Scene, finding: Finding): string | undefined {
  const model = value(scene, 'model')
  switch (condition) {
    case 'power_off':
      return scene.running === false ? undefined : 'The VM is not off.'
    case 'no_lock':
      return model?.locks.some(({ level }) => level === 'ReadOnly') === true
        ? 'A lock holds the VM.'
        : undefined
    case 'not_stopped_on_purpose': {
      const chosen = scene.choice('Q-INTENT')
      return scene.wasAsked('Q-INTENT') && chosen !== 'start' ? 'It was stopped on purpose.' : undefined
    }
    case 'power_running':
      return scene.running === true ? undefined : 'The VM is not running.'
    case 'boot_screen_quiet':
      return isScreenBusy(scene) &&
        finding.cause !== 'boot.update_stuck' &&
        finding.cause !== 'boot.shutdown_stuck'
        ? 'Windows is busy with updates or its disk.'
        : undefined
    case 'os_disk_kept_or_loss_accepted':
      return model === undefined || model.ephemeralOsDisk ? 'The system disk would be lost.' : undefined
    case 'not_a_domain_controller':
      return isDomainController(scene) ? 'The VM is a domain controller.' : undefined
    case 'account_known_or_said':
      return undefined
    case 'failed_logons_counted':
      return value(scene, 'guest')?.failedLogons24h === undefined
        ? 'The failed sign-ins were not counted.'
        : undefined
    case 'program_named':
      return finding.details?.program === undefined
        ? 'The program that holds the port is not known.'
        : undefined
    case 'source_is_one_address':
      return isNarrow(scene) ? undefined : 'The port is open to more than one address.'
    // Judged with everything inside Windows, or asked at the press.
    case 'agent_ready':
    case 'provisioning_succeeded':
    case 'no_extension_in_transition':
    case 'extensions_allowed':
    case 'vmaccess_name_reused':
    case 'nobody_else_signed_in':
    case 'temporary_disk_asked':
    case 'dynamic_address_noted':
    case 'snapshot_taken':
      return undefined
  }
}

/** The port is open to a single address, by a rule that says so. */
function isNarrow(scene: Scene): boolean {
  const rule = viewOf(scene)?.verdict?.decidedBy?.rule
  return (
    rule?.access === 'allow' && rule.sources.length === 1 && /^[\d.]+(\/32)?$/.test(rule.sources[0] ?? '')
  )
}

function special(remedy: RemedyId, scene: Scene, finding: Finding): string | undefined {
  const guest = value(scene, 'guest')
  const { cause } = finding
  switch (remedy) {
    case 'use_bastion':
      return hasBastion(scene) && scene.approach?.startsWith('bastion') !== true
        ? undefined
        : 'No Bastion host was seen that reaches the VM.'
    case 'reset_rdp_config':
      return (guest?.listener?.port ?? scene.listens) === 3389 ? undefined : 'It opens port 3389 only.'
    case 'restart_vm':
      return cause === 'guest.brute_force' || (isOpenToAll(scene) && cause === 'cred.account_locked')
        ? 'A restart brings the attack back.'
        : undefined
    case 'disable_nla_temp':
      return finding.details?.vm === undefined && guest?.domain?.dcReachable === false
        ? undefined
        : 'A safer way exists.'
    case 'enable_rdp_reg':
      return cause === 'guest.rdp_disabled_gpo' ? 'The policy would turn it off again.' : undefined
    case 'add_nsg_rule':
    case 'restore_nsg_rule':
    case 'fix_nsg_rule':
    case 'attach_nsg':
      // Only just-in-time access opens a port that it covers.
      return isCovered(scene) &&
        cause !== 'net.nsg_malformed' &&
        cause !== 'net.nsg_layer' &&
        cause !== 'net.jit_outranked'
        ? 'Just-in-time access opens this port.'
        : undefined
    case 'use_vpn':
      return scene.approach === 'private' ? 'You come over the private network already.' : undefined
    case 'lock_source':
      return isOpenToAll(scene) ? undefined : 'The port is not open to everybody.'
    case 'request_jit':
      return scene.running === false ? 'The VM is off.' : undefined
    case 'log_off_session':
      return guest?.sessions !== undefined && finding.details?.user === undefined
        ? 'Nobody is idle: ask them first.'
        : undefined
    case 'wait_and_recheck':
      return cause === 'cred.account_locked' && isOpenToAll(scene) ? 'The attack goes on.' : undefined
    default:
      return undefined
  }
}

const isCovered = (scene: Scene): boolean => {
  const port = viewOf(scene)?.flow?.port ?? scene.listens
  return value(scene, 'jit')?.ports.some(({ number }) => number === port) === true
}
