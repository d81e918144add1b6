/**
 * Prepares a network for one flow: the layers the flow meets, and for every rule the senders it matches.
 *
 * Senders are sets (spans.ts): `sure` for those the rule matches, `maybe` for those it matches unless something unread says otherwise.
 * Facts: service tags https://learn.microsoft.com/azure/virtual-network/service-tags-overview, default rules and ASGs
 * https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview, admin rules
 * https://learn.microsoft.com/azure/virtual-network-manager/concept-security-admins (read 2026-11-20).
 */
import { parseAddress } from '../../access/source.ts'
import type { IpConfiguration, Network, NetworkRule, Nic, RuleSet } from '../readings.ts'
import { defaultInbound } from './defaults.ts'
import { matchOf, type RuleMatch } from './match.ts'
import { type Bits, type Spans, spansOf } from './spans.ts'
import { addressBook, type Tags } from './tags.ts'
import type { Doubt, Flow, Layer, RuleAt } from './verdict.ts'

export type MatchedRule = { at: RuleAt; match: RuleMatch }
export type SceneLayer =
  | { state: 'absent' }
  | { state: 'unread'; doubt: Doubt }
  | { state: 'read'; nsg?: RuleSet; rules: readonly MatchedRule[] }

export type Scene = {
  flow: Flow
  bits: Bits
  tags: Tags
  /** Prefixes of the VM's own virtual network: members of an ASG lie in it. */
  vnet: Spans
  nic: Nic
  ip: IpConfiguration
  layers: Record<Layer, SceneLayer>
}

/**
 * Undefined when the flow's destination is no address of the VM: then nothing can be said about it.
 *
 * @param known matches of rules already judged for this very flow, kept from one try at a changed network to the next. With it, doubts
 *   may name the layer of another place where the same rule stands.
 */
export function sceneOf(
  flow: Flow,
  network: Network,
  known?: WeakMap<NetworkRule, RuleMatch>,
): Scene | undefined {
  const to = parseAddress(flow.destination)
  if (to === undefined) return undefined
  const place = placeOf(network, to)
  if (place === undefined) return undefined
  const { nic, ip } = place
  const tags = addressBook(network, ip.subnet, to.bits)
  const setting = {
    flow,
    bits: to.bits,
    tags,
    vnet: spansOf(ip.subnet.vnet.prefixes, to.bits),
    groups: nic.groups,
  }
  const match = (layer: Layer, rules: readonly NetworkRule[], nsg?: RuleSet): MatchedRule[] =>
    [
      ...rules
        .toSorted((left, right) => left.priority - right.priority)
        .map(rule => ({ rule, isDefault: false })),
      ...(nsg === undefined ? [] : defaultInbound.map(rule => ({ rule, isDefault: true }))),
    ].map(({ rule, isDefault }) => {
      const at: RuleAt = { layer, ...(nsg === undefined ? {} : { nsg }), rule, isDefault }
      const match = known?.get(rule) ?? matchOf(at, setting)
      known?.set(rule, match)
      return { at, match }
    })
  const unread = unreadParts(network, ip.subnet.nsg, nic.attachedNsg)
  const guard = (layer: 'subnet' | 'nic', nsg: RuleSet | undefined): SceneLayer => {
    const doubt = unread[layer]
    if (doubt !== undefined) return { state: 'unread', doubt }
    return nsg === undefined
      ? { state: 'absent' }
      : { state: 'read', nsg, rules: match(layer, nsg.rules, nsg) }
  }
  const admin: SceneLayer =
    unread.admin !== undefined
      ? { state: 'unread', doubt: unread.admin }
      : network.adminRules.length === 0
        ? { state: 'absent' }
        : { state: 'read', rules: match('admin', network.adminRules) }
  const layers = { admin, subnet: guard('subnet', ip.subnet.nsg), nic: guard('nic', nic.attachedNsg) }
  return { flow, bits: to.bits, tags, vnet: setting.vnet, nic, ip, layers }
}

function placeOf(
  { nics }: Network,
  to: { bits: Bits; value: bigint },
): { nic: Nic; ip: IpConfiguration } | undefined {
  for (const nic of nics)
    for (const ip of nic.ipConfigurations) {
      const own = ip.privateAddress === undefined ? undefined : parseAddress(ip.privateAddress)
      if (own?.bits === to.bits && own.value === to.value) return { nic, ip }
    }
  return undefined
}

/**
 * Which layers a missing part may have hidden. A part is told by its words: "admin rules", "subnet NSG nsg-app", "NIC nic-1". What no rule
 * depends on (load balancers, firewalls, routes, tags: these show up as unknown tags) hides nothing; what is not recognised may be an NSG.
 */
function unreadParts(
  { missing }: Network,
  subnetNsg: RuleSet | undefined,
  nicNsg: RuleSet | undefined,
): Partial<Record<Layer, Doubt>> {
  const unread: Partial<Record<Layer, Doubt>> = {}
  for (const part of missing) {
    const what = part.what.toLowerCase()
    const doubt: Doubt = {
      about: 'unread',
      what: part.what,
      ...(part.lacks === undefined ? {} : { lacks: part.lacks }),
    }
    const names = (nsg: RuleSet | undefined) =>
      nsg !== undefined && (what.includes(nsg.name.toLowerCase()) || what.includes(nsg.id.toLowerCase()))
    if (names(subnetNsg)) unread.subnet = doubt
    if (names(nicNsg)) unread.nic = doubt
    if (names(subnetNsg) || names(nicNsg) || OF_NO_RULE.test(what)) continue
    if (/\badmin|network manager/.test(what)) {
      unread.admin = doubt
      continue
    }
    const [onSubnet, onNic] = [/subnet/.test(what), /\bnic\b|interface/.test(what)]
    if (subnetNsg === undefined && (onSubnet || !onNic)) unread.subnet = doubt
    if (nicNsg === undefined && (onNic || !onSubnet)) unread.nic = doubt
  }
  return unread
}

const OF_NO_RULE =
  /service tag|load balanc|\bnat\b|firewall|public (?:ip|address)|route|bastion|\bjit\b|\bdns\b|peering|application security/
