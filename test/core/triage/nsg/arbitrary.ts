/** Random networks and flows, drawn from small pools so that rules and flows often meet. */
import fc from 'fast-check'
import type { Flow } from '../../../../core/triage/nsg/verdict.ts'
import type { NetworkRule } from '../../../../core/triage/readings.ts'
import { network, OWN_PUBLIC, PRIVATE, rule, type World } from './world.ts'

const PRIVATE_V6 = 'fd00:1::4'

/** Told by hand, so that no test asks the product what is public. */
export const SENDERS = {
  ipv4: {
    public: [
      '203.0.113.25',
      '::ffff:203.0.113.25',
      '203.0.113.200',
      '198.51.100.7',
      '20.40.1.9',
      '8.8.8.8',
      '128.0.0.1',
    ],
    private: ['10.1.9.9', '10.9.0.20', '10.77.0.1', '192.168.1.5', '100.64.1.1', '172.31.255.1'],
  },
  ipv6: {
    public: ['2001:db8:5::9', '2A01:111:0:0::5', '2620:0:1::1'],
    private: ['fd00:1::9', 'fd00:99::1', 'fe80::1234:5678:9abc'],
  },
} as const

export const SERVICE_TAGS = {
  AzureCloud: ['20.40.0.0/13', '2a01:111::/32'],
  Sql: ['198.51.100.0/28', '8.8.8.0/24'],
}
/** Tags nobody could expand. The first lies within a known one. */
export const UNKNOWN_TAGS = ['AzureCloud.WestEurope', 'GatewayManager', 'Storage'] as const
export const GROUPS = ['/asgs/asg-rdp', '/asgs/asg-web', '/asgs/asg-jump'] as const

const some = <Value>(pool: readonly Value[], maxLength = 2) =>
  fc.uniqueArray(fc.constantFrom(...pool), { minLength: 1, maxLength })

const source = some([
  ...['*', '*', 'Any', 'Internet', 'INTERNET', 'VirtualNetwork', 'AzureLoadBalancer'],
  ...['AzureCloud', 'azurecloud', 'Sql', ...UNKNOWN_TAGS],
  ...[
    '0.0.0.0/0',
    '::/0',
    '128.0.0.0/1',
    '203.0.113.0/24',
    '203.0.113.25',
    '203.0.113.25/32',
    '198.51.100.7',
  ],
  ...['10.0.0.0/8', '10.9.0.0/16', '192.168.0.0/16', '2001:db8::/32', 'fd00:1::/64', '2a01:111::5'],
])
const destination = some([
  ...['*', '*', '*', PRIVATE, '10.1.2.0/24', '10.1.2.5', 'VirtualNetwork', OWN_PUBLIC, 'Internet'],
  ...[PRIVATE_V6, 'fd00:1::/64', '0.0.0.0/0', '::/0', 'AzureLoadBalancer'],
])
const port = some([
  ...['*', '*', '3389', '3389', '3389-3389', '3388-3390', '0-65535', '1024-65535'],
  ...['3380-3388', '3390-3399', '22', '50001', '3398'],
])
const sourcePort = some(
  ['*', '*', '*', '*', '0-65535', '1024-65535', '3389', '50000-60000', '1024-49151', '49152-65535'],
  2,
)
const group = some(GROUPS)

const body = fc
  .record({
    access: fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const),
    direction: fc.constantFrom(
      'inbound' as const,
      'inbound' as const,
      'inbound' as const,
      'outbound' as const,
    ),
    protocol: fc.constantFrom('tcp' as const, 'tcp' as const, '*' as const, 'udp' as const, 'icmp' as const),
    sources: source,
    sourcePorts: sourcePort,
    destinations: destination,
    destinationPorts: port,
    sourceGroups: group,
    destinationGroups: group,
    byGroup: fc.constantFrom('none', 'none', 'none', 'source', 'destination', 'both'),
  })
  .map(({ byGroup, ...fields }) => ({
    ...fields,
    ...(byGroup === 'source' || byGroup === 'both' ? { sources: [] } : { sourceGroups: [] }),
    ...(byGroup === 'destination' || byGroup === 'both' ? { destinations: [] } : { destinationGroups: [] }),
  }))

/** Rules in any order, each with a number of its own. */
const rules = (prefix: string, maxLength: number): fc.Arbitrary<NetworkRule[]> =>
  fc
    .uniqueArray(fc.tuple(fc.integer({ min: 100, max: 4096 }), body), {
      selector: ([number]) => number,
      maxLength,
    })
    .map(list => list.map(([priority, fields]) => rule(`${prefix}${priority}`, priority, fields)))

const adminRules = fc
  .tuple(rules('admin', 3), fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }))
  .map(([list, always]) =>
    list.map((entry, at) =>
      entry.access === 'allow' && always[at] ? { ...entry, access: 'always-allow' as const } : entry,
    ),
  )

const maybe = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 4 })

export type Draw = { world: World; flow: Flow & { source: string } }

export const draw: fc.Arbitrary<Draw> = fc
  .record({
    isV6: fc.constantFrom(false, false, false, true),
    overPublic: fc.boolean(),
    at: fc.nat(),
    protocol: fc.constantFrom('tcp' as const, 'tcp' as const, 'tcp' as const, 'udp' as const),
    port: fc.constantFrom(3389, 3389, 3389, 3390, 22),
    sourcePort: fc.option(fc.constantFrom(3389, 51_000), { nil: undefined }),
    sourceGroups: fc.option(fc.subarray([...GROUPS]), { nil: undefined }),
    admin: adminRules,
    subnet: maybe(rules('subnet', 5)),
    nic: maybe(rules('nic', 6)),
    groups: fc.subarray([...GROUPS]),
    virtualNetwork: fc.constantFrom(
      ['10.1.0.0/16', 'fd00:1::/64', '168.63.129.16/32'],
      ['10.1.0.0/16', 'fd00:1::/64', '10.9.0.0/16'],
      ['10.1.0.0/16', '0.0.0.0/0'],
    ),
    sku: fc.constantFrom('Basic' as const, 'Standard' as const, 'StandardV2' as const),
  })
  .map(({ isV6, overPublic, at, sourcePort: from, sourceGroups, subnet, nic, ...rest }) => {
    const senders = SENDERS[isV6 ? 'ipv6' : 'ipv4']
    const pool = overPublic ? senders.public : [...senders.public, ...senders.private]
    const destinationAddress = isV6 ? PRIVATE_V6 : PRIVATE
    const world: World = {
      admin: rest.admin,
      groups: rest.groups,
      virtualNetwork: rest.virtualNetwork,
      sku: rest.sku,
      serviceTags: SERVICE_TAGS,
      address: destinationAddress,
      ...(subnet === undefined ? {} : { subnet }),
      ...(nic === undefined ? {} : { nic }),
    }
    const flow = {
      source: pool[at % pool.length] as string,
      protocol: rest.protocol,
      destination: destinationAddress,
      port: rest.port,
      overPublic,
      ...(from === undefined ? {} : { sourcePort: from }),
      ...(sourceGroups === undefined ? {} : { sourceGroups }),
    }
    return { world, flow }
  })

export const networkOf = ({ world }: Draw) => network(world)
