/**
 * What is in force at the VM's primary network interface: rules with their tags written out (K13) and routes (K14).
 *
 * Azure answers for running VMs only, by an operation of 3 to 30 seconds.
 * Source: https://learn.microsoft.com/azure/virtual-network/diagnose-network-traffic-filter-problem (read 2026-11-20).
 */
import type { EffectiveNetworkSecurityGroup, EffectiveNetworkSecurityRule } from '@azure/arm-network'
import type { NetworkRule, Route, VmId } from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import { type Look, mustRun, primaryNic } from './look.ts'
import { unasked } from './reading.ts'
import { ruleOf } from './rule-sets.ts'

const OP = { rules: 'azure.diagnostics.effective-rules', routes: 'azure.diagnostics.routes' } as const
const POLL_MS = 1_000

type EffectiveRule = NetworkRule & { layer: 'admin' | 'subnet' | 'nic' }

/** K13 */
export async function effectiveRules(look: Look, id: VmId): Promise<readonly EffectiveRule[]> {
  await mustRun(look, OP.rules, id, 'The list of rules in force')
  const nic = (await primaryNic(look, OP.rules, id)).id ?? ''
  const { subscription, resourceGroup, name } = armId(nic)
  const { clients, calls } = look.probe
  const answer = await calls.read(
    {
      op: OP.rules,
      needs: 'Microsoft.Network/networkInterfaces/effectiveNetworkSecurityGroups/action',
      thing: `the network interface ${name}`,
      subscription,
    },
    clients.network(subscription),
    (client, abortSignal) =>
      client.networkInterfaces
        .listEffectiveNetworkSecurityGroups(resourceGroup, name, { abortSignal, updateIntervalInMs: POLL_MS })
        .pollUntilDone({ abortSignal }),
  )
  const groups = answer?.value
  if (groups === undefined) throw unasked(OP.rules, 'Azure gave no list of rules in force.')
  return groups.flatMap(group => {
    const layer = layerOf(group)
    return (group.effectiveSecurityRules ?? []).flatMap(rule => {
      const read = ruleOf(written(rule))
      return read === undefined ? [] : [{ ...read, layer }]
    })
  })
}

/** Azure names every level that leads to a group; the nearest one is the layer. */
function layerOf({
  association,
  networkSecurityGroup,
}: EffectiveNetworkSecurityGroup): EffectiveRule['layer'] {
  if (association?.networkManager?.id !== undefined && networkSecurityGroup?.id === undefined) return 'admin'
  if (association?.networkInterface?.id !== undefined && association.subnet?.id === undefined) return 'nic'
  if (association?.subnet?.id !== undefined) return 'subnet'
  return association?.networkManager?.id === undefined ? 'nic' : 'admin'
}

/** In the words of an ordinary rule: expanded prefixes instead of tags, `3389` instead of `3389-3389`. */
function written(rule: EffectiveNetworkSecurityRule) {
  const { expandedSourceAddressPrefix: sources, expandedDestinationAddressPrefix: destinations } = rule
  return {
    name: (rule.name ?? '').replace(/^(?:defaultSecurityRules|securityRules)\//i, ''),
    priority: rule.priority,
    access: rule.access,
    direction: rule.direction,
    protocol: rule.protocol,
    sourceAddressPrefixes: sources?.length
      ? sources
      : listed(rule.sourceAddressPrefixes, rule.sourceAddressPrefix),
    destinationAddressPrefixes: destinations?.length
      ? destinations
      : listed(rule.destinationAddressPrefixes, rule.destinationAddressPrefix),
    sourcePortRanges: listed(rule.sourcePortRanges, rule.sourcePortRange).map(plainRange),
    destinationPortRanges: listed(rule.destinationPortRanges, rule.destinationPortRange).map(plainRange),
  }
}

const listed = (many: readonly string[] | undefined, one: string | undefined): string[] =>
  many?.length ? [...many] : one === undefined ? [] : [one]

const plainRange = (range: string): string => {
  const [low, high] = range.split('-')
  return /^[01]-65535$/.test(range) ? '*' : low === high && low !== undefined ? low : range
}

/** K14 */
export async function routes(look: Look, id: VmId): Promise<readonly Route[]> {
  await mustRun(look, OP.routes, id, 'The list of routes in force')
  const nic = await primaryNic(look, OP.routes, id)
  return (await look.effectiveRoutes(nic.id ?? '')).flatMap(route =>
    /^invalid$/i.test(route.state ?? '')
      ? []
      : (route.addressPrefix ?? []).map(prefix => {
          const nextHopAddress = route.nextHopIpAddress?.[0]
          const source = sourceOf(route.source)
          return {
            prefix,
            nextHop: nextHopOf(route.nextHopType),
            ...(nextHopAddress === undefined ? {} : { nextHopAddress }),
            ...(source === undefined ? {} : { source }),
          }
        }),
  )
}

const NEXT_HOPS: Readonly<Record<string, Route['nextHop']>> = {
  internet: 'Internet',
  virtualappliance: 'VirtualAppliance',
  virtualnetworkgateway: 'VirtualNetworkGateway',
  vnetlocal: 'VnetLocal',
  vnetpeering: 'VnetPeering',
  vnetglobalpeering: 'VnetPeering',
  none: 'None',
}

/** Of an effective route or of one in a route table. */
export const nextHopOf = (type: string | undefined): Route['nextHop'] =>
  NEXT_HOPS[(type ?? '').toLowerCase()] ?? 'other'

function sourceOf(source: string | undefined): Route['source'] {
  if (/^user$/i.test(source ?? '')) return 'user'
  if (/^virtualnetworkgateway$/i.test(source ?? '')) return 'gateway'
  return /^default$/i.test(source ?? '') ? 'default' : undefined
}
