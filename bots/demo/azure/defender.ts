/**
 * What Defender for Cloud does to NSGs on behalf of JIT access policies.
 *
 * A covered VM gets one deny rule for all its ports with a high number; a request gets an allow rule with a low one, aimed at the VM's
 * private address, on every NSG in front of it. Sessions that are connected are nobody's business here: a rule that goes away ends none.
 * Names, numbers and descriptions as people have seen them in exported NSGs (read 2026-11-20).
 */
import { createHash } from 'node:crypto'
import type { JitPortSpec } from './fleet.ts'
import { same } from './ids.ts'
import type { AzureState, SimEntry, SimNsg, SimPolicy, SimRequest, SimRule, SimVm } from './model.ts'

const FIRST_ALLOW = 100
const LAST_DENY = 4096

/** The NSGs in front of a VM, subnet first. */
export const nsgsOf = (state: AzureState, vm: SimVm): SimNsg[] =>
  [vm.subnet.nsg, vm.nic.nsg].flatMap((name, index, names) =>
    name === null || names.indexOf(name) !== index
      ? []
      : state.nsgs.filter(nsg => nsg.subscription === vm.subscription && nsg.name === name),
  )

/** Shuts the VM's ports, with the rule that is there already where there is one. */
export function coverVm(
  state: AzureState,
  policy: SimPolicy,
  vm: SimVm,
  ports: readonly JitPortSpec[],
): void {
  for (const nsg of nsgsOf(state, vm)) {
    const there = nsg.rules.find(rule => /-JITRule_/.test(rule.name) && rule.dst.includes(vm.nic.private_ip))
    if (there !== undefined) {
      there.jit = 'deny'
      there.dport = ports.map(({ port }) => String(port))
      continue
    }
    nsg.rules.push({
      name: ruleName(state, 'deny'),
      description: `ASC JIT Network Access rule for policy '${policy.name}' of VM '${vm.name}'.`,
      prio: freeNumber(nsg, LAST_DENY, -1),
      access: 'deny',
      src: ['*'],
      sport: ['*'],
      dst: [vm.nic.private_ip],
      dport: ports.map(({ port }) => String(port)),
      proto: '*',
      jit: 'deny',
      inForce: true,
    })
  }
}

/** Forgets windows that the file writes out as rules, because the requests they belong to are about to make them anew. */
export function dropWritten(state: AzureState, vm: SimVm): void {
  for (const nsg of nsgsOf(state, vm))
    nsg.rules = nsg.rules.filter(
      rule => rule.jit !== undefined || !/-JITRule-/.test(rule.name) || !rule.dst.includes(vm.nic.private_ip),
    )
}

/** Takes away everything that was done for a VM, and ends its requests. */
export function uncoverVm(state: AzureState, policy: SimPolicy, vm: SimVm): void {
  for (const nsg of nsgsOf(state, vm))
    nsg.rules = nsg.rules.filter(rule => rule.jit === undefined || !rule.dst.includes(vm.nic.private_ip))
  for (const { entries } of policy.requests)
    for (const entry of entries)
      if (same(entry.vm, vm.id) && entry.status !== 'Revoked') revoke(entry, 'UserRequested')
}

/**
 * Notes a request whose rules the file has written out, or left out. Those that fit it end with it; no other is made.
 */
export function takeAsWritten(state: AzureState, policy: SimPolicy, order: Order): void {
  const request = noteRequest(state, policy, order)
  for (const { vm, sources, endsAt, port } of order.wishes) {
    if (endsAt <= order.from) continue
    const bare = (prefix: string) => prefix.replace(/\/32$/, '')
    for (const rule of nsgsOf(state, vm).flatMap(({ rules }) => rules))
      if (
        rule.access === 'allow' &&
        /JITRule/i.test(rule.name) &&
        rule.dst.includes(vm.nic.private_ip) &&
        rule.dport.includes(String(port)) &&
        rule.src.some(one => sources.some(other => bare(other) === bare(one)))
      )
        Object.assign(rule, { jit: 'allow', request: request.id, until: endsAt })
  }
}

export type Wish = { vm: SimVm; port: number; sources: string[]; endsAt: number }

export type Order = {
  requestor: string
  justification?: string
  startedAt: number
  from: number
  wishes: readonly Wish[]
}

/** Opens windows. In mode `supersede` a window for the same VM and port closes first. */
export function openRequest(state: AzureState, policy: SimPolicy, order: Order): SimRequest {
  if (state.mode === 'supersede') for (const wish of order.wishes) supersede(state, policy, wish)
  const request = noteRequest(state, policy, order)
  for (const wish of order.wishes)
    for (const nsg of nsgsOf(state, wish.vm))
      nsg.rules.push(allowRule(state, policy, nsg, wish, request, order.from))
  return request
}

function noteRequest(state: AzureState, policy: SimPolicy, order: Order): SimRequest {
  const { requestor, justification, startedAt, from, wishes } = order
  state.counter += 1
  const request: SimRequest = {
    id: `request-${state.counter}`,
    startedAt,
    requestor,
    ...(justification === undefined ? {} : { justification }),
    entries: wishes.map(
      ({ vm, port, sources, endsAt }): SimEntry => ({
        vm: vm.id,
        port,
        sources,
        endsAt,
        status: 'Initiating',
        reason: 'UserRequested',
        from,
      }),
    ),
  }
  policy.requests.push(request)
  return request
}

function supersede(state: AzureState, policy: SimPolicy, { vm, port }: Wish): void {
  for (const { id, entries } of policy.requests)
    for (const entry of entries) {
      if (!same(entry.vm, vm.id) || entry.port !== port || entry.status === 'Revoked') continue
      revoke(entry, 'NewerRequestInitiated')
      for (const nsg of nsgsOf(state, vm))
        nsg.rules = nsg.rules.filter(
          rule =>
            rule.request !== id ||
            !rule.dst.includes(vm.nic.private_ip) ||
            !rule.dport.includes(String(port)),
        )
    }
}

function allowRule(
  state: AzureState,
  policy: SimPolicy,
  nsg: SimNsg,
  { vm, port, sources, endsAt }: Wish,
  request: SimRequest,
  from: number,
): SimRule {
  const proto = policy.vms.find(({ id }) => same(id, vm.id))?.ports.find(spec => spec.port === port)?.proto
  return {
    name: ruleName(state, 'allow'),
    description: `ASC JIT Network Access rule created by an initiation request for policy '${policy.name}' of VM '${vm.name}'.`,
    prio: freeNumber(nsg, FIRST_ALLOW, 1),
    access: 'allow',
    src: [...sources],
    sport: ['*'],
    dst: [vm.nic.private_ip],
    dport: [String(port)],
    proto: proto === 'TCP' ? 'tcp' : proto === 'UDP' ? 'udp' : '*',
    jit: 'allow',
    request: request.id,
    from,
    until: endsAt,
    inForce: false,
  }
}

export function revoke(entry: SimEntry, reason: SimEntry['reason']): void {
  entry.status = 'Revoked'
  entry.reason = reason
}

function freeNumber(nsg: SimNsg, first: number, step: 1 | -1): number {
  const taken = new Set(nsg.rules.map(({ prio }) => prio))
  let number = first
  while (taken.has(number)) number += step
  return number
}

/** A number and 32 hexadecimal digits; the same in every run, so that two runs of a story can be compared. */
function ruleName(state: AzureState, access: 'allow' | 'deny'): string {
  state.counter += 1
  const digest = createHash('sha256').update(`rule ${state.counter}`).digest()
  const number = digest.readUInt32BE(0) >>> 1
  const hex = digest.toString('hex', 4, 20).toUpperCase()
  return access === 'allow'
    ? `SecurityCenter-JITRule-${number}-${hex}`
    : `SecurityCenter-JITRule_-${number}_${hex}`
}
