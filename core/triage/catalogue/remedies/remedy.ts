/**
 * What can be done about a cause, as data.
 *
 * A remedy says who carries it out, who has to agree, what it may cost and what must hold before it is offered. Opening a port is always a
 * just-in-time window; what belongs to a network, policy or tenant owner is handed over, never performed.
 */
import type { Approval } from '../scales.ts'
import type { WarningId } from '../warnings.ts'

/** What must hold before the remedy is offered, each as a sentence. */
export const PREFLIGHT = {
  power_off: 'The VM is off.',
  no_lock: 'No lock holds the VM.',
  not_stopped_on_purpose: 'Nobody stopped the VM on purpose in the last hour.',
  power_running: 'The VM runs.',
  boot_screen_quiet: 'The screen shows no updates, features or disk check.',
  nobody_else_signed_in: 'Nobody else is signed in, or they agreed.',
  os_disk_kept_or_loss_accepted: 'The system disk is not ephemeral, or its loss was accepted.',
  temporary_disk_asked: 'It was asked whether the temporary disk holds anything.',
  dynamic_address_noted: 'A dynamic public address was pointed out.',
  agent_ready: 'The VM agent is ready.',
  provisioning_succeeded: 'The last Azure operation succeeded.',
  no_extension_in_transition: 'No extension is being changed.',
  not_a_domain_controller: 'The VM is not a domain controller.',
  extensions_allowed: 'The VM allows extensions.',
  vmaccess_name_reused: 'The existing VMAccess extension keeps its name.',
  account_known_or_said:
    'The account exists and is an administrator, or it was said that one will be created.',
  failed_logons_counted: 'The failed sign-ins were counted.',
  program_named: 'The program that holds the port was named.',
  snapshot_taken: 'A snapshot was taken.',
  source_is_one_address: 'The port is open to one address only.',
} as const satisfies Readonly<Record<string, string>>

type PreflightId = keyof typeof PREFLIGHT

export type Remedy = {
  /** The label of its button, at most 75 characters. */
  button: string
  /** What it does, for the person who decides about it. */
  text: string
  /** What it touches: nothing, Azure, Windows, or something outside Latchkey's reach. */
  kind: 'advice' | 'azure_write' | 'guest_write' | 'external'
  /** Who carries it out: the person who asked, Latchkey, an engineer with rights on the VM, or the owner it is handed to. */
  hands: 'asker' | 'bot' | 'engineer' | 'owner'
  /** The least strict approval under which it may happen. */
  approval: Approval
  /** Shown beside the button, all of them. */
  warnings: readonly WarningId[]
  /** The Azure action or role it takes; absent when it takes none. */
  permission?: string
  preflight?: readonly PreflightId[]
}
