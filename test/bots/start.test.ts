/** `npm start` from outside: one line when it is ready, one clear line and an exit code when it cannot be. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { EXIT } from '../../bots/stop.ts'

const MAIN = fileURLToPath(new URL('../../bots/main.ts', import.meta.url))
let folder = ''
const running: ChildProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-start-'))
})
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGTERM')
    await once(child, 'exit')
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs until the process ends or says that it is ready. */
async function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], {
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.push(child)
  let out = ''
  let err = ''
  child.stderr.on('data', data => {
    err += data
  })
  const ready = new Promise<void>(resolve => {
    child.stdout.on('data', data => {
      out += data
      if (out.includes('\n')) resolve()
    })
  })
  await Promise.race([ready, once(child, 'close')])
  return { child, out, err: () => err.trimEnd(), exitCode: child.exitCode }
}

describe('the demo', () => {
  test('prints one line with its address, and the page is there', async () => {
    const { out, child } = await start(['--port', '0', '--data', join(folder, 'a')])
    const { ready, url } = JSON.parse(out)
    expect(ready).toBe(true)
    expect((await fetch(url)).status).toBe(200)
    expect(await (await fetch(new URL('/world', url))).json()).toMatchObject({ product: 'ready' })

    const second = await start(['--port', '0', '--data', join(folder, 'a')])
    expect(second.exitCode).toBe(EXIT.dataFolder)
    expect(second.err().split('\n')).toHaveLength(1)
    expect(second.err()).toMatch(/in use|another/i)

    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  }, 120_000)

  test('a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const { exitCode, err } = await start(['--port', String(port), '--data', join(folder, 'b')])
    server.close()
    expect([exitCode, err()]).toEqual([
      EXIT.portInUse,
      expect.stringMatching(new RegExp(`^Port ${port} is in use.*$`)),
    ])
  }, 60_000)

  test('a data folder that is a file', async () => {
    const path = join(folder, 'file')
    await writeFile(path, 'not a folder')
    const { exitCode, err } = await start(['--port', '0', '--data', path])
    expect([exitCode, err().split('\n').length]).toEqual([EXIT.dataFolder, 1])
  }, 60_000)

  test('a world that is damaged says how to begin anew', async () => {
    const path = join(folder, 'damaged')
    const { mkdir } = await import('node:fs/promises')
    await mkdir(path)
    await writeFile(join(path, 'world.json'), '{ "version": 1, "secr')
    await chmod(join(path, 'world.json'), 0o600)
    const { exitCode, err } = await start(['--port', '0', '--data', path])
    expect([exitCode, err()]).toEqual([EXIT.dataFolder, expect.stringContaining('--reset')])
  }, 60_000)

  test.each([
    [['--prot', '1'], /prot/],
    [['--port', 'many'], /not a port/],
    [['--port', '65535'], /not a port/],
    [['--world', '/no/such/world.yaml'], /cannot be read/],
    [['--crowd', '0'], /no number of VMs/],
    [['--crowd', 'many'], /no number of VMs/],
  ])(
    '%j is one clear line',
    async (args, said) => {
      const { exitCode, err } = await start(args)
      expect(exitCode).toBe(EXIT.badOption)
      expect(err()).toMatch(said)
      expect(err().split('\n')).toHaveLength(1)
    },
    60_000,
  )
})

describe('with real settings', () => {
  test('what is missing is listed, and the demo does not start instead', async () => {
    const { exitCode, err, out } = await start([], { SLACK_BOT_TOKEN: 'xoxb-1' })
    expect(exitCode).toBe(EXIT.badSettings)
    expect(err()).toContain('SLACK_SIGNING_SECRET is missing')
    expect(err()).toContain('LATCHKEY_BASE_URL is missing')
    expect(out).toBe('')
  }, 60_000)
  test('the options of the demo are refused', async () => {
    const { exitCode, err } = await start(['--reset'], { SLACK_BOT_TOKEN: 'xoxb-1' })
    expect([exitCode, err()]).toEqual([EXIT.badOption, expect.stringContaining('no demo')])
  }, 60_000)
})
