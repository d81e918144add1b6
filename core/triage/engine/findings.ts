/** Sorts what the checks found: prunes what the message rules out, drops what another check disproved, orders the rest. */
import { CAUSES, type CauseId } from '../catalogue/causes/index.ts'
import { ERRORS } from '../catalogue/errors/index.ts'
import { reaches } from '../catalogue/scales.ts'
import type { Finding, Outcome } from '../checks/finding.ts'
import type { Scene } from '../checks/scene.ts'
import { explains, rankOf } from './rank.ts'

/** From here on a cause is named. */
const NAMED = 0.6
/** From here on no more is asked to be surer. */
export const SURE = 0.8
/** A proof this strong stands against another check's. */
const STANDS = 0.95

/** A finding inside Windows this strong is there now, whatever a message proved of then. */
const SEEN = 0.9

export type Sorted = {
  /** Named causes: the first link that is surely broken first, then the others. */
  named: readonly Finding[]
  /** Found, but too weak to name; strongest first. */
  weak: readonly Finding[]
  excluded: ReadonlySet<CauseId>
  isPruned(cause: CauseId): boolean
}

export function sortFindings(scene: Scene, outcomes: readonly Outcome[]): Sorted {
  const excluded = new Set(outcomes.flatMap(({ excludes }) => excludes))
  const isPruned = (cause: CauseId) => isRuledOut(cause, scene.floor)
  const merged = new Map<CauseId, Finding>()
  for (const finding of outcomes.flatMap(({ findings }) => findings)) merge(merged, finding)
  // A message tells of an earlier attempt: what is seen inside Windows now stands against it.
  const seenInside = new Set(
    outcomes
      .filter(({ check }) => check === 'K20')
      .flatMap(({ findings }) => findings.filter(({ sure }) => sure >= SEEN).map(({ cause }) => cause)),
  )
  const kept = [...merged.values()].filter(
    ({ cause, sure }) =>
      (!isPruned(cause) || seenInside.has(cause)) && (!excluded.has(cause) || sure >= STANDS),
  )
  const byRank = (a: Finding, b: Finding) => rankOf(a.cause) - rankOf(b.cause) || b.sure - a.sure
  // What is probable never goes before what is sure.
  const sure = kept.filter(({ cause, sure: how }) => how >= SURE && isCause(cause)).toSorted(byRank)
  const likely = kept
    .filter(({ cause, sure: how }) => how >= NAMED && how < SURE && isCause(cause))
    .toSorted(byRank)
  const blockers = kept.filter(
    ({ cause, sure: how }) => how >= NAMED && CAUSES[cause].certainty === 'blocker',
  )
  const ordered = [...sure, ...likely, ...blockers]
  const named = ordered.filter(
    ({ cause }, at) => !ordered.slice(0, at).some(before => explains(before.cause, cause)),
  )
  const weak = kept.filter(({ sure: how }) => how < NAMED).toSorted((a, b) => b.sure - a.sure)
  return { named, weak, excluded, isPruned }
}

/** A blocker is never the cause of a failure by itself: it ends no search. */
export const isCause = (cause: CauseId): boolean => CAUSES[cause].certainty !== 'blocker'

/** Whether a proven stage of the attempt rules the cause out. Causes at the target are never ruled out. */
function isRuledOut(cause: CauseId, floor: Scene['floor']): boolean {
  const { breaks } = CAUSES[cause]
  return floor !== 'none' && breaks !== 'target' && reaches(breaks, floor)
}

function merge(merged: Map<CauseId, Finding>, finding: Finding): void {
  const before = merged.get(finding.cause)
  if (before === undefined) {
    merged.set(finding.cause, finding)
    return
  }
  const [strong, faint] = before.sure >= finding.sure ? [before, finding] : [finding, before]
  merged.set(finding.cause, {
    ...strong,
    proof: [...new Set([...strong.proof, ...faint.proof])],
    details: { ...faint.details, ...strong.details },
  })
}

/** Causes that the message makes likely and nothing has ruled out, heaviest first. */
export function suspectsOf(scene: Scene, { excluded, isPruned, weak }: Sorted): readonly CauseId[] {
  const text = scene.entries
    .slice(0, 2)
    .flatMap(entry => Object.entries(ERRORS[entry].likely) as [CauseId, number][])
    .toSorted(([, a], [, b]) => b - a)
    .map(([cause]) => cause)
  return [...new Set([...weak.map(({ cause }) => cause), ...text])].filter(
    cause => !excluded.has(cause) && !isPruned(cause) && CAUSES[cause].layer !== 'outcome' && isCause(cause),
  )
}
