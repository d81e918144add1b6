/** What a rule wants inside Windows by itself, without anybody's yes for each time. */
import type { Rule } from '../../core/index.ts'
import type { Problem } from './parse.ts'
import type { Places } from './places.ts'

const KEYS = ['endSessions', 'closeUnused'] as const
/** Sooner than this, somebody who has just got the connection file would be asked whether they still need it. */
export const LEAST_UNUSED_MINUTES = 5

/** The keys of a rule, as the rule has them. */
export const insideOf = (rule: {
  endSessions?: boolean | undefined
  closeUnused?: number | undefined
}): Pick<Rule, 'endSessions' | 'closeUnusedMinutes'> => ({
  ...(rule.endSessions === true ? { endSessions: true } : {}),
  ...(rule.closeUnused === undefined ? {} : { closeUnusedMinutes: rule.closeUnused }),
})

/** What is wanted of VMs that nobody opted in, or of a rule that opens nothing, would never happen. */
export function nowhereInside(value: unknown, places: Places): readonly Problem[] {
  const { guestOptIn, rules } = (value ?? {}) as { guestOptIn?: unknown; rules?: unknown }
  return (Array.isArray(rules) ? rules : []).flatMap((rule: unknown, index) => {
    const written = (typeof rule === 'object' && rule !== null ? rule : {}) as Record<string, unknown>
    const { effect, verbs } = written
    if (effect === 'forbid') return []
    return KEYS.filter(key => written[key] !== undefined && written[key] !== false).flatMap(key => {
      const at = places.ofValue(['rules', index, key])
      const isOfConnect = !Array.isArray(verbs) || verbs.includes('connect')
      return [
        ...(guestOptIn === undefined
          ? [
              {
                ...at,
                say: `${key} needs guestOptIn: the tags of VMs whose Windows may be entered, such as { latchkey-guest: 'yes' }`,
              },
            ]
          : []),
        ...(isOfConnect
          ? []
          : [{ ...at, say: `${key} is about connections, and this rule says nothing of connect` }]),
      ]
    })
  })
}
