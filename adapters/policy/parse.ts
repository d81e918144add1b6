/**
 * Reads the text of a policy file: rules, or every problem at once with its line and column.
 *
 * Total: any text gives one or the other. Nothing is guessed and nothing is left out silently.
 */
import { type Document, LineCounter, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import type { Address, FileWishes, Policy, Rule } from '../../core/index.ts'
import { insideOf, nowhereInside } from './inside.ts'
import { keyText, type Path, type Place, type Places, placesIn } from './places.ts'
import { AnyRule, PolicyFile } from './schema.ts'
import { sayIssue, sayUnknownKey } from './words.ts'

/** One mistake in a policy file; `line` and `column` count from 1. */
export type Problem = Place & { say: string }
type Parsed = { policy: Policy } | { problems: readonly Problem[] }

/** @param fileName names the file where a problem refers to another place in it */
export function parsePolicy(text: string, fileName: string): Parsed {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const places = placesIn(document, lines)
  const broken = yamlProblems(document, lines)
  if (broken.fatal) return { problems: sorted(broken.problems) }

  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 })
  } catch {
    return { problems: [{ line: 1, column: 1, say: 'aliases (*name) stand for too much: write it out' }] }
  }
  if (value === null || value === undefined)
    return { problems: [{ line: 1, column: 1, say: 'the file is empty: begin with version: 1' }] }

  const parsed = PolicyFile.safeParse(value, { error: () => '' })
  const problems = [
    ...broken.problems,
    ...treacherousKeys(document, lines),
    ...(parsed.error?.issues ?? []).flatMap(issue => tell(issue, { value, places })),
    ...rulesOfUnknownEffect(value, places),
    ...repeatedIds(value, places, fileName),
    ...waysWithoutARange(value, places),
    ...bastionWithoutARoute(value, places),
    ...triesWithoutAPath(value, places),
    ...nowhereInside(value, places),
  ]
  if (!parsed.success || problems.length > 0) return { problems: sorted(problems) }
  return { policy: policyOf(parsed.data) }
}

type Issue = z.core.$ZodIssue

function tell(issue: Issue, seen: { value: unknown; places: Places }, above: Path = []): readonly Problem[] {
  const path = [...above, ...issue.path]
  if (issue.code === 'unrecognized_keys')
    return issue.keys.filter(isHonest).map(key => ({
      ...seen.places.ofKey(path, key),
      say: sayUnknownKey(key, path, valueAt(seen.value, path)),
    }))
  const meant = issue.code === 'invalid_union' ? branchMeant(issue.errors) : undefined
  if (meant) return meant.flatMap(inner => tell(inner, seen, path))
  const say = issue.message === '' ? sayIssue(issue, path, valueAt(seen.value, path)) : issue.message
  return [{ ...seen.places.ofValue(path), say }]
}

/** Of several forms a value may have, the one its author clearly meant: its kind is right, and it has the fewest mistakes. */
function branchMeant(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const mistakes = (branch: readonly Issue[]) =>
    branch.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0)
  const [best, next] = branches
    .filter(branch => branch.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'))
    .toSorted((a, b) => mistakes(a) - mistakes(b))
  return best && (next === undefined || mistakes(best) < mistakes(next)) ? best : undefined
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((part, step) => (part as Record<PropertyKey, unknown> | undefined)?.[step], value)

/** A key that is written twice still lets the rest be read; other mistakes in the YAML do not. */
function yamlProblems(document: Document.Parsed, lines: LineCounter) {
  const found = [...document.errors, ...document.warnings]
  const problems = found.map(({ code, message, pos }): Problem => {
    const { line, col } = lines.linePos(pos[0])
    const say = code === 'DUPLICATE_KEY' ? 'this key is written twice' : `not valid YAML: ${message}`
    return { line, column: col, say }
  })
  return { problems, fatal: found.some(({ code }) => code !== 'DUPLICATE_KEY') }
}

const isHonest = (key: string) => key !== '__proto__' && key !== '<<'

/** Keys that would be dropped or mean less than they seem to, so that a rule would cover more than its author thinks. */
function treacherousKeys(document: Document.Parsed, lines: LineCounter): readonly Problem[] {
  const problems: Problem[] = []
  visit(document, {
    Pair(_, { key }) {
      const name = keyText(key)
      if (isHonest(name)) return
      const { line, col } = lines.linePos((key as { range?: [number] }).range?.[0] ?? 0)
      problems.push({ line, column: col, say: `${name} is not supported here` })
    },
  })
  return problems
}

const rulesIn = (value: unknown): readonly unknown[] => {
  const rules = (value as { rules?: unknown }).rules
  return Array.isArray(rules) ? rules : []
}

/** Without a known effect zod stops at the effect; the rest of the rule can be looked at all the same. */
function rulesOfUnknownEffect(value: unknown, places: Places): readonly Problem[] {
  return rulesIn(value).flatMap((rule, index) => {
    if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return []
    if (['allow', 'ask', 'forbid'].includes((rule as { effect?: unknown }).effect as string)) return []
    const { error } = AnyRule.safeParse(rule, { error: () => '' })
    return (error?.issues ?? []).flatMap(issue => tell(issue, { value, places }, ['rules', index]))
  })
}

function repeatedIds(value: unknown, places: Places, fileName: string): readonly Problem[] {
  const first = new Map<string, Place>()
  return rulesIn(value).flatMap((rule, index) => {
    const id = (rule as { id?: unknown } | null)?.id
    if (typeof id !== 'string') return []
    const place = places.ofValue(['rules', index, 'id'])
    const earlier = first.get(id)
    if (earlier === undefined) {
      first.set(id, place)
      return []
    }
    return [{ ...place, say: `another rule has the id ${id} already (${fileName}:${earlier.line})` }]
  })
}

/** A private address is opened for the range that people come from; without one it would never be a way. */
function waysWithoutARange(value: unknown, places: Places): readonly Problem[] {
  return rulesIn(value).flatMap((rule, index) => {
    const { effect, routes, vpn } = (rule ?? {}) as { effect?: unknown; routes?: unknown; vpn?: unknown }
    if (effect === 'forbid') return []
    const isPrivate = Array.isArray(routes) && routes.includes('private-address')
    if (isPrivate === (vpn !== undefined)) return []
    const say = isPrivate
      ? 'private-address needs vpn: the range that people come from, such as 10.8.0.0/16'
      : 'vpn is for the route private-address, which is not among the routes'
    return [{ ...places.ofValue(['rules', index, isPrivate ? 'routes' : 'vpn']), say }]
  })
}

/** Without a path nobody tries anything, wherever from. */
function triesWithoutAPath(value: unknown, places: Places): readonly Problem[] {
  const { probe, probeFrom } = (value ?? {}) as { probe?: unknown; probeFrom?: unknown }
  if (probeFrom === undefined || probe === true) return []
  return [
    { ...places.ofValue(['probeFrom']), say: 'probeFrom says where tries come from; it needs probe: true' },
  ]
}

/** What is switched on for a route that is never taken is a mistake. */
function bastionWithoutARoute(value: unknown, places: Places): readonly Problem[] {
  return rulesIn(value).flatMap((rule, index) => {
    const { effect, routes, bastion } = (rule ?? {}) as {
      effect?: unknown
      routes?: unknown
      bastion?: unknown
    }
    const isWanted = effect !== 'forbid' && bastion !== undefined
    if (!isWanted || !Array.isArray(routes) || routes.includes('bastion')) return []
    const say = 'bastion is for the route bastion, which is not among the routes'
    return [{ ...places.ofValue(['rules', index, 'bastion']), say }]
  })
}

const sorted = (problems: readonly Problem[]): readonly Problem[] =>
  problems.toSorted((a, b) => a.line - b.line || a.column - b.column)

const channelsOf = ({ slack, teams }: NonNullable<PolicyFile['reports']>): readonly Address[] => [
  ...(slack === undefined ? [] : [{ platform: 'slack' as const, key: slack }]),
  ...(teams === undefined ? [] : [{ platform: 'teams' as const, key: `talk:${teams}` }]),
]

const policyOf = ({
  administrators,
  reports,
  defaultDuration,
  lapseAfter,
  probe,
  probeFrom,
  guestOptIn,
  rules,
}: PolicyFile): Policy => ({
  ...(administrators === undefined ? {} : { administrators }),
  ...(reports === undefined ? {} : { reportTo: channelsOf(reports) }),
  defaultMinutes: defaultDuration,
  lapseMinutes: lapseAfter,
  ...(probe === undefined ? {} : { probe }),
  ...(probeFrom === undefined ? {} : { probeFrom }),
  ...(guestOptIn === undefined ? {} : { guestOptIn }),
  rules: rules.map(ruleOf),
})

/** Only what was written. */
const wishesOf = (
  file: NonNullable<Extract<PolicyFile['rules'][number], { effect: 'ask' }>['file']>,
): FileWishes => Object.fromEntries(Object.entries(file).filter(([, wish]) => wish !== undefined))

function ruleOf(rule: PolicyFile['rules'][number]): Rule {
  const { id, effect, verbs, from } = rule
  const { names, tags, subscriptions, resourceGroups } = rule.machines === 'all' ? {} : rule.machines
  return {
    id,
    effect,
    verbs,
    who: {
      everyone: rule.who.everyone ?? false,
      groups: rule.who.groups ?? [],
      people: rule.who.people ?? [],
    },
    machines: {
      ...(names === undefined ? {} : { names }),
      ...(tags === undefined ? {} : { tags }),
      ...(subscriptions === undefined ? {} : { subscriptions }),
      ...(resourceGroups === undefined ? {} : { resourceGroups }),
    },
    ...(from === undefined ? {} : { from }),
    ...(rule.effect === 'forbid'
      ? {}
      : {
          maxMinutes: rule.maxDuration,
          ...(rule.addressChanges === undefined ? {} : { addressChanges: rule.addressChanges }),
          ...(rule.reason === undefined ? {} : { reason: rule.reason }),
          ...(rule.routes === undefined ? {} : { routes: rule.routes }),
          ...(rule.vpn === undefined ? {} : { vpn: rule.vpn }),
          ...(rule.port === undefined ? {} : { port: rule.port }),
          ...(rule.whenOff === undefined ? {} : { whenOff: rule.whenOff }),
          ...(rule.bastion === undefined ? {} : { bastion: rule.bastion }),
          ...insideOf(rule),
          ...(rule.file === undefined ? {} : { file: wishesOf(rule.file) }),
        }),
    approvers: rule.effect === 'ask' ? rule.approvers : [],
  }
}
