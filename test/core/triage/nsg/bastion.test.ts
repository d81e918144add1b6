import { describe, expect, test } from '@jest/globals'
import { bastionRules, fromBastion } from '../../../../core/triage/nsg/bastion.ts'
import type { NetworkRule } from '../../../../core/triage/readings.ts'
import { deny, network, PRIVATE, rule, ruleSet } from './world.ts'

const PREFIX = '10.20.250.0/26'
const out = { direction: 'outbound' } as const
const https = { destinationPorts: ['443'] } as const
const inner = {
  destinationPorts: ['8080', '5701'],
  protocol: '*',
  sources: ['VirtualNetwork'],
  destinations: ['VirtualNetwork'],
} as const

/** The rules that Azure's guide asks for, and a deny for everything else. */
const complete: readonly NetworkRule[] = [
  rule('People', 100, { ...https, sources: ['Internet'] }),
  rule('Control', 110, { ...https, sources: ['GatewayManager'] }),
  rule('Health', 120, { ...https, sources: ['AzureLoadBalancer'] }),
  rule('InsideIn', 130, inner),
  deny('RestIn', 4096, { protocol: '*', destinationPorts: ['*'] }),
  rule('Target', 100, { ...out, destinationPorts: ['22', '3389'], destinations: ['VirtualNetwork'] }),
  rule('InsideOut', 110, { ...inner, ...out }),
  rule('Logs', 120, { ...out, ...https, destinations: ['AzureCloud'] }),
  rule('Web', 130, { ...out, destinationPorts: ['80'], destinations: ['Internet'] }),
  deny('RestOut', 4096, { ...out, protocol: '*', destinationPorts: ['*'] }),
]
const without = (...names: string[]) => complete.filter(({ name }) => !names.includes(name))

const gaps = (rules: readonly NetworkRule[], target = { address: PRIVATE, port: 3389 }) =>
  bastionRules(ruleSet('nsg-bastion', rules), { bastion: { prefix: PREFIX }, target }).map(({ need, by }) => [
    need.for,
    by.rule.name,
  ])

describe('the NSG of a Bastion subnet', () => {
  test('with all the rules of the guide blocks nothing', () => {
    expect(gaps(complete)).toEqual([])
  })

  test.each<[string, readonly NetworkRule[], [string, string][]]>([
    ['people on the internet', without('People'), [['people', 'RestIn']]],
    [
      'the control plane',
      without('Control', 'People'),
      [
        ['people', 'RestIn'],
        ['control', 'RestIn'],
      ],
    ],
    ['health probes', without('Health'), [['health', 'RestIn']]],
    [
      'its own parts',
      without('InsideIn', 'InsideOut'),
      [
        ['inside', 'RestIn'],
        ['inside', 'RestOut'],
        ['inside', 'RestIn'],
        ['inside', 'RestOut'],
      ],
    ],
    ['the way to the VM', without('Target'), [['target', 'RestOut']]],
    ['its logs', without('Logs'), [['logs', 'RestOut']]],
    ['certificate checks', without('Web'), [['certificates', 'RestOut']]],
    [
      'the control plane by a deny above',
      [deny('NoGw', 90, { ...https, sources: ['GatewayManager'] }), ...complete],
      [['control', 'NoGw']],
    ],
  ])('that shuts out %s is told with the rule that does it', (_what, rules, expected) => {
    expect(gaps(rules)).toEqual(expected)
  })

  test('without rules of its own still lets probes, its own parts and everything outbound through', () => {
    expect(gaps([])).toEqual([
      ['people', 'DenyAllInBound'],
      ['control', 'DenyAllInBound'],
    ])
  })

  test.each<[string, readonly NetworkRule[]]>([
    [
      'certain people only',
      [rule('Office', 99, { ...https, sources: ['203.0.113.0/24'] }), ...without('People')],
    ],
    [
      'everything',
      [
        rule('All', 99, { protocol: '*', destinationPorts: ['*'] }),
        ...without('People', 'Control', 'Health', 'InsideIn'),
      ],
    ],
    [
      'the target by its prefix',
      [rule('Vm', 99, { ...out, destinations: ['10.1.2.0/24'] }), ...without('Target')],
    ],
    [
      'its own parts by prefix',
      [
        rule('Own', 99, { ...inner, sources: ['10.20.0.0/16'], destinations: [PREFIX] }),
        ...without('InsideIn'),
      ],
    ],
    [
      'all but a few unwelcome addresses',
      [deny('Bad', 90, { ...https, sources: ['198.51.100.0/24'] }), ...complete],
    ],
  ])('may let in %s', (_what, rules) => {
    expect(gaps(rules)).toEqual([])
  })

  test('has to let in all of its own parts, not some', () => {
    const part = rule('Part', 99, { ...inner, sources: ['10.20.250.0/28'], destinations: [PREFIX] })
    expect(gaps([part, ...without('InsideIn')])).toEqual([
      ['inside', 'RestIn'],
      ['inside', 'RestIn'],
    ])
  })

  test('has to let out to the port that RDP listens on', () => {
    expect(gaps(complete, { address: PRIVATE, port: 13_389 })).toEqual([['target', 'RestOut']])
  })
})

describe('the rules of a VM towards its Bastion', () => {
  const target = { destination: PRIVATE, port: 3389 }
  const connected = { virtualNetwork: ['10.1.0.0/16', '10.20.0.0/16', '168.63.129.16/32'] }

  test('let it in by the default rule for connected networks', () => {
    const verdict = fromBastion(
      network({ ...connected, nic: [] }),
      { sku: 'Standard', prefix: PREFIX },
      target,
    )
    expect(verdict).toMatchObject({ access: 'allow', decidedBy: { rule: { name: 'AllowVnetInBound' } } })
  })

  test('may keep it out', () => {
    const rules = [rule('Vpn', 200, { sources: ['10.99.0.0/16'] }), deny('Rest', 300)]
    const verdict = fromBastion(
      network({ ...connected, nic: rules }),
      { sku: 'Standard', prefix: PREFIX },
      target,
    )
    expect(verdict).toMatchObject({ access: 'deny', decidedBy: { rule: { name: 'Rest' } } })
  })

  test('may keep half of it out, and then the verdict is open', () => {
    const rules = [deny('Half', 200, { sources: ['10.20.250.0/27'] })]
    expect(
      fromBastion(network({ ...connected, nic: rules }), { sku: 'Basic', prefix: PREFIX }, target).access,
    ).toBe('unknown')
  })

  test("know a Developer host by the platform's own address", () => {
    expect(fromBastion(network({ ...connected, nic: [] }), { sku: 'Developer' }, target).access).toBe('allow')
    expect(
      fromBastion(network({ ...connected, nic: [deny('All', 100)] }), { sku: 'Developer' }, target).access,
    ).toBe('deny')
  })

  test('cannot be asked about a host whose subnet is not known', () => {
    expect(fromBastion(network({ nic: [] }), { sku: 'Standard' }, target).access).toBe('unknown')
  })
})
