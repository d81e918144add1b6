import { describe, expect, test } from '@jest/globals'
import {
  APP,
  fleet,
  guarded,
  SUBSCRIPTION,
  startWorld,
  type TestWorld,
  vmId,
} from '../../../adapters/azure/world.ts'

const VM = vmId('vm01')
const POLICY = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default`
const VERSION = '?api-version=2020-01-01'

type Rule = { name: string; prio: number; access: string; src: string[]; dst: string[]; dport: string[] }
const rulesOf = (world: TestWorld, nsg = 'nsg-app'): Rule[] =>
  (world.sim.state.nsgs.find(({ name }) => name === nsg)?.rules ?? [])
    .filter(({ inForce }) => inForce)
    .map(({ name, prio, access, src, dst, dport }) => ({ name, prio, access, src, dst, dport }))

const ask = (world: TestWorld, port: object, more: object = {}) =>
  world.arm('POST', `${POLICY}/initiate${VERSION}`, {
    virtualMachines: [{ id: VM, ports: [{ number: 3389, ...port }] }],
    ...more,
  })
const anHour = { endTimeUtc: '2026-11-21T10:00:00Z', allowedSourceAddressPrefix: '203.0.113.7' }

describe('a JIT access policy', () => {
  test('puts one deny rule for all its ports on every NSG in front of the VM', async () => {
    const two = {
      ...guarded,
      subnet: { nsg: 'nsg-subnet' },
      jit: { ports: [...guarded.jit.ports, { port: 5986, max: 'PT1H' }] },
    }
    await using world = await startWorld([fleet([two], { nsgs: { 'nsg-app': [], 'nsg-subnet': [] } })])
    const deny = {
      name: expect.stringMatching(/^SecurityCenter-JITRule_-\d+_[0-9A-F]{32}$/),
      prio: 4096,
      access: 'deny',
      src: ['*'],
      dst: ['10.20.1.4'],
      dport: ['3389', '5986'],
    }
    expect(rulesOf(world, 'nsg-app')).toEqual([deny])
    expect(rulesOf(world, 'nsg-subnet')).toEqual([deny])
  })

  test('is read as Azure writes it, alone and in a list', async () => {
    await using world = await startWorld([fleet([guarded])])
    const { body } = await world.arm('GET', `${POLICY}${VERSION}`)
    expect(body).toEqual({
      kind: 'Basic',
      id: POLICY,
      name: 'default',
      type: 'Microsoft.Security/locations/jitNetworkAccessPolicies',
      location: 'westeurope',
      properties: {
        virtualMachines: [
          {
            id: world.sim.state.vms[0]?.id,
            ports: [
              {
                number: 3389,
                protocol: '*',
                allowedSourceAddressPrefix: '*',
                maxRequestAccessDuration: 'PT3H',
              },
            ],
          },
        ],
        requests: [],
        provisioningState: 'Succeeded',
      },
    })
    for (const scope of ['', '/resourceGroups/RG-APP']) {
      const list = `/subscriptions/${SUBSCRIPTION}${scope}/providers/Microsoft.Security/jitNetworkAccessPolicies`
      expect((await world.arm('GET', `${list}${VERSION}`)).body).toEqual({ value: [body] })
    }
  })

  test('written again, it covers what is in it and nothing else', async () => {
    const other = { ...guarded, name: 'vm02', nic: { ...guarded.nic, private_ip: '10.20.1.5' } }
    await using world = await startWorld([fleet([guarded, other])])
    await ask(world, anHour)
    const port = {
      number: 3389,
      protocol: 'TCP',
      allowedSourceAddressPrefix: '*',
      maxRequestAccessDuration: 'PT1H',
    }
    const body = { kind: 'Basic', properties: { virtualMachines: [{ id: vmId('vm02'), ports: [port] }] } }
    expect((await world.arm('PUT', `${POLICY}${VERSION}`, body)).status).toBe(200)
    expect(rulesOf(world).map(({ dst, access }) => [dst[0], access])).toEqual([['10.20.1.5', 'deny']])
    expect(world.sim.state.policies[0]?.requests[0]?.entries[0]).toMatchObject({ status: 'Revoked' })
    expect((await world.arm('PUT', `${POLICY}${VERSION}`, { properties: {} })).status).toBe(500)
  })

  test('deleted, it takes its rules along; deleted again, there is nothing to do', async () => {
    await using world = await startWorld([fleet([guarded])])
    await ask(world, anHour)
    expect((await world.arm('DELETE', `${POLICY}${VERSION}`)).status).toBe(200)
    expect(rulesOf(world)).toEqual([])
    expect((await world.arm('DELETE', `${POLICY}${VERSION}`)).status).toBe(204)
  })
})

describe('a JIT request', () => {
  test('is accepted with what it will be, and nothing to poll', async () => {
    await using world = await startWorld([fleet([guarded])])
    const { status, headers, body } = await ask(world, anHour, { justification: 'INC-7' })
    expect(status).toBe(202)
    expect([headers.get('location'), headers.get('azure-asyncoperation')]).toEqual([null, null])
    expect(body).toEqual({
      virtualMachines: [
        {
          id: world.sim.state.vms[0]?.id,
          ports: [
            {
              number: 3389,
              allowedSourceAddressPrefix: '203.0.113.7',
              endTimeUtc: '2026-11-21T10:00:00.000Z',
              status: 'Initiating',
              statusReason: 'UserRequested',
            },
          ],
        },
      ],
      startTimeUtc: '2026-11-21T09:00:00.000Z',
      requestor: APP,
      justification: 'INC-7',
    })
  })

  test('becomes an allow rule with the lowest free number, until its end', async () => {
    const nsgs = { 'nsg-app': [{ name: 'https', prio: 100, access: 'allow', dport: 443 }] }
    await using world = await startWorld([fleet([guarded], { nsgs })])
    await ask(world, anHour)
    const allow = rulesOf(world).filter(({ name }) => name.includes('JITRule-'))
    expect(allow).toEqual([
      {
        name: expect.stringMatching(/^SecurityCenter-JITRule-\d+-[0-9A-F]{32}$/),
        prio: 101,
        access: 'allow',
        src: ['203.0.113.7'],
        dst: ['10.20.1.4'],
        dport: ['3389'],
      },
    ])
    world.clock.now = Date.parse('2026-11-21T10:00:00Z')
    world.sim.settle()
    expect(rulesOf(world).map(({ access }) => access)).toEqual(['allow', 'deny'])
    expect(world.sim.state.policies[0]?.requests[0]?.entries[0]).toMatchObject({
      status: 'Revoked',
      reason: 'Expired',
    })
  })

  test('may state a duration instead of an end', async () => {
    await using world = await startWorld([fleet([guarded])])
    const { body } = await ask(world, { duration: 'PT45M', allowedSourceAddressPrefixes: ['203.0.113.7'] })
    expect(body.virtualMachines[0].ports[0].endTimeUtc).toBe('2026-11-21T09:45:00.000Z')
  })

  test.each([
    ['neither end nor duration', { allowedSourceAddressPrefix: '203.0.113.7' }],
    ['both', { ...anHour, duration: 'PT1H' }],
    ['an end in the past', { ...anHour, endTimeUtc: '2026-11-21T08:00:00Z' }],
    ['both kinds of sources', { ...anHour, allowedSourceAddressPrefixes: ['203.0.113.8'] }],
    ['a duration that is none', { duration: 'an hour' }],
  ])('with %s is not taken', async (_, port) => {
    await using world = await startWorld([fleet([guarded])])
    expect(await ask(world, port)).toMatchObject({
      status: 400,
      body: { error: { code: 'InvalidInitiateInput' } },
    })
  })

  test.each([
    ['too long', { ...anHour, endTimeUtc: '2026-11-21T12:00:01Z' }],
    ['another port', { ...anHour, number: 22 }],
    ['another source', { ...anHour, allowedSourceAddressPrefix: '198.51.100.7' }],
    [
      'one of several sources',
      { endTimeUtc: anHour.endTimeUtc, allowedSourceAddressPrefixes: ['203.0.113.7', '198.51.100.7'] },
    ],
  ])('outside the policy (%s) is not a subset of it', async (_, port) => {
    const narrow = { ...guarded, jit: { ports: [{ port: 3389, max: 'PT3H', allowed: '203.0.113.0/24' }] } }
    await using world = await startWorld([fleet([narrow])])
    expect((await ask(world, anHour)).status).toBe(202)
    expect(await ask(world, port)).toMatchObject({
      status: 400,
      body: {
        error: { message: expect.stringMatching(/^The given access request is not a subset of policy '/) },
      },
    })
  })

  test('its body is checked before its policy is looked for', async () => {
    await using world = await startWorld([fleet([guarded])])
    const path = `${POLICY.replace('default', 'other')}/initiate${VERSION}`
    const wrong = { virtualMachines: [{ id: VM, ports: [{ number: 3389 }] }] }
    expect(await world.arm('POST', path, wrong)).toMatchObject({ status: 400 })
    const right = { virtualMachines: [{ id: VM, ports: [{ number: 3389, ...anHour }] }] }
    expect(await world.arm('POST', path, right)).toMatchObject({
      status: 404,
      body: { error: { code: 'PolicyNotFound' } },
    })
  })

  test('a newer one takes the place of an older one where the mode says so, for the same VM and port only', async () => {
    const both = { ...guarded, jit: { ports: [...guarded.jit.ports, { port: 5986, max: 'PT3H' }] } }
    await using world = await startWorld([fleet([both])], { mode: 'supersede' })
    await ask(world, anHour)
    await ask(world, { ...anHour, number: 5986 })
    await ask(world, { ...anHour, allowedSourceAddressPrefix: '203.0.113.8' })
    const entries = world.sim.state.policies[0]?.requests.flatMap(request => request.entries)
    expect(entries?.map(({ port, status, reason }) => [port, status, reason])).toEqual([
      [3389, 'Revoked', 'NewerRequestInitiated'],
      [5986, 'Initiated', 'UserRequested'],
      [3389, 'Initiated', 'UserRequested'],
    ])
    expect(
      rulesOf(world)
        .filter(({ access }) => access === 'allow')
        .map(({ dport, src }) => [dport[0], src[0]]),
    ).toEqual([
      ['5986', '203.0.113.7'],
      ['3389', '203.0.113.8'],
    ])
  })
})
