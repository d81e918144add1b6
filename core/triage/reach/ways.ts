/**
 * Every way by which a connection from outside can arrive at a VM, and what a dialled address and port lead to.
 *
 * A way says what to dial and where it ends: translation is part of the way, so rules are always asked about `to`.
 * Facts: an inbound NAT rule and a firewall's DNAT rule rewrite address and port before any NSG is read; a load balancer keeps the
 * client's address, a firewall puts its own in its place.
 * Sources: learn.microsoft.com/azure/load-balancer/inbound-nat-rules, …/azure/firewall/integrate-lb (read 2026-11-20).
 */
import { parseAddress } from '../../access/source.ts'
import type { VmId } from '../../ids.ts'
import type { JitPort } from '../../ports.ts'
import type { DnatRule, IpConfiguration, JitState, NatRule, Network, Nic } from '../readings.ts'

type WayKind = 'public-address' | 'nat-rule' | 'firewall' | 'private-address'

/** One way in. */
export type Way = {
  kind: WayKind
  /** What to dial. The address is absent when Azure has not given one, or it could not be read. */
  address?: string
  /** The DNS name of that address. */
  name?: string
  port: number
  /** Where it ends: what rules, JIT windows and the guest see. */
  to: { address?: string; port: number }
  family: 'ipv4' | 'ipv6'
  /** The network interface it ends at. A secondary one often has no gateway inside the guest. */
  nic: { id: string; primary: boolean }
  /** Over a public address, with the client's own address as source. */
  overPublic: boolean
  sku?: 'Basic' | 'Standard' | 'StandardV2'
  allocation?: 'static' | 'dynamic'
  /** The load balancer or firewall it passes. */
  through?: string
  /** Prefixes a DNAT rule takes in; ['*'] is any. */
  sources?: readonly string[]
  /** The address as which every client arrives at the VM, when that is not its own. */
  arrivesAs?: string
  /** The JIT access policy's entry for the port at the VM. */
  jit?: JitPort
}

/** An address and port that lead to something else than this VM. Without a port: the whole address. */
export type Elsewhere = {
  owner: 'load-balancer' | 'firewall'
  name: string
  address: string
  port?: number
  /** The VM or private address behind it, where known. */
  leadsTo?: string
}

export type WaysIn = { ways: readonly Way[]; elsewhere: readonly Elsewhere[] }

/**
 * The ways that end at the VM, best known first: public addresses, NAT rules, firewalls, private addresses; primary before secondary.
 * NAT rules that end at another port of the VM than `port` are ways too; their `to.port` tells.
 */
export function waysIn(network: Network, jit: JitState | undefined, at: { vm: VmId; port: number }): WaysIn {
  const places = network.nics.flatMap(nic => nic.ipConfigurations.map(ip => ({ nic, ip }))).sort(byRank)
  const direct = places.flatMap(({ nic, ip }) => directWays(nic, ip, at.port))
  const primary = places[0]
  const translated = [
    ...network.natRules
      .filter(rule => rule.vm?.toLowerCase() === at.vm)
      .flatMap(rule => {
        const place = places.find(({ ip }) => isSame(ip.privateAddress, rule.toAddress)) ?? primary
        return place === undefined ? [] : [natWay(rule, place)]
      }),
    ...network.firewalls.flatMap(firewall =>
      firewall.dnat.flatMap(rule => {
        const place = places.find(({ ip }) => isSame(ip.privateAddress, rule.toAddress))
        return place === undefined ? [] : [dnatWay(rule, place, firewall.privateAddress)]
      }),
    ),
  ]
  const rank = (way: Way) => RANK[way.kind]
  const ways = [...direct, ...translated]
    .map(way => {
      const covered = jit?.ports.find(({ number }) => number === way.to.port)
      return covered === undefined ? way : { ...way, jit: covered }
    })
    .sort((left, right) => rank(left) - rank(right))
  return { ways, elsewhere: elsewhereOf(network, ways, at.vm) }
}

const RANK: Record<WayKind, number> = {
  'public-address': 0,
  'nat-rule': 1,
  firewall: 2,
  'private-address': 3,
}

type Place = { nic: Nic; ip: IpConfiguration }

const byRank = (left: Place, right: Place) =>
  Number(right.nic.primary) - Number(left.nic.primary) || Number(right.ip.primary) - Number(left.ip.primary)

function directWays(nic: Nic, ip: IpConfiguration, port: number): Way[] {
  const own = ip.privateAddress
  const common = { port, to: { ...present('address', own), port }, nic: { id: nic.id, primary: nic.primary } }
  const privately: Way[] =
    own === undefined
      ? []
      : [{ ...common, kind: 'private-address', address: own, family: familyOf(own), overPublic: false }]
  if (ip.public === undefined) return privately
  const { address, name, sku, allocation } = ip.public
  const publicly: Way = {
    ...common,
    ...present('address', address),
    ...present('name', name),
    kind: 'public-address',
    family: familyOf(address ?? own ?? ''),
    overPublic: true,
    sku,
    allocation,
  }
  return [publicly, ...privately]
}

// Azure ties a NAT rule to one IP configuration; where a read does not say which, the primary one is the rule.
const natWay = (rule: NatRule, { nic, ip }: Place): Way => ({
  kind: 'nat-rule',
  ...present('address', rule.frontendAddress),
  ...present('name', rule.frontendName),
  port: rule.frontendPort,
  to: { ...present('address', ip.privateAddress), port: rule.backendPort },
  family: familyOf(rule.frontendAddress ?? ip.privateAddress ?? ''),
  nic: { id: nic.id, primary: nic.primary },
  overPublic: true,
  through: rule.loadBalancer,
})

const dnatWay = (rule: DnatRule, { nic }: Place, arrivesAs: string | undefined): Way => ({
  kind: 'firewall',
  address: rule.address,
  port: rule.port,
  to: { address: rule.toAddress, port: rule.toPort },
  family: familyOf(rule.address),
  nic: { id: nic.id, primary: nic.primary },
  overPublic: false,
  through: rule.firewall,
  sources: rule.sources,
  ...present('arrivesAs', arrivesAs),
})

function elsewhereOf(network: Network, ways: readonly Way[], vm: VmId): Elsewhere[] {
  const isWay = (address: string, port: number) =>
    ways.some(way => way.port === port && isSame(way.address, address))
  return [
    ...network.natRules.flatMap(({ loadBalancer, frontendAddress, frontendPort, vm: behind }): Elsewhere[] =>
      frontendAddress === undefined || behind?.toLowerCase() === vm
        ? []
        : [
            {
              owner: 'load-balancer',
              name: loadBalancer,
              address: frontendAddress,
              port: frontendPort,
              ...present('leadsTo', behind),
            },
          ],
    ),
    ...network.firewalls.flatMap(({ name, publicAddresses, dnat }): Elsewhere[] => [
      ...dnat
        .filter(({ address, port }) => !isWay(address, port))
        .map(
          ({ address, port, toAddress }): Elsewhere => ({
            owner: 'firewall',
            name,
            address,
            port,
            leadsTo: toAddress,
          }),
        ),
      ...publicAddresses.map((address): Elsewhere => ({ owner: 'firewall', name, address })),
    ]),
  ]
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (parseAddress(address)?.bits === 128 ? 'ipv6' : 'ipv4')

/** Whether two texts name the same address, however written. */
export function isSame(left: string | undefined, right: string | undefined): boolean {
  if (left === undefined || right === undefined) return false
  const [a, b] = [parseAddress(left), parseAddress(right)]
  return a !== undefined && b !== undefined && a.bits === b.bits && a.value === b.value
}

/** An optional field that is left out rather than undefined. */
const present = <Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): Partial<Record<Key, Value>> =>
  value === undefined ? {} : ({ [key]: value } as Partial<Record<Key, Value>>)
