/**
 * A refusal: an expected no, as a value. `core/message/refusal/refusal.ts` turns each into words: what happened, why, what to do next.
 */
import type { AccessRequest } from './access/request.ts'
import type { Unfilled } from './command/form.ts'
import type { Intent } from './command/intent.ts'
import type { DiagnosisId, Instant, Platform, RequestId } from './ids.ts'
import type { PowerState, VmSummary } from './ports.ts'
import type { LeftOut } from './rdp/route/route.ts'

type Outcome = Extract<AccessRequest, { status: 'over' }>['outcome']

export type Refusal =
  // ---- who --------------------------------------------------------------------------------------------------------------------
  /** The chat user is not bound to a person in Entra yet. `url` leads to the sign-in. */
  | { code: 'not-bound'; platform: Platform; url: string }
  | { code: 'not-a-member'; platform: Platform; standing: 'guest' | 'external' | 'removed' | 'bot' }
  | { code: 'person-disabled' }
  | { code: 'not-requester' }
  /** The one who asked is no longer an active member. Said to the one who decides. */
  | { code: 'requester-gone'; name: string }
  // ---- what was said ----------------------------------------------------------------------------------------------------------
  | { code: 'not-understood'; typed: string; didYouMean?: string }
  | { code: 'missing-vm'; command: string; minutes?: number }
  | { code: 'bad-duration'; typed: string }
  | { code: 'reason-too-long'; most: number }
  | { code: 'no-such-request'; typed: string; waiting: readonly string[] }
  | { code: 'which-request'; refs: readonly { ref: string; vm: string; intent: Intent }[] }
  | { code: 'nothing-to'; intent: 'approve' | 'deny' | 'cancel' | 'done' | 'extend' }
  | { code: 'deny-needs-reason'; request: RequestId; extension?: number }
  | { code: 'extend-needs-time'; request: RequestId }
  /** A form that was sent although something in it does not do; platforms say so beside the field before it gets here. */
  | { code: 'form-incomplete'; say: string; form: Unfilled }
  | { code: 'no-diagnosis' }
  /** They may know of the VM, but no rule lets them diagnose it. */
  | { code: 'may-not-diagnose'; vm: string }
  | { code: 'may-not-repair'; vm: string; verb: string }
  /** The verdict has changed, or nothing that Latchkey does itself. */
  | { code: 'not-offered' }
  /** A rule allows it to one person alone, the remedy needs a second, and no rule names one. */
  | { code: 'needs-approver'; vm: string; verb: string }
  /** Typed to be sure, and not the name of the VM. */
  | { code: 'name-differs'; vm: string }
  | { code: 'snapshot-first' }
  /** Said to the approver: the policy has changed since it was asked for. */
  | { code: 'asker-may-not'; name: string; vm: string; verb: string }
  | { code: 'repair-settled'; by?: string }
  /** No identity for entering Windows is set up. */
  | { code: 'windows-closed' }
  | { code: 'diagnosis-gone' }
  | { code: 'diagnosis-runs' }
  /** An answer to a question that does not wait any more. */
  | { code: 'answered-already' }
  /** A script inside Windows needs a plain yes. */
  | { code: 'yes-or-no' }
  /** A password is not set for an account that is not known to be there, or on a domain controller. `say`: why, as a sentence. */
  | { code: 'account-unproven'; vm: string; say: string }
  /** A press before this one is still being carried out. */
  | { code: 'password-under-way'; account: string }
  | { code: 'refuse-needs-reason'; diagnosis: DiagnosisId; repair: string }
  /** A time after the approval of a remedy, which takes none. */
  | { code: 'remedy-has-no-time'; what: string }
  // ---- the VM -----------------------------------------------------------------------------------------------------------------
  /** One wording for "does not exist" and "not visible to you". */
  | { code: 'vm-not-found'; name: string; near: readonly string[] }
  | {
      code: 'which-vm'
      name: string
      choices: readonly { vm: VmSummary; intent: Intent }[]
    }
  | { code: 'not-windows'; vm: string; os: VmSummary['os'] }
  | { code: 'not-running'; vm: string; power: PowerState }
  | { code: 'no-jit-policy'; vm: string }
  | { code: 'jit-port-missing'; vm: string; port: number; ports: readonly number[] }
  | { code: 'jit-too-long'; vm: string; asked: number; most: number }
  | { code: 'jit-source'; vm: string; source: string; allowed: readonly string[] }
  /** `left`: what leads there and cannot be used. `add`: what would make a way. */
  | { code: 'no-way-in'; vm: string; left?: readonly LeftOut[]; add?: readonly string[] }
  | { code: 'open-to-everyone'; vm: string; port: number; rule: string }
  | { code: 'exposure-unknown'; vm: string; why: string }
  // ---- an instance of a Cloud Service -------------------------------------------------------------------------------------------
  /** One wording for "does not exist" and "not visible to you". */
  | { code: 'instance-not-found'; name: string }
  /** A Cloud Service was named, and not one of its instances. */
  | { code: 'which-instance'; service: string; instances: readonly string[] }
  /** Several services of one name: their instances by full id. */
  | { code: 'which-service'; name: string; ids: readonly string[] }
  | { code: 'instance-unfit'; name: string; why: string }
  /** What is only a name any more. */
  | { code: 'retired'; why: string }
  // ---- the policy -------------------------------------------------------------------------------------------------------------
  | { code: 'forbidden'; rule: string }
  | { code: 'no-rule'; vm: string }
  | { code: 'too-long'; asked: number; most: number; rule: string }
  | { code: 'reason-needed'; hint: string; rule: string }
  | { code: 'source-outside'; source: string; from: readonly string[]; rule: string }
  | { code: 'cannot-judge'; rule: string; why: string }
  | { code: 'no-approver'; rule: string; tried: readonly string[] }
  | { code: 'own-request' }
  | { code: 'not-approver'; rule: string }
  | { code: 'not-administrator' }
  // ---- too late, or twice -------------------------------------------------------------------------------------------------------
  | { code: 'already-live'; vm: string; ref: string; status: AccessRequest['status'] }
  | { code: 'already-settled'; status: AccessRequest['status']; by?: string; outcome?: Outcome }
  | { code: 'lapsed'; at: Instant }
  | { code: 'not-open'; status: AccessRequest['status'] }
  | { code: 'bad-source'; source: string }
  | { code: 'too-many-addresses'; most: number }
  /** `total`: from the opening to the new end, in minutes. */
  | { code: 'extension-too-long'; total: number; most: number; rule: string }
  | { code: 'extension-waiting'; minutes: number }
  | { code: 'extension-settled' }
  /** A finding of drift that is decided, or gone. */
  | { code: 'finding-settled'; by?: string }
  // ---- binding ----------------------------------------------------------------------------------------------------------------
  | { code: 'ticket-gone' }
  | { code: 'bind-email-differs'; label: string; upn: string }
  | { code: 'bind-taken'; label: string }

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'code' in value
