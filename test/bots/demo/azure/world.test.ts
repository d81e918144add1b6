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
        troubles: [],
        sessions: [],
        subnet: 'snet-app',
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

describe('the switches for ready-made troubles', () => {
  const shown = (body: { vms: { troubles: readonly string[] }[] }) => body.vms.map(({ troubles }) => troubles)

  test.each(['deallocated', 'subnet-denied', 'service-stopped', 'certificate-expired', 'host-failed'])(
    '%s is on and off again, however often it is pressed, and leaves nothing behind',
    async trouble => {
      await using world = await startWorld([fleet([guarded])])
      const { calls: _, ...before } = structuredClone(world.sim.state)
      const turn = (on: boolean) => world.control('/trouble', { trouble, vm: VM, on })
      for (const on of [true, true]) expect(shown((await turn(on)).body)).toEqual([[trouble]])
      for (const on of [false, false]) expect(shown((await turn(on)).body)).toEqual([[]])
      const { calls: __, ...after } = world.sim.state
      const lasting = (state: typeof before) => ({
        ...state,
        vms: state.vms.map(({ guest, provisionedAt, ...vm }) => vm),
        counter: 0,
      })
      expect(lasting(after)).toEqual(lasting(before))
    },
  )

  test('a deny rule at the subnet shuts a window that is open, and so does it for the neighbours', async () => {
    const other = {
      ...guarded,
      name: 'vm02',
      nic: { ...guarded.nic, private_ip: '10.20.1.5', public_ip: '198.51.100.12', dns_label: null },
    }
    await using world = await startWorld([fleet([guarded, other])])
    await world.arm('POST', `${POLICY}/initiate?api-version=2020-01-01`, {
      virtualMachines: [
        { id: VM, ports: [{ number: 3389, duration: 'PT1H', allowedSourceAddressPrefix: '203.0.113.7' }] },
      ],
    })
    const flow = async () => (await world.jit.flow(VM, 3389, '203.0.113.7')).access
    expect(await flow()).toBe('allow')
    const { body } = await world.control('/trouble', { trouble: 'subnet-denied', vm: VM, on: true })
    expect(shown(body)).toEqual([['subnet-denied'], ['subnet-denied']])
    expect(await flow()).toBe('deny')
    await world.control('/trouble', { trouble: 'subnet-denied', vm: VM, on: false })
    expect(await flow()).toBe('allow')
  })

  test('Azure as a whole refuses everything, or is slow, beside the faults that somebody else plays', async () => {
    await using world = await startWorld([fleet([guarded])])
    const fault = { match: 'POST', status: 500 }
    await world.control('/faults', { faults: [fault] })
    const read = async () => (await world.arm('GET', `${POLICY}?api-version=2020-01-01`)).status
    await world.control('/trouble', { trouble: 'slow', on: true })
    const { body } = await world.control('/trouble', { trouble: 'throttled', on: true })
    expect(body.troubles).toEqual(['throttled', 'slow'])
    expect(await read()).toBe(429)
    for (const trouble of ['throttled', 'slow']) await world.control('/trouble', { trouble, on: false })
    expect(await read()).toBe(200)
    expect(world.sim.state.faults).toEqual([fault])
  })

  test('what nobody can break is refused', async () => {
    await using world = await startWorld([fleet([guarded])])
    expect((await world.control('/trouble', { trouble: 'slow', vm: VM, on: true })).status).toBe(400)
    expect((await world.control('/trouble', { trouble: 'host-failed', on: true })).status).toBe(400)
    expect(
      (await world.control('/trouble', { trouble: 'host-failed', vm: vmId('vm99'), on: true })).status,
    ).toBe(404)
  })
})
