/** What a dialled address and port lead to, given every way into a VM. Pure; never throws, whatever was dialled. */
import { isWithin, parseAddress } from '../../access/source.ts'
import { type Elsewhere, isSame, type Way, type WaysIn } from './ways.ts'

/** What a client was told to connect to. Without a port it is RDP's own, 3389. */
export type Dialled = { host: string; port?: number }

/** Where the client is, as far as known. `outside`: on the internet, with no VPN and no line into the network. */
export type Client = { outside?: boolean; address?: string }

export type DialledMatch =
  | { match: 'exact'; way: Way }
  /** Right, but the way ends at a secondary network interface. */
  | { match: 'other-nic'; way: Way }
  | { match: 'private-from-outside'; way: Way }
  /** A DNAT rule that does not take this client in. */
  | { match: 'refused'; way: Way }
  /** The address is one of the VM's; these are its ports. */
  | { match: 'wrong-port'; ways: readonly Way[] }
  /** A NAT rule for another machine, or for none. */
  | { match: 'other-machine'; elsewhere: Elsewhere }
  /** A load balancer's or firewall's address, and nothing on it leads to this VM. */
  | { match: 'no-rule'; elsewhere: Elsewhere }
  /** An address that leads nowhere near this VM: it once did, or never has. */
  | { match: 'stale' }
  /** A name that no address of the VM carries. Other name servers may know better. */
  | { match: 'unknown-name' }

export function matchDialled(
  dialled: Dialled,
  { ways, elsewhere }: WaysIn,
  client: Client = {},
): DialledMatch {
  const host = dialled.host.trim().replace(/^\[(.*)\]$/, '$1')
  const port = dialled.port ?? 3389
  const isAddress = parseAddress(host) !== undefined
  const name = host.toLowerCase().replace(/\.$/, '')
  const here = ways.filter(way =>
    isAddress ? isSame(way.address, host) : way.name?.toLowerCase().replace(/\.$/, '') === name,
  )
  const way = here.find(candidate => candidate.port === port)
  if (way !== undefined) return arrive(way, client)
  const others = elsewhere.filter(({ address }) => isSame(address, host))
  const other = others.find(candidate => candidate.port === port)
  if (other !== undefined) return { match: 'other-machine', elsewhere: other }
  if (here.length > 0) return { match: 'wrong-port', ways: here }
  const owner = others[0]
  if (owner !== undefined) return { match: 'no-rule', elsewhere: owner }
  return isAddress ? { match: 'stale' } : { match: 'unknown-name' }
}

function arrive(way: Way, client: Client): DialledMatch {
  if (way.kind === 'private-address' && client.outside === true) return { match: 'private-from-outside', way }
  if (way.sources !== undefined && client.address !== undefined && !isWithin(client.address, way.sources))
    return { match: 'refused', way }
  return way.nic.primary ? { match: 'exact', way } : { match: 'other-nic', way }
}
