import { isIP } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import {
  canonicalSource,
  isPublic,
  isWithin,
  parseAddress,
  parsePrefix,
} from '../../../core/access/source.ts'

const anyAddress = fc.oneof(fc.ipV4(), fc.ipV6())
const v4Prefix = fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map(([ip, length]) => `${ip}/${length}`)
const v6Prefix = fc
  .tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }))
  .map(([ip, length]) => `${ip}/${length}`)
/** ipaddr.js takes the long retired form "::192.0.2.1" for IPv4; Node, browsers and Latchkey take it for the IPv6 address that it is. */
const isReadAlike = (address: string) => !/^::\d+\.[\d.]+$/.test(address)
/** Text that is nearly an address, where mistakes hide. */
const nearlyAddress = fc.oneof(
  fc.stringMatching(/^[0-9a-f:.]{0,24}$/),
  fc
    .array(fc.constantFrom('::', ':', '0', '1', 'ffff', '00', '1.2.3.4', '256'), { maxLength: 12 })
    .map(p => p.join('')),
  fc
    .array(fc.constantFrom('0', '1', '01', '255', '256', '0x1', ''), { minLength: 3, maxLength: 5 })
    .map(p => p.join('.')),
  anyAddress,
)

describe('reading an address', () => {
  test.each([
    ['0.0.0.0', 32, 0n],
    ['203.0.113.7', 32, 0xcb007107n],
    ['255.255.255.255', 32, 0xffffffffn],
    ['::', 128, 0n],
    ['::1', 128, 1n],
    ['1::', 128, 1n << 112n],
    ['2001:DB8:0:0:1::1', 128, 0x20010db8000000000001000000000001n],
    ['64:ff9b::192.0.2.33', 128, 0x0064ff9b0000000000000000c0000221n],
    ['::ffff:203.0.113.7', 32, 0xcb007107n],
    ['::FFFF:cb00:7107', 32, 0xcb007107n],
  ] as const)('%s has %i bits and its value', (text, bits, value) => {
    expect(parseAddress(text)).toEqual({ bits, value })
  })

  test.each([
    ...[
      '',
      '1',
      '1.2.3',
      '1.2.3.4.5',
      '01.2.3.4',
      '1.2.3.04',
      '0x1.2.3.4',
      '256.1.1.1',
      '1.2.3.-4',
      '1,2.3.4',
    ],
    ...[' 1.2.3.4', '1.2.3.4\n', '1.2.3.4:80', '1.2.3.4/32', '١.2.3.4', '16909060'],
    ...[
      ':',
      ':::',
      '1:',
      ':1',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1::2:3:4:5:6:7:8',
      '12345::',
    ],
    ...['fe80::1%eth0', '[::1]', '::1.2.3', '1.2.3.4::', '::1.2.3.4:1', '::01.2.3.4', 'g::'],
  ])('%j is not an address', text => {
    expect(parseAddress(text)).toBeUndefined()
  })

  test("agrees with Node's own reading on what is an address", () => {
    fc.assert(
      fc.property(nearlyAddress, text => {
        const family = parseAddress(text) === undefined ? 0 : text.includes(':') ? 6 : 4
        expect([text, family]).toEqual([text, isIP(text)])
      }),
      { numRuns: 5_000 },
    )
  })

  test('agrees with ipaddr.js on its value', () => {
    fc.assert(
      fc.property(anyAddress.filter(isReadAlike), text => {
        const bytes = ipaddr.process(text).toByteArray()
        const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
        expect(parseAddress(text)).toEqual({ bits: bytes.length * 8, value })
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('reading a prefix', () => {
  test('drops the bits beyond its length', () => {
    expect(parsePrefix('10.1.2.3/8')).toEqual({ bits: 32, value: 0x0a000000n, length: 8 })
  })

  test('an address alone is the prefix of just itself', () => {
    expect(parsePrefix('203.0.113.7')).toEqual({ bits: 32, value: 0xcb007107n, length: 32 })
    expect(parsePrefix('::1')).toEqual({ bits: 128, value: 1n, length: 128 })
  })

  test('an IPv4 prefix written inside IPv6 is the IPv4 prefix', () => {
    expect(parsePrefix('::ffff:10.0.0.0/104')).toEqual({ bits: 32, value: 0x0a000000n, length: 8 })
  })

  test.each([
    ...['', '/', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/08', '10.0.0.0/8/8', '10.0.0/8'],
    ...[
      '::/129',
      '::/1000',
      '::ffff:10.0.0.0/95',
      '10.0.0.0/255.0.0.0',
      'VirtualNetwork',
      '*',
      '10.0.0.0 /8',
      '10.0.0.0/8 ',
    ],
  ])('%j is not a prefix', text => {
    expect(parsePrefix(text)).toBeUndefined()
  })
})

describe('whether an address lies within prefixes', () => {
  test.each([
    ['203.0.113.7', ['10.0.0.0/8', '203.0.113.0/24'], true],
    ['203.0.114.7', ['203.0.113.0/24'], false],
    ['203.0.113.7', [], false],
    ['203.0.113.7', ['*'], true],
    ['2001:db8::1', ['Any'], true],
    ['203.0.113.7', ['internet'], true],
    ['203.0.113.7', ['AzureCloud', 'nonsense', '203.0.113.0/240'], false],
    ['nonsense', ['*'], false],
    ['203.0.113.0/24', ['*'], false],
    ['::ffff:203.0.113.7', ['203.0.113.0/24'], true],
    ['203.0.113.7', ['::/0'], false],
    ['2001:db8::1', ['0.0.0.0/0'], false],
    ['2001:db8::1', ['2001:DB8::/32'], true],
  ] as const)('%s in %j: %s', (address, prefixes, answer) => {
    expect(isWithin(address, prefixes)).toBe(answer)
  })

  /** A second, slower way: compare the first bits as text. */
  const bitsOf = (text: string) =>
    ipaddr
      .parse(text)
      .toByteArray()
      .map(byte => byte.toString(2).padStart(8, '0'))
      .join('')

  test('agrees with comparing the first bits one by one', () => {
    const flipped = fc
      .tuple(fc.oneof(v4Prefix, v6Prefix), fc.nat(127))
      .map(([prefix, bit]) => ({ prefix, address: withFlippedBit(prefix.split('/')[0] ?? '', bit) }))
    const unrelated = fc.record({ prefix: fc.oneof(v4Prefix, v6Prefix), address: anyAddress })
    fc.assert(
      fc.property(fc.oneof(flipped, unrelated), ({ prefix, address }) => {
        const [base = '', length = ''] = prefix.split('/')
        const [one, other] = [bitsOf(address), bitsOf(base)]
        // Addresses of IPv4 inside IPv6 have their own examples above.
        fc.pre([address, base].every(isReadAlike))
        fc.pre(![address, base].some(text => ipaddr.parse(text).range() === 'ipv4Mapped'))
        const expected = one.length === other.length && one.startsWith(other.slice(0, Number(length)))
        expect(isWithin(address, [prefix])).toBe(expected)
      }),
      { numRuns: 3_000 },
    )
  })

  function withFlippedBit(text: string, bit: number): string {
    const bytes = ipaddr.parse(text).toByteArray()
    const at = bit % (bytes.length * 8)
    bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (0x80 >> (at & 7))
    return ipaddr.fromByteArray(bytes).toString()
  }
})

describe('the one way to write a source', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:0:0:0:1', '2001:db8:0:1::1'],
    ['2001:0db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:0:0:0:0:0:0:0', '1::'],
    ['10.0.0.1', '10.0.0.1'],
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
  ])('%s is written %s', (address, written) => {
    expect(canonicalSource(address)).toBe(written)
  })

  test.each([
    ...[
      '',
      'nonsense',
      '*',
      '203.0.113.0/24',
      '203.0.113.7/32',
      '0.0.0.0',
      '0.1.2.3',
      '224.0.0.1',
      '255.255.255.255',
    ],
    ...['::', '::ffff:0.0.0.0', 'ff02::1', '203.0.113.7 ', '203.0.113.7,10.0.0.1', 'fe80::1%1'],
  ])('%j is no source', address => {
    expect(canonicalSource(address)).toBeUndefined()
  })

  test('is the same for every way to write an address, as browsers write it, and stays the same', () => {
    fc.assert(
      fc.property(anyAddress, address => {
        const written = canonicalSource(address)
        fc.pre(written !== undefined)
        expect(written).toBe(
          isIP(written ?? '') === 6
            ? new URL(`http://[${address}]`).hostname.slice(1, -1)
            : ipaddr.process(address).toString(),
        )
        expect(canonicalSource(written ?? '')).toBe(written)
        expect(canonicalSource(address.toUpperCase())).toBe(written)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('whether a source is public', () => {
  test.each([
    ...[
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '100.64.0.1',
      '100.127.255.255',
      '127.0.0.1',
    ],
    ...['169.254.169.254', '0.0.0.0', '192.0.0.8', '198.18.0.1', '224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...[
      '::',
      '::1',
      'fe80::1',
      'fc00::1',
      'fd12::1',
      'ff02::1',
      '64:ff9b::10.0.0.1',
      '2002:a00:1::',
      '2001::1',
      '4000::1',
    ],
    ...['::ffff:10.0.0.1', '::10.0.0.1', 'nonsense', ''],
  ])('%j is not', address => {
    expect(isPublic(address)).toBe(false)
  })

  test.each([
    ...['8.8.8.8', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.1', '2600::1', '::ffff:8.8.8.8'],
    ...['203.0.113.7', '198.51.100.7', '192.0.2.7', '2001:db8::1'],
  ])('%j is', address => {
    expect(isPublic(address)).toBe(true)
  })

  test('a public address of IPv4 is one that ipaddr.js calls unicast, or a documentation one', () => {
    const documentation = ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24']
    // Ranges that ipaddr.js sets apart although an address in them can be someone's: retired 6to4 relays, AS112, AMT.
    const harmless = ['192.88.99.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.175.48.0/24']
    const octet = fc.oneof(
      fc.constantFrom(0, 2, 15, 16, 18, 19, 31, 32, 51, 63, 64, 127, 128, 254, 255),
      fc.nat(255),
    )
    const first = fc.oneof(
      fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 198, 203, 223, 224, 239, 240),
      fc.nat(255),
    )
    const second = fc.oneof(fc.constantFrom(0, 16, 64, 168), octet)
    const address = fc.tuple(first, second, octet, octet).map(octets => octets.join('.'))
    fc.assert(
      fc.property(address, address => {
        fc.pre(!isWithin(address, harmless))
        const expected = ipaddr.parse(address).range() === 'unicast' || isWithin(address, documentation)
        expect(isPublic(address)).toBe(expected)
      }),
      { numRuns: 3_000 },
    )
  })
})
