/**
 * Which way the VM's answers leave. A firewall or appliance that did not see the request drops the answer to it, so a client that came
 * over a public address has to be answered straight.
 *
 * Facts: the longest prefix wins; among equal ones a user's route, then one learnt by a gateway, then Azure's own.
 * Source: https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview (read 2026-11-20).
 */
import { isPublic, parseAddress, parsePrefix } from '../../access/source.ts'
import type { Route } from '../readings.ts'

export type ReplyPath = {
  /** 'none': dropped. 'unclear': no route read, or one that does not tell. */
  path: 'straight' | 'appliance' | 'gateway' | 'none' | 'unclear'
  route?: Route
  /** The answer leaves by another way than the request came, and is lost. */
  lost: boolean
}

/**
 * @param client the address answers go to, as the VM sees it; undefined is any address on the internet that no narrower route names
 */
export function replyPath(
  routes: readonly Route[],
  client: string | undefined,
  overPublic: boolean,
): ReplyPath {
  const route = routeFor(routes, client)
  if (route === undefined) return { path: 'unclear', lost: false }
  const path = pathOf(route, client === undefined || isPublic(client))
  const lost = path === 'none' || (overPublic && (path === 'appliance' || path === 'gateway'))
  return { path, route, lost }
}

function pathOf({ nextHop }: Route, isClientPublic: boolean): ReplyPath['path'] {
  switch (nextHop) {
    case 'VirtualAppliance':
      return 'appliance'
    case 'VirtualNetworkGateway':
      return 'gateway'
    case 'None':
      return 'none'
    case 'VnetLocal':
    case 'VnetPeering':
      return 'straight'
    case 'Internet':
      // Lists of routes are often short of the network's own; a private client is then not proof of a loss.
      return isClientPublic ? 'straight' : 'unclear'
    case 'other':
      return 'unclear'
  }
}

function routeFor(routes: readonly Route[], client: string | undefined): Route | undefined {
  const to = client === undefined ? undefined : parseAddress(client)
  if (client !== undefined && to === undefined) return undefined
  let best: { route: Route; length: number } | undefined
  for (const route of routes) {
    const prefix = parsePrefix(route.prefix)
    if (prefix === undefined) continue
    const rest = BigInt(prefix.bits - prefix.length)
    const holds =
      to === undefined
        ? prefix.length === 0 && prefix.bits === 32
        : prefix.bits === to.bits && prefix.value >> rest === to.value >> rest
    if (!holds) continue
    if (best === undefined || prefix.length > best.length || isStronger(prefix.length, route, best))
      best = { route, length: prefix.length }
  }
  return best?.route
}

const isStronger = (length: number, route: Route, best: { route: Route; length: number }): boolean =>
  length === best.length && STRENGTH[route.source ?? 'default'] > STRENGTH[best.route.source ?? 'default']

const STRENGTH = { user: 2, gateway: 1, default: 0 } as const
