import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { AddressSet, everything, isHalfOrMore, nothing, spanOf } from '../../../adapters/azure/address-set.ts'
import { type Entrance, exposureOf } from '../../../adapters/azure/exposure.ts'
import { nsgOf } from '../../../adapters/azure/rules.ts'

type Written = Parameters<typeof nsgOf>[0]
type WrittenRule = NonNullable<Written['securityRules']>[number]

const NSG = '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/nsg-nic'
const group = (name: string) => ({ id: `/groups/${name}`, location: 'westeurope' })

const allow = (rule: Partial<WrittenRule> = {}): WrittenRule => ({
  name: 'rule',
  access: 'Allow',
  direction: 'Inbound',
  priority: 300,
  protocol: 'Tcp',
  sourceAddressPrefix: '*',
  sourcePortRange: '*',
  destinationAddressPrefix: '*',
  destinationPortRange: '3389',
  ...rule,
})
const deny = (rule: Partial<WrittenRule> = {}): WrittenRule =>
  allow({ name: 'no', access: 'Deny', priority: 200, ...rule })

/** Several sources, the way Azure writes them: in the list, with the single field empty. */
const from = ({ sourceAddressPrefix: _, ...rule }: WrittenRule, sources: string[]): WrittenRule => ({
  ...rule,
  sourceAddressPrefixes: sources,
})

const entrance = (rules: readonly WrittenRule[], setting: Partial<Entrance['setting']> = {}): Entrance => ({
  setting: {
    primary: true,
    first: true,
    balanced: false,
    groups: [],
    privateAddress: '10.0.0.4',
    ...setting,
  },
  publicAddress: { address: '198.51.100.4', standard: true },
  layers: { nsgs: [nsgOf({ id: NSG, name: 'nsg-nic', location: 'westeurope', securityRules: [...rules] })] },
})
const state = (...rules: readonly WrittenRule[]) => exposureOf([entrance(rules)], 3389).state

describe('rules that let everyone in', () => {
  const everyone = [['*'], ['Internet'], ['internet'], ['Any'], ['0.0.0.0/0']]
  const manyHalves = [
    ['0.0.0.0/1', '128.0.0.0/1'],
    ['0.0.0.0/2', '64.0.0.0/2', '128.0.0.0/2', '192.0.0.0/2'],
  ]
  const somebody = [
    ['203.0.113.7'],
    ['203.0.113.0/24', '198.51.100.0/24'],
    ['10.0.0.0/8'],
    ['VirtualNetwork'],
  ]

  test.each([...everyone, ...manyHalves])('sources %j', (...sources: string[]) => {
    expect(state(from(allow(), sources), deny({ priority: 4000 }))).toBe('open-to-everyone')
  })
  test.each([...somebody, ['AzureLoadBalancer'], ['Storage'], ['::/0']])(
    'sources %j are not everyone',
    (...sources: string[]) => {
      expect(state(from(allow(), sources))).toBe('closed')
    },
  )
  test('the halves of the internet in two rules are as wide as one rule for all', () => {
    const half = (prefix: string, priority: number) => allow({ sourceAddressPrefix: prefix, priority })
    expect(state(half('0.0.0.0/1', 300), half('128.0.0.0/1', 301))).toBe('open-to-everyone')
  })

  test.each(['3389', '*', '3000-4000', '0-65535'])('ports %s', range => {
    expect(state(allow({ destinationPortRange: range }))).toBe('open-to-everyone')
  })
  test('one of several ranges is enough', () => {
    const rule = allow({ destinationPortRanges: ['80', '3380-3390'] })
    delete rule.destinationPortRange
    expect(state(rule)).toBe('open-to-everyone')
  })
  test.each(['3388', '3390-4000', '80'])('ports %s are others', range => {
    expect(state(allow({ destinationPortRange: range }))).toBe('closed')
  })

  test('only TCP matters', () => {
    expect(state(allow({ protocol: 'Udp' }))).toBe('closed')
    expect(state(allow({ protocol: '*' }))).toBe('open-to-everyone')
    expect(state(deny({ protocol: 'Udp' }), allow())).toBe('open-to-everyone')
  })
  test('outbound rules do not matter', () => {
    expect(state(allow({ direction: 'Outbound' }))).toBe('closed')
    expect(state(deny({ direction: 'Outbound' }), allow())).toBe('open-to-everyone')
  })
  test('a rule that asks for a certain source port can be met by anyone, and shuts nobody out', () => {
    expect(state(allow({ sourcePortRange: '3389' }))).toBe('open-to-everyone')
    expect(state(deny({ sourcePortRange: '3389' }), allow())).toBe('open-to-everyone')
  })
  test('rules see the private address', () => {
    expect(state(allow({ destinationAddressPrefix: '10.0.0.4/32' }))).toBe('open-to-everyone')
    expect(state(allow({ destinationAddressPrefix: 'VirtualNetwork' }))).toBe('open-to-everyone')
    expect(state(allow({ destinationAddressPrefix: '198.51.100.4' }))).toBe('closed')
    expect(state(allow({ destinationAddressPrefix: '10.0.0.5' }))).toBe('closed')
  })
  test('a rule for an application security group concerns its members', () => {
    const rule = allow({ destinationApplicationSecurityGroups: [group('rdp')] })
    delete rule.destinationAddressPrefix
    expect(exposureOf([entrance([rule])], 3389).state).toBe('closed')
    expect(exposureOf([entrance([rule], { groups: ['/groups/RDP'] })], 3389).state).toBe('open-to-everyone')
  })
})

describe('rules before it', () => {
  test('the lowest number decides, in whatever order the rules are listed', () => {
    expect(state(allow(), deny())).toBe('closed')
    expect(state(allow({ priority: 100 }), deny())).toBe('open-to-everyone')
  })
  test('a deny for somebody leaves everybody else', () => {
    expect(state(deny({ sourceAddressPrefix: '203.0.113.0/24' }), allow())).toBe('open-to-everyone')
  })
  test('a deny for a service tag is not counted on', () => {
    expect(state(deny({ sourceAddressPrefix: 'AzureCloud' }), allow())).toBe('open-to-everyone')
  })
  test('denies for both halves shut it', () => {
    expect(state(from(deny(), ['0.0.0.0/1', '128.0.0.0/1']), allow())).toBe('closed')
  })
})

describe('other ways in', () => {
  test('an IPv6 address is judged by IPv6 rules', () => {
    const v6 = (rule: WrittenRule) =>
      exposureOf([entrance([rule], { privateAddress: 'fd00::4' })], 3389).state
    expect(v6(allow({ sourceAddressPrefix: '::/0' }))).toBe('open-to-everyone')
    expect(v6(allow({ sourceAddressPrefix: '0.0.0.0/0' }))).toBe('closed')
  })
  test('any open way in makes the VM open', () => {
    const shut = entrance([])
    expect(exposureOf([shut, entrance([allow()])], 3389).state).toBe('open-to-everyone')
  })
  test('behind a load balancer an open rule leaves it unknown, a shut one does not', () => {
    const balanced = (rules: readonly WrittenRule[]): Entrance => {
      const { publicAddress, ...rest } = entrance(rules, { balanced: true })
      return rest
    }
    expect(exposureOf([balanced([allow()])], 3389)).toMatchObject({
      state: 'unknown',
      why: expect.stringContaining('rule (nsg-nic)'),
    })
    expect(exposureOf([balanced([])], 3389)).toEqual({ state: 'closed' })
  })
})

describe('sets of addresses', () => {
  const family = 'ipv4'
  const sets = fc
    .array(fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 32 })), { maxLength: 8 })
    .map(prefixes =>
      spanOf(
        prefixes.map(([address, bits]) => `${address}/${bits}`),
        family,
      ),
    )
  const holds = (set: AddressSet, address: bigint) =>
    set.spans.some(([first, last]) => first <= address && address <= last)
  const address = fc.bigInt({ min: 0n, max: (1n << 32n) - 1n })

  test('and, or, minus and complement mean what they say, for every address', () => {
    fc.assert(
      fc.property(sets, sets, address, (left, right, one) => {
        const [inLeft, inRight] = [holds(left, one), holds(right, one)]
        expect(holds(left.and(right), one)).toBe(inLeft && inRight)
        expect(holds(left.or(right), one)).toBe(inLeft || inRight)
        expect(holds(left.minus(right), one)).toBe(inLeft && !inRight)
        expect(holds(left.complement(), one)).toBe(!inLeft)
      }),
    )
  })
  test('sizes add up', () => {
    fc.assert(
      fc.property(sets, set => {
        expect(set.size + set.complement().size).toBe(everything(family).size)
        expect(set.and(set.complement()).size).toBe(0n)
      }),
    )
  })
  test('half is where everyone begins', () => {
    expect(isHalfOrMore(spanOf(['0.0.0.0/1'], family))).toBe(true)
    expect(isHalfOrMore(spanOf(['0.0.0.0/2', '64.0.0.0/3'], family))).toBe(false)
    expect(isHalfOrMore(nothing(family))).toBe(false)
  })
  test('one more entry never makes a set smaller', () => {
    fc.assert(
      fc.property(sets, sets, (left, right) => {
        expect(left.or(right).size >= left.size).toBe(true)
        expect(new AddressSet(family, left.spans).size).toBe(left.size)
      }),
    )
  })
})
