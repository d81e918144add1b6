import { describe, expect, test } from '@jest/globals'
import { fleet, guarded, SUBSCRIPTION, startWorld, vmId } from './world.ts'

const VM = vmId('vm01')

describe('reporting a VM', () => {
  test('a running VM is reported with power, addresses, account and JIT ports', async () => {
    await using world = await startWorld([fleet([guarded])])
    expect(await world.machines.report(VM, 3389)).toEqual({
      vm: {
        id: VM,
        name: 'vm01',
        subscription: { id: SUBSCRIPTION, name: 'Contoso Production' },
        resourceGroup: 'rg-app',
        location: 'westeurope',
        os: 'windows',
        tags: { environment: 'production' },
      },
      power: 'running',
      computerName: 'ORDERS-VM01',
      agent: 'ready',
      adminAccount: 'localadmin',
      size: 'Standard_D4s_v5',
      nics: [
        {
          primary: true,
          privateAddress: '10.20.1.4',
          publicAddress: '198.51.100.11',
          publicName: 'contoso-vm01.westeurope.cloudapp.azure.com',
        },
      ],
      jit: {
        policyId: `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default`,
        ports: [{ number: 3389, protocol: '*', maxMinutes: 180, sources: ['*'] }],
      },
      exposure: { state: 'closed' },
    })
  })

  test('a deallocated VM is reported all the same; a dynamic address is gone while it is off', async () => {
    const off = {
      ...guarded,
      power: 'deallocated',
      nic: { ...guarded.nic, public_alloc: 'dynamic' },
    }
    await using world = await startWorld([fleet([off])])
    const report = await world.machines.report(VM, 3389)
    expect(report).toMatchObject({
      power: 'deallocated',
      computerName: 'ORDERS-VM01',
      exposure: { state: 'closed' },
    })
    expect(report.nics[0]).toEqual({
      primary: true,
      privateAddress: '10.20.1.4',
      publicName: 'contoso-vm01.westeurope.cloudapp.azure.com',
      publicWhenRunning: true,
    })
  })

  test('every power state Azure names is understood', async () => {
    await using world = await startWorld([fleet([guarded])])
    for (const power of ['starting', 'stopping', 'stopped', 'deallocating', 'deallocated', 'running']) {
      await world.control('/power', { vm: VM, power })
      expect((await world.machines.report(VM, 3389)).power).toBe(power)
    }
  })

  test('a VM without a JIT access policy has none in its report', async () => {
    await using world = await startWorld([fleet([{ ...guarded, jit: null }])])
    expect(await world.machines.report(VM, 3389)).not.toHaveProperty('jit')
  })

  test('a policy that names the VM in another spelling covers it, and lists of sources are kept', async () => {
    await using world = await startWorld([fleet([guarded])])
    const policy = world.sim.state.policies[0]
    if (policy?.vms[0] === undefined) throw new Error('no policy')
    policy.vms[0].id = policy.vms[0].id.toUpperCase()
    policy.vms[0].ports = [
      { port: 22, max: 'P1D', allowed: ['*'], proto: 'TCP' },
      { port: 3389, max: 'PT1H30M', allowed: ['203.0.113.0/24', '198.51.100.7'], proto: 'UDP' },
    ]
    expect((await world.machines.report(VM, 3389)).jit?.ports).toEqual([
      { number: 22, protocol: 'TCP', maxMinutes: 1440, sources: ['*'] },
      { number: 3389, protocol: 'UDP', maxMinutes: 90, sources: ['203.0.113.0/24', '198.51.100.7'] },
    ])
  })

  test('policies beyond the first page are found', async () => {
    const crowd = ['aa', 'bb', 'cc'].map((rg, index) => ({
      ...guarded,
      name: `other${index}`,
      rg: `rg-${rg}`,
      nic: { private_ip: `10.20.1.${20 + index}`, nsg: 'nsg-app' },
    }))
    await using world = await startWorld([fleet([...crowd, guarded])], { pageSize: 1 })
    expect((await world.machines.report(VM, 3389)).jit?.ports).toHaveLength(1)
    expect(world.calls(/GET .*jitNetworkAccessPolicies$/)).toHaveLength(4)
  })

  test('a VM that is gone is a fault of kind missing', async () => {
    await using world = await startWorld([fleet([guarded])])
    await expect(world.machines.report(vmId('vm02'), 3389)).rejects.toMatchObject({
      kind: 'missing',
      say: 'Azure does not find the VM vm02 (any more).',
    })
  })

  test('a subscription is asked for its name once', async () => {
    await using world = await startWorld([fleet([guarded])])
    await world.machines.report(VM, 3389)
    await world.machines.report(VM, 3389)
    expect(world.calls(/ResourceGraph/)).toHaveLength(1)
  })
})

describe('whether a port stands open to everyone', () => {
  const openTo = async (
    rules: { nic?: readonly object[]; subnet?: readonly object[] },
    vm: object = {},
    port = 3389,
  ) => {
    const spec = {
      ...guarded,
      jit: null,
      nic: { ...guarded.nic, nsg: rules.nic ? 'nsg-nic' : null },
      subnet: { nsg: rules.subnet ? 'nsg-subnet' : null },
      ...vm,
    }
    const nsgs = {
      ...(rules.nic ? { 'nsg-nic': rules.nic } : {}),
      ...(rules.subnet ? { 'nsg-subnet': rules.subnet } : {}),
    }
    await using world = await startWorld([fleet([spec], { nsgs })])
    return (await world.machines.report(VM, port)).exposure
  }
  const rdp = { name: 'rdp', prio: 300, access: 'allow', src: '*', dport: '3389' }

  test('a rule for everyone opens it, and is named with its NSG', async () => {
    expect(await openTo({ nic: [rdp] })).toEqual({ state: 'open-to-everyone', rule: 'rdp (nsg-nic)' })
  })

  test('both layers have to let it in', async () => {
    expect(await openTo({ nic: [rdp], subnet: [] })).toEqual({ state: 'closed' })
    expect(await openTo({ nic: [rdp], subnet: [{ ...rdp, name: 'all' }] })).toEqual({
      state: 'open-to-everyone',
      rule: 'all (nsg-subnet) and rdp (nsg-nic)',
    })
  })

  test('an open subnet NSG counts where the interface has none', async () => {
    expect(await openTo({ subnet: [rdp] })).toMatchObject({ state: 'open-to-everyone' })
  })

  test('a JIT deny closes it only if no rule stands before it', async () => {
    const deny = {
      name: 'SecurityCenter-JITRule_-1_AA',
      prio: 1000,
      access: 'deny',
      dst: '10.20.1.4',
      dport: '3389',
    }
    expect(await openTo({ nic: [{ ...rdp, prio: 2000 }, deny] })).toEqual({ state: 'closed' })
    expect(await openTo({ nic: [rdp, deny] })).toMatchObject({ state: 'open-to-everyone' })
  })

  test('a JIT window for any source is a JIT window, not an exposure', async () => {
    const window = { ...rdp, name: 'SecurityCenter-JITRule-1-AA', prio: 100, dst: '10.20.1.4' }
    expect(await openTo({ nic: [window] })).toEqual({ state: 'closed' })
    const newer = { ...window, name: 'MicrosoftDefenderForCloud-JITRule-1-AA' }
    expect(await openTo({ nic: [newer] })).toEqual({ state: 'closed' })
  })

  test('without a public address nothing on the internet can reach it', async () => {
    const vm = { nic: { private_ip: '10.20.1.4', nsg: 'nsg-nic' } }
    expect(await openTo({ nic: [rdp] }, vm)).toEqual({ state: 'closed' })
  })

  test('without any NSG a Basic address is open and a Standard one is shut', async () => {
    const basic = { nic: { ...guarded.nic, nsg: null, public_sku: 'Basic' } }
    expect(await openTo({}, basic)).toMatchObject({ state: 'open-to-everyone' })
    expect(await openTo({})).toEqual({ state: 'closed' })
  })

  test('a stopped VM is judged as well', async () => {
    expect(await openTo({ nic: [rdp] }, { power: 'deallocated' })).toMatchObject({
      state: 'open-to-everyone',
    })
  })

  test('an NSG the bot may not read leaves it unknown, and says which right is lacking', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.sim.state.denied = ['Microsoft.Network/networkSecurityGroups/read']
    expect((await world.machines.report(VM, 3389)).exposure).toEqual({
      state: 'unknown',
      why: `The bot lacks Microsoft.Network/networkSecurityGroups/read on subscription ${SUBSCRIPTION}.`,
    })
    world.sim.state.denied = ['Microsoft.Network/virtualNetworks/subnets/read']
    expect((await world.machines.report(VM, 3389)).exposure).toMatchObject({ state: 'unknown' })
  })

  test('a passing trouble with an NSG is no reason to judge by half', async () => {
    await using world = await startWorld([fleet([guarded])])
    world.play({ match: 'networkSecurityGroups', status: 500 })
    await expect(world.machines.report(VM, 3389)).rejects.toMatchObject({ kind: 'broken' })
  })
})
