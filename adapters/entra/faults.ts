/**
 * Turns what Entra ID and Microsoft Graph answer, or fail to answer, into Faults with a sentence a person can act on.
 *
 * Nothing of a raw answer reaches `say`: only what was tried, what it means and what to do next.
 * Sources: https://learn.microsoft.com/graph/errors, https://learn.microsoft.com/graph/throttling and
 * https://learn.microsoft.com/entra/identity-platform/reference-error-codes (read 2026-11-21).
 */
import { Fault, type FaultKind } from '../../core/index.ts'

/** Retry-After as seconds or as an HTTP date, in milliseconds from `nowMs`. Undefined when absent or unreadable. */
export function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000
  // Date.parse takes much for a date, even '-1'.
  const until = /^\w{3}, .+ GMT$/.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(until) ? undefined : Math.max(0, until - nowMs)
}

/** A Graph answer that is not a success. `permission` is the application permission without which Graph refuses this call. */
export function graphFault(
  op: string,
  answer: {
    status: number
    permission: string
    retryAfterMs: number | undefined
    /** Graph's own name for what is wrong. */
    code?: string | undefined
  },
): Fault {
  const { status, permission } = answer
  const wait = answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }
  const fault = (kind: FaultKind, say: string) => new Fault(kind, { op, say, ...wait })
  if (status === 401)
    return fault(
      'denied',
      'Microsoft Graph does not accept Latchkey’s token: check the tenant and the app registration.',
    )
  if (status === 403 && answer.code === NO_LICENCE)
    return fault(
      'denied',
      'Microsoft Graph lets nobody read this without an Entra ID P1 licence in the tenant.',
    )
  if (status === 403) return missingPermission(op, permission)
  if (status === 404) return fault('missing', 'Microsoft Graph knows nothing under this id (any more).')
  if (status === 408)
    return fault('timeout', 'Microsoft Graph did not get our question in time. Try again in a moment.')
  if (status === 429) return fault('busy', 'Microsoft Graph asks us to slow down. Try again in a moment.')
  if (status === 503 || status === 504)
    return fault('busy', 'Microsoft Graph is overloaded at the moment. Try again in a moment.')
  if (status >= 500)
    return fault(
      'broken',
      'Microsoft Graph is having trouble. Try again later; see its status page if it goes on.',
    )
  return fault(
    'invalid',
    'Microsoft Graph does not accept our question. Tell whoever runs Latchkey: this needs a fix.',
  )
}

const NO_LICENCE = 'Authentication_RequestFromNonPremiumTenantOrB2CTenant'

/** `permission`: the application permission on Microsoft Graph that Latchkey was not granted. */
export class LacksPermission extends Fault {
  readonly permission: string

  constructor(op: string, permission: string) {
    const say = `Latchkey may not read this in Entra ID: an administrator has to grant it the application permission ${permission} on Microsoft Graph.`
    super('denied', { op, say })
    this.permission = permission
  }
}

export const missingPermission = (op: string, permission: string): Fault =>
  new LacksPermission(op, permission)

/** A call that got no answer at all: out of time, connection refused or lost, or an answer that cannot be read. */
export function lostFault(op: string, service: string, cause: unknown): Fault {
  if (isTimeout(cause))
    return new Fault('timeout', {
      op,
      say: `${service} did not answer in time. Try again in a moment.`,
      cause: bare(cause),
    })
  return new Fault('broken', {
    op,
    say: `${service} cannot be reached right now. Try again in a moment.`,
    cause: bare(cause),
  })
}

/**
 * What goes wrong while Latchkey gets a token for itself. The identity library has many errors for this and tells a refusal apart from
 * a failure only in its message; a failure may pass, so only what is surely a refusal counts as one.
 */
export function tokenFault(op: string, cause?: unknown): Fault {
  if (isTimeout(cause)) return lostFault(op, 'Entra ID', cause)
  const refused = /\b(invalid|unauthorized)_client\b/.test(String(factsOf(cause).message))
  if (refused)
    return new Fault('denied', {
      op,
      say: 'Entra ID does not accept Latchkey’s own client secret. Whoever runs Latchkey has to renew it in the app registration.',
      cause: bare(cause),
    })
  return new Fault('broken', {
    op,
    say: 'Latchkey cannot get a token for itself from Entra ID. If it goes on, whoever runs Latchkey has to check its managed identity.',
    cause: bare(cause),
  })
}

/** What openid-client throws while it reads how Entra ID signs people in for our tenant. */
export function discoveryFault(op: string, cause: unknown): Fault {
  const { code } = factsOf(cause)
  if (code === undefined || isTimeout(cause)) return lostFault(op, 'Entra ID', cause)
  const { status } = factsOf(factsOf(cause).cause)
  if (typeof status === 'number' && status >= 500)
    return new Fault('broken', { op, say: TROUBLE, cause: bare(cause) })
  return new Fault('broken', {
    op,
    say: 'Entra ID does not know the tenant that Latchkey is set up for. Whoever runs Latchkey has to check the tenant id.',
    cause: bare(cause),
  })
}

/**
 * What openid-client throws while a person's sign-in is finished. `invalid`: what the browser brought does not fit; starting again
 * can help. An error that is neither Entra's nor the browser's doing comes back as it is: a bug.
 */
export function signInFault(op: string, cause: unknown): unknown {
  const { code, error } = factsOf(cause)
  const fault = (kind: FaultKind, say: string) => new Fault(kind, { op, say, cause: bare(cause) })
  if (code === undefined || isTimeout(cause)) return lostFault(op, 'Entra ID', cause)
  switch (code) {
    case 'OAUTH_AUTHORIZATION_RESPONSE_ERROR':
      if (error === 'access_denied' || error === 'login_required' || error === 'interaction_required')
        return fault('invalid', 'The sign-in was not finished. Start again when you are ready.')
      if (error === 'server_error' || error === 'temporarily_unavailable') return fault('busy', TROUBLE)
      return fault(
        'invalid',
        'Entra ID refused the sign-in. Start again; if it goes on, tell whoever runs Latchkey.',
      )
    case 'OAUTH_RESPONSE_BODY_ERROR':
    case 'OAUTH_WWW_AUTHENTICATE_CHALLENGE':
      if (error === 'invalid_grant')
        return fault('invalid', 'This sign-in was used already, or took too long. Start again.')
      if (error === 'temporarily_unavailable') return fault('busy', TROUBLE)
      return fault(
        'broken',
        'Entra ID does not accept Latchkey’s own sign-in secret. Whoever runs Latchkey has to renew it in the app registration.',
      )
    case 'OAUTH_RESPONSE_IS_NOT_CONFORM':
    case 'OAUTH_RESPONSE_IS_NOT_JSON':
    case 'OAUTH_PARSE_ERROR':
    case 'OAUTH_HTTP_REQUEST_FORBIDDEN':
    case 'OAUTH_MISSING_SERVER_METADATA':
    case 'OAUTH_INVALID_SERVER_METADATA':
      return fault('broken', TROUBLE)
    default:
      return typeof code === 'string' && code.startsWith('OAUTH_')
        ? fault('invalid', 'What came back from the sign-in does not fit what was started here. Start again.')
        : cause
  }
}

const TROUBLE = 'Entra ID cannot sign anybody in right now. Try again in a moment.'

/** What errors may carry. Read by shape: not every library's errors are instances of our Error. */
type ErrorFacts = Readonly<
  Partial<Record<'name' | 'message' | 'stack' | 'code' | 'cause' | 'error' | 'status', unknown>>
>
const factsOf = (error: unknown): ErrorFacts => (typeof error === 'object' && error !== null ? error : {})

/** Looks at causes too: libraries wrap the abort that our deadline raised. */
function isTimeout(error: unknown): boolean {
  const { name, code, cause } = factsOf(error)
  return (
    name === 'TimeoutError' ||
    name === 'AbortError' ||
    code === 'OAUTH_TIMEOUT' ||
    (cause !== undefined && isTimeout(cause))
  )
}

/**
 * An error without what hangs on it: answers, claims and tokens stay out of logs, which print whatever an error carries. Its name,
 * message and code remain, and the same of its causes.
 */
function bare(error: unknown): Error | undefined {
  const { name, message, stack, code, cause } = factsOf(error)
  if (typeof message !== 'string') return undefined
  const kept = new Error(message, { cause: bare(cause) })
  kept.name = typeof code === 'string' ? `${name} ${code}` : String(name)
  if (typeof stack === 'string') kept.stack = stack
  return kept
}
