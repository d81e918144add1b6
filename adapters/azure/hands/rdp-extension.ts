/**
 * The Remote Desktop extension of Cloud Services, as Azure wants it: settings in XML inside JSON.
 *
 * Facts: Azure/azure-rest-api-specs, CloudserviceRP 2022-09-04, example CloudService_Create_WithSingleRoleAndRDP, and Az.CloudService
 * (read 2026-11-20). Times are written as month/day/year in UTC, without a zone.
 */
import { type Instant, instant } from '../../../core/index.ts'
import { momentOf } from '../diagnostics/health.ts'

type Written = {
  name: string
  properties: {
    publisher: string
    type: string
    typeHandlerVersion: string
    autoUpgradeMinorVersion: boolean
    settings: string
    protectedSettings: string
    rolesAppliedTo: readonly string[]
  }
}

/** The extension with a new account, for one role or for all. */
export function rdpExtension(order: {
  name: string
  roles: readonly string[]
  account: { user: string; password: string }
  expiresAt: Instant
}): Written {
  const { name, roles, account, expiresAt } = order
  return {
    name,
    properties: {
      publisher: 'Microsoft.Windows.Azure.Extensions',
      type: 'RDP',
      typeHandlerVersion: '1.2',
      autoUpgradeMinorVersion: false,
      settings: settingsFor(account.user, expiresAt),
      protectedSettings: `<PrivateConfig><Password>${xml(account.password)}</Password></PrivateConfig>`,
      rolesAppliedTo: [...roles],
    },
  }
}

/** Whose account it is and when it ends: no secret. */
export const settingsFor = (user: string, expiresAt: Instant): string =>
  `<PublicConfig><UserName>${xml(user)}</UserName><Expiration>${written(expiresAt)}</Expiration></PublicConfig>`

/** What stands in public settings: XML as people and PowerShell write it, or JSON. Total. */
export function settingsIn(settings: unknown): { user: string; expiresAt?: Instant } {
  const text = typeof settings === 'string' ? settings : JSON.stringify(settings ?? '')
  const part = (name: string): string => {
    const found = new RegExp(`<${name}>([^<]{0,200})</${name}>|"${name}"\\s*:\\s*"([^"]{0,200})"`, 'i').exec(
      text,
    )
    return plain((found?.[1] ?? found?.[2] ?? '').trim())
  }
  const expiresAt = expiryOf(part('Expiration'))
  return { user: part('UserName'), ...(expiresAt === undefined ? {} : { expiresAt }) }
}

function expiryOf(moment: string): Instant | undefined {
  if (moment === '') return undefined
  return momentOf(/(?:Z|[+-]\d\d:?\d\d)$/.test(moment) ? moment : `${moment} UTC`) ?? momentOf(moment)
}

const two = (count: number): string => String(count).padStart(2, '0')

/** Cut to the second: never later than promised. */
function written(moment: Instant): string {
  const at = new Date(instant(Math.floor(moment / 1000) * 1000))
  const day = `${two(at.getUTCMonth() + 1)}/${two(at.getUTCDate())}/${at.getUTCFullYear()}`
  return `${day} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
}

const ENTITIES = [
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
] as const

const xml = (text: string): string =>
  ENTITIES.reduce((done, [sign, entity]) => done.replaceAll(sign, entity), text)

/** The ampersand last, so that nothing is read twice. */
const plain = (text: string): string =>
  ENTITIES.toReversed().reduce((done, [sign, entity]) => done.replaceAll(entity, sign), text)
