import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline'
import { describe, expect, test } from '@jest/globals'
import { connectAzure } from '../../../adapters/azure/adapter.ts'
import { oneByOne } from '../../../adapters/azure/imports.ts'
import { fleet, guarded, startWorld, TOKEN, vmId } from './world.ts'

const VM = vmId('vm01')
const VM_READS = /GET .*virtualMachines\/vm01$/

describe('reading while Azure stumbles', () => {
  test.each([
    [{ status: 500 }],
    [{ status: 503 }],
    [{ status: 429 }],
    [{ status: 429, retryAfter: 0 }],
    [{ status: 504 }],
    [{ reset: true }],
  ])('%j twice is survived', async fault => {
    await using world = await startWorld([fleet([guarded])])
    world.play({ match: 'virtualMachines/vm01$', times: 2, ...fault })
    expect(await world.machines.report(VM, 3389)).toMatchObject({ power: 'running' })
    expect(world.calls(VM_READS)).toHaveLength(3)
  })

  test('three times is too often', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.play({ match: 'virtualMachines/vm01$', status: 500 })
    await expect(world.machines.report(VM, 3389)).rejects.toMatchObject({ kind: 'broken' })
    expect(world.calls(VM_READS)).toHaveLength(3)
    expect(world.logged).toContainEqual(
      expect.objectContaining({
        event: 'azure.call-failed',
        facts: { op: 'azure.vm.report', kind: 'broken', tries: 3 },
      }),
    )
  })

  test('a long Retry-After is handed on, not waited for', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.play({ match: 'virtualMachines/vm01$', status: 429, retryAfter: 5 })
    await expect(world.machines.report(VM, 3389)).rejects.toMatchObject({
      kind: 'busy',
      retryAfterMs: 5_000,
    })
    expect(world.calls(VM_READS)).toHaveLength(1)
  })

  test.each([400, 401, 403, 404, 409])('%s is not repeated', async status => {
    await using world = await startWorld([fleet([guarded])])
    world.play({ match: 'virtualMachines/vm01$', status })
    await expect(world.machines.report(VM, 3389)).rejects.toBeInstanceOf(Error)
    expect(world.calls(VM_READS)).toHaveLength(1)
  })

  test('no answer within the deadline is a fault of kind timeout', async () => {
    await using world = await startWorld([fleet([guarded])], { deadlineMs: 300 })
    await world.machines.report(VM, 3389)
    world.play({ match: 'virtualMachines/vm01$', hang: true })
    await expect(world.machines.report(VM, 3389)).rejects.toMatchObject({
      kind: 'timeout',
      say: 'Azure did not answer a call about the VM vm01 within 1 seconds.',
    })
    expect(world.calls(VM_READS)).toHaveLength(2)
  })

  test('a world that is not there is a fault of kind broken', async () => {
    const gone = await startWorld([fleet([guarded])])
    await gone.machines.report(VM, 3389)
    await gone[Symbol.asyncDispose]()
    await expect(gone.machines.report(VM, 3389)).rejects.toMatchObject({
      kind: 'broken',
      say: 'Azure could not be reached, or the connection was lost; check the network and try again.',
    })
  })
})

describe('where the token goes', () => {
  test('a next page on another host is not fetched', async () => {
    const asked: string[] = []
    const httpClient: HttpClient = {
      sendRequest: async request => {
        asked.push(new URL(request.url).host)
        const body = { value: [], nextLink: 'https://evil.example/next?api-version=2020-01-01' }
        const headers = createHttpHeaders({ 'content-type': 'application/json' })
        return { request, status: 200, headers, bodyAsText: JSON.stringify(body) }
      },
    }
    const quiet = { info: () => {}, warn: () => {}, error: () => {} }
    const { jit } = connectAzure({
      credential: { getToken: async () => ({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }) },
      httpClient,
      log: quiet,
    })
    await expect(jit.windows(VM, 3389)).rejects.toMatchObject({ kind: 'broken' })
    expect(new Set(asked)).toEqual(new Set(['management.azure.com']))
  })
})

describe('loading packages', () => {
  test('loads run one after another, each once, and a failed one again', async () => {
    const events: string[] = []
    const load = (name: string, fails = 0) => {
      let failures = fails
      return oneByOne(async () => {
        events.push(`${name} begins`)
        await new Promise(resolve => setImmediate(resolve))
        events.push(`${name} ends`)
        if (failures-- > 0) throw new Error(`${name} failed`)
        return name
      })
    }
    const [first, second] = [load('first', 1), load('second')]
    const results = await Promise.allSettled([first(), second(), second()])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled'])
    expect(await first()).toBe('first')
    expect(events).toEqual([
      'first begins',
      'first ends',
      'second begins',
      'second ends',
      'first begins',
      'first ends',
    ])
  })
})
