/**
 * The requester's card as it stands now: that of the request, or, once a failed check of ours is looked into, the diagnosis with what became of
 * the request above it. Every drawing of the card goes through here, so that whoever draws last says the same.
 */
import type { DiagnosisId } from './ids.ts'
import { accessCard } from './message/access/access.ts'
import { failedRequest, isFailed } from './message/access/failed-request.ts'
import type { Known } from './message/access/words.ts'
import { diagnosisMessage } from './message/diagnosis/diagnosis.ts'
import type { Message } from './message/message.ts'
import type { Ports } from './ports.ts'
import type { Diagnosis } from './triage/conversation/diagnosis.ts'

type Means = Pick<Ports, 'store' | 'pages'>

export async function requesterCard({ store, pages }: Means, state: Known): Promise<Message> {
  if (!isFailed(state)) return accessCard(state, 'requester', pages)
  // The diagnosis that begins by itself carries the request's own id.
  const looked = await store.diagnosis(state.ask.id as string as DiagnosisId)
  return looked?.diagnosis.unasked === true
    ? failedRequest(state, looked.diagnosis, pages)
    : accessCard(state, 'requester', pages)
}

/** The asker's message of a diagnosis: the card of the request, where that is what it began at. */
export async function askerMessage(means: Means, diagnosis: Diagnosis): Promise<Message> {
  const { request, unasked } = diagnosis
  const { state } = unasked && request !== undefined ? await means.store.load(request) : { state: undefined }
  return state === undefined || state.status === 'none' || !isFailed(state)
    ? diagnosisMessage(diagnosis, means.pages)
    : failedRequest(state, diagnosis, means.pages)
}
