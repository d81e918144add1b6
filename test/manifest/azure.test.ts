import type { HttpClient, PipelineRequest, PipelineResponse } from '@azure/core-rest-pipeline'
import { describe, expect, test } from '@jest/globals'
import { connectAzure } from '../../adapters/azure/adapter.ts'
import { ROLES, roleJson } from '../../bots/manifests/azure.ts'
import { ASK } from '../../bots/manifests/azure-ask.ts'
import { Fault, instant } from '../../core/index.ts'
import { fleet, guarded, startWorld, TOKEN, vmId } from '../adapters/azure/world.ts'
import { type Call, callsIn, callsOf, filesIn, type Node, sourceOf, textOf } from './sources.ts'

// One after another: loaded side by side, the packages meet each other half-loaded.
const { createHttpHeaders } = await import('@azure/core-rest-pipeline')
const { ComputeManagementClient } = await import('@azure/arm-compute')
const { NetworkManagementClient } = await import('@azure/arm-network')
const { SecurityCenter } = await import('@azure/arm-security')

/** As Azure reads it: case does not matter, and `*` stands for anything. */
const covers = (pattern: string, action: string): boolean => {
  const parts = pattern.split('*').map(part => part.replaceAll('.', '\\.'))
  return new RegExp(`^${parts.join('.+')}$`, 'i').test(action)
}

/** Where the adapter's sources are. */
const FOLDERS = ['adapters/azure', 'adapters/azure/diagnostics', 'adapters/azure/repairs']
const everyFile = async () => (await Promise.all(FOLDERS.map(filesIn))).flat()

const distinct = (values: readonly string[]): string[] => [...new Set(values)].toSorted()

// ---- As the sources say ----------------------------------------------------------------------------------------------------------

const idle = { getToken: async () => null }
/** Every operation of Microsoft's clients: "compute.virtualMachines.get" by its last two words. */
const OPERATIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    compute: new ComputeManagementClient(idle, 's'),
    network: new NetworkManagementClient(idle, 's'),
    security: new SecurityCenter(idle, 's'),
  }).flatMap(([kind, client]) => operationsOf(kind, client)),
)

const ALONE = methodsOf(new NetworkManagementClient(idle, 's'))

function operationsOf(kind: string, client: object): [string, string][] {
  return Object.entries(client).flatMap(([group, operations]) =>
    [...methodsOf(operations)].map((name): [string, string] => [
      `${group}.${name}`,
      `${kind}.${group}.${name}`,
    ]),
  )
}

/** The older clients keep their methods in the prototype. */
function methodsOf(operations: unknown): ReadonlySet<string> {
  if (typeof operations !== 'object' || operations === null) return new Set()
  const names = [...Object.keys(operations), ...Object.getOwnPropertyNames(Object.getPrototypeOf(operations))]
  return new Set(names.filter(name => typeof Reflect.get(operations, name) === 'function'))
}

/** The operation of Azure that a call is one of, whatever the client is called. */
function operationOf({ chain, path }: Call): string | undefined {
  const known = OPERATIONS.get(chain.slice(-2).join('.'))
  if (known !== undefined || chain.length !== 2) return known
  if (chain[1] === 'resources') return 'graph.resources'
  // Some operations of the network client belong to no group.
  if (ALONE.has(chain[1] ?? '')) return `network.${chain[1]}`
  if (chain[0] !== 'arm') return undefined
  const address = textOf(path, (path.node as Node).arguments[0])
  return `raw.${chain[1]} ${address ?? '(where Azure said)'}`
}

/** Types of Resource Graph that queries read. */
const tablesIn = (source: string): string[] =>
  [...source.matchAll(/type =~ '([^']+)'/g)].map(([, type]) => `table ${type}`)

describe('the roles, held against the sources of the adapter', () => {
  test('cover exactly what the adapter calls and queries', async () => {
    const calls = (await Promise.all(FOLDERS.map(callsOf))).flat().flatMap(call => operationOf(call) ?? [])
    const sources = await Promise.all((await everyFile()).map(sourceOf))
    const used = [...calls, ...sources.flatMap(tablesIn)]
    const granted = ROLES.flatMap(({ grants }) => grants.flatMap(grant => grant.calls ?? []))
    expect(distinct(used)).toEqual(distinct(granted))
  })

  test('the one for asking holds nothing that nobody uses', () => {
    for (const { action, calls = [] } of ASK.grants)
      expect([action, calls.length > 0]).toEqual([action, true])
  })

  test('a call that is not in the role is seen, whatever the client is called', () => {
    const source = `
      send(async it => await it.inner.virtualMachines.start(g, n).pollUntilDone())
      calls.once(asked, clients.raw(), arm => arm.post(\`\${id}/initiate\`))
      graph.resources({ query: "resources | where type =~ 'microsoft.web/sites'" })`
    expect(callsIn('x.ts', source).flatMap(call => operationOf(call) ?? [])).toEqual([
      'compute.virtualMachines.start',
      'raw.post /initiate',
      'graph.resources',
    ])
    expect(tablesIn(source)).toEqual(['table microsoft.web/sites'])
  })

  test('nothing goes round the clients, which one file makes', async () => {
    expect(OPERATIONS.size).toBeGreaterThan(1_000)
    for (const file of await everyFile()) {
      const makes = /new \w+(?:Client|Center)\(|getClient\(|fetch\(|\brequest\(\{/.test(await sourceOf(file))
      expect([file, makes]).toEqual([file, file.endsWith('/clients.ts')])
    }
  })
})

// ---- As it goes over the wire ----------------------------------------------------------------------------------------------------

/** The action a request needs, by the rule Azure names its own with: the path's types, then what is done. */
function actionOf({ method, url }: Pick<PipelineRequest, 'method' | 'url'>): string {
  const [, provider = ''] = /.*\/providers\/(.+)/.exec(new URL(url).pathname) ?? []
  const [namespace, ...rest] = provider.split('/')
  const types = rest.filter((_, index) => index % 2 === 0)
  // Two that have other names: a query is a POST that reads, and JIT access policies are listed without their location.
  if (provider === 'Microsoft.ResourceGraph/resources') return `${provider}/read`
  if (provider === 'Microsoft.Security/jitNetworkAccessPolicies')
    return 'Microsoft.Security/locations/jitNetworkAccessPolicies/read'
  const done = { GET: 'read', POST: 'action', PUT: 'write', PATCH: 'write', DELETE: 'delete' }[
    method as string
  ]
  return `${namespace}/${types.join('/')}/${done}`
}

const actionsOf = (request: PipelineRequest): string[] => [
  actionOf(request),
  // A query reads what its tables hold: nobody is shown what they may not read.
  ...tablesIn(String(request.body ?? '')).map(table => `${table.replace('table ', '')}/read`),
]

/**
 * Uses every operation of both ports against the pretend Azure, and tells which actions that took and what was said.
 * @param denied an action that Azure refuses without naming it
 */
async function useEverything(denied?: string): Promise<{ actions: readonly string[]; said: string }> {
  await using world = await startWorld([fleet([guarded])], { operationMs: 1 })
  const actions: string[] = []
  let underWay = 0
  const httpClient: HttpClient = {
    sendRequest: async request => {
      world.clock.now += 1
      actions.push(...actionsOf(request))
      if (actionOf(request) === denied) return refused(request)
      underWay += 1
      return world.httpClient.sendRequest(request).finally(() => {
        underWay -= 1
      })
    },
  }
  const { machines, jit } = connectAzure({
    credential: { getToken: async () => ({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }) },
    httpClient,
    log: { info() {}, warn() {}, error() {} },
    now: () => world.clock.now,
  })
  const vm = vmId('vm01')
  const [source, port] = ['203.0.113.7', 3389]
  const said: string[] = []
  const step = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      const answer = await work
      said.push(JSON.stringify(answer) ?? '')
      return answer
    } catch (error) {
      said.push(error instanceof Fault ? error.say : String(error))
      return undefined
    }
  }
  await step(machines.named('vm01'))
  await step(machines.byId(vm))
  await step(machines.like('vm'))
  await step(machines.report(vm, port))
  const policyId = (await step(jit.windows(vm, port)))?.policyId
  const endsAt = instant(world.clock.now + 3_600_000)
  if (policyId !== undefined)
    await step(jit.request({ vm, policyId, port, sources: [source], endsAt, justification: 'INC-7' }))
  const [rule] = (await step(jit.windows(vm, port)))?.rules ?? []
  await step(jit.flow(vm, port, source))
  if (rule !== undefined) await step(jit.remove(rule))
  // What was asked side by side with a refused call goes on by itself; the world must outlive it.
  for (let quiet = 0; quiet < 5; quiet = underWay === 0 ? quiet + 1 : 0)
    await new Promise(resolve => setImmediate(resolve))
  return { actions: distinct(actions), said: said.join('\n') }
}

const refused = (request: PipelineRequest): PipelineResponse => ({
  request,
  status: 403,
  headers: createHttpHeaders({ 'content-type': 'application/json' }),
  bodyAsText: JSON.stringify({ error: { code: 'AuthorizationFailed', message: 'No.' } }),
})

describe('the role for asking, held against what goes over the wire', () => {
  test('covers every request of the adapter, and holds no action that no request needs', async () => {
    const { actions, said } = await useEverything()
    expect(said).not.toMatch(/lacks|not-tested/)
    expect(actions.length).toBeGreaterThan(12)
    const uncovered = actions.filter(action => !ASK.grants.some(grant => covers(grant.action, action)))
    expect(uncovered).toEqual([])
    const unused = ASK.grants.filter(grant => !actions.some(action => covers(grant.action, action)))
    // Defender for Cloud wants two more, and Microsoft says so.
    expect(unused.map(({ action, saidBy }) => [action, saidBy !== undefined])).toEqual([
      ['Microsoft.Network/networkInterfaces/*/read', true],
      ['Microsoft.Security/locations/jitNetworkAccessPolicies/*/read', true],
    ])
  })

  test('what the adapter says it lacks, when Azure refuses, is what the role would give', async () => {
    const { actions } = await useEverything()
    const asked = actions.filter(action => action.startsWith('Microsoft.') && !action.includes('/operation'))
    expect(asked.length).toBeGreaterThan(9)
    for (const action of asked) {
      const { said } = await useEverything(action)
      expect(said).toContain(`The bot lacks ${action}`)
    }
  })

  test.each([
    [
      'GET',
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v?x=/providers/A/b',
      'Microsoft.Compute/virtualMachines/read',
    ],
    [
      'DELETE',
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n/securityRules/r',
      'Microsoft.Network/networkSecurityGroups/securityRules/delete',
    ],
    [
      'POST',
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v/start',
      'Microsoft.Compute/virtualMachines/start/action',
    ],
  ] as const)('%s %s is %s', (method, path, action) => {
    expect(actionOf({ method, url: `https://management.azure.com${path}` })).toBe(action)
  })
})

// ---- All roles -------------------------------------------------------------------------------------------------------------------

describe('the roles', () => {
  test('have names and files of their own, and a reason for each action', () => {
    expect(distinct(ROLES.map(({ name }) => name))).toHaveLength(ROLES.length)
    expect(ROLES.map(({ file }) => file)).toEqual([
      'role-ask.json',
      'role-triage-reader.json',
      'role-power.json',
      'role-guest.json',
      'role-bastion.json',
      'role-cloud-services.json',
    ])
    for (const { grants } of ROLES) {
      expect(distinct(grants.map(({ action }) => action.toLowerCase()))).toHaveLength(grants.length)
      for (const { why } of grants) expect(why).toMatch(/^[A-Z].{10,160}\.$/)
    }
  })

  test('name actions as Azure does, and no wider than one kind of thing', () => {
    for (const { action } of ROLES.flatMap(({ grants }) => grants)) {
      expect(action).toMatch(
        /^Microsoft\.[A-Za-z]+(?:\/[A-Za-z]+)+\/(?:\*\/)?(?:read|write|delete|action|\*)$/,
      )
      expect(action).not.toMatch(/^Microsoft\.[A-Za-z]+\/(?:[A-Za-z]+\/)?\*$/)
    }
  })

  test('keep what runs code inside Windows in one role, and what changes rules or policies in none', () => {
    const held = (pattern: RegExp) =>
      distinct(
        ROLES.filter(({ grants }) => grants.some(({ action }) => pattern.test(action))).map(
          ({ file }) => file,
        ),
      )
    expect(held(/virtualMachines\/(?:runCommands?|extensions)\/(?:action|write|delete|\*)/i)).toEqual([
      'role-guest.json',
    ])
    expect(
      held(/(?:networkSecurityGroups|securityRules|jitNetworkAccessPolicies|publicIPAddresses)\/write/i),
    ).toEqual([])
    expect(held(/virtualMachines\/write|roleAssignments\/(?:write|delete)/i)).toEqual([])
    expect(held(/securityRules\/delete/i)).toEqual(['role-ask.json'])
  })

  test("are written with Azure's own fields only", () => {
    const scopes = ['/subscriptions/1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3e01']
    for (const role of ROLES) {
      const json = roleJson(role, scopes)
      expect(Object.keys(json)).toEqual([
        'Name',
        'IsCustom',
        'Description',
        'Actions',
        'NotActions',
        'DataActions',
        'NotDataActions',
        'AssignableScopes',
      ])
      expect(json).toMatchObject({
        IsCustom: true,
        NotActions: [],
        DataActions: [],
        AssignableScopes: scopes,
      })
      expect(json.Actions).toEqual(role.grants.map(({ action }) => action))
    }
  })
})
