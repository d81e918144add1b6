/** A policy file that changes while Latchkey runs. */
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openPolicy, PolicyProblem, writePolicySchema } from '../../../adapters/policy/adapter.ts'
import type { Log } from '../../../core/index.ts'

let folder: string
let file: string
let logged: string[]
const closers: (() => void)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-policy-'))
  file = join(folder, 'policy.yaml')
  logged = []
})
afterEach(async () => {
  for (const close of closers.splice(0)) close()
  await rm(folder, { recursive: true, force: true })
})

const write = (event: string, facts: object = {}) => logged.push(`${event} ${JSON.stringify(facts)}`)
const log: Log = { info: write, warn: write, error: write }

const policy = (...ids: readonly string[]) =>
  `version: 1\nrules:\n${ids
    .map(
      id =>
        `  - { id: ${id}, effect: allow, verbs: [connect], who: { everyone: true }, machines: all, maxDuration: 1h }\n`,
    )
    .join('')}`

async function open(quick = true) {
  const opened = await openPolicy(file, { log, settleMs: 5, lookEveryMs: quick ? 20 : 3_600_000 })
  closers.push(() => opened.close())
  return opened
}
const idsOf = ({ current }: Awaited<ReturnType<typeof open>>) => current().rules.map(({ id }) => id)

async function until(is: () => boolean): Promise<void> {
  while (!is()) await pause(10)
}

describe('at start', () => {
  test('a good file is the policy', async () => {
    await writeFile(file, policy('a', 'b'))
    const opened = await open()
    expect(idsOf(opened)).toEqual(['a', 'b'])
    expect(opened.problems()).toEqual([])
  })
  test('a bad file is refused with every problem as file, line and column', async () => {
    await writeFile(file, 'version: 2\nrules: []\n')
    const refused = await open().catch(error => error)
    expect(refused).toBeInstanceOf(PolicyProblem)
    expect(refused.message).toBe(
      `The policy cannot be used:\n  ${file}:1:10 this Latchkey reads policies of version 1: write version: 1\n  ${file}:2:8 rules needs at least one entry`,
    )
    expect(refused.problems).toHaveLength(2)
  })
  test('a file that is not there is refused', async () => {
    await expect(open()).rejects.toThrow(`${file}:1:1 the file cannot be read (ENOENT)`)
  })
})

describe('later', () => {
  test('a changed file is taken by itself', async () => {
    await writeFile(file, policy('a'))
    const opened = await open()
    await writeFile(file, policy('a', 'b'))
    await until(() => opened.current().rules.length === 2)
    expect(idsOf(opened)).toEqual(['a', 'b'])
    expect(logged.some(line => line.startsWith('policy.taken') && line.includes('"rules":2'))).toBe(true)
  })
  test('a file that is put in its place is taken, and so is a link turned to another file', async () => {
    await writeFile(join(folder, 'first'), policy('a'))
    await symlink('first', file)
    const opened = await open()
    await writeFile(join(folder, 'second'), policy('b'))
    await symlink('second', join(folder, 'next'))
    await rename(join(folder, 'next'), file)
    await until(() => idsOf(opened)[0] === 'b')
    await writeFile(join(folder, 'third'), policy('c'))
    await rename(join(folder, 'third'), file)
    await until(() => idsOf(opened)[0] === 'c')
  })
  test('a bad version changes nothing, is told in full, and is forgotten once the file is good again', async () => {
    await writeFile(file, policy('a'))
    const opened = await open(false)
    await writeFile(file, 'version: 2\nrules: []\n')
    expect(await opened.reread()).toBe('refused')
    expect(idsOf(opened)).toEqual(['a'])
    expect(opened.problems().map(({ line, column }) => [line, column])).toEqual([
      [1, 10],
      [2, 8],
    ])
    expect(logged.filter(line => line.startsWith('policy.refused'))).toHaveLength(2)

    await writeFile(file, policy('b'))
    expect(await opened.reread()).toBe('taken')
    expect(idsOf(opened)).toEqual(['b'])
    expect(opened.problems()).toEqual([])
  })
  test('a file that goes away changes nothing', async () => {
    await writeFile(file, policy('a'))
    const opened = await open(false)
    await rm(file)
    expect(await opened.reread()).toBe('refused')
    expect(idsOf(opened)).toEqual(['a'])
    expect(opened.problems()).toEqual([{ line: 1, column: 1, say: 'the file cannot be read (ENOENT)' }])
  })
  test('a file that has not changed is the same', async () => {
    await writeFile(file, policy('a'))
    const opened = await open(false)
    expect(await opened.reread()).toBe('same')
    await writeFile(file, policy('a'))
    expect(await opened.reread()).toBe('same')
  })
  test('a file that is being written is not taken half', async () => {
    await writeFile(file, policy('a', 'b'))
    const opened = await openPolicy(file, { log, settleMs: 100, lookEveryMs: 3_600_000 })
    closers.push(() => opened.close())
    // Cut short it still is a policy, with fewer rules.
    await writeFile(file, policy('a'))
    const reread = opened.reread()
    await pause(20)
    await writeFile(file, policy('a', 'b', 'c'))
    await reread
    await opened.reread()
    expect(idsOf(opened)).toEqual(['a', 'b', 'c'])
    expect(logged.filter(line => line.startsWith('policy.taken'))).toEqual([
      expect.stringContaining('"rules":3'),
    ])
  })
  test('after closing nothing is taken any more', async () => {
    await writeFile(file, policy('a'))
    const opened = await open()
    opened.close()
    await writeFile(file, policy('b'))
    expect(await opened.reread()).toBe('same')
    expect(idsOf(opened)).toEqual(['a'])
  })
  test('a folder is no policy', async () => {
    await mkdir(file)
    await expect(open()).rejects.toThrow(/cannot be read \(EISDIR\)/)
  })
})

test('manifest/policy.schema.json is what writePolicySchema writes', async () => {
  await writePolicySchema(file)
  const shipped = new URL('../../../manifest/policy.schema.json', import.meta.url)
  expect(await readFile(shipped, 'utf8')).toBe(await readFile(file, 'utf8'))
})
