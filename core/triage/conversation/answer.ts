/**
 * What people do with a diagnosis of theirs: answer its question, have it read again, see more or less of it.
 *
 * Only the person who asked can; others learn nothing of it. Who may diagnose the VM is judged again each time. A late or second answer
 * changes nothing and says so.
 */
import type { Intent } from '../../command/intent.ts'
import type { Asker, Handled } from '../../handled.ts'
import type { DiagnosisId, Instant } from '../../ids.ts'
import type { Ports, Queued, Task } from '../../ports.ts'
import { isRefusal, type Refusal } from '../../refusal.ts'
import { answered } from '../engine/knowledge.ts'
import { everyCopy, reports } from './begin.ts'
import { conclude, type Diagnosis, forgetting, noting, questionNumber, stepOf } from './diagnosis.ts'
import { askable, askerOf, mayNot } from './may.ts'
import { consentIn, withoutPasswords } from './told.ts'
import { isUnderWay, type Undertaken, undertake } from './undertake.ts'

type About = Exclude<Extract<Intent, { diagnosis: DiagnosisId }>, { do: 'agree' | 'refuse' }>

const MOST_RACES = 20

export async function goOn(ports: Ports, task: Task, asker: Asker, intent: About): Promise<Handled> {
  const { store, clock } = ports
  if (ports.diagnostics === undefined) return { refusal: { code: 'no-diagnosis' } }
  for (let race = 0; race < MOST_RACES; race += 1) {
    const found = await store.diagnosis(intent.diagnosis)
    if (found?.diagnosis.by.person !== asker.person.id) return { refusal: { code: 'diagnosis-gone' } }
    const { vm } = stepOf(found.diagnosis).assessment
    const not = vm === undefined ? undefined : mayNot(ports, asker, vm)
    if (not !== undefined) return { refusal: not }
    const moved =
      intent.do === 'repair'
        ? await undertake(ports, asker, found.diagnosis, intent)
        : changed(found.diagnosis, intent, clock.now())
    if (isRefusal(moved)) return { refusal: moved }
    const { next, queue } = moved
    const reads: readonly Queued[] =
      next.status === 'reading' ? [{ effect: { do: 'investigate', diagnosis: next.id } }] : []
    const isAsking = next.repair !== found.diagnosis.repair
    const outcome = await store.keep({
      diagnosis: next,
      expected: found.version,
      queue: [...(isAsking ? everyCopy(next) : reports(next)), ...reads, ...queue],
      settles: task,
    })
    if (outcome === 'kept') return { kept: next }
    if (outcome === 'lease-lost') return outcome
  }
  throw new Error(`diagnosis ${intent.diagnosis} kept changing`)
}

function changed(
  diagnosis: Diagnosis,
  intent: Exclude<About, { do: 'repair' }>,
  now: Instant,
): Undertaken | Refusal {
  const to = (next: Diagnosis | Refusal) => (isRefusal(next) ? next : { next, queue: [] })
  switch (intent.do) {
    case 'details':
    case 'summary':
      return to({ ...diagnosis, detailed: intent.do === 'details' })
    case 'leave':
      return to(left(diagnosis, now))
    case 'recheck': {
      // One that reads already needs no second push; what is asked for or under way is about what was read.
      if (diagnosis.status === 'reading') return to(diagnosis)
      if (isUnderWay(diagnosis)) return { code: 'not-offered' }
      const { repair, ...rest } = diagnosis
      const kept = repair === undefined || repair.state === 'confirming' ? rest : diagnosis
      return to(noting(forgetting(kept, now), { what: 'rechecked', at: now }))
    }
    case 'answer':
      return to(withAnswer(diagnosis, intent, now))
  }
}

/** Not the remedy after all. What was sent is not called back. */
function left(diagnosis: Diagnosis, now: Instant): Diagnosis | Refusal {
  const { repair, ...rest } = diagnosis
  if (repair?.state === 'confirming') return rest
  if (repair?.state !== 'asked' && repair?.state !== 'agreed') return { code: 'not-offered' }
  return noting(
    { ...diagnosis, repair: { ...repair, state: 'withdrawn' } },
    { what: 'withdrawn', remedy: repair.remedy, at: now },
  )
}

function withAnswer(
  diagnosis: Diagnosis,
  { question, text }: Extract<About, { do: 'answer' }>,
  now: Instant,
): Diagnosis | Refusal {
  const next = stepOf(diagnosis)
  if (diagnosis.status !== 'asking' || question !== questionNumber(diagnosis) || !('ask' in next))
    return { code: 'answered-already' }
  const { id } = next.ask
  const told = withoutPasswords(text)
  const said = id === 'Q-CONSENT' ? consentIn(text) : told.text
  if (said === undefined) return { code: 'yes-or-no' }
  return noting(
    {
      ...diagnosis,
      status: 'reading',
      passwordShown: diagnosis.passwordShown || told.passwordShown,
      known: answered(diagnosis.known, id, said, now),
    },
    { what: 'answered', question: id, at: now },
  )
}

/** Nobody answered: what is known is the answer. */
export async function hush(ports: Ports, task: Task, id: DiagnosisId, question: number): Promise<void> {
  const { store, clock } = ports
  const found = await store.diagnosis(id)
  if (found?.diagnosis.status !== 'asking' || questionNumber(found.diagnosis) !== question) {
    await store.settle(task, { how: 'done' })
    return
  }
  const ended = conclude(found.diagnosis, 'silence', clock.now())
  const diagnosis = { ...ended, may: await askable(ports, await askerOf(ports, ended), ended) }
  const { version } = found
  const queue = reports(diagnosis)
  // Somebody who answered in this very moment was faster.
  if ((await store.keep({ diagnosis, expected: version, queue, settles: task })) === 'stale')
    await store.settle(task, { how: 'done' })
}
