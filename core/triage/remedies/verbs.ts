/** The word by which the policy speaks of a remedy. Each remedy that changes something is a verb of its own. */
import { REMEDIES, type RemedyId } from '../catalogue/remedies/index.ts'

/** The verb the policy has to allow, or undefined where nothing is changed by Latchkey. Asking for access is `connect`. */
export function verbOf(remedy: RemedyId): string | undefined {
  if (remedy === 'request_jit' || remedy === 'rerequest_jit_ip') return 'connect'
  const { hands, kind } = REMEDIES[remedy]
  if (hands !== 'bot' || kind === 'advice') return undefined
  return remedy.replaceAll('_', '-')
}
