/**
 * The shareable link of Bastion for one VM, counted by grants: made for the first, used by all, removed with the last.
 *
 * Azure has one link for a VM and no end for it, so a link that outlives its grants stays open. One that was there before we made ours is
 * somebody else's: it is used, and left.
 */
import type { ShareableLink } from '../../hands.ts'
import { type Instant, later } from '../../ids.ts'

/** What we remember of a VM's link. */
export type LinkRecord = {
  /** When we asked Azure to make it, recorded before asking. */
  madeAt?: Instant
  /** It was seen since: where it is not seen any more, it is gone. */
  wasSeen?: boolean
}

export type LinkStep =
  /** Record the moment first, then ask. */
  | { do: 'create' }
  | { do: 'remove' }
  /** `ours` false: made by somebody else, and it stays after the last grant. */
  | { do: 'use'; url: string; ours: boolean }
  /** `left`: a link of somebody else's remains. */
  | { do: 'nothing'; left: boolean }
  /** It was asked for and Azure does not show it yet: look again. */
  | { do: 'wait' }

/** Azure tells its own clock's time, in whole seconds. */
const CLOCKS_DIFFER_MINUTES = 2
/** How long a link that was asked for may stay invisible before it is asked for again. */
const INVISIBLE_MINUTES = 5

/**
 * The next step towards what the grants need. Repeating is safe.
 *
 * @param holders how many grants are open and come in by the link
 * @param seen the link as Azure shows it now
 */
export function linkStep(
  now: Instant,
  holders: number,
  seen: ShareableLink | undefined,
  { madeAt, wasSeen = false }: LinkRecord,
): LinkStep {
  const isAsked = madeAt !== undefined && !wasSeen && now < later(madeAt, INVISIBLE_MINUTES)
  if (seen === undefined) {
    if (isAsked) return { do: 'wait' }
    return holders > 0 ? { do: 'create' } : { do: 'nothing', left: false }
  }
  const ours =
    madeAt !== undefined &&
    (seen.createdAt === undefined || seen.createdAt >= later(madeAt, -CLOCKS_DIFFER_MINUTES))
  if (holders > 0) return { do: 'use', url: seen.url, ours }
  return ours ? { do: 'remove' } : { do: 'nothing', left: true }
}
