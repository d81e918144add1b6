/**
 * Which hosts may be spoken to. Service and upload addresses arrive with activities: whoever could choose them freely would be sent the
 * bot's token or a connection file.
 *
 * Bot Connector for Teams: `smba.trafficmanager.net` (every region is a path on it) and `smba.infra.gcc.teams.microsoft.com` (Government
 * Community Cloud, which signs in at the public cloud). GCC High and DoD use other sign-in hosts and are not supported.
 * Source: learn.microsoft.com, Agents SDK reference, TeamsServiceEndpoints; Q&A 932373 "About serviceUrl pattern" (read 2026-11-21).
 * OneDrive: learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4 (read 2026-11-20).
 */

/** A world other than the real one. Only the demo and tests pass it; no setting leads here. */
export type Outside = {
  /** Address of the OpenID metadata that stands for the Bot Connector's. */
  openIdMetadata: string
  /** Address that stands for https://login.microsoftonline.com, without a slash at its end. */
  loginBase: string
  /** Origins that are allowed as service and upload addresses, besides the real ones. */
  serviceUrls: readonly string[]
}

const CONNECTORS: ReadonlySet<string> = new Set([
  'smba.trafficmanager.net',
  'smba.infra.gcc.teams.microsoft.com',
])

/** For a first message to somebody when no activity has told a service address yet. */
export const WORLDWIDE_SERVICE = 'https://smba.trafficmanager.net/teams/'

/** The Bot Connector's OpenID metadata. */
export const CONNECTOR_METADATA = 'https://login.botframework.com/v1/.well-known/openidconfiguration'

export const isServiceUrl = (text: string, outside: Outside | undefined): boolean =>
  allowed(text, outside, host => CONNECTORS.has(host))

/** OneDrive for Business and SharePoint. */
export const isFileUrl = (text: string, outside: Outside | undefined): boolean =>
  allowed(text, outside, host => host.endsWith('.sharepoint.com'))

function allowed(text: string, outside: Outside | undefined, isOurs: (host: string) => boolean): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return false
  if (outside?.serviceUrls.some(origin => new URL(origin).origin === url.origin)) return true
  return url.protocol === 'https:' && url.port === '' && isOurs(url.hostname)
}
