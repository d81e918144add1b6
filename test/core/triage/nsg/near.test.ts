import { describe, expect, test } from '@jest/globals'
import { evaluate } from '../../../../core/triage/nsg/evaluate.ts'
import { nearMisses } from '../../../../core/triage/nsg/near.ts'
import type { Flow } from '../../../../core/triage/nsg/verdict.ts'
import { findingWords } from '../../../../core/triage/nsg/words.ts'
import type { Network } from '../../../../core/triage/readings.ts'
import { CLIENT, deny, network, nicOf, OWN_PUBLIC, PRIVATE, rule, type World } from './world.ts'

const flow: Flow = { source: CLIENT, protocol: 'tcp', destination: PRIVATE, port: 3389, overPublic: true }
const first = (on: Network, more: Partial<Flow> = {}) => nearMisses({ ...flow, ...more }, on)[0]
const sentence = (on: Network) => findingWords(evaluate(flow, on), nearMisses(flow, on))
const JIT = 'SecurityCenter-JITRule'

type Expected = {
  kind: string
  field?: string
  opens: boolean
  rule: { rule: { name: string } }
  by?: object
}
const miss = (name: string, kind: string, more: Partial<Expected> = {}): Expected => ({
  rule: { rule: { name } },
  kind,
  opens: true,
  ...more,
})

describe('an allow rule that nearly matched', () => {
  test.each<[string, World, Expected]>([
    [
      'but for the source',
      { nic: [rule('Office', 300, { sources: ['198.51.100.0/24'] })] },
      miss('Office', 'source', { field: 'source' }),
    ],
    [
      'but for its source port',
      { nic: [rule('Rdp', 300, { sourcePorts: ['3389'] })] },
      miss('Rdp', 'malformed', { field: 'source-port' }),
    ],
    [
      'but for its source port, with any destination port',
      { nic: [rule('In', 300, { sourcePorts: ['3389'], destinationPorts: ['*'] })] },
      miss('In', 'malformed', { field: 'source-port' }),
    ],
    [
      'but for the protocol',
      { nic: [rule('Rdp', 300, { protocol: 'udp' })] },
      miss('Rdp', 'malformed', { field: 'protocol' }),
    ],
    [
      'but for its destination',
      { nic: [rule('Rdp', 300, { destinations: [OWN_PUBLIC] })] },
      miss('Rdp', 'malformed', { field: 'destination' }),
    ],
    [
      'for the machine next to it',
      { nic: [rule('Rdp', 300, { destinations: ['10.1.2.5'] })] },
      miss('Rdp', 'other-machine', { field: 'destination' }),
    ],
    [
      'but for its group',
      { subnet: [rule('Rdp', 300, { destinationGroups: ['/asgs/x'] })] },
      miss('Rdp', 'malformed', { field: 'group' }),
    ],
    [
      'but for a gap in its ports',
      { nic: [rule('In', 300, { destinationPorts: ['3380-3388', '3390-3399'] })] },
      miss('In', 'malformed', { field: 'port' }),
    ],
    [
      'but for a slip in its port',
      { nic: [rule('In', 300, { destinationPorts: ['3398'] })] },
      miss('In', 'malformed', { field: 'port' }),
    ],
    [
      'but for its port, told by its name',
      { nic: [rule('AllowRDP', 300, { destinationPorts: ['443'] })] },
      miss('AllowRDP', 'malformed', { field: 'port' }),
    ],
    [
      'but for its direction',
      { nic: [rule('Rdp', 300, { direction: 'outbound' })] },
      miss('Rdp', 'malformed', { field: 'direction' }),
    ],
    [
      'from the load balancer only',
      { nic: [rule('Lb', 300, { sources: ['AzureLoadBalancer'] })] },
      miss('Lb', 'malformed', { field: 'source' }),
    ],
    [
      'but for a deny before it',
      { nic: [deny('BlockHigh', 250, { destinationPorts: ['3000-9999'] }), rule('Office', 400)] },
      miss('Office', 'outranked', { by: { rule: { name: 'BlockHigh' } } }),
    ],
    [
      'but for the other layer',
      { subnet: [rule('Https', 200, { destinationPorts: ['443'] })], nic: [rule('RDP', 300)] },
      miss('RDP', 'layer', { by: { layer: 'subnet', rule: { name: 'DenyAllInBound' } } }),
    ],
    [
      'at the subnet, but for the NIC',
      { subnet: [rule('RDP', 300)], nic: [deny('Block', 100)] },
      miss('RDP', 'layer', { by: { layer: 'nic', rule: { name: 'Block' } } }),
    ],
    [
      'as an admin rule, but for the source',
      {
        admin: [rule('CorpIn', 1, { sources: ['10.0.0.0/8'] }), deny('CorpOut', 2)],
        nic: [rule('RDP', 300)],
      },
      miss('CorpIn', 'source', { field: 'source' }),
    ],
    [
      'in both layers, but for the source',
      {
        subnet: [rule('Office', 300, { sources: ['198.51.100.0/24'] })],
        nic: [rule('Office', 300, { sources: ['198.51.100.0/24'] })],
      },
      miss('Office', 'source', { field: 'source' }),
    ],
    [
      'of a JIT window for another address',
      { nic: [rule(`${JIT}-1-A`, 100, { sources: ['198.51.100.4'] }), deny(`${JIT}_-1_A`, 1000)] },
      miss(`${JIT}-1-A`, 'source', { field: 'source' }),
    ],
    [
      'of a JIT window that loses to a rule before it',
      { nic: [deny('Block', 90), rule(`${JIT}-1-A`, 100, { sources: [CLIENT] })] },
      miss(`${JIT}-1-A`, 'outranked', { by: { rule: { name: 'Block' } } }),
    ],
    [
      'but not alone: another layer denies too',
      { subnet: [deny('Wall', 100)], nic: [rule('Office', 300, { sources: ['198.51.100.0/24'] })] },
      miss('Office', 'source', { opens: false }),
    ],
  ])('is named: %s', (_what, world, expected) => {
    expect(first(network(world))).toMatchObject(expected)
  })

  test.each<[string, World]>([
    ['it is for another port', { nic: [rule('AllowHttp', 100, { destinationPorts: ['80'] })] }],
    [
      'it is for another port and another source',
      { nic: [rule('Sql', 300, { sources: ['10.0.0.0/8'], destinationPorts: ['1433'] })] },
    ],
    ['its name only looks like it', { nic: [rule('WordPress', 100, { destinationPorts: ['443'] })] }],
    ['directory ports are no slip', { nic: [rule('Ldap', 100, { destinationPorts: ['389'] })] }],
    [
      'it lets everything out',
      { nic: [rule('Out', 100, { direction: 'outbound', destinationPorts: ['*'] })] },
    ],
    [
      'a deny above it would win for its own source too',
      { nic: [deny('Block', 90), rule('Office', 300, { sources: ['198.51.100.0/24'] })] },
    ],
    [
      'the flow is let in anyway',
      { nic: [rule('All', 100), rule('Office', 300, { sources: ['198.51.100.0/24'] })] },
    ],
    ['nobody knows what its tag stands for', { nic: [rule('Tag', 100, { sources: ['GatewayManager'] })] }],
    ['there are no rules at all', {}],
  ])('is not made of one that was never meant: %s', (_why, world) => {
    expect(nearMisses(flow, network(world))).toEqual([])
  })

  test('the same slip in both layers takes a change in each', () => {
    const office = [rule('Office', 300, { sources: ['198.51.100.0/24'] })]
    expect(first(network({ subnet: office, nic: office }))?.changes).toMatchObject([
      { what: 'field', field: 'source', rule: { layer: 'subnet' } },
      { what: 'field', field: 'source', rule: { layer: 'nic' } },
    ])
  })

  test("the front-end port of a NAT rule in place of the back end's is a slip", () => {
    const natRules = [{ loadBalancer: 'lb', name: 'r', frontendPort: 50_001, backendPort: 3389 }]
    const on = { ...network({ nic: [rule('In', 300, { destinationPorts: ['50001'] })] }), natRules }
    expect(first(on)).toMatchObject(miss('In', 'malformed', { field: 'port' }))
  })

  test('an NSG that guards only another network interface is named', () => {
    const other = {
      ...nicOf({ nic: [rule('RDP', 300)], address: '10.1.3.9' }),
      id: '/nics/nic-2',
      primary: false,
    }
    const [own] = network({}).nics
    const on = { ...network({}), nics: own === undefined ? [] : [own, other] }
    expect(first(on)).toMatchObject(miss('RDP', 'not-attached', { rule: { rule: { name: 'RDP' } } }))
    expect(sentence(on)).toContain('its NSG nsg-nic is not attached here')
  })

  test('without a source, the rule that lets some people in is a miss on the source', () => {
    const { source: _, ...unknown } = flow
    const on = network({ nic: [rule('Office', 300, { sources: ['198.51.100.0/24'] })] })
    expect(nearMisses(unknown, on)).toMatchObject([miss('Office', 'source', { field: 'source' })])
  })
})

describe('the sentence for a finding', () => {
  test.each<[string, World, string]>([
    [
      'a default deny and a near miss',
      { subnet: [rule('allow-office', 300, { sources: ['198.51.100.0/24'] })] },
      'rule DenyAllInBound (default, 65500) on nsg-subnet, subnet layer; allow-office (300) would match but for the source',
    ],
    [
      'a deny that outranks',
      { nic: [deny('Block', 250), rule('Office', 400)] },
      'rule Block (250) on nsg-nic, NIC layer; Office (400) would match, but Block (250) is read first',
    ],
    [
      'no NSG on a Standard address',
      {},
      'no NSG at all, and a Standard public address stays closed until one allows',
    ],
    ['an admin rule', { admin: [deny('Corp', 5)], nic: [rule('RDP', 300)] }, 'security admin rule Corp (5)'],
    [
      'what is not certain',
      { nic: [deny('Tag', 100, { sources: ['GatewayManager'] }), rule('RDP', 300)] },
      'rule RDP (300) on nsg-nic, NIC layer; not certain: what GatewayManager in Tag stands for',
    ],
    [
      'a source port',
      { nic: [rule('Rdp', 300, { sourcePorts: ['3389'] })] },
      'rule DenyAllInBound (default, 65500) on nsg-nic, NIC layer; Rdp (300) would match but for its source port 3389: clients come from ports of their own choice',
    ],
  ])('tells %s', (_what, world, expected) => {
    expect(sentence(network(world))).toBe(expected)
  })
})
