/**
 * The tenant's sign-in log, as Microsoft Graph lists it: newest first, for apps that hold AuditLog.Read.All, and only where the tenant has a
 * P1 licence.
 *
 * Takes filters of the shape that Latchkey sends, and no others: what is not understood is refused as Graph refuses it.
 * Sources: https://learn.microsoft.com/graph/api/signin-list and …/resources/signin (read 2026-11-21).
 */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type EntraState, findPerson } from './state.ts'

export const SignIn = z.strictObject({
  /** Who: user principal name or object id. */
  who: z.string(),
  /** When, ms since 1970 on the world's clock. */
  at: z.number(),
  app: z.enum(['vm-sign-in', 'cloud-login', 'portal']).default('vm-sign-in'),
  /** 0: it went well. */
  code: z.int().min(0),
  conditionalAccess: z.enum(['success', 'failure', 'notApplied']).default('notApplied'),
})
export type SignIn = z.infer<typeof SignIn>

const APPS = {
  'vm-sign-in': ['372140e0-b3b7-4226-8ef9-d57986796201', 'Azure Windows VM Sign-In'],
  'cloud-login': ['270efc09-cd0d-444b-a71f-39af4910ec45', 'Windows Cloud Login'],
  portal: ['c44b4083-3bb0-49c1-b47d-974e53cbdf3c', 'Azure Portal'],
} as const

const FILTER = /^userId eq '([0-9a-f-]{36})' and createdDateTime ge (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/i

/** Undefined for a filter that is not understood. */
export function signInsFor(
  state: EntraState,
  filter: string,
): readonly Record<string, unknown>[] | undefined {
  const [, oid, since] = FILTER.exec(filter) ?? []
  if (oid === undefined || since === undefined) return undefined
  return (state.signIns ?? [])
    .filter(({ who, at }) => findPerson(state, who)?.oid === oid.toLowerCase() && at >= Date.parse(since))
    .toSorted((one, other) => other.at - one.at)
    .map(entry => entryOf(state, entry))
}

function entryOf(state: EntraState, { who, at, app, code, conditionalAccess }: SignIn) {
  const person = findPerson(state, who)
  const [appId, appDisplayName] = APPS[app]
  return {
    id: randomUUID(),
    createdDateTime: new Date(at).toISOString().replace(/\.\d+Z$/, 'Z'),
    userDisplayName: person?.name,
    userPrincipalName: person?.upn,
    userId: person?.oid,
    appId,
    appDisplayName,
    ipAddress: '203.0.113.25',
    clientAppUsed: 'Mobile Apps and Desktop clients',
    isInteractive: true,
    conditionalAccessStatus: conditionalAccess,
    status: {
      errorCode: code,
      failureReason: code === 0 ? 'Other.' : 'The sign-in failed.',
      additionalDetails: null,
    },
    deviceDetail: { operatingSystem: 'Windows10', isCompliant: false },
    location: { city: 'Utrecht', countryOrRegion: 'NL' },
  }
}
