import { describe, expect, test } from '@jest/globals'
import type { JitRule } from '../../../core/index.ts'
import { fleet, guarded, SUBSCRIPTION, startWorld, type TestWorld, vmId } from './world.ts'

const VM = vmId('vm01')
const NSG = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Network/networkSecurityGroups/nsg-app`
const open = {
  ...guarded,
  jit: {
    ...guarded.jit,
    requests: [{ by: 'portal', port: 3389, source: '203.0.113.7', ends: '2026-11-21T11:00:00Z' }],
  },
}
const windowOf = async (world: TestWorld): Promise<JitRule> => {
  const [rule] = (await world.jit.windows(VM, 3389)).rules
  if (rule === undefined) throw new Error('no window')
  return rule
}

describe('removing a JIT rule', () => {
  test('a deletion that runs for a while is followed to its end', async () => {
    await using world = await startWorld([fleet([open])], { operationMs: 1 })
    const rule = await windowOf(world)
    const removed = world.jit.remove(rule)
    // The world's clock stands still until somebody has asked how far the deletion is.
    await world.called(/operations\//)
    expect((await world.jit.windows(VM, 3389)).rules).toHaveLength(1)
    world.clock.now += 1
    await removed
    expect((await world.jit.windows(VM, 3389)).rules).toEqual([])
  })

  test('a deletion that takes longer than the deadline is a fault; it may be repeated', async () => {
    await using world = await startWorld([fleet([open])], { operationMs: 60_000, deadlineMs: 300 })
    await world.machines.report(VM, 3389)
    const rule = await windowOf(world)
    await expect(world.jit.remove(rule)).rejects.toMatchObject({ kind: 'timeout', op: 'azure.jit.remove' })
    world.clock.now += 60_000
    await world.jit.remove(rule)
    expect((await world.jit.windows(VM, 3389)).rules).toEqual([])
  })

  test('404 counts as removed', async () => {
    await using world = await startWorld([fleet([open])])
    const rule = await windowOf(world)
    world.play({ match: 'DELETE', status: 404 })
    await world.jit.remove(rule)
    await world.jit.remove({ ...rule, id: rule.id.replace('nsg-app', 'nsg-gone') })
  })

  test('another operation on the same NSG: conflict', async () => {
    await using world = await startWorld([fleet([open])])
    const rule = await windowOf(world)
    world.play({ match: 'DELETE', status: 429, code: 'RetryableErrorDueToAnotherOperation' })
    await expect(world.jit.remove(rule)).rejects.toMatchObject({ kind: 'conflict' })
    expect(world.calls(/^DELETE/)).toHaveLength(1)
  })

  test('without the right: denied, with its name', async () => {
    await using world = await startWorld([fleet([open])])
    const rule = await windowOf(world)
    world.sim.state.denied = ['Microsoft.Network/networkSecurityGroups/securityRules/delete']
    await expect(world.jit.remove(rule)).rejects.toMatchObject({
      kind: 'denied',
      say: `The bot lacks Microsoft.Network/networkSecurityGroups/securityRules/delete on subscription ${SUBSCRIPTION}.`,
    })
  })

  test('a deletion that fails half-way is told', async () => {
    await using world = await startWorld([fleet([open])], { operationMs: 60_000 })
    const rule = await windowOf(world)
    world.play({ match: 'GET .*/operations/', status: 500 })
    await expect(world.jit.remove(rule)).rejects.toMatchObject({ kind: 'broken' })
  })

  test.each([`${NSG}/securityRules/AllowHttps`, `${NSG}/securityRules/SecurityCenter-JITRule_-1_AA`])(
    'anything but a JIT window is never deleted: %s',
    async id => {
      await using world = await startWorld([fleet([open])])
      await expect(
        world.jit.remove({ id, name: 'SecurityCenter-JITRule-1-AA', sources: [] }),
      ).rejects.toThrow(/only rules that Defender/)
      expect(world.calls(/./)).toEqual([])
    },
  )
})

describe('IP flow verify', () => {
  test('names the rule that decides, without its folder', async () => {
    await using world = await startWorld([fleet([open])])
    expect(await world.jit.flow(VM, 3389, '203.0.113.7')).toEqual({
      access: 'allow',
      rule: expect.stringMatching(/^SecurityCenter-JITRule-/),
    })
    expect(await world.jit.flow(VM, 3389, '203.0.113.8')).toEqual({
      access: 'deny',
      rule: expect.stringMatching(/^SecurityCenter-JITRule_-/),
    })
    expect(await world.jit.flow(VM, 443, '203.0.113.8')).toEqual({ access: 'deny', rule: 'DenyAllInBound' })
  })

  test('an answer that takes a while is waited for', async () => {
    await using world = await startWorld([fleet([open])], { operationMs: 1 })
    const asked = world.jit.flow(VM, 3389, '203.0.113.7')
    await world.called(/operationResults/)
    world.clock.now += 1
    expect(await asked).toMatchObject({ access: 'allow' })
  })

  test('without a Network Watcher it is not tested, and says why', async () => {
    await using world = await startWorld([fleet([open], { ip_flow_verify_available: false })])
    expect(await world.jit.flow(VM, 3389, '203.0.113.7')).toEqual({
      access: 'not-tested',
      why: 'There is no Network Watcher in westeurope.',
    })
  })

  test.each(['networkWatchers/read', 'networkWatchers/ipFlowVerify/action', 'networkInterfaces/read'])(
    'without the right %s it is not tested, and says why',
    async right => {
      await using world = await startWorld([fleet([open])])
      world.sim.state.denied = [`Microsoft.Network/${right}`]
      expect(await world.jit.flow(VM, 3389, '203.0.113.7')).toEqual({
        access: 'not-tested',
        why: `The bot lacks Microsoft.Network/${right} on subscription ${SUBSCRIPTION}.`,
      })
    },
  )

  test('the watcher of the right region is asked, also from a later page', async () => {
    const far = {
      ...open,
      name: 'vm07',
      location: 'northeurope',
      nic: { ...open.nic, private_ip: '10.20.1.7' },
    }
    await using world = await startWorld([fleet([open, far])], { pageSize: 1 })
    expect(await world.jit.flow(vmId('vm07'), 3389, '203.0.113.7')).toMatchObject({ access: 'allow' })
    expect(world.calls(/ipFlowVerify/)).toEqual([expect.stringContaining('NetworkWatcher_northeurope/')])
  })

  test('prefixes and IPv6 addresses cannot be tested', async () => {
    await using world = await startWorld([fleet([open])])
    for (const source of ['203.0.113.0/24', '2001:db8::1'])
      expect(await world.jit.flow(VM, 3389, source)).toMatchObject({ access: 'not-tested' })
    expect(world.calls(/./)).toEqual([])
  })

  test('a VM that is gone, and trouble that passes, are faults', async () => {
    await using world = await startWorld([fleet([open])])
    await expect(world.jit.flow(vmId('vm09'), 3389, '203.0.113.7')).rejects.toMatchObject({ kind: 'missing' })
    world.play({ match: 'ipFlowVerify', status: 500 })
    await expect(world.jit.flow(VM, 3389, '203.0.113.7')).rejects.toMatchObject({ kind: 'broken' })
  })
})
