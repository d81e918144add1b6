import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readProxies, tellCaller } from '../../../adapters/web/caller.ts'

const addressOf = (
  peer: string | undefined,
  forwardedFor: string | undefined,
  proxies: readonly string[] = [],
) => tellCaller({ peer, forwardedFor }, readProxies(proxies))?.address

/** Public addresses that lie in none of the ranges of proxies used here. */
const outside = fc.ipV4().filter(address => !/^(10|127|0)\./.test(address))
const proxy = fc.ipV4().map(address => address.replace(/^\d+/, '10'))
/** Anything a client may put into the header itself, addresses of proxies included. */
const claimed = fc.oneof(
  fc.string(),
  fc.ipV4(),
  proxy,
  fc.ipV6(),
  fc
    .array(fc.oneof(fc.ipV4(), proxy, fc.constant('unknown'), fc.string()), { maxLength: 5 })
    .map(hops => hops.join(', ')),
)

describe('without a proxy in front', () => {
  test('the peer counts, whatever the client claims', () => {
    fc.assert(
      fc.property(outside, fc.option(claimed, { nil: undefined }), (peer, header) => {
        expect(addressOf(peer, header)).toBe(peer)
        expect(addressOf(peer, header, ['10.0.0.0/8', '::1'])).toBe(peer)
      }),
    )
  })

  test('an IPv4 peer wrapped in IPv6 is unwrapped, in both ways of writing it', () => {
    expect(addressOf('::ffff:203.0.113.7', undefined)).toBe('203.0.113.7')
    expect(addressOf('::ffff:cb00:7107', undefined)).toBe('203.0.113.7')
  })

  test('a connection that is gone has no address', () => {
    expect(addressOf(undefined, '203.0.113.7')).toBeUndefined()
  })
})

describe('behind trusted proxies', () => {
  test('the address that the outermost proxy saw counts, whatever the client wrote before it', () => {
    fc.assert(
      fc.property(
        claimed,
        outside,
        fc.array(proxy, { maxLength: 3 }),
        proxy,
        (lies, client, between, nearest) => {
          const header = [lies, client, ...between].join(', ')
          expect(addressOf(nearest, header, ['10.0.0.0/8'])).toBe(client)
          expect(addressOf(`::ffff:${nearest}`, header, ['10.0.0.0/8'])).toBe(client)
        },
      ),
    )
  })

  test('a header that has anything unreadable on the way gives no address', () => {
    const unreadable = fc.constantFrom(
      '',
      'unknown',
      '_hidden',
      '203.0.113',
      '0x7f.1',
      '010.1.1.1x',
      '1.2.3.4.5',
      '[::1',
      'fe80::1%eth0',
    )
    fc.assert(
      fc.property(claimed, unreadable, fc.array(proxy, { maxLength: 2 }), (lies, gap, between) => {
        expect(addressOf('10.0.0.1', [lies, gap, ...between].join(','), ['10.0.0.0/8'])).toBeUndefined()
      }),
    )
  })

  test.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['nothing but proxies', '10.0.0.2, 10.0.0.3'],
  ])('%s gives no address: the proxy’s own would be a stranger’s', (_name, header) => {
    expect(addressOf('10.0.0.1', header, ['10.0.0.0/8'])).toBeUndefined()
  })

  test.each([
    ['203.0.113.7:51234', '203.0.113.7'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:DB8:0:0:0:0:0:1]', '2001:db8::1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:80', '203.0.113.7'],
    ['  203.0.113.7  ', '203.0.113.7'],
  ])('%s is read as %s', (hop, address) => {
    expect(addressOf('10.0.0.1', hop, ['10.0.0.1'])).toBe(address)
  })

  test.each([
    '203.0.113.7:',
    '203.0.113.7:port',
    '[203.0.113.7]:80',
    '0313.0.113.7',
    '3405803783',
    '203.0.113.256',
  ])('%s is not guessed at', hop => {
    expect(addressOf('10.0.0.1', hop, ['10.0.0.1'])).toBeUndefined()
  })
})

describe('the kind of address', () => {
  test.each([
    ['203.0.112.7', 4, true],
    ['192.168.1.4', 4, false],
    ['100.64.0.1', 4, false],
    ['127.0.0.1', 4, false],
    ['169.254.1.1', 4, false],
    ['203.0.113.7', 4, true],
    ['2606:4700::1111', 6, true],
    ['fd00::1', 6, false],
    ['fe80::1', 6, false],
    ['::1', 6, false],
  ])('%s', (address, family, isPublic) => {
    expect(tellCaller({ peer: address, forwardedFor: undefined }, [])).toEqual({
      address,
      family,
      public: isPublic,
    })
  })
})

describe('the list of trusted proxies', () => {
  test('takes addresses and ranges of both families', () => {
    const proxies = ['10.1.2.3', '192.168.0.0/16', '2001:db8::/32', '::ffff:172.16.0.0/108']
    for (const trusted of ['10.1.2.3', '192.168.7.7', '2001:db8::7', '172.16.3.4'])
      expect(addressOf(trusted, '203.0.113.7', proxies)).toBe('203.0.113.7')
    for (const other of ['10.1.2.4', '192.169.0.1', '2001:db9::1', '172.32.0.1'])
      expect(addressOf(other, '203.0.113.7', proxies)).toBe(other)
  })

  test('names every entry that it cannot read', () => {
    const bad = [
      'proxy.example',
      '10.0.0.0/33',
      '10.0.0.0/-1',
      '10.0.0/8',
      '::/129',
      '10.0.0.0/8/8',
      '',
      '::ffff:0:0/90',
    ]
    expect(() => readProxies(['10.0.0.1', ...bad])).toThrow(bad.join(', '))
  })
})
