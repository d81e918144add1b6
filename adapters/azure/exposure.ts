/**
 * Judges whether everyone on the internet can reach a port of a VM by something other than a JIT window.
 *
 * Works on sets of addresses, not on one sample: a rule for 0.0.0.0/1 beside one for 128.0.0.0/1 opens as much as one for everything,
 * and a deny for one company in front of an allow for all others closes nothing. "Everyone" is half of the address space or more; no
 * organisation has that much.
 *
 * Order of evaluation: the lowest number that matches decides in each NSG, and every NSG on the way must allow.
 * Source: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview (read 2026-11-20).
 * Not read: Virtual Network Manager's admin rules, Azure Firewall, and routes that widen the VirtualNetwork tag.
 */
import type { VmReport } from '../../core/index.ts'
import { type AddressSet, everything, isHalfOrMore, nothing, spanOf } from './address-set.ts'
import type { IpSetting, Layers, PublicAddress } from './network.ts'
import { coversAddress, coversPort, coversTcp, isJitWindow, type Nsg, type Rule } from './rules.ts'

export type Exposure = VmReport['exposure']

/** One way in from the internet: an IP setting with what guards it. */
export type Entrance = { setting: IpSetting; publicAddress?: PublicAddress; layers: Layers }

export function exposureOf(entrances: readonly Entrance[], port: number): Exposure {
  const verdicts = entrances.map(entrance => judge(entrance, port))
  return (
    verdicts.find(({ state }) => state === 'open-to-everyone') ??
    verdicts.find(({ state }) => state === 'unknown') ?? { state: 'closed' }
  )
}

function judge({ setting, publicAddress, layers }: Entrance, port: number): Exposure {
  const { privateAddress, groups, balanced } = setting
  // Without a public address or a load balancer there is no way in from the internet, whatever the rules say.
  if (publicAddress === undefined && !balanced) return { state: 'closed' }
  if ('unreadable' in layers) return { state: 'unknown', why: layers.unreadable.say }
  if (privateAddress === undefined) return { state: 'unknown', why: 'Azure reports no private address.' }
  if (layers.nsgs.length === 0) return withoutNsg(publicAddress)
  const concerns = (rule: Rule) =>
    coversTcp(rule) && coversPort(rule, port) && coversAddress(rule, privateAddress, groups)
  const family = privateAddress.includes(':') ? 'ipv6' : 'ipv4'
  const open = layers.nsgs.map(nsg => allowedBy(nsg, concerns, family))
  const through = open.reduce((set, { allowed }) => set.and(allowed), everything(family))
  if (!isHalfOrMore(through)) return { state: 'closed' }
  const rule = open.map(({ name }) => name).join(' and ')
  return publicAddress === undefined
    ? { state: 'unknown', why: `It is behind a load balancer, and ${rule} would let everyone in.` }
    : { state: 'open-to-everyone', rule }
}

/**
 * A Standard public address lets nothing in until an NSG does; a Basic one lets everything in.
 * Source: https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses (read 2026-11-20).
 */
function withoutNsg(publicAddress: PublicAddress | undefined): Exposure {
  if (publicAddress === undefined)
    return { state: 'unknown', why: 'It is behind a load balancer, and no NSG guards it.' }
  return publicAddress.standard
    ? { state: 'closed' }
    : { state: 'open-to-everyone', rule: 'no NSG on its network interface or subnet' }
}

/** Whom an NSG lets in, JIT windows aside, and the rule that does most of it. */
function allowedBy(
  nsg: Nsg,
  concerns: (rule: Rule) => boolean,
  family: 'ipv4' | 'ipv6',
): { allowed: AddressSet; name: string } {
  let undecided = everything(family)
  let allowed = nothing(family)
  let widest: { name: string; size: bigint } = { name: '', size: 0n }
  for (const rule of nsg.rules) {
    if (isJitWindow(rule) || !concerns(rule)) continue
    // A client may come from any port, so a rule that asks for certain ones allows who wants in and denies who does not.
    if (rule.access === 'deny' && !rule.sourcePorts.some(isEveryPort)) continue
    const matched = undecided.and(spanOf(rule.sources, family))
    if (rule.access === 'allow') {
      allowed = allowed.or(matched)
      if (matched.size > widest.size) widest = { name: `${rule.name} (${nsg.name})`, size: matched.size }
    }
    undecided = undecided.minus(matched)
  }
  return { allowed, name: widest.name }
}

const isEveryPort = (range: string): boolean => /^(?:\*|[01]-65535)$/.test(range)
