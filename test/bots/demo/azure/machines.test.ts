/** What can be done to a VM of the pretend Azure, and what it says of itself. */
import { describe, expect, test } from '@jest/globals'
import { wordsOf } from '../../../../bots/demo/azure/screen.ts'
import {
  fleet,
  guarded,
  SUBSCRIPTION,
  startWorld,
  type TestWorld,
  vmId,
} from '../../../adapters/azure/world.ts'

const VM = vmId('vm01')
const COMPUTE = '?api-version=2026-04-01'
const MINUTE = 60_000

const post = (world: TestWorld, verb: string, body?: unknown, query = '') =>
  world.arm('POST', `${VM}/${verb}${COMPUTE}${query}`, body)

/** Where Azure's own addresses are in this world. */
const follow = async (world: TestWorld, headers: Headers, name: string) =>
  world.arm('GET', (headers.get(name) ?? '').replace('https://management.azure.com', ''))

const powerOf = async (world: TestWorld): Promise<string[]> => {
  const { body } = await world.arm('GET', `${VM}/instanceView${COMPUTE}`)
  return body.statuses.map(({ code }: { code: string }) => code)
}

describe('an operation on a VM', () => {
  test('is under way, then takes effect, and both are in the activity log as one', async () => {
    await using world = await startWorld([fleet([{ ...guarded, power: 'deallocated' }])], {
      operationMs: MINUTE,
    })
    const { headers } = await post(world, 'start')
    expect((await follow(world, headers, 'azure-asyncoperation')).body.status).toBe('InProgress')
    expect(await powerOf(world)).toContain('PowerState/starting')
    world.clock.now += MINUTE
    expect((await follow(world, headers, 'azure-asyncoperation')).body.status).toBe('Succeeded')
    expect(await powerOf(world)).toContain('PowerState/running')
    const filter = encodeURIComponent("eventTimestamp ge '2026-11-21T08:00:00Z'")
    const { body } = await world.arm(
      'GET',
      `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01&$filter=${filter}`,
    )
    expect(body.value.map((one: { status: { value: string } }) => one.status.value)).toEqual([
      'Succeeded',
      'Accepted',
    ])
    expect(new Set(body.value.map((one: { correlationId: string }) => one.correlationId)).size).toBe(1)
  })

  test('that is made to fail says why, and leaves the VM as it was', async () => {
    await using world = await startWorld([fleet([{ ...guarded, power: 'deallocated' }])])
    world.play({ match: '/start$', operationFails: { code: 'AllocationFailed', message: 'No room.' } })
    const { status, headers } = await post(world, 'start')
    expect(status).toBe(202)
    expect((await follow(world, headers, 'azure-asyncoperation')).body).toMatchObject({
      status: 'Failed',
      error: { code: 'AllocationFailed' },
    })
    expect(await powerOf(world)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^ProvisioningState\/failed/), 'PowerState/deallocated']),
    )
  })

  test('is refused while another is under way, and where a lock forbids it', async () => {
    await using world = await startWorld(
      [
        fleet([
          guarded,
          { ...guarded, name: 'vm02', nic: { ...guarded.nic, private_ip: '10.20.1.5' }, locks: ['ReadOnly'] },
        ]),
      ],
      { operationMs: MINUTE },
    )
    expect((await post(world, 'restart')).status).toBe(202)
    expect(await post(world, 'redeploy')).toMatchObject({
      status: 409,
      body: { error: { code: 'Conflict' } },
    })
    const locked = await world.arm('POST', `${vmId('vm02')}/restart${COMPUTE}`)
    expect(locked).toMatchObject({ status: 409, body: { error: { code: 'ScopeLocked' } } })
  })

  test('to another host gives a dynamic address back', async () => {
    const dynamic = { ...guarded, nic: { ...guarded.nic, public_alloc: 'dynamic' } }
    await using world = await startWorld([fleet([dynamic])])
    const { headers } = await post(world, 'redeploy')
    await follow(world, headers, 'azure-asyncoperation')
    expect(world.sim.state.vms[0]?.nic.public_ip).not.toBe('198.51.100.11')
  })
})

describe('a script inside Windows', () => {
  const broken = { ...guarded, guest: { deny_ts: 1, firewall: { rdp_rule_enabled: false } } }
  const read = { commandId: 'RunPowerShellScript', script: ["Get-ItemProperty 'fDenyTSConnections'"] }
  const output = async (world: TestWorld, headers: Headers) => {
    const { body } = await follow(world, headers, 'location')
    return JSON.parse(body.value[0].message)
  }

  test('prints what the file says, on one line, once the world has let its time pass', async () => {
    await using world = await startWorld([fleet([broken])], { runCommandMs: 40_000 })
    const { status, headers } = await post(world, 'runCommand', read)
    expect(status).toBe(202)
    expect((await follow(world, headers, 'location')).status).toBe(202)
    world.clock.now += 40_000
    expect(await output(world, headers)).toEqual(broken.guest)
    expect(world.sim.state.vms[0]?.guest).toEqual(broken.guest)
  })

  test('changes the little that it is understood to change', async () => {
    await using world = await startWorld([fleet([broken])])
    const script = [
      'Set-ItemProperty -Path $p -Name fDenyTSConnections -Value 0',
      'Enable-NetFirewallRule -Group x',
    ]
    const { headers } = await post(world, 'runCommand', { commandId: 'RunPowerShellScript', script })
    expect(await output(world, headers)).toMatchObject({ deny_ts: 0, firewall: { rdp_rule_enabled: true } })
  })

  test('is one at a time', async () => {
    await using world = await startWorld([fleet([broken])], { runCommandMs: 40_000 })
    await post(world, 'runCommand', read)
    expect(await post(world, 'runCommand', read)).toMatchObject({
      status: 409,
      body: { error: { code: 'Conflict' } },
    })
  })

  test.each([
    ['stopped', { power: 'stopped' }, 409],
    ['without permission for extensions', { extension_operations: false }, 409],
    ['being updated', { provisioning: 'updating' }, 409],
  ])('is refused by a VM that is %s', async (_, change, status) => {
    await using world = await startWorld([fleet([{ ...broken, ...change }])])
    expect((await post(world, 'runCommand', read)).status).toBe(status)
  })

  test('fails where the agent does not answer', async () => {
    await using world = await startWorld([fleet([{ ...broken, agent: 'not_ready' }])])
    const { headers } = await post(world, 'runCommand', read)
    expect((await follow(world, headers, 'azure-asyncoperation')).body.status).toBe('Failed')
  })
})

describe('VMAccess', () => {
  const put = (world: TestWorld, properties: object) =>
    world.arm('PUT', `${VM}/extensions/enablevmaccess${COMPUTE}`, {
      location: 'westeurope',
      properties: {
        publisher: 'Microsoft.Compute',
        type: 'VMAccessAgent',
        typeHandlerVersion: '2.4',
        ...properties,
      },
    })
  const done = async (world: TestWorld, properties: object) => {
    const { headers } = await put(world, properties)
    return (await follow(world, headers, 'azure-asyncoperation')).body
  }

  test('without a name turns Remote Desktop on again', async () => {
    await using world = await startWorld([fleet([{ ...guarded, guest: { deny_ts: 1 } }])])
    expect((await done(world, { settings: {} })).status).toBe('Succeeded')
    expect(world.sim.state.vms[0]?.guest).toMatchObject({ deny_ts: 0, firewall: { rdp_rule_enabled: true } })
  })

  test('with a name nobody has makes an administrator, and keeps no password', async () => {
    await using world = await startWorld([fleet([guarded])])
    await done(world, { settings: { UserName: 'newone' }, protectedSettings: { Password: 'Sehr-Geheim-77' } })
    expect(world.sim.state.vms[0]?.guest['account']).toMatchObject({ name: 'newone', admin: true })
    expect(JSON.stringify(world.sim.state)).not.toContain('Sehr-Geheim-77')
  })

  test('does not work on a domain controller', async () => {
    await using world = await startWorld([fleet([{ ...guarded, guest: { domain: { is_dc: true } } }])])
    expect(await done(world, { settings: {} })).toMatchObject({
      status: 'Failed',
      error: { code: 'VMExtensionProvisioningError' },
    })
  })

  test('is there once, under whatever name', async () => {
    await using world = await startWorld([
      fleet([{ ...guarded, extensions: [{ name: 'mine', type: 'VMAccessAgent' }] }]),
    ])
    expect((await put(world, { settings: {} })).status).toBe(400)
  })
})

describe('boot diagnostics', () => {
  const boot = {
    screen: 'Working on updates 34%',
    second_sample: 'Working on updates 41%',
    serial: 'line 1\nline 2',
  }
  /** The blobs are reached without a token, where this world has them. */
  const blob = (world: TestWorld, address: string, headers: Record<string, string> = {}) =>
    fetch(address.replace('https://latchkeydiag.blob.core.windows.net', `${world.base}/azure/blobs`), {
      headers,
    })

  test('show the screen, and a minute later what it shows then', async () => {
    await using world = await startWorld([fleet([{ ...guarded, boot }])])
    const { body } = await post(world, 'retrieveBootDiagnosticsData')
    const words = async () => wordsOf(await (await blob(world, body.consoleScreenshotBlobUri)).bytes())
    expect(await words()).toBe('Working on updates 34%')
    world.clock.now += MINUTE
    expect(await words()).toBe('Working on updates 41%')
  })

  test('have the serial log, whole or its end', async () => {
    await using world = await startWorld([fleet([{ ...guarded, boot }])])
    const { body } = await post(world, 'retrieveBootDiagnosticsData')
    expect(await (await blob(world, body.serialConsoleLogBlobUri)).text()).toBe('line 1\nline 2')
    const end = await blob(world, body.serialConsoleLogBlobUri, { range: 'bytes=-6' })
    expect([end.status, await end.text()]).toEqual([206, 'line 2'])
  })

  test('are for nobody with a token, and nobody with another address', async () => {
    await using world = await startWorld([fleet([{ ...guarded, boot }])])
    const { body } = await post(world, 'retrieveBootDiagnosticsData')
    const address: string = body.serialConsoleLogBlobUri
    expect((await blob(world, address, { authorization: 'Bearer x' })).status).toBe(400)
    expect((await blob(world, address.replace('vm01', 'vm02'))).status).toBe(403)
  })
})

describe('a VM says of itself', () => {
  test('that it is hibernated, in both words', async () => {
    await using world = await startWorld([fleet([{ ...guarded, power: 'hibernated' }])])
    expect(await powerOf(world)).toEqual(
      expect.arrayContaining(['PowerState/deallocated', 'HibernationState/Hibernated']),
    )
  })

  test('what the platform knows of it: what the file says, or what follows from its power', async () => {
    const health = `${VM}/providers/Microsoft.ResourceHealth/availabilityStatuses/current?api-version=2022-10-01`
    const said = {
      state: 'Unavailable',
      annotation: 'VirtualMachineHostRebootedForRepair',
      context: 'Platform Initiated',
    }
    await using world = await startWorld([fleet([{ ...guarded, health: said }])])
    expect((await world.arm('GET', health)).body.properties).toMatchObject({
      availabilityState: 'Unavailable',
      title: 'Host rebooted for repair',
      context: 'Platform Initiated',
      reasonType: 'Unplanned',
    })
    await using other = await startWorld([fleet([{ ...guarded, power: 'deallocated' }])])
    expect((await other.arm('GET', health)).body.properties).toMatchObject({
      availabilityState: 'Unavailable',
      context: 'Customer Initiated',
    })
  })

  test('nothing of its metrics while it is off', async () => {
    const path = `${VM}/providers/Microsoft.Insights/metrics?api-version=2024-02-01&metricnames=Percentage CPU&timespan=2026-11-21T08:50:00Z/2026-11-21T09:00:00Z`
    await using on = await startWorld([fleet([{ ...guarded, metrics: { cpu_pct: 71 } }])])
    const points = (await on.arm('GET', path)).body.value[0].timeseries[0].data
    expect(points).toHaveLength(10)
    expect(points[0].average).toBe(71)
    await using off = await startWorld([fleet([{ ...guarded, power: 'deallocated' }])])
    expect((await off.arm('GET', path)).body.value[0].timeseries[0].data[0]).not.toHaveProperty('average')
  })

  test('who has which role on it, from its own group and from above', async () => {
    const person = '5d1f0c7e-1111-4a6b-9c3d-000000000001'
    const roles = [
      { person, role: 'Reader' },
      { person, role: 'Virtual Machine User Login', rg: 'rg-app' },
      { person, role: 'Owner', rg: 'rg-other' },
      { person: 'somebody-else', role: 'Owner' },
    ]
    await using world = await startWorld([fleet([guarded], { roles })])
    const at = `${VM}/providers/Microsoft.Authorization`
    const { body } = await world.arm(
      'GET',
      `${at}/roleAssignments?api-version=2022-04-01&$filter=${encodeURIComponent(`atScope() and assignedTo('${person}')`)}`,
    )
    const names = await Promise.all(
      body.value.map(async ({ properties }: { properties: { roleDefinitionId: string } }) => {
        const id = properties.roleDefinitionId.split('/').at(-1)
        return (await world.arm('GET', `${at}/roleDefinitions/${id}?api-version=2022-04-01`)).body.properties
          .roleName
      }),
    )
    expect(names).toEqual(['Reader', 'Virtual Machine User Login'])
  })
})
