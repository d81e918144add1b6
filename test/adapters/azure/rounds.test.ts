import { expect, test } from '@jest/globals'
import { openRounds } from '../../../adapters/azure/rounds.ts'
import { fleet, guarded, startWorld, vmId } from './world.ts'

const VM = vmId('vm01')
const open = {
  ...guarded,
  jit: {
    ...guarded.jit,
    requests: [{ by: 'portal', port: 3389, source: '203.0.113.7', ends: '2026-11-21T11:00:00Z' }],
  },
}
const READS = /^GET .*(?:virtualMachines|networkInterfaces|subnets|networkSecurityGroups|Policies)/
const kindsOf = (calls: readonly string[]) =>
  calls.map(
    call => /(?:virtualMachines|networkInterfaces|subnets|networkSecurityGroups|Policies)/.exec(call)?.[0],
  )

test('is kept for twenty seconds, whatever the case of its id', () => {
  let now = 0
  const rounds = openRounds(() => now)
  const round = { vm: VM, location: 'westeurope', settings: [], nsgs: ['a'] }
  expect(rounds.recent(VM)).toBeUndefined()
  rounds.keep(VM, round)
  now = 19_999
  expect(rounds.recent(vmId('VM01'))).toEqual(round)
  now = 20_000
  expect(rounds.recent(VM)).toBeUndefined()
})

test('a look for a rule that is waited for reads the policies and the NSG, and nothing between', async () => {
  await using world = await startWorld([fleet([open])])
  const anew = await world.jit.windows(VM, 3389, 'as-known')
  expect(new Set(kindsOf(world.calls(READS)))).toEqual(
    new Set(['virtualMachines', 'networkInterfaces', 'subnets', 'networkSecurityGroups', 'Policies']),
  )
  const before = world.calls(READS).length
  expect(await world.jit.windows(VM, 3389, 'as-known')).toEqual(anew)
  const again = kindsOf(world.calls(READS).slice(before))
  expect(new Set(again)).toEqual(new Set(['Policies', 'networkSecurityGroups']))
})

test('a rule that went away since is not told from memory', async () => {
  await using world = await startWorld([fleet([open])])
  const [rule] = (await world.jit.windows(VM, 3389, 'as-known')).rules
  if (rule === undefined) throw new Error('no window')
  await world.jit.remove(rule)
  expect((await world.jit.windows(VM, 3389, 'as-known')).rules).toEqual([])
})

test('unless it is said, everything is read anew', async () => {
  await using world = await startWorld([fleet([open])])
  await world.jit.windows(VM, 3389)
  const before = world.calls(READS).length
  await world.jit.windows(VM, 3389)
  expect(kindsOf(world.calls(READS).slice(before))).toContain('networkInterfaces')
})

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
