/**
 * Reads what leads to a VM, as far as it has to be known, and lets `route` decide.
 *
 * A VM whose own public address is the first choice needs no more than its report; everything round it costs a dozen calls and is read only
 * where that is not enough. What cannot be read is told and is no way.
 */
import type { Rule } from '../../access/policy.ts'
import type { Ports, VmReport } from '../../ports.ts'
import { type Way, waysIn } from '../../triage/reach/ways.ts'
import { type AllowedRoutes, type Routed, type RouteFacts, route } from './route.ts'
import { USUAL_ROUTES } from './way.ts'

/**
 * @param how.whole read everything, because the first choice is not enough
 * @throws nothing of its own: a read that fails is told among what is left out
 */
export async function lookForWays(
  { diagnostics }: Pick<Ports, 'diagnostics'>,
  report: VmReport,
  { port, allowed, whole = false }: { port: number; allowed: AllowedRoutes; whole?: boolean },
): Promise<Routed> {
  const covered = report.jit?.ports.find(({ number, protocol }) => number === port && protocol !== 'UDP')
  const known: RouteFacts = {
    ways: reported(report, port),
    port,
    ...(covered === undefined ? {} : { jit: covered }),
  }
  const quick = route(known, { ...allowed, kinds: allowed.kinds.filter(kind => kind !== 'bastion') })
  const isEnough = quick.ways[0]?.kind === 'public-address' && allowed.kinds[0] === 'public-address'
  if (diagnostics === undefined) return route(known, allowed)
  if (isEnough && !whole) return quick

  const look = diagnostics.forOneDiagnosis()
  const wantsBastion = allowed.kinds.includes('bastion')
  const [network, bastion] = await Promise.all([
    look.network(report.vm.id),
    wantsBastion ? look.bastion(report.vm.id) : undefined,
  ])
  const host = bastion?.read ? bastion.value : bastion && { unread: bastion.why }
  return route(
    {
      ...known,
      ...(network.read
        ? {
            ways: waysIn(network.value, undefined, { vm: report.vm.id, port }).ways,
            unread: network.value.missing
              .filter(({ what }) => LEADS.test(what))
              .map(({ what, why }) => `${what}: ${why}`),
          }
        : { unread: [network.why] }),
      ...(host === undefined ? {} : { bastion: host }),
    },
    allowed,
  )
}

/** Parts of the network that could hold a way; rules and tags are read for diagnoses only. */
const LEADS = /network interface|public address|load balancer|NAT ports/

/** What every one of the rules allows, in the order of the first: whichever of them is agreed to, the way stands. */
export function allowedBy(rules: readonly Rule[]): AllowedRoutes {
  const [first, ...rest] = rules
  const kinds = (first?.routes ?? USUAL_ROUTES).filter(kind =>
    rest.every(({ routes = USUAL_ROUTES }) => routes.includes(kind)),
  )
  const vpn = rules.every(rule => rule.vpn === first?.vpn) ? first?.vpn : undefined
  const shareableLink = rules.length > 0 && rules.every(({ bastion }) => bastion?.shareableLink === true)
  const from = rules.flatMap(rule => (rule.from === undefined ? [] : [rule.from]))
  return { kinds, from, ...(shareableLink ? { shareableLink } : {}), ...(vpn === undefined ? {} : { vpn }) }
}

/** The VM's own addresses, primary first. */
function reported({ nics }: VmReport, port: number): readonly Way[] {
  const sorted = nics.toSorted((a, b) => Number(b.primary) - Number(a.primary))
  return sorted.flatMap(({ privateAddress, publicAddress, publicName, primary }): Way[] => {
    const common = {
      port,
      to: { port, ...(privateAddress === undefined ? {} : { address: privateAddress }) },
      family: 'ipv4',
      nic: { id: '', primary },
    } as const
    const privately: Way[] =
      privateAddress === undefined
        ? []
        : [{ ...common, kind: 'private-address', address: privateAddress, overPublic: false }]
    if (publicAddress === undefined && publicName === undefined) return privately
    const address = publicAddress === undefined ? {} : { address: publicAddress }
    const name = publicName === undefined ? {} : { name: publicName }
    return [{ ...common, ...address, ...name, kind: 'public-address', overPublic: true }, ...privately]
  })
}
