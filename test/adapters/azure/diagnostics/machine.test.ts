import { describe, expect, test } from '@jest/globals'
import { parsePersonId } from '../../../../core/index.ts'
import { example, NOW, TOKEN } from './double.ts'
import { graph, SUBSCRIPTION, startOffice, VM, viewBody, vmBody, vmId } from './office.ts'

const AUTHORIZATION = `${VM}/providers/Microsoft.Authorization`
const HEALTH = `${VM}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`

describe('the state of a VM', () => {
  test('is told from one call that the kind of VM shares', async () => {
    await using azure = await startOffice()
    const diagnosis = azure.diagnosis()
    const [state, model] = await Promise.all([diagnosis.state(vmId()), diagnosis.model(vmId())])
    expect(state).toEqual({
      read: true,
      value: {
        power: 'running',
        provisioning: 'succeeded',
        provisionedAt: Date.parse('2026-11-20T08:00:00Z'),
        agent: 'ready',
        agentAt: Date.parse('2026-11-21T08:55:00Z'),
        computerName: 'ORDERS-01',
        osName: 'Windows Server 2022 Datacenter',
      },
    })
    expect(model).toEqual({
      read: true,
      value: {
        size: 'Standard_D4s_v5',
        spot: false,
        ephemeralOsDisk: false,
        temporaryDisk: false,
        extensionOperations: true,
        bootDiagnostics: true,
        identity: 'system',
        image: 'MicrosoftWindowsServer:WindowsServer:2022-datacenter:latest',
        customImage: false,
        adminAccount: 'azadmin',
        tags: { owner: 'ann' },
        locks: [],
      },
    })
    expect(
      azure.asked.map(({ method, path, query }) => [method, path.toLowerCase(), query['$expand']]).toSorted(),
    ).toEqual([
      ['GET', VM.toLowerCase(), 'instanceView'],
      ['GET', `${AUTHORIZATION}/locks`.toLowerCase(), undefined],
    ])
    for (const { headers } of azure.asked) expect(headers.authorization).toBe(`Bearer ${TOKEN}`)
  })

  test.each([
    [[{ code: 'PowerState/deallocated' }, { code: 'HibernationState/Hibernated' }], 'hibernated'],
    [[{ code: 'PowerState/hibernated' }], 'hibernated'],
    [[{ code: 'PowerState/running' }, { code: 'HibernationState/Hibernated' }], 'running'],
    [[{ code: 'powerstate/Deallocating' }], 'deallocating'],
    [[{ code: 'PowerState/dreaming' }], 'unknown'],
    [[{}], 'unknown'],
    [[], 'unknown'],
  ])('of %j is %s', async (statuses, power) => {
    await using azure = await startOffice()
    azure.gives('GET', VM, vmBody({ instanceView: { statuses } }))
    const state = await azure.diagnosis().state(vmId())
    expect(state).toMatchObject({ read: true, value: { power, agent: 'unknown' } })
  })

  test('names the failure of the last operation, and an agent that does not answer', async () => {
    await using azure = await startOffice()
    azure.gives(
      'GET',
      VM,
      vmBody({
        instanceView: {
          statuses: [
            {
              code: 'ProvisioningState/failed/AllocationFailed',
              message: 'No capacity.',
              time: 'not a moment',
            },
          ],
          vmAgent: { statuses: [{ displayStatus: 'Not Ready', time: '2026-11-21T07:00:00Z' }] },
        },
      }),
    )
    expect(await azure.diagnosis().state(vmId())).toEqual({
      read: true,
      value: {
        power: 'unknown',
        provisioning: 'failed',
        provisioningError: 'AllocationFailed: No capacity.',
        agent: 'not-ready',
        agentAt: Date.parse('2026-11-21T07:00:00Z'),
        computerName: 'ORDERS-01',
      },
    })
  })

  test("is told from Microsoft's example of an instance view where only that may be read", async () => {
    await using azure = await startOffice()
    azure.denies('GET', VM, 'Microsoft.Compute/virtualMachines/read')
    azure.gives('GET', `${VM}/instanceView`, await example('VirtualMachine_Get_InstanceView'))
    const diagnosis = azure.diagnosis()
    expect(await diagnosis.state(vmId())).toMatchObject({
      read: true,
      value: {
        power: 'running',
        agent: 'ready',
        computerName: 'myVM',
        osName: 'Windows Server 2016 Datacenter',
      },
    })
    expect(await diagnosis.model(vmId())).toMatchObject({
      read: false,
      lacks: 'Microsoft.Compute/virtualMachines/read',
    })
  })
})

describe('the kind of a VM', () => {
  test.each([
    ['Standard_D4s_v5', false],
    ['Standard_D4ds_v5', true],
    ['Standard_E8-4ads_v5', true],
    ['Standard_NC4as_T4_v3', true],
    ['Standard_DS2_v2', true],
    ['Standard_A1', true],
    ['', true],
  ])('of size %j has a temporary disk: %s', async (vmSize, temporaryDisk) => {
    await using azure = await startOffice()
    azure.gives('GET', VM, vmBody({ hardwareProfile: { vmSize } }))
    expect(await azure.diagnosis().model(vmId())).toMatchObject({ value: { temporaryDisk } })
  })

  test('tells spot, ephemeral disk, own image, no extensions, and locks from above, over pages', async () => {
    await using azure = await startOffice()
    azure.gives('GET', VM, {
      ...vmBody({
        priority: 'Spot',
        licenseType: 'Windows_Server',
        osProfile: { allowExtensionOperations: false },
        diagnosticsProfile: undefined,
        storageProfile: {
          imageReference: { id: '/gallery/image' },
          osDisk: { osType: 'Windows', createOption: 'FromImage', diffDiskSettings: { option: 'Local' } },
        },
      }),
      identity: undefined,
      tags: { 'a<b>': 'hostile *text*', n: null },
    })
    azure.on('GET', `${AUTHORIZATION}/locks`, ({ query }) => ({
      status: 200,
      body:
        query['page'] === '2'
          ? {
              value: [
                { name: 'late', properties: { level: 'ReadOnly' } },
                { name: 'odd', properties: { level: 'Sometimes' } },
                7,
              ],
            }
          : {
              value: [{ name: 'keep', properties: { level: 'CanNotDelete' } }],
              nextLink: `https://management.azure.com${AUTHORIZATION}/locks?page=2`,
            },
    }))
    expect(await azure.diagnosis().model(vmId())).toMatchObject({
      value: {
        spot: true,
        ephemeralOsDisk: true,
        extensionOperations: false,
        bootDiagnostics: false,
        identity: 'none',
        image: '/gallery/image',
        customImage: true,
        licenceType: 'Windows_Server',
        tags: { 'a<b>': 'hostile *text*', n: 'null' },
        locks: [
          { name: 'keep', level: 'CanNotDelete' },
          { name: 'late', level: 'ReadOnly' },
        ],
      },
    })
    expect(azure.asked.find(({ path }) => path.endsWith('/locks'))?.query).toEqual({
      'api-version': '2020-05-01',
      $filter: 'atScope()',
    })
  })

  test('follows no link to another host, and sends the token nowhere else', async () => {
    await using azure = await startOffice()
    azure.gives('GET', `${AUTHORIZATION}/roleAssignments`, {
      value: [],
      nextLink: 'https://evil.example/next',
    })
    const person = parsePersonId('0b6f1f63-9d3c-4a4b-8c1d-000000000001')
    if (person === undefined) throw new Error('no person')
    expect(await azure.diagnosis().roles(vmId(), person)).toMatchObject({ read: false })
    expect(new Set(azure.asked.map(({ host }) => host))).toEqual(new Set(['management.azure.com']))
  })
})

describe('extensions of a VM', () => {
  test('are told with their state and what they say', async () => {
    await using azure = await startOffice()
    azure.gives('GET', `${VM}/extensions`, {
      value: [
        {
          name: 'AADLogin',
          properties: {
            publisher: 'Microsoft.Azure.ActiveDirectory',
            type: 'AADLoginForWindows',
            provisioningState: 'Failed',
            instanceView: {
              statuses: [{ code: 'ProvisioningState/failed/-2145648607', message: 'Join failed.' }],
            },
          },
        },
        { name: 'new', properties: { provisioningState: 'Pondering' } },
        {},
      ],
    })
    expect(await azure.diagnosis().extensions(vmId())).toEqual({
      read: true,
      value: [
        {
          name: 'AADLogin',
          publisher: 'Microsoft.Azure.ActiveDirectory',
          type: 'AADLoginForWindows',
          state: 'failed',
          code: '-2145648607',
          message: 'Join failed.',
        },
        { name: 'new', publisher: '', type: '', state: 'unknown' },
        { name: '', publisher: '', type: '', state: 'unknown' },
      ],
    })
  })
})

describe('the health of a VM', () => {
  test("is told from Microsoft's example, with the annotation of Resource Graph", async () => {
    await using azure = await startOffice()
    azure.gives('GET', HEALTH, await example('AvailabilityStatus_GetByResource'))
    graph(azure, [
      [
        /resourceannotations/,
        [
          {
            id: 'x',
            annotation: 'VirtualMachineHostRebootedForRepair',
            context: 'Platform Initiated',
            summary: 's',
            at: new Date(NOW - 3_600_000).toISOString(),
          },
        ],
      ],
    ])
    expect(await azure.diagnosis().health(vmId())).toEqual({
      read: true,
      value: {
        state: 'unavailable',
        annotation: 'VirtualMachineHostRebootedForRepair',
        context: 'platform',
        summary: 'Disk problems are preventing us from automatically recovering your virtual machine',
        since: Date.parse('2016-03-29T09:12:00Z'),
      },
    })
  })

  test('leaves out old news, and does not wait for Resource Graph to be well', async () => {
    await using azure = await startOffice()
    graph(azure, [
      [
        /resourceannotations/,
        [{ id: 'x', annotation: 'VirtualMachineCrashed', at: new Date(NOW - 80 * 3_600_000).toISOString() }],
      ],
    ])
    const old = await azure.diagnosis().health(vmId())
    azure.on('POST', '/providers/Microsoft.ResourceGraph/resources', () => ({
      status: 400,
      body: { error: { code: 'BadRequest', message: 'x' } },
    }))
    const ill = await azure.diagnosis().health(vmId())
    for (const reading of [old, ill])
      expect(reading).toEqual({
        read: true,
        value: { state: 'available', context: 'unknown', summary: 'Nothing known.' },
      })
  })

  test.each([
    [{ properties: {} }, 'Resource Health gave no state for the VM.'],
    ['no object', 'Azure had trouble of its own'],
  ])('is not read from %j', async (body, why) => {
    await using azure = await startOffice()
    azure.gives('GET', HEALTH, body)
    expect(await azure.diagnosis().health(vmId())).toMatchObject({
      read: false,
      why: expect.stringContaining(why.slice(0, 15)),
    })
  })
})

describe('the roles of a person', () => {
  const person = parsePersonId('0b6f1f63-9d3c-4a4b-8c1d-000000000001')
  if (person === undefined) throw new Error('no person')
  const assignment = (id: string) => ({
    properties: {
      roleDefinitionId: `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${id}`,
    },
  })
  const LOGIN = '1c0163c0-47e6-4577-8991-ea5c82e286e4'
  const OWN = '77777777-47e6-4577-8991-ea5c82e286e4'

  test('that are built in are named without another call', async () => {
    await using azure = await startOffice()
    azure.gives('GET', `${AUTHORIZATION}/roleAssignments`, {
      value: [assignment(LOGIN), assignment(LOGIN.toUpperCase()), {}],
    })
    expect(await azure.diagnosis().roles(vmId(), person)).toEqual({
      read: true,
      value: ['Virtual Machine Administrator Login'],
    })
    expect(azure.asked.map(({ query }) => query['$filter'])).toEqual([
      `atScope() and assignedTo('${person}')`,
    ])
  })

  test('of the company are looked up, and go by their id where that is denied', async () => {
    await using azure = await startOffice()
    azure.gives('GET', `${AUTHORIZATION}/roleAssignments`, { value: [assignment(OWN), assignment(LOGIN)] })
    azure.gives('GET', `${AUTHORIZATION}/roleDefinitions`, {
      value: [{ name: OWN, properties: { roleName: 'Jump Host User' } }],
    })
    expect(await azure.diagnosis().roles(vmId(), person)).toMatchObject({
      value: ['Jump Host User', 'Virtual Machine Administrator Login'],
    })
    azure.denies('GET', `${AUTHORIZATION}/roleDefinitions`, 'Microsoft.Authorization/roleDefinitions/read')
    expect(await azure.diagnosis().roles(vmId(), person)).toMatchObject({
      value: [`role ${OWN}`, 'Virtual Machine Administrator Login'],
    })
  })
})

describe('a read that fails', () => {
  test.each([
    [
      { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'No.' } } },
      /^The bot lacks Microsoft\.Compute\/virtualMachines\/extensions\/read on subscription/,
      'Microsoft.Compute/virtualMachines/extensions/read',
    ],
    [
      { status: 401, body: { error: { code: 'InvalidAuthenticationToken', message: 'No.' } } },
      /sign-in/,
      undefined,
    ],
    [
      { status: 404, body: { error: { code: 'ResourceNotFound', message: 'x' } } },
      /does not find the extensions of vm01/,
      undefined,
    ],
    [
      {
        status: 429,
        headers: { 'retry-after': '17' },
        body: { error: { code: 'TooManyRequests', message: 'x' } },
      },
      /asks to wait 17 seconds/,
      undefined,
    ],
    [
      { status: 500, body: { error: { code: 'InternalServerError', message: 'x' } } },
      /trouble of its own/,
      undefined,
    ],
    [{ status: 200, body: '{"value": 7}' }, /could not be/, undefined],
    [{ status: 200, body: 'not json {' }, /could not be|trouble/, undefined],
    [{ status: 200, body: { value: [] }, afterMs: 10_000 }, /within/, undefined],
  ] as const)(
    'with %j says why, and names the right only where one is lacking',
    async (answer, why, lacks) => {
      await using azure = await startOffice()
      azure.on('GET', `${VM}/extensions`, () => answer)
      const reading = await azure.diagnosis({ deadlines: { sweepMs: 1_000 } }).extensions(vmId())
      expect(reading).toEqual({
        read: false,
        why: expect.stringMatching(why),
        ...(lacks === undefined ? {} : { lacks }),
      })
      expect(azure.logText()).not.toContain(TOKEN)
    },
  )

  test('with a wait is obeyed by whoever asks the same provider of that subscription, and by nobody else', async () => {
    await using azure = await startOffice()
    azure.on('GET', `${VM}/extensions`, () => ({
      status: 429,
      headers: { 'retry-after': '60' },
      body: { error: { code: 'TooManyRequests', message: 'x' } },
    }))
    const connection = azure.connect()
    await connection.forOneDiagnosis().extensions(vmId())
    const before = azure.asked.length
    expect(await connection.forOneDiagnosis().state(vmId())).toMatchObject({
      read: false,
      why: expect.stringMatching(/wait (?:59|60) seconds/),
    })
    expect(azure.asked).toHaveLength(before)
    expect(await connection.forOneDiagnosis().health(vmId())).toMatchObject({ read: true })
  })
})

test('a VM view without a body is no reason to fall over', async () => {
  await using azure = await startOffice()
  azure.gives('GET', VM, {
    id: VM,
    location: 'westeurope',
    properties: { instanceView: viewBody('PowerState/running', [{}]) },
  })
  const diagnosis = azure.diagnosis()
  expect(await diagnosis.model(vmId())).toMatchObject({
    read: true,
    value: { size: '', temporaryDisk: true, bootDiagnostics: false },
  })
  expect(await diagnosis.network(vmId())).toEqual({ read: false, why: 'The VM has no network interface.' })
})
