/**
 * Whom the policy lets diagnose and mend what.
 *
 * Looking needs nobody's agreement: a rule that asks for one before a port is opened lets its people look at once. Looking inside Windows
 * is a verb of its own, so that VMs are opted in by rule, and so is each remedy. A remedy that takes two takes two even where a rule would
 * leave it to one.
 */
import { activePerson } from '../../access/people.ts'
import { couldSee, judge, type Policy, type Rule, type Verb } from '../../access/policy.ts'
import { Fault } from '../../fault.ts'
import type { Asker } from '../../handled.ts'
import type { Ports, VmSummary } from '../../ports.ts'
import { isRefusal, type Refusal } from '../../refusal.ts'
import type { RemedyId } from '../catalogue/remedies/index.ts'
import { APPROVALS, type Approval } from '../catalogue/scales.ts'
import { type RepairVerb, repairVerb } from '../remedies/verbs.ts'
import { type Diagnosis, stepOf } from './diagnosis.ts'
import { isInside, needsLook, type Ordered, orderFor } from './orders.ts'
import { ruled } from './ruled.ts'

type Person = Pick<Asker, 'groups'> & { person: Pick<Asker['person'], 'id'> }

/** Why this person may not; undefined when they may. Judged anew each time, with the policy as it is now. */
export function mayNot(
  { policies, guest }: Pick<Ports, 'policies' | 'guest'>,
  asker: Person,
  vm: VmSummary,
  verb: 'diagnose' | 'look-inside' = 'diagnose',
): Refusal | undefined {
  if (verb === 'look-inside' && guest === 'closed') return { code: 'windows-closed' }
  const verdict = judge(policies.current(), asked(asker, vm, verb))
  if (verdict.kind !== 'refuse') return undefined
  return verdict.refusal.code === 'no-rule' ? { code: 'may-not-diagnose', vm: vm.name } : verdict.refusal
}

const asked = ({ person, groups }: Person, vm: VmSummary, verb: Verb) => ({
  verb,
  person: { id: person.id, groups },
  vm,
  minutes: 0,
  reason: undefined,
})

/** Whose agreement it takes: the asker's own, or that of somebody whom these rules name. */
export type Consent = { by: 'asker' } | { by: 'approvers'; rules: readonly [Rule, ...Rule[]] }

/** @param least what the catalogue wants at least, and more where this VM has more to lose */
export function consentFor(
  policy: Policy,
  asker: Person,
  vm: VmSummary,
  verb: RepairVerb,
  least: Approval,
): Consent | Refusal {
  const question = asked(asker, vm, verb)
  const verdict = judge(policy, question)
  if (verdict.kind === 'refuse')
    return verdict.refusal.code === 'no-rule'
      ? { code: 'may-not-repair', vm: vm.name, verb }
      : verdict.refusal
  if (verdict.kind === 'ask') return { by: 'approvers', rules: verdict.rules }
  if (APPROVALS.indexOf(least) <= APPROVALS.indexOf('self')) return { by: 'asker' }
  // A rule that leaves it to one person names nobody else; one that asks may stand beside it.
  const rules = policy.rules.filter(({ effect }) => effect !== 'allow')
  const stricter = judge({ ...policy, rules }, question)
  return stricter.kind === 'ask'
    ? { by: 'approvers', rules: stricter.rules }
    : { code: 'needs-approver', vm: vm.name, verb }
}

/** `looks`: the press is the yes to a look inside Windows, without which the remedy cannot be asked for. */
export type Askable = { remedy: RemedyId; by: Consent['by']; looks?: true }

/** Which remedies of the verdict are buttons for this person now. Each is judged again at its press. */
export async function askable(
  ports: Ports,
  asker: Person,
  diagnosis: Diagnosis,
): Promise<readonly Askable[]> {
  if (ports.repairs === undefined) return []
  const { vm, offers } = stepOf(diagnosis).assessment
  const buttons: Askable[] = []
  for (const offer of offers) {
    const ordered = orderFor(diagnosis.known, vm, offer)
    const looks = ordered === undefined && needsLook(diagnosis.known, vm, offer)
    const verb = ordered?.verb ?? (looks ? repairVerb(offer.remedy) : undefined)
    if (verb === undefined) continue
    if (ports.guest === 'closed' && ordered !== undefined && isInside(ordered)) continue
    const on =
      ordered === undefined || ordered.vm.id === vm?.id
        ? vm
        : await knownTarget(ports, diagnosis.known, ordered.vm)
    if (on === undefined || (looks && mayNot(ports, asker, on, 'look-inside') !== undefined)) continue
    const consent = consentFor(ports.policies.current(), asker, on, verb, offer.approval)
    if (!isRefusal(consent))
      buttons.push({ remedy: offer.remedy, by: consent.by, ...(looks ? { looks } : {}) })
  }
  return buttons
}

/** Azure that does not answer leaves words instead of a button. */
async function knownTarget(
  ports: Ports,
  known: Diagnosis['known'],
  on: Ordered['vm'],
): Promise<VmSummary | undefined> {
  try {
    return await ruled(ports, known, on)
  } catch (error) {
    if (error instanceof Fault) return undefined
    throw error
  }
}

/** Whoever asked, as the directory knows them now. Somebody who is gone is in no group. */
export async function askerOf({ directory }: Pick<Ports, 'directory'>, { by }: Diagnosis): Promise<Asker> {
  const active = await activePerson(directory, by.person)
  if (active !== undefined) return active
  const person = { id: by.person, name: by.name, upn: '', enabled: false, kind: 'member' } as const
  return { person, groups: new Set() }
}

/** Those of these VMs that the person may know about. */
export const visibleTo = (
  { policies }: Pick<Ports, 'policies'>,
  { person, groups }: Person,
  vms: readonly VmSummary[],
): readonly VmSummary[] => vms.filter(vm => couldSee(policies.current(), { id: person.id, groups }, vm))

/** Those of these VMs that the person may diagnose: what is left out is, for a diagnosis, not there. */
export const diagnosable = (
  ports: Pick<Ports, 'policies'>,
  asker: Person,
  vms: readonly VmSummary[],
): readonly VmSummary[] => visibleTo(ports, asker, vms).filter(vm => mayNot(ports, asker, vm) === undefined)
