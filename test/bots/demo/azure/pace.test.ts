/** How fast and how strict the pretend Azure is: limits, lag, and crowds. */
import { describe, expect, test } from '@jest/globals'
import { member } from '../../../../bots/demo/azure/vms.ts'
import {
  fleet,
  guarded,
  SUBSCRIPTION,
  startWorld,
  type TestWorld,
  vmId,
} from '../../../adapters/azure/world.ts'

const VM = vmId('vm01')
const COMPUTE = '?api-version=2026-04-01'
const read = (world: TestWorld) => world.arm('GET', `${VM}${COMPUTE}`)
const graph = (world: TestWorld, query: string, options: object = {}) =>
  world.arm('POST', '/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01', { query, options })

describe('limits', () => {
  test('are not counted unless they are switched on', async () => {
    await using world = await startWorld([fleet([guarded])])
    const answers = await Promise.all(Array.from({ length: 60 }, () => read(world)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(answers[0]?.headers.get('x-ms-ratelimit-remaining-subscription-reads')).toBe('249')
  })

  test('of one VM are used up after 36 reads, say when to come again, and fill up with time', async () => {
    await using world = await startWorld([fleet([guarded])], { throttling: true })
    for (let count = 0; count < 36; count += 1) expect((await read(world)).status).toBe(200)
    const refused = await read(world)
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'OperationNotAllowed' } } })
    expect(Number(refused.headers.get('retry-after'))).toBe(5)
    world.clock.now += 5_000
    expect((await read(world)).status).toBe(200)
  })

  test('of Resource Graph are fifteen queries', async () => {
    await using world = await startWorld([fleet([guarded])], { throttling: true })
    const statuses: number[] = []
    for (let count = 0; count < 16; count += 1) statuses.push((await graph(world, 'resources')).status)
    expect(statuses.filter(status => status === 429)).toHaveLength(1)
  })

  test('can be switched by the handles of the world', async () => {
    await using world = await startWorld([fleet([guarded])])
    await world.control('/pace', { throttling: true, graphLagMs: 4_000 })
    expect(world.sim.state).toMatchObject({ throttling: true, lag: { listMs: 0, graphMs: 4_000 } })
  })
})

describe('lag', () => {
  const power = async (world: TestWorld) =>
    (
      await graph(
        world,
        "resources | where name =~ 'vm01' and type =~ 'microsoft.compute/virtualmachines' | project code = properties.extended.instanceView.powerState.code",
      )
    ).body.data[0].code

  test('lets Resource Graph see a change later than the VM itself', async () => {
    await using world = await startWorld([fleet([guarded])], { lag: { listMs: 0, graphMs: 30_000 } })
    await world.arm('POST', `${VM}/deallocate${COMPUTE}`)
    world.clock.now += 1_000
    const { body } = await world.arm('GET', `${VM}/instanceView${COMPUTE}`)
    expect(body.statuses[1].code).toBe('PowerState/deallocated')
    expect(await power(world)).toBe('PowerState/running')
    world.clock.now += 30_000
    expect(await power(world)).toBe('PowerState/deallocated')
  })

  test('lets a list see a JIT request later than its policy does', async () => {
    await using world = await startWorld([fleet([guarded])], { lag: { listMs: 10_000, graphMs: 0 } })
    const policy = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default`
    const ports = [{ number: 3389, duration: 'PT1H', allowedSourceAddressPrefix: '192.0.2.7' }]
    await world.arm('POST', `${policy}/initiate?api-version=2020-01-01`, {
      virtualMachines: [{ id: VM, ports }],
    })
    const listed = async () => {
      const all = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Security/jitNetworkAccessPolicies?api-version=2020-01-01`
      return (await world.arm('GET', all)).body.value[0].properties.requests.length
    }
    expect(
      (await world.arm('GET', `${policy}?api-version=2020-01-01`)).body.properties.requests,
    ).toHaveLength(1)
    expect(await listed()).toBe(0)
    world.clock.now += 10_000
    expect(await listed()).toBe(1)
  })
})

describe('a crowd', () => {
  const crowded = () => startWorld([fleet([guarded], { crowd: { count: 100_000, prefix: 'vm-' } })])

  test('of a hundred thousand is found by name and in pages, and takes no room', async () => {
    await using world = await crowded()
    const one = await graph(world, "resources | where name =~ 'VM-04711' | project id, name")
    expect(one.body.data).toEqual([
      { id: vmId('vm-04711', { rg: 'rg-crowd' }).toLowerCase() && expect.any(String), name: 'vm-04711' },
    ])
    const all =
      "resources | where type =~ 'microsoft.compute/virtualmachines' | project id, name | order by name asc"
    const page = await graph(world, all, { $top: 1_000 })
    expect(page.body).toMatchObject({ totalRecords: 100_001, count: 1_000, $skipToken: '1000' })
    expect(world.sim.state.vms).toHaveLength(1)
  })

  test('has members that can be read and changed like any other VM', async () => {
    await using world = await crowded()
    const id = vmId('vm-00042', { rg: 'rg-crowd' })
    const { body } = await world.arm('GET', `${id}${COMPUTE}&$expand=instanceView`)
    expect(body).toMatchObject({ name: 'vm-00042', properties: { osProfile: { computerName: 'vm-00042' } } })
    const nic = await world.arm(
      'GET',
      `${body.properties.networkProfile.networkInterfaces[0].id}?api-version=2026-01-01`,
    )
    expect(nic.body.properties.virtualMachine.id).toBe(body.id)
    await world.arm('POST', `${id}/deallocate${COMPUTE}`)
    const found = await graph(
      world,
      "resources | where name =~ 'vm-00042' and type =~ 'microsoft.compute/virtualmachines' | project code = properties.extended.instanceView.powerState.code",
    )
    expect(found.body.data).toEqual([{ code: 'PowerState/deallocated' }])
    expect(world.sim.state.vms.map(({ name }) => name)).toEqual(['vm01', 'vm-00042'])
  })

  test('ends where it ends', async () => {
    await using world = await crowded()
    for (const name of ['vm-100000', 'vm-4', 'vm-00x'])
      expect((await world.arm('GET', `${vmId(name, { rg: 'rg-crowd' })}${COMPUTE}`)).status).toBe(404)
  })

  test('gives each member an address of its own', () => {
    const crowd = {
      count: 100_000,
      prefix: 'vm-',
      rg: 'rg',
      subscription: SUBSCRIPTION,
      location: 'westeurope',
    }
    const addresses = [0, 1, 255, 256, 65_535, 65_536, 99_999].map(
      number => member(crowd, number).nic.private_ip,
    )
    expect(new Set(addresses).size).toBe(addresses.length)
  })
})
