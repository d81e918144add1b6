/**
 * Reads JIT access policies of Microsoft Defender for Cloud.
 *
 * A policy is found by the VM in it, over the whole subscription: its name and region are conventions, and VM ids in it keep whatever
 * spelling the policy was written with.
 * Facts: https://learn.microsoft.com/rest/api/defenderforcloud/jit-network-access-policies, api-version 2020-01-01 (read 2026-11-20).
 */
import type { JitNetworkAccessPolicy, JitNetworkAccessPortRule } from '@azure/arm-security'
import { Fault, type JitPort, type VmId } from '../../core/index.ts'
import { armId, sameId } from './arm-id.ts'
import { all } from './calls.ts'
import type { Tools } from './network.ts'

/** One policy as far as it concerns one VM. */
export type VmPolicy = { id: string; ports: readonly JitPort[]; policy: JitNetworkAccessPolicy }

/** Policies that cover the VM; usually one, none where just-in-time access is not set up. */
export async function policiesOf(
  { clients, calls }: Tools,
  op: string,
  vm: VmId,
): Promise<readonly VmPolicy[]> {
  const { subscription } = armId(vm)
  const policies = await calls.read(
    {
      op,
      needs: 'Microsoft.Security/locations/jitNetworkAccessPolicies/read',
      thing: 'the JIT access policies',
      subscription,
    },
    clients.security(subscription),
    (client, abortSignal) => all(client.jitNetworkAccessPolicies.list({ abortSignal })),
  )
  return policies.flatMap(policy => {
    const mine = (policy.virtualMachines ?? []).find(({ id }) => sameId(id, vm))
    return mine === undefined || policy.id === undefined
      ? []
      : [{ id: policy.id, ports: mine.ports.map(port => portOf(op, port)), policy }]
  })
}

/** The port's entry that lets TCP in: RDP needs it, UDP only speeds it up. */
export const entryFor = (ports: readonly JitPort[], port: number): JitPort | undefined =>
  ports.find(({ number, protocol }) => number === port && protocol !== 'UDP')

export function portOf(op: string, port: JitNetworkAccessPortRule): JitPort {
  const { number, protocol, maxRequestAccessDuration } = port
  return {
    number,
    protocol: /^tcp$/i.test(protocol) ? 'TCP' : /^udp$/i.test(protocol) ? 'UDP' : '*',
    maxMinutes: minutesOf(op, maxRequestAccessDuration),
    sources: sourcesOf(port),
  }
}

/** A policy's port that names no source is open to requests from any. */
function sourcesOf(port: JitNetworkAccessPortRule): readonly string[] {
  const sources = writtenSources(port)
  return sources.length === 0 || sources.includes('*') ? ['*'] : sources
}

/** The single source, or the list; Azure fills one of the two. */
export const writtenSources = (port: {
  allowedSourceAddressPrefix?: string | null
  allowedSourceAddressPrefixes?: readonly string[] | null
}): readonly string[] =>
  port.allowedSourceAddressPrefixes?.length
    ? port.allowedSourceAddressPrefixes
    : port.allowedSourceAddressPrefix
      ? [port.allowedSourceAddressPrefix]
      : []

/** Whole minutes in an ISO 8601 duration of days, hours, minutes and seconds, rounded down. */
function minutesOf(op: string, text: string): number {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$/i.exec(text)
  if (parts === null || !parts.slice(1).some(part => part !== undefined))
    throw new Fault('broken', {
      op,
      say: 'A JIT access policy states its longest duration in a way that cannot be read.',
    })
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map(part => Number(part ?? 0))
  return days * 1440 + hours * 60 + minutes + Math.floor(seconds / 60)
}
