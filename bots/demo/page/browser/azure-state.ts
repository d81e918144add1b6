/** What the simulated Azure tells of itself, as its handle `/azure/world` answers. */
import { isRecordWith } from './remote.ts'

export type NsgRule = {
  nsg: string
  name: string
  priority: number
  access: string
  source: string
  port: string
  jit: boolean
}
export type JitRequest = {
  sources: readonly string[]
  port: number
  startedAt: number
  endsAt: number
  live: boolean
  status: string
  reason: string
  justification: string
}
export type Vm = {
  id: string
  name: string
  subscription?: string
  resourceGroup: string
  os: string
  power: string
  troubles: readonly string[]
  subnet: string
  privateAddress: string
  publicAddress?: string
  nsgRules: readonly NsgRule[]
  jitRequests: readonly JitRequest[]
}
export type ArmCall = { at: number; method: string; path: string; status: number }
type CloudService = {
  name: string
  resourceGroup: string
  instances: string
  roles: readonly { name: string; account?: { user: string; ends: string } }[]
}
export type AzureWorld = {
  cloudServices: readonly CloudService[]
  troubles: readonly string[]
  crowds: readonly { count: number; first: string; last: string }[]
  vms: readonly Vm[]
  calls: readonly ArmCall[]
}

export const isWorld = (value: unknown): value is AzureWorld =>
  isRecordWith(value, ['vms', 'calls', 'troubles', 'crowds', 'cloudServices']) &&
  Array.isArray(value['vms']) &&
  Array.isArray(value['calls'])

/** Whether the rule lets somebody in on behalf of a JIT request. */
export const isWindow = ({ jit, access }: NsgRule): boolean => jit && /^allow$/i.test(access)
