/** "Extend": judged afresh for the person, the VM, the address and the whole time, from the opening to the new end. */

import { advance } from '../advance.ts'
import type { Intent } from '../command/intent.ts'
import { Fault } from '../fault.ts'
import type { Asker, Handled } from '../handled.ts'
import type { RequestId } from '../ids.ts'
import type { Ports, Queued, Task } from '../ports.ts'
import type { Refusal } from '../refusal.ts'
import { seat } from './people.ts'
import { judge } from './policy.ts'
import type { AccessRequest } from './request.ts'
import { policyFor, subjectOf } from './role-instance/role-instance.ts'

type Open = Extract<AccessRequest, { status: 'open' }>

export async function extend(
  ports: Ports,
  stored: { settles: Task; queue: readonly Queued[] },
  id: RequestId,
  asker: Asker,
  intent: Extract<Intent, { do: 'extend' }>,
): Promise<Handled> {
  const { state } = await ports.store.load(id)
  const me = asker.person.id
  const refuse = (refusal: Refusal): Handled => ({ ok: false, refusal, state })
  if (state.status === 'none' || state.ask.by.person !== me) return refuse({ code: 'not-requester' })
  if (state.status !== 'open') return refuse({ code: 'not-open', status: state.status })
  if (intent.minutes === undefined) return refuse({ code: 'extend-needs-time', request: id })
  if (state.extension) return refuse({ code: 'extension-waiting', minutes: state.extension.minutes })
  if (ports.clock.now() >= state.until) return refuse({ code: 'not-open', status: 'closing' })

  const { ask, source } = state
  const { minutes, reason } = intent
  const [vm, gone] = await Promise.all([subjectOf(ports, ask), jitGone(ports, state)])
  if (!vm) return refuse({ code: 'vm-not-found', name: ask.vm.name, near: [] })
  if (gone) return refuse(gone)
  const verdict = judge(policyFor(ports.policies.current(), ask), {
    verb: 'connect',
    person: { id: me, groups: asker.groups },
    vm,
    minutes: totalWith(state, minutes),
    reason: reason === '' ? ask.reason : reason,
    source,
  })
  if (verdict.kind === 'refuse') return refuse(inWhole(verdict.refusal))
  const command = { type: 'ask-extension', by: me, minutes, reason } as const
  if (verdict.kind === 'allow') {
    const rule = verdict.rule.id
    return advance(ports, id, { ...command, rule, seats: [], others: [], allowedBy: rule }, stored)
  }
  const rule = verdict.rules[0].id
  const { seats, others, tried } = await seat(ports, verdict.rules, me)
  if (seats.length === 0) return refuse({ code: 'no-approver', rule, tried })
  return advance(ports, id, { ...command, rule, seats, others }, stored)
}

/** How long it would be open in all, in minutes. */
export const totalWith = ({ openedAt, until }: Open, minutes: number): number =>
  Math.ceil((until - openedAt) / 60_000) + minutes

/** What was asked for is the rest; what the rule limits is the whole. */
const inWhole = (refusal: Refusal): Refusal =>
  refusal.code === 'too-long'
    ? { code: 'extension-too-long', total: refusal.asked, most: refusal.most, rule: refusal.rule }
    : refusal

/** Without its JIT access policy nothing is renewed, so nothing longer is promised. */
async function jitGone({ jit }: Ports, { ask }: Open): Promise<Refusal | undefined> {
  if (ask.instance !== undefined) return undefined
  try {
    await jit.windows(ask.vm.id, ask.port)
    return undefined
  } catch (error) {
    if (error instanceof Fault && error.kind === 'missing') return { code: 'no-jit-policy', vm: ask.vm.name }
    throw error
  }
}
