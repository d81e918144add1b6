import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { isPublic } from '../../../../core/access/source.ts'
import { withEffectiveRules } from '../../../../core/triage/nsg/effective.ts'
import { evaluate } from '../../../../core/triage/nsg/evaluate.ts'
import { and, pointOf, spansOf } from '../../../../core/triage/nsg/spans.ts'
import { addressBook } from '../../../../core/triage/nsg/tags.ts'
import type { Flow } from '../../../../core/triage/nsg/verdict.ts'
import { CLIENT, deny, network, PRIVATE, rule, subnetOf, type World } from './world.ts'

const flow: Flow = { source: CLIENT, protocol: 'tcp', destination: PRIVATE, port: 3389, overPublic: true }
const verdictOn = (world: World, more: Partial<Flow> = {}) => evaluate({ ...flow, ...more }, network(world))

describe('what is not known', () => {
  test('a tag nobody could expand makes the verdict unknown where it decides', () => {
    const verdict = verdictOn({
      nic: [deny('DenyTag', 200, { sources: ['GatewayManager'] }), rule('Allow', 300)],
    })
    expect(verdict).toMatchObject({ access: 'unknown', apparent: 'allow', layer: 'nic' })
    expect(verdict.doubts).toMatchObject([{ about: 'tag', what: 'GatewayManager' }])
  })

  test.each<[string, World]>([
    [
      'below the rule that decides',
      { nic: [rule('Allow', 100), deny('DenyTag', 200, { sources: ['GatewayManager'] })] },
    ],
    ['in a rule that says the same', { nic: [deny('DenyTag', 200, { sources: ['GatewayManager'] })] }],
    [
      'in a rule for another port',
      { nic: [rule('Tag', 200, { sources: ['Sql'], destinationPorts: ['1433'] })] },
    ],
    ['in one layer while the other denies', { subnet: [], nic: [rule('Tag', 200, { sources: ['Sql'] })] }],
  ])('an unknown tag leaves no trace %s', (_where, world) => {
    const verdict = verdictOn(world)
    expect(verdict.access).not.toBe('unknown')
    expect(verdict.doubts).toEqual([])
  })

  test('no service tag holds a private address, known or not', () => {
    const world = {
      nic: [rule('Tag', 200, { sources: ['GatewayManager'] })],
      virtualNetwork: ['10.1.0.0/16'],
    }
    expect(verdictOn(world, { source: '192.168.1.1', overPublic: false }).access).toBe('deny')
  })

  test('a regional tag lies within its global one', () => {
    const world = {
      serviceTags: { AzureCloud: ['20.40.0.0/13'] },
      nic: [rule('Region', 200, { sources: ['AzureCloud.WestEurope'] })],
    }
    expect(verdictOn(world).access).toBe('deny')
    expect(verdictOn(world, { source: '20.40.1.9' }).access).toBe('unknown')
  })

  test('a text that is neither address nor tag may mean anything', () => {
    expect(verdictOn({ nic: [rule('Odd', 200, { sources: ['10.0.0.4-10.0.0.9'] })] }).access).toBe('unknown')
    expect(verdictOn({ nic: [rule('Odd', 200, { destinationPorts: ['rdp'] })] }).access).toBe('unknown')
  })

  test('such a text may even mean a private address', () => {
    const world = { nic: [rule('Odd', 200, { sources: ['10.77.0.1-10.77.0.9'] })] }
    expect(verdictOn(world, { source: '10.77.0.1', overPublic: false }).access).toBe('unknown')
  })

  test('an always-allow that may hold keeps a closed address from being certain', () => {
    const world = { admin: [rule('Always', 5, { access: 'always-allow', sources: ['GatewayManager'] })] }
    expect(verdictOn(world)).toMatchObject({ access: 'unknown', apparent: 'deny' })
  })

  test('a layer is certain of its own answer when all that may match say the same', () => {
    const world = { nic: [rule('Tag', 100, { sources: ['GatewayManager'] }), rule('All', 200)], subnet: [] }
    const { layers } = verdictOn(world)
    expect(layers.nic).toMatchObject({ state: 'read', access: 'allow', doubts: [] })
    expect(layers.subnet).toMatchObject({ state: 'read', access: 'deny' })
  })

  test('who belongs to a group is unknown inside the network, and nobody outside does', () => {
    const world = { nic: [deny('Jump', 200, { sourceGroups: ['/asgs/asg-jump'] })] }
    const inside = { source: '10.1.9.9', overPublic: false }
    expect(verdictOn(world, inside)).toMatchObject({ access: 'unknown', apparent: 'allow' })
    expect(verdictOn(world, { ...inside, sourceGroups: [] }).access).toBe('allow')
    expect(verdictOn(world, { ...inside, sourceGroups: ['/ASGS/ASG-Jump'] }).access).toBe('deny')
    expect(verdictOn({ nic: [rule('Jump', 200, { sourceGroups: ['/asgs/asg-jump'] })] }).access).toBe('deny')
  })

  test('a rule for half of the client ports may match', () => {
    const world = { nic: [rule('Half', 200, { sourcePorts: ['1024-49151'] })] }
    expect(verdictOn(world).access).toBe('unknown')
    expect(verdictOn(world, { sourcePort: 2000 }).access).toBe('allow')
    expect(verdictOn(world, { sourcePort: 50_000 }).access).toBe('deny')
  })

  test.each<[string, World, Record<string, unknown>]>([
    [
      'admin rules: they may still say otherwise',
      { nic: [rule('Allow', 100)], missing: [{ what: 'admin rules', why: 'denied', lacks: 'x/read' }] },
      {
        access: 'unknown',
        apparent: 'allow',
        doubts: [{ about: 'unread', what: 'admin rules', lacks: 'x/read' }],
      },
    ],
    [
      'the subnet NSG while the NIC allows',
      { nic: [rule('Allow', 100)], missing: [{ what: 'NSG of subnet snet-app', why: 'denied' }] },
      { access: 'unknown', layer: 'none' },
    ],
    [
      'the subnet NSG while the NIC denies: no matter',
      { nic: [], missing: [{ what: 'NSG of subnet snet-app', why: 'denied' }] },
      { access: 'deny', layer: 'nic', doubts: [] },
    ],
    [
      'the only NSG of a Standard address: not taken for none',
      { missing: [{ what: 'NIC NSG', why: 'denied' }] },
      { access: 'unknown' },
    ],
    [
      'an NSG that is named, though an empty one was delivered',
      { nic: [], missing: [{ what: 'rules of nsg-nic', why: 'denied' }] },
      { access: 'unknown' },
    ],
    [
      'something unheard of: it may be an NSG',
      { nic: [rule('Allow', 100)], missing: [{ what: 'vnet-app', why: 'gone' }] },
      { access: 'unknown' },
    ],
    [
      'what no rule depends on: no matter',
      {
        nic: [rule('Allow', 100)],
        missing: ['load balancers', 'firewalls', 'public addresses', 'service tags', 'routes'].map(what => ({
          what,
          why: 'denied',
        })),
      },
      { access: 'allow', doubts: [] },
    ],
  ])('could not be read: %s', (_what, world, expected) => {
    expect(verdictOn(world)).toMatchObject(expected)
  })

  test('an address that is none of the VM, and one that is none at all, have no verdict', () => {
    const world = { nic: [rule('Allow', 100)] }
    expect(verdictOn(world, { destination: '10.1.2.99' })).toMatchObject({
      access: 'unknown',
      doubts: [{ about: 'destination' }],
    })
    expect(verdictOn(world, { source: '<b>' })).toMatchObject({
      access: 'unknown',
      doubts: [{ about: 'source', what: '<b>' }],
    })
    expect(verdictOn(world, { source: '2001:db8::1' }).access).toBe('unknown')
  })

  test('a load balancer whose sku nobody read may be open or closed without an NSG', () => {
    expect(verdictOn({ sku: 'none' })).toMatchObject({ access: 'unknown', apparent: 'deny' })
    expect(verdictOn({ sku: 'none' }, { frontEndSku: 'Basic' }).access).toBe('allow')
    expect(verdictOn({ sku: 'none' }, { frontEndSku: 'Standard' }).access).toBe('deny')
  })

  test('what VirtualNetwork holds is taken from the network itself when nobody expanded it', () => {
    const world = { nic: [], virtualNetwork: [] }
    const privately = { overPublic: false }
    expect(verdictOn(world, { ...privately, source: '10.1.9.9' }).access).toBe('allow')
    expect(verdictOn(world, { ...privately, source: '10.77.0.1' }).access).toBe('unknown')
    expect(verdictOn(world).access).toBe('deny')
  })
})

describe('words in rules', () => {
  test('prefixes that touch become one range', () => {
    expect(spansOf(['10.128.0.0/9', '10.0.0.0/9', '2001:db8::/32'], 32)).toEqual([
      { low: 0x0a00_0000n, high: 0x0aff_ffffn },
    ])
  })

  test('the Internet tag holds what can come over the internet, outside the network', () => {
    const tags = { 32: addressBook(network(), subnetOf(), 32), 128: addressBook(network(), subnetOf(), 128) }
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), address => {
        const held = ([32, 128] as const).some(
          bits => and(pointOf(address, bits) ?? [], tags[bits].meaningOf('Internet').sure).length > 0,
        )
        expect(held).toBe(isPublic(address) && address !== '168.63.129.16')
      }),
      { numRuns: 3000 },
    )
  })

  test('names from a hostile hand are carried, and reach nothing', () => {
    const names = ['__proto__', 'constructor', '<!channel>', '{{x}}', 'toString', '\u202Eevil']
    for (const name of names) {
      const world = { nic: [rule(name, 100, { sources: [name], destinationGroups: [name] })] }
      expect(() => verdictOn(world)).not.toThrow()
      expect(verdictOn({ nic: [rule(name, 100)] }).decidedBy?.rule.name).toBe(name)
    }
  })
})

describe('rules in force', () => {
  test('take the place of those as written, and answer what was open', () => {
    const asWritten = network({
      nic: [rule('Tag', 200, { sources: ['GatewayManager'] })],
      missing: [{ what: 'admin rules', why: 'denied' }],
    })
    expect(evaluate(flow, asWritten).access).toBe('unknown')
    const inForce = withEffectiveRules(asWritten, [
      { ...rule('Tag', 200, { sources: ['203.0.113.0/24'] }), layer: 'nic' },
      {
        ...rule('AllowVnetInBound', 65_000, { sources: ['10.1.0.0/16', '0.0.0.0/0'], protocol: '*' }),
        layer: 'nic',
      },
    ])
    expect(evaluate(flow, inForce)).toMatchObject({ access: 'allow', decidedBy: { rule: { name: 'Tag' } } })
    expect(evaluate({ ...flow, source: '8.8.8.8' }, inForce).decidedBy?.rule.name).toBe('AllowVnetInBound')
  })

  test('without any in a layer there is no NSG there', () => {
    const inForce = withEffectiveRules(network({ subnet: [], nic: [rule('Allow', 200)] }), [
      { ...rule('Allow', 200), layer: 'nic' },
      { ...deny('Corp', 5), layer: 'admin' },
    ])
    expect(evaluate(flow, inForce)).toMatchObject({
      access: 'deny',
      layer: 'admin',
      layers: { subnet: { state: 'absent' } },
    })
  })
})
