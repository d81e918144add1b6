/**
 * Turns what the Bot Connector, Entra ID and OneDrive answer, or fail to answer, into Faults with a sentence a person can act on.
 *
 * Nothing of a raw answer reaches `say`; of an error's code only what is shaped like one is kept, as the cause.
 * Source: learn.microsoft.com/microsoftteams/platform, "Rate limiting" (retry 412, 429, 502, 504) and "Send proactive messages" (403
 * MessageWritesBlocked and its kin); read 2026-11-20.
 */
import { Fault, type FaultKind } from '../../core/index.ts'

/** Calls that leave one more thing behind each time they are repeated, and calls that do not. */
export type Repeating = 'adds' | 'safe'

const UNREACHABLE =
  'This person cannot be reached in Microsoft Teams: the app is not installed for them, or they blocked it.'
const GONE = 'That message or chat is no longer there in Microsoft Teams.'
const UNWELL = 'Microsoft Teams is having trouble. It is tried again.'

/** An answer that is no success. */
export function answerFault(
  op: string,
  answer: { status: number; retryAfter: string | null; body: string },
  repeating: Repeating,
): Fault {
  const { status } = answer
  const code = codeIn(answer.body)
  const retryAfterMs = retryAfterIn(answer.retryAfter)
  const fault = (kind: FaultKind, say: string) =>
    new Fault(kind, {
      op,
      say,
      cause: new Error(`HTTP ${status}${code === undefined ? '' : ` ${code}`}`),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })
  if (status === 401)
    return fault(
      'denied',
      'Microsoft Teams does not accept the bot’s token. Check the app id, the tenant and the credential of the bot.',
    )
  if (status === 403) return fault('missing', UNREACHABLE)
  if (status === 404 || status === 410) return fault('missing', repeating === 'adds' ? UNREACHABLE : GONE)
  if (status === 409) return fault('conflict', 'Somebody else is changing that message. It is tried again.')
  if (status === 412 || status === 429)
    return fault('busy', 'Microsoft Teams asks us to slow down. It is tried again.')
  if (status === 413) return fault('invalid', 'Microsoft Teams finds the message too large.')
  if (status === 408) return fault('timeout', UNWELL)
  // A gateway that gave up says nothing about whether the message was posted.
  if (status >= 500) return fault(repeating === 'safe' ? 'busy' : 'broken', UNWELL)
  return fault(
    'invalid',
    'Microsoft Teams refuses the message. Tell whoever runs Latchkey: this needs a fix.',
  )
}

/** A call that got no answer: out of time, refused, lost, redirected or unreadable. */
export function lostFault(op: string, error: unknown): Fault {
  if (error instanceof Fault) return error
  const { name } = partsOf(error)
  return name === 'TimeoutError' || name === 'AbortError'
    ? new Fault('timeout', {
        op,
        say: 'Microsoft Teams did not answer in time. It is tried again.',
        cause: bare(error),
      })
    : new Fault('broken', {
        op,
        say: 'Microsoft Teams cannot be reached. It is tried again.',
        cause: bare(error),
      })
}

/** No token for the Bot Connector. */
export function tokenFault(error: unknown): Fault {
  const op = 'teams.token'
  if (error instanceof Fault) return error
  // MSAL and @azure/identity tell a refused credential only by these words of OAuth.
  const refused = /\b(invalid_client|unauthorized_client|invalid_resource|identity_not_found)\b/i.test(
    wordsOf(error),
  )
  return refused
    ? new Fault('denied', {
        op,
        say: 'Entra ID does not accept the Teams bot’s credential. Check its app id, tenant, and secret or managed identity.',
        cause: bare(error),
      })
    : new Fault('broken', {
        op,
        say: 'The Teams bot gets no token from Entra ID right now. If it goes on, check its secret or managed identity.',
        cause: bare(error),
      })
}

/** Seconds, or a date; at most an hour is believed. */
function retryAfterIn(header: string | null): number | undefined {
  if (header === null) return undefined
  const until = /^\w{3}, .+ GMT$/.test(header) ? Date.parse(header) - Date.now() : Number.NaN
  const wait = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) * 1000 : until
  return Number.isNaN(wait) ? undefined : Math.min(3_600_000, Math.max(0, wait))
}

/** The error code of an answer: `{ error: { code } }`, or a `subCode` in the text that older services put into `message`. */
function codeIn(body: string): string | undefined {
  return /\\?"(?:subCode|code)\\?"\s*:\s*\\?"([A-Za-z][A-Za-z0-9]{1,59})\\?"/.exec(body)?.[1]
}

/** What errors may carry. Read by shape: not every library's errors are instances of our Error. */
type Parts = Readonly<Partial<Record<'name' | 'message' | 'code' | 'errorCode' | 'cause', unknown>>>
const partsOf = (error: unknown): Parts => (typeof error === 'object' && error !== null ? error : {})

/** Codes and message of an error and of what caused it. */
function wordsOf(error: unknown): string {
  const { message, errorCode, cause } = partsOf(error)
  return `${String(errorCode)} ${String(message)}${cause === undefined ? '' : ` ${wordsOf(cause)}`}`
}

/** Name and code without what hangs on an error: addresses, answers and tokens stay out of logs. */
function bare(error: unknown): Error {
  const { name, errorCode, cause } = partsOf(error)
  const code = partsOf(cause).code ?? errorCode
  return new Error([name ?? 'error', code].filter(part => typeof part === 'string').join(' '))
}
