import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { replyPath } from '../../../../core/triage/reach/reply.ts'
import type { Route } from '../../../../core/triage/readings.ts'

const CLIENT = '203.0.113.25'
const route = (prefix: string, nextHop: Route['nextHop'], source?: Route['source']): Route => ({
  prefix,
  nextHop,
  ...(source === undefined ? {} : { source }),
})
const internet = route('0.0.0.0/0', 'Internet', 'default')

describe('an answer to a client', () => {
  test.each<[string, readonly Route[], string | undefined, boolean, string, boolean]>([
    ['over the internet leaves straight', [internet], CLIENT, true, 'straight', false],
    [
      'is lost at an appliance that did not see the request',
      [route('0.0.0.0/0', 'VirtualAppliance', 'user')],
      CLIENT,
      true,
      'appliance',
      true,
    ],
    [
      'goes back through the appliance it came through',
      [route('0.0.0.0/0', 'VirtualAppliance')],
      '10.20.255.4',
      false,
      'appliance',
      false,
    ],
    [
      'is lost in a forced tunnel',
      [route('0.0.0.0/0', 'VirtualNetworkGateway', 'gateway')],
      CLIENT,
      true,
      'gateway',
      true,
    ],
    [
      'goes through the gateway to a VPN client',
      [internet, route('10.230.0.0/16', 'VirtualNetworkGateway')],
      '10.230.4.18',
      false,
      'gateway',
      false,
    ],
    [
      'stays in the network',
      [internet, route('10.1.0.0/16', 'VnetLocal')],
      '10.1.9.9',
      false,
      'straight',
      false,
    ],
    [
      'crosses a peering',
      [internet, route('10.9.0.0/16', 'VnetPeering')],
      '10.9.0.20',
      false,
      'straight',
      false,
    ],
    ['is dropped', [internet, route('203.0.113.0/24', 'None', 'user')], CLIENT, true, 'none', true],
    [
      'to a private client without a route of its own is unclear',
      [internet],
      '10.230.4.18',
      false,
      'unclear',
      false,
    ],
    [
      'has a narrower route past the appliance',
      [route('0.0.0.0/0', 'VirtualAppliance', 'user'), route('203.0.113.25/32', 'Internet', 'user')],
      CLIENT,
      true,
      'straight',
      false,
    ],
    [
      "takes a user's route before one learnt by a gateway",
      [route('0.0.0.0/0', 'VirtualNetworkGateway', 'gateway'), route('0.0.0.0/0', 'Internet', 'user')],
      CLIENT,
      true,
      'straight',
      false,
    ],
    [
      "takes a gateway's route before Azure's own",
      [internet, route('0.0.0.0/0', 'VirtualNetworkGateway', 'gateway')],
      CLIENT,
      true,
      'gateway',
      true,
    ],
    [
      "takes a user's route wherever it stands",
      [route('0.0.0.0/0', 'VirtualAppliance', 'user'), internet],
      CLIENT,
      true,
      'appliance',
      true,
    ],
    [
      'to anybody takes the default route',
      [route('203.0.113.0/24', 'Internet'), route('0.0.0.0/0', 'VirtualAppliance')],
      undefined,
      true,
      'appliance',
      true,
    ],
    ['over IPv6 takes no IPv4 route', [internet, route('::/0', 'None')], '2001:db8::9', true, 'none', true],
    ['has no way that was read', [], CLIENT, true, 'unclear', false],
    ['to nonsense has no way', [internet], '<b>', true, 'unclear', false],
    [
      'passes over prefixes that are none',
      [route('AzureCloud', 'VirtualAppliance', 'user'), internet],
      CLIENT,
      true,
      'straight',
      false,
    ],
  ])('%s', (_what, routes, client, overPublic, path, lost) => {
    expect(replyPath(routes, client, overPublic)).toMatchObject({ path, lost })
  })

  test('leaves by the longest prefix that holds the client, whatever the order of the routes', () => {
    const prefix = fc.constantFrom(
      '0.0.0.0/0',
      '128.0.0.0/1',
      '203.0.0.0/8',
      '203.0.113.0/24',
      '203.0.113.25/32',
      '10.0.0.0/8',
    )
    const routes = fc.uniqueArray(
      prefix.chain(text => fc.constantFrom<Route>(route(text, 'Internet'), route(text, 'None'))),
      {
        selector: entry => entry.prefix,
      },
    )
    fc.assert(
      fc.property(routes, fc.constantFrom(CLIENT, '203.9.9.9', '10.1.1.1', '8.8.8.8'), (table, client) => {
        const holding = table.filter(entry => ipaddr.parse(client).match(ipaddr.parseCIDR(entry.prefix)))
        const longest = holding.sort(
          (a, b) => Number(b.prefix.split('/')[1]) - Number(a.prefix.split('/')[1]),
        )[0]
        expect(replyPath(table, client, true).route).toEqual(longest)
      }),
      { numRuns: 1000 },
    )
  })
})
