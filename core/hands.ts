/**
 * What the core needs of Azure beyond JIT windows: shareable links of Bastion, Cloud Services, sessions inside Windows, and everything that
 * lets RDP in, over all subscriptions. Part of the ports; see the glossary in `ports.ts`.
 *
 * What takes long is begun and looked at later: nothing here waits. What is begun is sent once; who does not know whether it was sent reads
 * first. An operation is text to be stored until it is done: it carries no right, and no secret.
 */
import type { JitPort, JitRequest, JitRule, VmSummary } from './azure.ts'
import type { Instant, VmId } from './ids.ts'

/** A long operation of Azure's, in the adapter's own writing. */
export type LongOperation = string

/** 'done': Azure needed no time. */
export type Begun = LongOperation | 'done'

// ---- Bastion -------------------------------------------------------------------------------------------------------------------

/**
 * A link of a Bastion host to the sign-in screen of one VM. Whoever has it gets there, so it is shown to its person in private and kept
 * nowhere.
 */
export type ShareableLink = { url: string; createdAt?: Instant }

/** Azure has at most one link for a VM, without an end of its own. */
export interface ShareableLinks {
  /** @param bastion the ARM id of the Bastion host */
  find(bastion: string, vm: VmId): Promise<ShareableLink | undefined>
  /** NOT safe to repeat blindly: look with `find` first. */
  create(bastion: string, vm: VmId): Promise<Begun>
  /** Removes the link of this VM, whoever made it. A link that is gone counts as removed. */
  remove(bastion: string, vm: VmId): Promise<Begun>
  /** @throws {Fault} when the operation failed */
  look(operation: LongOperation): Promise<'running' | 'done'>
}

// ---- Cloud Services ------------------------------------------------------------------------------------------------------------

export type FoundService = {
  id: string
  name: string
  /** `supported`: extended support. The others are what Azure has retired, as far as their names are still there. */
  kind: 'supported' | 'classic-service' | 'classic-vm'
  /** What the policy goes by. */
  subscription: VmSummary['subscription']
  resourceGroup: string
  location: string
  tags: VmSummary['tags']
}

/** The account that Remote Desktop is enabled with on a role. */
export type RoleAccess = {
  /** The extension's name: by it we know our own. */
  extension: string
  /** Whether the one extension stands for every role. */
  everywhere: boolean
  user: string
  expiresAt?: Instant
  state: 'ready' | 'changing' | 'failed'
}

type PortVerdict = 'allow' | 'deny' | 'unknown'

export type CloudServiceReport = {
  id: string
  name: string
  /** DNS name, else address. */
  host?: string
  roles: readonly { name: string; access?: RoleAccess }[]
  instances: readonly { name: string; role: string; state: 'ready' | 'not-ready' | 'unknown' }[]
  /** Whether network rules let port 3389 in from outside, and port 20000 to the forwarder in each instance. */
  ports: { rdp: PortVerdict; forwarder: PortVerdict }
}

export interface CloudServices {
  /** Services of this name, and classic services and VMs of this name. */
  named(name: string): Promise<readonly FoundService[]>
  /** @throws {Fault} `missing` when it is gone */
  report(id: string): Promise<CloudServiceReport>
  /**
   * Puts our extension on one role, with a new account; on all of them where no role is named. Those of ours that stand for one of these
   * roles are replaced, and so is any that is named in `replacing`. Repeating it with the same account is safe, and restarts nothing that runs.
   */
  enable(order: {
    id: string
    role?: string
    account: { user: string; password: string }
    expiresAt: Instant
    replacing?: readonly string[]
  }): Promise<Begun>
  /**
   * Moves the end of an account of ours that is there; its password stays what it is, and is not known here. Repeating is safe.
   * @throws {Fault} `missing` when our extension is not there with this account any more
   */
  extend(order: { id: string; role?: string; user: string; expiresAt: Instant }): Promise<Begun>
  /** Takes our extensions off this role; off every role where none is named. 'done' where none is there. */
  disable(order: { id: string; role?: string }): Promise<Begun>
  /** @throws {Fault} when the operation failed */
  look(operation: LongOperation): Promise<'running' | 'done'>
}

// ---- Sessions inside Windows -----------------------------------------------------------------------------------------------------

export type WindowsSession = {
  id: number
  /** As Windows tells it: hostile until drawn. */
  user: string
  state: 'active' | 'disconnected'
  /** Where the client comes from, as the VM sees it. */
  client?: string
  loggedOnAt?: Instant
}

/** What to do inside Windows. A session is named with its logon, because numbers are used again. */
export type SessionAct =
  | { do: 'list' }
  | { do: 'warn'; session: { id: number; loggedOnAt: Instant }; minutesLeft: number }
  | { do: 'end'; session: { id: number; loggedOnAt: Instant } }

export type SessionAnswer =
  /** Nothing was done. */
  | { kind: 'domain-controller' }
  | { kind: 'sessions'; sessions: readonly WindowsSession[] }
  | { kind: 'done' }
  /** There is no such session any more. Nothing was done. */
  | { kind: 'gone' }

/** By Run Command, under the identity that may enter guests. Windows takes one command at a time. Whether a VM may be entered is decided before. */
export interface GuestSessions {
  /** @throws {Fault} `conflict` when another command is running there */
  begin(vm: VmId, act: SessionAct): Promise<Begun>
  /** @throws {Fault} when the command failed; `broken` when what came back is not what the script prints */
  look(operation: LongOperation, act: SessionAct): Promise<'running' | SessionAnswer>
}

// ---- Everything that lets RDP in -------------------------------------------------------------------------------------------------

/** One VM's port that a JIT access policy covers, with what is open there. */
export type GuardedPort = {
  vm: VmSummary
  policyId: string
  port: JitPort
  /** JIT windows in the NSGs. */
  rules: readonly (JitRule & { endsAt?: Instant })[]
  requests: readonly (JitRequest & { by: string })[]
  /** Rules that somebody made and that let the internet, or a public address, in before JIT's own rule says no. */
  beside: readonly JitRule[]
}

export type Inventory = {
  ports: readonly GuardedPort[]
  /** JIT windows in NSGs whose VM no JIT access policy covers on that port. */
  strays: readonly { vm: VmId; port: number; rule: JitRule }[]
  /** What could not be read, in words. Nothing is concluded about what is missing there. */
  unread: readonly { subscription: string; say: string }[]
}

export interface Surveyor {
  /** A few calls per subscription. Repeating is safe. */
  inventory(): Promise<Inventory>
}
