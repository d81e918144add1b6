import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { evaluate } from '../../../../core/triage/nsg/evaluate.ts'
import { evaluateRange, rangesOf } from '../../../../core/triage/nsg/ranges.ts'
import { draw, networkOf } from './arbitrary.ts'
import { deny, network, PRIVATE, rule, type World } from './world.ts'

const flow = { protocol: 'tcp', destination: PRIVATE, port: 3389, overPublic: true } as const
const inside = { ...flow, overPublic: false } as const
const office = rule('Office', 300, { sources: ['198.51.100.0/24'] })

describe('a connection from nobody knows where', () => {
  test.each<[string, World, boolean, 'allow' | 'deny' | 'unknown']>([
    ['is let in for nobody', { nic: [] }, false, 'deny'],
    ['is let in for everybody', { nic: [rule('All', 100)] }, false, 'allow'],
    ['depends on the source when one office is let in', { nic: [office] }, true, 'deny'],
    [
      'depends on the source when one range is kept out',
      { nic: [deny('Bad', 100, { sources: ['128.0.0.0/1'] }), rule('All', 200)] },
      true,
      'allow',
    ],
    [
      'does not, when the rule for the office is never reached',
      { nic: [deny('Block', 100), office] },
      false,
      'deny',
    ],
    ['does not, when the layer above keeps all out', { subnet: [], nic: [office] }, false, 'deny'],
    [
      'does not, when nobody could tell from the address',
      { nic: [rule('Tag', 100, { sources: ['GatewayManager'] })] },
      false,
      'unknown',
    ],
  ])('%s', (_what, world, dependsOnSource, anyone) => {
    const ranges = rangesOf(flow, network(world))
    expect(ranges).toMatchObject({ dependsOnSource, anyoneElse: { access: anyone } })
    expect(evaluate(flow, network(world)).access).toBe(dependsOnSource ? 'unknown' : anyone)
  })

  test('gets a verdict for each range that a rule or a window names', () => {
    const world = {
      nic: [
        office,
        rule('Half', 400, { sources: ['8.8.0.0/16'] }),
        deny('Gap', 350, { sources: ['8.8.8.0/24'] }),
      ],
    }
    const ranges = rangesOf(flow, network(world), [['203.0.113.7'], ['10.0.0.1']])?.ranges
    expect(ranges?.map(({ sources, rule: by, verdict }) => [sources, by?.rule.name, verdict.access])).toEqual(
      [
        [['198.51.100.0/24'], 'Office', 'allow'],
        [['8.8.8.0/24'], 'Gap', 'deny'],
        [['8.8.0.0/16'], 'Half', 'unknown'],
        [['203.0.113.7'], undefined, 'deny'],
      ],
    )
  })

  test('is not told of ranges that are named for other traffic', () => {
    const world = { nic: [rule('Web', 300, { sources: ['198.51.100.0/24'], destinationPorts: ['443'] })] }
    expect(rangesOf(flow, network(world))?.ranges).toEqual([])
  })

  test('inside the network, connected ranges and those that rules name count', () => {
    expect(rangesOf(inside, network({ nic: [] }))).toMatchObject({
      dependsOnSource: false,
      anyoneElse: { access: 'allow' },
    })
    const vpn = { nic: [rule('Vpn', 200, { sources: ['10.99.0.0/16'] }), deny('Rest', 300)] }
    expect(rangesOf(inside, network(vpn))).toMatchObject({
      dependsOnSource: true,
      anyoneElse: { access: 'deny' },
    })
  })

  test('has no ranges when the destination is no address of the VM', () => {
    expect(rangesOf({ ...flow, destination: '10.1.2.99' }, network({}))).toBeUndefined()
  })

  test('a certain verdict on a range holds for every sender in it', () => {
    fc.assert(
      fc.property(draw, drawn => {
        const { source, ...rest } = drawn.flow
        const on = networkOf(drawn)
        const whole = evaluateRange(rest, on, [
          '203.0.113.0/24',
          '10.0.0.0/8',
          '2001:db8::/32',
          '2a01:111::/32',
        ])
        const one = evaluateRange(rest, on, [source])
        expect(one.access).toBe(evaluate(drawn.flow, on).access)
        const isMember = /^(?:203|10|2001|2A01|::ffff:203)\b/.test(source)
        if (isMember && whole.access !== 'unknown') expect(one.access).toBe(whole.access)
      }),
      { numRuns: 1500 },
    )
  })
})
