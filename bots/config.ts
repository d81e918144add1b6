/**
 * Settings from the environment. Every problem is reported at once; nothing is guessed.
 *
 * Any real setting present means the product: the demo then refuses to start, so that a forgotten variable never mixes the two. No setting
 * can point a real token at another host.
 */
import { z } from 'zod'
import { EXIT, Stop } from './stop.ts'

type AzureIdentity =
  | { kind: 'managed-identity'; clientId?: string }
  | { kind: 'client-secret'; tenantId: string; clientId: string; clientSecret: string }

export type Signing = { pfx: string; password: string } | { certificate: string; key: string }

export type Config = {
  baseUrl: string
  host: string
  port: number
  /** Where everything that must survive is kept: a PostgreSQL server when one is named, else a folder. */
  store: { url: string } | { folder: string }
  policyFile: string
  cookieKey: Uint8Array
  trustedProxies: readonly string[]
  tenantId: string
  azure: AzureIdentity
  /** Who enters Windows, and nobody else does. Absent: nothing there is read, mended or signed out. */
  guest?: AzureIdentity
  signIn: { clientId: string; clientSecret: string }
  /** Pictures of VMs' screens: read and shown to the asker unless said otherwise. */
  screens?: 'show' | 'off'
  /** Files of the certificate that signs connection files: a .pfx, or PEM with the key in a file of its own. */
  signing?: Signing
  slack?: { signingSecret: string; botToken: string; workspace: string }
  teams?: {
    appId: string
    credential: { kind: 'client-secret'; secret: string } | { kind: 'managed-identity' }
  }
}

const Port = z.coerce.number().int().min(0).max(65_535)
const Text = z.string().trim().min(1)
const Key = z.base64().refine(text => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64')

const Common = z.object({
  LATCHKEY_BASE_URL: z
    .url({ protocol: /^https$/, error: 'must be the https address people reach Latchkey at' })
    .transform(url => url.replace(/\/$/, '')),
  LATCHKEY_HOST: Text.default('127.0.0.1'),
  LATCHKEY_PORT: Port.default(3978),
  LATCHKEY_DATA: Text.default('.data'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a postgres:// address')
    .optional(),
  LATCHKEY_POLICY: Text,
  LATCHKEY_SCREENS: z.enum(['read', 'show', 'off'], 'must be read, show or off').default('read'),
  LATCHKEY_COOKIE_KEY: Key,
  LATCHKEY_TRUSTED_PROXIES: z.string().default(''),
  LATCHKEY_SIGN_IN_CLIENT_ID: z.guid(),
  LATCHKEY_SIGN_IN_CLIENT_SECRET: Text,
  AZURE_TENANT_ID: z.guid(),
  AZURE_CLIENT_ID: z.guid().optional(),
  AZURE_CLIENT_SECRET: Text.optional(),
})
const RdpFiles = z.object({
  LATCHKEY_RDP_CERTIFICATE: Text.optional(),
  LATCHKEY_RDP_KEY: Text.optional(),
  LATCHKEY_RDP_PASSWORD: z.string().optional(),
})
const GuestIdentity = z.object({
  LATCHKEY_GUEST_CLIENT_ID: z.guid().optional(),
  LATCHKEY_GUEST_CLIENT_SECRET: Text.optional(),
})
const Slack = z.object({
  SLACK_SIGNING_SECRET: Text,
  SLACK_BOT_TOKEN: z.string().startsWith('xoxb-', 'must be a bot token (xoxb-…)'),
  SLACK_TEAM_ID: z
    .string()
    .regex(
      /^[TE][A-Z0-9]+$/,
      'must be the workspace id (T…) or, on Enterprise Grid, the organisation id (E…)',
    ),
})
const Teams = z.object({
  MicrosoftAppId: z.guid(),
  MicrosoftAppType: z.enum(['SingleTenant', 'UserAssignedMSI']).default('SingleTenant'),
  MicrosoftAppPassword: Text.optional(),
})

/** Every setting that the product reads. */
export const SETTINGS: readonly string[] = [Common, GuestIdentity, RdpFiles, Slack, Teams].flatMap(part =>
  Object.keys(part.shape),
)
/** Where the demo may read settings too: they say where it runs, not whom it talks to. */
const HARMLESS = new Set(['LATCHKEY_PORT', 'LATCHKEY_DATA', 'LATCHKEY_HOST'])

type Environment = Readonly<Record<string, string | undefined>>

/** Names of real settings that are present. Customary names count only beside one of ours, because many machines have them. */
export function realSettings(env: Environment): readonly string[] {
  const present = SETTINGS.filter(name => (env[name] ?? '') !== '' && !HARMLESS.has(name))
  return present.some(name => !name.startsWith('AZURE_') && name !== 'DATABASE_URL') ? present : []
}

/** @throws {Stop} listing everything that is missing or wrong */
export function readConfig(env: Environment): Config {
  const problems: string[] = []
  const read = <T extends z.ZodType>(part: T): z.infer<T> | undefined => {
    const given = Object.fromEntries(Object.entries(env).filter(([, value]) => (value ?? '') !== ''))
    const result = part.safeParse(given)
    if (result.success) return result.data
    for (const { path, message } of result.error.issues) {
      const name = path.join('.')
      problems.push(given[name] === undefined ? `${name} is missing` : `${name} ${message}`)
    }
    return undefined
  }
  const has = (part: z.ZodObject) => Object.keys(part.shape).some(name => (env[name] ?? '') !== '')
  const common = read(Common)
  const slack = has(Slack) ? read(Slack) : undefined
  const teams = has(Teams) ? read(Teams) : undefined
  if (!has(Slack) && !has(Teams))
    problems.push('neither Slack (SLACK_…) nor Teams (MicrosoftApp…) is configured')
  if (teams?.MicrosoftAppType === 'SingleTenant' && teams.MicrosoftAppPassword === undefined)
    problems.push('MicrosoftAppPassword is missing (or set MicrosoftAppType to UserAssignedMSI)')
  if (common?.AZURE_CLIENT_SECRET !== undefined && common.AZURE_CLIENT_ID === undefined)
    problems.push('AZURE_CLIENT_ID is missing beside AZURE_CLIENT_SECRET')
  const entering = read(GuestIdentity)
  const guest = entering === undefined ? undefined : guestOf(entering, common, problems)
  const files = read(RdpFiles)
  const signing = files === undefined ? undefined : signingOf(files, problems)
  if (problems.length > 0 || !common) {
    throw new Stop(
      `The settings are incomplete:\n${problems.map(problem => `  ${problem}`).join('\n')}`,
      EXIT.badSettings,
    )
  }
  const tenantId = common.AZURE_TENANT_ID.toLowerCase()
  return {
    baseUrl: common.LATCHKEY_BASE_URL,
    host: common.LATCHKEY_HOST,
    port: common.LATCHKEY_PORT,
    store:
      common.DATABASE_URL === undefined ? { folder: common.LATCHKEY_DATA } : { url: common.DATABASE_URL },
    policyFile: common.LATCHKEY_POLICY,
    cookieKey: Buffer.from(common.LATCHKEY_COOKIE_KEY, 'base64'),
    trustedProxies: common.LATCHKEY_TRUSTED_PROXIES.split(',')
      .map(entry => entry.trim())
      .filter(entry => entry !== ''),
    tenantId,
    azure: azureIdentity(common, tenantId),
    ...(guest === undefined ? {} : { guest }),
    ...(common.LATCHKEY_SCREENS === 'read' ? {} : { screens: common.LATCHKEY_SCREENS }),
    signIn: {
      clientId: common.LATCHKEY_SIGN_IN_CLIENT_ID,
      clientSecret: common.LATCHKEY_SIGN_IN_CLIENT_SECRET,
    },
    ...(signing === undefined ? {} : { signing }),
    ...(slack
      ? {
          slack: {
            signingSecret: slack.SLACK_SIGNING_SECRET,
            botToken: slack.SLACK_BOT_TOKEN,
            workspace: slack.SLACK_TEAM_ID,
          },
        }
      : {}),
    ...(teams
      ? {
          teams: {
            appId: teams.MicrosoftAppId.toLowerCase(),
            credential:
              teams.MicrosoftAppPassword === undefined
                ? { kind: 'managed-identity' }
                : { kind: 'client-secret', secret: teams.MicrosoftAppPassword },
          },
        }
      : {}),
  }
}

function azureIdentity(common: z.infer<typeof Common>, tenantId: string): AzureIdentity {
  const { AZURE_CLIENT_ID: clientId, AZURE_CLIENT_SECRET: clientSecret } = common
  if (clientId !== undefined && clientSecret !== undefined)
    return { kind: 'client-secret', tenantId, clientId, clientSecret }
  return { kind: 'managed-identity', ...(clientId === undefined ? {} : { clientId }) }
}

/** As the other identity: with a secret of its own, or a managed one that is assigned to where Latchkey runs. Never the same. */
function guestOf(
  {
    LATCHKEY_GUEST_CLIENT_ID: clientId,
    LATCHKEY_GUEST_CLIENT_SECRET: clientSecret,
  }: z.infer<typeof GuestIdentity>,
  common: z.infer<typeof Common> | undefined,
  problems: string[],
): AzureIdentity | undefined {
  if (clientId === undefined) {
    if (clientSecret !== undefined)
      problems.push('LATCHKEY_GUEST_CLIENT_ID is missing beside LATCHKEY_GUEST_CLIENT_SECRET')
    return undefined
  }
  if (clientId.toLowerCase() === common?.AZURE_CLIENT_ID?.toLowerCase())
    problems.push(
      'LATCHKEY_GUEST_CLIENT_ID must be another identity than AZURE_CLIENT_ID: what enters Windows has a role of its own',
    )
  if (clientSecret === undefined) return { kind: 'managed-identity', clientId }
  const tenantId = common?.AZURE_TENANT_ID.toLowerCase() ?? ''
  return { kind: 'client-secret', tenantId, clientId, clientSecret }
}

/**
 * Only what says how connection files are signed.
 * @throws {Stop} listing everything that is missing or wrong
 */
export function readSigning(env: Environment): Signing | undefined {
  const problems: string[] = []
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => (value ?? '') !== ''))
  const signing = signingOf(RdpFiles.parse(given), problems)
  if (problems.length > 0) throw new Stop(problems.join('\n'), EXIT.badSettings)
  return signing
}

function signingOf(
  {
    LATCHKEY_RDP_CERTIFICATE: file,
    LATCHKEY_RDP_KEY: key,
    LATCHKEY_RDP_PASSWORD: password,
  }: z.infer<typeof RdpFiles>,
  problems: string[],
): Signing | undefined {
  if (file === undefined) {
    if (key !== undefined || password !== undefined)
      problems.push('LATCHKEY_RDP_CERTIFICATE is missing beside LATCHKEY_RDP_KEY or LATCHKEY_RDP_PASSWORD')
    return undefined
  }
  if (/\.(?:pfx|p12)$/i.test(file)) {
    if (key !== undefined) problems.push('LATCHKEY_RDP_KEY is not wanted: a .pfx file holds its key')
    return { pfx: file, password: password ?? '' }
  }
  if (password !== undefined)
    problems.push('LATCHKEY_RDP_PASSWORD is for .pfx files; a PEM key must be without a passphrase')
  if (key !== undefined) return { certificate: file, key }
  problems.push('LATCHKEY_RDP_KEY is missing beside LATCHKEY_RDP_CERTIFICATE (or name a .pfx file)')
  return undefined
}
