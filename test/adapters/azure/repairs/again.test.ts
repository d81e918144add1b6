/** Orders whose answer was lost, and everything else that Azure may do to an order or to a look. */
import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline'
import { describe, expect, test } from '@jest/globals'
import { instant, type Repair } from '../../../../core/index.ts'
import { SUBSCRIPTION } from '../world.ts'
import { KEY, PASSWORD, SEEN, SERVICE, startRepairs, stored, VM } from './world.ts'

const RESTART: Repair = { do: 'restart-vm', vm: VM }
const START: Repair = { do: 'start-vm', vm: VM }
const PASSWORD_RESET: Repair = {
  do: 'reset-password',
  vm: VM,
  seen: SEEN,
  account: 'azadmin',
  password: PASSWORD,
}
const MINUTE = 60_000

/** What throws people out each time. */
const UPHEAVALS: readonly Repair[] = [
  RESTART,
  { do: 'redeploy-vm', vm: VM },
  { do: 'restart-termservice', vm: VM, seen: SEEN },
  { do: 'renew-rdp-cert', vm: VM, seen: SEEN },
  { do: 'log-off-session', vm: VM, seen: SEEN, user: 'ann', state: 'disconnected' },
  ...(['restart', 'reimage', 'rebuild'] as const).map(
    (verb): Repair => ({ do: `cs-${verb}-instance`, service: SERVICE, instance: 'Web_IN_0' }),
  ),
]
/** What ends in the same state however often it comes. */
const SETTINGS: readonly Repair[] = [
  START,
  { do: 'reapply-vm', vm: VM },
  { do: 'reset-rdp-config', vm: VM, seen: SEEN },
  PASSWORD_RESET,
  { do: 'enable-rdp-reg', vm: VM, seen: SEEN },
  {
    do: 'cs-enable-rdp',
    service: SERVICE,
    account: 'ann',
    password: PASSWORD,
    until: instant(1_795_260_000_000),
  },
]
const named = (repairs: readonly Repair[]) => repairs.map(repair => [repair.do, repair] as const)

describe('an order whose answer was lost', () => {
  test.each([
    ['500', { status: 500, late: true }, 'broken'],
    ['503', { status: 503, late: true }, 'broken'],
    ['a reset', { reset: true, late: true }, 'broken'],
    ['silence', { hang: true, late: true }, 'timeout'],
  ])('to %s is sent once, whatever the clients would do', async (_, fault, kind) => {
    await using azure = await startRepairs({}, { options: { deadlineMs: 400 } })
    azure.play({ match: 'restart$', ...fault })
    await expect(azure.begin(RESTART)).rejects.toMatchObject({ kind })
    expect(azure.orders()).toHaveLength(1)
  })

  test.each(named(UPHEAVALS))('%s is not sent again: Azure’s log says that it came', async (_, repair) => {
    await using azure = await startRepairs()
    azure.play({ match: '^POST', reset: true, late: true, times: 1 })
    const began = azure.now()
    await expect(azure.begin(repair)).rejects.toMatchObject({ kind: 'broken' })
    const next = azure.connect()
    const operation = stored(await next.begin(repair, { key: KEY, again: began }))
    expect(await next.look(operation)).toBe('running')
    azure.pass(MINUTE)
    // What a script said is known to nobody any more, so it is not called a success.
    const isScript = 'seen' in repair
    expect(await next.look(operation)).toEqual(
      isScript ? { failed: expect.stringMatching(/what it said is lost/) } : { done: true },
    )
    expect(azure.orders()).toHaveLength(1)
  })

  test.each(named(UPHEAVALS))('%s that never came is not sent by itself either', async (_, repair) => {
    await using azure = await startRepairs()
    const next = azure.connect()
    const operation = stored(await next.begin(repair, { key: KEY, again: azure.now() }))
    azure.pass(19 * MINUTE)
    expect(await next.look(operation)).toBe('running')
    azure.pass(2 * MINUTE)
    expect(await next.look(operation)).toEqual({
      failed: expect.stringMatching(/^Nobody knows whether Azure got the order for .*ask again/),
    })
    expect(azure.orders()).toEqual([])
  })

  test('is told apart from somebody else’s of the same kind', async () => {
    await using azure = await startRepairs()
    await azure.connect().begin(RESTART, { key: KEY.replace('0196', '0197') })
    azure.pass(MINUTE)
    const operation = await azure.repairs.begin(RESTART, { key: KEY, again: azure.now() })
    expect(await azure.repairs.look(operation)).toBe('running')
  })

  test('and which failed afterwards says why, from the log', async () => {
    await using azure = await startRepairs()
    const fault = { code: 'AllocationFailed', message: 'x' }
    azure.play({ match: 'redeploy$', reset: true, late: true, operationFails: fault })
    const began = azure.now()
    const redeploy = { do: 'redeploy-vm', vm: VM } as const
    await expect(azure.begin(redeploy)).rejects.toMatchObject({ kind: 'broken' })
    azure.pass(MINUTE)
    const operation = await azure.repairs.begin(redeploy, { key: KEY, again: began })
    expect(await azure.repairs.look(operation)).toEqual({
      failed: expect.stringMatching(/no room for vm01 right now \(AllocationFailed\)/),
    })
  })

  test.each(named(SETTINGS))('%s is sent again, and one state comes of both', async (_, repair) => {
    await using azure = await startRepairs({ guest: { deny_ts: 1 } })
    azure.play({ match: '^(POST|PUT)', reset: true, late: true, times: 1 })
    const began = azure.now()
    await expect(azure.begin(repair)).rejects.toMatchObject({ kind: 'broken' })
    azure.pass(MINUTE)
    const operation = await azure.connect().begin(repair, { key: KEY, again: began })
    azure.pass(MINUTE)
    expect(await azure.repairs.look(operation)).toEqual({ done: true })
    expect(azure.orders()).toHaveLength(2)
  })

  test('and runs still is a conflict for its repetition, not a second run', async () => {
    await using azure = await startRepairs()
    const order: Repair = { do: 'enable-rdp-reg', vm: VM, seen: SEEN }
    azure.play({ match: 'runCommand$', reset: true, late: true, times: 1 })
    const began = azure.now()
    await expect(azure.begin(order)).rejects.toMatchObject({ kind: 'broken' })
    await expect(azure.repairs.begin(order, { key: KEY, again: began })).rejects.toMatchObject({
      kind: 'conflict',
    })
  })

  test('carries the same tag to the extension, by which Azure knows it is the same', async () => {
    const bodies: unknown[] = []
    await using azure = await startRepairs()
    const { httpClient } = azure
    const watching: HttpClient = {
      sendRequest: request => {
        if (request.method === 'PUT') bodies.push(JSON.parse(String(request.body)))
        return httpClient.sendRequest(request)
      },
    }
    const repairs = azure.connect({ httpClient: watching })
    const reset: Repair = { do: 'reset-rdp-config', vm: VM, seen: SEEN }
    await repairs.begin(reset, { key: KEY })
    azure.pass(MINUTE)
    await repairs.begin(reset, { key: KEY, again: azure.now() })
    expect(bodies).toEqual([
      expect.objectContaining({ properties: expect.objectContaining({ forceUpdateTag: KEY }) }),
      expect.objectContaining({ properties: expect.objectContaining({ forceUpdateTag: KEY }) }),
    ])
  })
})

describe('an order that Azure does not take', () => {
  test.each([
    [{ status: 401 }, 'denied', /does not accept the bot's sign-in/],
    [
      { status: 403 },
      'denied',
      /lacks Microsoft.Compute\/virtualMachines\/restart\/action on subscription 1f4c2a90/,
    ],
    [{ status: 404 }, 'missing', /does not find the VM vm01/],
    [{ status: 409 }, 'conflict', /Something else is changing the VM vm01/],
    [{ status: 429, retryAfter: 17 }, 'busy', /asks to wait 17 seconds/],
    [{ status: 429 }, 'busy', /try again in a moment/],
    [{ status: 400 }, 'invalid', /refuses a request about the VM vm01/],
    [{ status: 500 }, 'broken', /trouble of its own with the VM vm01/],
    [{ reset: true }, 'broken', /could not be reached/],
    [{ hang: true }, 'timeout', /did not answer a call about the VM vm01/],
  ])('%j is %s, said in one sentence, and sent once', async (fault, kind, say) => {
    await using azure = await startRepairs({}, { options: { deadlineMs: 400 } })
    azure.play({ match: 'restart$', ...fault })
    await expect(azure.begin(RESTART)).rejects.toMatchObject({ kind, say: expect.stringMatching(say) })
    expect(azure.orders()).toHaveLength(1)
  })

  test.each([
    ['start-vm', 'virtualMachines/start/action'],
    ['restart-vm', 'virtualMachines/restart/action'],
    ['redeploy-vm', 'virtualMachines/redeploy/action'],
    ['reapply-vm', 'virtualMachines/reapply/action'],
    ['reset-rdp-config', 'virtualMachines/extensions/write'],
    ['reset-password', 'virtualMachines/extensions/write'],
    ['enable-rdp-reg', 'virtualMachines/runCommand/action'],
    ['cs-enable-rdp', 'cloudServices/write'],
    ['cs-restart-instance', 'cloudServices/roleInstances/restart/action'],
    ['cs-reimage-instance', 'cloudServices/roleInstances/reimage/action'],
    ['cs-rebuild-instance', 'cloudServices/roleInstances/rebuild/action'],
  ])('because the bot may not %s says that it lacks %s, and where', async (name, action) => {
    await using azure = await startRepairs()
    const repair = [...UPHEAVALS, ...SETTINGS].find(one => one.do === name)
    if (repair === undefined) throw new Error(`no ${name}`)
    azure.play({ match: '^(POST|PUT)', status: 403 })
    await expect(azure.begin(repair)).rejects.toMatchObject({
      kind: 'denied',
      say: `The bot lacks Microsoft.Compute/${action} on subscription ${SUBSCRIPTION}.`,
    })
  })

  test('because it is throttled, holds back what comes next from the same bucket, and no other', async () => {
    await using azure = await startRepairs()
    azure.play({ match: 'restart$', status: 429, retryAfter: 60, times: 1 })
    await expect(azure.begin(RESTART)).rejects.toMatchObject({ kind: 'busy', retryAfterMs: 60_000 })
    await expect(azure.begin(RESTART)).rejects.toMatchObject({ kind: 'busy' })
    expect(azure.orders()).toHaveLength(1)
    // Another provider has buckets of its own, and so has the identity that goes inside Windows.
    const operation = await azure.repairs.begin(RESTART, { key: KEY, again: azure.now() })
    expect(await azure.repairs.look(operation)).toBe('running')
    await azure.begin({ do: 'enable-rdp-reg', vm: VM, seen: SEEN })
    expect(azure.orders()).toHaveLength(2)
  })

  test('because it is throttled without a time, holds nothing back', async () => {
    await using azure = await startRepairs()
    azure.play({ match: 'restart$', status: 429, times: 1 })
    await expect(azure.begin(RESTART)).rejects.toMatchObject({ kind: 'busy', retryAfterMs: undefined })
    await azure.begin(RESTART)
    expect(azure.orders()).toHaveLength(2)
  })

  test('as the VM’s own bucket is empty, leaves other VMs alone', async () => {
    await using azure = await startRepairs({}, { world: { throttling: true, operationMs: 0 } })
    const outcomes: string[] = []
    for (let count = 0; count < 14; count++)
      outcomes.push(
        await azure.repairs.begin({ do: 'reapply-vm', vm: VM }, { key: KEY }).then(
          () => 'taken',
          ({ kind }) => kind,
        ),
      )
    expect(outcomes.slice(0, 12)).toEqual(Array.from({ length: 12 }, () => 'taken'))
    expect(outcomes.slice(12)).toEqual(['busy', 'busy'])
    // The second refusal is our own: Azure was not asked again.
    expect(azure.orders()).toHaveLength(13)
  })
})

describe('a look', () => {
  test.each([
    [{ status: 401 }, 'denied'],
    [{ status: 403 }, 'denied'],
    [{ status: 429, retryAfter: 30 }, 'busy'],
    [{ status: 500 }, 'broken'],
    [{ status: 503 }, 'busy'],
    [{ reset: true }, 'broken'],
    [{ hang: true }, 'timeout'],
  ])('that meets %j says that it could not look, never how it ended', async (fault, kind) => {
    await using azure = await startRepairs({ power: 'deallocated' }, { options: { deadlineMs: 900 } })
    const operation = await azure.begin(START)
    azure.play({ match: '/operations/', ...fault })
    await expect(azure.repairs.look(operation)).rejects.toMatchObject({ kind })
    azure.play()
    azure.pass(MINUTE)
    expect(await azure.connect().look(operation)).toEqual({ done: true })
  })

  test.each([
    [429, undefined],
    [500, undefined],
    [503, 0],
  ])('is repeated over a short %s', async (status, retryAfter) => {
    await using azure = await startRepairs({ power: 'deallocated' })
    const operation = await azure.begin(START)
    azure.play({
      match: '/operations/',
      status,
      times: 2,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    })
    expect(await azure.repairs.look(operation)).toBe('running')
    expect(azure.calls(/\/operations\//)).toHaveLength(3)
  })

  test('at what Azure has forgotten asks its log instead', async () => {
    await using azure = await startRepairs({ power: 'deallocated' })
    const operation = await azure.begin(START)
    azure.pass(MINUTE)
    await azure.repairs.look(operation)
    azure.sim.state.operations = {}
    expect(await azure.repairs.look(operation)).toEqual({ done: true })
  })

  test('goes to no other host, whatever a stored handle says', async () => {
    const hosts: string[] = []
    await using azure = await startRepairs({ power: 'deallocated' })
    const { httpClient } = azure
    const watching: HttpClient = {
      sendRequest: request => {
        hosts.push(new URL(request.url).host)
        return httpClient.sendRequest(request)
      },
    }
    const operation = await azure.begin(START)
    const led = { ...operation, resume: { state: 'https://evil.example/operations/1?api-version=1' } }
    await expect(azure.connect({ httpClient: watching }).look(led)).rejects.toMatchObject({ kind: 'broken' })
    expect(hosts).toEqual([])
  })

  test('at an operation that names only its result sees it run, end well, and end badly', async () => {
    const answers = [
      { status: 202, body: undefined },
      { status: 200, body: {} },
      { status: 409, body: { error: { code: 'AllocationFailed', message: 'x' } } },
      { status: 204, body: undefined },
    ]
    const httpClient: HttpClient = {
      sendRequest: async request => {
        const { status, body } = answers.shift() ?? { status: 500 }
        const headers = createHttpHeaders({ 'content-type': 'application/json' })
        return { request, status, headers, bodyAsText: body === undefined ? '' : JSON.stringify(body) }
      },
    }
    await using azure = await startRepairs()
    const repairs = azure.connect({ httpClient })
    const operation = {
      ...(await azure.begin(RESTART)),
      resume: { result: 'https://management.azure.com/subscriptions/s/results/1?api-version=1' },
    }
    expect(await repairs.look(operation)).toBe('running')
    expect(await repairs.look(operation)).toEqual({ done: true })
    expect(await repairs.look(operation)).toEqual({ failed: expect.stringMatching(/no room for vm01/) })
    expect(await repairs.look(operation)).toEqual({ done: true })
  })
})

describe('a password', () => {
  test('goes into the protected part of the order, and nowhere else', async () => {
    const sent: string[] = []
    await using azure = await startRepairs()
    const { httpClient } = azure
    const watching: HttpClient = {
      sendRequest: request => {
        const body = typeof request.body === 'string' ? JSON.parse(request.body) : undefined
        for (const holder of [
          body?.properties,
          body?.properties?.extensionProfile?.extensions[0]?.properties,
        ])
          if (holder?.protectedSettings !== undefined) holder.protectedSettings = 'protected'
        sent.push(JSON.stringify([request.url, body, request.headers.toJSON()]))
        return httpClient.sendRequest(request)
      },
    }
    const repairs = azure.connect({ httpClient: watching })
    const operations = []
    for (const order of [PASSWORD_RESET, ...SETTINGS.filter(({ do: what }) => what === 'cs-enable-rdp')]) {
      operations.push(await repairs.begin(order, { key: KEY }))
      azure.pass(MINUTE)
      await repairs.look(operations.at(-1) ?? (null as never))
    }
    expect(operations).toHaveLength(2)
    expect(sent.join('\n')).toContain('protected')
    expect(sent.join('\n')).not.toContain(PASSWORD)
    expect(azure.written(operations, azure.sim.state)).not.toContain(PASSWORD)
  })

  test('that Azure finds fault with, and repeats, is in no fault and no log', async () => {
    await using azure = await startRepairs()
    const message = `The supplied password '${PASSWORD}' must be better.`
    azure.play({ match: 'PUT .*extensions', status: 400, code: 'InvalidPassword', message })
    const fault = await azure.begin(PASSWORD_RESET).catch(error => error)
    expect(fault).toMatchObject({ kind: 'invalid', say: expect.stringContaining('InvalidPassword') })
    const all = azure.written(fault)
    expect(all).toContain('(removed)')
    expect(all).not.toContain(PASSWORD)
  })

  test('is written so that it cannot end its element', async () => {
    const bodies: string[] = []
    await using azure = await startRepairs()
    const { httpClient } = azure
    const watching: HttpClient = {
      sendRequest: request => {
        if (request.method === 'PUT') bodies.push(String(request.body))
        return httpClient.sendRequest(request)
      },
    }
    const order: Repair = {
      do: 'cs-enable-rdp',
      service: SERVICE,
      account: 'ann',
      password: `a<b>&'"`,
      until: instant(1_795_260_000_000),
    }
    await azure.connect({ httpClient: watching }).begin(order, { key: KEY })
    expect(bodies.join()).toContain('<Password>a&lt;b&gt;&amp;&apos;&quot;</Password>')
  })
})
