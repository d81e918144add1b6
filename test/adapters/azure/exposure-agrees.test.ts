import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { SimRule } from '../../../bots/demo/azure/model.ts'
import { fleet, startWorld, vmId } from './world.ts'

const VM = vmId('vm01')
/** Somebody on the internet whom no rule below names. */
const ANYBODY = '192.0.2.77'

const ruleAt = (prio: number): fc.Arbitrary<SimRule> =>
  fc.record({
    name: fc.constant(`rule-${prio}`),
    prio: fc.constant(prio),
    access: fc.constantFrom('allow', 'deny'),
    src: fc.constantFrom(
      ['*'],
      ['Internet'],
      ['203.0.113.0/24'],
      ['10.0.0.0/8'],
      ['VirtualNetwork'],
      ['0.0.0.0/1', '128.0.0.0/1'],
    ),
    sport: fc.constant(['*']),
    dst: fc.constantFrom(
      ['*'],
      ['10.20.1.4'],
      ['10.20.1.5'],
      ['10.20.0.0/16'],
      ['VirtualNetwork'],
      ['198.51.100.11'],
    ),
    dport: fc.constantFrom(['*'], ['3389'], ['22', '3000-4000'], ['443']),
    proto: fc.constantFrom('tcp', 'udp', '*'),
    inForce: fc.constant(true),
  })
const open: SimRule = {
  name: 'open',
  prio: 200,
  access: 'allow',
  src: ['*'],
  sport: ['*'],
  dst: ['*'],
  dport: ['3389'],
  proto: 'tcp',
  inForce: true,
}
const rules = fc.tuple(ruleAt(200), ruleAt(300), ruleAt(400)).chain(all => fc.shuffledSubarray(all))

test('what the report calls open to everyone is what the network lets anybody do', async () => {
  const vm = {
    name: 'vm01',
    nic: { private_ip: '10.20.1.4', public_ip: '198.51.100.11', nsg: 'nsg-nic' },
    subnet: { nsg: 'nsg-subnet' },
  }
  await using world = await startWorld([fleet([vm], { nsgs: { 'nsg-nic': [], 'nsg-subnet': [] } })])
  const verdicts = new Set<string>()
  await fc.assert(
    fc.asyncProperty(rules, rules, async (onNic, onSubnet) => {
      for (const nsg of world.sim.state.nsgs) nsg.rules = nsg.name === 'nsg-nic' ? onNic : onSubnet
      const { exposure } = await world.machines.report(VM, 3389)
      const flow = await world.jit.flow(VM, 3389, ANYBODY)
      verdicts.add(exposure.state)
      expect([exposure.state, flow.access]).toEqual(
        flow.access === 'allow' ? ['open-to-everyone', 'allow'] : ['closed', 'deny'],
      )
    }),
    {
      numRuns: 120,
      examples: [
        [[open], [open]],
        [[open], []],
      ],
    },
  )
  // Both answers have to have come up, or nothing was compared.
  expect(verdicts).toEqual(new Set(['open-to-everyone', 'closed']))
})
