import { afterAll, describe, expect, jest, test } from '@jest/globals'
import { type TeamsManifest as AnyTeamsManifest, AppManifestUtils } from '@microsoft/app-manifest'
import fc from 'fast-check'
import { makeManifests, TEAMS_ZIP } from '../../bots/manifests/files.ts'
import { colorIcon, outlineIcon, SIZE } from '../../bots/manifests/icon.ts'
import { type Picture, readPng, writePng } from '../../bots/manifests/png.ts'
import { PLACEHOLDERS } from '../../bots/manifests/settings.ts'
import { DIAGNOSE_ACTION, TEAMS_PATH, type TeamsManifest, teamsManifest } from '../../bots/manifests/teams.ts'
import { teamsProblems } from '../../bots/manifests/teams-check.ts'
import { writeZip } from '../../bots/manifests/zip.ts'
import { COMMANDS } from '../../core/command/commands.ts'
import { readCommand } from '../../core/command/grammar.ts'
import { isRefusal } from '../../core/index.ts'
import { sourceOf } from './sources.ts'
import { unzip } from './unzip.ts'

const APP = '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a11'
const teams = { appId: APP, aboutUrl: 'https://intranet.contoso.com/latchkey' }
const ours = teamsManifest('https://rdp.contoso.com', teams, '1.2.3')
const icons = { color: writePng(colorIcon()), outline: writePng(outlineIcon()) }
const fail = (): never => {
  throw new Error('nothing there')
}
const [bot] = ours.bots as [TeamsManifest['bots'][number]]

const schemaErrors = (manifest: object): Promise<string[]> =>
  AppManifestUtils.validateAgainstSchema(manifest as AnyTeamsManifest)
const spoilt = (spoil: (manifest: TeamsManifest, bot: TeamsManifest['bots'][number]) => void) => {
  const copy = structuredClone(ours)
  spoil(copy, copy.bots[0] as TeamsManifest['bots'][number])
  return copy
}

// The validator has the schemas with it. One that looked for them elsewhere would judge by something else every day.
const fetched = jest.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('no network here'))
afterAll(() => fetched.mockRestore())

describe('the Teams manifest', () => {
  test.each([
    ['with the names of an organisation', ours],
    ['with the placeholders', teamsManifest(PLACEHOLDERS.baseUrl, PLACEHOLDERS.teams ?? teams, '0.1.0')],
  ])('fits the schema of Teams and our checks, %s', async (_, manifest) => {
    expect(await schemaErrors(manifest)).toEqual([])
    expect(teamsProblems(manifest, icons)).toEqual([])
    expect(fetched).not.toHaveBeenCalled()
  })

  test('is not judged by a schema from elsewhere, which would be noticed here', async () => {
    const unknown = { ...ours, manifestVersion: '1.99', $schema: 'https://example.com/schema.json' }
    await expect(schemaErrors(unknown)).rejects.toThrow()
    expect(fetched).toHaveBeenCalled()
    fetched.mockClear()
  })

  test('offers the bot wherever people are, with files and slash commands', () => {
    expect(ours.manifestVersion).toBe('1.30')
    expect(bot).toMatchObject({
      botId: APP,
      scopes: ['personal', 'team', 'groupChat'],
      supportsFiles: true,
      supportsTargetedMessages: true,
    })
    expect(bot.commandLists.map(({ scopes, triggers }) => [scopes, triggers])).toEqual([
      [['personal'], ['mention']],
      [
        ['team', 'groupChat'],
        ['mention', 'slash'],
      ],
    ])
  })

  test('lists the commands, each of which is understood as it is put into the box', () => {
    for (const { commands } of bot.commandLists) {
      expect(commands.length).toBeLessThanOrEqual(12)
      expect(commands.map(({ title }) => title)).toEqual(COMMANDS.slice(0, 12).map(({ name }) => name))
    }
    for (const { example } of COMMANDS)
      for (const typed of [example, `/${example}`, `rdp ${example}`, `/rdp ${example}`])
        expect([typed, isRefusal(readCommand(typed))]).toEqual([typed, false])
  })

  test('offers "Diagnose this" on messages, under the id that the adapter knows', async () => {
    const [{ botId, commands } = fail()] = ours.composeExtensions
    expect(botId).toBe(APP)
    expect(commands).toEqual([
      expect.objectContaining({ id: DIAGNOSE_ACTION, type: 'action', context: ['message'], fetchTask: true }),
    ])
    expect(await sourceOf('adapters/teams/pointed.ts')).toContain(`DIAGNOSE = '${DIAGNOSE_ACTION}'`)
  })

  test('asks for no permission', () => {
    for (const key of ['permissions', 'authorization', 'webApplicationInfo', 'devicePermissions'])
      expect(ours).not.toHaveProperty(key)
  })

  test('names the host people are sent to, and where the adapter listens', async () => {
    expect(ours.validDomains).toEqual(['rdp.contoso.com'])
    expect(await sourceOf('adapters/teams/adapter.ts')).toContain(`path = '${TEAMS_PATH}'`)
  })
})

describe('the checks bite', () => {
  type Spoil = Parameters<typeof spoilt>[0]
  const beyondTheSchema: [what: string, spoil: Spoil, said: string][] = [
    [
      'an http URL',
      ({ developer }) => {
        developer.privacyUrl = 'http://intranet.contoso.com/latchkey'
      },
      'http://intranet.contoso.com/latchkey is not an https address',
    ],
    [
      'a domain with a scheme',
      manifest => {
        manifest.validDomains = ['https://rdp.contoso.com']
      },
      'the valid domain "https://rdp.contoso.com" is not a host',
    ],
    [
      'files without private chats',
      (_, { scopes }) => void scopes.splice(0, 1),
      'files are handed over in private chats only',
    ],
    [
      'commands where the bot is not',
      (_, { scopes }) => void scopes.splice(2, 1),
      'there are commands for groupChat, where the bot is not',
    ],
    [
      'slash commands without targeted messages',
      (_, spoiltBot) => {
        spoiltBot.supportsTargetedMessages = false
      },
      'slash commands need supportsTargetedMessages',
    ],
    [
      'slash commands in private chats',
      (_, { commandLists }) => void commandLists[1]?.scopes.push('personal'),
      'slash commands are not for private chats',
    ],
    [
      'a long title',
      (_, { commandLists }) =>
        void commandLists[0]?.commands.push({ title: 'x'.repeat(33), description: 'x' }),
      `the command "${'x'.repeat(33)}" has a title of more than 32 characters`,
    ],
    [
      'a long description',
      (_, { commandLists }) =>
        void commandLists[0]?.commands.push({ title: 'x', description: 'x'.repeat(129) }),
      'the command "x" is described in more than 128 characters',
    ],
    [
      'a message action of another bot',
      ({ composeExtensions }) => {
        for (const each of composeExtensions) each.botId = '00000000-0000-4000-8000-000000000000'
      },
      'the message actions go to another bot',
    ],
    [
      'a message action whose message does not come along',
      ({ composeExtensions }) => {
        for (const { commands } of composeExtensions) for (const each of commands) each.fetchTask = false
      },
      'the message action "Diagnose this" does not fetch its dialog',
    ],
  ]

  test.each(beyondTheSchema)('%s', (_, spoil, said) => {
    expect(teamsProblems(spoilt(spoil), icons)).toContain(said)
  })

  test('all of that at once, and the schema takes it', async () => {
    const manifest = spoilt((...parts) => {
      for (const [, spoil] of beyondTheSchema) spoil(...parts)
    })
    expect(await schemaErrors(manifest)).toEqual([])
  })

  test.each<[what: string, spoil: Spoil, at: RegExp]>([
    ['a bad scope of the bot', (_, { scopes }) => void scopes.push('channel' as 'team'), /bots\/0\/scopes/],
    [
      'a command list too many',
      (_, { commandLists }) => void commandLists.push(...structuredClone(commandLists)),
      /commandLists/,
    ],
    [
      'thirteen commands',
      (_, { commandLists }) => {
        const each = { title: 'x', description: 'x' }
        for (const list of commandLists) list.commands = Array(13).fill(each)
      },
      /commands/,
    ],
    [
      'a message action with a long title',
      ({ composeExtensions }) => {
        for (const { commands } of composeExtensions) for (const each of commands) each.title = 'x'.repeat(33)
      },
      /composeExtensions\/0\/commands\/0\/title/,
    ],
    [
      'a misspelt part',
      (_, spoiltBot) => void Object.assign(spoiltBot, { supportsFile: true }),
      /bots\/0.*supportsFile/,
    ],
    [
      'a long name',
      ({ name }) => {
        name.short = 'x'.repeat(31)
      },
      /name\/short/,
    ],
    [
      'an id that is no GUID',
      manifest => {
        manifest.id = 'latchkey'
      },
      /\/id/,
    ],
  ])('%s, by the schema', async (_, spoil, at) => {
    expect((await schemaErrors(spoilt(spoil))).join('\n')).toMatch(at)
  })
})

describe('the icons', () => {
  test('are of the sizes that Teams wants', () => {
    expect(SIZE).toEqual({ color: 192, outline: 32 })
    for (const name of ['color', 'outline'] as const)
      expect(readPng(icons[name])).toMatchObject({ width: SIZE[name], height: SIZE[name] })
  })

  test("keep the colour icon's sign within the middle 120x120, and visible there", () => {
    const { pixels } = readPng(icons.color)
    const colourAt = (at: number) => pixels.subarray(at * 4, at * 4 + 4).join()
    const drawn = Array.from({ length: 192 * 192 }, (_, at) => at).filter(at => colourAt(at) !== colourAt(0))
    const places = drawn.flatMap(at => [at % 192, Math.floor(at / 192)])
    expect(drawn.length).toBeGreaterThan(2_000)
    expect(places.reduce((least, place) => Math.min(least, place), 192)).toBeGreaterThanOrEqual(36)
    expect(places.reduce((most, place) => Math.max(most, place), 0)).toBeLessThan(156)
  })

  const painted = (side: number, colour: readonly number[]): Picture => ({
    width: side,
    height: side,
    pixels: Uint8Array.from({ length: side * side * 4 }, (_, at) => colour[at % 4] ?? 0),
  })
  const halfRed = readPng(icons.outline)
  halfRed.pixels.set([0xff, 0, 0, 0xff], (16 * 32 + 16) * 4)
  const seeThrough = readPng(icons.color)
  seeThrough.pixels[3] = 0xfe

  test.each<[what: string, name: 'color' | 'outline', picture: Picture, said: string]>([
    ['a colour icon of 96x96', 'color', painted(96, [1, 2, 3, 255]), 'the color icon is 96x96, not 192x192'],
    ['an outline icon of 192x192', 'outline', readPng(icons.color), 'the outline icon is 192x192, not 32x32'],
    ['a colour icon one can see through', 'color', seeThrough, 'the color icon lets something shine through'],
    ['an outline icon with red in it', 'outline', halfRed, 'the outline icon has another colour than white'],
    [
      'an outline icon without a ground',
      'outline',
      painted(32, [255, 255, 255, 255]),
      'the outline icon has no transparent ground',
    ],
    ['an outline icon with nothing on it', 'outline', painted(32, [0, 0, 0, 0]), 'the outline icon is empty'],
  ])('%s is refused', (_, name, picture, said) => {
    expect(teamsProblems(ours, { ...icons, [name]: writePng(picture) })).toEqual([said])
  })

  test('an icon that is no picture, or a damaged one, is refused', () => {
    const damaged = Buffer.from(icons.color)
    damaged[60] = (damaged[60] ?? 0) ^ 1
    expect(teamsProblems(ours, { color: damaged, outline: Buffer.from('GIF89a') })).toEqual([
      'the color icon cannot be read: a part of the PNG is damaged',
      'the outline icon cannot be read: not a PNG',
    ])
  })

  test('any picture is read as it was written', () => {
    const picture = fc
      .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) })
      .chain(({ width, height }) =>
        fc.record({
          width: fc.constant(width),
          height: fc.constant(height),
          pixels: fc.uint8Array({ minLength: width * height * 4, maxLength: width * height * 4 }),
        }),
      )
    fc.assert(fc.property(picture, some => expect(readPng(writePng(some))).toEqual(some)))
  })
})

describe('the package', () => {
  const files = makeManifests({ ...PLACEHOLDERS, teams }, '1.2.3').files

  test('holds the manifest and both icons at its top', () => {
    const inside = unzip(files.get(TEAMS_ZIP) ?? Buffer.alloc(0))
    expect([...inside.keys()]).toEqual(['manifest.json', 'color.png', 'outline.png'])
    for (const [name, bytes] of inside) expect(bytes).toEqual(files.get(`teams/${name}`))
    const { icons: named } = JSON.parse(String(inside.get('manifest.json')))
    expect(Object.values(named).every(name => inside.has(String(name)))).toBe(true)
  })

  test('is not made for an app that does not exist', () => {
    expect(makeManifests(PLACEHOLDERS, '1.2.3').files.has(TEAMS_ZIP)).toBe(false)
  })

  test('any files can be read back', () => {
    const content = fc.dictionary(fc.string({ minLength: 1, unit: 'grapheme' }), fc.uint8Array(), {
      maxKeys: 5,
    })
    fc.assert(
      fc.property(content, some => {
        const stored = new Map(Object.entries(some))
        const read = [...unzip(writeZip(stored))].map(([name, bytes]) => [name, [...bytes]])
        expect(read).toEqual([...stored].map(([name, bytes]) => [name, [...bytes]]))
      }),
    )
  })
})
