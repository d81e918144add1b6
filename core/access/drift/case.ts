/**
 * A finding of drift from its report to its end: what an administrator decided about it, and what follows at each look.
 *
 * Pure. Nothing is removed on the strength of an old look: each step goes by the finding as it is now.
 */
import type { Instant } from '../../ids.ts'
import type { Posted } from '../../ports.ts'
import type { NamedPerson } from '../request.ts'
import { type Finding, findingKey } from './drift.ts'

/** What an administrator pressed. */
export type DriftDecision = {
  act: 'close' | 'adopt' | 'ignore'
  by: NamedPerson
  at: Instant
  /** Why it is ignored. */
  reason?: string
}

/** `id` is what a button carries: it names the case and gives no right. */
export type DriftCase = {
  id: string
  finding: Finding
  since: Instant
  /** Where it was reported. */
  posted: readonly Posted[]
  /** Why what was decided could not be done yet. */
  trouble?: string
} & (
  | { status: 'found' }
  /** Adopted: let be until Azure's end, and removed then if it is still there. */
  | { status: 'closing' | 'adopted' | 'ignored'; decision: DriftDecision }
  | { status: 'over'; how: 'closed' | 'gone'; decision?: DriftDecision; at: Instant }
)

/** What may be decided about a finding. */
export function choicesFor(finding: Finding): readonly DriftDecision['act'][] {
  switch (finding.kind) {
    case 'unasked':
      if (finding.shared) return ['ignore']
      return finding.endsAt === undefined ? ['close', 'ignore'] : ['close', 'adopt', 'ignore']
    case 'vanished':
      return ['close', 'ignore']
    case 'beside':
    case 'policy-gone':
      return ['ignore']
  }
}

/** The short name of a finding: the same at every look, and another for another. */
export function caseId(finding: Finding): string {
  let hash = 0xcbf29ce484222325n
  for (const one of findingKey(finding)) {
    hash ^= BigInt(one.codePointAt(0) ?? 0)
    hash = (hash * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn
  }
  return hash.toString(16).padStart(16, '0')
}

/** Reads what `caseId` wrote. */
export const parseCaseId = (text: unknown): string | undefined =>
  typeof text === 'string' && /^[0-9a-f]{16}$/.test(text) ? text : undefined

/** What is to be done now. `remove` and `end-grant` come with the finding as this look saw it. */
export type DriftStep = {
  case: DriftCase
  act?: 'report' | 'redraw' | 'remove' | 'end-grant'
}

/**
 * @param open the cases that are not over
 * @param findings what lasted, as of this look
 * @param isThere whether this look still shows it, or could not tell
 */
export function driftSteps(
  open: readonly DriftCase[],
  findings: readonly Finding[],
  {
    isThere,
    decided,
    now,
  }: {
    isThere: (finding: Finding) => boolean
    decided: ReadonlyMap<string, DriftDecision>
    now: Instant
  },
): readonly DriftStep[] {
  const fresh = new Map(findings.map(finding => [caseId(finding), finding]))
  const known = new Set(open.map(({ id }) => id))
  const begun = [...fresh]
    .filter(([id]) => !known.has(id))
    .map(
      ([id, finding]): DriftStep => ({
        case: { id, finding, since: now, posted: [], status: 'found' },
        act: 'report',
      }),
    )
  return [
    ...open.map(one => stepOf(one, fresh.get(one.id), isThere(one.finding), decided.get(one.id), now)),
    ...begun,
  ]
}

function stepOf(
  known: DriftCase,
  fresh: Finding | undefined,
  isThere: boolean,
  decision: DriftDecision | undefined,
  now: Instant,
): DriftStep {
  if (known.status === 'over') return { case: known }
  const base = { ...partsOf(known), finding: fresh ?? known.finding }
  if (!isThere) {
    const how = known.status === 'closing' ? 'closed' : 'gone'
    const by = 'decision' in known ? { decision: known.decision } : {}
    return { case: { ...base, status: 'over', how, ...by, at: now }, act: 'redraw' }
  }
  const taken =
    decision !== undefined && known.status === 'found' && choicesFor(base.finding).includes(decision.act)
      ? decision
      : undefined
  if (taken !== undefined) {
    const status = ({ close: 'closing', adopt: 'adopted', ignore: 'ignored' } as const)[taken.act]
    return {
      case: { ...base, status, decision: taken },
      act: status === 'closing' && fresh !== undefined ? howToClose(fresh) : 'redraw',
    }
  }
  if (known.status === 'found')
    return { case: { ...base, status: 'found' }, ...(known.posted.length === 0 ? { act: 'report' } : {}) }
  const again = { ...base, status: known.status, decision: known.decision }
  if (fresh === undefined) return { case: again }
  const isOver = fresh.kind === 'unasked' && fresh.endsAt !== undefined && fresh.endsAt <= now
  if (known.status === 'adopted' && isOver)
    return { case: { ...again, status: 'closing' }, act: howToClose(fresh) }
  return known.status === 'closing' ? { case: again, act: howToClose(fresh) } : { case: again }
}

const partsOf = ({ id, finding, since, posted }: DriftCase) => ({ id, finding, since, posted })

/** A window that somebody with a grant uses, too, by now is not taken away; the card says so. */
const howToClose = (finding: Finding): 'remove' | 'end-grant' | 'redraw' =>
  finding.kind === 'vanished'
    ? 'end-grant'
    : finding.kind === 'unasked' && !finding.shared
      ? 'remove'
      : 'redraw'
