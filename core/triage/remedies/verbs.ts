/** The word by which the policy speaks of a remedy. Each remedy that changes something is a verb of its own. */
import { VERBS, type Verb } from '../../access/policy.ts'
import { REMEDIES, type RemedyId } from '../catalogue/remedies/index.ts'

/** The verb the policy has to allow, or undefined where nothing is changed by Latchkey. Asking for access is `connect`. */
export function verbOf(remedy: RemedyId): string | undefined {
  if (remedy === 'request_jit' || remedy === 'rerequest_jit_ip') return 'connect'
  const { hands, kind } = REMEDIES[remedy]
  if (hands !== 'bot' || kind === 'advice') return undefined
  return remedy.replaceAll('_', '-')
}

/** What a rule can give: a remedy that Latchkey carries out. */
export function repairVerb(remedy: RemedyId): RepairVerb | undefined {
  const verb = verbOf(remedy)
  return VERBS.find((each): each is RepairVerb => each === verb && each !== 'connect')
}

export type RepairVerb = Exclude<Verb, 'connect' | 'diagnose' | 'look-inside'>

const isRemedy = (remedy: string): remedy is RemedyId => Object.hasOwn(REMEDIES, remedy)

/** Nothing but a snapshot is enough to go back to. */
export const needsSnapshot = (remedy: string): boolean =>
  isRemedy(remedy) && REMEDIES[remedy].preflight?.includes('snapshot_taken') === true

/** What is lost may not come back: the VM's name is typed, and what there is to go back to is said. */
export const needsCare = (remedy: RemedyId): boolean =>
  needsSnapshot(remedy) || REMEDIES[remedy].approval === 'manager_strict'
