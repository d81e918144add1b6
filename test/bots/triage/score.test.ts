import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const OWN = join(ROOT, 'test', 'triage', 'scenarios')
const SCORE = join(ROOT, 'bots', 'triage', 'score.ts')

type Json = {
  summary: Record<string, unknown>
  scenarios: ({ file: string; named: string[] } & Record<string, unknown>)[]
  bad?: { file: string; error: string }[]
}

function score(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SCORE, ...args])
    let [out, err] = ['', '']
    child.stdout.on('data', data => {
      out += data
    })
    child.stderr.on('data', data => {
      err += data
    })
    child.on('close', code => resolve({ code, out, err }))
  })
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-score-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A folder of its own with the defaults and the given files. */
async function filesOf(name: string, files: Record<string, string>): Promise<string> {
  const at = join(folder, name)
  await mkdir(at)
  await cp(join(OWN, 'defaults.yaml'), join(at, 'defaults.yaml'))
  for (const [file, text] of Object.entries(files)) await writeFile(join(at, file), text)
  return at
}

const OFF = `
message: {text: 'cannot rdp to app-win-1'}
azure:
  vm: {name: app-win-1, power: deallocated, agent: unknown}
  nic: {public_ip: 20.74.1.1}
expect: {verdict: cause, primary: vm.deallocated, remedy: start_vm, approval: self, warnings: [W-START]}
`

describe('the own scenarios', () => {
  let json: Json
  let code: number | null
  beforeAll(async () => {
    const ran = await score(OWN, '--json')
    code = ran.code
    json = JSON.parse(ran.out) as Json
  }, 240_000)

  test('name nothing harmful and offer nothing forbidden', () => {
    expect(json.scenarios.filter(({ harm }) => harm === true)).toEqual([])
    expect(json.summary['harm']).toBe(0)
    expect(code).toBe(0)
  })

  test('are right in at least 95 of 100', () => {
    expect(json.scenarios.length).toBeGreaterThanOrEqual(200)
    expect(json.summary['top1']).toBeGreaterThanOrEqual(0.95)
    expect(json.bad).toBeUndefined()
  })

  test('show every warning and never a weaker approval, answer honestly, and ask little', () => {
    expect(json.summary['warnings']).toBeGreaterThanOrEqual(0.98)
    expect(json.summary['approval']).toBeGreaterThanOrEqual(0.98)
    const [honest, of] = String(json.summary['honesty']).split('/')
    expect(honest).toBe(of)
    expect(json.summary['extraQuestions']).toBeLessThanOrEqual(15)
    expect(json.summary['armCallsP50']).toBeLessThanOrEqual(20)
  })

  test('are summed up under exactly the promised names', () => {
    expect(Object.keys(json.summary)).toEqual([
      ...['scenarios', 'top1', 'harm', 'alsoRecall', 'remedy', 'approval', 'warnings', 'extraQuestions'],
      ...['extraGuestReads', 'honesty', 'armCallsP50', 'firstAnswerMsP50', 'verdictMsP50'],
    ])
    for (const one of json.scenarios) {
      expect(Object.keys(one).slice(0, 5)).toEqual(['file', 'right', 'harm', 'named', 'expected'])
      expect(typeof one['right']).toBe('boolean')
      expect(typeof one['harm']).toBe('boolean')
      expect(Array.isArray(one.named)).toBe(true)
    }
  })
})

describe('the exit code', () => {
  test('is 0 for a folder where all is well, and words are for people', async () => {
    const { code, out } = await score(await filesOf('well', { 'off.yaml': OFF }))
    expect(code).toBe(0)
    expect(out).toContain('right  off.yaml: cause vm.deallocated')
  })

  test('is 1 where something harmful is named first, and the file says what', async () => {
    const harmful = OFF.replace(
      'primary: vm.deallocated',
      'primary: vm.stopped, wrong_first: [vm.deallocated]',
    )
    const { code, out } = await score(await filesOf('harm', { 'off.yaml': harmful }), '--json')
    expect(code).toBe(1)
    const { scenarios, summary } = JSON.parse(out) as Json
    expect(summary).toMatchObject({ harm: 1, top1: 0 })
    expect(scenarios[0]).toMatchObject({ harm: true, harmful: ['vm.deallocated named first'] })
  })

  test('is 1 where a forbidden button is shown', async () => {
    const forbidden = OFF.replace('remedy: start_vm', 'remedy: start_vm, never_offer: [start_vm]')
    const { code } = await score(await filesOf('forbidden', { 'off.yaml': forbidden }))
    expect(code).toBe(1)
  })

  test('is 1 where files cannot be played; each is reported and the rest is played', async () => {
    const at = await filesOf('bad', {
      'off.yaml': OFF,
      'broken.yaml': 'message: {text: [',
      'strange.yaml': OFF.replace('power: deallocated', 'colour: red'),
      'unlabelled.yaml': "message: {text: 'hello'}",
    })
    const { code, out, err } = await score(at, '--json')
    expect(code).toBe(1)
    const { scenarios, bad = [] } = JSON.parse(out) as Json
    expect(scenarios.map(({ file }) => file)).toEqual(['off.yaml'])
    expect(bad.map(({ file }) => file)).toEqual(['broken.yaml', 'strange.yaml', 'unlabelled.yaml'])
    expect(err).toContain('colour')
  })

  test('is 2 where there is nothing to play, no such folder, or no folder at all', async () => {
    expect((await score(await filesOf('empty', {}))).code).toBe(2)
    expect((await score(join(folder, 'nowhere'))).code).toBe(2)
    expect((await score()).code).toBe(2)
  })
})
