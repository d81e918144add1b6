import { describe, expect, test } from '@jest/globals'
import type { SimPolicy } from '../../../bots/demo/azure/model.ts'
import { instant, type JitAccess } from '../../../core/index.ts'
import { APP, fleet, guarded, SUBSCRIPTION, startWorld, type TestWorld, vmId } from './world.ts'

const VM = vmId('vm01')
const POLICY = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default`
const ALICE = '203.0.113.7'
const BOB = '198.51.100.99'

const minutes = (count: number) => count * 60_000
const order = (world: TestWorld, more: Partial<Parameters<JitAccess['request']>[0]> = {}) => ({
  vm: VM,
  policyId: POLICY,
  port: 3389,
  sources: [ALICE],
  endsAt: instant(world.clock.now + minutes(60)),
  justification: 'INC-7 disk full',
  ...more,
})
const policyOf = (world: TestWorld): SimPolicy => {
  const [policy] = world.sim.state.policies
  if (policy === undefined) throw new Error('the world has no policy')
  return policy
}

describe('what is open', () => {
  test('before anything was asked: the policy and nothing else', async () => {
    await using world = await startWorld([fleet([guarded])])
    expect(await world.jit.windows(VM, 3389)).toEqual({
      policyId: POLICY,
      port: { number: 3389, protocol: '*', maxMinutes: 180, sources: ['*'] },
      rules: [],
      requests: [],
    })
  })

  test('a VM without a policy, or a port that is not in it, is a fault of kind missing', async () => {
    await using world = await startWorld([
      fleet([
        guarded,
        { ...guarded, name: 'vm02', nic: { ...guarded.nic, private_ip: '10.20.1.5' }, jit: null },
      ]),
    ])
    for (const [vm, port] of [
      [vmId('vm02'), 3389],
      [VM, 22],
    ] as const)
      await expect(world.jit.windows(vm, port)).rejects.toMatchObject({
        kind: 'missing',
        op: 'azure.jit.windows',
      })
  })

  test('an entry for UDP alone does not cover RDP', async () => {
    const udp = { ...guarded, jit: { ports: [{ port: 3389, max: 'PT3H', proto: 'UDP' }] } }
    await using world = await startWorld([fleet([udp])])
    await expect(world.jit.windows(VM, 3389)).rejects.toMatchObject({ kind: 'missing' })
  })

  test('a VM that is gone is a fault of kind missing', async () => {
    await using world = await startWorld([fleet([guarded])])
    await expect(world.jit.windows(vmId('vm09'), 3389)).rejects.toMatchObject({ kind: 'missing' })
  })

  test('NSGs that may not be read are a fault: an unread one could hold a window', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.sim.state.denied = ['Microsoft.Network/networkSecurityGroups/read']
    await expect(world.jit.windows(VM, 3389)).rejects.toMatchObject({ kind: 'denied' })
  })

  test('an NSG that has gone in between is no sign that the policy or the VM is gone', async () => {
    await using world = await startWorld([fleet([guarded])])
    for (const part of ['networkSecurityGroups', 'networkInterfaces']) {
      world.play({ match: `GET .*/${part}/`, status: 404 })
      await expect(world.jit.windows(VM, 3389, { anew: true })).rejects.toMatchObject({ kind: 'conflict' })
      await expect(world.machines.report(VM, 3389)).rejects.toMatchObject({ kind: 'conflict' })
    }
  })

  test.each(['PT3X', 'P', ''])(
    'a longest duration of %j cannot be read, and nothing is guessed',
    async max => {
      await using world = await startWorld([fleet([guarded])])
      for (const port of policyOf(world).vms.flatMap(({ ports }) => ports)) port.max = max
      await expect(world.jit.windows(VM, 3389)).rejects.toMatchObject({ kind: 'broken' })
    },
  )

  test('windows of other VMs behind the same NSG, and of other ports, are not this one', async () => {
    const other = { ...guarded, name: 'vm02', nic: { ...guarded.nic, private_ip: '10.20.1.5' } }
    const both = { ...guarded, jit: { ports: [...guarded.jit.ports, { port: 5986, max: 'PT3H' }] } }
    await using world = await startWorld([fleet([both, other])])
    await world.jit.request(order(world, { vm: vmId('vm02'), sources: [BOB] }))
    await world.jit.request(order(world, { port: 5986, sources: [BOB] }))
    expect(await world.jit.windows(VM, 3389)).toMatchObject({ rules: [], requests: [] })
    expect((await world.jit.windows(VM, 5986)).rules).toHaveLength(1)
    expect((await world.jit.windows(vmId('vm02'), 3389)).rules).toHaveLength(1)
  })

  test('a window stands on the NSG of the subnet and on that of the interface', async () => {
    const twice = { ...guarded, subnet: { nsg: 'nsg-subnet' } }
    await using world = await startWorld([fleet([twice], { nsgs: { 'nsg-app': [], 'nsg-subnet': [] } })])
    await world.jit.request(order(world))
    const { rules } = await world.jit.windows(VM, 3389)
    expect(rules.map(({ id }) => /networkSecurityGroups\/([^/]+)/.exec(id)?.[1]).toSorted()).toEqual([
      'nsg-app',
      'nsg-subnet',
    ])
  })

  test('rules that people made are no windows, whatever they open', async () => {
    const nsgs = { 'nsg-app': [{ name: 'office', prio: 200, access: 'allow', src: BOB, dport: '3389' }] }
    await using world = await startWorld([fleet([guarded], { nsgs })])
    expect((await world.jit.windows(VM, 3389)).rules).toEqual([])
  })

  test('a VM id in another spelling is the same VM', async () => {
    await using world = await startWorld([fleet([guarded])])
    await world.jit.request(order(world))
    const policy = policyOf(world)
    for (const vm of policy.vms) vm.id = vm.id.replace('resourceGroups', 'RESOURCEGROUPS')
    for (const entry of policy.requests.flatMap(({ entries }) => entries)) entry.vm = entry.vm.toUpperCase()
    expect((await world.jit.windows(VM, 3389)).requests).toHaveLength(1)
  })
})

describe.each(['merge', 'supersede'] as const)('asking for a window, in mode %s', mode => {
  test('the window opens for exactly the source, port and time that were asked for', async () => {
    await using world = await startWorld([fleet([guarded])], { mode })
    await world.jit.request(order(world))
    const { rules, requests } = await world.jit.windows(VM, 3389)
    expect(rules).toEqual([
      {
        id: expect.any(String),
        name: expect.stringMatching(/^SecurityCenter-JITRule-\d+-[0-9A-F]{32}$/),
        sources: [ALICE],
      },
    ])
    expect(requests).toEqual([
      {
        sources: [ALICE],
        startedAt: world.clock.now,
        endsAt: world.clock.now + minutes(60),
        justification: 'INC-7 disk full',
        live: true,
      },
    ])
    expect(policyOf(world).requests[0]?.requestor).toBe(APP)
    expect(await world.jit.flow(VM, 3389, ALICE)).toEqual({ access: 'allow', rule: rules[0]?.name })
    expect(await world.jit.flow(VM, 3389, BOB)).toMatchObject({ access: 'deny' })
  })

  test('several sources go into one request', async () => {
    await using world = await startWorld([fleet([guarded])], { mode })
    await world.jit.request(order(world, { sources: [ALICE, BOB, '192.0.2.0/28'] }))
    const { rules, requests } = await world.jit.windows(VM, 3389)
    expect(rules.map(({ sources }) => sources)).toEqual([[ALICE, BOB, '192.0.2.0/28']])
    expect(requests.map(({ sources }) => sources)).toEqual([[ALICE, BOB, '192.0.2.0/28']])
  })

  test('the rule follows the request after a while', async () => {
    await using world = await startWorld([fleet([guarded])], { mode, ruleDelayMs: 1_500 })
    await world.jit.request(order(world))
    expect(await world.jit.windows(VM, 3389)).toMatchObject({ rules: [], requests: [{ live: true }] })
    expect(await world.jit.flow(VM, 3389, ALICE)).toMatchObject({ access: 'deny' })
    world.clock.now += 1_500
    expect((await world.jit.windows(VM, 3389)).rules).toHaveLength(1)
  })

  test('Azure shuts by itself at the end', async () => {
    await using world = await startWorld([fleet([guarded])], { mode })
    await world.jit.request(order(world))
    world.clock.now += minutes(60)
    expect(await world.jit.windows(VM, 3389)).toMatchObject({ rules: [], requests: [{ live: false }] })
    expect(await world.jit.flow(VM, 3389, ALICE)).toMatchObject({ access: 'deny' })
  })

  test('a second request stands beside the first, or in its place', async () => {
    await using world = await startWorld([fleet([guarded])], { mode })
    await world.jit.request(order(world))
    await world.jit.request(order(world, { sources: [BOB] }))
    const { rules, requests } = await world.jit.windows(VM, 3389)
    const merged = mode === 'merge'
    expect(rules.map(({ sources }) => sources)).toEqual(merged ? [[ALICE], [BOB]] : [[BOB]])
    expect(requests.map(({ live }) => live)).toEqual([merged, true])
  })

  test('removing its rule shuts a window early, and removing it again does no harm', async () => {
    await using world = await startWorld([fleet([guarded])], { mode })
    await world.jit.request(order(world))
    const [rule] = (await world.jit.windows(VM, 3389)).rules
    if (rule === undefined) throw new Error('no window')
    await world.jit.remove(rule)
    expect((await world.jit.windows(VM, 3389)).rules).toEqual([])
    expect(await world.jit.flow(VM, 3389, ALICE)).toMatchObject({ access: 'deny' })
    await world.jit.remove(rule)
  })

  test('a stopped VM can have its window asked for and shut', async () => {
    await using world = await startWorld([fleet([{ ...guarded, power: 'deallocated' }])], { mode })
    await world.jit.request(order(world))
    const { rules } = await world.jit.windows(VM, 3389)
    expect(rules).toHaveLength(1)
    for (const rule of rules) await world.jit.remove(rule)
    expect((await world.jit.windows(VM, 3389)).rules).toEqual([])
  })
})

describe('what goes over the wire when a window is asked for', () => {
  const wire = async (world: TestWorld, ...given: Parameters<typeof order>) => {
    const sent: unknown[] = []
    const { sendRequest } = world.httpClient
    world.httpClient.sendRequest = async request => {
      if (/initiate/.test(request.url)) sent.push(JSON.parse(String(request.body)))
      return sendRequest(request)
    }
    await world.jit.request(order(...given))
    return sent
  }

  test('one source goes alone, with an end and never a duration', async () => {
    await using world = await startWorld([fleet([guarded])])
    expect(await wire(world, world)).toEqual([
      {
        virtualMachines: [
          {
            id: VM,
            ports: [
              { number: 3389, allowedSourceAddressPrefix: ALICE, endTimeUtc: '2026-11-21T10:00:00.000Z' },
            ],
          },
        ],
        justification: 'INC-7 disk full',
      },
    ])
  })

  test('several sources go in the list, without the single field', async () => {
    await using world = await startWorld([fleet([guarded])])
    expect(await wire(world, world, { sources: [ALICE, BOB] })).toMatchObject([
      {
        virtualMachines: [
          {
            ports: [
              {
                number: 3389,
                allowedSourceAddressPrefixes: [ALICE, BOB],
                endTimeUtc: '2026-11-21T10:00:00.000Z',
              },
            ],
          },
        ],
      },
    ])
  })

  test.each([[[]], [['']], [['*']], [['Internet']], [['0.0.0.0/0']], [['::/0']], [[ALICE, '*']]])(
    'sources %j are never sent',
    async sources => {
      await using world = await startWorld([fleet([guarded])])
      await expect(world.jit.request(order(world, { sources }))).rejects.toThrow(/JIT request/)
      expect(world.calls(/./)).toEqual([])
    },
  )

  test('the world would open the bot itself if no source were sent', async () => {
    await using world = await startWorld([fleet([guarded])])
    const body = {
      virtualMachines: [{ id: VM, ports: [{ number: 3389, endTimeUtc: '2026-11-21T10:00:00Z' }] }],
    }
    expect((await world.arm('POST', `${POLICY}/initiate?api-version=2020-01-01`, body)).status).toBe(202)
    expect((await world.jit.windows(VM, 3389)).rules).toMatchObject([{ sources: ['127.0.0.1'] }])
  })

  test('a policy id that is none is never sent', async () => {
    await using world = await startWorld([fleet([guarded])])
    await expect(world.jit.request(order(world, { policyId: `${POLICY}/../other` }))).rejects.toThrow(
      /policy/,
    )
    expect(world.calls(/./)).toEqual([])
  })
})

describe('when Azure does not take a request', () => {
  test.each([
    ['too long', { endsAt: instant(Date.parse('2026-11-21T12:30:00Z')) }],
    ['for a port that is not in the policy', { port: 22 }],
  ])('%s: invalid', async (_, wrong) => {
    await using world = await startWorld([fleet([guarded])])
    await expect(world.jit.request(order(world, wrong))).rejects.toMatchObject({
      kind: 'invalid',
      op: 'azure.jit.request',
      say: 'Azure refuses a request about the JIT access policy default for vm01 (InvalidInitiateInput).',
    })
  })

  test('from outside the allowed sources: invalid', async () => {
    const narrow = { ...guarded, jit: { ports: [{ port: 3389, max: 'PT3H', allowed: ['203.0.113.0/24'] }] } }
    await using world = await startWorld([fleet([narrow])])
    await world.jit.request(order(world))
    await expect(world.jit.request(order(world, { sources: [BOB] }))).rejects.toMatchObject({
      kind: 'invalid',
    })
  })

  test('the policy is gone: missing', async () => {
    await using world = await startWorld([fleet([guarded])])
    await world.arm('DELETE', `${POLICY}?api-version=2020-01-01`)
    await expect(world.jit.request(order(world))).rejects.toMatchObject({ kind: 'missing' })
  })

  test('the bot lacks the right: denied, with the name of the right', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.sim.state.denied = ['Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action']
    await expect(world.jit.request(order(world))).rejects.toMatchObject({
      kind: 'denied',
      say: `The bot lacks Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action on subscription ${SUBSCRIPTION}.`,
    })
  })

  test.each([
    [{ status: 500 }, 'broken'],
    [{ status: 503, retryAfter: 1 }, 'busy'],
    [{ status: 429 }, 'busy'],
    [{ status: 409 }, 'conflict'],
    [{ reset: true }, 'broken'],
    [{ status: 500, late: true }, 'broken'],
  ])('%j: %s, and it is sent once only', async (fault, kind) => {
    await using world = await startWorld([fleet([guarded])])
    world.play({ match: 'initiate', ...fault })
    await expect(world.jit.request(order(world))).rejects.toMatchObject({ kind })
    expect(world.calls(/initiate/)).toHaveLength(1)
  })

  test('no answer at all: timeout, and it is sent once only', async () => {
    await using world = await startWorld([fleet([guarded])], { deadlineMs: 300 })
    await world.machines.report(VM, 3389)
    world.play({ match: 'initiate', hang: true })
    await expect(world.jit.request(order(world))).rejects.toMatchObject({ kind: 'timeout' })
    expect(world.calls(/initiate/)).toHaveLength(1)
  })

  test('an answer that got lost can be told from a request that did: the window is there', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.play({ match: 'initiate', reset: true, late: true, times: 1 })
    await expect(world.jit.request(order(world))).rejects.toMatchObject({ kind: 'broken' })
    expect((await world.jit.windows(VM, 3389)).rules).toHaveLength(1)
  })
})
