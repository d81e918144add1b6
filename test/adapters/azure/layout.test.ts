/** What stands round a VM is remembered for half a minute while a window is waited for; what the rules say never is. */
import { expect, test } from '@jest/globals'
import { fleet, guarded, startWorld, vmId } from './world.ts'

const VM = vmId('vm01')
const SOURCE = '203.0.113.25'

const since = (world: Awaited<ReturnType<typeof startWorld>>) => {
  const before = world.sim.state.calls.length
  return () =>
    world.sim.state.calls
      .slice(before)
      .map(({ path }) => /\/([^/]+)(?:\/[^/]+)?$/.exec(path)?.[1] ?? path)
      .filter(name => !/^operation/.test(name))
}

test('a second look reads the policy and the NSG only, and sees a rule that came meanwhile', async () => {
  await using world = await startWorld([fleet([guarded])])
  const first = await world.jit.windows(VM, 3389)
  expect(first.rules).toEqual([])
  const order = { vm: VM, policyId: first.policyId, port: 3389, sources: [SOURCE], justification: 'test' }
  await world.jit.request({ ...order, endsAt: (world.clock.now + 3_600_000) as never })
  const names = since(world)
  const second = await world.jit.windows(VM, 3389)
  expect(second.rules.flatMap(({ sources }) => sources)).toEqual([SOURCE])
  expect(names().toSorted()).not.toContain('virtualMachines')
  expect(names()).not.toContain('networkInterfaces')
  expect(names()).toContain('networkSecurityGroups')
})

test('where it is to be told that something is shut, everything is read anew', async () => {
  await using world = await startWorld([fleet([guarded])])
  await world.jit.windows(VM, 3389)
  const names = since(world)
  await world.jit.windows(VM, 3389, { anew: true })
  expect(names()).toEqual(
    expect.arrayContaining(['virtualMachines', 'networkInterfaces', 'networkSecurityGroups']),
  )
})

test('IP flow verify goes by what was read a moment ago, and asks for the watchers once', async () => {
  await using world = await startWorld([fleet([guarded])])
  await world.jit.flow(VM, 3389, SOURCE)
  const names = since(world)
  expect(await world.jit.flow(VM, 3389, SOURCE)).toMatchObject({ access: 'deny' })
  expect(names()).not.toContain('virtualMachines')
  expect(names()).not.toContain('networkInterfaces')
  expect(names()).not.toContain('networkWatchers')
})

test('what could not be read is read again, and nothing stands in for it', async () => {
  await using world = await startWorld([fleet([guarded])])
  world.play({ match: 'GET .*/networkInterfaces/', status: 404, times: 1 })
  await expect(world.jit.windows(VM, 3389)).rejects.toMatchObject({ kind: 'conflict' })
  expect((await world.jit.windows(VM, 3389)).rules).toEqual([])
})

test('the policy’s word on a port costs one call', async () => {
  await using world = await startWorld([fleet([guarded])])
  const names = since(world)
  expect(await world.jit.entry?.(VM, 3389)).toMatchObject({ number: 3389, maxMinutes: 180 })
  expect(names()).toHaveLength(1)
  await expect(world.jit.entry?.(VM, 22)).rejects.toMatchObject({ kind: 'missing' })
})

test('a brief report tells power and addresses, and does not look at rules or policies', async () => {
  await using world = await startWorld([fleet([guarded])])
  const names = since(world)
  const brief = await world.machines.report(VM, 3389, { brief: true })
  expect(brief).toMatchObject({ power: 'running', exposure: { state: 'unknown' } })
  expect(brief.nics[0]).toMatchObject({ publicAddress: '198.51.100.11' })
  expect(brief).not.toHaveProperty('jit')
  expect(names()).not.toContain('networkSecurityGroups')
})
