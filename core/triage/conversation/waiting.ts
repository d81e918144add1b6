/**
 * Remedies that wait: for somebody's decision, or for their asker. What is typed about one becomes the same intent as a press on its card, so
 * it is judged in the same way; whatever has to be typed or said before a remedy is asked for was done by its asker then.
 */
import { type AccessRequest, isWaiting } from '../../access/request.ts'
import type { Intent, Which } from '../../command/intent.ts'
import type { DiagnosisId, PersonId, RequestId } from '../../ids.ts'
import { refOf } from '../../ids.ts'
import type { Ports } from '../../ports.ts'
import type { Refusal } from '../../refusal.ts'
import { REMEDIES } from '../catalogue/remedies/index.ts'
import type { Diagnosis, Undertaking } from './diagnosis.ts'

export type WaitingRemedy = { diagnosis: Diagnosis; repair: Undertaking }

type Typed = Extract<Intent, { do: 'approve' | 'deny' }> | { do: 'cancel'; which: Which }
type Meant = Extract<Intent, { do: 'agree' | 'refuse' }> | { do: 'leave'; diagnosis: DiagnosisId }

/** Oldest first. `mine`: asked for by this person, waiting for an approver or for themselves. `theirs`: of others, waiting for this person. */
export async function remediesFor(
  { store }: Pick<Ports, 'store'>,
  person: PersonId,
): Promise<{ mine: readonly WaitingRemedy[]; theirs: readonly WaitingRemedy[] }> {
  const all = (await store.remediesOf(person)).flatMap(undertaken)
  const isOwn = ({ diagnosis }: WaitingRemedy) => diagnosis.by.person === person
  return { mine: all.filter(isOwn), theirs: all.filter(each => !isOwn(each)) }
}

/** By which people name it: that of the undertaking, so that a reference never means a later one. */
export const remedyRef = ({ key }: Pick<Undertaking, 'key'>): string => refOf(key as RequestId)

/** "Restart VM, vm01" */
export const remedyName = ({ remedy, vm }: Pick<Undertaking, 'remedy' | 'vm'>): string =>
  `${REMEDIES[remedy].button}, ${vm.name}`

/**
 * What a typed decision or withdrawal means where it means a remedy; or the question which one. Undefined: it is about a request, or about
 * nothing that waits.
 *
 * @param requests those among which the same words are looked for
 */
export async function remedyMeant(
  ports: Pick<Ports, 'store'>,
  intent: Typed,
  me: PersonId,
  requests: readonly AccessRequest[],
): Promise<Meant | Refusal | undefined> {
  const { which } = intent
  if (which !== 'only' && 'id' in which) return undefined
  const waiting = await remediesFor(ports, me)
  const own = intent.do === 'cancel' ? waiting.mine : waiting.theirs
  const asked = requests.flatMap(state => (state.status === 'none' ? [] : [state]))
  if (which === 'only') {
    const open = intent.do === 'cancel' ? asked : asked.filter(state => isWaiting(state))
    return chosen(intent, own, open)
  }
  const typed = which.typed.toLowerCase()
  const isNamed = (ref: string, vm: string) => ref.toLowerCase() === typed || vm.toLowerCase() === typed
  const remedies = own.filter(({ repair }) => isNamed(remedyRef(repair), repair.vm.name))
  const here = asked.filter(({ ask }) => isNamed(refOf(ask.id), ask.vm.name) || ask.id === typed)
  if (remedies.length > 0 || here.length > 0) return chosen(intent, remedies, here)
  if (intent.do === 'cancel') return undefined
  // Whoever a rule names may decide what they were not shown.
  const byRef = (await ports.store.remediesByRef(which.typed)).flatMap(undertaken)
  return byRef.length === 0 ? undefined : chosen(intent, byRef, [])
}

type Known = Exclude<AccessRequest, { status: 'none' }>

function chosen(
  intent: Typed,
  remedies: readonly WaitingRemedy[],
  requests: readonly Known[],
): Meant | Refusal | undefined {
  const [only, ...more] = remedies
  if (only === undefined) return undefined
  if (more.length === 0 && requests.length === 0) return decisionOn(intent, only)
  return {
    code: 'which-request',
    refs: [
      ...requests.map(({ ask }) => ({
        ref: refOf(ask.id),
        vm: ask.vm.name,
        intent: { ...intent, which: { id: ask.id } },
      })),
      ...remedies.flatMap(remedy => {
        const decision = decisionOn(intent, remedy)
        const { repair } = remedy
        return 'code' in decision
          ? []
          : [{ ref: remedyRef(repair), vm: remedyName(repair), intent: decision as Intent }]
      }),
    ],
  }
}

function decisionOn(intent: Typed, { diagnosis: { id }, repair }: WaitingRemedy): Meant | Refusal {
  switch (intent.do) {
    case 'approve':
      return intent.minutes === undefined
        ? { do: 'agree', diagnosis: id, repair: repair.key }
        : { code: 'remedy-has-no-time', what: remedyName(repair) }
    case 'deny':
      return { do: 'refuse', diagnosis: id, repair: repair.key, reason: intent.reason }
    case 'cancel':
      return { do: 'leave', diagnosis: id }
  }
}

const undertaken = (diagnosis: Diagnosis): readonly WaitingRemedy[] =>
  diagnosis.repair === undefined ? [] : [{ diagnosis, repair: diagnosis.repair }]
