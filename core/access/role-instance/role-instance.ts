/**
 * Role instances of Cloud Services among the things that access is asked for: which service is meant, and what the policy says about it.
 *
 * To the policy a service is what a VM is: a name, a resource group, a subscription and tags. Only a rule whose routes name `role-instance`
 * lets anybody in; a rule that forbids, forbids these too.
 */
import { Fault } from '../../fault.ts'
import { earliest, type Instant, instant, later, type RequestId, type VmId } from '../../ids.ts'
import type { FoundService, Ports, VmSummary } from '../../ports.ts'
import { chooseService } from '../../rdp/cloud-service/judge.ts'
import type { InstanceRef } from '../../rdp/cloud-service/target.ts'
import { isRefusal, type Refusal } from '../../refusal.ts'
import { couldSee, type Policy, type Question } from '../policy.ts'
import type { AccessRequest, Ask } from '../request.ts'
import { endOf } from './account-decide.ts'

/** The rules that speak of what is asked for: of a VM, or of a role instance. */
export const policyFor = (policy: Policy, { instance }: Pick<Ask, 'instance'>): Policy =>
  instance === undefined ? policy : forInstances(policy)

export const forInstances = (policy: Policy): Policy => ({
  ...policy,
  rules: policy.rules.filter(
    ({ effect, routes }) => effect === 'forbid' || routes?.includes('role-instance') === true,
  ),
})

/** What was asked for, as it is now; undefined when it is gone. */
export async function subjectOf(
  { machines, services }: Pick<Ports, 'machines' | 'services'>,
  { vm, instance }: Pick<Ask, 'vm' | 'instance'>,
): Promise<VmSummary | undefined> {
  if (instance === undefined) return machines.byId(vm.id)
  const found = (await services?.named(instance.service))?.find(
    ({ id, kind }) => kind === 'supported' && id.toLowerCase() === vm.id,
  )
  return found && subject(found)
}

/** INVARIANT: the id is asked about at `services` alone; no call about VMs takes it. */
export const subject = ({ id, ...place }: FoundService, name: string = place.name): VmSummary => ({
  id: id.toLowerCase() as VmId,
  name,
  subscription: place.subscription,
  resourceGroup: place.resourceGroup,
  location: place.location,
  os: 'windows',
  tags: place.tags,
})

/** The service that is meant, among those that the person may know about. What still works is meant before what is retired. */
export async function findService(
  { services }: Pick<Ports, 'services'>,
  policy: Policy,
  person: Question['person'],
  ref: InstanceRef,
): Promise<FoundService | Refusal> {
  const name = ref.instance === undefined ? ref.service : `${ref.service}/${ref.instance}`
  const found = (await services?.named(ref.service)) ?? []
  const visible = found.filter(one =>
    couldSee(one.kind === 'supported' ? forInstances(policy) : policy, person, subject(one)),
  )
  const supported = visible.filter(
    ({ kind, id }) =>
      kind === 'supported' && (ref.id === undefined || ref.id.toLowerCase() === id.toLowerCase()),
  )
  if (supported.length > 1) {
    const ids = supported.map(({ id }) => `${id}/roleInstances/${ref.instance ?? '*'}`)
    return { code: 'which-service', name, ids }
  }
  const chosen = chooseService(ref.id === undefined ? visible : supported)
  if (chosen === undefined) return { code: 'instance-not-found', name }
  return 'retired' in chosen ? { code: 'retired', why: chosen.retired } : chosen
}

/** There is no VM of this name; a Cloud Service, or something that is retired, may have it. */
export async function notVm(
  ports: Pick<Ports, 'services'>,
  policy: Policy,
  person: Question['person'],
  refusal: Refusal,
): Promise<Refusal> {
  if (refusal.code !== 'vm-not-found' || ports.services === undefined) return refusal
  try {
    const found = await findService(ports, policy, person, { service: refusal.name })
    if (isRefusal(found)) return found.code === 'retired' ? found : refusal
    const { instances } = await ports.services.report(found.id)
    return { code: 'which-instance', service: found.name, instances: instances.map(({ name }) => name) }
  } catch (error) {
    // It would only have been a better answer.
    if (error instanceof Fault) return refusal
    throw error
  }
}

/** When the access of somebody else to one of these roles ends, at the latest: there is one account for a role. */
export function takenUntil(
  states: readonly AccessRequest[],
  { role, self }: { role: string | undefined; self?: RequestId },
  now: Instant,
): Instant | undefined {
  const ends = states.flatMap((state): Instant[] => {
    if (state.status !== 'opening' && state.status !== 'open' && state.status !== 'closing') return []
    const { ask, account, minutes } = state
    if (ask.id === self || ask.instance === undefined) return []
    const theirs = ask.instance.role
    const isOther = role !== undefined && theirs !== undefined && role.toLowerCase() !== theirs.toLowerCase()
    if (isOther) return []
    // What is being shut is there until it is seen shut.
    const end = account?.expiresAt ?? endOf(later(now, minutes))
    return [instant(Math.max(end, later(now, 1)))]
  })
  return ends.length === 0 ? undefined : earliest(...ends)
}
