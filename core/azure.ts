/** What the core needs of Azure: VMs to find and read, and just-in-time access to them. Part of the ports; see the glossary in `ports.ts`. */
import type { Instant, VmId } from './ids.ts'

export type VmSummary = {
  id: VmId
  name: string
  subscription: { id: string; name: string }
  resourceGroup: string
  location: string
  os: 'windows' | 'linux' | 'unknown'
  tags: Readonly<Record<string, string>>
}

export type PowerState =
  | 'running'
  | 'starting'
  | 'stopping'
  | 'stopped'
  | 'deallocating'
  | 'deallocated'
  | 'unknown'

/** One port that a VM's JIT access policy lets people request. */
export type JitPort = {
  number: number
  protocol: 'TCP' | 'UDP' | '*'
  maxMinutes: number
  /** Prefixes a request's source must lie in; ['*'] is any. */
  sources: readonly string[]
}

/** A VM as Azure reports it at one moment. */
export type VmReport = {
  vm: VmSummary
  power: PowerState
  computerName?: string
  /** The VM agent inside Windows, as Azure last heard of it. */
  agent?: 'ready' | 'not-ready' | 'unknown'
  /** SHA-1 of the certificate that Windows shows for RDP, upper-case hex without separators, where Azure knows it. */
  rdpThumbprint?: string
  /** Azure's name of its size, such as Standard_D4s_v5. */
  size?: string
  /** The local administrator account named at creation. */
  adminAccount?: string
  nics: readonly {
    privateAddress?: string
    publicAddress?: string
    /** The public address's DNS name. */
    publicName?: string
    /** It has a public address that Azure gives it only while it runs. */
    publicWhenRunning?: boolean
    primary: boolean
  }[]
  jit?: { policyId: string; ports: readonly JitPort[] }
  /** Whether a rule other than a JIT window lets everyone on the internet reach the port. */
  exposure:
    | { state: 'closed' }
    | { state: 'open-to-everyone'; rule: string }
    | { state: 'unknown'; why: string }
}

/** Finds and reads VMs, over every subscription the bot can see. All reads; repeating is safe. */
export interface Machines {
  /** VMs with exactly this name (names are case-insensitive in Azure). */
  named(name: string): Promise<readonly VmSummary[]>
  byId(id: VmId): Promise<VmSummary | undefined>
  /** VMs whose names resemble this text, at most 20. */
  like(text: string): Promise<readonly VmSummary[]>
  /**
   * @param how.brief power and addresses only: `jit` is left out and `exposure` unknown
   * @throws {Fault} `missing` when the VM is gone
   */
  report(id: VmId, port: number, how?: { brief?: boolean }): Promise<VmReport>
}

/** An allow rule that Defender for Cloud put into an NSG for a JIT request, for this VM and port. */
export type JitRule = {
  /** ARM id of the security rule. */
  id: string
  name: string
  sources: readonly string[]
}

/** A JIT request as the JIT access policy remembers it. */
export type JitRequest = {
  sources: readonly string[]
  endsAt: Instant
  startedAt: Instant
  justification: string
  live: boolean
}

export type JitWindows = {
  policyId: string
  port: JitPort
  /** What the NSGs of the VM's NICs and subnets let in right now. */
  rules: readonly JitRule[]
  requests: readonly JitRequest[]
}

/** What IP flow verify says for one source. */
export type Flow = { access: 'allow' | 'deny'; rule: string } | { access: 'not-tested'; why: string }

/** Microsoft Defender for Cloud's just-in-time VM access. */
export interface JitAccess {
  /**
   * Reads policy, requests and rules for one VM and port. Repeating is safe.
   * @param how.anew also which NSGs stand before the VM, and not from half a minute ago
   * @throws {Fault} `missing` when no JIT access policy covers the VM and port (any more)
   */
  windows(vm: VmId, port: number, how?: { anew?: boolean }): Promise<JitWindows>
  /**
   * What the JIT access policy says of one port, and nothing of windows. Repeating is safe. An adapter that lacks it is asked for the windows.
   * @throws {Fault} `missing` when no JIT access policy covers the VM and port (any more)
   */
  entry?(vm: VmId, port: number): Promise<JitPort>
  /**
   * Asks for one JIT window. NOT safe to repeat blindly: read `windows` first. Resolves when Azure has accepted; the rule follows within
   * seconds to a minute.
   *
   * @param order.sources never empty: without a source Azure would open the bot's own address
   * @param order.endsAt when Azure shuts by itself
   * @throws {Fault} `invalid` when the request is not within the JIT access policy
   */
  request(order: {
    vm: VmId
    policyId: string
    port: number
    sources: readonly string[]
    endsAt: Instant
    justification: string
  }): Promise<void>
  /**
   * What JIT windows left in the NSGs of the VM's NICs and subnets for this port, read without any JIT access policy: for when that is gone.
   * Repeating is safe.
   * @throws {Fault} `missing` when the VM is gone; `denied` when they cannot be read
   */
  leftovers(vm: VmId, port: number): Promise<readonly JitRule[]>
  /** Deletes one JIT rule. Safe to repeat: a rule that is gone counts as removed. */
  remove(rule: JitRule): Promise<void>
  /**
   * IP flow verify: whether Azure's network rules let `source` reach the VM's port. Repeating is safe.
   * @param at the private address of the VM that is meant; absent: its first
   */
  flow(vm: VmId, port: number, source: string, at?: string): Promise<Flow>
}
