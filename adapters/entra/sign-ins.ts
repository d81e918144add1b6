/**
 * What Entra's sign-in log says about one person's own attempts to sign in to Windows machines within the last hour (K22).
 *
 * Needs the application permission AuditLog.Read.All on Microsoft Graph and an Entra ID P1 licence; without either the answer says which.
 * The log lists interactive sign-ins, some minutes after they happened. Of each entry only the moment, the app, the code and what
 * Conditional Access said are taken: where somebody was, and on what device, is nobody's business here.
 * Sources: https://learn.microsoft.com/graph/api/signin-list and …/resources/signin; apps: https://learn.microsoft.com/entra/identity/devices/
 * howto-vm-sign-in-azure-ad-windows and https://learn.microsoft.com/windows/client-management/client-tools/connect-to-remote-aadj-pc (read
 * 2026-11-21).
 */
import { z } from 'zod'
import {
  Fault,
  instant,
  type Log,
  type PersonId,
  type Reading,
  type SignInAttempt,
} from '../../core/index.ts'
import { LacksPermission } from './faults.ts'
import { type Credential, connectGraph, unreadable } from './graph.ts'

export type SignInLogSettings = {
  credential: Credential
  /** Where Microsoft Graph lives, without the version. Only the demo and tests pass it. */
  graph?: string
  log: Log
  /** The clock grants live by, ms since 1970. */
  now: () => number
}

const PERMISSION = 'AuditLog.Read.All'
const OP = 'entra.sign-ins'
const HOUR_MS = 3_600_000

/** What signs people in to Windows: on an Azure VM, and over RDP with a web account, newer and older. */
const WINDOWS_APPS: ReadonlySet<string> = new Set([
  '372140e0-b3b7-4226-8ef9-d57986796201',
  '270efc09-cd0d-444b-a71f-39af4910ec45',
  'a4a365df-50f1-4397-bc59-1a1564b8bb9c',
])

const Entry = z.object({
  createdDateTime: z.iso.datetime({ offset: true }),
  appId: z.string(),
  appDisplayName: z.string().nullish(),
  status: z.object({ errorCode: z.number() }),
  conditionalAccessStatus: z.string().nullish(),
})

export function connectSignInLog({
  credential,
  graph = 'https://graph.microsoft.com',
  log,
  now,
}: SignInLogSettings): (person: PersonId) => Promise<Reading<readonly SignInAttempt[]>> {
  const { all } = connectGraph(graph, credential, log)

  async function attempts(person: PersonId): Promise<readonly SignInAttempt[]> {
    const since = new Date(now() - HOUR_MS).toISOString().replace(/\.\d+Z$/, 'Z')
    const entries = await all({
      op: OP,
      path: 'auditLogs/signIns',
      query: { $filter: `userId eq '${person}' and createdDateTime ge ${since}`, $top: '100' },
      permission: PERMISSION,
    })
    const read = z.array(Entry).safeParse(entries ?? [])
    if (!read.success) throw unreadable(OP, read.error)
    return read.data.filter(({ appId }) => WINDOWS_APPS.has(appId.toLowerCase())).map(attemptOf)
  }

  return async person => {
    try {
      return { read: true, value: await attempts(person) }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      log.warn('entra.sign-ins.unread', { kind: error.kind }, error)
      return {
        read: false,
        why: error.say,
        ...(error instanceof LacksPermission ? { lacks: error.permission } : {}),
      }
    }
  }
}

const JUDGED = ['success', 'failure', 'notApplied'] as const

function attemptOf({
  createdDateTime,
  appDisplayName,
  status,
  conditionalAccessStatus,
}: z.infer<typeof Entry>): SignInAttempt {
  const conditionalAccess = JUDGED.find(one => one === conditionalAccessStatus)
  return {
    at: instant(Date.parse(createdDateTime)),
    app: appDisplayName ?? 'Windows sign-in',
    code: status.errorCode,
    ...(conditionalAccess === undefined ? {} : { conditionalAccess }),
  }
}
