/** All checks, by id. */
import type { Check } from './check.ts'
import { PROBE_CHECKS } from './probe.ts'
import { SWEEP_CHECKS } from './sweep.ts'

const ALL = { ...SWEEP_CHECKS, ...PROBE_CHECKS }

export type CheckId = keyof typeof ALL

export const CHECKS: Readonly<Record<CheckId, Check>> = ALL
