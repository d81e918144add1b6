/**
 * The asker's part of a remedy: the first press shows what it costs, the second asks for it or has it done.
 *
 * Both presses are judged as a verb of the policy, the offer has to stand, and what it needs has to have been seen. What takes a second person
 * goes to those whom the rules name; nothing is sent before one of them agrees.
 */
import { seat } from '../../access/people.ts'
import type { Intent } from '../../command/intent.ts'
import type { Asker } from '../../handled.ts'
import { later } from '../../ids.ts'
import type { Ports, Queued } from '../../ports.ts'
import { isRefusal, type Refusal } from '../../refusal.ts'
import { needsCare, needsSnapshot } from '../remedies/verbs.ts'
import { type Diagnosis, noting, stepOf, type Undertaking } from './diagnosis.ts'
import { watchedFor } from './helped.ts'
import { type Consent, consentFor } from './may.ts'
import { orderFor } from './orders.ts'

/** The diagnosis as it is then, and what follows beside redrawing it. */
export type Undertaken = { next: Diagnosis; queue: readonly Queued[] }

/** From asking to the end: meanwhile nothing else is begun, and nothing is read again. */
export const isUnderWay = ({ repair }: Diagnosis): boolean =>
  repair !== undefined && ['asked', 'sending', 'running'].includes(repair.state)

export async function undertake(
  ports: Ports,
  asker: Asker,
  diagnosis: Diagnosis,
  { remedy, sure, accepts }: Extract<Intent, { do: 'repair' }>,
): Promise<Undertaken | Refusal> {
  const { repair: before, status, known } = diagnosis
  const { vm, first, offers } = stepOf(diagnosis).assessment
  const offer = offers.find(each => each.remedy === remedy)
  if (status !== 'over' || isUnderWay(diagnosis) || ports.repairs === undefined)
    return { code: 'not-offered' }
  if (vm === undefined || first === undefined || offer === undefined) return { code: 'not-offered' }
  const ordered = orderFor(known, vm, offer)
  if (ordered === undefined) return { code: 'not-offered' }

  const on = ordered.vm.id === vm.id ? vm : await ports.machines.byId(ordered.vm.id)
  if (on === undefined) return { code: 'vm-not-found', name: ordered.vm.name, near: [] }
  const consent = consentFor(ports.policies.current(), asker, on, ordered.verb, offer.approval)
  if (isRefusal(consent)) return consent

  const isConfirming = before?.state === 'confirming' && before.remedy === remedy
  const { verb, order, vm: target, how } = ordered
  const repair: Undertaking = {
    ...{ remedy: offer.remedy, vm: target, order, verb, by: consent.by, cause: first.cause },
    key: isConfirming ? before.key : ports.ids.request(),
    state: 'confirming',
    watched: watchedFor(known, offer.remedy, first.cause),
    shown: {
      title: first.title,
      proof: first.proof.slice(0, 5),
      warnings: offer.warnings.map(({ text, parts }) => [text, ...parts].join(' ')),
      how,
    },
  }
  if (!sure || !isConfirming) return { next: { ...diagnosis, repair }, queue: [] }
  if (needsCare(offer.remedy)) {
    if (accepts?.name.trim().toLowerCase() !== target.name.toLowerCase())
      return { code: 'name-differs', vm: target.name }
    if (needsSnapshot(offer.remedy) && accepts.back !== 'snapshot') return { code: 'snapshot-first' }
  }
  const sureOf = accepts === undefined ? repair : { ...repair, back: accepts.back }
  return confirmed(ports, asker, diagnosis, sureOf, consent)
}

async function confirmed(
  ports: Ports,
  asker: Asker,
  diagnosis: Diagnosis,
  repair: Undertaking,
  consent: Consent,
): Promise<Undertaken | Refusal> {
  const now = ports.clock.now()
  const { id } = diagnosis
  const note = { what: 'confirmed', remedy: repair.remedy, at: now } as const
  if (consent.by === 'asker')
    return {
      next: noting({ ...diagnosis, repair: { ...repair, state: 'sending' } }, note),
      queue: [{ effect: { do: 'repair', diagnosis: id, first: false } }],
    }
  const rule = consent.rules[0].id
  const { seats, others, tried } = await seat(ports, consent.rules, asker.person.id)
  if (seats.length === 0) return { code: 'no-approver', rule, tried }
  const lapsesAt = later(now, ports.policies.current().lapseMinutes)
  const asking = { rule, seats, others, lapsesAt, unreached: [] }
  return {
    next: noting({ ...diagnosis, repair: { ...repair, state: 'asked', asking } }, note),
    queue: [{ effect: { do: 'lapse', diagnosis: id, repair: repair.key }, notBefore: lapsesAt }],
  }
}
