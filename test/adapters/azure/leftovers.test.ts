import { expect, test } from '@jest/globals'
import { fleet, guarded, startWorld, vmId } from './world.ts'

const VM = vmId('vm01')
const open = {
  ...guarded,
  jit: {
    ...guarded.jit,
    requests: [{ by: 'portal', port: 3389, source: '203.0.113.7', ends: '2026-11-21T11:00:00Z' }],
  },
}

test('what JIT windows left is found without any JIT access policy', async () => {
  await using world = await startWorld([fleet([open])])
  const { rules } = await world.jit.windows(VM, 3389)
  world.sim.state.policies = []
  await expect(world.jit.windows(VM, 3389)).rejects.toMatchObject({ kind: 'missing' })
  const left = await world.jit.leftovers(VM, 3389)
  expect(left).toEqual(rules)
  for (const rule of left) await world.jit.remove(rule)
  expect(await world.jit.leftovers(VM, 3389)).toEqual([])
})

test('where an NSG may not be read, nothing is said about what is left in it', async () => {
  await using world = await startWorld([fleet([open])])
  world.play({ match: 'networkSecurityGroups', status: 403 })
  await expect(world.jit.leftovers(VM, 3389)).rejects.toMatchObject({ kind: 'denied' })
})
