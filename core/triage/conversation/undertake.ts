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
import type { Ports, Queued, VmSummary } from '../../ports.ts'
import { isRefusal, type Refusal } from '../../refusal.ts'
import { answered } from '../engine/knowledge.ts'
import type { Offer } from '../remedies/offers.ts'
import { needsCare, needsSnapshot, repairVerb } from '../remedies/verbs.ts'
import { agreed } from './agreed.ts'
import { type Diagnosis, noting, stepOf, type Undertaking } from './diagnosis.ts'
import { watchedFor } from './helped.ts'
import { type Consent, consentFor, mayNot } from './may.ts'
import { needsLook, orderFor } from './orders.ts'
import { accountFor } from './password-account.ts'
import { ruled } from './ruled.ts'

/** The diagnosis as it is then, and what follows beside redrawing it. */
export type Undertaken = { next: Diagnosis; queue: readonly Queued[] }

/** From asking to the end: meanwhile nothing else is begun, and nothing is read again. */
export const isUnderWay = ({ repair }: Diagnosis): boolean =>
  repair !== undefined && ['asked', 'agreed', 'setting', 'sending', 'running'].includes(repair.state)

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
  if (first === undefined || offer === undefined) return { code: 'not-offered' }
  const ordered = orderFor(known, vm, offer)
  if (ordered === undefined)
    return vm !== undefined && needsLook(known, vm, offer)
      ? lookFirst(ports, asker, diagnosis, vm, offer)
      : notOrdered(known, vm, offer)

  const on = ordered.vm.id === vm?.id ? vm : await ruled(ports, known, ordered.vm)
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

/** The press is the yes to one look inside Windows; what it shows says whether the remedy can be asked for. */
function lookFirst(
  ports: Ports,
  asker: Asker,
  diagnosis: Diagnosis,
  vm: VmSummary,
  { remedy, approval }: Offer,
): Undertaken | Refusal {
  const verb = repairVerb(remedy)
  if (verb === undefined) return { code: 'not-offered' }
  const consent = consentFor(ports.policies.current(), asker, vm, verb, approval)
  if (isRefusal(consent)) return consent
  const shut = mayNot(ports, asker, vm, 'look-inside')
  if (shut !== undefined) return shut
  const now = ports.clock.now()
  const { ended: _, repair: __, may: ___, ...rest } = diagnosis
  const known = answered(diagnosis.known, 'Q-CONSENT', 'allow_once', now)
  return {
    next: noting({ ...rest, status: 'reading', known }, { what: 'answered', question: 'Q-CONSENT', at: now }),
    queue: [],
  }
}

/** A password is refused with the reason: whoever is told nothing would try by hand, and VMAccess takes any name. */
function notOrdered(known: Diagnosis['known'], vm: VmSummary | undefined, { remedy }: Offer): Refusal {
  if (remedy !== 'reset_password' || vm === undefined) return { code: 'not-offered' }
  const account = accountFor(known)
  return 'not' in account
    ? { code: 'account-unproven', vm: vm.name, say: account.not }
    : { code: 'not-offered' }
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
  if (consent.by === 'asker') {
    const { lapseMinutes } = ports.policies.current()
    const free = agreed(diagnosis, repair, { now, lapseMinutes })
    return { next: noting({ ...diagnosis, repair: free.repair }, note), queue: free.queue }
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
