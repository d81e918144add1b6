/**
 * What is in the pretend Azure. One plain JSON object holds it all, so that the world can be saved and brought back.
 *
 * All moments are on the world's clock, ms. Things that are due later (a rule that comes into force, a window that ends, an operation
 * that finishes) are stored with their moment.
 */
import type { FleetRule, FleetVm, JitPortSpec, Power, Subscription } from './fleet.ts'
import type { AdminRule } from './fleet-network.ts'
import type { SimSessionCall } from './sessions.ts'

export type SimVm = FleetVm & {
  id: string
  subscription: string
  location: string
  /** When it was last started or changed. */
  provisionedAt: number
  createdAt: number
  /** When its screen was first looked at since it last started. */
  sampledAt: number | null
}

export type SimRule = FleetRule & {
  description?: string
  /** Made by Defender for Cloud: to keep a port shut, or for one request. */
  jit?: 'deny' | 'allow'
  /** The request an allow rule was made for. */
  request?: string
  /** Not before its moment does a rule let anybody in. */
  from?: number
  until?: number
  /** Whether `from` has come: Azure shows a rule only then. */
  inForce: boolean
}

export type SimNsg = { id: string; subscription: string; name: string; location: string; rules: SimRule[] }

export type SimEntry = {
  vm: string
  port: number
  sources: string[]
  endsAt: number
  status: 'Initiating' | 'Initiated' | 'Revoked'
  reason: 'UserRequested' | 'Expired' | 'NewerRequestInitiated'
  from: number
}
export type SimRequest = {
  id: string
  startedAt: number
  requestor: string
  justification?: string
  entries: SimEntry[]
}

export type SimPolicy = {
  id: string
  subscription: string
  name: string
  location: string
  /** `id` keeps the spelling it was written with. */
  vms: { id: string; ports: JitPortSpec[] }[]
  requests: SimRequest[]
}

/** What an operation does when it is ready. */
export type SimEffect =
  | { do: 'power'; vm: string; to: Power }
  | { do: 'restart' | 'redeploy' | 'reapply'; vm: string }
  | { do: 'delete-rule'; nsg: string; rule: string }
  /** VMAccess: RDP as it was at first, or an administrator with a new password, which nobody keeps. */
  | { do: 'extension'; vm: string; name: string; access?: 'rdp' | { user: string } }
  /** A script inside Windows; `acts` names what it was understood to change. */
  | {
      do: 'script'
      vm: string
      acts: string[]
      /** What it prints; on a domain controller, where it asks whether it is on one. Otherwise what is known of the inside. */
      prints?: { last: string; onController?: string }
      /** What it asks Windows about sessions. */
      session?: SimSessionCall
    }
  | { do: 'create-links' | 'delete-links'; bastion: string; vms: string[] }
  | { do: 'service'; service: string; roles: SimCloudService['roles'] }
  | { do: 'instance'; service: string; instance: string }
  | { do: 'nothing' }

/** A long-running operation: it has its effect when it is ready. */
export type SimOperation = {
  readyAt: number
  status: 'InProgress' | 'Succeeded' | 'Failed'
  effect: SimEffect
  /** How it ends badly; it has no effect then. */
  fails?: { code: string; message: string }
  /** What its Location answers in the end; absent: nothing. */
  result?: unknown
  /** The Azure operation and what it is done to, for the activity log. */
  did?: Pick<SimActivity, 'operation' | 'resource' | 'by' | 'subscription' | 'requestId'> & {
    correlation: string
  }
}

/** A fault to be played. `match` is a regular expression on "METHOD path". */
export type SimFault = {
  match: string
  status?: number
  code?: string
  message?: string
  /** Seconds. */
  retryAfter?: number
  /** How often it strikes before it is over; for ever when absent. */
  times?: number
  /** Never answer. */
  hang?: boolean
  /** Cut the connection. */
  reset?: boolean
  /** The call takes effect first; only its answer is spoiled. */
  late?: boolean
  /** Milliseconds by the wall clock before the answer. With nothing else, the answer is the usual one. */
  waitMs?: number
  /** The operation that the call starts takes so long on the world's clock. */
  operationMs?: number
  /** The operation that the call starts is accepted, and fails. */
  operationFails?: { code: string; message: string }
}

/** An entry of the activity log. */
export type SimActivity = {
  at: number
  subscription: string
  operation: string
  resource: string
  by: string
  status: 'Started' | 'Accepted' | 'Succeeded' | 'Failed'
  code?: string
  detail?: string
  /** What belongs together has the same one: the start of an operation and its end. */
  correlation?: string
  /** What its caller called the request. */
  requestId?: string
}

type InSubscription = { subscription: string; rg: string; location: string }
export type SimBalancer = InSubscription & Subscription['load_balancers'][number]
export type SimFirewall = InSubscription & Subscription['firewalls'][number]
export type SimBastion = InSubscription & Subscription['bastions'][number]
/** `written`: the extension as somebody put it there, with its roles; absent where the file says what there is. */
type SimServiceRole = Subscription['cloud_services'][number]['roles'][string] & {
  written?: { name: string; settings: string; roles: string[] }
}
export type SimCloudService = InSubscription &
  Omit<Subscription['cloud_services'][number], 'roles'> & { roles: Record<string, SimServiceRole> }
export type SimCrowd = InSubscription & NonNullable<Subscription['crowd']>

export type SimSubscription = {
  id: string
  name: string
  watchers: string[]
  adminRules: AdminRule[]
  serviceTags: Record<string, string[]>
  /** Since when, and what it says. */
  incident: { since: number; says: string; location: string } | null
}

/** Somebody's role. `scope` is an ARM id. */
export type SimRole = { principal: string; role: string; scope: string }

/** What lists, or Resource Graph, still see of the past. */
export type SimView = Pick<AzureState, 'vms' | 'nsgs' | 'policies'>

export type Call = { at: number; method: string; path: string; status: number }

export type AzureState = {
  /** What a second request for the same VM and port does to the first: Azure does not say. */
  mode: 'merge' | 'supersede'
  subscriptions: SimSubscription[]
  vms: SimVm[]
  nsgs: SimNsg[]
  balancers: SimBalancer[]
  firewalls: SimFirewall[]
  bastions: SimBastion[]
  cloudServices: SimCloudService[]
  /** Shareable links of Bastion hosts. */
  links: { bastion: string; vm: string; token: string; createdAt: number }[]
  crowds: SimCrowd[]
  roles: SimRole[]
  /** Oldest first. */
  activity: SimActivity[]
  policies: SimPolicy[]
  operations: Record<string, SimOperation>
  faults: SimFault[]
  /** Actions that the caller's role lacks. */
  denied: string[]
  /** Oldest first. */
  calls: Call[]
  /** For names that have to differ. */
  counter: number
  /** Whether calls are counted against Azure's limits. */
  throttling: boolean
  /** How much of each limit is left, and since when. */
  buckets: Record<string, { left: number; at: number }>
  /** Whether calls and operations take as long as they do in Azure. */
  realistic: boolean
  /** How long lists and Resource Graph lag behind, ms on the world's clock. */
  lag: { listMs: number; graphMs: number }
  /** How it was, oldest first; kept while anything lags. */
  past: { until: number; view: SimView }[]
}
