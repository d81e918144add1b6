/**
 * Rules that people made and that let the outside in beside just-in-time access: to everybody, or to a public address, at any time.
 *
 * Where both the subnet and the interface have an NSG, both have to let it in; a rule in one of them alone opens nothing and is no finding.
 */
import ipaddr from 'ipaddr.js'
import { coversAddress, coversPort, coversTcp, isJitWindow, type Nsg, prefixOf, type Rule } from '../rules.ts'

type Place = { address: string; groups: readonly string[] }

/** @param layers the NSGs of the subnets, and those of the interfaces */
export function isOpenToOutside(
  layers: readonly (readonly Nsg[])[],
  places: readonly Place[],
  port: number,
): readonly Rule[] {
  const there = layers.filter(nsgs => nsgs.length > 0)
  const open = there.map(nsgs => nsgs.flatMap(nsg => openIn(nsg, places, port)))
  return open.length > 0 && open.every(rules => rules.length > 0) ? distinct(open.flat()) : []
}

/** Before a rule says no to everybody. */
function openIn({ rules }: Nsg, places: readonly Place[], port: number): readonly Rule[] {
  const concerned = rules.filter(
    rule =>
      coversTcp(rule) &&
      coversPort(rule, port) &&
      places.some(({ address, groups }) => coversAddress(rule, address, groups)),
  )
  const end = concerned.findIndex(({ access, sources }) => access === 'deny' && sources.some(isEverybody))
  return (end === -1 ? concerned : concerned.slice(0, end)).filter(
    rule => rule.access === 'allow' && !isJitWindow(rule) && rule.sources.some(isOutside),
  )
}

const isEverybody = (source: string): boolean => /^(?:\*|any|internet|0\.0\.0\.0\/0)$/i.test(source)

/** Other service tags name networks of Azure's or our own. */
function isOutside(source: string): boolean {
  if (isEverybody(source)) return true
  const prefix = prefixOf(source)
  if (prefix === undefined) return false
  const range = prefix[0].range()
  // Documentation addresses are "reserved", and the simulated world lives in them.
  return range === 'unicast' || (prefix[0] instanceof ipaddr.IPv4 && range === 'reserved')
}

const distinct = (rules: readonly Rule[]): readonly Rule[] =>
  rules.filter((rule, index) => rules.findIndex(({ id }) => id === rule.id) === index)
