/**
 * The ordered scales of triage: how far a connection got, and how many people must agree to a remedy.
 */

/** Stages of a connection, in order. */
export const STAGES = ['target', 'resolve', 'tcp', 'tls', 'auth', 'logon', 'session'] as const

export type Stage = (typeof STAGES)[number]

/** The ways to a machine: straight to an address, through Bastion, a classic endpoint, a role instance of a Cloud Service. */
export type Path = 'direct' | 'bastion' | 'classic' | 'cloud_service'

/**
 * From the least to the most strict. none: advice or a read. self: the person confirms and holds the Azure right. jit_policy: the usual
 * approval of access requests. manager: a second person. owner: the owner of the shared thing. manager_strict: a second person, the VM's name
 * typed, and a snapshot or a stated acceptance of loss.
 */
export const APPROVALS = ['none', 'self', 'jit_policy', 'manager', 'owner', 'manager_strict'] as const

export type Approval = (typeof APPROVALS)[number]

/** Whether `a` comes at or before `b`. */
export function reaches(a: Stage, b: Stage): boolean {
  return STAGES.indexOf(a) <= STAGES.indexOf(b)
}

/** The stricter of two approvals. */
export function stricter(a: Approval, b: Approval): Approval {
  return APPROVALS.indexOf(a) >= APPROVALS.indexOf(b) ? a : b
}
