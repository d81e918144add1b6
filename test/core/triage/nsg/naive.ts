/**
 * A second evaluation of inbound rules, made to share nothing with the product's: addresses are strings of bits, ports are listed one by
 * one, rules are read from the last to the first and the last word stands, and what nobody knows is tried both ways.
 */
import ipaddr from 'ipaddr.js'
import type { NetworkRule } from '../../../../core/triage/readings.ts'
import { type Draw, GROUPS, SENDERS, SERVICE_TAGS, UNKNOWN_TAGS } from './arbitrary.ts'

/** One way the unknown may be: what is in this set is so. */
type Guess = ReadonlySet<string>

/** Every answer that some way of filling in the unknown gives. */
export function possibleAnswers(draw: Draw): ReadonlySet<'allow' | 'deny'> {
  const open = unknowns(draw)
  const answers = new Set<'allow' | 'deny'>()
  for (let mask = 0; mask < 2 ** open.length; mask++)
    answers.add(answer(draw, new Set(open.filter((_, at) => (mask >> at) & 1))))
  return answers
}

/** How often each unknown is asked about: where none is asked about twice, the product may not be vague. */
export function isEachUnknownAskedOnce({ world }: Draw): boolean {
  const rules = [...(world.admin ?? []), ...(world.subnet ?? []), ...(world.nic ?? [])]
  const asked = rules.flatMap(rule => [
    ...rule.sources.filter(text => (UNKNOWN_TAGS as readonly string[]).includes(text)),
    ...rule.sourceGroups,
  ])
  return new Set(asked).size === asked.length
}

function unknowns({ world, flow }: Draw): string[] {
  const rules = [...(world.admin ?? []), ...(world.subnet ?? []), ...(world.nic ?? [])]
  const tags = UNKNOWN_TAGS.filter(tag => rules.some(rule => rule.sources.includes(tag)))
  const groups =
    flow.sourceGroups === undefined ? GROUPS.filter(id => rules.some(r => r.sourceGroups.includes(id))) : []
  const ports =
    flow.sourcePort === undefined
      ? rules.filter(rule => clientPorts(rule) === 'some').map(rule => rule.name)
      : []
  return [...tags, ...groups, ...ports]
}

function answer({ world, flow }: Draw, guess: Guess): 'allow' | 'deny' {
  let admin = 'pass'
  for (const rule of backwards(world.admin ?? []))
    if (hits(rule, { world, flow }, guess)) admin = rule.access === 'allow' ? 'pass' : rule.access
  if (admin === 'deny') return 'deny'
  if (admin === 'always-allow') return 'allow'
  if (world.subnet === undefined && world.nic === undefined && flow.overPublic)
    return world.sku === 'Basic' ? 'allow' : 'deny'
  for (const layer of [world.subnet, world.nic]) {
    if (layer === undefined) continue
    let word = 'deny'
    const inside = bitsIn(flow.source, vnetTag({ world, flow }))
    if (bitsIn(flow.source, ['168.63.129.16/32', 'fe80::1234:5678:9abc/128'])) word = 'allow'
    if (inside) word = 'allow'
    for (const rule of backwards(layer)) if (hits(rule, { world, flow }, guess)) word = rule.access
    if (word !== 'allow') return 'deny'
  }
  return 'allow'
}

const backwards = (rules: readonly NetworkRule[]) =>
  [...rules].sort((left, right) => right.priority - left.priority)

function hits(rule: NetworkRule, draw: Draw, guess: Guess): boolean {
  const { flow, world } = draw
  if (rule.direction === 'outbound') return false
  if (!['*', flow.protocol].includes(rule.protocol)) return false
  if (!listed(rule.destinationPorts).has(flow.port)) return false
  if (flow.sourcePort !== undefined && !listed(rule.sourcePorts).has(flow.sourcePort)) return false
  if (flow.sourcePort === undefined) {
    const share = clientPorts(rule)
    if (share === 'none' || (share === 'some' && !guess.has(rule.name))) return false
  }
  const toGroup = rule.destinationGroups.some(id => (world.groups ?? []).includes(id))
  const toAddress = rule.destinations.some(text => isAimedHere(text, flow.destination))
  if (!toGroup && !toAddress) return false
  return (
    rule.sources.some(text => isFrom(text, draw, guess)) ||
    rule.sourceGroups.some(id =>
      flow.sourceGroups === undefined
        ? guess.has(id) && bitsIn(flow.source, ['10.1.0.0/16', 'fd00:1::/64'])
        : flow.sourceGroups.includes(id),
    )
  )
}

function isAimedHere(text: string, destination: string): boolean {
  if (['*', 'VirtualNetwork'].includes(text)) return true
  if (['Internet', 'AzureLoadBalancer'].includes(text)) return false
  return bitsIn(destination, [text])
}

function isFrom(text: string, { world, flow }: Draw, guess: Guess): boolean {
  const isPublic = [...SENDERS.ipv4.public, ...SENDERS.ipv6.public].some(known => known === flow.source)
  const lists: Record<string, readonly string[]> = {
    azurecloud: SERVICE_TAGS.AzureCloud,
    sql: SERVICE_TAGS.Sql,
    azureloadbalancer: ['168.63.129.16/32', 'fe80::1234:5678:9abc/128'],
    virtualnetwork: vnetTag({ world, flow }),
  }
  const tag = text.toLowerCase()
  if (tag === '*' || tag === 'any') return true
  if (tag === 'internet') return isPublic && !bitsIn(flow.source, vnetTag({ world, flow }))
  if (text === 'AzureCloud.WestEurope') return guess.has(text) && bitsIn(flow.source, SERVICE_TAGS.AzureCloud)
  if (text === 'GatewayManager' || text === 'Storage') return guess.has(text) && isPublic
  return bitsIn(flow.source, lists[tag] ?? [text])
}

const vnetTag = ({ world }: Pick<Draw, 'world' | 'flow'>): string[] => [
  ...(world.virtualNetwork ?? []),
  '10.1.0.0/16',
  'fd00:1::/64',
  '168.63.129.16/32',
]

const memory = new Map<string, Set<number>>()

/** Every port of a list. */
function listed(texts: readonly string[]): ReadonlySet<number> {
  const key = texts.join()
  const known = memory.get(key)
  if (known !== undefined) return known
  const ports = new Set<number>()
  for (const text of texts) {
    const [from, to] = text === '*' ? [0, 65_535] : text.split('-').map(Number)
    for (let port = from as number; port <= (to ?? (from as number)); port++) ports.add(port)
  }
  memory.set(key, ports)
  return ports
}

const shares = new Map<string, 'all' | 'some' | 'none'>()

function clientPorts(rule: NetworkRule): 'all' | 'some' | 'none' {
  const key = rule.sourcePorts.join()
  const known = shares.get(key)
  if (known !== undefined) return known
  const count = [...listed(rule.sourcePorts)].filter(port => port >= 1024).length
  const share = count === 64_512 ? 'all' : count <= 1000 ? 'none' : 'some'
  shares.set(key, share)
  return share
}

function bitsIn(address: string, prefixes: readonly string[]): boolean {
  const own = bitsOf(address)
  return prefixes.some(text => {
    const [base, length] = text.split('/')
    const bits = bitsOf(base as string)
    return (
      bits.length === own.length &&
      own.startsWith(bits.slice(0, length === undefined ? undefined : Number(length)))
    )
  })
}

const bitsOf = (address: string): string =>
  ipaddr
    .process(address)
    .toByteArray()
    .map(byte => byte.toString(2).padStart(8, '0'))
    .join('')
