/**
 * Microsoft.Security: JIT access policies and requests on them.
 *
 * Odd where Azure is odd: `initiate` takes either `duration` or `endTimeUtc` though only one is described, checks its body before it
 * looks for the policy, answers 202 with nothing to poll, and opens the caller's own address when no source is given.
 * Sources: api-version 2020-01-01 in Azure/azure-rest-api-specs with its issues 32158 and 43491 (read 2026-11-20).
 */
import { BlockList, isIPv4 } from 'node:net'
import { z } from 'zod'
import { ArmError, type Ask, page, type Reply, type Route, VERSIONS } from './arm.ts'
import { coverVm, openRequest, uncoverVm, type Wish } from './defender.ts'
import type { JitPortSpec } from './fleet.ts'
import { policyIdOf, same } from './ids.ts'
import type { SimPolicy, SimRequest } from './model.ts'
import { durationMs } from './moments.ts'
import { vmWithId } from './vms.ts'

const LIST = 'providers/Microsoft.Security/jitNetworkAccessPolicies'
const POLICY =
  '/subscriptions/{subscription}/resourceGroups/{rg}/providers/Microsoft.Security/locations/{location}/jitNetworkAccessPolicies/{policy}'
const ACTION = 'Microsoft.Security/locations/jitNetworkAccessPolicies'
const versions = VERSIONS.security

export const securityRoutes: readonly Route[] = [
  ...[
    `/subscriptions/{subscription}/${LIST}`,
    `/subscriptions/{subscription}/resourceGroups/{rg}/${LIST}`,
  ].map(
    (path): Route => ({ method: 'GET', path, action: `${ACTION}/read`, versions, lag: 'list', run: list }),
  ),
  {
    method: 'GET',
    path: POLICY,
    action: `${ACTION}/read`,
    versions,
    run: ask => ({ status: 200, body: policyBody(policyOf(ask)) }),
  },
  { method: 'PUT', path: POLICY, action: `${ACTION}/write`, versions, run: put },
  { method: 'DELETE', path: POLICY, action: `${ACTION}/delete`, versions, run: remove },
  {
    method: 'POST',
    path: `${POLICY}/initiate`,
    action: `${ACTION}/initiate/action`,
    versions,
    run: initiate,
  },
]

function list(ask: Ask): Reply {
  const { subscription = '', rg } = ask.params
  const mine = ask.world.state.policies.filter(
    policy =>
      same(policy.subscription, subscription) &&
      (rg === undefined || policy.id.toLowerCase().includes(`/resourcegroups/${rg.toLowerCase()}/`)),
  )
  return page(ask, mine.map(policyBody))
}

const idIn = ({ subscription = '', rg = '', location = '', policy = '' }: Ask['params']): string =>
  policyIdOf(subscription, rg, location, policy)

function policyOf({ world, params }: Ask): SimPolicy {
  const found = world.state.policies.find(({ id }) => same(id, idIn(params)))
  if (found !== undefined) return found
  throw new ArmError(404, 'PolicyNotFound', `Policy '${params['policy']}' was not found.`)
}

function policyBody(policy: SimPolicy): unknown {
  return {
    kind: 'Basic',
    id: policy.id,
    name: policy.name,
    type: 'Microsoft.Security/locations/jitNetworkAccessPolicies',
    location: policy.location,
    properties: {
      virtualMachines: policy.vms.map(({ id, ports }) => ({ id, ports: ports.map(portBody) })),
      requests: policy.requests.map(requestBody),
      provisioningState: 'Succeeded',
    },
  }
}

const portBody = ({ port, proto, allowed, max }: JitPortSpec): unknown => ({
  number: port,
  protocol: proto,
  ...sourceFields(allowed),
  maxRequestAccessDuration: max,
})

const sourceFields = (sources: readonly string[]): object =>
  sources.length === 1
    ? { allowedSourceAddressPrefix: sources[0] }
    : { allowedSourceAddressPrefixes: [...sources] }

function requestBody(request: SimRequest): unknown {
  const vms = [...new Set(request.entries.map(({ vm }) => vm))]
  return {
    virtualMachines: vms.map(id => ({
      id,
      ports: request.entries
        .filter(({ vm }) => vm === id)
        .map(({ port, sources, endsAt, status, reason }) => ({
          number: port,
          ...sourceFields(sources),
          endTimeUtc: new Date(endsAt).toISOString(),
          status,
          statusReason: reason,
        })),
    })),
    startTimeUtc: new Date(request.startedAt).toISOString(),
    requestor: request.requestor,
    ...(request.justification === undefined ? {} : { justification: request.justification }),
  }
}

const Sources = {
  allowedSourceAddressPrefix: z.string().optional(),
  allowedSourceAddressPrefixes: z.array(z.string()).optional(),
}

const PolicyBody = z.object({
  properties: z.object({
    virtualMachines: z.array(
      z.object({
        id: z.string(),
        ports: z
          .array(
            z.object({
              number: z.int().min(0).max(65535),
              protocol: z.enum(['TCP', 'UDP', '*']),
              ...Sources,
              maxRequestAccessDuration: z.string(),
            }),
          )
          .min(1),
      }),
    ),
  }),
})

/** Replaces the whole policy: a VM that is not in the new one is no longer covered. */
function put(ask: Ask): Reply {
  const { world, params, body } = ask
  const wanted = PolicyBody.safeParse(body)
  // A malformed policy makes the real one stumble, too.
  if (!wanted.success) throw new ArmError(500, 'InternalServerError', 'Internal server error has occurred')
  const { subscription = '', location = '', policy: name = '' } = params
  const existing = world.state.policies.find(({ id }) => same(id, idIn(params)))
  const policy = existing ?? {
    id: idIn(params),
    subscription: subscription.toLowerCase(),
    name,
    location,
    vms: [],
    requests: [],
  }
  const vms = wanted.data.properties.virtualMachines
  for (const { id } of policy.vms.filter(({ id }) => !vms.some(kept => same(kept.id, id)))) {
    const vm = vmWithId(world.state, id)
    if (vm !== undefined) uncoverVm(world.state, policy, vm)
  }
  policy.vms = vms.map(({ id, ports }) => ({
    id,
    ports: ports.map(port => ({
      port: port.number,
      proto: port.protocol,
      max: port.maxRequestAccessDuration,
      allowed: port.allowedSourceAddressPrefixes ?? [port.allowedSourceAddressPrefix ?? '*'],
    })),
  }))
  for (const { id, ports } of policy.vms) {
    const vm = vmWithId(world.state, id)
    if (vm !== undefined) coverVm(world.state, policy, vm, ports)
  }
  if (existing === undefined) world.state.policies.push(policy)
  return { status: 200, body: policyBody(policy) }
}

function remove(ask: Ask): Reply {
  const { world, params } = ask
  const { state } = world
  const policy = state.policies.find(({ id }) => same(id, idIn(params)))
  if (policy === undefined) return { status: 204 }
  for (const { id } of policy.vms) {
    const vm = vmWithId(state, id)
    if (vm !== undefined) uncoverVm(state, policy, vm)
  }
  state.policies = state.policies.filter(one => one !== policy)
  return { status: 200 }
}

const InitiateBody = z.object({
  virtualMachines: z
    .array(
      z.object({
        id: z.string(),
        ports: z
          .array(
            z.object({
              number: z.int().min(0).max(65535),
              endTimeUtc: z.iso.datetime({ offset: true }).optional(),
              duration: z.string().optional(),
              ...Sources,
            }),
          )
          .min(1),
      }),
    )
    .min(1),
  justification: z.string().optional(),
})

function initiate(ask: Ask): Reply {
  const { world, caller } = ask
  const startedAt = world.now()
  const wanted = InitiateBody.safeParse(ask.body)
  if (!wanted.success) throw invalid('The request body is not a valid initiate request.')
  for (const { endTimeUtc, duration, ...port } of wanted.data.virtualMachines.flatMap(vm => vm.ports)) {
    if ((endTimeUtc === undefined) === (duration === undefined))
      throw invalid("Only one of fields 'EndTimeUtc' and 'Duration' can be set.")
    if (port.allowedSourceAddressPrefix !== undefined && port.allowedSourceAddressPrefixes !== undefined)
      throw invalid("Only one of 'AllowedSourceAddressPrefix' and 'AllowedSourceAddressPrefixes' can be set.")
  }
  const policy = policyOf(ask)
  const wishes = wanted.data.virtualMachines.flatMap(({ id, ports }) =>
    ports.map((port): Wish => {
      const vm = vmWithId(world.state, id)
      const spec = policy.vms.find(one => same(one.id, id))?.ports.find(one => one.port === port.number)
      const lasts = spec === undefined ? Number.NaN : durationOf(spec.max)
      const endsAt =
        port.endTimeUtc === undefined
          ? startedAt + durationOf(port.duration ?? '')
          : Date.parse(port.endTimeUtc)
      const named = port.allowedSourceAddressPrefixes ?? [port.allowedSourceAddressPrefix ?? '']
      const sources = named.map(source => source || caller.address)
      if (endsAt <= startedAt) throw invalid("'EndTimeUtc' must be in the future.")
      if (
        vm === undefined ||
        spec === undefined ||
        endsAt - startedAt > lasts ||
        !areAllowed(sources, spec.allowed)
      )
        throw new ArmError(
          400,
          'InvalidInitiateInput',
          `The given access request is not a subset of policy '${policy.id}'. Please make sure that the access request is within the allowed policy properties.`,
        )
      return { vm, port: port.number, sources, endsAt }
    }),
  )
  const request = openRequest(world.state, policy, {
    requestor: caller.appId,
    ...(wanted.data.justification === undefined ? {} : { justification: wanted.data.justification }),
    startedAt,
    from: startedAt + world.ruleDelayMs,
    wishes,
  })
  return { status: 202, body: requestBody(request) }
}

const invalid = (message: string): ArmError => new ArmError(400, 'InvalidInitiateInput', message)

function durationOf(text: string): number {
  const found = durationMs(text)
  if (Number.isNaN(found)) throw invalid(`'${text}' is not a duration.`)
  return found
}

function areAllowed(sources: readonly string[], allowed: readonly string[]): boolean {
  if (allowed.includes('*')) return true
  const list = new BlockList()
  for (const prefix of allowed) {
    const [base = '', bits = '32'] = prefix.split('/')
    if (isIPv4(base)) list.addSubnet(base, Number(bits), 'ipv4')
  }
  // Sources that are prefixes themselves are only taken as they stand in the policy.
  return sources.every(source => allowed.includes(source) || (isIPv4(source) && list.check(source, 'ipv4')))
}
