/** Draws one message of a diagnosis as it stands now: posts it once, redraws it from then on. Repeating is safe. */
import { homesOf } from '../../app-home.ts'
import { Fault } from '../../fault.ts'
import type { PersonId } from '../../ids.ts'
import { approvalMessage } from '../../message/diagnosis/approval.ts'
import { diagnosisInThread, diagnosisMessage } from '../../message/diagnosis/diagnosis.ts'
import type { Message } from '../../message/message.ts'
import type { Effect, Ports, Task } from '../../ports.ts'
import { reports } from './begin.ts'
import type { Diagnosis } from './diagnosis.ts'

type Report = Extract<Effect, { do: 'report' }>

/** Where each message was posted. A request has slots of its own under the same id. */
const slotOf = (slot: Report['slot']): string =>
  slot === 'private' ? 'diagnosis' : slot === 'thread' ? 'diagnosis-thread' : slot

function drawn(diagnosis: Diagnosis, slot: Report['slot'], pages: Ports['pages']): Message {
  if (slot === 'private') return diagnosisMessage(diagnosis, pages)
  if (slot === 'thread') return diagnosisInThread(diagnosis)
  return approvalMessage(diagnosis, slot.split(':')[1] ?? '')
}

/** Whose App Home says the same. */
const readerOf = ({ by }: Diagnosis, slot: Report['slot']): PersonId =>
  slot.startsWith('approver:') ? (slot.split(':')[2] as PersonId) : by.person

export async function report(
  { store, chats, pages }: Ports,
  task: Task,
  { diagnosis: id, slot, to }: Report,
): Promise<void> {
  const [found, before] = await Promise.all([store.diagnosis(id), store.card(id, slotOf(slot))])
  const chat = chats.find(({ platform }) => platform === to.platform)
  if (found === undefined || chat === undefined) {
    await store.settle(task, { how: 'done' })
    return
  }
  const { request, unasked } = found.diagnosis
  if (slot === 'private' && unasked && request !== undefined && before === undefined) {
    await store.settle(task, { how: 'done', queue: reports(found.diagnosis) })
    return
  }
  const shown = drawn(found.diagnosis, slot, pages)
  const queue = await homesOf({ store, chats }, readerOf(found.diagnosis, slot))
  if (before !== undefined) {
    try {
      await chat.amend(before, shown)
      await store.settle(task, { how: 'done', queue })
      return
    } catch (error) {
      // Somebody deleted it: the verdict is worth saying again.
      if (!(error instanceof Fault) || error.kind !== 'missing') throw error
    }
  }
  const key = `${id}:${slotOf(slot)}${before === undefined ? '' : `:${before.messageKey}`}`
  const posted = await chat.post(to, shown, { key, again: task.attempt > 1 })
  await store.settle(task, { how: 'done', queue, card: { request: id, slot: slotOf(slot), posted } })
}
