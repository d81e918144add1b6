/**
 * What the requester's page shows of a Bastion host, and the shareable link to the VM where the grant has one.
 *
 * The link is read from Azure for each look, is given to this page and is kept nowhere.
 */
import { Fault, isPassing } from '../../fault.ts'
import type { BastionView } from '../../pages.ts'
import type { Ports } from '../../ports.ts'
import { bastionRows } from '../../rdp/bastion/abilities.ts'
import { isDialled } from '../../rdp/target.ts'
import type { AccessRequest } from '../request.ts'

/** Only for whom the request is; whoever calls has judged that. A read; changes nothing. */
export async function bastionView(ports: Ports, state: AccessRequest): Promise<{ bastion?: BastionView }> {
  if (state.status !== 'open' || isDialled(state.wayIn)) return {}
  const { way, port } = state.wayIn
  const { name, sku } = way
  const link = await linkFor(ports, state)
  return { bastion: { name, sku, port, rows: bastionRows(way), ...(link === undefined ? {} : { link }) } }
}

async function linkFor(
  { links, clock }: Ports,
  { ask, link, until }: Extract<AccessRequest, { status: 'open' }>,
): Promise<BastionView['link']> {
  if (link === undefined || link.phase === 'released') return undefined
  if (link.phase === 'refused') return { none: link.say }
  if (clock.now() >= until) return { none: 'Your time is over.' }
  if (link.phase !== 'ready') return { wait: 'Azure is making your link.' }
  try {
    const found = await links?.find(link.bastion, ask.vm.id)
    return found === undefined
      ? { wait: 'Azure does not show your link at this moment.' }
      : { url: found.url }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return isPassing(error) ? { wait: error.say } : { none: error.say }
  }
}
