import { describe, expect, test } from '@jest/globals'
import { parseVmId } from '../../../../core/ids.ts'
import { type Client, type DialledMatch, matchDialled } from '../../../../core/triage/reach/dialled.ts'
import { waysIn } from '../../../../core/triage/reach/ways.ts'
import type { JitState, Network, Nic } from '../../../../core/triage/readings.ts'
import { network, nicOf, OWN_PUBLIC, PRIVATE, subnetOf } from '../nsg/world.ts'

const id = (name: string) => {
  const vm = parseVmId(
    `/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/${name}`,
  )
  if (vm === undefined) throw new Error(name)
  return vm
}
const vm = id('vm-1')
const at = { vm, port: 3389 }
const FRONT = '20.61.48.10'
const WALL = '20.61.61.1'

const plain = network({ sku: 'none' })
const [firstNic] = plain.nics as [Nic]

/** A VM with everything: two addresses, a second interface, NAT rules for two VMs, and a firewall. */
const rich: Network = {
  ...plain,
  nics: [
    {
      ...nicOf({ address: '10.1.3.4', sku: 'none' }),
      id: '/nics/second',
      primary: false,
    },
    {
      ...firstNic,
      ipConfigurations: [
        { primary: false, privateAddress: 'fd00:1::4', subnet: subnetOf() },
        {
          primary: true,
          privateAddress: PRIVATE,
          public: {
            address: OWN_PUBLIC,
            name: 'vm-1.westeurope.cloudapp.azure.com',
            sku: 'Standard',
            allocation: 'static',
          },
          subnet: subnetOf(),
        },
      ],
    },
  ],
  natRules: [
    {
      loadBalancer: 'lb',
      name: 'a',
      frontendAddress: FRONT,
      frontendPort: 50_001,
      backendPort: 3389,
      vm: id('vm-2'),
    },
    { loadBalancer: 'lb', name: 'b', frontendAddress: FRONT, frontendPort: 50_002, backendPort: 3389, vm },
    { loadBalancer: 'lb2', name: 'c', frontendAddress: '20.9.9.9', frontendPort: 3389, backendPort: 3389 },
  ],
  firewalls: [
    {
      name: 'fw',
      privateAddress: '10.20.255.4',
      publicAddresses: [WALL],
      dnat: [
        {
          firewall: 'fw',
          address: WALL,
          port: 13_389,
          sources: ['203.0.113.25/32'],
          toAddress: PRIVATE,
          toPort: 3389,
        },
        { firewall: 'fw', address: WALL, port: 23_389, sources: ['*'], toAddress: '10.1.2.77', toPort: 3389 },
      ],
    },
  ],
}
const jit: JitState = {
  policyId: 'p',
  ports: [{ number: 3389, protocol: 'TCP', maxMinutes: 60, sources: ['*'] }],
  requests: [],
}

describe('the ways into a VM', () => {
  test('are its public addresses, NAT rules, firewalls and private addresses, primary first', () => {
    const { ways } = waysIn(rich, undefined, at)
    expect(
      ways.map(way => [way.kind, way.address, way.port, way.to.address, way.to.port, way.nic.primary]),
    ).toEqual([
      ['public-address', OWN_PUBLIC, 3389, PRIVATE, 3389, true],
      ['nat-rule', FRONT, 50_002, PRIVATE, 3389, true],
      ['firewall', WALL, 13_389, PRIVATE, 3389, true],
      ['private-address', PRIVATE, 3389, PRIVATE, 3389, true],
      ['private-address', 'fd00:1::4', 3389, 'fd00:1::4', 3389, true],
      ['private-address', '10.1.3.4', 3389, '10.1.3.4', 3389, false],
    ])
  })

  test('tell how a client arrives: as itself through a load balancer, as the firewall through a firewall', () => {
    const { ways } = waysIn(rich, undefined, at)
    const of = (kind: string) => ways.find(way => way.kind === kind)
    expect(of('nat-rule')).toMatchObject({ overPublic: true, through: 'lb' })
    expect(of('nat-rule')).not.toHaveProperty('arrivesAs')
    expect(of('firewall')).toMatchObject({
      overPublic: false,
      through: 'fw',
      arrivesAs: '10.20.255.4',
      sources: ['203.0.113.25/32'],
    })
    expect(of('public-address')).toMatchObject({
      sku: 'Standard',
      name: 'vm-1.westeurope.cloudapp.azure.com',
      family: 'ipv4',
    })
    expect(ways.find(({ address }) => address === 'fd00:1::4')?.family).toBe('ipv6')
  })

  test('know whether JIT covers the port they end at', () => {
    expect(waysIn(rich, jit, at).ways.every(way => way.jit?.number === 3389)).toBe(true)
    expect(waysIn(rich, jit, { vm, port: 3390 }).ways[0]).not.toHaveProperty('jit')
  })

  test('end where the NAT rule says, even at a port where nobody listens', () => {
    const nat = waysIn(rich, jit, { vm, port: 3390 }).ways.find(({ kind }) => kind === 'nat-rule')
    expect(nat).toMatchObject({ port: 50_002, to: { port: 3389 }, jit: { number: 3389 } })
  })

  test('are none when there is no address', () => {
    expect(waysIn({ ...network({}), nics: [] }, undefined, at)).toEqual({ ways: [], elsewhere: [] })
  })

  test('stay ways while Azure has given no address yet', () => {
    const [nic] = plain.nics as [Nic]
    const idle: Nic = {
      ...nic,
      ipConfigurations: [
        { primary: true, public: { sku: 'Basic', allocation: 'dynamic' }, subnet: subnetOf() },
      ],
    }
    const [way] = waysIn({ ...plain, nics: [idle] }, undefined, at).ways
    expect(way).toMatchObject({ kind: 'public-address', allocation: 'dynamic' })
    expect(way).not.toHaveProperty('address')
  })
})

describe('what was dialled', () => {
  const table = waysIn(rich, undefined, at)
  const port = (host: string, number?: number) => (number === undefined ? { host } : { host, port: number })

  test.each<
    [string, { host: string; port?: number }, Client, DialledMatch['match'], Record<string, unknown>]
  >([
    ['the public address', port(OWN_PUBLIC), {}, 'exact', { way: { kind: 'public-address' } }],
    [
      'its DNS name, however written',
      port(' VM-1.WestEurope.cloudapp.azure.com. '),
      {},
      'exact',
      { way: { address: OWN_PUBLIC } },
    ],
    ['the IPv6 address in brackets', port('[FD00:1:0::4]'), {}, 'exact', { way: { family: 'ipv6' } }],
    ['the front end with its port', port(FRONT, 50_002), {}, 'exact', { way: { kind: 'nat-rule' } }],
    ["the front end with RDP's own port", port(FRONT), {}, 'wrong-port', { ways: [{ port: 50_002 }] }],
    [
      "the front end with another machine's port",
      port(FRONT, 50_001),
      {},
      'other-machine',
      { elsewhere: { leadsTo: id('vm-2') } },
    ],
    [
      'a front end with nothing behind it',
      port('20.9.9.9'),
      {},
      'other-machine',
      { elsewhere: { name: 'lb2' } },
    ],
    [
      'a front end of others with no rule for the port',
      port('20.9.9.9', 444),
      {},
      'no-rule',
      { elsewhere: { owner: 'load-balancer' } },
    ],
    [
      'the public address with another port',
      port(OWN_PUBLIC, 3390),
      {},
      'wrong-port',
      { ways: [{ port: 3389 }] },
    ],
    [
      'the firewall with its port',
      port(WALL, 13_389),
      { address: '203.0.113.25' },
      'exact',
      { way: { kind: 'firewall' } },
    ],
    [
      'the firewall, from where its rule takes nobody in',
      port(WALL, 13_389),
      { address: '8.8.8.8' },
      'refused',
      { way: { through: 'fw' } },
    ],
    ["the firewall with RDP's own port", port(WALL), {}, 'wrong-port', { ways: [{ port: 13_389 }] }],
    [
      "the firewall with the neighbour's port",
      port(WALL, 23_389),
      {},
      'other-machine',
      { elsewhere: { leadsTo: '10.1.2.77' } },
    ],
    [
      'the private address from inside',
      port(PRIVATE),
      { outside: false },
      'exact',
      { way: { kind: 'private-address' } },
    ],
    ['the private address from outside', port(PRIVATE), { outside: true }, 'private-from-outside', {}],
    ['the second interface', port('10.1.3.4'), {}, 'other-nic', { way: { nic: { id: '/nics/second' } } }],
    ['an address of long ago', port('20.61.50.17'), {}, 'stale', {}],
    ['a name nobody here knows', port('gis.contoso.com'), {}, 'unknown-name', {}],
    ['nonsense', port('<script>'), {}, 'unknown-name', {}],
  ])('%s', (_what, dialled, client, match, more) => {
    expect(matchDialled(dialled, table, client)).toMatchObject({ match, ...more })
  })

  test('a firewall that has no rule for the VM at all is told from an old address', () => {
    const walled: Network = {
      ...plain,
      firewalls: [{ name: 'fw', publicAddresses: [WALL], dnat: [] }],
    }
    expect(matchDialled({ host: WALL }, waysIn(walled, undefined, at))).toMatchObject({
      match: 'no-rule',
      elsewhere: { owner: 'firewall', name: 'fw' },
    })
  })
})
