/**
 * npm run bench [-- NAME …] [--rounds N] [--json]
 *
 * Every figure is a median over rounds with the least and the most beside it; every comparison is with a peer measured in the same run.
 */
import { parseArgs } from 'node:util'
import { measureAccess } from './access.ts'
import { measureDoors } from './doors.ts'
import { type Figure, shown } from './figures.ts'
import { measureStarts } from './starts.ts'
import { measureTriage } from './triage.ts'

type Measure = (rounds: number, say: (line: string) => void) => Promise<Record<string, Figure>>

const BENCHES: Readonly<Record<string, { what: string; rounds: number; measure: Measure }>> = {
  doors: {
    what: 'CPU to accept a signed delivery: verify, record durably, acknowledge',
    rounds: 7,
    measure: measureDoors,
  },
  starts: { what: 'Start to ready, and idle memory', rounds: 3, measure: measureStarts },
  triage: {
    what: 'A diagnosis: time, calls to Azure, CPU, and many at once',
    rounds: 3,
    measure: measureTriage,
  },
  access: {
    what: 'An access request: own time to Ready, calls to Azure, signing',
    rounds: 5,
    measure: measureAccess,
  },
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, json: { type: 'boolean', default: false } },
})
const unknown = positionals.filter(name => BENCHES[name] === undefined)
const rounds = values.rounds === undefined ? undefined : Number(values.rounds)
if (unknown.length > 0 || (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))) {
  console.error(
    unknown.length > 0
      ? `There is no benchmark called ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}.`
      : '--rounds takes a whole number above 0.',
  )
  process.exit(2)
}

const results: Record<string, Record<string, Figure>> = {}
for (const [name, { what, rounds: usual, measure }] of Object.entries(BENCHES)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const figures = await measure(rounds ?? usual, line => console.error(`${name}: ${line}`))
  results[name] = figures
  if (values.json) continue
  console.log(`\n${what}`)
  for (const [label, value] of Object.entries(figures)) console.log(`  ${label.padEnd(58)} ${shown(value)}`)
}
if (values.json) console.log(JSON.stringify(results, undefined, 2))
process.exit(0)
