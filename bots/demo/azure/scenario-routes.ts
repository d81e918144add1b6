/** The routes and peerings of a scenario's subnet. */
import ipaddr from 'ipaddr.js'
import { isMap, type Json, textsIn } from './scenario-shape.ts'

export const peeringsOf = (given: unknown): Json[] =>
  (Array.isArray(given) ? given : []).map(one => {
    if (!isMap(one)) return { vnet: String(one) }
    const state = String(one['state'] ?? one['status'] ?? 'Connected')
    return {
      vnet: String(one['vnet'] ?? one['name'] ?? one['to'] ?? 'vnet-hub'),
      prefix: one['prefix'] ?? one['prefixes'] ?? [],
      state: `${state.charAt(0).toUpperCase()}${state.slice(1).toLowerCase()}`,
    }
  })

/** What the VirtualNetwork tag stands for beyond the VNet and its peerings comes through a gateway. */
export function routesOf(given: unknown, subnet: Json): Json[] {
  const routes = (Array.isArray(given) ? given : []).map(route => (isMap(route) ? routeOf(route) : {}))
  const tag = textsIn(subnet['vnet_tag'])
  const peered = (subnet['peerings'] as Json[]).flatMap(({ prefix }) => textsIn(prefix))
  const own = ownPrefix(String(subnet['prefix'] ?? ''), tag)
  const beyond = tag.filter(
    prefix =>
      prefix !== own &&
      !['0.0.0.0/0', '168.63.129.16/32', ...peered].includes(prefix) &&
      !routes.some(route => route['prefix'] === prefix),
  )
  return [...routes, ...beyond.map(prefix => ({ prefix, next_hop: 'VirtualNetworkGateway' }))]
}

const HOPS = ['Internet', 'VirtualAppliance', 'VirtualNetworkGateway', 'VnetLocal', 'VnetPeering', 'None']

function routeOf(route: Json): Json {
  const hop = String(route['next_hop'] ?? '')
  const { source, ...rest } = route
  const next_hop = HOPS.find(one => one.toLowerCase() === hop.toLowerCase()) ?? hop
  if (source === undefined || source === null) return { ...rest, next_hop }
  const from = /^(user|udr)/i.test(String(source))
    ? 'User'
    : /gateway|bgp/i.test(String(source))
      ? 'VirtualNetworkGateway'
      : 'Default'
  return { ...rest, next_hop, source: from }
}

/** The prefix of a tag that the subnet lies in: the VNet's own. */
function ownPrefix(subnet: string, tag: readonly string[]): string | undefined {
  const [first = ''] = subnet.split('/')
  if (!ipaddr.IPv4.isValid(first)) return undefined
  const inside = ipaddr.IPv4.parse(first)
  return tag.find(
    prefix =>
      prefix !== '0.0.0.0/0' &&
      ipaddr.IPv4.isValidCIDR(prefix) &&
      inside.match(ipaddr.IPv4.parseCIDR(prefix)),
  )
}
