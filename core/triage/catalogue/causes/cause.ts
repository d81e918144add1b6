/**
 * Why RDP can fail, as data.
 *
 * `breaks` is the latest stage of a connection at which the cause can surface: an attempt that is proven to have got past it rules the cause
 * out, except for `target`, which is never ruled out.
 */
import type { RemedyId } from '../remedies/index.ts'
import type { Approval, Path, Stage } from '../scales.ts'
import type { WarningId } from '../warnings.ts'

/** Under which a remedy fits a cause, each as a sentence. */
export const CONDITIONS = {
  listens_on_3389: 'RDP listens on port 3389.',
  nat_front_end: 'A load balancer or firewall publishes a port for this VM.',
  kerberos_only: 'The account is a Protected User, or NTLM is blocked.',
  no_domain: 'The VM belongs to no domain.',
  image_not_generalised: 'The VM was made from an image that was never generalised.',
  rule_was_removed: 'The activity log shows that a rule was removed.',
  jit_covers_the_port: 'A just-in-time policy covers the port.',
  policy_permits_rule: 'No Azure Policy refuses or undoes the rule.',
  nsg_present: 'A security group applies to the VM.',
  local_account: 'The account is local to this VM, and the VM is not a domain controller.',
  not_local_account: 'The account belongs to a domain or to Entra.',
  open_to_internet: 'The port is open to the whole internet.',
  bastion_present: 'A Bastion host reaches the VM.',
  dc_switched_off: 'A domain controller VM of this network is switched off.',
  platform_lasts: 'The platform event lasts and names only this VM.',
} as const satisfies Readonly<Record<string, string>>

type ConditionId = keyof typeof CONDITIONS

type Layer =
  | 'target'
  | 'power'
  | 'platform'
  | 'boot'
  | 'network'
  | 'cloud_service'
  | 'client'
  | 'credential'
  | 'guest_network'
  | 'guest_firewall'
  | 'guest_rdp'
  | 'guest_tls'
  | 'guest_auth'
  | 'guest_session'
  | 'guest'
  | 'entra'
  | 'edge'
  | 'outcome'

/** Who has to act when it is neither the person nor Latchkey. */
type Owner =
  | 'bastion'
  | 'domain'
  | 'edge'
  | 'firewall'
  | 'gateway'
  | 'it'
  | 'network'
  | 'policy'
  | 'rds'
  | 'security'
  | 'subscription'
  | 'tenant'

export type Cause = {
  /** The verdict as one short sentence, without a full stop. */
  title: string
  /** Why that keeps RDP from working, for the person. */
  text: string
  layer: Layer
  breaks: Stage
  paths: readonly Path[]
  /** What has to be seen, for whoever writes the check. */
  evidence: readonly string[]
  /**
   * How sure the evidence makes it. `person`: only the person can confirm it. `blocker`: never the cause of failed RDP by itself, it only
   * takes remedies away.
   */
  certainty: 'certain' | 'probable' | 'possible' | 'person' | 'blocker'
  /** What `certainty` depends on beyond the evidence. */
  proviso?: string
  /** Best first. */
  remedies: readonly RemedyId[]
  /** Remedies that fit under a condition only. */
  only?: Readonly<Partial<Record<RemedyId, ConditionId>>>
  /** Said with the verdict, whichever remedy is chosen. */
  warnings: readonly WarningId[]
  approval: Approval
  owner?: Owner
}
