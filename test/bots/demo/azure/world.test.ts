import { describe, expect, test } from '@jest/globals'
import { fleet, guarded, SUBSCRIPTION, startWorld, vmId } from '../../../adapters/azure/world.ts'

const VM = vmId('vm01')
const POLICY = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default`

describe('the handles of the world', () => {
  test('show VMs with their rules and windows, and the last calls, newest first', async () => {
    await using world = await startWorld([fleet([guarded])])
    await world.arm('POST', `${POLICY}/initiate?api-version=2020-01-01`, {
      virtualMachines: [
        {
          id: VM,
          ports: [
            { number: 3389, duration: 'PT1H', allowedSourceAddressPrefixes: ['203.0.113.7', '203.0.113.8'] },
          ],
        },
      ],
      justification: 'INC-7',
    })
    await world.arm('GET', `${POLICY}?api-version=2020-01-01`)
    const { status, body } = await world.control('')
    expect(status).toBe(200)
    expect(body.vms).toEqual([
      {
        id: world.sim.state.vms[0]?.id,
        name: 'vm01',
        subscription: 'Contoso Production',
        resourceGroup: 'rg-app',
        os: 'Windows',
        tags: { environment: 'production' },
        power: 'running',
        privateAddress: '10.20.1.4',
        publicAddress: '198.51.100.11',
        publicName: 'contoso-vm01.westeurope.cloudapp.azure.com',
        nsgRules: [
          {
            nsg: 'nsg-app',
            name: expect.stringMatching(/^SecurityCenter-JITRule-/),
            priority: 100,
            access: 'allow',
            source: '203.0.113.7, 203.0.113.8',
            port: '3389',
            jit: true,
          },
          {
            nsg: 'nsg-app',
            name: expect.stringMatching(/^SecurityCenter-JITRule_-/),
            priority: 4096,
            access: 'deny',
            source: '*',
            port: '3389',
            jit: true,
          },
        ],
        jitRequests: [
          {
            sources: ['203.0.113.7', '203.0.113.8'],
            port: 3389,
            startedAt: world.clock.now,
            endsAt: world.clock.now + 3_600_000,
            status: 'Initiated',
            reason: 'UserRequested',
            live: true,
            justification: 'INC-7',
          },
        ],
      },
    ])
    expect(
      body.calls.map(({ method, status }: { method: string; status: number }) => [method, status]),
    ).toEqual([
      ['GET', 200],
      ['POST', 202],
    ])
  })

  test('show time passing without being asked', async () => {
    const soon = { by: 'portal', port: 3389, source: '203.0.113.7', ends: '2026-11-21T09:30:00Z' }
    await using world = await startWorld([fleet([{ ...guarded, jit: { ...guarded.jit, requests: [soon] } }])])
    const live = async () => (await world.control('')).body.vms[0].jitRequests[0].live
    expect(await live()).toBe(true)
    world.clock.now += 30 * 60_000
    expect(await live()).toBe(false)
  })

  test('stop and start a VM', async () => {
    await using world = await startWorld([fleet([guarded])])
    const before = world.changes.count
    expect((await world.control('/power', { vm: VM.toUpperCase(), power: 'deallocated' })).status).toBe(200)
    expect((await world.machines.report(VM, 3389)).power).toBe('deallocated')
    expect(world.changes.count).toBeGreaterThan(before)
    expect((await world.control('/power', { vm: vmId('vm99'), power: 'running' })).status).toBe(404)
    expect((await world.control('/power', { vm: VM, power: 'on fire' })).status).toBe(400)
  })

  test('add a rule, replace it and delete it', async () => {
    await using world = await startWorld([fleet([guarded])])
    const exposure = async () => (await world.machines.report(VM, 3389)).exposure.state
    const rule = { name: 'hole', prio: 200, access: 'allow', dport: 3389 }
    expect((await world.control('/rule', { on: VM, add: rule })).status).toBe(200)
    expect(await exposure()).toBe('open-to-everyone')
    const nsg = world.sim.state.nsgs[0]?.id
    await world.control('/rule', { on: nsg, add: { ...rule, src: '203.0.113.7' } })
    expect(await exposure()).toBe('closed')
    expect((await world.control('/rule', { on: VM, delete: 'HOLE' })).status).toBe(200)
    expect((await world.control('/rule', { on: VM, delete: 'hole' })).status).toBe(404)
    expect((await world.control('/rule', { on: '/nowhere', add: rule })).status).toBe(404)
    expect((await world.control('/rule', { on: VM, add: { ...rule, prio: 1 } })).status).toBe(400)
  })

  test('switch what a second request does, play faults and take rights away', async () => {
    await using world = await startWorld([fleet([guarded])])
    expect((await world.control('/mode', { mode: 'supersede' })).body.mode).toBe('supersede')
    expect((await world.control('/mode', { mode: 'guess' })).status).toBe(400)
    const faults = [{ match: 'GET', status: 503, times: 2 }]
    expect((await world.control('/faults', { faults, denied: ['a/read'] })).status).toBe(200)
    expect(world.sim.state).toMatchObject({ mode: 'supersede', faults, denied: ['a/read'] })
    await world.control('/faults', { faults: [] })
    expect(world.sim.state).toMatchObject({ faults: [], denied: ['a/read'] })
    expect((await world.control('/faults', { faults: [{ match: '(' }] })).status).toBe(400)
    expect((await world.control('/faults', { faults: [{ match: 'x', surprise: 1 }] })).status).toBe(400)
  })
})
