/**
 * From an account that was read back to "Ready": the network rules for both ports, and what is handed over. There is nothing to ask about one
 * address: whoever has the password may use it from wherever the rules let in.
 */
import { advance } from '../../advance.ts'
import type { CloudServiceReport } from '../../hands.ts'
import type { Ports } from '../../ports.ts'
import { serviceWords } from '../../rdp/cloud-service/words.ts'
import { rdpFile } from '../../rdp/file.ts'
import { fileTarget, isDialled } from '../../rdp/target.ts'
import type { AccessRequest, Ask } from '../request.ts'
import type { Check, Proof, WayIn } from '../way-in.ts'

type Setting = Extract<AccessRequest, { status: 'opening' | 'open' }>

/** How far the opening is: first Azure sets the account, then the instances come back. */
export async function showSteps(
  ports: Ports,
  state: Setting,
  report: CloudServiceReport | undefined,
): Promise<void> {
  if (state.status !== 'opening') return
  const { ask, source } = state
  const isThere = report?.roles.some(({ access }) => access?.user === state.account?.user) === true
  const one = report?.instances.find(({ name }) => name === ask.instance?.instance)
  const checks: readonly Check[] = isThere
    ? [
        { what: 'rule', state: 'proven' },
        one?.state === 'ready'
          ? { what: 'machine', state: 'proven' }
          : { what: 'machine', state: 'waiting', note: `${ask.instance?.instance} is not ready yet` },
      ]
    : [{ what: 'rule', state: 'waiting', note: 'Azure is still setting the account' }]
  await advance(ports, ask.id, { type: 'check', source, checks })
}

export async function proveInstance(
  ports: Ports,
  state: Setting,
  report: CloudServiceReport,
): Promise<'look again' | 'settled'> {
  const { ask, source, account } = state
  const fail = async (say: string): Promise<'look again'> => {
    await advance(ports, ask.id, { type: 'fail', say })
    return 'look again'
  }
  if (report.ports.rdp === 'deny' || report.ports.forwarder === 'deny')
    return fail(serviceWords.portsShut(report.ports))
  if (account === undefined) return 'settled'
  const proofs = proofsOf(ask, report, account.user)
  const verified = report.ports.rdp === 'allow' && report.ports.forwarder === 'allow'
  const azureEndsAt = account.expiresAt
  if (state.status === 'open') {
    await advance(ports, ask.id, { type: 'prove-source', source, azureEndsAt, proofs, verified })
    return 'look again'
  }
  const wayIn = handedOver(ports, state, report, account.user)
  if ('problem' in wayIn) return fail(wayIn.problem)
  await advance(ports, ask.id, { type: 'prove', source, azureEndsAt, wayIn, proofs, verified })
  return 'settled'
}

function proofsOf({ instance }: Ask, { ports }: CloudServiceReport, user: string): readonly Proof[] {
  const port = (number: number, verdict: 'allow' | 'deny' | 'unknown', what: string): Proof =>
    verdict === 'allow'
      ? { check: `network rules let port ${number} in, ${what}`, result: 'proven' }
      : { check: `whether network rules let port ${number} in`, result: 'not-tested', note: what }
  return [
    { check: `the account ${user} is on ${instance?.role ?? 'every role'}, with its end`, result: 'proven' },
    { check: `${instance?.instance} answers to Azure`, result: 'proven' },
    port(3389, ports.rdp, 'for Remote Desktop'),
    port(20_000, ports.forwarder, 'for the forwarder'),
    {
      check: 'whether Windows itself answers on the port',
      result: 'not-tested',
      note: 'the forwarder answers for every instance',
    },
  ]
}

/** Made only of what a file can be made of, so that handing it over later cannot fail; otherwise why not. */
function handedOver(
  { policies }: Ports,
  { ask, way, rule: agreed }: Setting,
  { host }: CloudServiceReport,
  account: string,
): WayIn | { problem: string } {
  if (host === undefined || way === undefined || way.kind === 'bastion')
    return { problem: serviceWords.noHost(ask.vm.name) }
  const wishes = policies.current().rules.find(({ id }) => id === agreed)?.file ?? {}
  const { entraSignIn, ...file } = wishes
  const wayIn: WayIn = {
    ...{ host, port: way.port, way: { ...way, host }, account },
    ...(Object.keys(file).length === 0 ? {} : { file }),
    ...(entraSignIn === true ? { lacks: LACKS } : {}),
  }
  if (!isDialled(wayIn)) return { problem: serviceWords.noHost(ask.vm.name) }
  const made = rdpFile(fileTarget(wayIn, ask.vm.name))
  return 'problem' in made ? made : wayIn
}

const LACKS = 'Sign-in with Entra ID is not in the file: it does not work with a Cloud Service.'
