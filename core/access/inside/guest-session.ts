/**
 * Enters Windows for a grant, one step at a time: a list of the sessions first, then a word to the one that is the grant's, or its end, then
 * the list once more.
 *
 * Under the identity that may enter guests, where the rule and the VM's owner both still want it, and never where it could hit somebody else.
 * Every script is recorded before it is sent. Whoever comes after a crash sends it again: what a script is told to do is done already then,
 * and it says so. Windows takes one at a time, and nobody waits for it: what is under way is looked at again.
 */
import { advance } from '../../advance.ts'
import { Fault, isPassing } from '../../fault.ts'
import type { SessionAct, SessionAnswer } from '../../hands.ts'
import type { RequestId } from '../../ids.ts'
import { later } from '../../ids.ts'
import { capital } from '../../message/message.ts'
import type { Effect, Ports, Queued, Settlement, Task, VmReport } from '../../ports.ts'
import type { ChosenWay } from '../../rdp/route/way.ts'
import type { Rule } from '../policy.ts'
import type { AccessRequest } from '../request.ts'
import { isOpenedForOwn } from '../way-in.ts'
import { isOurs } from '../windows.ts'
import {
  type Errand,
  errandDue,
  type InsideAnswer,
  type InsidePlan,
  insideOf,
  isSame,
  nextAct,
  openedBy,
} from './inside.ts'
import { matchSession, mayEnter, type SessionGrant } from './sessions.ts'

/** Azure lets 15 looks at the operations of one VM through each minute, for all who look. */
const LOOK_AGAIN_MS = 5_000
/** Another script, or Azure itself, is busy with the VM. */
const BUSY_MS = 15_000
/** In a row; after that it is said that Windows could not be entered. */
const MOST_FAILURES = 8
/** By then a script has run, or never will. A warning is late before that. */
const MOST_MINUTES = { end: 60, 'find-use': 30, warn: 30 } as const
/** Grants of others that ended so long before still count: they may have come back from the same address. */
const LATELY_MINUTES = 120

type Known = Exclude<AccessRequest, { status: 'none' }>

/** One step, which settles the task. */
export async function guestSession(
  ports: Ports,
  task: Task,
  effect: Extract<Effect, { do: 'guest-session' }>,
): Promise<void> {
  const { store, clock } = ports
  const { state } = await store.load(effect.request)
  const now = clock.now()
  const errand = errandDue(state, now)
  const settle = (how: Settlement) => store.settle(task, how)
  if (state.status === 'none' || errand === undefined) return void (await settle({ how: 'done' }))
  const id = effect.request
  const next: readonly Queued[] = [{ effect }]
  const more = { settles: task, queue: next }
  const fail = (say: string) => advance(ports, id, { type: 'inside-fail', errand, say }, more)

  const { sessions } = ports
  const underWay = insideOf(state)?.underWay
  if (underWay !== undefined && now > later(underWay.since, MOST_MINUTES[errand.to]))
    return void (await fail('Windows did not answer in time.'))
  try {
    if (sessions !== undefined && underWay?.act !== undefined) {
      const { act, operation } = underWay
      if (operation === undefined) {
        const taken = await sessions.begin(state.ask.vm.id, act)
        return void (await advance(ports, id, { type: 'inside-run', operation: taken }, more))
      }
      const seen = await sessions.look(operation, act)
      if (seen === 'running') return void (await settle({ how: 'again', afterMs: LOOK_AGAIN_MS }))
      const answer = await answerOf(ports, state, seen)
      return void (await advance(ports, id, { type: 'inside-answer', errand, answer }, more))
    }
    const entry = await mayNow(ports, state, errand)
    if ('not' in entry) return void (await fail(entry.not))
    if (entry.power !== 'running')
      return void (await advance(ports, id, { type: 'inside-answer', errand, answer: { kind: 'off' } }, more))
    const act: SessionAct = nextAct(state, errand, now)
    await advance(ports, id, { type: 'inside-begin', errand, act }, more)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    ports.log.warn('guest-session', { op: error.op, kind: error.kind, errand: errand.to }, error)
    if (error.kind === 'conflict') return void (await settle({ how: 'again', afterMs: BUSY_MS }))
    if (isPassing(error) && task.failures < MOST_FAILURES) throw error
    await fail(error.say)
  }
}

/** Something of ours broke: it is said that nothing was done, so that no card waits for ever. */
export async function giveUpInside(ports: Ports, request: RequestId, reference: string): Promise<void> {
  const { state } = await ports.store.load(request)
  const errand = errandDue(state, ports.clock.now())
  const say = `Something went wrong on my side (reference ${reference}).`
  if (errand !== undefined) await advance(ports, request, { type: 'inside-fail', errand, say })
}

// ---- Whether ----------------------------------------------------------------------------------------------------------------------

const NO_IDENTITY = 'no identity of its own for entering Windows is set up here'
const NOT_TAGGED = 'the VM is not tagged as one whose Windows I may enter'

/** What is promised about Windows as the grant opens; undefined where the rule wants nothing. */
export function insidePlan(
  { sessions, policies }: Pick<Ports, 'sessions' | 'policies'>,
  rule: Rule | undefined,
  { vm }: VmReport,
  way: ChosenWay,
): InsidePlan | undefined {
  if (rule === undefined) return undefined
  const { id, endSessions, closeUnusedMinutes } = rule
  if (endSessions !== true && closeUnusedMinutes === undefined) return undefined
  const no = (not: string): InsidePlan => ({ rule: id, ends: false, not })
  if (sessions === undefined) return no(NO_IDENTITY)
  if (!mayEnter(vm, policies.current().guestOptIn)) return no(NOT_TAGGED)
  if (!isOpenedForOwn(way)) return no('on this way in Windows does not see whose session is whose')
  return {
    rule: id,
    ends: endSessions === true,
    ...(closeUnusedMinutes === undefined ? {} : { unusedMinutes: closeUnusedMinutes }),
  }
}

/** The policy, the tag and the VM as they are now. */
async function mayNow(
  { sessions, policies, machines }: Ports,
  state: Known,
  errand: Errand,
): Promise<{ not: string } | VmReport> {
  if (sessions === undefined) return { not: sentence(NO_IDENTITY) }
  const { rules, guestOptIn } = policies.current()
  const rule = rules.find(({ id }) => id === insideOf(state)?.plan.rule)
  const isWanted =
    errand.to === 'find-use' ? rule?.closeUnusedMinutes !== undefined : rule?.endSessions === true
  if (!isWanted) return { not: 'The policy does not want it any more.' }
  // Another rule lets the address in anyway: who comes from there need not have come by a grant.
  if (state.status === 'over' && state.alsoOpen !== undefined)
    return { not: `The address is still let in (${state.alsoOpen}), so the session may be somebody else’s.` }
  const report = await machines.report(state.ask.vm.id, state.ask.port)
  return mayEnter(report.vm, guestOptIn) ? report : { not: sentence(NOT_TAGGED) }
}

const sentence = (clause: string): string => `${capital(clause)}.`

// ---- Whose ------------------------------------------------------------------------------------------------------------------------

/** What Windows said, as far as it is about this grant. */
async function answerOf(ports: Ports, state: Known, seen: SessionAnswer): Promise<InsideAnswer> {
  if (seen.kind === 'domain-controller') return { kind: 'controller' }
  if (seen.kind !== 'sessions') return { kind: seen.kind }
  const grant = openedBy(state)
  if (grant === undefined) return { kind: 'listed', own: [], why: 'nobody', left: [] }
  const match = matchSession(grant, seen.sessions, await othersOn(ports, state, grant))
  const acted = insideOf(state)?.underWay?.acted ?? []
  const left = acted.filter(one =>
    seen.sessions.some(
      ({ id, user, loggedOnAt }) => loggedOnAt !== undefined && isSame(one, { id, user, loggedOnAt }),
    ),
  )
  return match.own === undefined
    ? { kind: 'listed', own: [], why: match.why, left }
    : { kind: 'listed', own: match.own, left }
}

/** Everybody else who was let in, now or lately: by Latchkey, or by a window that Latchkey knows nothing of. */
async function othersOn(
  { store, jit }: Ports,
  { ask }: Known,
  grant: SessionGrant,
): Promise<readonly SessionGrant[]> {
  const since = later(grant.openedAt, -LATELY_MINUTES)
  const [states, windows] = await Promise.all([
    store.liveSince(ask.vm.id, since),
    jit.windows(ask.vm.id, ask.port),
  ])
  const grants = states.flatMap(state => {
    const other = state.status === 'none' || state.ask.id === ask.id ? undefined : openedBy(state)
    // What somebody did before on the same VM is still theirs.
    return other === undefined || other.by === ask.by.person ? [] : [other]
  })
  const foreign = windows.requests
    .filter(request => !isOurs(request) && request.endsAt >= since)
    .flatMap(({ sources, startedAt }) =>
      sources.map((source): SessionGrant => ({ source, left: [], openedAt: startedAt })),
    )
  return [...grants, ...foreign]
}
