/**
 * Brings the JIT windows of one VM's port to what the live grants say, one step at a time.
 *
 * Repeating is safe at any point: it reads first, and what Azure shows decides what is still to be done. "Open" is recorded only after the
 * rule was seen in force and IP flow verify agreed; "shut" only after the rules were read back.
 */
import { advance } from '../advance.ts'
import { Fault, isPassing } from '../fault.ts'
import { earliest, type Instant, later, type RequestId, type VmId } from '../ids.ts'
import type { JitRule, JitWindows, Ports, Settlement } from '../ports.ts'
import { leavesLink } from './link/link.ts'
import { failWay, unstick } from './other-way.ts'
import { isStarting } from './power/power.ts'
import { flowFor, prove, proveSource } from './prove.ts'
import type { AccessRequest } from './request.ts'
import { reconcileInstances } from './role-instance/reconcile.ts'
import { closeWithoutPolicy } from './vanished.ts'
import { type Grant, justificationMark, type Plan, plan } from './windows.ts'

/** Azure needs seconds to a minute, and is sometimes quick: the first looks come soon, the later ones seldom enough not to cost calls. */
const FIRST_LOOK_MS = 100
const EARLY_LOOK_MS = 400
const EARLY_LOOKS = 10
const LOOK_AGAIN_MS = 2000
const lookAgainMs = (looks: number): number =>
  looks === 0 ? FIRST_LOOK_MS : looks <= EARLY_LOOKS ? EARLY_LOOK_MS : LOOK_AGAIN_MS
/** How often open windows are looked at although nothing is due: a JIT access policy may vanish under them. */
const WATCH_MINUTES = 10

export type Live = Extract<AccessRequest, { status: 'opening' | 'open' | 'closing' }>

/**
 * @param looks how often this was looked at already, without an end
 * @returns how the task that asked for it is to be settled
 */
export async function reconcile(ports: Ports, vm: VmId, port: number, looks = 0): Promise<Settlement> {
  const afterMs = lookAgainMs(looks)
  const states = (await ports.store.liveOn(vm)).filter(state => isLive(state, port)) as readonly Live[]
  if (states.length === 0) return { how: 'done' }
  if (states[0]?.ask.instance !== undefined) return reconcileInstances(ports, states, looks)

  let windows: JitWindows
  try {
    // That something is shut is told from what stands round the VM now, not from what stood there a moment ago.
    const anew = states.some(({ status }) => status === 'closing')
    windows = await ports.jit.windows(vm, port, { anew })
  } catch (error) {
    return unreadable(ports, states, error, afterMs)
  }
  const now = ports.clock.now()
  const next = plan(now, states.map(grantOf), windows)

  if (next.request) {
    await requestWindow(ports, vm, port, windows, states, next.request)
    return { how: 'again', afterMs }
  }
  const [proven] = await Promise.all([
    Promise.all(next.inForce.map(inForce => proveOne(ports, stateOf(states, inForce.id), inForce))),
    removeAll(ports, states, next.remove),
  ])
  await Promise.all(next.shut.map(({ id, sharedWith }) => shut(ports, stateOf(states, id), sharedWith)))

  if (next.unsettled || proven.includes('look again')) {
    for (const state of states) if (state.status === 'opening') await unstick(ports, state)
    return { how: 'again', afterMs }
  }
  const isOpen = states.some(({ status }) => status === 'open') || next.inForce.length > 0
  if (!isOpen) return { how: 'done' }
  const watch = later(now, WATCH_MINUTES)
  const notBefore = next.renewAt === undefined ? watch : earliest(watch, next.renewAt)
  return { how: 'done', queue: [{ effect: { do: 'reconcile', vm, port }, notBefore }] }
}

async function requestWindow(
  ports: Ports,
  vm: VmId,
  port: number,
  windows: JitWindows,
  states: readonly Live[],
  wish: NonNullable<Plan['request']>,
): Promise<void> {
  const { sources, endsAt } = wish
  const named = wish.grants.map(id => stateOf(states, id))
  // Recorded before it is sent: after a crash the record says that Azure may have been asked.
  for (const { ask } of named) await advance(ports, ask.id, { type: 'request-window', endsAt, sources })
  try {
    await ports.jit.request({
      vm,
      policyId: windows.policyId,
      port,
      sources,
      endsAt,
      justification: named.map(justify).join('; '),
    })
  } catch (error) {
    // No answer, or a broken one: Azure may have accepted. The next look tells.
    if (!(error instanceof Fault) || error.kind === 'timeout' || error.kind === 'broken') throw error
    const passing = isPassing(error)
    for (const state of named) {
      await advance(ports, state.ask.id, { type: 'window-declined', say: error.say })
      if (!passing) await declined(ports, state, wish.needy.get(state.ask.id), error.say)
    }
    if (passing) throw error
  }
}

/** Azure will not do it, however often it is asked: whoever waits for it is told, and nothing is promised that it will not keep. */
async function declined(
  ports: Ports,
  state: Live,
  endsAt: Instant | undefined,
  say: string,
): Promise<unknown> {
  const { ask, source } = state
  if (state.status === 'opening') return failWay(ports, state, say)
  if (state.status === 'open' && state.moving) return advance(ports, ask.id, { type: 'fail', say, source })
  return endsAt === undefined ? undefined : advance(ports, ask.id, { type: 'cut-short', until: endsAt, say })
}

/** Who, who agreed, and why: Azure keeps it in its activity log. People's text is cut to one short line. */
function justify({ ask, approver }: Live): string {
  const agreed = 'rule' in approver ? `rule ${approver.rule}` : approver.name
  const reason = ask.reason.replace(/[\p{C};]+/gu, ' ').slice(0, 120)
  return `${justificationMark(ask.id)} for ${ask.by.name}, agreed by ${agreed}${reason === '' ? '' : `, ${reason}`}`
}

/** What is in force is proven, and then it is open. */
async function proveOne(
  ports: Ports,
  state: Live,
  inForce: Plan['inForce'][number],
): Promise<'settled' | 'look again'> {
  if (state.status === 'open') return proveSource(ports, state, inForce.endsAt)
  return state.status === 'opening' ? prove(ports, state, inForce) : 'settled'
}

async function shut(ports: Ports, state: Live, sharedWith: 'nobody' | 'another window'): Promise<void> {
  // Once the link is released, this is looked at again.
  if (leavesLink(state)) return
  const { ask, source } = state
  const flow = await flowFor(ports, state, source)
  const alsoOpen =
    flow.access === 'allow'
      ? `the rule ${flow.rule} lets it through`
      : sharedWith === 'another window'
        ? 'another window from the same address is still open'
        : undefined
  await advance(ports, ask.id, { type: 'shut', ...(alsoOpen === undefined ? {} : { alsoOpen }) })
}

/** A removal that Azure refuses is told to those who wait for it, and tried again for as long as it takes. */
async function removeAll(ports: Ports, states: readonly Live[], rules: readonly JitRule[]): Promise<void> {
  try {
    for (const rule of rules) await ports.jit.remove(rule)
  } catch (error) {
    if (error instanceof Fault) await tellTrouble(ports, states, error.say)
    throw error
  }
}

async function unreadable(
  ports: Ports,
  states: readonly Live[],
  error: unknown,
  afterMs: number,
): Promise<Settlement> {
  if (!(error instanceof Fault)) throw error
  if (error.kind === 'missing') {
    if ((await closeWithoutPolicy(ports, states, error.say)) === 'stuck') throw error
    return { how: 'again', afterMs }
  }
  if (!isPassing(error)) {
    for (const { ask, status } of states) {
      if (status === 'opening') await advance(ports, ask.id, { type: 'fail', say: error.say })
    }
  }
  await tellTrouble(ports, states, error.say)
  throw error
}

async function tellTrouble(ports: Ports, states: readonly Live[], say: string): Promise<void> {
  for (const { ask, status } of states) {
    if (status === 'closing') await advance(ports, ask.id, { type: 'trouble', say })
  }
}

function isLive(state: AccessRequest, port: number): boolean {
  return (
    (state.status === 'opening' || state.status === 'open' || state.status === 'closing') &&
    state.ask.port === port
  )
}

function grantOf(state: Live): Grant {
  const { id } = state.ask
  const { source, left, movedAt, minutes } = state
  const where = { id, source, left, movedAt }
  switch (state.status) {
    case 'opening':
      // The way before is shut while the person is asked for their address.
      // Nothing is opened for a VM that does not run yet.
      if (state.wants || isStarting(state)) return { ...where, phase: 'closing' }
      return { ...where, phase: 'opening', minutes, requestedAt: state.requested?.at }
    case 'open': {
      const moving = state.moving !== undefined
      return { ...where, phase: 'open', until: state.until, requestedAt: state.requested?.at, moving }
    }
    case 'closing':
      return { ...where, phase: 'closing' }
  }
}

function stateOf(states: readonly Live[], id: RequestId): Live {
  const state = states.find(({ ask }) => ask.id === id)
  if (!state) throw new Error(`request ${id} is not among the live ones`)
  return state
}
