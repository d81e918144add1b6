/**
 * Whether the simulated Azure is like the described one: every operation that it serves is driven, and every exchange judged.
 *
 * Nothing passes by being left out: a route that nobody drives, a drive without a route, an exchange that no description covers and a
 * listed deviation that does not occur are failures like any other.
 */
import type { Route } from '../../bots/demo/azure/arm.ts'
import { ROUTES } from '../../bots/demo/azure/sim.ts'
import { DEVIATIONS, type Deviation } from './deviations.ts'
import { drive, type Operation } from './drive.ts'
import type { Exchange } from './exchange.ts'
import type { Finding, Judge, Judgement } from './judge.ts'
import { bastionLinks } from './operations/bastion-links.ts'
import { compute } from './operations/compute.ts'
import { graph } from './operations/graph.ts'
import { network } from './operations/network.ts'
import { platform } from './operations/platform.ts'
import { security } from './operations/security.ts'
import { routeName } from './simulator.ts'

type Line = {
  verdict: 'ok' | 'known deviation' | 'FAIL'
  operation: string
  exchanges: number
  /** What is wrong, or why it is known to be otherwise. */
  says: readonly string[]
}

export type Report = { lines: readonly Line[]; exchanges: number; validated: number; failed: boolean }

type CheckOptions = {
  routes?: readonly Route[]
  operations?: readonly Operation[]
  deviations?: readonly Deviation[]
  /** Changes an exchange before it is judged: for showing that the check bites. */
  spoil?: (exchange: Exchange) => Exchange
}

export const OPERATIONS: readonly Operation[] = [
  ...compute,
  ...network,
  ...bastionLinks,
  ...platform,
  ...security,
  ...graph,
]

export async function check(judge: Judge, options: CheckOptions = {}): Promise<Report> {
  const { routes = ROUTES, operations = OPERATIONS, deviations = DEVIATIONS, spoil } = options
  const exchanges: Exchange[] = []
  const problems = new Map<string, string[]>(routes.map(route => [routeName(route), []]))
  for (const route of routes) {
    const operation = operations.find(one => one.route === routeName(route))
    if (operation === undefined) {
      problems.set(routeName(route), ['the simulator serves it and nobody drives it'])
      continue
    }
    const driven = await drive(routes, route, operation)
    problems.set(routeName(route), driven.problems)
    exchanges.push(...driven.exchanges.map(exchange => spoil?.(exchange) ?? exchange))
  }
  for (const { route } of operations)
    if (!problems.has(route)) problems.set(route, ['it is driven, and the simulator does not serve it'])

  const judged = Map.groupBy(await Promise.all(exchanges.map(judge)), ({ exchange }) => exchange.route)
  const occurred = new Set<Deviation>()
  const lines = [...new Set([...problems.keys(), ...judged.keys()])].map(route =>
    lineOf(route, judged.get(route) ?? [], problems.get(route) ?? [], deviations, occurred),
  )
  for (const deviation of deviations) {
    const { operation, side, code, path } = deviation
    if (!occurred.has(deviation))
      lines.push(failure(operation, `the deviation ${side} ${code} ${path} is listed and did not occur`))
  }
  const validated = [...judged.values()].flat().filter(({ described }) => described).length
  if (validated === 0) lines.push(failure('all', 'nothing was held against a description'))
  const failed = lines.some(({ verdict }) => verdict === 'FAIL')
  return { lines, exchanges: exchanges.length, validated, failed }
}

function lineOf(
  route: string,
  judgements: readonly Judgement[],
  problems: readonly string[],
  deviations: readonly Deviation[],
  occurred: Set<Deviation>,
): Line {
  const known = new Set<Deviation>()
  const unknown: Finding[] = []
  for (const finding of judgements.flatMap(({ findings }) => findings)) {
    const deviation = deviations.find(one => fits(one, finding))
    if (deviation === undefined) unknown.push(finding)
    else known.add(deviation)
  }
  for (const deviation of known) occurred.add(deviation)
  const wrong = [...problems, ...inWords(unknown)]
  const reasons = [...known].map(({ code, reason, source }) => `${code}: ${reason} (${source})`)
  return {
    verdict: wrong.length > 0 ? 'FAIL' : known.size > 0 ? 'known deviation' : 'ok',
    operation: judgements.find(({ described }) => described)?.operation ?? route,
    exchanges: judgements.length,
    says: wrong.length > 0 ? wrong : reasons,
  }
}

const failure = (operation: string, why: string): Line => ({
  verdict: 'FAIL',
  operation,
  exchanges: 0,
  says: [why],
})

const fits = (deviation: Deviation, finding: Finding): boolean =>
  deviation.operation === finding.operation &&
  deviation.side === finding.side &&
  deviation.code === finding.code &&
  deviation.path.test(finding.path) &&
  (deviation.status?.test(String(finding.exchange.response.status)) ?? true)

/** The same thing found many times is said once. */
function inWords(findings: readonly Finding[]): string[] {
  const alike = Map.groupBy(findings, ({ side, code, path, message }) =>
    [side, path, `${code}:`, message].filter(part => part !== '').join(' '),
  )
  return [...alike].map(([what, [first, ...more]]) => {
    const where = `${first?.exchange.response.status} ${first?.exchange.says}`
    return `${where}${more.length > 0 ? ` and ${more.length} more` : ''}: ${what}`
  })
}
