/**
 * What an NSG on a Bastion's own subnet has to let through, and what of it is blocked.
 *
 * A requirement is met by the first rule that takes it in whole, the default rules included: only what is effectively blocked is reported.
 * Source: https://learn.microsoft.com/azure/bastion/bastion-nsg (read 2026-11-21).
 */
import { isWithin, parseAddress, parsePrefix } from '../../access/source.ts'
import type { Bastion, Network, NetworkRule, RuleSet } from '../readings.ts'
import { defaultInbound, defaultOutbound } from './defaults.ts'
import { coversPort } from './match.ts'
import { evaluateRange } from './ranges.ts'
import type { Flow, Verdict } from './verdict.ts'

type BastionNeed = {
  direction: 'inbound' | 'outbound'
  /** A service tag, or '*'. */
  from: string
  to: string
  port: number
  protocol: 'tcp' | '*'
  /** What stops working without it. */
  for: 'people' | 'control' | 'inside' | 'health' | 'target' | 'logs' | 'certificates'
}

export type BastionGap = { need: BastionNeed; by: { rule: NetworkRule; isDefault: boolean } }

/**
 * The requirements that the NSG blocks, in the order of a connection. Empty: nothing of what is needed is blocked.
 *
 * @param target the VM's private address and RDP port
 */
export function bastionRules(
  nsg: RuleSet,
  { bastion, target }: { bastion: Pick<Bastion, 'prefix'>; target: { address?: string; port: number } },
): readonly BastionGap[] {
  const places = { inside: bastion.prefix, target: target.address }
  return needs(target.port).flatMap(need => {
    const by = decider(nsg, need, places)
    return by.rule.access === 'deny' ? [{ need, by }] : []
  })
}

/** The rules' verdict on a connection from the Bastion host. A Developer host has no subnet: it speaks from the platform's address. */
export function fromBastion(
  network: Network,
  { sku, prefix }: Pick<Bastion, 'sku' | 'prefix'>,
  flow: Pick<Flow, 'destination' | 'port'>,
): Verdict {
  const from = prefix ?? (sku === 'Developer' ? '168.63.129.16/32' : undefined)
  return evaluateRange(
    { ...flow, protocol: 'tcp', overPublic: false },
    network,
    from === undefined ? [] : [from],
  )
}

const needs = (port: number): BastionNeed[] => [
  { direction: 'inbound', from: 'Internet', to: '*', port: 443, protocol: 'tcp', for: 'people' },
  { direction: 'inbound', from: 'GatewayManager', to: '*', port: 443, protocol: 'tcp', for: 'control' },
  { direction: 'inbound', from: 'AzureLoadBalancer', to: '*', port: 443, protocol: 'tcp', for: 'health' },
  ...[8080, 5701].flatMap((inner): BastionNeed[] => {
    const inside = {
      from: 'VirtualNetwork',
      to: 'VirtualNetwork',
      port: inner,
      protocol: '*',
      for: 'inside',
    } as const
    return [
      { ...inside, direction: 'inbound' },
      { ...inside, direction: 'outbound' },
    ]
  }),
  { direction: 'outbound', from: '*', to: 'VirtualNetwork', port, protocol: 'tcp', for: 'target' },
  { direction: 'outbound', from: '*', to: 'AzureCloud', port: 443, protocol: 'tcp', for: 'logs' },
  { direction: 'outbound', from: '*', to: 'Internet', port: 80, protocol: 'tcp', for: 'certificates' },
]

type Places = { inside: string | undefined; target: string | undefined }

function decider(nsg: RuleSet, need: BastionNeed, places: Places): BastionGap['by'] {
  const ends = need.direction === 'inbound' ? defaultInbound : defaultOutbound
  const rules = [
    ...nsg.rules.toSorted((a, b) => a.priority - b.priority).map(rule => ({ rule, isDefault: false })),
    ...ends.map(rule => ({ rule, isDefault: true })),
  ]
  const found = rules.find(({ rule }) => takesIn(rule, need, places))
  // INVARIANT: the last default rule takes in everything.
  return found ?? { rule: ends.at(-1) as NetworkRule, isDefault: true }
}

function takesIn(rule: NetworkRule, need: BastionNeed, { inside, target }: Places): boolean {
  if (rule.direction !== need.direction) return false
  if (rule.protocol !== '*' && rule.protocol !== need.protocol) {
    // Bastion's inner traffic is TCP; an allow for TCP alone serves, and a deny for TCP alone blocks.
    if (need.protocol !== '*' || rule.protocol !== 'tcp') return false
  }
  if (coversPort(rule.destinationPorts, need.port, () => {}) !== 'yes') return false
  if (!rule.sourcePorts.some(text => /^(?:\*|[01]-65535)$/.test(text))) return false
  // People may be let in from certain addresses only; that is a choice, not a gap.
  if (need.for === 'people' && rule.access === 'allow' && rule.sources.some(isPublicPrefix)) return true
  const destination = need.for === 'target' ? target : inside
  return (
    rule.sources.some(text => spans(text, need.from, inside)) &&
    rule.destinations.some(text => spans(text, need.to, destination))
  )
}

/** Whether the text of a rule takes in all that is needed. `place` is where in the network the need lies, when that is known. */
function spans(text: string, needed: string, place: string | undefined): boolean {
  const [written, need] = [text.toLowerCase(), needed.toLowerCase()]
  if (written === '*' || written === 'any' || written === '0.0.0.0/0' || written === need) return true
  // The gateway manager and Azure's services speak from public addresses of Azure's own.
  if (written === 'internet') return need === 'gatewaymanager' || need === 'azurecloud'
  const isLocal = need === 'virtualnetwork' || need === '*'
  if (!isLocal) return false
  if (written === 'virtualnetwork') return true
  return place !== undefined && holdsAll(text, place)
}

function holdsAll(text: string, place: string): boolean {
  const [outer, inner] = [parsePrefix(text), parsePrefix(place)]
  if (outer === undefined || inner === undefined) return false
  return inner.length >= outer.length && isWithin(place.replace(/\/.*$/, ''), [text])
}

const isPublicPrefix = (text: string): boolean =>
  parsePrefix(text) !== undefined || parseAddress(text) !== undefined
