/**
 * IP flow verify: asks Azure's Network Watcher whether its network rules let an address reach a VM's port.
 *
 * It reads NSGs and admin rules of the region's network, IPv4 only, and says nothing about routes or the VM's own firewall.
 * Source: https://learn.microsoft.com/azure/network-watcher/ip-flow-verify-overview (read 2026-11-20).
 */
import type { NetworkWatcher } from '@azure/arm-network'
import ipaddr from 'ipaddr.js'
import { Fault, type Flow, isPassing, type VmId } from '../../core/index.ts'
import { armId } from './arm-id.ts'
import { all } from './calls.ts'
import type { Memory } from './layout.ts'
import type { Tools } from './network.ts'

const OP = 'azure.jit.flow'
/** Any port from the range that clients use; NSG rules that ask for a certain source port fit none. */
const CLIENT_PORT = '60000'
const POLL_MS = 400

/**
 * @throws {Fault} `missing` when the VM is gone; kinds that pass. A lacking right or watcher is no fault: it comes back as not tested.
 */
export async function flow(
  tools: Tools,
  memory: Memory,
  id: VmId,
  port: number,
  source: string,
  at?: string,
): Promise<Flow> {
  const notTested = (why: string): Flow => ({ access: 'not-tested', why })
  if (!ipaddr.IPv4.isValidFourPartDecimal(source))
    return notTested('IP flow verify takes single IPv4 addresses only.')
  const { subscription } = armId(id)
  // Side by side: the VM that is gone is told as such, whatever became of the rest.
  const reading = memory.watchers(subscription, () => readWatchers(tools, subscription))
  reading.catch(() => undefined)
  const vm = await memory.layout(OP, id).catch(error => {
    if (!(error instanceof Fault) || isPassing(error) || error.kind === 'missing') throw error
    return error
  })
  if (vm instanceof Fault) return notTested(vm.say)
  const { settings } = vm
  try {
    const watchers = await reading
    const meant = settings.find(one => at !== undefined && one.privateAddress === at)
    const privateAddress = (meant ?? settings.find(({ primary }) => primary))?.privateAddress
    if (privateAddress === undefined) return notTested('Azure reports no private address.')
    const watcher = watchers.find(({ location }) => sameRegion(location, vm.location))
    if (watcher?.id === undefined) return notTested(`There is no Network Watcher in ${vm.location}.`)
    const verdict = await verifyFlow(tools, OP, watcher.id, {
      vm: vm.id,
      address: privateAddress,
      port,
      source,
    })
    return verdict ?? notTested('Network Watcher gave no verdict.')
  } catch (error) {
    // The VM was there a moment ago; what is missing here is a watcher or an interface.
    if (error instanceof Fault && !isPassing(error)) return notTested(error.say)
    throw error
  }
}

function readWatchers({ clients, calls }: Tools, subscription: string): Promise<readonly NetworkWatcher[]> {
  return calls.read(
    {
      op: OP,
      needs: 'Microsoft.Network/networkWatchers/read',
      thing: 'the Network Watchers',
      subscription,
    },
    clients.network(subscription),
    (client, abortSignal) => all(client.networkWatchers.listAll({ abortSignal })),
  )
}

/** What IP flow verify says, with the rule's own name. Undefined: it came to no verdict. */
export async function verifyFlow(
  { clients, calls }: Tools,
  op: string,
  watcher: string,
  question: { vm: string; address: string; port: number; source: string },
): Promise<{ access: 'allow' | 'deny'; rule: string } | undefined> {
  const { subscription, resourceGroup, name } = armId(watcher)
  const { access, ruleName = '' } = await calls.read(
    {
      op,
      needs: 'Microsoft.Network/networkWatchers/ipFlowVerify/action',
      thing: `the Network Watcher ${name}`,
      subscription,
    },
    clients.network(subscription),
    (client, abortSignal) =>
      client.networkWatchers
        .verifyIPFlow(
          resourceGroup,
          name,
          {
            targetResourceId: question.vm,
            direction: 'Inbound',
            protocol: 'TCP',
            localIPAddress: question.address,
            localPort: String(question.port),
            remoteIPAddress: question.source,
            remotePort: CLIENT_PORT,
          },
          { abortSignal, updateIntervalInMs: POLL_MS },
        )
        .pollUntilDone({ abortSignal }),
  )
  if (!access) return undefined
  return {
    access: /^allow$/i.test(access) ? 'allow' : 'deny',
    rule: ruleName.replace(/^.*\//, '').replace(/^(?:UserRule|DefaultRule)_/, ''),
  }
}

/** Regions are written `westeurope` or `West Europe`. */
const sameRegion = (left: string | undefined, right: string): boolean =>
  left?.replaceAll(' ', '').toLowerCase() === right.replaceAll(' ', '').toLowerCase()
