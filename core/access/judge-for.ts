/** What the policy says to somebody who connects, with the time that they named or would get. */
import type { Intent } from '../command/intent.ts'
import type { Asker } from '../handled.ts'
import type { VmSummary } from '../ports.ts'
import { judge, type Policy, type Verdict } from './policy.ts'

type Connect = Extract<Intent, { do: 'connect' }>

/** Where the person named no time, the default is taken, or the longest a rule allows if that is shorter. */
export function judgeFor(
  policy: Policy,
  person: { id: Asker['person']['id']; groups: Asker['groups'] },
  vm: VmSummary,
  intent: Connect,
): { minutes: number; verdict: Verdict } {
  const ask = (minutes: number) => ({
    minutes,
    verdict: judge(policy, { verb: 'connect', person, vm, minutes, reason: intent.reason }),
  })
  const first = ask(intent.minutes ?? policy.defaultMinutes)
  const { verdict } = first
  if (intent.minutes === undefined && verdict.kind === 'refuse' && verdict.refusal.code === 'too-long')
    return ask(verdict.refusal.most)
  return first
}
