import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from '@jest/globals'
import { makeManifests, TEAMS_ZIP } from '../../bots/manifests/files.ts'
import { readPng } from '../../bots/manifests/png.ts'
import { PLACEHOLDERS, readOrder } from '../../bots/manifests/settings.ts'
import { Stop } from '../../bots/stop.ts'
import { unzip } from './unzip.ts'

const project = new URL('../../', import.meta.url)
const { version } = JSON.parse(await readFile(new URL('package.json', project), 'utf8'))
const APP = '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a11'
const SCOPE = `/subscriptions/${APP}`
const complete = [
  ...['--base-url', 'https://rdp.contoso.com', '--out', 'out'],
  ...['--teams-app-id', APP, '--about', 'https://intranet.contoso.com/latchkey'],
  ...['--azure-scope', SCOPE],
]

const managementGroup = (name: string) => `/providers/Microsoft.Management/managementGroups/${name}`

describe('the manifests in the project', () => {
  const { files, problems } = makeManifests(PLACEHOLDERS, version)

  // When this fails: npm run manifest.
  test.each([...files])('%s is what the generator writes', async (path, bytes) => {
    const written = await readFile(new URL(`manifest/${path}`, project))
    // Another zlib may pack the same picture differently.
    if (path.endsWith('.png')) expect(readPng(written)).toEqual(readPng(bytes))
    else expect(String(written)).toBe(String(bytes))
  })

  test('are all there is, beside a page for each platform', async () => {
    const found = await Promise.all(
      ['slack', 'teams', 'azure'].map(async platform => {
        const names = await readdir(new URL(`manifest/${platform}/`, project))
        return names.map(name => `${platform}/${name}`)
      }),
    )
    const pages = ['slack/README.md', 'teams/README.md', 'azure/README.md']
    expect(found.flat().toSorted()).toEqual([...files.keys(), ...pages].toSorted())
  })

  test('have no problem that is known', () => {
    expect(problems).toEqual([])
  })

  test('would have, if both platforms were told an address without https', () => {
    const baseUrl = 'http://latchkey.example.com'
    const teams = { appId: APP, aboutUrl: `${baseUrl}/about` }
    const spoilt = makeManifests({ ...PLACEHOLDERS, baseUrl, teams }, version).problems
    expect(spoilt).toContain('http://latchkey.example.com/slack/events is not an https address')
    expect(spoilt).toContain('http://latchkey.example.com/about is not an https address')
  })
})

describe('an order', () => {
  test('names what is wanted, completely', () => {
    expect(readOrder([...complete, '--slack-grid'])).toEqual({
      out: 'out',
      settings: {
        baseUrl: 'https://rdp.contoso.com',
        slack: { grid: true },
        teams: { appId: APP, aboutUrl: 'https://intranet.contoso.com/latchkey' },
        azureScopes: [SCOPE],
      },
    })
  })

  test('without anything means the manifests in the project', () => {
    expect(readOrder([])).toBe('own')
  })

  test('keeps a port and drops a slash, as the base address has it', () => {
    const order = readOrder(['--base-url', 'https://RDP.contoso.com:8443/', '--out', 'out'])
    expect(order).toMatchObject({ settings: { baseUrl: 'https://rdp.contoso.com:8443' } })
  })

  test.each<[args: string[], said: string]>([
    [['--out', 'x'], '--base-url must be https'],
    [['--out', 'x', '--base-url', 'http://rdp.contoso.com'], '--base-url must be https'],
    [['--out', 'x', '--base-url', 'https://rdp.contoso.com/latchkey'], '--base-url must be https'],
    [['--out', 'x', '--base-url', 'https://me:secret@rdp.contoso.com'], '--base-url must be https'],
    [['--base-url', 'https://rdp.contoso.com'], '--out is missing'],
    [[...complete, '--teams-app-id', 'latchkey'], '--teams-app-id must be a GUID'],
    [[...complete, '--about', 'http://intranet.contoso.com'], '--about must be the https address'],
    [[...complete.slice(0, 4), '--teams-app-id', APP], '--about must be the https address'],
    [[...complete, '--azure-scope', '/subscriptions/*'], '--azure-scope: /subscriptions/* is neither'],
    [
      [...complete, ...['a', 'b'].flatMap(name => ['--azure-scope', managementGroup(name)])],
      'one management group at most',
    ],
    [['--base', 'https://rdp.contoso.com'], "Unknown option '--base'"],
  ])('%j is refused, with what is wrong and how it is written', (args, said) => {
    const refused = () => readOrder(args)
    expect(refused).toThrow(Stop)
    expect(refused).toThrow(said)
    expect(refused).toThrow('npm run manifest -- --base-url')
  })
})

describe('the command', () => {
  const made: string[] = []
  afterAll(() => Promise.all(made.map(folder => rm(folder, { recursive: true }))))
  const newFolder = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-manifest-'))
    made.push(folder)
    return folder
  }
  const run = (args: readonly string[]) =>
    promisify(execFile)(process.execPath, [
      fileURLToPath(new URL('bots/manifests/main.ts', project)),
      ...args,
    ])

  test('writes everything an organisation needs, under its own names', async () => {
    const out = join(await newFolder(), 'new')
    const { stdout } = await run([...complete, '--out', out])
    const order = readOrder(complete)
    if (order === 'own') throw new Error('not an order')
    const { files } = makeManifests(order.settings, version)
    for (const [path, bytes] of files) {
      expect(stdout).toContain(join(out, path))
      expect(await readFile(join(out, path))).toEqual(bytes)
    }
    const text = [...files.values(), ...unzip(files.get(TEAMS_ZIP) ?? Buffer.alloc(0)).values()].join('\n')
    expect(text).not.toMatch(/example\.com|00000000-0000/)
  })

  test('says what is still to be given, and makes nothing for Teams without it', async () => {
    const out = await newFolder()
    const { stdout } = await run([...complete.slice(0, 2), '--out', out])
    expect(stdout).toContain('Nothing was made for Teams')
    expect(stdout).toContain('--azure-scope')
    expect((await readdir(out)).toSorted()).toEqual(['azure', 'slack'])
  })

  test('writes nothing when something is wrong, and exits with the code for a bad option', async () => {
    const out = await newFolder()
    const failed = run(['--base-url', 'http://rdp.contoso.com', '--out', out])
    await expect(failed).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--base-url must be https'),
    })
    expect(await readdir(out)).toEqual([])
  })
})
