/**
 * What the words in a rule's address fields stand for in one network.
 *
 * VirtualNetwork is more than the virtual network: peered and connected ranges, the platform's own address, and prefixes of route tables,
 * which may be everything. Internet is every public address outside that, Azure's own included. AzureLoadBalancer is only where health
 * probes come from: clients keep their own address through a load balancer.
 * Source: https://learn.microsoft.com/azure/virtual-network/service-tags-overview (read 2026-11-21).
 */
import { GLOBAL_IPV6, NEVER_PUBLIC } from '../../access/source.ts'
import type { Network, Subnet } from '../readings.ts'
import { and, type Bits, everything, minus, NOTHING, or, type Spans, spansOf, spansOfText } from './spans.ts'

/** Who is meant: `sure` for certain, `maybe` possibly besides. */
type Meaning = { sure: Spans; maybe: Spans }

export type Tags = {
  publicly: Spans
  /** Where health probes and the platform's agents speak from; no client does. */
  platform: Spans
  virtualNetwork: Meaning
  meaningOf(text: string): Meaning
}

const PLATFORM = { 32: '168.63.129.16/32', 128: 'fe80::1234:5678:9abc/128' } as const

export function addressBook(network: Network, subnet: Subnet, bits: Bits): Tags {
  const publicly = PUBLIC[bits]
  const platform = spansOf([PLATFORM[bits]], bits)
  const own = or(spansOf(subnet.vnet.prefixes, bits), bits === 32 ? platform : NOTHING)
  const virtualNetwork =
    subnet.virtualNetwork.length > 0
      ? { sure: or(own, spansOf(subnet.virtualNetwork, bits)), maybe: NOTHING }
      : withoutExpansion(subnet, own, bits)
  const internet = {
    sure: minus(minus(publicly, virtualNetwork.sure), virtualNetwork.maybe),
    maybe: and(publicly, virtualNetwork.maybe),
  }
  const known = new Map(Object.entries(network.serviceTags).map(([tag, list]) => [tag.toLowerCase(), list]))
  const meaningOf = (text: string): Meaning => {
    const tag = text.toLowerCase()
    switch (tag) {
      case '*':
      case 'any':
        return { sure: everything(bits), maybe: NOTHING }
      case 'virtualnetwork':
      case 'virtual_network':
        return virtualNetwork
      case 'internet':
        return internet
      case 'azureloadbalancer':
      case 'azure_loadbalancer':
        return { sure: platform, maybe: NOTHING }
    }
    const addresses = spansOfText(text, bits)
    if (addresses !== undefined) return { sure: addresses, maybe: NOTHING }
    const listed = known.get(tag)
    if (listed !== undefined) return { sure: expanded(listed, bits), maybe: NOTHING }
    if (!IS_TAG.test(text)) return { sure: NOTHING, maybe: everything(bits) }
    // A regional tag lies within its global one, and every service tag within the public addresses.
    const global = known.get(tag.slice(0, Math.max(0, tag.indexOf('.'))))
    return { sure: NOTHING, maybe: global === undefined ? publicly : expanded(global, bits) }
  }
  return { publicly, platform, virtualNetwork, meaningOf }
}

const IS_TAG = /^[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*$/i

/** Nobody told what VirtualNetwork holds: what is known of it for sure, and any private address may be in it. */
function withoutExpansion(subnet: Subnet, own: Spans, bits: Bits): Meaning {
  const peered = subnet.peerings.flatMap(({ state, prefixes }) => (state === 'connected' ? prefixes : []))
  const sure = or(own, spansOf(peered, bits))
  return { sure, maybe: minus(minus(everything(bits), PUBLIC[bits]), sure) }
}

/** Tags hold up to ten thousand prefixes and are asked about once per rule. */
const memory = new WeakMap<readonly string[], Partial<Record<Bits, Spans>>>()

function expanded(list: readonly string[], bits: Bits): Spans {
  const entry = memory.get(list) ?? {}
  memory.set(list, entry)
  entry[bits] ??= spansOf(list, bits)
  return entry[bits]
}

/** The addresses for which `isPublic` of access/source.ts holds, as a set. */
const isIpv6 = (prefix: string): boolean => prefix.includes(':')
const PUBLIC: Readonly<Record<Bits, Spans>> = {
  32: minus(
    everything(32),
    spansOf(
      NEVER_PUBLIC.filter(prefix => !isIpv6(prefix)),
      32,
    ),
  ),
  128: minus(spansOf([GLOBAL_IPV6], 128), spansOf(NEVER_PUBLIC.filter(isIpv6), 128)),
}
