/** How far the reading is: what was read, what is being read, in words for people. */
import type { Step as Shown } from '../../message/message.ts'
import { CHECKS, type CheckId } from '../catalogue/checks/index.ts'
import type { Assessment } from '../engine/assessment.ts'
import type { Knowledge, ReadName } from '../engine/knowledge.ts'

/** The check that each read is for. */
export const CHECK_OF: Readonly<Record<ReadName, CheckId>> = {
  find: 'K01',
  state: 'K02',
  model: 'K03',
  health: 'K04',
  activity: 'K05',
  network: 'K06',
  jit: 'K07',
  roles: 'K09',
  extensions: 'K10',
  bastion: 'K11',
  flow: 'K12',
  effectiveRules: 'K13',
  routes: 'K14',
  boot: 'K15',
  bootAgain: 'K15',
  metrics: 'K16',
  probe: 'K17',
  reachability: 'K18',
  cloudService: 'K19',
  guest: 'K20',
  signIns: 'K22',
  incidents: 'K23',
}

export type Progress = { done: number; of: number }

/** Reads that came back, of those that are known to be needed by now. The message itself counts as read. */
export function progressOf({ facts, found }: Knowledge, wants: readonly ReadName[]): Progress {
  const done = 1 + Object.keys(facts).length + (found.length > 0 ? 1 : 0)
  return { done, of: done + wants.length }
}

const STATE: Readonly<Record<Assessment['checks'][number]['result'], Shown['state']>> = {
  found: 'failed',
  clear: 'done',
  'not-tested': 'unknown',
  'not-needed': 'done',
  open: 'doing',
}

/** Each check once, in the catalogue's order; what is being read comes last. */
export function stepsOf({ checks }: Assessment, wants: readonly ReadName[], most: number): readonly Shown[] {
  const told = new Set(checks.map(({ id }) => id))
  const ran = checks.map(({ label, result }): Shown => ({ label, state: STATE[result] }))
  const under = [...new Set(wants.map(name => CHECK_OF[name]))]
    .filter(id => !told.has(id))
    .map((id): Shown => ({ label: CHECKS[id].label, state: 'doing' }))
  const all = [...ran, ...under]
  if (all.length <= most) return all
  // What failed or is under way says more than what was fine.
  const kept = new Set(
    all
      .map((shown, at) => ({ at, rank: ['failed', 'doing', 'unknown', 'done', 'todo'].indexOf(shown.state) }))
      .sort((a, b) => a.rank - b.rank || a.at - b.at)
      .slice(0, most)
      .map(({ at }) => at),
  )
  return all.filter((_, at) => kept.has(at))
}
