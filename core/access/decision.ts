/** Approve and deny: authority is judged at the press, for the person who pressed, with the policy and the directory as they are now. */

import { advance } from '../advance.ts'
import type { Intent } from '../command/intent.ts'
import type { Asker, Handled } from '../handled.ts'
import type { RequestId } from '../ids.ts'
import type { Ports, Queued, Task } from '../ports.ts'
import type { Refusal } from '../refusal.ts'
import { activePerson } from './people.ts'
import type { Policy, Rule } from './policy.ts'
import { judge, mayDecide } from './policy.ts'
import type { AccessRequest } from './request.ts'

type Decision = Extract<Intent, { do: 'approve' | 'deny' }>

export async function decideOn(
  ports: Ports,
  stored: { settles: Task; queue: readonly Queued[] },
  id: RequestId,
  asker: Asker,
  intent: Decision,
): Promise<Handled> {
  const { state } = await ports.store.load(id)
  const refuse = (refusal: Refusal): Handled => ({ ok: false, refusal, state })
  if (state.status === 'none') return refuse({ code: 'no-such-request', typed: '', waiting: [] })
  const by = { person: asker.person.id, name: asker.person.name }

  if (state.status !== 'asked' || state.ask.by.person === by.person) {
    // decide() has the words for both; nothing needs to be judged for them. Strangers learn nothing either way.
    const seated = state.seats.some(({ person }) => person === by.person) || state.ask.by.person === by.person
    if (!seated) return refuse({ code: 'no-such-request', typed: '', waiting: [] })
    return advance(ports, id, { type: 'deny', by, reason: '' })
  }
  const authority = await authorityOver(ports, state, asker)
  if ('refusal' in authority) return refuse(authority.refusal)
  if (intent.do === 'deny') {
    const { reason } = intent
    if (reason === '') return refuse({ code: 'deny-needs-reason' })
    return advance(ports, id, { type: 'deny', by, reason }, stored)
  }
  const { lapseMinutes } = ports.policies.current()
  return advance(ports, id, { type: 'approve', by, rule: authority.rule.id, lapseMinutes }, stored)
}

/** The rule under which this person may decide now, or why not. */
async function authorityOver(
  ports: Ports,
  { ask }: Extract<AccessRequest, { status: 'asked' }>,
  decider: Asker,
): Promise<{ rule: Rule } | { refusal: Refusal }> {
  const { directory, machines, policies } = ports
  const requester = ask.by.person
  const [active, manager, vm] = await Promise.all([
    activePerson(directory, requester),
    directory.managerOf(requester),
    machines.byId(ask.vm.id),
  ])
  if (active?.person.kind !== 'member') return { refusal: { code: 'requester-gone', name: ask.by.name } }
  if (!vm) return { refusal: { code: 'vm-not-found', name: ask.vm.name, near: [] } }
  const policy = policies.current()
  const verdict = judge(policy, {
    verb: 'connect',
    person: { id: requester, groups: active.groups },
    vm,
    minutes: ask.minutes,
    reason: ask.reason,
  })
  if (verdict.kind === 'refuse') return { refusal: verdict.refusal }
  const rules = verdict.kind === 'ask' ? verdict.rules : askedUnder(policy, ask.rule)
  const rule = mayDecide(
    rules,
    { id: decider.person.id, groups: decider.groups },
    { id: requester, manager: manager?.id },
  )
  return rule ? { rule } : { refusal: { code: 'not-approver', rule: ask.rule } }
}

/** The policy no longer wants an approval: those it used to name may still give it. */
const askedUnder = (policy: Policy, id: string): readonly Rule[] =>
  policy.rules.filter(rule => rule.id === id)
