/**
 * Keeps one chat user from filling the store: more than 100 deliveries within a minute are more than anybody types.
 *
 * Counted in this process and forgotten with it: a limit against floods, not a promise. What is turned away is not counted, so whoever
 * calms down is heard again within the minute.
 */
import type { Instant } from './ids.ts'
import type { ChatUser } from './ports.ts'

const MOST_A_MINUTE = 100
const MINUTE_MS = 60_000
/** Of so many users the latest deliveries are kept; those who were silent longest are forgotten first. */
const MOST_USERS = 2_000

export function makeRush(now: () => Instant): { isTooMany(who: ChatUser): boolean } {
  const latest = new Map<string, Instant[]>()
  return {
    isTooMany({ platform, workspace, key }) {
      const user = JSON.stringify([platform, workspace, key])
      const at = now()
      const recent = (latest.get(user) ?? []).filter(moment => moment > at - MINUTE_MS)
      const isTooMany = recent.length >= MOST_A_MINUTE
      if (!isTooMany) recent.push(at)
      latest.delete(user)
      latest.set(user, recent)
      for (const silent of latest.keys()) {
        if (latest.size <= MOST_USERS) break
        latest.delete(silent)
      }
      return isTooMany
    },
  }
}
