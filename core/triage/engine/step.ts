/** What to do next with what is known: read more, ask one question, or stop. The primitive of every diagnosis. */

import { judge } from './assess.ts'
import type { AskedQuestion, Assessment } from './assessment.ts'
import type { Knowledge, ReadName } from './knowledge.ts'

export type Step =
  | { wants: readonly ReadName[]; assessment: Assessment }
  | { ask: AskedQuestion; assessment: Assessment }
  | { done: true; assessment: Assessment }

/** Pure. The same knowledge gives the same step, so a step may be repeated after a restart. */
export function step(known: Knowledge): Step {
  const { assessment, wants, question } = judge(known)
  if (wants.length > 0) return { wants, assessment }
  if (question !== undefined) return { ask: question, assessment }
  return { done: true, assessment }
}
