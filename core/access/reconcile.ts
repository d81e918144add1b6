/**
 * Brings the JIT windows of one VM's port to what the live grants say, one step at a time.
 *
 * Repeating is safe at any point: it reads first, and what Azure shows decides what is still to be done. "Open" is recorded only after the
 * rule was seen in force and IP flow verify agreed; "shut" only after the rules were read back.
 */
import { advance } from '../advance.ts'
import { Fault, isPassing } from '../fault.ts'
import { earliest, type Instant, later, type RequestId, type VmId } from '../ids.ts'
import type { Flow, JitRule, JitWindows, Ports, Settlement, VmReport } from '../ports.ts'
import { rdpFile } from '../rdp/file.ts'
import { publicWay } from './preflight.ts'
import type { AccessRequest, Proof } from './request.ts'
import { closeWithoutPolicy } from './vanished.ts'
import { type Grant, justificationMark, type Plan, plan } from './windows.ts'

/** Azure needs seconds to a minute; looking more often only costs calls. */
const LOOK_AGAIN_MS = 2000
/** How often open windows are looked at although nothing is due: a JIT access policy may vanish under them. */
const WATCH_MINUTES = 10

export type Live = Extract<AccessRequest, { status: 'opening' | 'open' | 'closing' }>

/** @returns how the task that asked for it is to be settled */
export async function reconcile(ports: Ports, vm: VmId, port: number): Promise<Settlement> {
  const states = (await ports.store.liveOn(vm)).filter(state => isLive(state, port)) as readonly Live[]
  if (states.length === 0) return { how: 'done' }

  let windows: JitWindows
  try {
    windows = await ports.jit.windows(vm, port)
  } catch (error) {
    return unreadable(ports, states, error)
  }
  const now = ports.clock.now()
  const next = plan(now, states.map(grantOf), windows)

  if (next.request) {
    await requestWindow(ports, vm, port, windows, states, next.request)
    return { how: 'again', afterMs: LOOK_AGAIN_MS }
  }
  const [proven] = await Promise.all([
    Promise.all(next.inForce.map(inForce => prove(ports, stateOf(states, inForce.id), inForce))),
    removeAll(ports, states, next.remove),
  ])
  await Promise.all(next.shut.map(({ id, sharedWith }) => shut(ports, stateOf(states, id), sharedWith)))

  if (next.unsettled || proven.includes('look again')) return { how: 'again', afterMs: LOOK_AGAIN_MS }
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
  if (state.status === 'opening' || (state.status === 'open' && state.moving))
    return advance(ports, ask.id, { type: 'fail', say, source })
  return endsAt === undefined ? undefined : advance(ports, ask.id, { type: 'cut-short', until: endsAt, say })
}

/** Who, who agreed, and why: Azure keeps it in its activity log. People's text is cut to one short line. */
function justify({ ask, approver }: Live): string {
  const agreed = 'rule' in approver ? `rule ${approver.rule}` : approver.name
  const reason = ask.reason.replace(/[\p{C};]+/gu, ' ').slice(0, 120)
  return `${justificationMark(ask.id)} for ${ask.by.name}, agreed by ${agreed}${reason === '' ? '' : `, ${reason}`}`
}

/** Everything that can be proven about an address whose rule is in force; then it is open for it. */
async function prove(
  ports: Ports,
  state: Live,
  { endsAt: azureEndsAt, shared }: Plan['inForce'][number],
): Promise<'settled' | 'look again'> {
  if (state.status === 'open') return proveSource(ports, state, azureEndsAt)
  if (state.status !== 'opening') return 'settled'
  const { ask, source } = state
  const [report, flow] = await Promise.all([
    ports.machines.report(ask.vm.id, ask.port),
    ports.jit.flow(ask.vm.id, ask.port, source),
  ])
  const way = wayIn(report, ask.port)
  if ('problem' in way) {
    await advance(ports, ask.id, { type: 'fail', say: way.problem })
    return 'settled'
  }
  // The rule may be a moment ahead of what IP flow verify knows: look again; the give-up time ends that.
  if (flow.access === 'deny') return 'look again'
  if (report.power !== 'running') {
    await advance(ports, ask.id, { type: 'fail', say: `The VM is no longer running (${report.power}).` })
    return 'settled'
  }
  const proofs: Proof[] = [
    RULE_IN_FORCE,
    flowProof(flow),
    { check: 'the VM is running', result: 'proven' },
    {
      check: 'whether Windows itself answers on the port',
      result: 'not-tested',
      note: 'the port is closed to me',
    },
  ]
  const verified = flow.access === 'allow'
  await advance(ports, ask.id, { type: 'prove', source, shared, azureEndsAt, wayIn: way, proofs, verified })
  return 'settled'
}

/** The same grant for another address: what was proven of the VM still holds, the way for this address is proven afresh. */
async function proveSource(
  ports: Ports,
  { ask, source }: Extract<Live, { status: 'open' }>,
  azureEndsAt: Instant,
): Promise<'settled' | 'look again'> {
  const flow = await ports.jit.flow(ask.vm.id, ask.port, source)
  if (flow.access === 'deny') return 'look again'
  const proofs = [RULE_IN_FORCE, flowProof(flow)]
  const verified = flow.access === 'allow'
  await advance(ports, ask.id, { type: 'prove-source', source, azureEndsAt, proofs, verified })
  return 'settled'
}

const RULE_IN_FORCE: Proof = { check: 'the JIT rule is in force for your address', result: 'proven' }

const flowProof = (flow: Flow): Proof =>
  flow.access === 'not-tested'
    ? { check: 'whether Azure lets your address through', result: 'not-tested', note: flow.why }
    : { check: 'Azure lets your address through', result: 'proven', note: `rule ${flow.rule}` }

function wayIn(
  report: VmReport,
  port: number,
): { host: string; port: number; account?: string } | { problem: string } {
  const host = publicWay(report)
  if (host === undefined) return { problem: 'The VM no longer has a public address.' }
  const { adminAccount, computerName, vm } = report
  const account = adminAccount === undefined ? {} : { account: `${computerName ?? vm.name}\\${adminAccount}` }
  const file = rdpFile({ host, port, label: vm.name, ...account })
  if ('bytes' in file) return { host, port, ...account }
  // An account name that cannot go into a file is left out; an address that cannot ends it here.
  const bare = rdpFile({ host, port, label: vm.name })
  return 'bytes' in bare ? { host, port } : { problem: bare.problem }
}

async function shut(ports: Ports, state: Live, sharedWith: 'nobody' | 'another window'): Promise<void> {
  const { ask, source } = state
  const flow = await ports.jit.flow(ask.vm.id, ask.port, source)
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

async function unreadable(ports: Ports, states: readonly Live[], error: unknown): Promise<Settlement> {
  if (!(error instanceof Fault)) throw error
  if (error.kind === 'missing') {
    if ((await closeWithoutPolicy(ports, states, error.say)) === 'stuck') throw error
    return { how: 'again', afterMs: LOOK_AGAIN_MS }
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
