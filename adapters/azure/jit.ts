/**
 * Just-in-time VM access: what is open, opening it, shutting it early, and proving it.
 *
 * Azure has no call to shut a JIT window early. What shuts it is deleting the allow rule that Defender for Cloud made; sessions that
 * are connected stay connected. Whether a second request for the same VM and port replaces the first or stands beside it is not
 * documented, so nothing here relies on either.
 * Facts: https://learn.microsoft.com/azure/defender-for-cloud/just-in-time-access-usage and, for what `initiate` takes beyond its
 * description, Azure/azure-rest-api-specs issues 32158 and 43491 (read 2026-11-20).
 */
import assert from 'node:assert/strict'
import type { JitNetworkAccessRequest } from '@azure/arm-security'
import ipaddr from 'ipaddr.js'
import {
  Fault,
  type Instant,
  instant,
  type JitAccess,
  type JitPort,
  type JitRequest,
  type JitRule,
  type JitWindows,
  type VmId,
} from '../../core/index.ts'
import { armId, sameId } from './arm-id.ts'
import type { Memory } from './layout.ts'
import { distinct, type IpSetting, type Tools } from './network.ts'
import { entryFor, policiesOf, writtenSources } from './policies.ts'
import { coversAddress, coversPort, coversTcp, isJitWindow, type Nsg } from './rules.ts'

const OP = {
  windows: 'azure.jit.windows',
  leftovers: 'azure.jit.leftovers',
  request: 'azure.jit.request',
  remove: 'azure.jit.remove',
} as const

/** {@link JitAccess.windows} */
export async function windows(
  tools: Tools,
  memory: Memory,
  vm: VmId,
  port: number,
  now: () => number,
  anew: boolean,
): Promise<JitWindows> {
  const [policies, guards] = await Promise.all([
    policiesOf(tools, OP.windows, vm),
    readGuards(memory, OP.windows, vm, anew),
  ])
  for (const { id, ports, policy } of policies) {
    const entry = entryFor(ports, port)
    if (entry === undefined) continue
    return {
      policyId: id,
      port: entry,
      rules: guards.rulesFor(port),
      requests: (policy.requests ?? [])
        .flatMap(request => requestsOf(request, vm, now()))
        .flatMap(({ port: number, by: _, ...request }) => (number === port ? [request] : [])),
    }
  }
  throw uncovered(vm, port)
}

/** {@link JitAccess.entry} */
export async function entry(tools: Tools, vm: VmId, port: number): Promise<JitPort> {
  for (const { ports } of await policiesOf(tools, OP.windows, vm)) {
    const found = entryFor(ports, port)
    if (found !== undefined) return found
  }
  throw uncovered(vm, port)
}

const uncovered = (vm: VmId, port: number): Fault =>
  new Fault('missing', {
    op: OP.windows,
    say: `No JIT access policy covers port ${port} of ${armId(vm).name} (any more); ask whoever runs Defender for Cloud to add it.`,
  })

/** {@link JitAccess.leftovers} */
export const leftovers = async (memory: Memory, vm: VmId, port: number): Promise<readonly JitRule[]> =>
  (await readGuards(memory, OP.leftovers, vm, true)).rulesFor(port)

/** The VM's NSGs. Unlike the report, this has no answer without all of them: an unread NSG may hold an open window. */
async function readGuards(
  memory: Memory,
  op: string,
  vm: VmId,
  anew: boolean,
): Promise<{ rulesFor(port: number): readonly JitRule[] }> {
  const { settings } = await memory.layout(op, vm, anew)
  const layers = await memory.layers(op, settings, anew)
  const nsgs = distinct(
    layers.flatMap(layer => {
      if ('unreadable' in layer) throw layer.unreadable
      return layer.nsgs
    }),
  )
  return { rulesFor: port => nsgs.flatMap(nsg => jitRulesOf(nsg, settings, port)) }
}

const jitRulesOf = (nsg: Nsg, settings: readonly IpSetting[], port: number): JitRule[] =>
  nsg.rules
    .filter(rule => isJitWindow(rule) && coversTcp(rule) && coversPort(rule, port))
    .filter(rule =>
      settings.some(
        ({ privateAddress, groups }) =>
          privateAddress !== undefined && coversAddress(rule, privateAddress, groups),
      ),
    )
    .map(({ id, name, sources }) => ({ id, name, sources }))

/** `Initiating` is not in Azure's description but in its example; anything else is over. */
const LIVE = /^initiat(?:ed|ing)$/i

/** What a policy remembers of one call of `initiate`, for one VM. */
export function requestsOf(
  request: JitNetworkAccessRequest,
  vm: VmId,
  now: number,
): (JitRequest & { port: number; by: string })[] {
  return request.virtualMachines
    .filter(({ id }) => sameId(id, vm))
    .flatMap(({ ports }) => ports)
    .map(entry => ({
      port: entry.number,
      by: request.requestor,
      sources: writtenSources(entry),
      endsAt: instant(entry.endTimeUtc.getTime()),
      startedAt: instant(request.startTimeUtc.getTime()),
      justification: request.justification ?? '',
      live: LIVE.test(entry.status) && entry.endTimeUtc.getTime() > now,
    }))
}

const JIT_API = '2020-01-01'
const POLICY_ID =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/?#]+\/providers\/Microsoft\.Security\/locations\/[^/?#]+\/jitNetworkAccessPolicies\/[^/?#]+$/i

/**
 * {@link JitAccess.request}
 *
 * Sent without @azure/arm-security, whose serializer leaves a list of sources out without a word; Azure would then open the address
 * that the bot itself calls from.
 */
export async function request(
  { clients, calls }: Tools,
  order: {
    vm: VmId
    policyId: string
    port: number
    sources: readonly string[]
    endsAt: Instant
    justification: string
  },
): Promise<void> {
  const { vm, policyId, port, sources, endsAt, justification } = order
  // INVARIANT: every source is somebody's address. None at all means the bot's own, and a prefix of length 0 everybody's.
  assert(sources.length > 0, 'a JIT request without a source would open the address of the bot')
  for (const source of sources) assert(isSomebodys(source), 'a JIT request for an address that is not one')
  assert(POLICY_ID.test(policyId), 'not the id of a JIT access policy')
  const { subscription, name } = armId(policyId)
  const entry = { number: port, endTimeUtc: new Date(endsAt).toISOString(), ...asWritten(sources) }
  const body = { virtualMachines: [{ id: vm, ports: [entry] }], justification }
  await calls.once(
    {
      op: OP.request,
      needs: 'Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action',
      thing: `the JIT access policy ${name} for ${armId(vm).name}`,
      subscription,
    },
    clients.raw(),
    (arm, abortSignal) => arm.post(`${policyId}/initiate`, JIT_API, body, abortSignal),
  )
}

/** Azure takes one of the two fields, never both. */
const asWritten = (sources: readonly string[]): object =>
  sources.length === 1
    ? { allowedSourceAddressPrefix: sources[0] }
    : { allowedSourceAddressPrefixes: [...sources] }

const isSomebodys = (source: string): boolean =>
  ipaddr.isValidCIDR(source) ? ipaddr.parseCIDR(source)[1] > 0 : ipaddr.isValid(source)

/** Azure's own pace between two looks at a deletion is 2 s; deleting a rule takes about one. */
const POLL_MS = 1_000

/** {@link JitAccess.remove} */
export async function remove({ clients, calls }: Tools, rule: JitRule): Promise<void> {
  const { subscription, resourceGroup, name, part } = armId(rule.id)
  assert(
    isJitWindow({ name, access: 'allow' }),
    'only rules that Defender for Cloud made for a JIT request are deleted',
  )
  try {
    await calls.once(
      {
        op: OP.remove,
        needs: 'Microsoft.Network/networkSecurityGroups/securityRules/delete',
        thing: `the JIT rule ${name}`,
        subscription,
      },
      clients.network(subscription),
      (client, abortSignal) =>
        client.securityRules
          .delete(resourceGroup, part('networksecuritygroups'), name, {
            abortSignal,
            updateIntervalInMs: POLL_MS,
          })
          .pollUntilDone({ abortSignal }),
    )
  } catch (error) {
    if (error instanceof Fault && error.kind === 'missing') return
    throw error
  }
}
