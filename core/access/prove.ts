/**
 * What is checked between an accepted JIT request and "Ready", in steps that the card shows as they are done.
 *
 * The rule must be seen in force and IP flow verify must agree, for this source and this network interface; the VM must run, and the way must
 * still lead to it. Where there is a path from here, the port is tried as a client would: silence says nothing, because a JIT window is open
 * for somebody else's address, and never counts against it. Repeating is safe; nothing is recorded twice.
 */
import { advance } from '../advance.ts'
import type { Instant } from '../ids.ts'
import type { Flow, Ports, VmReport } from '../ports.ts'
import { handedOver } from '../rdp/route/handed-over.ts'
import { allowedBy, lookForWays } from '../rdp/route/look.ts'
import { judgeAnswer, type Tried } from '../rdp/route/try.ts'
import { type ChosenWay, PUBLIC_WHY, wayKey } from '../rdp/route/way.ts'
import { insidePlan } from './inside/guest-session.ts'
import { failWay } from './other-way.ts'
import { publicWay } from './preflight.ts'
import type { AccessRequest } from './request.ts'
import { oneOf } from './source.ts'
import { type Check, isOpenedForOwn, type Proof } from './way-in.ts'

type Opening = Extract<AccessRequest, { status: 'opening' }>
type Open = Extract<AccessRequest, { status: 'open' }>

/** Everything that can be proven about an address whose rule is in force; then it is open for it. */
export async function prove(
  ports: Ports,
  state: Opening,
  { endsAt: azureEndsAt, shared }: { endsAt: Instant; shared: boolean },
): Promise<'settled' | 'look again'> {
  const { ask, source } = state
  const show = (...checks: readonly Check[]) =>
    advance(ports, ask.id, { type: 'check', source, checks: [{ what: 'rule', state: 'proven' }, ...checks] })
  if (state.checks === undefined || state.checks.length === 0) await show()

  const [report, flow] = await Promise.all([
    // What leads to its own address is told by the VM alone; for other ways everything round it counts.
    ports.machines.report(ask.vm.id, ask.port, { brief: isPublicWay(state.way) }),
    flowFor(ports, state, source),
  ])
  if (report.power !== 'running') {
    const say = `The VM is no longer running (${report.power}).`
    await advance(ports, ask.id, { type: 'fail', say, source })
    return 'settled'
  }
  // An address that is gone is seen in what was read anyway; the rest is looked at once the rules let it through.
  const seen = isPublicWay(state.way) ? publicAgain(state, report) : undefined
  if (seen !== undefined && 'problem' in seen) {
    await failWay(ports, state, seen.problem)
    return 'settled'
  }
  // The rule may be a moment ahead of what IP flow verify knows: look again; the give-up time ends that.
  if (flow.access === 'deny') {
    await show({ what: 'flow', state: 'waiting', note: `the rule ${flow.rule} does not let it through` })
    return 'look again'
  }
  const confirmed = seen ?? (await confirm(ports, state, report))
  if ('problem' in confirmed) {
    await failWay(ports, state, confirmed.problem)
    return 'settled'
  }
  const { way } = confirmed
  const tried = await tryPort(ports, way, report)
  if (tried.result === 'wrong') {
    await failWay(ports, state, tried.say)
    return 'settled'
  }
  const flowCheck: Check = { what: 'flow', state: flow.access === 'allow' ? 'proven' : 'not-tested' }
  const machine: Check = { what: 'machine', state: 'proven' }
  if (tried.result === 'not-yet') {
    await show(flowCheck, machine, { what: 'answer', state: 'waiting', note: tried.note })
    return 'look again'
  }
  const rule = ports.policies.current().rules.find(({ id }) => id === state.rule)
  const upn =
    rule?.file?.entraSignIn === true ? (await ports.directory.person(ask.by.person))?.upn : undefined
  const wayIn = handedOver(way, report, {
    port: ask.port,
    ...(rule?.file === undefined ? {} : { file: rule.file }),
    ...(upn === undefined ? {} : { upn }),
    link: ports.links !== undefined && rule?.bastion?.shareableLink === true,
  })
  if ('problem' in wayIn) {
    await failWay(ports, state, wayIn.problem)
    return 'settled'
  }
  const proofs: Proof[] = [
    ruleInForce(state),
    flowProof(state, flow),
    { check: 'the VM is running', result: 'proven' },
    ...agentProof(report),
    ...(confirmed.doubt === undefined
      ? []
      : [
          {
            check: 'whether the way still leads to the VM',
            result: 'not-tested',
            note: confirmed.doubt,
          } as const,
        ]),
    {
      check:
        tried.result === 'proven'
          ? 'Windows answers on the port'
          : 'whether Windows itself answers on the port',
      ...tried,
    },
  ]
  const verified = flow.access === 'allow'
  const inside = insidePlan(ports, rule, report, way)
  await advance(ports, ask.id, {
    type: 'prove',
    source,
    shared,
    azureEndsAt,
    wayIn,
    proofs,
    verified,
    inside,
  })
  return 'settled'
}

/** The same grant for another address: what was proven of the VM still holds, the way for this address is proven afresh. */
export async function proveSource(
  ports: Ports,
  state: Open,
  azureEndsAt: Instant,
): Promise<'settled' | 'look again'> {
  const { ask, source } = state
  const flow = await flowFor(ports, state, source)
  if (flow.access === 'deny') return 'look again'
  const proofs = [ruleInForce(state), flowProof(state, flow)]
  const verified = flow.access === 'allow'
  await advance(ports, ask.id, { type: 'prove-source', source, azureEndsAt, proofs, verified })
  return 'settled'
}

/** IP flow verify takes single addresses: one of a range stands for it. */
export const flowFor = (
  ports: Pick<Ports, 'jit'>,
  { ask, way }: Pick<Opening, 'ask' | 'way'>,
  source: string,
): Promise<Flow> => {
  const at = way === undefined || way.kind === 'bastion' ? undefined : way.at
  return ports.jit.flow(ask.vm.id, ask.port, oneOf(source), ...(at === undefined ? [] : [at]))
}

const whose = ({ way, source }: Pick<Opening, 'way' | 'source'>): string =>
  isOpenedForOwn(way) ? 'your address' : source

const ruleInForce = (state: Opening | Open): Proof => ({
  check: `the JIT rule is in force for ${whose(state)}`,
  result: 'proven',
})

const flowProof = (state: Opening | Open, flow: Flow): Proof =>
  flow.access === 'not-tested'
    ? { check: `whether Azure lets ${whose(state)} through`, result: 'not-tested', note: flow.why }
    : { check: `Azure lets ${whose(state)} through`, result: 'proven', note: `rule ${flow.rule}` }

/** The agent is not what RDP needs, but one that is silent is often the first sign of a Windows that is not well. */
function agentProof({ agent }: VmReport): readonly Proof[] {
  if (agent === undefined) return []
  if (agent === 'ready') return [{ check: 'Windows reports to Azure', result: 'proven' }]
  const note = agent === 'unknown' ? 'Azure does not tell' : 'the VM agent is not ready'
  return [{ check: 'whether Windows is well inside', result: 'not-tested', note }]
}

async function tryPort(ports: Ports, way: ChosenWay, report: VmReport): Promise<Tried> {
  if (way.kind === 'bastion') return { result: 'not-tested', note: 'only Bastion can try it' }
  const { probe, policies } = ports
  if (probe === undefined || policies.current().probe !== true)
    return { result: 'not-tested', note: 'the port is closed to me' }
  return judgeAnswer(await probe(way.host, way.port), way, report)
}

type Confirmed = { way: ChosenWay; doubt?: string } | { problem: string }

/** Whether the way still leads to the VM: an address or a rule may have changed since it was found. */
async function confirm(ports: Ports, state: Opening, report: VmReport): Promise<Confirmed> {
  const { way, ask } = state
  if (way === undefined) return publicAgain(state, report)
  const rule = ports.policies.current().rules.find(({ id }) => id === state.rule)
  if (rule === undefined || ports.diagnostics === undefined || way.kind === 'role-instance') return { way }
  const found = await lookForWays(ports, report, { port: ask.port, allowed: allowedBy([rule]), whole: true })
  const same =
    found.ways.find(one => wayKey(one) === wayKey(way)) ?? found.ways.find(one => one.kind === way.kind)
  // Another source would need another window.
  if (same !== undefined && same.source === way.source) return { way: same }
  if (!found.whole) return { way, doubt: 'not everything round the VM could be read' }
  const why = found.left.map(({ what, why: reason }) => `${what}: ${reason}`).join('; ')
  return { problem: `The way in is gone${why === '' ? '.' : ` (${why}).`}` }
}

/** Stored before ways were chosen, it was the public address. */
const isPublicWay = (way: ChosenWay | undefined): boolean =>
  way === undefined || way.kind === 'public-address'

function publicAgain({ way, ask }: Opening, report: VmReport): Confirmed {
  const isThere = report.nics.some(
    ({ publicAddress, publicName }) =>
      publicAddress !== undefined &&
      way !== undefined &&
      way.kind !== 'bastion' &&
      [publicAddress, publicName].includes(way.host),
  )
  if (way !== undefined && isThere) return { way }
  const host = publicWay(report)
  return host === undefined
    ? { problem: 'The VM no longer has a public address.' }
    : { way: { kind: 'public-address', host, port: ask.port, why: PUBLIC_WHY } }
}
