/**
 * The address a browser comes from, told so that the browser cannot choose it.
 *
 * The peer of the connection counts, unless it is a trusted proxy: then X-Forwarded-For is read from the right, past trusted proxies
 * only. Whatever stands further left was written by the caller and is never looked at. An address that cannot be read ends the search
 * without one: a wrong address would open the VM to somebody else.
 * Sources: RFC 7239 section 5.2 and 6; https://learn.microsoft.com/azure/application-gateway/how-application-gateway-works, which
 * appends the port to each address (read 2026-11-21).
 */
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import ip from 'ipaddr.js'

export type Caller = {
  /** Canonical: IPv4 with four decimal parts, IPv6 as in RFC 5952. */
  address: string
  family: 4 | 6
  /** False for addresses that only mean something inside some network: private, loopback, a carrier’s own. */
  public: boolean
}

type Address = ip.IPv4 | ip.IPv6
type Range = [Address, number]
export type Proxies = readonly Range[]

/** Tells the address of the one who sent this request; undefined when it cannot be told. */
export function callerOf(request: IncomingMessage, proxies: Proxies): Caller | undefined {
  const header = request.headers['x-forwarded-for']
  const forwardedFor = Array.isArray(header) ? header.join(',') : header
  return tellCaller({ peer: request.socket.remoteAddress, forwardedFor }, proxies)
}

export function tellCaller(
  seen: { peer: string | undefined; forwardedFor: string | undefined },
  proxies: Proxies,
): Caller | undefined {
  const hops = (seen.forwardedFor ?? '').split(',').reverse()
  for (const hop of [seen.peer ?? '', ...hops]) {
    const address = readAddress(hop)
    if (address === undefined) return undefined
    if (!isWithin(address, proxies)) return describe(address)
  }
  return undefined
}

/**
 * Reads addresses and CIDR ranges of trusted proxies.
 * @throws {RangeError} naming every entry that is neither
 */
export function readProxies(entries: readonly string[]): Proxies {
  const read = entries.map(entry => ({ entry, range: readRange(entry.trim()) }))
  const bad = read.filter(({ range }) => range === undefined).map(({ entry }) => entry)
  if (bad.length > 0) throw new RangeError(`not an address or a CIDR range of a proxy: ${bad.join(', ')}`)
  return read.flatMap(({ range }) => (range === undefined ? [] : [range]))
}

function readRange(entry: string): Range | undefined {
  const [host = '', length] = entry.split('/', 2)
  if (isIP(host) === 0 || host.includes('%')) return undefined
  const written = ip.parse(host)
  const longest = written.kind() === 'ipv4' ? 32 : 128
  const bits = length === undefined ? longest : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN
  if (!(bits >= 0 && bits <= longest) || entry.split('/').length > 2) return undefined
  const address = ip.process(host)
  // ::ffff:10.0.0.0/104 means 10.0.0.0/8; a shorter prefix would reach beyond the mapped addresses and is not what was meant.
  if (written.kind() === address.kind()) return [address, bits]
  return bits >= 96 ? [address, bits - 96] : undefined
}

/** Strict: no octal, hexadecimal or shortened forms, no zones. IPv4 wrapped in IPv6 is unwrapped, a port is dropped. */
function readAddress(text: string): Address | undefined {
  const bare = withoutPort(text.trim())
  return isIP(bare) === 0 || bare.includes('%') ? undefined : ip.process(bare)
}

function withoutPort(text: string): string {
  const bracketed = /^\[([^[\]]+)\](?::\d{1,5})?$/.exec(text)
  if (bracketed?.[1] !== undefined) return bracketed[1].includes(':') ? bracketed[1] : ''
  return /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text
}

const isWithin = (address: Address, ranges: Proxies): boolean =>
  ranges.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))

const INNER: ReadonlySet<string> = new Set([
  'private',
  'loopback',
  'linkLocal',
  'carrierGradeNat',
  'uniqueLocal',
])

function describe(address: Address): Caller {
  const isV4 = address.kind() === 'ipv4'
  return {
    address: isV4 ? address.toString() : (address as ip.IPv6).toRFC5952String(),
    family: isV4 ? 4 : 6,
    public: !INNER.has(address.range()),
  }
}
