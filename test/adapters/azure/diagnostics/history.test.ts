import { describe, expect, test } from '@jest/globals'
import { NOW } from './double.ts'
import { graph, NIC, NSG, SUBSCRIPTION, startOffice, VM, vmId } from './office.ts'

const LOG = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Insights/eventtypes/management/values`
const JIT = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg-app/providers/Microsoft.Security/locations/westeurope/jitNetworkAccessPolicies/default`
const hours = (ago: number) => new Date(NOW - ago * 3_600_000).toISOString()
const event = (ago: number, operation: string, resourceId: string, more: object = {}) => ({
  eventTimestamp: hours(ago),
  operationName: { value: operation, localizedValue: 'x' },
  resourceId,
  caller: 'ann@contoso.com',
  status: { value: 'Succeeded' },
  correlationId: `${operation}${ago}`,
  ...more,
})

describe('the activity log', () => {
  test('tells what was done to the VM and what it hangs on, newest first, each operation once', async () => {
    await using azure = await startOffice()
    const started = event(5, 'Microsoft.Compute/virtualMachines/start/action', VM, {
      status: { value: 'Started' },
      correlationId: 'c',
    })
    const failed = event(4.9, 'Microsoft.Compute/virtualMachines/start/action', VM.toUpperCase(), {
      status: { value: 'Failed' },
      correlationId: 'c',
      properties: {
        statusMessage: JSON.stringify({
          status: 'Failed',
          error: {
            code: 'ResourceOperationFailure',
            message: 'outer',
            details: [{ code: 'AllocationFailed', message: 'We do not have sufficient capacity.' }],
          },
        }),
      },
    })
    azure.on('GET', LOG, ({ query }) => ({
      status: 200,
      body:
        query['$skipToken'] === undefined
          ? {
              value: [failed, started, event(14, 'Microsoft.Compute/virtualMachines/deallocate/action', VM)],
              nextLink: `https://management.azure.com${LOG}?api-version=2015-04-01&$skipToken=2`,
            }
          : {
              value: [
                event(
                  20,
                  'Microsoft.Network/networkSecurityGroups/securityRules/delete',
                  `${NSG}/securityRules/AllowRDP`,
                  { caller: '' },
                ),
                event(30, 'Microsoft.Network/networkInterfaces/write', NIC),
                event(31, 'Microsoft.Security/locations/jitNetworkAccessPolicies/initiate/action', JIT),
                event(1, 'Microsoft.Compute/virtualMachines/restart/action', `${VM}-other`),
                event(
                  2,
                  'Microsoft.Web/sites/write',
                  `${VM.replace('Microsoft.Compute/virtualMachines', 'Microsoft.Web/sites')}`,
                ),
                { eventTimestamp: 'no moment', operationName: 7, resourceId: VM },
                'no event',
              ],
            },
    }))
    const reading = await azure.diagnosis().activity(vmId(), 72)
    if (!reading.read) throw new Error(reading.why)
    expect(
      reading.value.map(({ operation, result, at }) => [
        operation,
        result,
        Math.round((NOW - at) / 3_600_00) / 10,
      ]),
    ).toEqual([
      ['microsoft.compute/virtualmachines/start/action', 'failed', 4.9],
      ['microsoft.compute/virtualmachines/deallocate/action', 'succeeded', 14],
      ['microsoft.network/networksecuritygroups/securityrules/delete', 'succeeded', 20],
      ['microsoft.network/networkinterfaces/write', 'succeeded', 30],
      ['microsoft.security/locations/jitnetworkaccesspolicies/initiate/action', 'succeeded', 31],
    ])
    expect(reading.value[0]).toMatchObject({
      by: 'ann@contoso.com',
      code: 'AllocationFailed',
      detail: 'We do not have sufficient capacity.',
    })
    expect(reading.value[2]).not.toHaveProperty('by')
    const [first] = azure.asked.filter(({ path }) => path === LOG)
    expect(first?.query['$filter']).toBe(
      `eventTimestamp ge '${hours(72)}' and eventTimestamp le '${hours(0)}' and resourceGroupName eq 'rg-app'`,
    )
  })

  test('is read in each resource group that something of the VM lies in', async () => {
    await using azure = await startOffice()
    const away = NSG.replace('rg-app', 'rg-net')
    azure.gives('GET', NIC, {
      id: NIC,
      properties: { networkSecurityGroup: { id: away }, ipConfigurations: [] },
    })
    azure.on('GET', LOG, ({ query }) => ({
      status: 200,
      body: {
        value: query['$filter']?.endsWith("'rg-net'")
          ? [
              event(
                3,
                'Microsoft.Network/networkSecurityGroups/securityRules/write',
                `${away}/securityRules/x`,
              ),
            ]
          : [],
      },
    }))
    expect(await azure.diagnosis().activity(vmId(), 72)).toMatchObject({
      read: true,
      value: [{ resource: `${away}/securityRules/x` }],
    })
  })

  test('is told for the VM alone where nothing else can be read, and names the right where it is lacking', async () => {
    await using azure = await startOffice()
    azure.denies('GET', VM, 'Microsoft.Compute/virtualMachines/read')
    azure.gives('GET', LOG, {
      value: [
        event(3, 'Microsoft.Compute/virtualMachines/deallocate/action', VM),
        event(3, 'Microsoft.Network/networkInterfaces/write', NIC),
      ],
    })
    expect(await azure.diagnosis().activity(vmId(), 72)).toMatchObject({
      read: true,
      value: [{ resource: VM }],
    })
    azure.denies('GET', LOG, 'Microsoft.Insights/eventtypes/values/read')
    expect(await azure.diagnosis().activity(vmId(), 72)).toMatchObject({
      read: false,
      lacks: 'Microsoft.Insights/eventtypes/values/read',
    })
  })
})

describe('announced incidents', () => {
  const vm = {
    id: vmId(),
    name: 'vm01',
    subscription: { id: SUBSCRIPTION, name: 's' },
    resourceGroup: 'rg-app',
    location: 'westeurope',
    os: 'windows',
    tags: {},
  } as const
  const incident = (service: string, region: string, more: object = {}) => ({
    id: '/e',
    trackingId: 'ABC-123',
    title: 'Power event',
    start: '2026-11-21T07:00:00Z',
    impact: [{ ImpactedService: service, ImpactedRegions: [{ ImpactedRegion: region, Status: 'Active' }] }],
    ...more,
  })

  test('count where they name the region and something RDP depends on', async () => {
    await using azure = await startOffice()
    graph(azure, [
      [
        /servicehealthresources/,
        [
          incident('Virtual Machines', 'West Europe'),
          incident('Azure Bastion', 'Global', {
            start: '638992000000000000',
            impact: JSON.stringify(incident('Azure Bastion', 'Global').impact),
          }),
          incident('Virtual Machines', 'East US'),
          incident('Cognitive Services', 'West Europe'),
          incident('x', 'y', { impact: 'no json' }),
          {},
        ],
      ],
    ])
    expect(await azure.diagnosis().incidents(vm)).toEqual({
      read: true,
      value: [
        {
          id: 'ABC-123',
          title: 'Power event',
          services: ['Virtual Machines'],
          since: Date.parse('2026-11-21T07:00:00Z'),
        },
        {
          id: 'ABC-123',
          title: 'Power event',
          services: ['Azure Bastion'],
          since: 638992000000000000 / 1e4 - 62_135_596_800_000,
        },
      ],
    })
  })

  test('are asked for once by several diagnoses at the same moment, and again where sharing is off', async () => {
    await using azure = await startOffice()
    const shared = azure.connect()
    await Promise.all([1, 2, 3].map(() => shared.forOneDiagnosis().incidents(vm)))
    expect(azure.asked).toHaveLength(1)
    const apart = azure.connect({ shareForMs: 0 })
    for (let round = 0; round < 2; round++) await apart.forOneDiagnosis().incidents(vm)
    expect(azure.asked).toHaveLength(3)
  })
})

describe('just-in-time access', () => {
  const POLICIES = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Security/jitNetworkAccessPolicies`
  const port = (number: number) => ({
    number,
    protocol: '*',
    allowedSourceAddressPrefix: '*',
    maxRequestAccessDuration: 'PT3H',
  })
  const policy = (name: string, ports: readonly object[], requests: readonly object[] = []) => ({
    id: JIT.replace(/default$/, name),
    properties: { virtualMachines: [{ id: VM.toUpperCase(), ports }], requests },
  })

  test('is undefined where no policy covers the VM', async () => {
    await using azure = await startOffice()
    expect(await azure.diagnosis().jit(vmId())).toEqual({ read: true, value: undefined })
  })

  test('tells ports and every request, with who asked and whether it lives', async () => {
    await using azure = await startOffice()
    const request = (number: number, status: string, endTimeUtc: string) => ({
      requestor: 'bot',
      justification: 'INC-7',
      startTimeUtc: '2026-11-21T08:00:00Z',
      virtualMachines: [
        {
          id: VM,
          ports: [
            {
              number,
              status,
              statusReason: 'UserRequested',
              endTimeUtc,
              allowedSourceAddressPrefix: '203.0.113.25',
            },
          ],
        },
        { id: `${VM}-other`, ports: [{ number, status, statusReason: 'x', endTimeUtc }] },
      ],
    })
    azure.gives('GET', POLICIES, {
      value: [
        policy('ssh', [port(22)]),
        policy(
          'default',
          [port(3389)],
          [
            request(3389, 'Initiating', hours(-1)),
            request(3389, 'Initiated', hours(1)),
            request(5986, 'Revoked', hours(-1)),
          ],
        ),
      ],
    })
    const reading = await azure.diagnosis().jit(vmId())
    if (!reading.read) throw new Error(reading.why)
    expect(reading.value?.policyId).toMatch(/default$/)
    expect(reading.value?.ports).toEqual([{ number: 3389, protocol: '*', maxMinutes: 180, sources: ['*'] }])
    expect(
      reading.value?.requests.map(({ port: number, by, live, sources }) => [number, by, live, sources]),
    ).toEqual([
      [3389, 'bot', true, ['203.0.113.25']],
      [3389, 'bot', false, ['203.0.113.25']],
      [5986, 'bot', false, ['203.0.113.25']],
    ])
  })
})
