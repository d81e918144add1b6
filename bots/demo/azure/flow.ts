/**
 * Whether the pretend network lets a flow reach a VM: one address, one port, rule by rule.
 *
 * First match in the subnet's NSG, then first match in the interface's; both must allow; without any NSG nothing is in the way.
 * Source: https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview (read 2026-11-20).
 */
import { BlockList, isIPv4 } from 'node:net'
import { nsgsOf } from './defender.ts'
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
  let last: Verdict = { access: 'Allow', ruleName: '' }
  for (const nsg of nsgsOf(state, vm)) {
    last = verdictIn(nsg, vm, flow)
    if (last.access === 'Deny') return last
  }
  return last
}

function verdictIn(nsg: SimNsg, vm: SimVm, flow: SimFlow): Verdict {
  const own = nsg.rules.filter(({ inForce }) => inForce).toSorted((left, right) => left.prio - right.prio)
  const hit = [...own, ...DEFAULT_RULES].find(candidate => matches(candidate, vm, flow))
  return {
    access: hit?.access === 'allow' ? 'Allow' : 'Deny',
    ruleName: `${hit !== undefined && hit.prio >= 65000 ? 'defaultSecurityRules' : 'securityRules'}/${hit?.name}`,
  }
}

const matches = (candidate: SimRule, vm: SimVm, flow: SimFlow): boolean =>
  (candidate.proto === '*' || candidate.proto === flow.protocol) &&
  candidate.dport.some(range => inRange(range, flow.port)) &&
  candidate.sport.some(range => inRange(range, flow.sourcePort)) &&
  candidate.src.some(where => lies(flow.source, where, vm, false)) &&
  candidate.dst.some(where => lies(vm.nic.private_ip, where, vm, true))

function inRange(range: string, port: number): boolean {
  if (range === '*') return true
  const [low, high] = range.split('-')
  return Number(low) <= port && port <= Number(high ?? low)
}

function lies(address: string, where: string, vm: SimVm, target: boolean): boolean {
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
  if (where.startsWith('asg:')) return target && vm.nic.asgs.includes(where.slice(4))
  return within(address, where)
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '168.63.129.16/32']

function within(address: string, prefix: string): boolean {
  const [base = '', bits = '32'] = prefix.split('/')
  if (!isIPv4(base) || !isIPv4(address)) return false
  const list = new BlockList()
  list.addSubnet(base, Number(bits), 'ipv4')
  return list.check(address, 'ipv4')
}
