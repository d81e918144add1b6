/** Whom a single rule matches, field by field. */

import { and, type Bits, everything, minus, NOTHING, or, pointOf, type Spans, sizeOf } from './spans.ts'
import type { Tags } from './tags.ts'
import type { Doubt, Flow, RuleAt } from './verdict.ts'

/** The fields of a rule that a flow has to meet. `group`: an application security group as destination. */
export type Field = 'direction' | 'protocol' | 'port' | 'source-port' | 'destination' | 'group' | 'source'

type Answer = 'yes' | 'no' | 'maybe'

export type RuleMatch = {
  /** Senders the rule matches, given all its fields. */
  sure: Spans
  maybe: Spans
  doubts: readonly Doubt[]
  /** Fields other than the source that the flow does not meet. */
  fails: readonly Field[]
  /** Senders the rule's source fields name, whatever its other fields say. */
  named: { sure: Spans; maybe: Spans }
}

export type Setting = { flow: Flow; bits: Bits; tags: Tags; vnet: Spans; groups: readonly string[] }

export function matchOf(at: RuleAt, setting: Setting): RuleMatch {
  const { rule } = at
  const { flow } = setting
  const doubts: Doubt[] = []
  const doubt = (about: Doubt['about'], what: string) => doubts.push({ about, what, rule: at })
  const fails: Field[] = []
  let isUnsure = false
  const ask = (field: Field, answer: Answer) => {
    if (answer === 'no') fails.push(field)
    if (answer === 'maybe') isUnsure = true
  }
  ask('direction', rule.direction === 'inbound' ? 'yes' : 'no')
  ask('protocol', rule.protocol === '*' || rule.protocol === flow.protocol ? 'yes' : 'no')
  ask(
    'port',
    coversPort(rule.destinationPorts, flow.port, text => doubt('text', text)),
  )
  ask(
    'source-port',
    flow.sourcePort === undefined
      ? coversClientPort(rule.sourcePorts, what => doubt('source-port', what))
      : coversPort(rule.sourcePorts, flow.sourcePort, text => doubt('text', text)),
  )
  const aim = aimOf(at, setting, text => doubt('tag', text))
  ask(aim.field, aim.answer)
  const named = sendersOf(at, setting, doubt)
  if (fails.length > 0) return { sure: NOTHING, maybe: NOTHING, doubts: [], fails, named }
  if (!isUnsure) return { ...named, doubts, fails, named }
  return { sure: NOTHING, maybe: or(named.sure, named.maybe), doubts, fails, named }
}

/** Whether a port lies in a list of '3389', '3380-3390' and '*'. A text that is none of these may mean anything. */
export function coversPort(list: readonly string[], port: number, odd: (text: string) => void): Answer {
  let answer: Answer = 'no'
  for (const text of list) {
    const range = rangeOf(text)
    if (range === undefined) {
      odd(text)
      answer = 'maybe'
    } else if (range.low <= port && port <= range.high) return 'yes'
  }
  return answer
}

export function rangeOf(text: string): { low: number; high: number } | undefined {
  if (text === '*' || /^any$/i.test(text)) return { low: 0, high: 65_535 }
  const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text)
  if (found === null) return undefined
  return { low: Number(found[1]), high: Number(found[2] ?? found[1]) }
}

/** Ports that clients and the address translators on their way take. */
const CLIENT_PORTS: Spans = [{ low: 1024n, high: 65_535n }]
/** A list with at most so many of them is met too seldom to call it a way in: 3389 as source port is a slip, not a chance. */
const HARDLY_ANY = 1000n

function coversClientPort(list: readonly string[], unsure: (what: string) => void): Answer {
  let taken = NOTHING
  for (const text of list) {
    const range = rangeOf(text)
    if (range === undefined) {
      unsure(text)
      return 'maybe'
    }
    taken = or(taken, [{ low: BigInt(range.low), high: BigInt(range.high) }])
  }
  const met = sizeOf(and(taken, CLIENT_PORTS))
  if (met === sizeOf(CLIENT_PORTS)) return 'yes'
  if (met <= HARDLY_ANY) return 'no'
  unsure(list.join(','))
  return 'maybe'
}

/** Rules see the private address: the public one is translated before. A group matches its member NICs only, on a subnet's NSG too. */
function aimOf(
  { rule }: RuleAt,
  { flow, bits, tags, groups }: Setting,
  unknown: (text: string) => void,
): { field: 'destination' | 'group'; answer: Answer } {
  const own = pointOf(flow.destination, bits) ?? NOTHING
  const isMember = rule.destinationGroups.some(id => groups.some(group => isSameId(id, group)))
  if (isMember) return { field: 'group', answer: 'yes' }
  let answer: Answer = 'no'
  for (const text of rule.destinations) {
    // The VM lies in its own virtual network by definition, however the network came to its prefixes.
    if (/^virtual_?network$/i.test(text)) return { field: 'destination', answer: 'yes' }
    const { sure, maybe } = tags.meaningOf(text)
    if (and(own, sure).length > 0) return { field: 'destination', answer: 'yes' }
    if (and(own, maybe).length > 0) {
      unknown(text)
      answer = 'maybe'
    }
  }
  return { field: rule.destinationGroups.length > 0 ? 'group' : 'destination', answer }
}

function sendersOf(
  { rule }: RuleAt,
  { flow, bits, tags, vnet }: Setting,
  doubt: (about: Doubt['about'], what: string) => void,
): { sure: Spans; maybe: Spans } {
  let [sure, maybe]: [Spans, Spans] = [NOTHING, NOTHING]
  for (const text of rule.sources) {
    const meaning = tags.meaningOf(text)
    if (meaning.maybe.length > 0) doubt('tag', text)
    sure = or(sure, meaning.sure)
    maybe = or(maybe, meaning.maybe)
  }
  for (const id of rule.sourceGroups) {
    if (flow.sourceGroups === undefined) {
      doubt('group', id)
      // Only network interfaces of one virtual network can be members of one group.
      maybe = or(maybe, vnet)
    } else if (flow.sourceGroups.some(group => isSameId(id, group))) sure = everything(bits)
  }
  return { sure, maybe: minus(maybe, sure) }
}

const isSameId = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()
