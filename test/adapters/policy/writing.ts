/** Policy files to try, and what is said of them. */
import { type Problem, parsePolicy } from '../../../adapters/policy/adapter.ts'

export const ENGINEERS = '0a6e2f10-5b1c-4f0e-8a51-6f1f8d3c0001'
export const LEADS = '0a6e2f10-5b1c-4f0e-8a51-6f1f8d3c0002'

export const problemsOf = (text: string): readonly Problem[] => {
  const parsed = parsePolicy(text, 'policy.yaml')
  return 'problems' in parsed ? parsed.problems : []
}
/** As `line:column words`. */
export const told = (text: string): readonly string[] =>
  problemsOf(text).map(({ line, column, say }) => `${line}:${column} ${say}`)

export const policyOf = (text: string) => {
  const parsed = parsePolicy(text, 'policy.yaml')
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.policy
}

/** A rule without fault, one key per line; what is given replaces a line, or takes it out. */
export function rule(changes: Readonly<Record<string, string | undefined>> = {}): string {
  const keys = {
    id: 'production',
    effect: 'ask',
    verbs: '[connect]',
    who: `{ groups: [${ENGINEERS}] }`,
    machines: 'all',
    maxDuration: '2h',
    approvers: '[manager]',
    ...changes,
  }
  const lines = Object.entries(keys).filter(([, value]) => value !== undefined)
  return lines.map(([key, value], index) => `${index === 0 ? '  - ' : '    '}${key}: ${value}`).join('\n')
}
/** Its first rule begins in line 3. */
export const file = (...rules: readonly string[]) => `version: 1\nrules:\n${rules.join('\n')}\n`
