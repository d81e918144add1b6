/**
 * Whether the pretend network lets a flow reach a VM: one address, one port, rule by rule.
 *
 * First match among the network manager's admin rules: a deny and an always-allow are final. Then first match in the subnet's NSG, then
 * first match in the interface's; both must allow; without any NSG nothing is in the way.
 * Sources: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview (read 2026-11-20) and
 * https://learn.microsoft.com/azure/virtual-network-manager/concept-security-admins (read 2026-11-21).
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { nsgsOf } from './defender.ts'
import type { AdminRule } from './fleet-network.ts'
import { same } from './ids.ts'
import type { AzureState, SimNsg, SimRule, SimVm } from './model.ts'

export type SimFlow = { protocol: 'tcp' | 'udp'; port: number; source: string; sourcePort: number }
export type Verdict = { access: 'Allow' | 'Deny'; ruleName: string }

const rule = (name: string, prio: number, access: 'allow' | 'deny', src: string, dst: string): SimRule => ({
  name,
  prio,
  access,
  src: [src],
  sport: ['*'],
  dst: [dst],
  dport: ['*'],
  proto: '*',
  inForce: true,
})

/** The inbound rules that every NSG ends with. */
export const DEFAULT_RULES: readonly SimRule[] = [
  rule('AllowVnetInBound', 65000, 'allow', 'VirtualNetwork', 'VirtualNetwork'),
  rule('AllowAzureLoadBalancerInBound', 65001, 'allow', 'AzureLoadBalancer', '*'),
  rule('DenyAllInBound', 65500, 'deny', '*', '*'),
]

export function verdictOf(state: AzureState, vm: SimVm, flow: SimFlow): Verdict {
  const admin = adminRulesOf(state, vm)
    .toSorted((left, right) => left.prio - right.prio)
    .find(candidate => matches(state, candidate, vm, flow))
  if (admin !== undefined && admin.access !== 'allow')
    return {
      access: admin.access === 'deny' ? 'Deny' : 'Allow',
      ruleName: `securityAdminRules/${admin.name}`,
    }
  let last: Verdict = { access: 'Allow', ruleName: '' }
  for (const nsg of nsgsOf(state, vm)) {
    last = verdictIn(state, nsg, vm, flow)
    if (last.access === 'Deny') return last
  }
  return last
}

/** The admin rules that bind a VM: those of its subscription. */
export const adminRulesOf = ({ subscriptions }: AzureState, vm: SimVm): readonly AdminRule[] =>
  subscriptions.find(({ id }) => same(id, vm.subscription))?.adminRules ?? []

function verdictIn(state: AzureState, nsg: SimNsg, vm: SimVm, flow: SimFlow): Verdict {
  const own = nsg.rules.filter(({ inForce }) => inForce).toSorted((left, right) => left.prio - right.prio)
  const hit = [...own, ...DEFAULT_RULES].find(candidate => matches(state, candidate, vm, flow))
  return {
    access: hit?.access === 'allow' ? 'Allow' : 'Deny',
    ruleName: `${hit !== undefined && hit.prio >= 65000 ? 'defaultSecurityRules' : 'securityRules'}/${hit?.name}`,
  }
}

type Matching = Pick<SimRule, 'proto' | 'src' | 'sport' | 'dst' | 'dport'>

const matches = (state: AzureState, candidate: Matching, vm: SimVm, flow: SimFlow): boolean =>
  (candidate.proto === '*' || candidate.proto === flow.protocol) &&
  candidate.dport.some(range => inRange(range, flow.port)) &&
  candidate.sport.some(range => inRange(range, flow.sourcePort)) &&
  candidate.src.some(where => lies(state, flow.source, where, vm, false)) &&
  candidate.dst.some(where => lies(state, vm.nic.private_ip, where, vm, true))

function inRange(range: string, port: number): boolean {
  if (range === '*') return true
  const [low, high] = range.split('-')
  return Number(low) <= port && port <= Number(high ?? low)
}

function lies(state: AzureState, address: string, where: string, vm: SimVm, target: boolean): boolean {
  switch (where.toLowerCase()) {
    case '*':
      return true
    case 'virtualnetwork':
      return (
        vm.subnet.vnet_tag.some(prefix => within(address, prefix)) ||
        (target && address === vm.nic.private_ip)
      )
    case 'internet':
      return (
        !PRIVATE.some(prefix => within(address, prefix)) &&
        !vm.subnet.vnet_tag.some(prefix => within(address, prefix))
      )
    case 'azureloadbalancer':
      return address === '168.63.129.16'
  }
  if (where.startsWith('asg:')) {
    const group = where.slice(4)
    if (target) return vm.nic.asgs.includes(group)
    return state.vms.some(one => one.nic.private_ip === address && one.nic.asgs.includes(group))
  }
  if (/^[a-z]+(\.[a-z0-9]+)?$/i.test(where))
    return tagPrefixes(state, vm.subscription, where).some(prefix => within(address, prefix))
  return within(address, where)
}

/** What a service tag stands for, other than those of the network itself. */
export function tagPrefixes(state: AzureState, subscription: string, tag: string): readonly string[] {
  const tags = state.subscriptions.find(({ id }) => same(id, subscription))?.serviceTags ?? {}
  return Object.entries(tags).find(([name]) => same(name, tag))?.[1] ?? []
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '168.63.129.16/32', 'fc00::/7']

/** Whether an address lies in a prefix of its own family. */
export function within(address: string, prefix: string): boolean {
  const [base = '', bits] = prefix.split('/')
  const list = new BlockList()
  if (isIPv4(base) && isIPv4(address)) {
    list.addSubnet(base, Number(bits ?? 32), 'ipv4')
    return list.check(address, 'ipv4')
  }
  if (isIPv6(base) && isIPv6(address)) {
    list.addSubnet(base, Number(bits ?? 128), 'ipv6')
    return list.check(address, 'ipv6')
  }
  return false
}
