/**
 * What follows when nobody has to be asked any more: the order goes out; or, where a password is to be made, its asker is waited for on the
 * page that shows it once.
 */
import type { Instant } from '../../ids.ts'
import { later } from '../../ids.ts'
import type { Queued } from '../../ports.ts'
import type { Diagnosis, Undertaking } from './diagnosis.ts'
import { isSecret } from './orders.ts'

export function agreed(
  { id }: Pick<Diagnosis, 'id'>,
  repair: Undertaking,
  { now, lapseMinutes }: { now: Instant; lapseMinutes: number },
): { repair: Undertaking; queue: readonly Queued[] } {
  if (!isSecret(repair.order))
    return {
      repair: { ...repair, state: 'sending' },
      queue: [{ effect: { do: 'repair', diagnosis: id, first: false } }],
    }
  const until = later(now, lapseMinutes)
  return {
    repair: { ...repair, state: 'agreed', until },
    queue: [{ effect: { do: 'lapse', diagnosis: id, repair: repair.key }, notBefore: until }],
  }
}
