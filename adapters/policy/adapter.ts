/**
 * The policy file as the port `Policies`: read at start, and read again whenever it changes.
 *
 * A bad file at start stops the start. A bad file later changes nothing: the last good policy stays in force, and every problem is logged
 * and can be asked for. A file that is just being written is not taken half: it must read the same twice.
 */
import { unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Log, Policies, Policy } from '../../core/index.ts'
import { type Problem, parsePolicy } from './parse.ts'

export { writePolicySchema } from './json-schema.ts'
export { type Problem, parsePolicy } from './parse.ts'

/** The policy cannot be used. `message` lists every problem as file:line:column, one per line. */
export class PolicyProblem extends Error {
  readonly problems: readonly Problem[]

  constructor(path: string, problems: readonly Problem[]) {
    const list = problems.map(({ line, column, say }) => `  ${path}:${line}:${column} ${say}`)
    super(`The policy cannot be used:\n${list.join('\n')}`)
    this.name = 'PolicyProblem'
    this.problems = problems
  }
}

export type OpenPolicy = Policies & {
  /** What is wrong with the file as it stands; empty when it is the policy in force. */
  problems(): readonly Problem[]
  /** Reads the file again now. 'refused': the last good policy stays. Safe to repeat. */
  reread(): Promise<'same' | 'taken' | 'refused'>
  /** Stops watching. */
  close(): void
}

/**
 * @param options.lookEveryMs how often the file's date is looked at. Looking works where notifications do not: mounted volumes,
 *   editors that write a new file, links that are turned to another file
 * @throws {PolicyProblem} listing everything that is wrong
 */
export async function openPolicy(
  path: string,
  options: { log: Log; lookEveryMs?: number; settleMs?: number },
): Promise<OpenPolicy> {
  const { log, lookEveryMs = 1000, settleMs = 200 } = options
  const file = resolve(path)
  let closed = false
  let changedEarly = false
  let onChange = () => {
    changedEarly = true
  }
  const changed = () => onChange()
  const close = () => {
    closed = true
    unwatchFile(file, changed)
  }
  // Before the first read: what is written after it is a change.
  watchFile(file, { interval: lookEveryMs, persistent: false }, changed)

  let taken = await readSettled(file, settleMs)
  const first = read(taken, path)
  if ('problems' in first) {
    close()
    throw new PolicyProblem(path, first.problems)
  }
  let current: Policy = first.policy
  let problems: readonly Problem[] = []

  async function take(): Promise<'same' | 'taken' | 'refused'> {
    const found = await readSettled(file, settleMs)
    if (closed || isSame(found, taken)) return 'same'
    taken = found
    const parsed = read(found, path)
    if ('problems' in parsed) {
      problems = parsed.problems
      for (const { line, column, say } of problems)
        log.error('policy.refused', { file: path, line, column, problem: say })
      return 'refused'
    }
    current = parsed.policy
    problems = []
    log.info('policy.taken', { file: path, rules: current.rules.length })
    return 'taken'
  }
  // One at a time: an older text must not overtake a newer one.
  let turn: Promise<unknown> = Promise.resolve()
  const reread = () => {
    const mine = turn.then(take)
    turn = mine.catch(() => {})
    return mine
  }
  onChange = () => {
    reread().catch(error => log.error('policy.watch', { file: path }, error))
  }
  if (changedEarly) onChange()
  return { current: () => current, problems: () => problems, reread, close }
}

/** What stands in the file, or why it cannot be read. */
type Found = { text: string } | { unreadable: string }

const isSame = (a: Found, b: Found) => JSON.stringify(a) === JSON.stringify(b)

const read = (found: Found, path: string) =>
  'text' in found
    ? parsePolicy(found.text, basename(path))
    : { problems: [{ line: 1, column: 1, say: `the file cannot be read (${found.unreadable})` }] }

/** Reads until two reads agree, so that a file which is just being written is seen whole. */
async function readSettled(file: string, settleMs: number): Promise<Found> {
  const once = (): Promise<Found> =>
    readFile(file, 'utf8').then(
      text => ({ text }),
      ({ code, message }: NodeJS.ErrnoException) => ({ unreadable: code ?? message }),
    )
  for (let before = await once(); ; ) {
    await pause(settleMs)
    const now = await once()
    if (isSame(now, before)) return now
    before = now
  }
}
