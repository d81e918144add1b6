/**
 * Drives a diagnosis to its end in one go: a loop over `step`. Reads of a phase run side by side, and what they make possible is started at
 * once; the assessment is told after each. For those who can wait; a worker that must survive restarts takes the steps itself.
 */
import type { AskedQuestion, Assessment } from './assessment.ts'
import { answered, begin, type Case, type Knowledge, type ReadName } from './knowledge.ts'
import { type Learned, perform, type ReadPorts } from './reads.ts'
import { step } from './step.ts'

export type InvestigationPorts = ReadPorts & {
  /** Undefined when no answer came. */
  ask: (question: AskedQuestion, soFar: Assessment) => Promise<string | undefined>
  progress?: (soFar: Assessment) => void
}

export type Investigation = { assessment: Assessment; known: Knowledge }

/** More rounds than any diagnosis takes: a loop here would be a bug, and must not become a load on Azure. */
const MOST_ROUNDS = 80

export async function investigate(ports: InvestigationPorts, diagnosis: Case): Promise<Investigation> {
  let known = begin(diagnosis, ports.clock.now())
  const running = new Map<ReadName, Promise<{ name: ReadName; learned: Learned }>>()
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = step(known)
    ports.progress?.(next.assessment)
    const wants = 'wants' in next ? next.wants : []
    for (const name of wants)
      if (!running.has(name))
        running.set(
          name,
          perform(name, known, ports).then(learned => ({ name, learned })),
        )
    if (running.size > 0) {
      const { name, learned } = await Promise.race(running.values())
      running.delete(name)
      known = learned(known)
    } else if ('ask' in next) {
      const answer = await ports.ask(next.ask, next.assessment)
      known = answered(known, next.ask.id, answer, ports.clock.now())
    } else return { assessment: next.assessment, known }
  }
  return { assessment: step(known).assessment, known }
}
