import { readFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import { WebClient } from '@slack/web-api'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { PLACEHOLDERS } from '../../bots/manifests/settings.ts'
import { SLACK_PATH, type SlackManifest, slackManifest, slackYaml } from '../../bots/manifests/slack.ts'
import { slackProblems } from '../../bots/manifests/slack-check.ts'
import { COMMAND, EVENTS, METHODS, SCOPES, SHORTCUTS } from '../../bots/manifests/slack-scopes.ts'
import { readCommand } from '../../core/command/grammar.ts'
import { isRefusal } from '../../core/index.ts'
import { type Call, callsIn, callsOf, type Node, sourceOf, textOf } from './sources.ts'

const schema = JSON.parse(
  await readFile(new URL('../fixtures/manifest/slack-manifest.schema.2.0.0.json', import.meta.url), 'utf8'),
)
// The schema uses words that ajv does not know, "regex" for "pattern" among them.
const fits = new Ajv({ strict: false, allErrors: true, formats: { uri: true } }).compile(schema)

const ours = slackManifest(PLACEHOLDERS)
const spoilt = (spoil: (manifest: SlackManifest) => void): SlackManifest => {
  const copy = structuredClone(ours)
  spoil(copy)
  return copy
}
const schemaErrors = (manifest: object): string[] =>
  fits(manifest) ? [] : (fits.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)

describe('the Slack manifest', () => {
  test('fits the JSON schema of Slack, as it is written', () => {
    expect(schemaErrors(parse(slackYaml(ours)))).toEqual([])
  })

  test('has no problem that the schema does not know', () => {
    expect(slackProblems(parse(slackYaml(ours)))).toEqual([])
  })

  test('sends everything to the one route that the adapter mounts', async () => {
    const routes = (await sourceOf('adapters/slack/adapter.ts')).match(/appUrl \?\? '([^']+)'/)
    expect(routes?.[1]).toBe(SLACK_PATH)
    const { features, settings } = slackManifest({ ...PLACEHOLDERS, baseUrl: 'https://rdp.contoso.com' })
    const url = 'https://rdp.contoso.com/slack/events'
    expect([
      features.slash_commands.map(command => command.url),
      settings.event_subscriptions.request_url,
      settings.interactivity.request_url,
      settings.interactivity.message_menu_options_url,
    ]).toEqual([[url], url, url, url])
  })

  test('lets people write to the bot, and nothing go round the request URL', () => {
    expect(ours.features.app_home).toMatchObject({
      home_tab_enabled: true,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    })
    expect(ours.settings).toMatchObject({ socket_mode_enabled: false, token_rotation_enabled: false })
  })

  test('is for an organisation only when the workspace is a Grid', () => {
    expect(ours.settings.org_deploy_enabled).toBe(false)
    const grid = slackManifest({ ...PLACEHOLDERS, slack: { grid: true } })
    expect(grid.settings.org_deploy_enabled).toBe(true)
    expect([schemaErrors(grid), slackProblems(grid)]).toEqual([[], []])
  })

  test('hints at a command that is understood', () => {
    const [example = ''] = ours.features.slash_commands[0]?.usage_hint.split(', or:') ?? []
    expect(isRefusal(readCommand(example))).toBe(false)
  })
})

describe('the checks bite', () => {
  test.each<[what: string, spoil: (manifest: SlackManifest) => void, said: string]>([
    [
      'an unknown scope',
      ({ oauth_config }) => void oauth_config.scopes.bot.push('chat:wriiite'),
      'nothing needs the scope "chat:wriiite", or it is misspelt',
    ],
    [
      'a scope nobody needs',
      ({ oauth_config }) => void oauth_config.scopes.bot.push('channels:history'),
      'nothing needs the scope "channels:history", or it is misspelt',
    ],
    [
      "an event's scope missing",
      ({ oauth_config }) => void oauth_config.scopes.bot.splice(0, 1),
      'app_mention needs the scope "app_mentions:read"',
    ],
    [
      'the scope for e-mail addresses missing',
      ({ oauth_config: { scopes } }) => {
        scopes.bot = scopes.bot.filter(scope => scope !== 'users:read.email')
      },
      'users.info: profile.email needs the scope "users:read.email"',
    ],
    [
      'an unknown event',
      ({ settings }) => void settings.event_subscriptions.bot_events.push('app_mentoin'),
      'nobody listens to the event "app_mentoin"',
    ],
    [
      'an event missing',
      ({ settings }) => void settings.event_subscriptions.bot_events.pop(),
      'the event "app_home_opened" is missing',
    ],
    [
      'an http URL',
      ({ settings }) => {
        settings.interactivity.request_url = 'http://latchkey.example.com/slack/events'
      },
      'http://latchkey.example.com/slack/events is not an https address',
    ],
    [
      'another request URL',
      ({ settings }) => {
        settings.interactivity.request_url = 'https://latchkey.example.com/slack/actions'
      },
      'the request URLs differ, and only one is served',
    ],
    [
      'another command',
      ({ features }) => {
        features.slash_commands = features.slash_commands.map(each => ({ ...each, command: '/ssh' }))
      },
      'the one slash command is /rdp',
    ],
    [
      'no options URL of our own',
      ({ settings }) => {
        settings.interactivity.message_menu_options_url = 'https://latchkey.example.com/options'
      },
      'the request URLs differ, and only one is served',
    ],
    [
      'a shortcut missing',
      ({ features }) => void features.shortcuts.shift(),
      'the message shortcut "diagnose" is missing',
    ],
    [
      'a shortcut of the wrong kind',
      ({ features }) => {
        features.shortcuts = features.shortcuts.map(each => ({ ...each, type: 'global' }))
      },
      'the message shortcut "diagnose" is missing',
    ],
    [
      'a shortcut nobody knows',
      ({ features }) =>
        void features.shortcuts.push({ name: 'x', type: 'global', callback_id: 'other', description: 'x' }),
      'nobody listens to the shortcut "other"',
    ],
    [
      'no Home tab',
      ({ features }) => {
        features.app_home.home_tab_enabled = false
      },
      'the Home tab is off',
    ],
    [
      'a colour that the schema takes',
      ({ display_information }) => {
        display_information.background_color = 'navyish'
      },
      'the background colour is not #rgb or #rrggbb',
    ],
  ])('%s', (_, spoil, said) => {
    const manifest = spoilt(spoil)
    expect(slackProblems(manifest)).toContain(said)
    // What the schema finds by itself needs no check of ours.
    expect(schemaErrors(manifest)).toEqual([])
  })

  test.each<[what: string, spoil: (manifest: SlackManifest) => void, at: RegExp]>([
    [
      'a 25-character name of a shortcut',
      ({ features }) => {
        for (const shortcut of features.shortcuts.slice(0, 1)) shortcut.name = 'x'.repeat(25)
      },
      /shortcuts\/0\/name must NOT have more than 24/,
    ],
    [
      'a 36-character name of the app',
      ({ display_information }) => {
        display_information.name = 'x'.repeat(36)
      },
      /display_information\/name/,
    ],
    [
      'a long description that is short',
      ({ display_information }) => {
        display_information.long_description = 'x'.repeat(174)
      },
      /long_description/,
    ],
  ])('%s, with the schema and without', (_, spoil, at) => {
    const manifest = spoilt(spoil)
    expect(schemaErrors(manifest).join('\n')).toMatch(at)
    expect(slackProblems(manifest)).toHaveLength(1)
  })

  test('a part that Slack does not know', () => {
    expect(schemaErrors({ ...ours, features: { ...ours.features, slash_command: [] } })).toHaveLength(1)
  })
})

/** Every method there is, as the client has it: "chat.postMessage", "filesUploadV2". */
const METHOD_NAMES: ReadonlySet<string> = new Set(namesIn(new WebClient('xoxb-none'), ''))

function namesIn(client: object, prefix: string): string[] {
  const own = Object.entries(client).flatMap(([key, value]) =>
    typeof value === 'function'
      ? [`${prefix}${key}`]
      : typeof value === 'object' && value !== null && /^[a-z]\w*$/.test(key) && prefix.length < 40
        ? namesIn(value, `${prefix}${key}.`)
        : [],
  )
  return prefix === '' ? [...own, 'filesUploadV2', 'chatStream', 'apiCall'] : own
}

/** The callback id in a constraint such as `{ type: 'shortcut', callback_id: … }`. */
const callbackOf = (constraint: Node): Node =>
  constraint?.properties?.find((property: Node) => property.key?.name === 'callback_id')?.value

/** The Web API method a call is one of, whatever the client is called. */
const methodOf = ({ chain }: Call): string | undefined =>
  chain.map((_, index) => chain.slice(index).join('.')).find(name => METHOD_NAMES.has(name))

const distinct = (values: readonly (string | undefined)[]): string[] =>
  [...new Set(values.filter(value => value !== undefined))].toSorted()

describe('the table of scopes', () => {
  test('knows the methods of the client library', () => {
    expect(METHOD_NAMES.size).toBeGreaterThan(200)
    for (const { use } of METHODS) expect(METHOD_NAMES).toContain(use)
  })

  test('covers exactly the Web API methods that the Slack adapter calls', async () => {
    const called = (await callsOf('adapters/slack')).map(methodOf)
    expect(distinct(called)).toEqual(METHODS.map(({ use }) => use).toSorted())
  })

  test('a call that is not in the table is seen, whatever the client is called', () => {
    const source = 'async ({ client }) => { await client.reactions.add({}); await x.web.apiCall("a.b") }'
    expect(distinct(callsIn('planted.ts', source).map(methodOf))).toEqual(['apiCall', 'reactions.add'])
  })

  test('covers exactly what the Slack adapter listens to', async () => {
    const listeners = (await callsOf('adapters/slack')).filter(({ chain }) => chain[0] === 'app')
    const said = listeners.map(({ chain, path }) => {
      const first = 'arguments' in path.node ? path.node.arguments[0] : undefined
      const text = textOf(path, first) ?? textOf(path, callbackOf(first))
      return [chain[1], text].filter(Boolean).join(' ')
    })
    expect(distinct(said)).toEqual(
      [
        // Interactivity: the manifest turns it on.
        'action',
        'error',
        // The search in a form, and a form that is sent.
        'options',
        'view',
        ...SHORTCUTS.map(({ use }) => `shortcut ${use}`),
        ...EVENTS.map(({ type }) => `event ${type}`),
        `command ${COMMAND.use}`,
      ].toSorted(),
    )
  })

  test('asks for what the adapter checks at its start, and for files:write, which it can do without', async () => {
    const source = await sourceOf('adapters/slack/identity.ts')
    const [, list = ''] = /const SCOPES = \[([^\]]*)\]/.exec(source) ?? []
    const checked = [...list.matchAll(/'([^']+)'/g)].map(([, scope]) => scope ?? '')
    expect([...checked, 'files:write'].toSorted()).toEqual(SCOPES)
    expect(source).toContain('files:write is optional')
  })

  test('names a page of Slack for each line', () => {
    for (const { source } of [...METHODS, ...EVENTS, ...SHORTCUTS, COMMAND])
      expect(source).toMatch(/^https:\/\/docs\.slack\.dev\/reference\//)
  })
})
