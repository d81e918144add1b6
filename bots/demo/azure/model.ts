/**
 * What is in the pretend Azure. One plain JSON object holds it all, so that the world can be saved and brought back.
 *
 * All moments are on the world's clock, ms. Things that are due later (a rule that comes into force, a window that ends, an operation
 * that finishes) are stored with their moment.
 */
import type { FleetRule, FleetVm, JitPortSpec, Power } from './fleet.ts'

export type SimVm = FleetVm & { id: string; subscription: string; location: string }

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

/** A long-running operation: it has its effect when it is ready. */
export type SimOperation = {
  readyAt: number
  status: 'InProgress' | 'Succeeded'
  effect:
    | { do: 'power'; vm: string; to: Power }
    | { do: 'delete-rule'; nsg: string; rule: string }
    | { do: 'nothing' }
  /** What its Location answers in the end; absent: nothing. */
  result?: unknown
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
}

export type Call = { at: number; method: string; path: string; status: number }

export type AzureState = {
  /** What a second request for the same VM and port does to the first: Azure does not say. */
  mode: 'merge' | 'supersede'
  subscriptions: { id: string; name: string; watchers: string[] }[]
  vms: SimVm[]
  nsgs: SimNsg[]
  policies: SimPolicy[]
  operations: Record<string, SimOperation>
  faults: SimFault[]
  /** Actions that the caller's role lacks. */
  denied: string[]
  /** Oldest first. */
  calls: Call[]
  /** For names that have to differ. */
  counter: number
}
