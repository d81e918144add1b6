/**
 * What stands round a VM, kept for a moment: while a rule is waited for, the rules are read again and again, and the interfaces and subnets
 * between the VM and its NSGs are not.
 */
import type { VmId } from '../../core/index.ts'
import type { IpSetting } from './network.ts'

export type Round = {
  /** As Azure writes it. */
  vm: string
  location: string
  settings: readonly IpSetting[]
  /** Ids of the NSGs on the interfaces and their subnets. */
  nsgs: readonly string[]
}

export type Rounds = {
  keep(vm: VmId, round: Round): void
  /** Undefined once it is too old to go by. */
  recent(vm: VmId): Round | undefined
}

const KEPT_MS = 20_000

/** @param now a clock in ms that never goes back */
export function openRounds(now: () => number = () => performance.now()): Rounds {
  const known = new Map<string, { until: number; round: Round }>()
  return {
    keep(vm, round) {
      for (const [id, { until }] of known) if (until <= now()) known.delete(id)
      known.set(vm.toLowerCase(), { until: now() + KEPT_MS, round })
    },
    recent(vm) {
      const found = known.get(vm.toLowerCase())
      return found !== undefined && found.until > now() ? found.round : undefined
    },
  }
}
