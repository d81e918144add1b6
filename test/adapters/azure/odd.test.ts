/** What Azure does to any call, tried on every call of the two ports: silence, refusal, a lag, a limit, and the packages themselves. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { faultFrom } from '../../../adapters/azure/faults.ts'
import { Fault, instant } from '../../../core/index.ts'
import { fleet, guarded, SUBSCRIPTION, startWorld, type TestWorld, vmId } from './world.ts'

const VM = vmId('vm01')
const ALICE = '203.0.113.7'
const POLICY = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default`
const RULE = {
  id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Network/networkSecurityGroups/nsg-app/securityRules/SecurityCenter-JITRule-1-0123456789abcdef0123456789abcdef`,
  name: 'SecurityCenter-JITRule-1-0123456789abcdef0123456789abcdef',
  sources: [ALICE],
}
const order = ({ clock }: TestWorld) => ({
  vm: VM,
  policyId: POLICY,
  port: 3389,
  sources: [ALICE],
  endsAt: instant(clock.now + 3_600_000),
  justification: 'INC-7',
})

/** Each call of the ports, and the first path it needs an answer from. */
const CALLS: readonly (readonly [
  name: string,
  first: RegExp,
  changes: boolean,
  call: (world: TestWorld) => Promise<unknown>,
])[] = [
  ['named', /ResourceGraph/, false, ({ machines }) => machines.named('vm01')],
  ['byId', /ResourceGraph/, false, ({ machines }) => machines.byId(VM)],
  ['like', /ResourceGraph/, false, ({ machines }) => machines.like('vm')],
  ['report', /virtualMachines\/vm01$/, false, ({ machines }) => machines.report(VM, 3389)],
  ['windows', /jitNetworkAccessPolicies$/, false, ({ jit }) => jit.windows(VM, 3389)],
  ['flow', /virtualMachines\/vm01$/, false, ({ jit }) => jit.flow(VM, 3389, ALICE)],
  ['request', /initiate$/, true, world => world.jit.request(order(world))],
  ['remove', /securityRules/, true, ({ jit }) => jit.remove(RULE)],
]

describe.each(CALLS)('%s', (_, first, changes, call) => {
  test('ends within its deadline when Azure is silent, and says about what', async () => {
    // Loads the packages, which is no part of the deadline.
    await using patient = await startWorld([fleet([guarded])])
    await call(patient)
    await using world = await startWorld([fleet([guarded])], { deadlineMs: 500 })
    world.play({ match: first.source, hang: true })
    await expect(call(world)).rejects.toMatchObject({
      kind: 'timeout',
      say: expect.stringMatching(/^Azure did not answer a call about .+ within 1 seconds\.$/),
    })
    expect(world.calls(first)).toHaveLength(1)
  })

  test(`is sent ${changes ? 'once' : 'at most three times'} when Azure is broken`, async () => {
    await using world = await startWorld([fleet([guarded])])
    world.play({ match: first.source, status: 500 })
    await expect(call(world)).rejects.toMatchObject({ kind: 'broken' })
    expect(world.calls(first)).toHaveLength(changes ? 1 : 3)
  })

  test('waits for no 429 that takes longer than a moment: it hands the time on', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.play({ match: first.source, status: 429, retryAfter: 90 })
    await expect(call(world)).rejects.toMatchObject({ kind: 'busy', retryAfterMs: 90_000 })
    expect(world.calls(first)).toHaveLength(1)
  })

  test('that is refused names the right, and the subscription where it is about one', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.play({ match: first.source, status: 403 })
    const said = await call(world).catch(error => error)
    // IP flow verify is one proof of several: without the right it is not tested, and says which right.
    const sentence: string = said instanceof Fault ? said.say : (said as { why: string }).why
    expect(sentence).toMatch(/lacks Microsoft\.\w+\/[\w/]+/)
    if (!/ResourceGraph/.test(first.source)) expect(sentence).toContain(SUBSCRIPTION)
  })
})

describe('eventual consistency', () => {
  test('a VM is reported as it is, though Resource Graph still sees it as it was', async () => {
    const lag = { listMs: 0, graphMs: 60_000 }
    await using world = await startWorld([fleet([{ ...guarded, power: 'deallocated' }])], { lag })
    await world.arm('POST', `${VM}/start?api-version=2024-07-01`)
    await world.machines.named('vm01')
    expect(await world.machines.report(VM, 3389)).toMatchObject({ power: 'running' })
  })

  test('a window is seen by its rule, though the list of requests does not show it yet', async () => {
    const lag = { listMs: 60_000, graphMs: 0 }
    await using world = await startWorld([fleet([guarded])], { lag })
    world.clock.now += 1_000
    await world.jit.request(order(world))
    const seen = await world.jit.windows(VM, 3389)
    expect(seen.rules).toHaveLength(1)
    expect(seen.requests).toEqual([])
    world.clock.now += 61_000
    expect((await world.jit.windows(VM, 3389)).requests).toHaveLength(1)
  })

  test('a window whose rule somebody took away is not open, whatever its request says', async () => {
    await using world = await startWorld([fleet([guarded])])
    await world.jit.request(order(world))
    // As a deployment does that knows only its own rules.
    for (const nsg of world.sim.state.nsgs) nsg.rules = []
    expect(await world.jit.windows(VM, 3389)).toMatchObject({ rules: [], requests: [{ live: true }] })
  })

  test('a policy of another name is found by the VM that it covers', async () => {
    const jit = { policy: 'rdp-for-orders', ports: [{ port: 3389, max: 'PT3H' }] }
    await using world = await startWorld([fleet([{ ...guarded, jit }])])
    const { policyId } = await world.jit.windows(VM, 3389)
    expect(policyId).toMatch(/\/jitNetworkAccessPolicies\/rdp-for-orders$/)
    await world.jit.request({ ...order(world), policyId })
    expect((await world.jit.windows(VM, 3389)).rules).toHaveLength(1)
  })
})

describe('limits', () => {
  test('Resource Graph’s own limit is a wait that is handed on, and other calls go on', async () => {
    await using world = await startWorld([fleet([guarded])], { throttling: true })
    const kinds: unknown[] = []
    for (let count = 0; count < 16; count++)
      kinds.push(
        await world.machines.named('vm01').then(
          () => 'found',
          error => error.kind,
        ),
      )
    expect(kinds.slice(0, 15)).toEqual(Array.from({ length: 15 }, () => 'found'))
    expect(kinds).toContain('busy')
    expect(await world.machines.report(VM, 3389)).toMatchObject({ power: 'running' })
  })

  test('a VM’s own bucket is not the subscription’s: other VMs are read', async () => {
    const other = {
      ...guarded,
      name: 'vm02',
      nic: { ...guarded.nic, private_ip: '10.20.1.5', public_ip: null },
    }
    await using world = await startWorld([fleet([guarded, other])], { throttling: true })
    world.sim.state.buckets[`getvm ${VM}`] = { left: 0, at: world.clock.now }
    await expect(world.machines.report(VM, 3389)).rejects.toMatchObject({
      kind: 'busy',
      retryAfterMs: 5_000,
    })
    expect(await world.machines.report(vmId('vm02'), 3389)).toMatchObject({ power: 'running' })
  })
})

describe('one code, several meanings', () => {
  const asked = { op: 'azure.test', needs: 'A/b/action', thing: 'the VM vm01', subscription: 's' }
  const said = (statusCode: number, code: string, message = 'x') =>
    faultFrom(Object.assign(new Error(message), { statusCode, code, name: 'RestError' }), asked)

  test.each([
    [429, 'OperationNotAllowed', 'too many requests have been received', 'busy'],
    [409, 'OperationNotAllowed', 'an operation on it is in progress.', 'conflict'],
    [409, 'OperationNotAllowed', 'Cannot modify extensions in the VM when the VM is not running.', 'invalid'],
    [409, 'OperationNotAllowed', 'results in exceeding approved standardDSv5Family Cores quota.', 'invalid'],
    [409, 'ScopeLocked', 'cannot perform write operation', 'invalid'],
    [409, 'AttachDiskWhileBeingDetached', 'x', 'conflict'],
    [403, 'LinkedAuthorizationFailed', 'x', 'denied'],
    [404, 'PolicyNotFound', 'x', 'missing'],
  ])('%s %s "%s" is %s', (status, code, message, kind) => {
    expect(said(status, code, message).kind).toBe(kind)
  })
})

describe('the packages', () => {
  const json = (path: string) => JSON.parse(readFileSync(join(import.meta.dirname, '../../..', path), 'utf8'))

  test('are the ones that are pinned: an old npm would quietly take others', () => {
    const { dependencies } = json('package.json') as { dependencies: Record<string, string> }
    const azure = Object.entries(dependencies).filter(([name]) => /^@azure(?:-rest)?\//.test(name))
    expect(azure.length).toBeGreaterThan(5)
    for (const [name, version] of azure)
      expect([name, version]).toEqual([name, json(`node_modules/${name}/package.json`).version])
  })
})
