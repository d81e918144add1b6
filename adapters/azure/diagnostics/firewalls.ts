/**
 * Azure Firewalls in front of a VM, with the destination NAT rules that lead through them.
 *
 * In front is one that lies in the VM's network or in a peered one, is the next hop of the subnet's route table, or has a rule that
 * leads to one of the VM's addresses. Rules stand in the firewall itself (classic) or in its policy.
 * Facts: https://learn.microsoft.com/azure/firewall/rule-processing (read 2026-11-21).
 */
import type { AzureFirewall, NatRule, VirtualNetwork } from '@azure/arm-network'
import type { DnatRule, Network, VmId } from '../../../core/index.ts'
import { armId, sameId } from '../arm-id.ts'
import { all } from '../calls.ts'
import { type Look, neighboursOf, networkOf, subscriptionsOf } from './look.ts'
import type { Surroundings } from './subnets.ts'

const OP = 'azure.diagnostics.firewalls'
type Firewall = Network['firewalls'][number]

export async function firewallsBefore(
  surroundings: Surroundings,
  vm: VmId,
  vnets: readonly VirtualNetwork[],
): Promise<readonly Firewall[]> {
  const { look, gaps } = surroundings
  const neighbours = neighboursOf(vnets)
  const lists = await Promise.all(
    subscriptionsOf(vm, neighbours).map(subscription =>
      gaps.fill(
        `the Azure Firewalls of subscription ${subscription}`,
        look.shared.firewalls(subscription),
        [],
      ),
    ),
  )
  const found = lists.flat()
  if (found.length === 0) return []
  const hops = await nextHops(surroundings, vnets)
  const own = surroundings.nics.flatMap(({ ipConfigurations = [] }) =>
    ipConfigurations.flatMap(({ privateIPAddress }) => privateIPAddress?.split('/')[0] ?? []),
  )
  const near = found.filter(firewall => {
    const { privateAddress } = addressesIn(firewall)
    return (
      (firewall.ipConfigurations ?? []).some(({ subnet }) =>
        neighbours.some(({ id }) => sameId(networkOf(subnet?.id ?? ''), id)),
      ) ||
      (privateAddress !== undefined && hops.has(privateAddress)) ||
      classicRules(firewall).some(({ translatedAddress }) => own.includes(translatedAddress ?? ''))
    )
  })
  return Promise.all(near.map(firewall => firewallOf(surroundings, firewall)))
}

/** Where the route tables of the VM's subnets send traffic. */
async function nextHops(
  { look, gaps, nics }: Surroundings,
  vnets: readonly VirtualNetwork[],
): Promise<ReadonlySet<string>> {
  const subnets = nics.flatMap(({ ipConfigurations = [] }) =>
    ipConfigurations.flatMap(({ subnet }) => subnet?.id ?? []),
  )
  const tables = vnets
    .flatMap(vnet => vnet.subnets ?? [])
    .filter(({ id }) => subnets.some(own => sameId(id, own)))
    .flatMap(({ routeTable }) => routeTable?.id ?? [])
  const read = await Promise.all(
    tables.map(id => gaps.fill(`the route table ${armId(id).name}`, look.routeTable(id), undefined)),
  )
  return new Set(
    read.flatMap(table => (table?.routes ?? []).flatMap(({ nextHopIpAddress }) => nextHopIpAddress ?? [])),
  )
}

async function firewallOf(surroundings: Surroundings, firewall: AzureFirewall): Promise<Firewall> {
  const { look, gaps } = surroundings
  const name = firewall.name ?? armId(firewall.id ?? '').name
  const { privateAddress, publicIds, hubAddresses } = addressesIn(firewall)
  const policy = firewall.firewallPolicy?.id
  const [read, inPolicy] = await Promise.all([
    Promise.all(
      publicIds.map(id =>
        gaps.fill(`the public address ${armId(id).name}`, look.publicAddress(id), undefined),
      ),
    ),
    policy === undefined
      ? []
      : gaps.fill(`the rules of the firewall policy ${armId(policy).name}`, policyRules(look, policy), []),
  ])
  const rules = [...classicRules(firewall), ...inPolicy]
  if (rules.some(({ sourceIpGroups }) => sourceIpGroups?.length))
    gaps.note(`IP groups in the rules of the firewall ${name}`, {
      why: 'Some of its rules name their sources by IP groups, which are not read.',
    })
  return {
    name,
    ...(privateAddress === undefined ? {} : { privateAddress }),
    publicAddresses: [...read.flatMap(address => address?.ipAddress ?? []), ...hubAddresses],
    dnat: rules.flatMap(rule => dnatOf(name, rule)),
  }
}

function addressesIn({ ipConfigurations = [], hubIPAddresses }: AzureFirewall) {
  return {
    privateAddress:
      ipConfigurations.find(({ privateIPAddress }) => privateIPAddress !== undefined)?.privateIPAddress ??
      hubIPAddresses?.privateIPAddress,
    publicIds: ipConfigurations.flatMap(({ publicIPAddress }) => publicIPAddress?.id ?? []),
    hubAddresses: (hubIPAddresses?.publicIPs?.addresses ?? []).flatMap(({ address }) => address ?? []),
  }
}

/** A rule as both kinds of rule collection have it. */
type Written = Pick<
  NatRule,
  | 'sourceAddresses'
  | 'sourceIpGroups'
  | 'destinationAddresses'
  | 'destinationPorts'
  | 'translatedAddress'
  | 'translatedPort'
>

const classicRules = ({ natRuleCollections = [] }: AzureFirewall): readonly Written[] =>
  natRuleCollections
    .filter(({ action }) => !/^snat$/i.test(action?.type ?? ''))
    .flatMap(({ rules = [] }) => rules)

async function policyRules({ sweep }: Look, policy: string): Promise<readonly Written[]> {
  const { subscription, resourceGroup, name } = armId(policy)
  const groups = await sweep.calls.read(
    {
      op: OP,
      needs: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups/read',
      thing: `the firewall policy ${name}`,
      subscription,
    },
    sweep.clients.network(subscription),
    (client, abortSignal) =>
      all(client.firewallPolicyRuleCollectionGroups.list(resourceGroup, name, { abortSignal })),
  )
  return groups
    .flatMap(({ ruleCollections = [] }) => ruleCollections)
    .filter(collection => /^FirewallPolicyNatRuleCollection$/i.test(collection.ruleCollectionType ?? ''))
    .flatMap(collection => ('rules' in collection ? (collection.rules ?? []) : []))
    .filter((rule): rule is NatRule => /^NatRule$/i.test(rule.ruleType ?? ''))
}

/** Ranges wider than this are no way in that anybody dials. */
const MOST_PORTS = 64

/** One rule for each address and port that it takes. A rule whose target is a name leads nowhere that can be compared. */
function dnatOf(firewall: string, rule: Written): DnatRule[] {
  const { translatedAddress, translatedPort, destinationAddresses = [], destinationPorts = [] } = rule
  const toPort = Number(translatedPort)
  if (!translatedAddress || !Number.isInteger(toPort)) return []
  return destinationAddresses.flatMap(address =>
    destinationPorts.flatMap(portsIn).map(port => ({
      firewall,
      address,
      port,
      sources: rule.sourceAddresses ?? [],
      toAddress: translatedAddress,
      toPort,
    })),
  )
}

function portsIn(range: string): number[] {
  const [low = Number.NaN, high = low] = range.split('-').map(Number)
  if (!Number.isInteger(low) || !Number.isInteger(high) || high < low || high - low >= MOST_PORTS) return []
  return Array.from({ length: high - low + 1 }, (_, index) => low + index)
}
