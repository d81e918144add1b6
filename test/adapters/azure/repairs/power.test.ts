/** Starting a VM for an access and putting it back, over HTTP: each sent once, followed, and told in words where Azure cannot. */
import { expect, test } from '@jest/globals'
import { KEY, startRepairs, stored, VM } from './world.ts'

test('a VM is deallocated and that is followed to its end', async () => {
  await using world = await startRepairs()
  const operation = stored(await world.begin({ do: 'deallocate-vm', vm: VM }))
  expect(world.vmState().power).toBe('deallocating')
  expect(await world.connect().look(operation)).toBe('running')
  world.pass(30_000)
  expect(await world.connect().look(operation)).toEqual({ done: true })
  expect(world.vmState().power).toBe('deallocated')
  expect(world.orders()).toEqual([`POST ${VM}/deallocate`])
})

test('whoever does not know whether it was sent sends it again, and it ends the same', async () => {
  await using world = await startRepairs()
  await world.begin({ do: 'deallocate-vm', vm: VM })
  const again = await world.connect().begin({ do: 'deallocate-vm', vm: VM }, { key: KEY, again: world.now() })
  world.pass(30_000)
  expect(await world.connect().look(again)).toEqual({ done: true })
  expect(world.vmState().power).toBe('deallocated')
})

test.each([
  ['AllocationFailed', 'Azure has no room for vm01 right now (AllocationFailed).'],
  ['SkuNotAvailable', 'Azure has no room for vm01 right now (SkuNotAvailable).'],
  ['QuotaExceeded', 'A quota of the subscription is used up'],
])('a start that Azure cannot carry out is told: %s', async (code, said) => {
  await using world = await startRepairs({ power: 'deallocated' })
  world.play({ match: 'POST .*/start', operationFails: { code, message: 'No.' } })
  const operation = await world.begin({ do: 'start-vm', vm: VM })
  world.pass(30_000)
  const became = await world.repairs.look(operation)
  expect(typeof became === 'object' && 'failed' in became ? became.failed : became).toContain(said)
  expect(world.vmState().power).toBe('deallocated')
})

test.each([
  [403, 'RequestDisallowedByPolicy', 'denied'],
  [409, 'Conflict', 'conflict'],
  [429, 'TooManyRequests', 'busy'],
] as const)(
  'a deallocation that Azure does not take, with %i %s, is a fault of the kind to expect',
  async (status, code, kind) => {
    await using world = await startRepairs()
    world.play({ match: 'POST .*/deallocate', status, code, ...(status === 429 ? { retryAfter: 1 } : {}) })
    await expect(world.begin({ do: 'deallocate-vm', vm: VM })).rejects.toMatchObject({ kind })
    expect(world.vmState().power).toBe('running')
    expect(world.orders()).toHaveLength(1)
  },
)

test('without the right to deallocate, the fault names it', async () => {
  await using world = await startRepairs()
  world.sim.state.denied = ['Microsoft.Compute/virtualMachines/deallocate/action']
  await expect(world.begin({ do: 'deallocate-vm', vm: VM })).rejects.toMatchObject({
    kind: 'denied',
    say: expect.stringContaining('Microsoft.Compute/virtualMachines/deallocate/action'),
  })
})
