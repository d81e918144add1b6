/** What does not matter to a diagnosis must not change it: names, noise beside the fault, and a read that nobody needs. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readScenarios, type ScenarioFile } from '../../bots/triage/files.ts'
import { judge } from '../../bots/triage/judge.ts'
import { play } from '../../bots/triage/play.ts'
import { startWorlds, type World, type Worlds } from '../../bots/triage/world.ts'

type Json = Record<string, unknown>
const map = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})

const FOLDER = join(import.meta.dirname, 'scenarios')
/** Every one in this many, each with another kind of change than the next. */
const EVERY = 3

let worlds: Worlds
let files: ScenarioFile[]
beforeAll(async () => {
  worlds = await startWorlds()
  files = (await readScenarios(FOLDER)).good.filter((_, at) => at % EVERY === 0)
})
afterAll(() => worlds.stop())

/** Plays the changed scenario and holds it against the label of the unchanged one. */
async function holds(
  file: ScenarioFile,
  scenario: Json,
  change: (world: World) => World = world => world,
): Promise<string | undefined> {
  const world = await worlds.open({ scenario, defaults: file.defaults, file: file.file })
  try {
    const { expect: label } = file
    const played = await play(change(world), new Set(label.verdict === 'ask' ? label.ask : []))
    const { right, harm } = judge(label, played)
    if (right && harm.length === 0) return undefined
    return `${file.file}: ${played.verdict} ${played.named.join(', ')} (${label.primary}) ${harm.join(', ')}`
  } finally {
    await world.end()
  }
}

async function allHold(run: (file: ScenarioFile) => Promise<string | undefined>): Promise<void> {
  const broken: string[] = []
  for (const file of files) {
    const said = await run(file)
    if (said !== undefined) broken.push(said)
  }
  expect(broken).toEqual([])
}

const nameOf = ({ scenario }: ScenarioFile): string => String(map(map(scenario['azure'])['vm'])['name'] ?? '')

/** The same world with other names: VM, security groups, rules and persons. JIT rules keep theirs, as Defender gives it. */
function renamed(file: ScenarioFile): Json {
  const name = nameOf(file)
  const service = map(map(file.scenario['azure'])['vm'])['model'] === 'cloud_service'
  const other = service ? name : `zk-${name.replace(/[^a-z0-9-]/gi, '').length}${name.length}-win-83`
  let text = JSON.stringify(file.scenario)
  if (name !== '' && !service) text = text.replaceAll(new RegExp(`(?<![\\w-])${name}(?![\\w-])`, 'gi'), other)
  const nsgs = Object.keys(map(map(file.scenario['azure'])['nsgs']))
  nsgs.forEach((nsg, at) => {
    text = text.replaceAll(`"${nsg}"`, `"sg-zone-${at}"`)
  })
  for (const [person, another] of [
    ['anna@contoso.com', 'zoe@contoso.com'],
    ['"kim"', '"yuri"'],
    ['"infra"', '"netzteam"'],
  ] as const)
    text = text.replaceAll(person, another)
  const scenario = JSON.parse(text) as Json
  const message = String(map(file.scenario['message'])['text'])
  for (const rules of Object.values(map(map(scenario['azure'])['nsgs'])))
    for (const rule of Array.isArray(rules) ? (rules as Json[]) : []) {
      const known = String(rule['name'])
      if (!/JITRule/.test(known) && !message.includes(known))
        rule['name'] = `${/rdp|3389/i.test(known) ? 'rdp-' : ''}regel-${String(rule['prio'])}`
    }
  return scenario
}

test('other names of machines, groups, rules and persons change no verdict', async () => {
  await allHold(file => holds(file, renamed(file)))
}, 240_000)

const NOISE = [
  { ago: '3h', op: 'write extensions/Monitoring', by: 'policy-svc', result: 'failed' },
  { ago: '26h', op: 'write tags', by: 'cost-bot', result: 'ok' },
  { ago: '5h', op: 'runCommand', by: 'ops', result: 'failed', detail: 'VMAgentStatusCommunicationError' },
]

test('failed operations in the activity log that have nothing to do with it change no verdict', async () => {
  await allHold(file => {
    const scenario = structuredClone(file.scenario)
    const azure = map(scenario['azure'])
    azure['activity'] = [...((azure['activity'] as unknown[] | undefined) ?? []), ...NOISE]
    return holds(file, { ...scenario, azure })
  })
}, 240_000)

test('a broken agent beside a fault that nobody has to look inside Windows for changes no verdict', async () => {
  await allHold(async file => {
    const { primary = '', guest_read } = file.expect
    const beside =
      /^(net\.nsg|net\.jit_(closed|expired|other)|net\.std|target\.(wrong_port|private|stale)|client\.rd_)/.test(
        primary,
      )
    if (!beside || guest_read === 'needed') return undefined
    const scenario = structuredClone(file.scenario)
    const azure = map(scenario['azure'])
    return holds(file, { ...scenario, azure: { ...azure, vm: { ...map(azure['vm']), agent: 'not_ready' } } })
  })
}, 240_000)

/** Reads, and the causes that need them. */
const UNNEEDED: readonly (readonly [name: string, path: RegExp, needs: RegExp])[] = [
  ['Resource Health', /availabilityStatuses/i, /^(platform|vm\.|boot|guest\.(hung|exhausted)|ok\.)/],
  ['metrics', /Microsoft\.Insights\/metrics/i, /^(guest\.|ok\.|platform|boot)/],
  ['the screen', /retrieveBootDiagnosticsData/i, /^(boot|guest\.|vm\.|ok\.)/],
]

/** A world where Azure denies one kind of read. */
const denying =
  (path: RegExp) =>
  (world: World): World => ({
    ...world,
    httpClient: {
      sendRequest: async request => {
        if (!path.test(request.url)) return world.httpClient.sendRequest(request)
        const answer = await world.httpClient.sendRequest({
          ...request,
          url: 'https://management.azure.com/none',
        })
        const bodyAsText = JSON.stringify({ error: { code: 'AuthorizationFailed', message: 'denied' } })
        return { ...answer, status: 403, bodyAsText, request }
      },
    },
  })

describe('a denied read that the cause does not need', () => {
  test.each(UNNEEDED)(
    'changes no verdict: %s',
    async (_, path, needs) => {
      await allHold(async file =>
        needs.test(file.expect.primary ?? 'ok.') ? undefined : holds(file, file.scenario, denying(path)),
      )
    },
    240_000,
  )
})
