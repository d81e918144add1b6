/** "Why": what the policy would say, without asking anybody for anything. */
import type { Intent } from '../command/intent.ts'
import type { Asker, Handled } from '../handled.ts'
import { whyMessage } from '../message/answers.ts'
import type { Ports, VmSummary } from '../ports.ts'
import { parseInstanceRef } from '../rdp/cloud-service/target.ts'
import { isRefusal, type Refusal } from '../refusal.ts'
import { findVm } from './find.ts'
import { judge, type Policy } from './policy.ts'
import { findService, forInstances, notVm, subject } from './role-instance/role-instance.ts'

type Why = Extract<Intent, { do: 'why' }>
/** What the policy is asked about, under the name that people use, and the rules that speak of it. */
type Meant = { vm: VmSummary; called: string; policy: Policy }

export async function why(ports: Ports, { person, groups }: Asker, intent: Why): Promise<Handled> {
  const policy = ports.policies.current()
  const minutes = intent.minutes ?? policy.defaultMinutes
  const asker = { id: person.id, groups }
  const found = await meant(ports, policy, asker, intent)
  if (isRefusal(found)) return { refusal: found }
  const { vm, called } = found
  const verdict = judge(found.policy, { verb: 'connect', person: asker, vm, minutes, reason: undefined })
  return { say: whyMessage({ ...vm, name: called }, minutes, verdict) }
}

async function meant(
  ports: Ports,
  policy: Policy,
  asker: Parameters<typeof findVm>[2],
  intent: Why,
): Promise<Meant | Refusal> {
  const ref = 'typed' in intent.vm ? parseInstanceRef(intent.vm.typed) : undefined
  if (ref !== undefined) {
    const service = await findService(ports, policy, asker, ref)
    if (isRefusal(service)) return service
    const called = `${service.name}/${ref.instance ?? '*'}`
    return { vm: subject(service), called, policy: forInstances(policy) }
  }
  const vm = await findVm(ports.machines, policy, asker, intent.vm, found => ({
    ...intent,
    vm: { id: found.id },
  }))
  return isRefusal(vm) ? notVm(ports, policy, asker, vm) : { vm, called: vm.name, policy }
}
