/**
 * What an administrator decides about the manifests: where Latchkey is, and which of its parts are wanted.
 *
 * Everything is checked here, before a file is written: a wrong address in a manifest shows only after Slack or Teams has taken it.
 */
import { parseArgs } from 'node:util'
import { EXIT, Stop } from '../stop.ts'

export type Settings = {
  /** Scheme, host and port of LATCHKEY_BASE_URL, without a slash at the end. */
  baseUrl: string
  slack: {
    /** Whether the app is installed for a whole Enterprise Grid organisation. */
    grid: boolean
  }
  /** Absent: nothing is made for Teams. */
  teams?: {
    /** MicrosoftAppId. */
    appId: string
    /** A page of the organisation that says what the app is and how it treats data. */
    aboutUrl: string
  }
  /** Where the custom roles may be assigned: ARM ids of subscriptions, resource groups or one management group. */
  azureScopes: readonly string[]
}

/** The settings of the manifests that lie in the project. The names stand for nothing that exists. */
export const PLACEHOLDERS: Settings = {
  baseUrl: 'https://latchkey.example.com',
  slack: { grid: false },
  teams: {
    appId: '00000000-0000-0000-0000-000000000000',
    aboutUrl: 'https://latchkey.example.com/about',
  },
  azureScopes: ['/subscriptions/00000000-0000-0000-0000-000000000000'],
}

export const USAGE = `npm run manifest -- --base-url https://HOST --out FOLDER
  --teams-app-id GUID  --about https://PAGE   the package for Teams too; both belong together
  --azure-scope ID                            where the roles may be assigned; may be repeated
  --slack-grid                                the Slack app is for a whole Enterprise Grid organisation
Without any option: brings the project's own manifest folder up to date.`

/** `own`: the manifests that lie in the project are asked for. */
export type Order = { settings: Settings; out: string } | 'own'

/** @throws {Stop} naming everything that is wrong */
export function readOrder(args: readonly string[]): Order {
  const given = readOptions(args)
  if (Object.keys(given).length === 0) return 'own'
  const problems: string[] = []
  const baseUrl = originOf(given['base-url'], problems)
  const out = given.out
  if (!out) problems.push('--out is missing: the folder to write to')
  const teams = teamsOf(given['teams-app-id'], given.about, problems)
  const azureScopes = given['azure-scope'] ?? PLACEHOLDERS.azureScopes
  problems.push(...azureScopes.filter(scope => !SCOPE.test(scope)).map(notAScope))
  if (azureScopes.filter(scope => scope.startsWith('/providers/')).length > 1)
    problems.push('--azure-scope: a custom role takes one management group at most')
  if (problems.length > 0 || !baseUrl || !out) throw wrong(problems)
  const settings = { baseUrl, slack: { grid: given['slack-grid'] === true }, azureScopes }
  return { settings: teams ? { ...settings, teams } : settings, out }
}

function readOptions(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'base-url': { type: 'string' },
        out: { type: 'string' },
        'teams-app-id': { type: 'string' },
        about: { type: 'string' },
        'azure-scope': { type: 'string', multiple: true },
        'slack-grid': { type: 'boolean' },
      },
    })
    return values
  } catch (error) {
    throw wrong([error instanceof Error ? (error.message.split('.')[0] ?? '') : String(error)])
  }
}

const wrong = (problems: readonly string[]): Stop =>
  new Stop(`${problems.map(problem => `  ${problem}`).join('\n')}\n${USAGE}`, EXIT.badOption)

/** The pages and routes live at the root, so the address is a host and nothing below it. */
function originOf(text: string | undefined, problems: string[]): string | undefined {
  const url = httpsUrl(text)
  if (url !== undefined && url.pathname === '/' && url.search === '' && url.hash === '') return url.origin
  problems.push('--base-url must be https, a host and nothing behind it: LATCHKEY_BASE_URL')
  return undefined
}

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function teamsOf(
  appId: string | undefined,
  about: string | undefined,
  problems: string[],
): Settings['teams'] | undefined {
  if (appId === undefined && about === undefined) return undefined
  const aboutUrl = httpsUrl(about)?.href
  if (!appId || !GUID.test(appId)) problems.push('--teams-app-id must be a GUID: MicrosoftAppId')
  if (!aboutUrl)
    problems.push('--about must be the https address of a page about the app: Teams shows it to everybody')
  return appId && aboutUrl ? { appId: appId.toLowerCase(), aboutUrl } : undefined
}

function httpsUrl(text: string | undefined): URL | undefined {
  const url = URL.parse(text ?? '')
  return url?.protocol === 'https:' && url.username === '' && url.password === '' ? url : undefined
}

const SCOPE = new RegExp(
  [
    '^/subscriptions/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:/resourceGroups/[-\\w.()]{1,90})?$',
    '^/providers/Microsoft\\.Management/managementGroups/[-\\w.()]{1,90}$',
  ].join('|'),
  'i',
)
const notAScope = (scope: string): string =>
  `--azure-scope: ${scope} is neither /subscriptions/GUID, one of its /resourceGroups/NAME, nor /providers/Microsoft.Management/managementGroups/NAME`
