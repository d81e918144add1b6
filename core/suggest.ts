/**
 * VMs offered while somebody types: those the policy lets them see, and nothing else.
 *
 * A read that never fails: whoever is not known, whatever is no part of a name, and a world that is away give an empty list.
 */
import { couldSee } from './access/policy.ts'
import { writeVmValue } from './command/vm-value.ts'
import { Fault } from './fault.ts'
import type { PersonId, VmId } from './ids.ts'
import { parseVmId } from './ids.ts'
import type { ChatUser, Ports, Suggestion, VmSummary } from './ports.ts'
import { isRefusal } from './refusal.ts'
import { identify } from './who.ts'

/** Slack gives up after three seconds. Source: docs.slack.dev, "external_select" (read 2026-11-20). */
const PATIENCE_MS = 2_500
const MOST_SUGGESTED = 20
/** How many of the VMs asked for last are offered before anything is typed. */
const MOST_REMEMBERED = 5
const MEMORY = 'asked-vms'
/** What can be part of a VM's name. */
const PART = /^[\p{L}\p{M}\p{N}_.-]{1,64}$/u

export function suggest(ports: Ports, who: ChatUser, text: string): Promise<readonly Suggestion[]> {
  const late = ports.clock.pause(PATIENCE_MS).then((): readonly Suggestion[] => [])
  return Promise.race([found(ports, who, text.trim()), late])
}

async function found(ports: Ports, who: ChatUser, text: string): Promise<readonly Suggestion[]> {
  if (text !== '' && !PART.test(text)) return []
  try {
    const asker = await identify(ports, who)
    if (isRefusal(asker) || 'unbound' in asker) return []
    const me = { id: asker.person.id, groups: asker.groups }
    const vms = text === '' ? await askedLast(ports, me.id) : await ports.machines.like(text)
    const policy = ports.policies.current()
    return vms
      .filter(vm => vm.os !== 'linux' && couldSee(policy, me, vm))
      .slice(0, MOST_SUGGESTED)
      .map(suggestionOf)
  } catch (error) {
    if (!(error instanceof Fault)) ports.log.error('suggest-broke', { platform: who.platform }, error)
    else ports.log.warn('suggest-failed', { op: error.op, kind: error.kind }, error)
    return []
  }
}

const suggestionOf = (vm: VmSummary): Suggestion => ({
  value: writeVmValue(vm),
  label: vm.name,
  hint: `${vm.resourceGroup}, ${vm.subscription.name}`,
})

/** Keeps what was asked for, latest first. Losing it does no harm. */
export async function rememberAsked({ store }: Ports, person: PersonId, { id }: VmSummary): Promise<void> {
  const before = await remembered({ store }, person)
  if (before[0] === id) return
  await store.remember(MEMORY, person, [id, ...before.filter(each => each !== id)].slice(0, MOST_REMEMBERED))
}

async function askedLast({ store, machines }: Ports, person: PersonId): Promise<readonly VmSummary[]> {
  const vms = await Promise.all((await remembered({ store }, person)).map(id => machines.byId(id)))
  return vms.filter(vm => vm !== undefined)
}

async function remembered({ store }: Pick<Ports, 'store'>, person: PersonId): Promise<readonly VmId[]> {
  const value = await store.recall(MEMORY, person)
  return Array.isArray(value) ? value.flatMap(text => parseVmId(String(text)) ?? []) : []
}
