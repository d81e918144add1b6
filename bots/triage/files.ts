/**
 * Scenario files of a folder: found, read and checked for what the scorer itself needs. A file that is bad costs only itself.
 *
 * The schema of a file is that of triage scenarios: what the person wrote, what Azure and Windows would say, and a label. The label is read
 * here and goes to the judge; nothing of it goes to the diagnosis.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'

const APPROVALS = ['none', 'self', 'jit_policy', 'manager', 'owner', 'manager_strict'] as const

const Ids = z
  .array(z.string())
  .nullish()
  .transform(given => given ?? [])

/** What a file expects of the diagnosis. */
const Expect = z.strictObject({
  verdict: z.enum(['cause', 'healthy', 'ask', 'inconclusive']),
  primary: z
    .string()
    .nullish()
    .transform(given => given ?? undefined),
  alternates: Ids,
  also: Ids,
  wrong_first: Ids,
  remedy: z
    .string()
    .nullish()
    .transform(given => given ?? 'none'),
  remedy_ok: Ids,
  never_offer: Ids,
  approval: z.enum(APPROVALS).default('none'),
  warnings: Ids,
  ask: Ids,
  guest_read: z.enum(['needed', 'not_needed', 'impossible']).default('not_needed'),
  why: z.string().nullish(),
})

export type Expected = z.infer<typeof Expect>

export type ScenarioFile = {
  /** Below the folder that was asked for. */
  file: string
  difficulty: string
  expect: Expected
  /** The whole file and its defaults, without the label: what a world is built from. */
  scenario: Record<string, unknown>
  defaults: unknown
}

export type BadFile = { file: string; error: string }

const DEFAULTS = 'defaults.yaml'

/**
 * Every scenario file below a folder, in order of their names.
 * @throws {Error} when the folder cannot be read
 */
export async function readScenarios(folder: string): Promise<{ good: ScenarioFile[]; bad: BadFile[] }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => {
    throw new Error(`The folder ${folder} cannot be read.`)
  })
  const paths = entries
    .filter(one => one.isFile() && /\.ya?ml$/i.test(one.name) && one.name !== DEFAULTS)
    .map(one => join(one.parentPath, one.name))
    .sort()
  const good: ScenarioFile[] = []
  const bad: BadFile[] = []
  const known = new Map<string, Promise<unknown>>()
  for (const path of paths) {
    const file = relative(folder, path)
    try {
      const given = await readYaml(path)
      if (!isMap(given)) throw new Error('is no mapping')
      const expect = Expect.safeParse(given['expect'])
      if (!expect.success)
        throw new Error(
          expect.error.issues
            .map(({ path: at, message }) => `${['expect', ...at].join('.')}: ${message}`)
            .join('; '),
        )
      const where = await defaultsFor(dirname(resolve(path)))
      const defaults = known.get(where) ?? readYaml(where)
      known.set(where, defaults)
      const {
        expect: _,
        title: __,
        tags: ___,
        id: ____,
        difficulty,
        truth: _____,
        split: ______,
        ...scenario
      } = given
      good.push({
        file,
        difficulty: typeof difficulty === 'string' ? difficulty : 'unknown',
        expect: expect.data,
        scenario,
        defaults: await defaults,
      })
    } catch (error) {
      bad.push({ file, error: (error as Error).message })
    }
  }
  return { good, bad }
}

/** Beside the file, or in a folder above it. */
async function defaultsFor(folder: string): Promise<string> {
  const path = join(folder, DEFAULTS)
  const isThere = await stat(path).then(
    found => found.isFile(),
    () => false,
  )
  if (isThere) return path
  const above = dirname(folder)
  if (above === folder) throw new Error(`no ${DEFAULTS} beside it or above it`)
  return defaultsFor(above)
}

async function readYaml(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [broken] = document.errors
  if (broken === undefined) return document.toJS()
  const { line, col } = lines.linePos(broken.pos[0])
  throw new Error(`line ${line}, column ${col}: ${broken.message.split('\n')[0]}`)
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
