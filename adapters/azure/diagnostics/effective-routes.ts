/** Routes in force at a network interface, in Azure's own form: for whoever asks for them, and for what a gateway has learned. */
import type { EffectiveRoute } from '@azure/arm-network'
import { armId } from '../arm-id.ts'
import type { Tools } from '../network.ts'
import { unasked } from './reading.ts'

const OP = 'azure.diagnostics.routes'
const POLL_MS = 1_000

/** An operation of 3 to 30 seconds that answers for running VMs only. */
export async function effectiveRoutesOf(
  { clients, calls }: Tools,
  nicId: string,
): Promise<readonly EffectiveRoute[]> {
  const { subscription, resourceGroup, name } = armId(nicId)
  const answer = await calls.read(
    {
      op: OP,
      needs: 'Microsoft.Network/networkInterfaces/effectiveRouteTable/action',
      thing: `the network interface ${name}`,
      subscription,
    },
    clients.network(subscription),
    (client, abortSignal) =>
      client.networkInterfaces
        .getEffectiveRouteTable(resourceGroup, name, { abortSignal, updateIntervalInMs: POLL_MS })
        .pollUntilDone({ abortSignal }),
  )
  if (answer?.value === undefined) throw unasked(OP, 'Azure gave no list of routes in force.')
  return answer.value
}
