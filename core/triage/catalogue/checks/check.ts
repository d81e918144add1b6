/**
 * One thing triage can look at, as data: what it asks, what it takes, and which causes it can name.
 */
import type { CauseId } from '../causes/index.ts'

/** 0 reads the message, 1 sweeps the control plane, 2 probes a running VM, 4 looks inside Windows or the directory, 6 follows a remedy. */
type Phase = 0 | 1 | 2 | 4 | 6

/** What has to hold before it can run. `guest_preflight`: agent ready, last operation succeeded, no extension changing, extensions allowed. */
type Need = 'running' | 'ipv4' | 'boot_diagnostics' | 'bastion' | 'consent' | 'guest_preflight'

export type Check = {
  /** For the list of steps, at most 30 characters. */
  label: string
  phase: Phase
  asks: string
  /** How its answer is read, for whoever writes the check. */
  reading: string
  touches: 'nothing' | 'guest'
  parallel: boolean
  /** Azure or Graph permissions it takes, all of them. */
  permissions: readonly string[]
  needs: readonly Need[]
  /** Its answer is personal data: for the asker and the approver only. */
  personal?: true
  decides: readonly CauseId[]
}
