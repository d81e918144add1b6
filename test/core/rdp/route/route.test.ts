/** Which way leads in, and why; and every case in which Get-AzRemoteDesktopFile throws or guesses. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ROUTE_KINDS, USUAL_ROUTES } from '../../../../core/rdp/route/way.ts'
import type { NatRule, Network } from '../../../../core/triage/readings.ts'
import { around, bastion, config, NAME, NEIGHBOUR, nic, publicly, routed, VM } from './network.ts'

const nat = (more: Partial<NatRule> = {}): NatRule => ({
  loadBalancer: 'lb-app',
  name: 'rdp',
  frontendAddress: '20.61.48.10',
  frontendPort: 50_001,
  backendPort: 3389,
  vm: VM,
  ...more,
})
const alone = nic(true, config('10.1.2.4'))
const usual = { kinds: USUAL_ROUTES }

describe('what Get-AzRemoteDesktopFile cannot do', () => {
  type Case = [string, Network, object | undefined, ReturnType<typeof routed>['ways'][number] | object]
  const cases: readonly Case[] = [
    [
      'its first network interface is not the primary one: the primary one is dialled',
      around([
        nic(false, config('10.1.3.4', { public: publicly('20.1.1.2') })),
        nic(true, config('10.1.2.4', { public: publicly('20.1.1.1') })),
      ]),
      undefined,
      { kind: 'public-address', host: '20.1.1.1', at: '10.1.2.4' },
    ],
    [
      'only the second network interface has a public address: it throws, and that one is dialled',
      around([alone, nic(false, config('10.1.3.4', { public: publicly('20.1.1.2', NAME) }))]),
      undefined,
      { kind: 'public-address', host: NAME, at: '10.1.3.4', why: expect.stringContaining('secondary') },
    ],
    [
      'only a second configuration of the interface has one: it throws, and that one is dialled',
      around([
        nic(true, config('10.1.2.4'), config('10.1.2.5', { primary: false, public: publicly('20.1.1.5') })),
      ]),
      undefined,
      { kind: 'public-address', host: '20.1.1.5', at: '10.1.2.5' },
    ],
    [
      'a dynamic address that is not given yet: it writes an empty host, and the next way is taken',
      around([nic(true, config('10.1.2.4', { public: { sku: 'Basic', allocation: 'dynamic' } }))], {
        natRules: [nat()],
      }),
      undefined,
      { kind: 'nat-rule', host: '20.61.48.10', port: 50_001 },
    ],
    [
      'Windows listens on another port: it writes 3389, and that port is dialled',
      around([nic(true, config('10.1.2.4', { public: publicly('20.1.1.1') }))]),
      { port: 33_890 },
      { kind: 'public-address', host: '20.1.1.1', port: 33_890 },
    ],
    [
      'a NAT rule leads to another port than 3389: it throws, and the rule is used',
      around([alone], { natRules: [nat({ backendPort: 33_890, frontendName: 'lb.example' })] }),
      { port: 33_890 },
      { kind: 'nat-rule', host: 'lb.example', port: 50_001, through: 'lb-app' },
    ],
    [
      'a rule of a pool, as flexible scale set instances have: it is not on the interface, and is used all the same',
      around([alone], {
        natRules: [
          nat({ frontendPort: 4003, toAddress: '10.1.2.4' }),
          nat({ frontendPort: 4004, vm: NEIGHBOUR }),
        ],
      }),
      undefined,
      { kind: 'nat-rule', host: '20.61.48.10', port: 4003, at: '10.1.2.4' },
    ],
    [
      'a rule that ends at the second interface: the way says so',
      around([alone, nic(false, config('10.1.3.4'))], { natRules: [nat({ toAddress: '10.1.3.4' })] }),
      undefined,
      { kind: 'nat-rule', at: '10.1.3.4', why: expect.stringContaining('secondary') },
    ],
    [
      'an internal load balancer: it writes a host that nobody outside reaches, and it is a private way',
      around([nic(true, config('fd00:1::4'))], { natRules: [nat({ frontendAddress: '10.1.9.9' })] }),
      undefined,
      { kind: 'private-address', host: '10.1.9.9', port: 50_001, source: '10.8.0.0/16' },
    ],
    [
      'a private address only: it throws, and the VPN is the way where the policy says so',
      around([alone]),
      undefined,
      { kind: 'private-address', host: '10.1.2.4', port: 3389, source: '10.8.0.0/16' },
    ],
    [
      'IPv6 only: it writes a literal that clients cannot read, and the name is written',
      around([nic(true, config('fd00:1::4', { public: publicly('2603:1020::4', NAME) }))]),
      undefined,
      { kind: 'public-address', host: NAME },
    ],
    [
      'a Bastion host and nothing else: it throws, and Bastion is the way',
      around([nic(true, config('fd00:1::4'))]),
      { bastion },
      { kind: 'bastion', name: 'bas-hub', source: '10.1.250.0/26', methods: ['portal', 'native'] },
    ],
  ]
  test.each(cases)('%s', (_, surroundings, facts, way) => {
    expect(routed(surroundings, facts ?? {}).ways[0]).toMatchObject(way)
  })
})

describe('the order', () => {
  const everything = around([nic(true, config('10.1.2.4', { public: publicly('20.1.1.1', NAME) }))], {
    natRules: [nat()],
  })
  test('is the policy’s, and the later ones say after what they come', () => {
    const { ways } = routed(
      everything,
      { bastion },
      { kinds: ['bastion', 'nat-rule', 'private-address', 'public-address'] },
    )
    expect(ways.map(({ kind }) => kind)).toEqual(['bastion', 'nat-rule', 'private-address', 'public-address'])
    expect(ways[1]?.why).toMatch(/after Azure Bastion bas-hub$/)
  })
  test('a name is preferred to its address', () => {
    expect(routed(everything).ways[0]).toMatchObject({
      host: NAME,
      port: 3389,
      why: 'it leads straight to the VM, and the port opens for one address only',
    })
  })
  test('what the policy does not allow is no way, and is told', () => {
    const { ways, left } = routed(everything, { bastion }, { kinds: ['bastion'] })
    expect(ways).toHaveLength(1)
    expect(left).toContainEqual({
      what: `the public address ${NAME}`,
      why: 'the policy does not allow this kind of way',
    })
  })
})

describe('what is no way', () => {
  test.each([
    [
      'an IPv6 address without a name',
      around([nic(true, config('fd00:1::4', { public: publicly('2603:1020::4') }))]),
      /needs a DNS name/,
    ],
    [
      'a rule to another service',
      around([alone], { natRules: [nat({ backendPort: 22 })] }),
      /leads to port 22/,
    ],
    [
      'an address not given yet',
      around([nic(true, config('10.1.2.4', { public: { sku: 'Basic', allocation: 'dynamic' } }))]),
      /when the VM starts/,
    ],
    [
      'a name without an address',
      around([nic(true, config('10.1.2.4', { public: publicly(undefined, NAME) }))]),
      /no address behind it/,
    ],
    [
      'a name that could smuggle a line',
      around([nic(true, config('10.1.2.4', { public: publicly('20.1.1.1', 'x\r\n/v:evil') }))]),
      /cannot stand in a connection file/,
    ],
    [
      'a firewall',
      around([alone], {
        firewalls: [
          {
            name: 'fw',
            publicAddresses: ['20.6.6.6'],
            dnat: [
              {
                firewall: 'fw',
                address: '20.6.6.6',
                port: 13_389,
                sources: ['*'],
                toAddress: '10.1.2.4',
                toPort: 3389,
              },
            ],
          },
        ],
      }),
      /the firewall’s address/,
    ],
  ])('%s is told with its reason', (_, surroundings, why) => {
    const { ways, left, add } = routed(surroundings, {}, usual)
    expect(ways).toEqual([])
    expect(left.map(one => one.why).join('\n')).toMatch(why)
    expect(add.join('\n')).toMatch(/public address with a DNS name[\s\S]*NAT rule[\s\S]*Bastion[\s\S]*VPN/)
  })
  test('a neighbour’s NAT rule is not even mentioned', () => {
    expect(routed(around([alone], { natRules: [nat({ vm: NEIGHBOUR })] }), {}, usual)).toMatchObject({
      ways: [],
      left: [
        { what: 'the private address 10.1.2.4' },
        { what: 'Azure Bastion', why: 'no Bastion host reaches the VM' },
      ],
    })
  })
  test.each([
    [{ state: 'failed' }, /reports it as failed/],
    [{ sku: 'Developer', place: 'peered-vnet', peered: true }, /own virtual network only/],
    [{ place: 'peered-vnet', peered: false }, /peering/],
    [{ prefix: undefined }, /subnet could not be read/],
  ] as const)('a Bastion host that is %j serves nobody', (changes, why) => {
    const { ways, left } = routed(around([alone]), { bastion: { ...bastion, ...changes } as never }, usual)
    expect(ways).toEqual([])
    expect(left.map(one => one.why).join('\n')).toMatch(why)
  })
  test('a small Bastion host and another port: what it would need is said', () => {
    const { left } = routed(around([alone]), { port: 33_890, bastion: { ...bastion, sku: 'Basic' } }, usual)
    expect(left).toContainEqual({
      what: 'the Bastion host bas-hub',
      why: 'it needs the tier Standard for port 33890 (it is Basic)',
    })
  })
  test('what could not be read is said, and the whole is not known', () => {
    const routing = routed(
      around([alone]),
      { bastion: { unread: 'The bot may not read Bastion hosts.' } },
      usual,
    )
    expect(routing).toMatchObject({ ways: [], whole: false })
    expect(routing.left.map(({ why }) => why)).toContain('The bot may not read Bastion hosts.')
  })
})

describe('a fixed source', () => {
  const both = [
    ['bastion', { bastion }, '10.1.250.0/26'],
    ['private-address', {}, '10.8.0.0/16'],
  ] as const
  test.each(both)('%s is no way where the JIT access policy does not let it in', (kind, facts, source) => {
    const surroundings = around([alone])
    const shut = routed(surroundings, { ...facts, jit: { sources: ['203.0.113.0/24'] } }, { kinds: [kind] })
    expect(shut.ways).toEqual([])
    expect(shut.left.at(-1)?.why ?? '').toMatch(/./)
    expect(
      routed(surroundings, { ...facts, jit: { sources: [source] } }, { kinds: [kind] }).ways,
    ).toHaveLength(1)
  })
  test.each(both)(
    '%s shows nothing of where the person is, so a rule for certain addresses leaves it out',
    (kind, facts, source) => {
      const surroundings = around([alone])
      expect(routed(surroundings, facts, { kinds: [kind], from: [['203.0.113.0/24']] }).ways).toEqual([])
      expect(
        routed(surroundings, facts, { kinds: [kind], from: [['203.0.113.0/24', source]] }).ways,
      ).toHaveLength(1)
    },
  )
})

test('an instance of a Cloud Service is named by the cookie: all of them share one address', () => {
  const instance = {
    host: 'shop.cloudapp.net',
    port: 3389,
    roleInstance: { role: 'WebRole1', instance: 'WebRole1_IN_0' },
  }
  expect(routed(around([alone]), { instance }).ways).toMatchObject([{ kind: 'role-instance', ...instance }])
})

test('whatever stands round a VM, a way has a host that a file can hold, or says why not', () => {
  const address = fc.constantFrom('20.1.1.1', '2603:1020::4', '10.0.0.4', undefined, '0x7f000001', 'x y')
  const name = fc.constantFrom(undefined, NAME, 'a\nb', '1.2.3', '')
  const place = fc.record({
    address,
    name,
    own: fc.constantFrom('10.1.2.4', 'fd00:1::4'),
    primary: fc.boolean(),
  })
  const rule = fc.record({
    frontendAddress: address,
    frontendName: name,
    frontendPort: fc.integer(),
    backendPort: fc.constantFrom(3389, 22),
  })
  fc.assert(
    fc.property(
      fc.array(place, { maxLength: 3 }),
      fc.array(rule, { maxLength: 3 }),
      fc.shuffledSubarray([...ROUTE_KINDS]),
      (places, rules, kinds) => {
        const surroundings = around(
          places.map(one => nic(one.primary, config(one.own, { public: publicly(one.address, one.name) }))),
          { natRules: rules.map(one => nat(JSON.parse(JSON.stringify(one)))) },
        )
        const { ways, left, add } = routed(surroundings, { bastion }, { kinds })
        for (const way of ways) {
          expect(kinds).toContain(way.kind)
          if (way.kind !== 'bastion') expect(way.host).toMatch(/^[A-Za-z0-9_.-]+$/)
        }
        expect(ways.length > 0 || add.length > 0 || kinds.length === 0).toBe(true)
        for (const { what, why } of left) expect(`${what}${why}`).not.toMatch(/undefined/)
      },
    ),
  )
})
