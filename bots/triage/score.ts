/**
 * `npm run -s triage:score -- FOLDER [--json]`: plays every scenario file of a folder and says how good the diagnosis was.
 *
 * Exit codes: 0 nothing harmful; 1 something harmful was named or offered, or a file could not be played; 2 nothing could be played.
 */
import { parseArgs } from 'node:util'
import { type BadFile, readScenarios, type ScenarioFile } from './files.ts'
import { judge } from './judge.ts'
import { play } from './play.ts'
import { asJson, inWords, type Line } from './report.ts'
import { startWorlds, type Worlds } from './world.ts'

const HELP = `Usage: npm run -s triage:score -- FOLDER [--json] [--only TEXT]

Plays every scenario file (*.yaml) below FOLDER through the engine and the Azure adapters, over HTTP, against a pretend Azure
built from that file. Each needs a defaults.yaml beside it or in a folder above. --only plays the files whose names contain TEXT.

The diagnosis is given what the person wrote (message.text) and who they are (message.author is the asker), the answers to the
questions that it asks (answers), Azure over HTTP (azure, guest), the words on the screen at its ScreenReader port (azure.boot: so how
well pictures are read is not measured), and a port of this machine that does what azure.probe says, which it tries over a socket. It
never sees truth, expect, title, tags, ids or file names. A diagnosis that must ask before it can have a verdict is judged at that question.

Waiting takes no time: the world's clock is moved instead. The times are wall time plus what the clock was moved.
Exits 1 when anything harmful was named first or offered, or a file could not be played; 2 when nothing could be.
`
/** Two at once keep both processes busy. */
const AT_ONCE = 3

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: 'boolean' }, help: { type: 'boolean' }, only: { type: 'string' } },
  })
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  const [folder, ...rest] = positionals
  if (folder === undefined || rest.length > 0) {
    process.stderr.write(HELP)
    return 2
  }
  const { good, bad } = await readScenarios(folder)
  const { only } = values
  const chosen = only === undefined ? good : good.filter(({ file }) => file.includes(only))
  const lines = chosen.length === 0 ? [] : await playAll(chosen, bad)
  if (lines.length === 0 && bad.length === 0) {
    process.stderr.write(`There is no scenario file in ${folder}.\n`)
    return 2
  }
  bad.sort((left, right) => (left.file < right.file ? -1 : 1))
  if (values.json === true) {
    process.stdout.write(`${JSON.stringify(asJson(lines, bad))}\n`)
    for (const { file, error } of bad) process.stderr.write(`${file}: ${error}\n`)
  } else process.stdout.write(inWords(lines, bad))
  if (lines.length === 0) return 2
  return bad.length > 0 || lines.some(({ score }) => score.harm.length > 0) ? 1 : 0
}

async function playAll(files: readonly ScenarioFile[], bad: BadFile[]): Promise<Line[]> {
  const worlds = await startWorlds()
  const lines: Line[] = []
  const waiting = [...files]
  const worker = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift())
      try {
        lines.push(await playOne(worlds, one))
      } catch (error) {
        bad.push({ file: one.file, error: (error as Error).message })
      }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, worker))
  } finally {
    worlds.stop()
  }
  return lines.sort((left, right) => (left.file < right.file ? -1 : 1))
}

async function playOne(
  worlds: Worlds,
  { file, difficulty, expect, scenario, defaults }: ScenarioFile,
): Promise<Line> {
  const world = await worlds.open({ scenario, defaults, file })
  try {
    const ends = new Set(expect.verdict === 'ask' ? expect.ask : [])
    const played = await play(world, ends)
    return { file, difficulty, expect, played, score: judge(expect, played) }
  } finally {
    await world.end()
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
