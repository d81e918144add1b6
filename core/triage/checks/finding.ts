/**
 * What a check says: causes it found, causes it rules out, or why it could not tell.
 *
 * A check whose reading failed is `not-tested`, with the reason and the permission that was missing. It is never a sign of health.
 */
import type { VmId } from '../../ids.ts'
import type { CauseId } from '../catalogue/causes/index.ts'
import type { CheckId } from '../catalogue/checks/index.ts'

/** What remedies and hand-overs need to know beyond the name of the cause. Names and addresses are hostile text. */
export type Details = {
  /** The port to use, to open, or to put right. */
  port?: number
  address?: string
  source?: string
  rule?: string
  ruleId?: string
  nsg?: { id: string; name: string; resourceGroup: string; attachedTo: number }
  layer?: 'admin' | 'subnet' | 'nic'
  priority?: number
  /** A free priority that comes before the deny. */
  freePriority?: number
  vm?: { id: VmId; name: string }
  user?: string
  program?: string
  /** The user name as it should be typed. */
  signInAs?: string
  who?: string
  what?: string
}

export type Finding = {
  cause: CauseId
  /** From 0 to 1. People get words for it. */
  sure: number
  /** Sentences for people, the strongest first. */
  proof: readonly string[]
  details?: Details
}

export type Outcome = {
  check: CheckId
  /** `open`: not read yet. `not-needed`: it cannot tell anything here. */
  result: 'found' | 'clear' | 'not-tested' | 'not-needed' | 'open'
  /** One sentence for people. */
  say: string
  /** The Azure action that the bot was denied. */
  lacks?: string
  findings: readonly Finding[]
  /** Causes that this check's answer proves absent. */
  excludes: readonly CauseId[]
}

export const clear = (check: CheckId, say: string, excludes: readonly CauseId[] = []): Outcome => ({
  check,
  result: 'clear',
  say,
  findings: [],
  excludes,
})

export const notNeeded = (check: CheckId, say: string): Outcome => ({
  check,
  result: 'not-needed',
  say,
  findings: [],
  excludes: [],
})

export const open = (check: CheckId): Outcome => ({
  check,
  result: 'open',
  say: 'Not looked at yet.',
  findings: [],
  excludes: [],
})

export const notTested = (check: CheckId, why: string, lacks?: string): Outcome => ({
  check,
  result: 'not-tested',
  say: `Not tested: ${why}`,
  ...(lacks === undefined ? {} : { lacks }),
  findings: [],
  excludes: [],
})

/** `found` when there is anything, else `clear` with the given sentence. */
export function outcome(
  check: CheckId,
  findings: readonly Finding[],
  otherwise: string,
  excludes: readonly CauseId[] = [],
): Outcome {
  const first = findings[0]
  if (first === undefined) return clear(check, otherwise, excludes)
  return { check, result: 'found', say: first.proof[0] ?? otherwise, findings, excludes }
}
