/**
 * Which ways lead into a VM, from what Azure reports and policy allows, best first, each with its reason.
 *
 * Pure and total. What was found and cannot be used is told with the reason, and where nothing is left, what somebody could add.
 * Get-AzRemoteDesktopFile knows the first network interface, its first public address and port 3389, and guesses or gives up beyond that
 * (Azure/azure-powershell, GetAzureRemoteDesktopFileCommand.cs, read 2026-11-20); the tests hold this against each of those cases.
 */
import { isPrefixWithin, isPublic, parseAddress } from '../../access/source.ts'
import type { JitPort } from '../../ports.ts'
import type { Way } from '../../triage/reach/ways.ts'
import type { Bastion } from '../../triage/readings.ts'
import { bastionAbilities, bastionProblem, bastionSource } from '../bastion/abilities.ts'
import { hostProblem, type RoleInstance } from '../file.ts'
import {
  type BastionWay,
  type ChosenWay,
  type DialledWay,
  PUBLIC_WHY,
  type RouteKind,
  sayWay,
} from './way.ts'

/** What is known of the VM's surroundings. */
export type RouteFacts = {
  /** Every way that ends at the VM, primary first (`waysIn`). */
  ways: readonly Way[]
  /** The port on which Windows listens. */
  port: number
  /** The entry of the JIT access policy for that port; what it does not let in cannot be a way. */
  jit?: Pick<JitPort, 'sources'>
  /** The host that reaches the VM. `unread`: why that is not known. Absent: there is none. */
  bastion?: Bastion | { unread: string }
  /** Parts of the network that could not be read, in words. */
  unread?: readonly string[]
  /** What is asked for is an instance of a Cloud Service: all of them share this address. */
  instance?: { host: string; port: number; roleInstance: RoleInstance }
}

export type AllowedRoutes = {
  /** In the order in which they are to be tried. */
  kinds: readonly RouteKind[]
  /** Where people come from who reach private addresses: one prefix. */
  vpn?: string
  /** Where people have to come from: in each of these lists. */
  from?: readonly (readonly string[])[]
  /** Whether a shareable link of Bastion may be made. */
  shareableLink?: boolean
}

/** Something that leads to the VM and cannot be used, as two clauses. */
export type LeftOut = { what: string; why: string }

export type Routed = {
  ways: readonly ChosenWay[]
  left: readonly LeftOut[]
  /** What would make a way; only where there is none. */
  add: readonly string[]
  /** Everything was read: what is not among the ways is not there. */
  whole: boolean
}

export function route(facts: RouteFacts, allowed: AllowedRoutes): Routed {
  const { instance } = facts
  if (instance !== undefined)
    return {
      ways: [{ kind: 'role-instance', ...instance, why: INSTANCE_WHY }],
      left: [],
      add: [],
      whole: true,
    }
  const judged = [
    ...facts.ways.map(way => judgeWay(way, facts, allowed)),
    ...(allowed.kinds.includes('bastion') ? [judgeBastion(facts, allowed)] : []),
  ]
  const rank = (way: ChosenWay) => allowed.kinds.indexOf(way.kind as RouteKind)
  const ways = judged.flatMap(one => ('kind' in one ? [one] : [])).sort((a, b) => rank(a) - rank(b))
  const left = [
    ...judged.flatMap(one => ('kind' in one ? [] : [one])),
    ...(facts.unread ?? []).map(why => ({ what: 'a part of the network', why })),
  ]
  return {
    ways: ways.map((way, index) =>
      index === 0 ? way : { ...way, why: `${way.why}, after ${others(ways, index)}` },
    ),
    left,
    add: ways.length > 0 ? [] : additions(allowed),
    whole: (facts.unread ?? []).length === 0 && !(facts.bastion !== undefined && 'unread' in facts.bastion),
  }
}

const INSTANCE_WHY =
  'all instances of a Cloud Service share its address, and the routing cookie in the file names this one'

const others = (ways: readonly ChosenWay[], index: number): string =>
  ways.slice(0, index).map(sayWay).join(' and ')

// ---- Ways with an address ------------------------------------------------------------------------------------------------------

function judgeWay(way: Way, { port, jit }: RouteFacts, allowed: AllowedRoutes): DialledWay | LeftOut {
  const what = describe(way)
  const kind = kindOf(way)
  const no = (why: string): LeftOut => ({ what, why })
  if (kind === 'firewall')
    return no(
      'the VM sees the firewall’s address and not the person’s, so a window for one person cannot be opened',
    )
  if (!allowed.kinds.includes(kind)) return no('the policy does not allow this kind of way')
  if (way.to.port !== port)
    return no(`it leads to port ${way.to.port} of the VM, where Windows does not listen for RDP`)
  const host = hostOf(way)
  if ('why' in host) return no(host.why)
  const place = way.nic.primary ? '' : ', on a secondary network interface'
  const common = {
    ...host,
    port: way.port,
    ...(way.to.address === undefined ? {} : { at: way.to.address }),
    ...(way.through === undefined ? {} : { through: way.through }),
  }
  if (kind !== 'private-address') return { kind, ...common, why: `${WHY[kind]}${place}` }
  const { vpn } = allowed
  if (vpn === undefined)
    return no('the policy does not say from which range people reach private addresses (vpn)')
  const shut = fixedProblem(vpn, jit, allowed)
  if (shut !== undefined) return no(shut)
  return {
    kind,
    ...common,
    source: vpn,
    why: `the policy lets people in from the VPN’s range ${vpn}${place}`,
  }
}

const WHY = {
  'public-address': PUBLIC_WHY,
  'nat-rule': 'its inbound NAT rule leads to the VM, where the port opens for one address only',
} as const

/** An internal load balancer is a way for those inside: its front end is a private address. */
function kindOf(way: Way): 'public-address' | 'nat-rule' | 'private-address' | 'firewall' {
  const isInside = way.address !== undefined && !isPublic(way.address)
  return way.kind === 'nat-rule' && isInside ? 'private-address' : way.kind
}

/** The DNS name where there is one, because an address may change and IPv6 addresses do not work in connection files. */
function hostOf({ address, name, allocation }: Way): { host: string } | { why: string } {
  if (address === undefined && name === undefined)
    return {
      why:
        allocation === 'dynamic'
          ? 'it has no address at the moment: a dynamic one is given when the VM starts'
          : 'Azure reports no address for it',
    }
  if (address === undefined) return { why: 'its name has no address behind it at the moment' }
  const host = name ?? address
  if (parseAddress(host)?.bits === 128)
    return { why: 'it is an IPv6 address, which does not work in a connection file: it needs a DNS name' }
  const problem = hostProblem(host)
  return problem === undefined ? { host } : { why: 'its name cannot stand in a connection file' }
}

function describe({ kind, address, name, port, through }: Way): string {
  const where = name ?? address
  switch (kind) {
    case 'public-address':
      return where === undefined ? 'a public address' : `the public address ${where}`
    case 'nat-rule':
      return `port ${port} of the load balancer ${through ?? ''}`.trim()
    case 'firewall':
      return `port ${port} of the firewall ${through ?? ''}`.trim()
    case 'private-address':
      return where === undefined ? 'a private address' : `the private address ${where}`
  }
}

// ---- Bastion -------------------------------------------------------------------------------------------------------------------

function judgeBastion({ bastion, port, jit }: RouteFacts, allowed: AllowedRoutes): BastionWay | LeftOut {
  if (bastion === undefined) return { what: 'Azure Bastion', why: 'no Bastion host reaches the VM' }
  if ('unread' in bastion) return { what: 'Azure Bastion', why: bastion.unread }
  const { id, name, sku } = bastion
  const what = `the Bastion host ${name}`
  const problem = bastionProblem(bastion)
  if (problem !== undefined) return { what, why: problem }
  const abilities = bastionAbilities(bastion, { port }).map(ability =>
    ability.method === 'shareable-link' && ability.works && allowed.shareableLink !== true
      ? { ...ability, works: false, needs: [BY_RULE] }
      : ability,
  )
  const methods = abilities.flatMap(({ method, works }) => (works ? [method] : []))
  const [first] = abilities
  // The VM is reached by its id; its address alone is for machines that Azure does not know.
  if (methods.every(method => method === 'by-address'))
    return { what, why: `it needs ${first?.needs.join(' and ')}` }
  const source = bastionSource(bastion)
  const shut = fixedProblem(source, jit, allowed)
  if (shut !== undefined) return { what, why: shut }
  const lacking = abilities.flatMap(({ label, needs, works }) => (works ? [] : [{ label, needs }]))
  const link = methods.includes('shareable-link') ? '; a shareable link is made for the time' : ''
  const why = `the Bastion host ${name} (${sku}) reaches it, and no port is opened to the internet${link}`
  return { kind: 'bastion', id, name, sku, methods, lacking, source, why }
}

const BY_RULE = 'a rule that allows it (bastion, shareableLink)'

/** Why a way that lets in one fixed source cannot be opened; undefined when it can. */
function fixedProblem(
  source: string,
  jit: RouteFacts['jit'],
  { from = [] }: AllowedRoutes,
): string | undefined {
  const narrow = from.find(range => !isPrefixWithin(source, range))
  if (narrow !== undefined)
    return `the rule is only for addresses in ${narrow.join(', ')}, and this way shows none of the person’s`
  if (jit !== undefined && !isPrefixWithin(source, jit.sources))
    return `the JIT access policy lets in ${jit.sources.join(', ')} only, and this way comes from ${source}`
  return undefined
}

// ---- Nothing left --------------------------------------------------------------------------------------------------------------

const ADD: Record<RouteKind, string> = {
  'public-address': 'a public address with a DNS name on its network interface',
  'nat-rule': 'an inbound NAT rule on a load balancer in front of it',
  bastion: 'an Azure Bastion host in its virtual network or in one that is peered with it',
  'private-address':
    'its private address over VPN: in the policy, with the range that people come from (vpn)',
  // Never a way into a VM.
  'role-instance': '',
}

/** Each is opened by just-in-time access only; none of them opens a port to anybody else. */
function additions({ kinds, vpn }: AllowedRoutes): readonly string[] {
  const wanted = kinds.filter(kind => kind !== 'private-address' && kind !== 'role-instance')
  const isByVpn = kinds.includes('private-address') && vpn !== undefined
  const inside = isByVpn
    ? 'a private IPv4 address that the VPN reaches, or another of the routes in the policy'
    : ADD['private-address']
  return [...wanted.map(kind => ADD[kind]), inside]
}
