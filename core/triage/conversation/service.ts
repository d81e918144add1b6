/**
 * Remedies on a Cloud Service: which role or instance is meant, and the service as the rules of the policy see it.
 *
 * A role has one account for Remote Desktop. Where it is one of ours, somebody has access through a request; a remedy that took it over would
 * end that, so there the way is to ask for access.
 */
import type { VmId } from '../../ids.ts'
import type { VmSummary } from '../../ports.ts'
import { OURS } from '../../rdp/cloud-service/words.ts'
import { look } from '../checks/scene.ts'
import type { Knowledge } from '../engine/knowledge.ts'
import type { CloudService } from '../readings.ts'
import type { Offer } from '../remedies/offers.ts'
import type { RepairVerb } from '../remedies/verbs.ts'
import type { Ordered } from './orders.ts'

type ServiceVerb = Extract<RepairVerb, `cs-${string}`>
type Known = CloudService & { id: string }

/** How long the account of a remedy lives: a day of work. Azure ends it by itself. */
export const SERVICE_ACCOUNT_MINUTES = 8 * 60

export const isServiceVerb = (verb: RepairVerb): verb is ServiceVerb => verb.startsWith('cs-')

/** The Cloud Service of a diagnosis, under the name and the place by which rules know it. Undefined: it is about none that still lives. */
export function serviceIn({ facts }: Knowledge): (VmSummary & { service: Known }) | undefined {
  const service = facts.cloudService?.read === true ? facts.cloudService.value : undefined
  if (service === undefined || service.classic || service.id === undefined) return undefined
  const { id, name, tags = {} } = service
  const [, , subscription = '', , resourceGroup = ''] = id.split('/')
  return {
    // INVARIANT: nothing but rules is asked about it; no call to Azure takes it for a VM.
    id: id.toLowerCase() as VmId,
    name,
    subscription: { id: subscription, name: subscription },
    resourceGroup,
    location: '',
    os: 'windows',
    tags,
    service: { ...service, id },
  }
}

/** Undefined: what it needs was not seen. */
export function orderOnService(
  known: Knowledge,
  verb: ServiceVerb,
  { what }: Offer['details'],
): Ordered | undefined {
  const found = serviceIn(known)
  if (found === undefined) return undefined
  const { service, name } = found
  const vm = { id: service.id, name }
  if (verb === 'cs-restart-instance') {
    const instance = instanceIn(known, service)
    return instance === undefined
      ? undefined
      : {
          ...{ verb, vm: { id: service.id, name: `${name}/${instance}` } },
          order: { do: verb, service: service.id, instance },
          how: [`The instance is ${instance}.`],
        }
  }
  const role = service.roles.find(one => one.role === what)
  if (role === undefined || role.extension?.startsWith(OURS) === true) return undefined
  const ends = `The account ends by itself after ${SERVICE_ACCOUNT_MINUTES / 60} hours.`
  if (verb === 'cs-enable-rdp') {
    const how = [`The role is ${role.role}. It gets a new account.`, ends]
    return role.rdpExtension
      ? undefined
      : { verb, vm, how, order: { do: verb, service: service.id, role: role.role } }
  }
  const { user: account } = role
  return account === undefined || account === ''
    ? undefined
    : {
        ...{ verb, vm },
        order: { do: verb, service: service.id, role: role.role, account },
        how: [`The role is ${role.role}, the account is ${account}.`, ends],
      }
}

/** The instance that was named; else the only one that is not ready. */
function instanceIn(known: Knowledge, { instances }: Known): string | undefined {
  const named = look(known).said.named.instances.map(name => name.toLowerCase())
  const typed = instances.find(({ name }) => named.some(one => one.endsWith(name.toLowerCase())))
  if (typed !== undefined) return typed.name
  const [only, ...more] = instances.filter(({ state }) => state === 'not-ready')
  return more.length === 0 ? only?.name : undefined
}
