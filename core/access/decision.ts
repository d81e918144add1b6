/** Approve and deny: authority is judged at the press, for the person who pressed, with the policy and the directory as they are now. */

import { advance } from '../advance.ts'
import type { Intent } from '../command/intent.ts'
import { Fault } from '../fault.ts'
import type { Asker, Handled } from '../handled.ts'
import type { RequestId } from '../ids.ts'
import { decidedMessage } from '../message/access/approver.ts'
import type { Address, Ports, Queued, Task } from '../ports.ts'
import type { Refusal } from '../refusal.ts'
import { totalWith } from './extend.ts'
import { activePerson } from './people.ts'
import type { Policy, Rule } from './policy.ts'
import { judge, mayDecide } from './policy.ts'
import { jitEntry } from './preflight.ts'
import type { AccessRequest } from './request.ts'
import { policyFor, subjectOf } from './role-instance/role-instance.ts'

type Decision = Extract<Intent, { do: 'approve' | 'deny' }>
type Stored = { settles: Task; queue: readonly Queued[] }
type Known = Exclude<AccessRequest, { status: 'none' }>

/** @param intent for what is `typed`, whatever waits is meant; a button names the extension it was made for */
export async function decideOn(
  ports: Ports,
  stored: Stored,
  id: RequestId,
  asker: Asker,
  intent: Decision & { typed: boolean; home: Address },
): Promise<Handled> {
  const { state } = await ports.store.load(id)
  const refuse = (refusal: Refusal): Handled => ({ ok: false, refusal, state })
  if (state.status === 'none') return refuse({ code: 'no-such-request', typed: '', waiting: [] })
  const by = { person: asker.person.id, name: asker.person.name }
  const waiting = state.status === 'open' ? state.extension : undefined
  const number = intent.extension ?? (intent.typed ? waiting?.number : undefined)
  const extension = number === undefined ? {} : { extension: number }
  const isSeated = state.seats.some(({ person }) => person === by.person)

  const isWaiting = number === undefined ? state.status === 'asked' : waiting?.number === number
  if (state.ask.by.person === by.person) return refuse({ code: 'own-request' })
  if (!isWaiting) {
    // Strangers learn nothing of what others decided. For the others decide() has the words, and nothing needs to be judged for them.
    if (!isSeated) return refuse({ code: 'no-such-request', typed: '', waiting: [] })
    if (number !== undefined) return refuse({ code: 'extension-settled' })
    return advance(ports, id, { type: 'deny', by, reason: '' })
  }
  // Whoever was shown no card, and typed the reference, would not see what came of it.
  const said: Queued = { effect: { do: 'say', to: intent.home, message: decidedMessage(intent.do, state) } }
  const answered = isSeated ? stored : { ...stored, queue: [...stored.queue, said] }
  if (intent.do === 'deny') return deny(ports, answered, state, { ...intent, ...extension }, asker)

  const authority = await authorityOver(ports, state, asker, intent.minutes)
  if ('refusal' in authority) return refuse(authority.refusal)
  const hasWindows = state.ask.instance === undefined
  const gone = state.status === 'asked' && hasWindows ? await withoutJit(ports, stored, state) : undefined
  if (gone) return gone
  const { lapseMinutes } = ports.policies.current()
  const minutes = intent.minutes === undefined ? {} : { minutes: intent.minutes }
  return advance(
    ports,
    id,
    { type: 'approve', by, rule: authority.rule.id, lapseMinutes, ...minutes, ...extension },
    answered,
  )
}

/** Whoever was asked may say no, even when the policy or the directory has changed since: a denial grants nothing. */
async function deny(
  ports: Ports,
  stored: Stored,
  state: Known,
  { reason, extension }: Extract<Decision, { do: 'deny' }>,
  asker: Asker,
): Promise<Handled> {
  const by = { person: asker.person.id, name: asker.person.name }
  const { id } = state.ask
  const which = extension === undefined ? {} : { extension }
  if (!state.seats.some(({ person }) => person === by.person)) {
    const authority = await authorityOver(ports, state, asker, undefined)
    if ('refusal' in authority) return { ok: false, refusal: authority.refusal, state }
  }
  if (reason === '')
    return { ok: false, refusal: { code: 'deny-needs-reason', request: id, ...which }, state }
  return advance(ports, id, { type: 'deny', by, reason, ...which }, stored)
}

/**
 * Nobody agrees to what can no longer be opened: without its JIT access policy the request ends here, in words for both. Azure being away
 * is no reason to wait with a decision; the access page looks again.
 */
async function withoutJit(ports: Ports, stored: Stored, { ask }: Known): Promise<Handled | undefined> {
  try {
    await jitEntry(ports, ask.vm.id, ask.port)
    return undefined
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (error.kind !== 'missing') return undefined
    return advance(ports, ask.id, { type: 'give-up', say: error.say }, stored)
  }
}

/** The rule under which this person may decide now, or why not. */
async function authorityOver(
  ports: Ports,
  state: Known,
  decider: Asker,
  agreed: number | undefined,
): Promise<{ rule: Rule } | { refusal: Refusal }> {
  const { directory, policies } = ports
  const { ask } = state
  const requester = ask.by.person
  const [active, manager, vm] = await Promise.all([
    activePerson(directory, requester),
    directory.managerOf(requester),
    subjectOf(ports, ask),
  ])
  if (active?.person.kind !== 'member') return { refusal: { code: 'requester-gone', name: ask.by.name } }
  if (!vm) return { refusal: { code: 'vm-not-found', name: ask.vm.name, near: [] } }
  const policy = policyFor(policies.current(), ask)
  const verdict = judge(policy, {
    verb: 'connect',
    person: { id: requester, groups: active.groups },
    vm,
    ...wishOf(state, agreed),
  })
  if (verdict.kind === 'refuse') return { refusal: verdict.refusal }
  const rules = verdict.kind === 'ask' ? verdict.rules : askedUnder(policy, ruleOf(state))
  const rule = mayDecide(
    rules,
    { id: decider.person.id, groups: decider.groups },
    { id: requester, manager: manager?.id },
  )
  return rule ? { rule } : { refusal: { code: 'not-approver', rule: ruleOf(state) } }
}

/** What is asked for, as far as it would be agreed to: the time of an extension is the whole time it would be open. */
function wishOf(state: Known, agreed = Number.POSITIVE_INFINITY) {
  const { ask } = state
  if (state.status !== 'open' || !state.extension)
    return { minutes: Math.min(ask.minutes, agreed), reason: ask.reason }
  const { minutes, reason } = state.extension
  const total = totalWith(state, Math.min(minutes, agreed))
  return { minutes: total, reason: reason === '' ? ask.reason : reason, source: state.source }
}

const ruleOf = (state: Known): string =>
  state.status === 'open' && state.extension ? state.extension.rule : state.ask.rule

/** The policy no longer wants an approval: those it used to name may still give it. */
const askedUnder = (policy: Policy, id: string): readonly Rule[] =>
  policy.rules.filter(rule => rule.id === id)
