import { describe, expect, test } from '@jest/globals'
import type { Repair } from '../../../../core/index.ts'
import { ACCOUNT, KEY, PASSWORD, SEEN, SERVICE, startRepairs, stored, VM } from './world.ts'

const onVm = (what: 'start-vm' | 'start-dc' | 'restart-vm' | 'redeploy-vm' | 'reapply-vm'): Repair => ({
  do: what,
  vm: VM,
})

describe('an order to Azure', () => {
  test.each([
    ['start-vm', 'deallocated', /start$/],
    ['start-dc', 'deallocated', /start$/],
    ['restart-vm', 'running', /restart$/],
    ['redeploy-vm', 'running', /redeploy$/],
    ['reapply-vm', 'running', /reapply$/],
  ] as const)('%s is taken, runs, and is done', async (what, power, path) => {
    await using azure = await startRepairs({ power })
    const operation = await azure.begin(onVm(what))
    expect(azure.orders()).toEqual([expect.stringMatching(path)])
    expect(await azure.repairs.look(operation)).toBe('running')
    azure.pass(30_000)
    expect(await azure.repairs.look(operation)).toEqual({ done: true })
    expect(azure.vmState()).toMatchObject({ power: 'running', provisioning: 'succeeded' })
  })

  test('is followed by another process from what was stored, as often as it likes', async () => {
    await using azure = await startRepairs({ power: 'deallocated' })
    const operation = stored(await azure.begin(onVm('start-vm')))
    const next = azure.connect()
    expect(await next.look(operation)).toBe('running')
    azure.pass(30_000)
    expect(await next.look(operation)).toEqual({ done: true })
    expect(await next.look(operation)).toEqual({ done: true })
    expect(azure.orders()).toHaveLength(1)
  })

  test('says at which pace to look: not below what Azure lets through', async () => {
    await using azure = await startRepairs({ power: 'deallocated' })
    expect((await azure.begin(onVm('start-vm'))).lookEveryMs).toBe(5_000)
  })

  test('carries its key to Azure’s own log', async () => {
    await using azure = await startRepairs()
    await azure.begin(onVm('restart-vm'))
    expect(azure.sim.state.activity.at(-1)).toMatchObject({ requestId: KEY, status: 'Accepted' })
  })

  test('needs a key that Azure can keep', async () => {
    await using azure = await startRepairs()
    await expect(azure.repairs.begin(onVm('restart-vm'), { key: 'seven' })).rejects.toThrow('UUID')
    expect(azure.orders()).toEqual([])
  })
})

describe('an order that Azure takes and cannot carry out', () => {
  test.each([
    ['AllocationFailed', /no room for vm01 right now \(AllocationFailed\)/],
    ['ZonalAllocationFailed', /another size or zone/],
    ['QuotaExceeded', /quota of the subscription is used up/],
    ['VMAgentStatusCommunicationError', /VM agent of vm01 did not carry it out/],
    ['InternalExecutionError', /could not carry it out \(InternalExecutionError\)/],
    ['<script>', /could not carry it out; nothing more happens/],
  ])('%s is a sentence', async (code, sentence) => {
    await using azure = await startRepairs({ power: 'deallocated' })
    azure.play({ match: 'start$', operationFails: { code, message: 'as Azure <b>puts</b> it' } })
    const became = await azure.through(onVm('start-vm'))
    expect(became).toEqual({ failed: expect.stringMatching(sentence) })
    expect(JSON.stringify(became)).not.toContain('<')
  })
})

describe('what goes inside Windows', () => {
  test('resets Remote Desktop by VMAccess', async () => {
    await using azure = await startRepairs({ guest: { deny_ts: 1 } })
    expect(await azure.through({ do: 'reset-rdp-config', vm: VM, seen: SEEN })).toEqual({ done: true })
    expect(azure.vmState().guest['deny_ts']).toBe(0)
    expect(azure.orders()).toEqual([expect.stringMatching(/PUT .*\/extensions\/enablevmaccess$/)])
  })

  test('takes the name of the VMAccess extension that is there, because a VM takes one only', async () => {
    const there = { name: 'somebodys', type: 'VMAccessAgent', state: 'Succeeded', code: null, message: null }
    await using azure = await startRepairs({ extensions: [there] })
    expect(await azure.through({ do: 'reset-rdp-config', vm: VM, seen: SEEN })).toEqual({ done: true })
    expect(azure.orders()).toEqual([expect.stringMatching(/\/extensions\/somebodys$/)])
  })

  test.each(['azadmin', '.\\azadmin', 'ORDERS-VM01\\AzAdmin'])('sets the password of %s', async account => {
    await using azure = await startRepairs({ guest: { account: { name: 'azadmin', enabled: false } } })
    const order: Repair = { do: 'reset-password', vm: VM, seen: SEEN, account, password: PASSWORD }
    expect(await azure.through(order)).toEqual({ done: true })
    expect(azure.vmState().guest['account']).toMatchObject({ enabled: true })
  })

  test('sets the password of the administrator that Azure names, where nobody was looked for', async () => {
    await using azure = await startRepairs({ guest: { account: { name: 'azadmin', enabled: false } } })
    const seen = { isDomainController: false, adminAccount: 'azadmin' }
    const order: Repair = { do: 'reset-password', vm: VM, seen, account: 'azadmin', password: PASSWORD }
    expect(await azure.through(order)).toEqual({ done: true })
  })

  test.each([
    ['it was never looked for', {}],
    ['Azure names another administrator', { adminAccount: 'other' }],
    [
      'Windows has it no more, although Azure names it',
      { adminAccount: 'azadmin', account: { ...ACCOUNT, exists: false } },
    ],
    ['it does not exist', { account: { ...ACCOUNT, exists: false } }],
    ['another one was looked at', { account: { ...ACCOUNT, name: 'other' } }],
    ['it is one of a domain', { account: { ...ACCOUNT, kind: 'domain' as const } }],
    ['it is no administrator yet', { account: { ...ACCOUNT, admin: false } }],
  ])('refuses to set the password of an account when %s', async (_, seen) => {
    await using azure = await startRepairs()
    const order: Repair = {
      do: 'reset-password',
      vm: VM,
      seen: { isDomainController: false, ...seen },
      account: 'azadmin',
      password: PASSWORD,
    }
    await expect(azure.begin(order)).rejects.toMatchObject({
      kind: 'invalid',
      say: expect.stringMatching(/VMAccess would make/),
    })
    expect(azure.sim.state.calls).toEqual([])
  })

  test.each([true, undefined])('refuses VMAccess when a domain controller was seen: %s', async seen => {
    await using azure = await startRepairs()
    const what = seen === undefined ? { account: ACCOUNT } : { isDomainController: seen, account: ACCOUNT }
    for (const order of [
      { do: 'reset-rdp-config', vm: VM, seen: what },
      { do: 'reset-password', vm: VM, seen: what, account: 'azadmin', password: PASSWORD },
    ] as const)
      await expect(azure.begin(order)).rejects.toMatchObject({
        kind: 'invalid',
        say: expect.stringMatching(/domain controller/),
      })
    expect(azure.sim.state.calls).toEqual([])
  })

  test('says so when VMAccess itself finds a domain controller', async () => {
    await using azure = await startRepairs({ guest: { domain: { is_dc: true } } })
    expect(await azure.through({ do: 'reset-rdp-config', vm: VM, seen: SEEN })).toEqual({
      failed: 'vm01 is a domain controller; VMAccess does not work there, and nothing was changed.',
    })
  })

  test('repairs Entra sign-in where the VM has an identity of its own', async () => {
    await using azure = await startRepairs({ identity: 'system' })
    expect(await azure.through({ do: 'reinstall-aadlogin', vm: VM, seen: SEEN })).toEqual({ done: true })
    expect(azure.vmState().extensions).toEqual([
      expect.objectContaining({ type: 'AADLoginForWindows', state: 'Succeeded' }),
    ])
  })

  test('does not give a VM an identity: its owner learns how', async () => {
    await using azure = await startRepairs()
    await expect(azure.begin({ do: 'reinstall-aadlogin', vm: VM, seen: SEEN })).rejects.toMatchObject({
      kind: 'invalid',
      say: expect.stringContaining('az vm identity assign --resource-group rg-app --name vm01'),
    })
    expect(azure.orders()).toEqual([])
  })

  test.each([
    ['is off', { power: 'deallocated' }, /only while the VM vm01 runs/],
    ['allows no extensions', { extension_operations: false }, /not allowed on the VM vm01/],
    ['is locked', { locks: [{ name: 'keep', level: 'ReadOnly' }] }, /A lock in Azure forbids/],
  ])('a VM that %s is no reason to try again', async (_, vm, say) => {
    await using azure = await startRepairs(vm)
    for (const order of [
      { do: 'reset-rdp-config', vm: VM, seen: SEEN },
      { do: 'enable-rdp-reg', vm: VM, seen: SEEN },
    ] as const)
      await expect(azure.begin(order)).rejects.toMatchObject({
        kind: 'invalid',
        say: expect.stringMatching(say),
      })
  })

  test('is not done at all without an identity that is for it', async () => {
    await using azure = await startRepairs()
    const outside = azure.connect({ guestCredential: undefined })
    for (const order of [
      { do: 'reset-rdp-config', vm: VM, seen: SEEN },
      { do: 'enable-rdp-reg', vm: VM, seen: SEEN },
    ] as const)
      await expect(outside.begin(order, { key: KEY })).rejects.toMatchObject({
        kind: 'denied',
        say: expect.stringMatching(/No identity of its own .*LATCHKEY_GUEST_CLIENT_ID/),
      })
    expect(azure.orders()).toEqual([])
  })

  test('is done by the identity that is for it, and nothing else is', async () => {
    await using azure = await startRepairs({}, { world: {} })
    const wrong = {
      getToken: async () => ({ token: 'of-nobody', expiresOnTimestamp: Date.now() + 3_600_000 }),
    }
    const outside = azure.connect({ guestCredential: wrong })
    await outside.begin(onVm('reapply-vm'), { key: KEY })
    await expect(
      outside.begin({ do: 'enable-rdp-reg', vm: VM, seen: SEEN }, { key: KEY }),
    ).rejects.toMatchObject({ kind: 'denied' })
    const inside = azure.connect({ credential: wrong })
    azure.pass(30_000)
    await inside.begin({ do: 'enable-rdp-reg', vm: VM, seen: SEEN }, { key: KEY })
    await expect(inside.begin(onVm('restart-vm'), { key: KEY })).rejects.toMatchObject({ kind: 'denied' })
  })
})

describe('Cloud Services', () => {
  const until = 1_795_260_000_000 as Repair extends infer R
    ? R extends { until: infer U }
      ? U
      : never
    : never
  const enable = (role?: string): Repair => ({
    do: 'cs-enable-rdp',
    service: SERVICE,
    ...(role === undefined ? {} : { role }),
    account: 'ann',
    password: PASSWORD,
    until,
  })
  const rolesIn = (azure: { sim: { state: { cloudServices: readonly { roles: unknown }[] } } }) =>
    azure.sim.state.cloudServices[0]?.roles

  test('turn Remote Desktop on for one role, and leave the other as it is', async () => {
    await using azure = await startRepairs()
    expect(await azure.through(enable('Web'))).toEqual({ done: true })
    expect(rolesIn(azure)).toMatchObject({
      Web: { rdp_extension: true, expiry: '2026-11-21' },
      Worker: { rdp_extension: true, expiry: '2026-11-01' },
    })
  })

  test('give the role’s extension a new end instead of a second extension', async () => {
    await using azure = await startRepairs()
    const renew: Repair = { ...enable('Worker'), do: 'cs-extend-expiry' } as Repair
    expect(await azure.through(renew)).toEqual({ done: true })
    expect(rolesIn(azure)).toMatchObject({
      Web: { rdp_extension: false },
      Worker: { rdp_extension: true, expiry: '2026-11-21' },
    })
  })

  test.each(['restart', 'reimage', 'rebuild'] as const)('%s one role instance', async verb => {
    await using azure = await startRepairs()
    const order = { do: `cs-${verb}-instance`, service: SERVICE, instance: 'Web_IN_1' } as const
    expect(await azure.through(order)).toEqual({ done: true })
    expect(azure.orders()).toEqual([expect.stringMatching(new RegExp(`/roleInstances/Web_IN_1/${verb}$`))])
  })

  test('refuse names that would lead elsewhere', async () => {
    await using azure = await startRepairs()
    const orders: Repair[] = [
      { do: 'cs-restart-instance', service: SERVICE, instance: 'Web_IN_1/../../delete' },
      { do: 'cs-restart-instance', service: `${SERVICE}/delete?x=`, instance: 'Web_IN_1' },
      { ...enable('Web</x>'), do: 'cs-enable-rdp' } as Repair,
      { ...enable(), account: '</UserName>' } as Repair,
    ]
    for (const order of orders) await expect(azure.begin(order)).rejects.toMatchObject({ kind: 'invalid' })
    expect(azure.sim.state.calls).toEqual([])
  })
})
