/** Sets of IP addresses as sorted, disjoint spans, and the few operations that reading NSG rules needs. */
import { prefixOf } from './rules.ts'

export type Family = 'ipv4' | 'ipv6'
/** First and last address, both included, as numbers. */
type Span = readonly [bigint, bigint]

const BITS: Record<Family, number> = { ipv4: 32, ipv6: 128 }

export class AddressSet {
  readonly family: Family
  readonly spans: readonly Span[]

  constructor(family: Family, spans: readonly Span[]) {
    this.family = family
    this.spans = merged(spans)
  }

  /** How many addresses it holds. */
  get size(): bigint {
    return this.spans.reduce((sum, [first, last]) => sum + last - first + 1n, 0n)
  }

  or(other: AddressSet): AddressSet {
    return new AddressSet(this.family, [...this.spans, ...other.spans])
  }

  and(other: AddressSet): AddressSet {
    const common = this.spans.flatMap(([first, last]) =>
      other.spans.map(([from, to]): Span => [first > from ? first : from, last < to ? last : to]),
    )
    return new AddressSet(
      this.family,
      common.filter(([first, last]) => first <= last),
    )
  }

  minus(other: AddressSet): AddressSet {
    return this.and(other.complement())
  }

  complement(): AddressSet {
    const end = 1n << BigInt(BITS[this.family])
    const gaps: Span[] = []
    let next = 0n
    for (const [first, last] of this.spans) {
      if (first > next) gaps.push([next, first - 1n])
      next = last + 1n
    }
    if (next < end) gaps.push([next, end - 1n])
    return new AddressSet(this.family, gaps)
  }
}

export const nothing = (family: Family): AddressSet => new AddressSet(family, [])
export const everything = (family: Family): AddressSet => nothing(family).complement()

export const isHalfOrMore = (set: AddressSet): boolean => set.size * 2n >= everything(set.family).size

/**
 * The addresses that a rule's sources name: prefixes, and the words that mean everyone. Other service tags name somebody's networks,
 * never everyone, and count for nothing here; so do prefixes of the other family.
 */
export function spanOf(sources: readonly string[], family: Family): AddressSet {
  if (sources.some(source => /^(?:\*|any|internet)$/i.test(source))) return everything(family)
  return new AddressSet(
    family,
    sources.flatMap(source => {
      const prefix = prefixOf(source)
      if (prefix === undefined || prefix[0].kind() !== family) return []
      const [address, bits] = prefix
      const rest = BigInt(BITS[family] - bits)
      const first = (numberOf(address.toByteArray()) >> rest) << rest
      return [[first, first + (1n << rest) - 1n] as const]
    }),
  )
}

const numberOf = (bytes: readonly number[]): bigint =>
  bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)

function merged(spans: readonly Span[]): readonly Span[] {
  const done: Span[] = []
  for (const span of spans.toSorted((left, right) =>
    left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : 0,
  )) {
    const before = done.at(-1)
    if (before !== undefined && span[0] <= before[1] + 1n)
      done[done.length - 1] = [before[0], span[1] > before[1] ? span[1] : before[1]]
    else done.push(span)
  }
  return done
}
