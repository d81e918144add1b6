/** The simulated Azure, held against the copied descriptions; and the check itself, shown what it has to find. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Route } from '../../bots/demo/azure/arm.ts'
import { ROUTES } from '../../bots/demo/azure/sim.ts'
import { check, OPERATIONS, type Report } from './check.ts'
import { DESCRIPTIONS, Descriptions } from './descriptions.ts'
import { DEVIATIONS, type Deviation } from './deviations.ts'
import type { Exchange } from './exchange.ts'
import { type Judge, openJudge } from './judge.ts'
import { routeName } from './simulator.ts'
import { trim, written } from './trim.ts'

const SPECS = fileURLToPath(new URL('specs/', import.meta.url))
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url))

let judge: Judge
beforeAll(async () => {
  judge = await openJudge(SPECS)
})

const route = (pattern: RegExp): Route => {
  const [found, ...more] = ROUTES.filter(one => pattern.test(routeName(one)))
  if (found === undefined || more.length > 0) throw new Error(`${pattern} means no one route`)
  return found
}

const START = route(/^POST .*\/start$/)
const INSTANCE_VIEW = route(/^GET .*\/instanceView$/)
const POLICY = route(/^DELETE .*\/jitNetworkAccessPolicies\/\{policy\}$/)
const GROUP_LIST = route(/^GET .*\{rg\}\/providers\/Microsoft\.Security\/jitNetworkAccessPolicies$/)

/** Checks one operation alone, with something done to what went over the wire. */
function checkOne(one: Route, spoil?: (exchange: Exchange) => Exchange, deviations: Deviation[] = []) {
  const operations = OPERATIONS.filter(({ route: name }) => name === routeName(one))
  return check(judge, { routes: [one], operations, deviations, ...(spoil ? { spoil } : {}) })
}

const answering =
  (change: (response: Exchange['response']) => Exchange['response']) =>
  (exchange: Exchange): Exchange => ({ ...exchange, response: change(exchange.response) })

const failures = ({ lines }: Report): string[] =>
  lines
    .filter(({ verdict }) => verdict === 'FAIL')
    .map(({ operation, says }) => `${operation}: ${says.join(' | ')}`)

describe('the simulated Azure', () => {
  test('is as Microsoft describes it, but for what is known to be otherwise', async () => {
    const report = await check(judge)
    expect(failures(report)).toEqual([])
    expect(report.failed).toBe(false)
    expect(report.lines).toHaveLength(ROUTES.length)
    expect(report.lines.filter(({ verdict }) => verdict === 'known deviation').length).toBeGreaterThan(0)
    expect(report.validated).toBeGreaterThan(200)
  })
})

describe('the check', () => {
  test('finds nothing in an operation that is left as it is', async () => {
    expect(failures(await checkOne(GROUP_LIST))).toEqual([])
    expect(failures(await checkOne(INSTANCE_VIEW))).toEqual([])
    expect(failures(await checkOne(POLICY))).toEqual([])
  })

  test('finds a status that is not described', async () => {
    const report = await checkOne(
      POLICY,
      answering(it => (it.status === 200 ? { ...it, status: 202 } : it)),
    )
    expect(report.failed).toBe(true)
    expect(failures(report)).toEqual([
      expect.stringMatching(
        /^JitNetworkAccessPolicies_Delete: 202 delete a policy: response INVALID_RESPONSE_CODE/,
      ),
    ])
  })

  test('finds that a required property is missing', async () => {
    const without = answering(it => ({
      ...it,
      body: JSON.parse(JSON.stringify(it.body ?? null).replaceAll('"virtualMachines"', '"virtualUnicorns"')),
    }))
    const report = await checkOne(GROUP_LIST, without)
    expect(failures(report).join()).toContain('OBJECT_MISSING_REQUIRED_PROPERTY')
    expect(failures(report).join()).toContain('Missing required property: virtualMachines')
  })

  test('finds an error that is not shaped like one', async () => {
    const report = await checkOne(
      GROUP_LIST,
      answering(it => (it.status === 403 ? { ...it, body: { error: 'no' } } : it)),
    )
    expect(failures(report)).toEqual([expect.stringMatching(/403 without the role: response \/error/)])
  })

  test('finds an operation that is not described', async () => {
    const report = await checkOne(INSTANCE_VIEW, it => ({
      ...it,
      url: it.url.replace('/instanceView', '/unicornView'),
    }))
    expect(failures(report).join()).toContain('OPERATION_NOT_FOUND_IN_CACHE')
    expect(failures(report)).toContain('all: nothing was held against a description')
  })

  test('finds an api-version that is not described', async () => {
    const report = await checkOne(INSTANCE_VIEW, it => ({
      ...it,
      url: it.url.replace(/[\d-]+$/, '2031-01-01'),
    }))
    expect(failures(report).join()).toContain('OPERATION_NOT_FOUND_IN_CACHE_WITH_API')
  })

  test('finds a route of the simulator that nobody drives', async () => {
    const restart: Route = { ...START, path: START.path.replace('/start', '/restart') }
    const report = await check(judge, { routes: [restart], operations: [], deviations: [] })
    expect(failures(report)).toContain(`${routeName(restart)}: the simulator serves it and nobody drives it`)
  })

  test('finds a drive of what the simulator does not serve', async () => {
    const operations = OPERATIONS.filter(({ route: name }) => name === routeName(POLICY))
    const report = await check(judge, { routes: [], operations, deviations: [] })
    expect(failures(report)).toContain(
      `${routeName(POLICY)}: it is driven, and the simulator does not serve it`,
    )
  })

  test('finds an operation that did not go as it should', async () => {
    const operations = OPERATIONS.filter(({ route: name }) => name === routeName(POLICY)).map(one => ({
      ...one,
      usual: { ...one.usual, params: { ...one.usual.params, policy: 'none-such' } },
    }))
    const report = await check(judge, { routes: [POLICY], operations, deviations: [] })
    expect(failures(report).join()).toContain('delete a policy: 204 undefined, expected 200')
  })

  test('finds that there is nothing to follow after 202, or only half an address', async () => {
    for (const location of [undefined, '/subscriptions/somewhere']) {
      const report = await check(judge, {
        routes: [START],
        operations: OPERATIONS.filter(({ route: name }) => name === routeName(START)),
        deviations: [],
        spoil: answering(it => {
          const { location: _, 'azure-asyncoperation': __, ...headers } = it.headers
          return { ...it, headers: { ...headers, ...(location === undefined ? {} : { location }) } }
        }),
      })
      const [found] = failures(report).filter(text => text.startsWith('VirtualMachines_Start'))
      expect(found).toContain('NOTHING_TO_FOLLOW')
    }
  })

  test('finds that an answer has no request id', async () => {
    const report = await checkOne(
      POLICY,
      answering(it => ({ ...it, headers: { ...it.headers, 'x-ms-request-id': '' } })),
    )
    expect(failures(report).join()).toContain('NO_REQUEST_ID')
  })

  test('finds a word that no description has, however open the enumeration', async () => {
    const report = await checkOne(
      INSTANCE_VIEW,
      answering(it => ({ ...it, body: JSON.parse(JSON.stringify(it.body).replaceAll('"V2"', '"V17"')) })),
    )
    expect(failures(report)).toEqual([
      expect.stringContaining(
        "response $.hyperVGeneration WORD_OF_OPEN_ENUMERATION: 'V17' is none of the words that are named",
      ),
    ])
  })

  test('finds that a request which is wrong on purpose is not', async () => {
    const report = await checkOne(POLICY, it => ({ ...it, wrong: true }))
    expect(failures(report).join()).toContain('CALLED_WRONG_AND_IS_NOT')
  })

  test('takes no deviation that is not listed', async () => {
    for (const deviation of DEVIATIONS.filter(({ operation }) => operation === 'NetworkWatchers_ListAll')) {
      const watchers = route(/^GET .*\/networkWatchers$/)
      expect((await checkOne(watchers, undefined, [deviation])).failed).toBe(false)
      expect(failures(await checkOne(watchers)).join()).toContain(deviation.code)
    }
    expect.hasAssertions()
  })

  test('finds a deviation that is listed and did not occur', async () => {
    const stale: Deviation = {
      operation: 'JitNetworkAccessPolicies_Delete',
      side: 'response',
      code: 'INVALID_RESPONSE_CODE',
      path: /^$/,
      reason: 'it was once so',
      source: 'nowhere',
    }
    expect(failures(await checkOne(POLICY, undefined, [stale]))).toEqual([
      'JitNetworkAccessPolicies_Delete: the deviation response INVALID_RESPONSE_CODE /^$/ is listed and did not occur',
    ])
  })
})

/** Each run reads all descriptions and drives the whole of Azure. */
const LONG_MS = 240_000

describe('the command', () => {
  const run = (...args: string[]) =>
    new Promise<{ code: unknown; text: string }>(resolve => {
      const flags = ['--disable-warning=ExperimentalWarning', MAIN]
      execFile(process.execPath, [...flags, ...args], (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, text: `${stdout}${stderr}` }),
      )
    })

  test('says so and ends with 2 where there is nothing to hold Azure against', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'latchkey-'))
    try {
      for (const folder of [empty, join(empty, 'none-such')])
        expect(await run(folder)).toEqual({
          code: 2,
          text: expect.stringContaining('it lacks specification/'),
        })
      expect(await run()).toEqual({ code: 2, text: expect.stringMatching(/^Usage:/) })
    } finally {
      await rm(empty, { recursive: true })
    }
  })

  test(
    'ends with 1 and names the operation where Azure is described otherwise',
    async () => {
      const other = await mkdtemp(join(tmpdir(), 'latchkey-'))
      try {
        await cp(SPECS, other, { recursive: true })
        const file = join(other, DESCRIPTIONS.find(name => /jitNetworkAccessPolicies/.test(name)) ?? '')
        await writeFile(file, (await readFile(file, 'utf8')).replace('"202": {', '"201": {'))
        const { code, text } = await run(other)
        expect(code).toBe(1)
        expect(text).toMatch(/^FAIL +JitNetworkAccessPolicies_Initiate .*INVALID_RESPONSE_CODE/m)
        await writeFile(file, 'no JSON')
        expect(await run(other)).toEqual({ code: 2, text: expect.stringContaining('do not load') })
      } finally {
        await rm(other, { recursive: true })
      }
    },
    LONG_MS,
  )

  test(
    'draws one line for each operation, and a sum',
    async () => {
      const { code, text } = await run(SPECS)
      const lines = text.trimEnd().split('\n')
      expect([code, lines.length]).toEqual([0, ROUTES.length + 1])
      expect(lines).toContainEqual(expect.stringMatching(/^ok +VirtualMachines_Start \(\d+\)$/))
      expect(lines.at(-1)).toMatch(/ 0 failed\.$/)
    },
    LONG_MS,
  )
})

describe('the copied descriptions', () => {
  const files = async () =>
    (await readdir(SPECS, { recursive: true })).filter(name => name.endsWith('.json')).toSorted()

  test('are those that the simulator needs, and nothing else', async () => {
    const needed = trim(new Descriptions(SPECS), ROUTES)
    expect([...needed.keys()].toSorted()).toEqual(await files())
    for (const [name, file] of needed)
      expect([name, JSON.parse(written(file))]).toEqual([
        name,
        JSON.parse(await readFile(join(SPECS, name), 'utf8')),
      ])
  })

  test('come with their licence and their source, and without examples', async () => {
    expect(await readFile(join(SPECS, 'LICENSE'), 'utf8')).toContain('MIT')
    expect(await readFile(join(SPECS, 'SOURCE.md'), 'utf8')).toContain('Azure/azure-rest-api-specs')
    for (const name of await files())
      expect(await readFile(join(SPECS, name), 'utf8')).not.toContain('x-ms-examples')
  })
})
