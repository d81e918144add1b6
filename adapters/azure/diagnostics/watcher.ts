/**
 * Network Watcher's opinions: IP flow verify (K12) and connection troubleshoot from Bastion (K18).
 *
 * Sources: https://learn.microsoft.com/azure/network-watcher/ip-flow-verify-overview and
 * https://learn.microsoft.com/azure/network-watcher/connection-troubleshoot-overview (read 2026-11-21).
 */
import type { NetworkInterface } from '@azure/arm-network'
import ipaddr from 'ipaddr.js'
import { Fault, type FlowVerdict, type Reachability, type VmId } from '../../../core/index.ts'
import { armId, sameId } from '../arm-id.ts'
import { verifyFlow } from '../flow.ts'
import { hostFor } from './bastion.ts'
import { plain } from './health.ts'
import { type Look, mustRun, primaryNic } from './look.ts'
import { unasked } from './reading.ts'

const OP = { flow: 'azure.diagnostics.flow', reachability: 'azure.diagnostics.reachability' } as const
const POLL_MS = 1_000

/** K12 */
export async function flow(look: Look, id: VmId, port: number, source: string): Promise<FlowVerdict> {
  if (!ipaddr.IPv4.isValidFourPartDecimal(source))
    throw unasked(OP.flow, 'IP flow verify takes single IPv4 addresses only.')
  await mustRun(look, OP.flow, id, 'IP flow verify')
  const nic = await primaryNic(look, OP.flow, id)
  const question = { vm: id, address: addressOf(OP.flow, nic), port, source }
  const { location } = await look.vm(id)
  const usual = usualWatcher(id, location)
  const verdict = await verifyFlow(look.probe, OP.flow, usual, question).catch(async error => {
    if (!(error instanceof Fault) || (error.kind !== 'missing' && error.kind !== 'denied')) throw error
    const watcher = await watcherIn(look, OP.flow, armId(id).subscription, location)
    if (sameId(watcher, usual)) throw error
    return verifyFlow(look.probe, OP.flow, watcher, question)
  })
  if (verdict === undefined) throw unasked(OP.flow, 'Network Watcher gave no verdict.')
  return verdict
}

/** K18 */
export async function reachability(look: Look, id: VmId, port: number): Promise<Reachability> {
  const host = await hostFor(look, id)
  if (host === undefined)
    throw unasked(OP.reachability, 'No Bastion host reaches the VM, so nothing can be tried from one.')
  await mustRun(look, OP.reachability, id, 'Connection troubleshoot')
  // The watcher of the source's region does the trying.
  const hostId = host.host.id ?? ''
  const watcher = await watcherIn(look, OP.reachability, armId(hostId).subscription, host.host.location ?? '')
  const { subscription, resourceGroup, name } = armId(watcher)
  const nic = await primaryNic(look, OP.reachability, id)
  const { clients, calls } = look.probe
  const answer = await calls.read(
    {
      op: OP.reachability,
      needs: 'Microsoft.Network/networkWatchers/connectivityCheck/action',
      thing: `the Network Watcher ${name}`,
      subscription,
    },
    clients.network(subscription),
    (client, abortSignal) =>
      client.networkWatchers
        .checkConnectivity(
          resourceGroup,
          name,
          {
            source: { resourceId: hostId },
            destination: { resourceId: id, address: addressOf(OP.reachability, nic), port },
            protocol: 'Tcp',
          },
          { abortSignal, updateIntervalInMs: POLL_MS },
        )
        .pollUntilDone({ abortSignal }),
  )
  const status = answer?.connectionStatus
  if (status === undefined || /^unknown$/i.test(status))
    throw unasked(OP.reachability, 'Connection troubleshoot came to no result.')
  return {
    reachable: /^(?:connected|reachable|degraded)$/i.test(status),
    issues: (answer?.hops ?? []).flatMap(({ issues = [] }) =>
      issues.map(({ type, context = [] }) => {
        const detail = context
          .flatMap(pairs => Object.entries(pairs).map(([key, value]) => `${key}: ${value}`))
          .join(', ')
        return { kind: type ?? 'Unknown', ...(detail ? { detail } : {}) }
      }),
    ),
  }
}

/** @throws {Fault} for an interface that has no address yet */
function addressOf(op: string, { ipConfigurations = [] }: NetworkInterface): string {
  const first = ipConfigurations.find(({ primary }) => primary) ?? ipConfigurations[0]
  const address = first?.privateIPAddress?.split('/')[0]
  if (address === undefined) throw unasked(op, 'Azure reports no private address of the VM.')
  return address
}

/**
 * Where Azure puts the watcher of a region by itself: tried first, which spares a look for it. Source: "Enable or disable Azure Network
 * Watcher" (learn.microsoft.com/azure/network-watcher/network-watcher-create, read 2026-11-21).
 */
const usualWatcher = (id: VmId, location: string): string =>
  `/subscriptions/${armId(id).subscription}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_${plain(location)}`

async function watcherIn(look: Look, op: string, subscription: string, location: string): Promise<string> {
  const found = (await look.shared.watchers(subscription)).find(
    watcher => plain(watcher.location ?? '') === plain(location),
  )
  if (found?.id === undefined) throw unasked(op, `There is no Network Watcher in ${location}.`)
  return found.id
}
