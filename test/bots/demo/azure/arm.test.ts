import { describe, expect, test } from '@jest/globals'
import type { AzureState } from '../../../../bots/demo/azure/model.ts'
import { fleet, guarded, SUBSCRIPTION, startWorld, TOKEN, vmId } from '../../../adapters/azure/world.ts'

const GROUP = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers`
const VM = `${GROUP}/Microsoft.Compute/virtualMachines/vm01`
const READ = `${VM}?api-version=2026-04-01`

describe('the manners of Azure Resource Manager', () => {
  test('without a token: 401 with a challenge', async () => {
    await using world = await startWorld([fleet([guarded])])
    for (const authorization of ['', 'Bearer wrong', `Basic ${TOKEN}`]) {
      const { status, headers, body } = await world.arm('GET', READ, undefined, { authorization })
      expect(status).toBe(401)
      expect(headers.get('www-authenticate')).toMatch(/^Bearer authorization_uri=/)
      expect(body.error.code).toMatch(/^(AuthenticationFailed|InvalidAuthenticationToken)$/)
    }
  })

  test.each([
    ['', 'MissingApiVersionParameter'],
    ['?api-version=1999-01-01', 'NoRegisteredProviderFound'],
  ])('an api-version has to be given, and a known one: %j', async (query, code) => {
    await using world = await startWorld([fleet([guarded])])
    expect(await world.arm('GET', `${VM}${query}`)).toMatchObject({ status: 400, body: { error: { code } } })
  })

  test('paths have no case', async () => {
    await using world = await startWorld([fleet([guarded])])
    const shouted = READ.replace('resourceGroups', 'RESOURCEGROUPS').replace('vm01', 'VM01')
    expect(await world.arm('GET', shouted)).toMatchObject({ status: 200, body: { name: 'vm01' } })
  })

  test.each([
    [READ.replace('vm01', 'vm99'), 'ResourceNotFound'],
    [READ.replace(SUBSCRIPTION, '1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3eff'), 'SubscriptionNotFound'],
    [READ.replace('virtualMachines', 'virtualUnicorns'), 'InvalidResourceType'],
  ])('what is not there is 404: %s', async (path, code) => {
    await using world = await startWorld([fleet([guarded])])
    expect(await world.arm('GET', path)).toMatchObject({ status: 404, body: { error: { code } } })
  })

  test('a role that lacks an action is told which one, and over what', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.sim.state.denied = ['microsoft.compute/virtualmachines/READ']
    const { status, body } = await world.arm('GET', READ)
    expect(status).toBe(403)
    expect(body.error).toMatchObject({
      code: 'AuthorizationFailed',
      message: expect.stringContaining(
        `to perform action 'Microsoft.Compute/virtualMachines/read' over scope '${VM}'`,
      ),
    })
  })

  test('a body that is no JSON is 400', async () => {
    await using world = await startWorld([fleet([guarded])])
    const path = '/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01'
    expect(await world.arm('POST', path, '{')).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidRequestContent' } },
    })
  })

  test('each call is in the log, the last five hundred of them', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.sim.state.calls = Array.from({ length: 500 }, () => ({
      at: 0,
      method: 'GET',
      path: '/old',
      status: 200,
    }))
    await world.arm('GET', READ)
    await world.arm('GET', READ.replace('vm01', 'vm99'))
    expect(world.sim.state.calls).toHaveLength(500)
    expect(world.sim.state.calls.slice(-2)).toEqual([
      { at: world.clock.now, method: 'GET', path: VM, status: 200 },
      { at: world.clock.now, method: 'GET', path: VM.replace('vm01', 'vm99'), status: 404 },
    ])
  })
})

describe('starting and stopping', () => {
  test.each([
    ['deallocate', 'deallocating', 'deallocated'],
    ['powerOff', 'stopping', 'stopped'],
  ])('%s takes its time', async (verb, meanwhile, then) => {
    await using world = await startWorld([fleet([guarded])], { operationMs: 20_000 })
    const { status, headers } = await world.arm('POST', `${VM}/${verb}?api-version=2026-04-01`)
    expect(status).toBe(202)
    const follow = async () => {
      const address = headers.get('azure-asyncoperation')?.replace('https://management.azure.com', '') ?? ''
      return (await world.arm('GET', address)).body.status
    }
    const power = async () => {
      const { body } = await world.arm('GET', `${VM}/instanceView?api-version=2026-04-01`)
      return body.statuses.map(({ code }: { code: string }) => code)
    }
    expect(await follow()).toBe('InProgress')
    expect(await power()).toContain(`PowerState/${meanwhile}`)
    world.clock.now += 20_000
    expect(await follow()).toBe('Succeeded')
    expect(await power()).toContain(`PowerState/${then}`)
  })

  test("Azure's own client starts a VM and waits for it", async () => {
    await using world = await startWorld([fleet([{ ...guarded, power: 'deallocated' }])])
    const { ComputeManagementClient } = await import('@azure/arm-compute')
    const credential = {
      getToken: async () => ({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }),
    }
    const compute = new ComputeManagementClient(credential, SUBSCRIPTION, { httpClient: world.httpClient })
    await compute.virtualMachines.start('rg-app', 'vm01')
    expect((await world.machines.report(vmId('vm01'), 3389)).power).toBe('running')
  })
})

describe('faults that are played', () => {
  test('strike what they match, as often as they say', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.play({ match: 'GET .*/vm01$', status: 429, retryAfter: 3, times: 2 })
    for (let strike = 0; strike < 2; strike++) {
      const { status, headers, body } = await world.arm('GET', READ)
      expect([status, headers.get('retry-after'), body.error.code]).toEqual([
        429,
        '3',
        'SubscriptionRequestsThrottled',
      ])
    }
    expect((await world.arm('GET', READ)).status).toBe(200)
    expect(world.sim.state.faults).toEqual([])
  })

  test('a late one lets the call take effect first', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.play({ match: 'deallocate', status: 500, code: 'Odd', message: 'so odd', late: true })
    expect(await world.arm('POST', `${VM}/deallocate?api-version=2026-04-01`)).toMatchObject({
      status: 500,
      body: { error: { code: 'Odd', message: 'so odd' } },
    })
    expect(world.sim.state.vms[0]?.power).toBe('deallocated')
  })

  test('a cut connection is a cut connection', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.play({ match: 'GET', reset: true })
    await expect(world.arm('GET', READ)).rejects.toThrow()
  })
})

describe('the state', () => {
  test('is plain JSON, and a world that gets it back goes on where it was', async () => {
    const subscriptions = [fleet([guarded])]
    let saved: AzureState
    {
      await using world = await startWorld(subscriptions, { operationMs: 5_000 })
      await world.arm('POST', `${VM}/deallocate?api-version=2026-04-01`)
      saved = JSON.parse(JSON.stringify(world.sim.state))
      expect(saved).toEqual(world.sim.state)
    }
    await using world = await startWorld([], { state: saved })
    expect((await world.machines.report(vmId('vm01'), 3389)).power).toBe('deallocating')
    world.clock.now += 5_000
    world.sim.settle()
    expect((await world.machines.report(vmId('vm01'), 3389)).power).toBe('deallocated')
  })

  test('changes are announced, also those that only time makes', async () => {
    const soon = { by: 'portal', port: 3389, source: '203.0.113.7', ends: '2026-11-21T09:30:00Z' }
    await using world = await startWorld([fleet([{ ...guarded, jit: { ...guarded.jit, requests: [soon] } }])])
    const before = world.changes.count
    world.sim.settle()
    expect(world.changes.count).toBe(before)
    world.clock.now += 30 * 60_000
    world.sim.settle()
    expect(world.changes.count).toBe(before + 1)
    await world.arm('GET', READ)
    expect(world.changes.count).toBeGreaterThan(before + 1)
  })
})
