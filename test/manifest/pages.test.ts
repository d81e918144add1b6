/** What the pages for administrators promise, as far as a machine can check it. */
import { access, readFile } from 'node:fs/promises'
import { describe, expect, test } from '@jest/globals'
import { realSettings } from '../../bots/config.ts'
import { ROLES } from '../../bots/manifests/azure.ts'
import { makeManifests, TEAMS_ZIP } from '../../bots/manifests/files.ts'
import { readOrder } from '../../bots/manifests/settings.ts'
import { SLACK_PATH } from '../../bots/manifests/slack.ts'
import { SCOPES } from '../../bots/manifests/slack-scopes.ts'
import { TEAMS_PATH } from '../../bots/manifests/teams.ts'
import { readCommand } from '../../core/command/grammar.ts'
import { isRefusal } from '../../core/index.ts'

const project = new URL('../../', import.meta.url)
const read = (path: string) => readFile(new URL(path, project), 'utf8')
const platforms = ['azure', 'slack', 'teams'] as const
const [azure, slack, teams] = (await Promise.all(
  platforms.map(platform => read(`manifest/${platform}/README.md`)),
)) as [string, string, string]
const pages = Object.entries({ azure, slack, teams })
const everything = [azure, slack, teams].join('\n')

const matches = (text: string, pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map(([all, part]) => part ?? all)),
]
const SETTING = /\b(?:LATCHKEY|SLACK|AZURE)_[A-Z_]+\b|\bMicrosoftApp[A-Za-z]+\b/g

/** The keys of the objects that describe settings. */
const settings = matches(await read('bots/config.ts'), /^ {2}([A-Z][A-Za-z_]+): /gm).filter(name =>
  name.match(SETTING),
)

describe('settings', () => {
  test('are found where they are read', () => {
    expect(settings.length).toBeGreaterThan(15)
    const harmless = ['LATCHKEY_HOST', 'LATCHKEY_PORT', 'LATCHKEY_DATA']
    // Azure's customary names count beside one of ours only.
    const known = settings.filter(name => realSettings({ [name]: 'x', SLACK_BOT_TOKEN: 'x' }).includes(name))
    expect([...known, ...harmless].toSorted()).toEqual(settings.toSorted())
  })

  test.each(pages)('%s: each one that is named exists', (_, page) => {
    for (const name of matches(page, SETTING)) expect(settings).toContain(name)
  })

  test('each one that exists is named', () => {
    expect(matches(everything, SETTING).toSorted()).toEqual(settings.toSorted())
  })

  test("a platform's own are named on its page", () => {
    const own = (start: string) => settings.filter(name => name.startsWith(start)).toSorted()
    expect(matches(slack, SETTING)).toEqual(expect.arrayContaining(own('SLACK_')))
    expect(matches(teams, SETTING)).toEqual(expect.arrayContaining(own('MicrosoftApp')))
    expect(matches(azure, SETTING)).toEqual(expect.arrayContaining([...own('AZURE_'), ...own('LATCHKEY_')]))
  })
})

describe('commands', () => {
  test.each(pages)('%s: what is to be typed to the bot is understood', (_, page) => {
    for (const typed of matches(page, /`((?:\/rdp )?(?:why|connect|done|help)\b[^`]*)`/g))
      expect([typed, isRefusal(readCommand(typed))]).toEqual([typed, false])
  })

  test.each(pages)(
    '%s: the command for manifests takes what is given to it, and writes what is used then',
    (_, page) => {
      const written = matches(page, /npm run manifest -- (.+)/g).flatMap(line => {
        const order = readOrder(line.split(' '))
        if (order === 'own') throw new Error('no options')
        return [...makeManifests(order.settings, '1.0.0').files.keys()].map(path => `${order.out}/${path}`)
      })
      expect(written.length).toBeGreaterThan(0)
      const used = matches(page, /\bout\/[a-z]+\/[\w.-]+/g)
      expect(used.length).toBeGreaterThan(0)
      for (const path of used) expect(written).toContain(path)
    },
  )

  test.each(pages)('%s: every option is known, and every npm script exists', async (_, page) => {
    const options = matches(page, /--(?:base-url|out|teams-app-id|about|azure-scope|slack-grid)\b/g)
    expect(options).toContain('--base-url')
    const { scripts } = JSON.parse(await read('package.json'))
    for (const script of matches(page, /npm run ([a-z]+)/g)) expect(scripts).toHaveProperty(script)
    for (const script of matches(page, /npm (start)/g)) expect(scripts).toHaveProperty(script)
  })

  test('the number of addresses that the Slack page counts is right', async () => {
    const yaml = await read('manifest/slack/manifest.yaml')
    const [count] = matches(slack, /slack\/manifest\.yaml` prints (\d+)/g)
    expect(yaml.split('\n').filter(line => line.includes(SLACK_PATH))).toHaveLength(Number(count))
  })
})

describe('names', () => {
  test.each(pages)('%s: the files of the project that it names exist', async (_, page) => {
    const paths = matches(page, /`((?:manifest|bots|core)\/[^`\s]+|(?:README\.md|package\.json))`/g)
    expect(paths.length).toBeGreaterThan(0)
    for (const path of paths) await access(new URL(path, project))
  })

  test('every role has its line, and the one that is assigned is the one for asking', () => {
    for (const { file } of ROLES) expect(azure).toContain(`| \`${file}\` |`)
    for (const file of matches(azure, /\brole-[a-z-]+\.json/g))
      expect(ROLES.map(role => role.file)).toContain(file)
    expect(matches(azure, /--role '([^']+)'/g)).toEqual([ROLES[0]?.name])
  })

  test('every scope has its line on the Slack page, and no other has', () => {
    expect(matches(slack, /^\| `([a-z_.:]+)` \|/gm).toSorted()).toEqual(SCOPES)
  })

  test('the package of Teams is the one that is written', () => {
    expect(teams).toContain(`out/${TEAMS_ZIP}`)
  })

  test('the Graph permissions are those that the directory says it lacks', async () => {
    const files = ['adapters/entra/directory.ts', 'adapters/entra/sign-ins.ts']
    const texts = await Promise.all(files.map(read))
    const used = texts.flatMap(text => matches(text, /'([A-Z]\w+(?:\.\w+)+)'/g))
    const granted = matches(azure, /for permission in ([^;]+);/g).flatMap(list => list.split(' '))
    expect(granted.toSorted()).toEqual(used.toSorted())
  })

  test('the addresses are those that the product serves', async () => {
    expect(await read('bots/product.ts')).toContain('/sign-in/done`')
    expect(azure).toContain('"$host/sign-in/done"')
    expect(await read('adapters/web/adapter.ts')).toContain("'/readyz'")
    for (const path of [SLACK_PATH, TEAMS_PATH]) expect(azure).toContain(`\`${path}\``)
    expect(teams).toContain(`--endpoint https://rdp.contoso.com${TEAMS_PATH}`)
  })

  test('what is to be looked for in the log is written there', async () => {
    const sources = await Promise.all(
      ['slack/identity', 'slack/receiver', 'slack/forms', 'teams/adapter'].map(file =>
        read(`adapters/${file}.ts`),
      ),
    )
    const events = matches(everything, /`(slack\.[a-z-]+|teams-[a-z]+)`/g)
    expect(events.length).toBeGreaterThan(3)
    for (const event of events) expect(sources.join('\n')).toContain(`'${event}'`)
  })
})

describe('each page', () => {
  test.each(pages)('%s: every step before the troubles ends with a check', (_, page) => {
    const [, ...steps] = page.split(/^## (?=\d)/m)
    expect(steps.length).toBeGreaterThanOrEqual(5)
    for (const step of steps)
      expect([step.split('\n')[0], /^Check: /m.test(step)]).toEqual([step.split('\n')[0], true])
  })
})
