/**
 * Internet addresses and prefixes: where a person's RDP client comes from, and whether that lies within what is allowed.
 *
 * Strict on purpose: what two programs could read differently (leading zeros, octal, zone ids, missing parts) is not an address here.
 * An IPv4 address written inside IPv6 (::ffff:203.0.113.7) is the IPv4 address, in comparisons too.
 * Sources: RFC 4291 (text forms), RFC 5952 (canonical text), IANA special-purpose address registries for IPv4 and IPv6 (read 2026-11-21).
 */
import assert from 'node:assert/strict'

/** An address as a number of 32 (IPv4) or 128 (IPv6) bits. */
export type IpAddress = { bits: 32 | 128; value: bigint }

/** The addresses whose first `length` bits are those of `value`; the rest of `value` is zero. */
export type IpPrefix = IpAddress & { length: number }

/** Reads an IPv4 or IPv6 address exactly as written: no spaces, brackets, port or zone. Undefined for anything else; never throws. */
export function parseAddress(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined
  if (!text.includes(':')) {
    const octets = readOctets(text)
    return octets && { bits: 32, value: join(octets, 8n) }
  }
  const groups = readGroups(text)
  return groups && unwrap({ bits: 128, value: join(groups, 16n) })
}

/** Reads "10.0.0.0/8", "2001:db8::/32", or an address alone, which is the prefix of just itself. Bits beyond the length are dropped. */
export function parsePrefix(text: string): IpPrefix | undefined {
  const slash = text.indexOf('/')
  const written = slash < 0 ? text : text.slice(0, slash)
  const address = parseAddress(written)
  if (address === undefined) return undefined
  if (slash < 0) return { ...address, length: address.bits }
  const digits = text.slice(slash + 1)
  if (!/^(?:0|[1-9]\d{0,2})$/.test(digits)) return undefined
  // An IPv4 address inside IPv6 counts its length from the front of the 128 bits.
  const wrapped = address.bits === 32 && written.includes(':')
  const length = wrapped ? Number(digits) - 96 : Number(digits)
  if (length < 0 || length > address.bits) return undefined
  const rest = BigInt(address.bits - length)
  return { bits: address.bits, value: (address.value >> rest) << rest, length }
}

/**
 * Whether an address lies in one of the prefixes. '*', 'Any' and 'Internet' (any case) hold every address.
 * What is no prefix (a service tag, a typing error) holds nothing, and what is no address lies nowhere.
 */
export function isWithin(address: string, prefixes: readonly string[]): boolean {
  const at = parseAddress(address)
  if (at === undefined) return false
  return prefixes.some(text => {
    if (EVERYWHERE.has(text.toLowerCase())) return true
    const prefix = parsePrefix(text)
    return prefix !== undefined && holds(prefix, at)
  })
}

/** Whether every address of a prefix, or an address alone, lies in one of the prefixes. What is neither lies nowhere. */
export function isPrefixWithin(inner: string, prefixes: readonly string[]): boolean {
  const within = parsePrefix(inner)
  if (within === undefined) return false
  return prefixes.some(text => {
    if (EVERYWHERE.has(text.toLowerCase())) return true
    const prefix = parsePrefix(text)
    return prefix !== undefined && within.length >= prefix.length && holds(prefix, within)
  })
}

/**
 * One address that stands for a prefix where only a single one can be asked about; an address stands for itself. Azure keeps the first four
 * addresses of every subnet for itself.
 */
export function oneOf(prefix: string): string {
  const { bits, value, length } = parsePrefix(prefix) ?? {}
  if (bits === undefined || value === undefined || length === bits) return prefix.replace(/\/.*$/, '')
  const at = bits - (length ?? bits) >= 3 ? value + 4n : value
  return bits === 32 ? writeOctets(at) : writeGroups(at)
}

/**
 * The one way an address is written in events, JIT requests and comparisons: IPv4 in dotted form, IPv6 compressed and in lower case.
 * Undefined when the text is no address of a single host: prefixes, unspecified, multicast, broadcast and reserved ones.
 */
export function canonicalSource(address: string): string | undefined {
  const at = parseAddress(address)
  if (at === undefined || isIn(at, NOT_A_HOST)) return undefined
  return at.bits === 32 ? writeOctets(at.value) : writeGroups(at.value)
}

/**
 * Whether Azure could see this as the source of a connection over the internet. Not public: private, shared (carrier NAT), loopback,
 * link-local, multicast, reserved, benchmarking and protocol ranges, and IPv6 outside 2000::/3.
 * The documentation ranges (such as 203.0.113.0/24 and 2001:db8::/32) DO count as public: the simulated world lives in them, and nobody
 * in the real one can come from there.
 */
export function isPublic(address: string): boolean {
  const at = parseAddress(address)
  if (at === undefined || isIn(at, NOT_PUBLIC)) return false
  return at.bits === 32 || holds(GLOBAL, at)
}

const EVERYWHERE: ReadonlySet<string> = new Set(['*', 'any', 'internet'])
const NO_HOSTS = ['0.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4', '::/128', 'ff00::/8']
const NOT_A_HOST = NO_HOSTS.map(known)
/** IPv6 outside this prefix is not public either. */
export const GLOBAL_IPV6 = '2000::/3'
/** Of both families: what no public address lies in. */
export const NEVER_PUBLIC: readonly string[] = [
  ...NO_HOSTS,
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  // Teredo, ORCHID, benchmarking and the other protocol assignments; then 6to4, which may wrap a private IPv4 address.
  '2001::/23',
  '2002::/16',
]
const NOT_PUBLIC = NEVER_PUBLIC.map(known)
const GLOBAL = known(GLOBAL_IPV6)

function known(text: string): IpPrefix {
  const prefix = parsePrefix(text)
  assert(prefix !== undefined, `not a prefix: ${text}`)
  return prefix
}

const isIn = (address: IpAddress, prefixes: readonly IpPrefix[]) =>
  prefixes.some(prefix => holds(prefix, address))

function holds(prefix: IpPrefix, address: IpAddress): boolean {
  const rest = BigInt(prefix.bits - prefix.length)
  return prefix.bits === address.bits && prefix.value >> rest === address.value >> rest
}

function join(parts: readonly number[], width: bigint): bigint {
  return parts.reduce((value, part) => (value << width) | BigInt(part), 0n)
}

/** ::ffff:0:0/96 holds IPv4. */
function unwrap(address: IpAddress): IpAddress {
  return address.value >> 32n === 0xffffn ? { bits: 32, value: address.value & 0xffff_ffffn } : address
}

function readOctets(text: string): readonly number[] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^(?:0|[1-9]\d{0,2})$/.test(part))) return undefined
  const octets = parts.map(Number)
  return octets.every(octet => octet <= 255) ? octets : undefined
}

/** The eight groups of an IPv6 address; "::" stands for one or more groups of zero. */
function readGroups(text: string): readonly number[] | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map((half, index) => readHalf(half, index === halves.length - 1))
  if (head === undefined) return undefined
  if (halves.length === 1) return head.length === 8 ? head : undefined
  if (tail === undefined || head.length + tail.length > 7) return undefined
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

/** Groups between colons. Only the very end of an address may be written as an IPv4 address. */
function readHalf(text: string, isEnd: boolean): readonly number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const octets = isEnd && index === parts.length - 1 ? readOctets(part) : undefined
      if (octets === undefined) return undefined
      groups.push(Number(join(octets.slice(0, 2), 8n)), Number(join(octets.slice(2), 8n)))
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

const writeOctets = (value: bigint) =>
  [24n, 16n, 8n, 0n].map(shift => String((value >> shift) & 0xffn)).join('.')

/** RFC 5952: no leading zeros, lower case, the longest run of two or more zero groups (the first of equals) becomes "::". */
function writeGroups(value: bigint): string {
  const groups = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map(shift => Number((value >> shift) & 0xffffn))
  let [start, longest] = [0, 1]
  for (const at of groups.keys()) {
    let length = 0
    while (groups[at + length] === 0) length += 1
    if (length > longest) [start, longest] = [at, length]
  }
  const write = (some: readonly number[]) => some.map(group => group.toString(16)).join(':')
  if (longest < 2) return write(groups)
  return `${write(groups.slice(0, start))}::${write(groups.slice(start + longest))}`
}
