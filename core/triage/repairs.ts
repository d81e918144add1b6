/**
 * What Latchkey's own hands may do to a VM, to Windows inside it, or to a Cloud Service: the writes behind the remedies of triage.
 *
 * A repair is named by the verb that the policy speaks of, so whoever may do it is decided before it gets here. Everything that a remedy
 * with `hands: 'bot'` changes is here, but just-in-time windows, which belong to `JitAccess`. No rule, address, route or policy is ever
 * changed: those are handed to their owners. Of Bastion, the catalogue gives nothing to these hands.
 *
 * A repair takes seconds to minutes. Nobody waits for it: `begin` delivers a handle as soon as Azure has taken the order, the handle is
 * stored, and `look` says what became of it, in this process or in the next one.
 */
import type { Instant, VmId } from '../ids.ts'
import type { Guest } from './readings.ts'

/**
 * What was seen inside Windows before, by the read that triage had a yes for. What is absent was not seen, and does not hold.
 * VMAccess makes an administrator of a name that nobody has, and must never run on a domain controller: it is refused without proof.
 */
type SeenInside = {
  isDomainController?: boolean
  account?: Pick<NonNullable<Guest['account']>, 'name' | 'kind' | 'exists' | 'admin'>
  /** Not seen inside Windows, but Azure names it as the administrator that the VM was made with. */
  adminAccount?: string
}

type OnVm = { vm: VmId }
type Inside = OnVm & { seen: SeenInside }
type OnInstance = {
  /** ARM id of the Cloud Service. */
  service: string
  /** `WebRole_IN_0` */
  instance: string
}

export type Repair =
  | (OnVm & { do: 'start-vm' | 'start-dc' | 'restart-vm' | 'redeploy-vm' | 'reapply-vm' })
  /** No remedy of triage: a VM that was started for an access is put back. It throws out whoever is on. */
  | (OnVm & { do: 'deallocate-vm' })
  /** VMAccess: Remote Desktop and its firewall rule as Windows came with them, on port 3389. */
  | (Inside & { do: 'reset-rdp-config' })
  /** VMAccess: `account` is a local administrator that was seen to exist. */
  | (Inside & { do: 'reset-password'; account: string; password: string })
  /** The Entra sign-in extension, once more. */
  | (Inside & { do: 'reinstall-aadlogin' })
  /** Fixed scripts. Each looks first, and changes nothing where all is well already. */
  | (Inside & {
      do:
        | 'set-rdp-port'
        | 'start-termservice'
        | 'restart-termservice'
        | 'enable-rdp-reg'
        | 'enable-fw-rule'
        | 'fix-fw-policy'
        | 'renew-rdp-cert'
        | 'fix-machinekeys'
        | 'enable-tls12'
        | 'turn-nla-on'
    })
  | (Inside & {
      do: 'unlock-account' | 'enable-account' | 'add-rdp-group' | 'grant-rdp-right'
      account: string
    })
  /** Stops the one named program if it holds the port of RDP; `nginx` or `nginx.exe`. */
  | (Inside & { do: 'free-port'; program: string })
  /** Windows itself puts it back after 5 to 480 minutes, whether or not Latchkey is there then. */
  | (Inside & { do: 'disable-nla-temp'; minutes: number })
  /** Only where exactly one session of this user is in this state. */
  | (Inside & { do: 'log-off-session'; user: string; state: 'active' | 'disconnected' })
  /**
   * Remote Desktop for one role of a Cloud Service, or for all roles, with this account until then. An extension that serves the role
   * already gets the new account, for every role it serves.
   */
  | {
      do: 'cs-enable-rdp' | 'cs-extend-expiry'
      service: string
      /** All of them where none is named. */
      role?: string
      account: string
      password: string
      until: Instant
    }
  | (OnInstance & { do: 'cs-restart-instance' | 'cs-reimage-instance' | 'cs-rebuild-instance' })

/** A repair that Azure was asked for. Plain JSON, to be stored as it is; it holds no secret. */
export type Operation = {
  repair: Repair['do']
  /** ARM id of what is changed. */
  on: string
  key: string
  /** When it was first sent, or may have been. */
  since: Instant
  /** Azure's pace: do not look more often, milliseconds. */
  lookEveryMs: number
  /** How the adapter finds it again: its own. */
  resume: Readonly<Record<string, string>>
}

export interface Repairs {
  /**
   * Sends one repair to Azure, once, and resolves as soon as Azure has taken it: before it is finished. Passwords go into the protected
   * part of the order and nowhere else: not into the handle, a log or a fault.
   *
   * NOT safe to repeat blindly. Record that it is about to be sent, then call it; pass `again` when an earlier call with the same `key` may
   * have got through without anybody knowing: the process died, or the fault was `timeout` or `broken`. Then
   * - what only brings something into a named state is sent again, because that state is all that comes of it;
   * - what throws people out each time (restart, redeploy, a new certificate, signing off and the like) is never sent again by itself: the
   *   handle follows Azure's activity log, where the order stands under its key if it arrived, for as long as that log may lag.
   * After `busy`, `conflict`, `denied`, `missing` and `invalid` Azure has done nothing: try anew without `again`.
   *
   * @param how.key a UUID that the caller has stored: Azure's own log keeps it beside the order
   * @param how.again when the earlier attempt with this key began
   * @throws {Fault} `invalid` also when what was seen does not allow the repair
   */
  begin(repair: Repair, how: { key: string; again?: Instant }): Promise<Operation>
  /**
   * What became of it. Repeating is safe, in any process, at any time. `done`: Azure carried it out, and a script inside Windows said so
   * itself; whether it *helped* is for the check that is repeated. `failed` is a sentence for people: nothing more happens by itself.
   *
   * @throws {Fault} when it cannot be found out now; the repair goes on meanwhile
   */
  look(operation: Operation): Promise<'running' | { done: true } | { failed: string }>
}
