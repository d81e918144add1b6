/**
 * What a diagnosis costs: time to the first answer and to the verdict, beside the slowest single chain of its own reads taken alone; calls
 * to Azure; CPU of the process that diagnoses; and twenty diagnoses at once within Azure's limits.
 *
 * The pretend Azure is a process of its own and takes as long to answer as Azure does; operations take their time on its clock, which leaps
 * to their end, so times are wall time plus what its clock was moved.
 */
import { join } from 'node:path'
import { createHttpHeaders, createPipelineRequest } from '@azure/core-rest-pipeline'
import { azureCredential } from '../../adapters/azure/credential.ts'
import { connectDiagnostics } from '../../adapters/azure/diagnostics/connect.ts'
import { readScenarios, type ScenarioFile } from '../../bots/triage/files.ts'
import { saidScreen } from '../../bots/triage/screen.ts'
import { startWorlds, type World, type Worlds } from '../../bots/triage/world.ts'
import type { Diagnostics, PersonId } from '../../core/index.ts'
import { investigate } from '../../core/triage/engine/investigate.ts'
import { type Figure, figure } from './figures.ts'

const SCENARIOS = join(import.meta.dirname, '..', 'triage', 'scenarios')
/** A shut port, a fault on the way, and one that only Windows can tell. */
const CASES = { rules: 'N43-', way: 'P14-', windows: 'P35-' } as const
const AT_ONCE = 20
const CPU_RUNS = 10
const TICK_MS = 100

export async function measureTriage(
  rounds: number,
  say: (line: string) => void,
): Promise<Record<string, Figure>> {
  const worlds = await startWorlds()
  try {
    const { good } = await readScenarios(SCENARIOS)
    const figures: Record<string, Figure> = {}
    for (const [name, file] of Object.entries(CASES)) {
      const found = good.find(one => one.file.startsWith(file))
      if (found === undefined) throw new Error(`There is no scenario ${file}.`)
      say(`diagnosing ${found.file}`)
      const runs: Timed[] = []
      for (let round = 0; round < rounds; round += 1) runs.push(await timed(worlds, found))
      figures[`${name}: first answer`] = figure(
        runs.map(({ first }) => first / 1000),
        's',
      )
      figures[`${name}: verdict`] = figure(
        runs.map(({ verdict }) => verdict / 1000),
        's',
      )
      figures[`${name}: slowest single chain of its reads`] = figure(
        runs.map(({ chain }) => chain / 1000),
        's',
      )
      figures[`${name}: verdict to slowest chain`] = figure(
        runs.map(({ verdict, chain }) => verdict / chain),
        '×',
      )
      figures[`${name}: calls to Azure`] = figure(
        runs.map(({ calls }) => calls),
        '',
      )
    }
    say('measuring the CPU of a diagnosis')
    const cpu: number[] = []
    for (let round = 0; round < rounds; round += 1) cpu.push(await cpuOf(worlds, good))
    figures['CPU of one diagnosis'] = figure(cpu, 'ms')
    say(`diagnosing ${AT_ONCE} VMs at once`)
    const crowds: Crowd[] = []
    for (let round = 0; round < rounds; round += 1) crowds.push(await crowd(worlds, good))
    figures[`${AT_ONCE} at once: last verdict`] = figure(
      crowds.map(({ lastMs }) => lastMs / 1000),
      's',
    )
    figures[`${AT_ONCE} at once: calls to Azure each`] = figure(
      crowds.map(({ calls }) => calls / AT_ONCE),
      '',
    )
    figures[`${AT_ONCE} at once: calls that Azure throttled`] = figure(
      crowds.map(({ throttled }) => throttled),
      '',
    )
    return figures
  } finally {
    worlds.stop()
  }
}

type Timed = { first: number; verdict: number; chain: number; calls: number }

/** One diagnosis in a slow world, and then each of its reads alone in another one like it. */
async function timed(worlds: Worlds, file: ScenarioFile): Promise<Timed> {
  const world = await worlds.open(wishOf(file))
  await setPace(world, { realistic: true })
  const spent = spentIn(world)
  const taken: Taken[] = []
  let first: number | undefined
  await run(world, recorded(diagnosticsOf(world)(), taken), world.message.text, () => {
    first ??= spent()
  })
  const verdict = spent()
  const calls = (await world.calls()).filter(isCall).length
  await world.end()
  return { first: first ?? verdict, verdict, calls, chain: await slowestChain(worlds, file, taken) }
}

type Taken = { name: keyof Diagnostics; args: readonly unknown[] }

/** Reads that need the machine only; all others wait for its state and its network. */
const SWEEP: ReadonlySet<string> = new Set([
  ...[
    'state',
    'model',
    'health',
    'activity',
    'network',
    'jit',
    'roles',
    'extensions',
    'bastion',
    'incidents',
  ],
])

const BASE: ReadonlySet<string> = new Set(['state', 'network'])
const isProbe = (name: string): boolean => !SWEEP.has(name) && name !== 'find' && name !== 'guest'

/** Finding the machine, then the slowest read of the sweep or of what waits for its state and network, then the script inside. */
async function slowestChain(worlds: Worlds, file: ScenarioFile, taken: readonly Taken[]): Promise<number> {
  const took = new Map<string, number>()
  for (const { name, args } of taken) {
    const world = await worlds.open(wishOf(file))
    await setPace(world, { realistic: true })
    const diagnostics = diagnosticsOf(world)()
    const ask = (one: Taken) =>
      (diagnostics[one.name] as (...given: readonly unknown[]) => Promise<unknown>)(...one.args)
    // What waits for the state and the network finds ready what they have read.
    if (isProbe(name)) await Promise.all(taken.filter(one => BASE.has(one.name)).map(ask))
    const spent = spentIn(world)
    await ask({ name, args })
    took.set(name, Math.max(took.get(name) ?? 0, spent()))
    await world.end()
  }
  const of = (name: string) => took.get(name) ?? 0
  const most = (names: readonly string[]) => Math.max(0, ...names.map(of))
  const names = [...took.keys()]
  const sweep = most(names.filter(name => SWEEP.has(name)))
  return of('find') + Math.max(sweep, most([...BASE]) + most(names.filter(isProbe))) + of('guest')
}

/** Runs one after the other in a world that answers at once; the first few, which load and compile, do not count. */
async function cpuOf(worlds: Worlds, good: readonly ScenarioFile[]): Promise<number> {
  const file = good.find(one => one.file.startsWith(CASES.way))
  if (file === undefined) throw new Error('There is no such scenario.')
  const world = await worlds.open(wishOf(file))
  const diagnostics = diagnosticsOf(world)
  for (let warm = 0; warm < 3; warm += 1) await run(world, diagnostics(), world.message.text)
  const before = process.cpuUsage()
  for (let at = 0; at < CPU_RUNS; at += 1) await run(world, diagnostics(), world.message.text)
  const { user, system } = process.cpuUsage(before)
  await world.end()
  return (user + system) / 1000 / CPU_RUNS
}

type Crowd = { lastMs: number; calls: number; throttled: number }

/** Twenty VMs of one subscription, all asked about in the same moment, where Azure counts its calls. */
async function crowd(worlds: Worlds, good: readonly ScenarioFile[]): Promise<Crowd> {
  const [some] = good
  if (some === undefined) throw new Error('There is no scenario.')
  const names = Array.from({ length: AT_ONCE }, (_, at) => `app-win-${at + 1}`)
  const scenario = {
    message: { text: 'rdp times out' },
    azure: {
      vm: { name: names[0], computer_name: 'APP-WIN-1' },
      nic: { public_ip: '20.80.0.1' },
      other_vms: names.slice(1).map((name, at) => `${name} at 20.80.0.${at + 2}`),
    },
  }
  const world = await worlds.open({ scenario, defaults: some.defaults, file: 'crowd' })
  await setPace(world, { realistic: true, throttling: true })
  // Azure refills what may be asked as time passes, so its clock has to go with the wall's.
  let ticked = performance.now()
  const ticking = setInterval(() => {
    // As much as went by: on a busy machine ticks come late.
    const ms = performance.now() - ticked
    ticked += ms
    void world.clock.pause(ms).catch(() => undefined)
  }, TICK_MS)
  try {
    const diagnostics = diagnosticsOf(world)
    const began = performance.now()
    await Promise.all(names.map(name => run(world, diagnostics(), `rdp to ${name} times out`)))
    const lastMs = performance.now() - began
    const calls = (await world.calls()).filter(isCall)
    return { lastMs, calls: calls.length, throttled: calls.filter(({ status }) => status === 429).length }
  } finally {
    clearInterval(ticking)
    await world.end()
  }
}

const wishOf = ({ scenario, defaults, file }: ScenarioFile) => ({ scenario, defaults, file })

const isCall = ({ path }: { path: string }): boolean => !/\/operation(?:s|Results)\/|\/world\//i.test(path)

const spentIn = (world: World): (() => number) => {
  const [began, passed] = [performance.now(), world.passed()]
  return () => performance.now() - began + world.passed() - passed
}

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined }
const APP = {
  tenantId: '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a11',
  clientId: '2b1f0c7e-5555-4a6b-9c3d-0000000000aa',
}

function diagnosticsOf(world: World): () => Diagnostics {
  const { httpClient, clock } = world
  const credential = azureCredential({ kind: 'client-secret', ...APP, clientSecret: 'any' }, httpClient)
  return connectDiagnostics({
    ...{
      credential,
      guestCredential: credential,
      httpClient,
      log: SILENT,
      now: clock.now,
      screens: saidScreen,
      pollMs: 50,
    },
  }).forOneDiagnosis
}

/** The same reads, each noted with what it was asked. */
function recorded(diagnostics: Diagnostics, taken: Taken[]): Diagnostics {
  return new Proxy(diagnostics, {
    get: (target, name: keyof Diagnostics) => {
      const read = target[name] as (...args: readonly unknown[]) => unknown
      return (...args: readonly unknown[]) => {
        taken.push({ name, args })
        return read.apply(target, [...args])
      }
    },
  })
}

async function run(
  world: World,
  diagnostics: Diagnostics,
  text: string,
  answered?: () => void,
): Promise<void> {
  await investigate(
    {
      ...{ diagnostics, clock: world.clock, visible: async vms => vms },
      ...(world.own === undefined ? {} : { own: world.own }),
      // The first answer says what is known: the machine's own state, or already a cause.
      progress: ({ first, checks }) => {
        if (first !== undefined || checks.some(({ id }) => id === 'K02')) answered?.()
      },
      ask: async ({ id }) => {
        answered?.()
        return world.answers[id]
      },
    },
    { text, asker: { person: world.asker.id as PersonId, accounts: [world.asker.upn] } },
  )
}

async function setPace(world: World, pace: { realistic: boolean; throttling?: boolean }): Promise<void> {
  const { status } = await world.httpClient.sendRequest(
    createPipelineRequest({
      url: 'https://management.azure.com/world/pace',
      method: 'POST',
      headers: createHttpHeaders({ 'content-type': 'application/json' }),
      body: JSON.stringify(pace),
    }),
  )
  if (status !== 200) throw new Error(`The pretend Azure did not take its pace: ${status}.`)
}
