/** Whether a remedy helped: the check that showed the cause is read again, and only what it says then counts. */
import type { CauseId } from '../catalogue/causes/index.ts'
import { REMEDIES, type RemedyId } from '../catalogue/remedies/index.ts'
import { runChecks } from '../checks/index.ts'
import { look } from '../checks/scene.ts'
import type { FactName, Knowledge } from '../engine/knowledge.ts'
import { repeatedAfter } from '../remedies/repeat.ts'
import { type Diagnosis, stepOf, type Undertaking } from './diagnosis.ts'
import { CHECK_OF } from './progress.ts'

/** The reads to take again. A second sample belongs to its first. */
export function readAgain(remedy: RemedyId): readonly FactName[] {
  const names = repeatedAfter(remedy, REMEDIES[remedy].kind)
  return names.includes('boot') ? [...names, 'bootAgain'] : names
}

/** Those among them that showed the cause. */
export function watchedFor(known: Knowledge, remedy: RemedyId, cause: CauseId): readonly FactName[] {
  const checks = runChecks(look(known))
    .filter(({ findings }) => findings.some(finding => finding.cause === cause))
    .map(({ check }) => check)
  return readAgain(remedy).filter(
    name => name !== 'bootAgain' && known.facts[name]?.read === true && checks.includes(CHECK_OF[name]),
  )
}

/** Told by the person, or read in the log of Windows, where it stays: only the next sign-in shows that it is gone. */
export const isOfThePast = (cause: CauseId): boolean => cause === 'cred.wrong_password'

/** `unknown`: what showed the cause could not be read again, so nothing is promised. */
export function hasHelped(diagnosis: Diagnosis, { cause, watched }: Undertaking): 'yes' | 'no' | 'unknown' {
  const { first, also, kind, checks } = stepOf(diagnosis).assessment
  if ([...(first === undefined ? [] : [first]), ...also].some(each => each.cause === cause))
    return isOfThePast(cause) ? 'unknown' : 'no'
  const { facts } = diagnosis.known
  // Azure may answer and tell nothing, as with a picture that is not there.
  const isBlind = (name: FactName) =>
    checks.some(({ id, result }) => id === CHECK_OF[name] && result === 'not-tested')
  const isSeen = watched.length > 0 && watched.every(name => facts[name]?.read === true && !isBlind(name))
  return isSeen || kind === 'healthy' ? 'yes' : 'unknown'
}
