/**
 * The approver's part of a remedy: agree, or deny with a reason.
 *
 * Authority is judged at the press, for the person who pressed, with the policy and the directory as they are now, and so is whether the asker
 * may still ask. Nobody decides about what they asked for themselves. What is decided, withdrawn or lapsed stays so, whoever presses later.
 */
import { activePerson, seat } from '../../access/people.ts'
import { mayDecide } from '../../access/policy.ts'
import type { Intent } from '../../command/intent.ts'
import type { Asker, Handled } from '../../handled.ts'
import type { DiagnosisId, Instant, PersonId } from '../../ids.ts'
import { approvalMessage } from '../../message/diagnosis/approval.ts'
import type { Address, Effect, Ports, Queued, Task } from '../../ports.ts'
import { isRefusal, type Refusal } from '../../refusal.ts'
import { REMEDIES } from '../catalogue/remedies/index.ts'
import { agreed } from './agreed.ts'
import { copiesFor, everyCopy } from './begin.ts'
import { type Diagnosis, noting, type Undertaking } from './diagnosis.ts'
import { consentFor } from './may.ts'
import { ruled } from './ruled.ts'
import { unknownOutcome } from './secret.ts'

type Decision = Extract<Intent, { do: 'agree' | 'refuse' }>
type Asking = NonNullable<Undertaking['asking']>

const MOST_RACES = 20

export async function decideRepair(
  ports: Ports,
  task: Task,
  decider: Asker,
  intent: Decision,
  home: Address,
): Promise<Handled> {
  const { store } = ports
  const { diagnosis: about, repair: key } = intent
  if (intent.do === 'refuse' && intent.reason === '')
    return { refusal: { code: 'refuse-needs-reason', diagnosis: about, repair: key } }
  for (let race = 0; race < MOST_RACES; race += 1) {
    const found = await store.diagnosis(intent.diagnosis)
    const { repair } = found?.diagnosis ?? {}
    // Strangers learn nothing, not even that there is something.
    if (found === undefined || repair?.asking === undefined) return { refusal: { code: 'diagnosis-gone' } }
    const { diagnosis, version } = found
    const made = await decided(ports, diagnosis, repair, repair.asking, decider, intent)
    if (isRefusal(made)) {
      // The pressed copy may be old: it is drawn as things stand.
      await store.queue(copiesFor(diagnosis, decider.person.id))
      return { refusal: made }
    }
    const { next, works } = made
    const outcome = await store.keep({
      diagnosis: next,
      expected: version,
      queue: [...everyCopy(next), ...works, ...answer(next, repair, repair.asking, decider, home)],
      settles: task,
    })
    if (outcome === 'kept') return { kept: next, card: approvalMessage(next, repair.key) }
    if (outcome === 'lease-lost') return outcome
  }
  throw new Error(`diagnosis ${intent.diagnosis} kept changing`)
}

/** Whoever was shown no card, and typed the reference, would not see what came of it. */
const answer = (
  next: Diagnosis,
  { key }: Undertaking,
  { seats }: Asking,
  { person }: Asker,
  to: Address,
): readonly Queued[] =>
  seats.some(seat => seat.person === person.id)
    ? []
    : [{ effect: { do: 'say', to, message: approvalMessage(next, key) } }]

async function decided(
  ports: Ports,
  diagnosis: Diagnosis,
  repair: Undertaking,
  asking: Asking,
  decider: Asker,
  intent: Decision,
): Promise<{ next: Diagnosis; works: readonly Queued[] } | Refusal> {
  const by = { person: decider.person.id, name: decider.person.name }
  const isSeated = asking.seats.some(({ person }) => person === by.person)
  if (diagnosis.by.person === by.person) return { code: 'own-request' }
  if (repair.key !== intent.repair || repair.state !== 'asked') {
    if (!isSeated) return { code: 'diagnosis-gone' }
    const name = repair.key === intent.repair ? asking.decided?.name : undefined
    return { code: 'repair-settled', ...(name === undefined ? {} : { by: name }) }
  }
  const now = ports.clock.now()
  if (now >= asking.lapsesAt) return { code: 'lapsed', at: asking.lapsesAt }
  // Whoever was asked may say no, whatever has changed since: a denial does nothing.
  const authority =
    intent.do === 'refuse' && isSeated
      ? { rule: asking.rule }
      : await authorityOver(ports, diagnosis, repair, asking, decider)
  if (isRefusal(authority)) return authority
  const { rule } = authority
  const settled = { ...asking, decided: { ...by, at: now } }
  const note = { remedy: repair.remedy, by: by.person, rule, at: now } as const
  if (intent.do === 'agree') {
    const { lapseMinutes } = ports.policies.current()
    const free = agreed(diagnosis, { ...repair, asking: settled }, { now, lapseMinutes })
    return {
      next: noting({ ...diagnosis, repair: free.repair }, { what: 'approved', ...note }),
      works: free.queue,
    }
  }
  const denied: Undertaking = { ...repair, state: 'denied', asking: settled, say: intent.reason }
  return { next: noting({ ...diagnosis, repair: denied }, { what: 'denied', ...note }), works: [] }
}

/** The rule under which this person may decide now, or why not. */
async function authorityOver(
  ports: Ports,
  { by, known }: Diagnosis,
  { vm: on, verb, remedy }: Undertaking,
  asking: Asking,
  { person, groups }: Asker,
): Promise<{ rule: string } | Refusal> {
  const { directory, policies } = ports
  const { name } = on
  const [active, manager, vm] = await Promise.all([
    activePerson(directory, by.person),
    directory.managerOf(by.person),
    ruled(ports, known, on),
  ])
  if (active?.person.kind !== 'member') return { code: 'requester-gone', name: by.name }
  if (vm === undefined) return { code: 'vm-not-found', name, near: [] }
  const policy = policies.current()
  const consent = consentFor(policy, active, vm, verb, REMEDIES[remedy].approval)
  if (isRefusal(consent)) return { code: 'asker-may-not', name: by.name, vm: name, verb }
  // The policy leaves it to the asker by now: those who were named may still say it.
  const rules =
    consent.by === 'approvers' ? consent.rules : policy.rules.filter(rule => rule.id === asking.rule)
  const rule = mayDecide(rules, { id: person.id, groups }, { id: by.person, manager: manager?.id })
  return rule === undefined ? { code: 'not-approver', rule: asking.rule } : { rule: rule.id }
}

/** Nobody decided in time, or nobody had the password made that was agreed to. Repeating is safe. */
export async function lapse(ports: Ports, task: Task, id: DiagnosisId, key: string): Promise<void> {
  const { store, clock } = ports
  const found = await store.diagnosis(id)
  const repair = found?.diagnosis.repair
  const ended = repair?.key === key ? lapsed(repair, clock.now()) : undefined
  if (found === undefined || repair === undefined || ended === undefined) {
    await store.settle(task, { how: 'done' })
    return
  }
  const diagnosis = noting(
    { ...found.diagnosis, repair: ended },
    { what: 'lapsed', remedy: repair.remedy, at: clock.now() },
  )
  const kept = await store.keep({
    diagnosis,
    expected: found.version,
    queue: everyCopy(diagnosis),
    settles: task,
  })
  // Somebody who decided in this very moment was faster; look again.
  if (kept === 'stale') await store.settle(task, { how: 'again', afterMs: 100 })
}

/** Undefined: it does not wait any more, or not only until now. */
function lapsed(repair: Undertaking, now: Instant): Undertaking | undefined {
  switch (repair.state) {
    case 'asked':
      return { ...repair, state: 'lapsed' }
    case 'agreed':
      return repair.until === undefined || now < repair.until ? undefined : { ...repair, state: 'lapsed' }
    case 'setting':
      return repair.until === undefined || now < repair.until
        ? undefined
        : { ...repair, state: 'failed', say: unknownOutcome(repair) }
    default:
      return undefined
  }
}

/** Somebody who was to decide cannot be reached there: the next one whom the rule names is asked, or it ends in words. Repeating is safe. */
export async function reseatRepair(
  ports: Ports,
  { diagnosis: id, slot, to }: Extract<Effect, { do: 'report' }>,
): Promise<void> {
  const { store, policies } = ports
  for (let race = 0; race < MOST_RACES; race += 1) {
    const found = await store.diagnosis(id)
    const repair = found?.diagnosis.repair
    if (found === undefined || repair?.asking === undefined || repair.state !== 'asked') return
    if (!slot.startsWith(`approver:${repair.key}:`)) return
    const { asking } = repair
    const left = asking.seats
      .map(seated => ({
        ...seated,
        at: seated.at.filter(({ platform, key }) => platform !== to.platform || key !== to.key),
      }))
      .filter(({ at }) => at.length > 0)
    const lost = [...new Set<PersonId>([...asking.unreached, ...asking.seats.map(({ person }) => person)])]
    const rules = policies.current().rules.filter(rule => rule.id === asking.rule)
    const seating =
      left.length > 0
        ? { seats: left, others: asking.others, tried: [] }
        : await seat(ports, rules, found.diagnosis.by.person, new Set(lost))
    const { seats, others, tried } = seating
    const next: Undertaking =
      seats.length > 0
        ? {
            ...repair,
            asking: { ...asking, seats, others, unreached: left.length > 0 ? asking.unreached : lost },
          }
        : {
            ...repair,
            state: 'unanswerable',
            say: tried.length > 0 ? tried.join(' ') : 'Nobody whom the rule names can be reached.',
          }
    const diagnosis = { ...found.diagnosis, repair: next }
    const outcome = await store.keep({ diagnosis, expected: found.version, queue: everyCopy(diagnosis) })
    if (outcome !== 'stale') return
  }
}
