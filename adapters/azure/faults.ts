/**
 * Turns what Azure answers, or fails to answer, into a Fault with one sentence a person can act on.
 *
 * Azure's own text never reaches `say`; it stays, shortened, in the cause, for the operator's log. The cause holds no request and no
 * header, because those carry the bot's token.
 * Codes: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors and
 * https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling (read 2026-11-20).
 */
import { Fault, type FaultKind } from '../../core/index.ts'

/** One call to Azure, as far as its failure has to name it. */
export type Asked = {
  /** Stable name of what was tried: `azure.jit.request`. */
  op: string
  /** The permission without which Azure refuses it. */
  needs: string
  /** What it is about, to stand inside a sentence: `the VM vm01`. */
  thing: string
  /** Undefined where the call spans all subscriptions. */
  subscription?: string
}

/** The part of an error that is read here; clients of both generations fill it alike. */
type Failure = {
  name: string
  message: string
  statusCode: number | undefined
  code: string | undefined
  header: (name: string) => string | undefined
}

/** Azure refused because the bot's roles hold no such action. */
export class Lacking extends Fault {
  /** `Microsoft.Compute/virtualMachines/read` */
  readonly action: string

  constructor(op: string, action: string, say: string, cause: unknown) {
    super('denied', { op, say, cause })
    this.action = action
  }
}

/** A Fault for anything a client threw. A Fault stays as it is. */
export function faultFrom(error: unknown, asked: Asked): Fault {
  if (error instanceof Fault) return error
  const failure = failureOf(error)
  const fault = (kind: FaultKind, say: string, retryAfterMs?: number) =>
    new Fault(kind, {
      op: asked.op,
      say,
      cause: causeOf(failure),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })
  if (isSignIn(failure)) return fault(...signInFault(failure))
  const { thing } = asked
  const unfit = unfitOf(failure)
  if (unfit !== undefined) return fault('invalid', unfit(thing))
  const why = failure.code ?? (failure.statusCode === undefined ? undefined : `status ${failure.statusCode}`)
  switch (kindOf(failure)) {
    case 'denied':
      return denied(failure, asked, fault)
    case 'missing':
      return fault('missing', `Azure does not find ${thing} (any more).`)
    case 'busy': {
      const wait = retryAfterOf(failure)
      const asks =
        wait === undefined ? 'try again in a moment' : `it asks to wait ${Math.ceil(wait / 1000)} seconds`
      return fault('busy', `Azure takes no more calls about ${thing} just now; ${asks}.`, wait)
    }
    case 'timeout':
      return fault('timeout', `Azure gave up on a call about ${thing} before it had an answer; try again.`)
    case 'conflict':
      return fault(
        'conflict',
        `Something else is changing ${thing} in Azure right now; try again in a moment.`,
      )
    case 'invalid':
      return fault('invalid', `Azure refuses a request about ${thing}${why ? ` (${why})` : ''}.`)
    case 'broken':
      return failure.statusCode === undefined && !isOperation(failure)
        ? fault(
            'broken',
            'Azure could not be reached, or the connection was lost; check the network and try again.',
          )
        : fault('broken', `Azure had trouble of its own with ${thing}${why ? ` (${why})` : ''}; try again.`)
  }
}

/** No answer within our own deadline. */
export const tooLate = ({ op, thing }: Asked, deadlineMs: number): Fault =>
  new Fault('timeout', {
    op,
    say: `Azure did not answer a call about ${thing} within ${Math.ceil(deadlineMs / 1000)} seconds.`,
  })

/**
 * Where Azure says "conflict" and means that the thing, as it is, cannot have this done to it: waiting changes nothing. The texts tell these
 * apart, because one code stands for most of them.
 */
const UNFIT: readonly (readonly [pattern: RegExp, say: (thing: string) => string])[] = [
  [
    /\bScopeLocked\b/,
    thing => `A lock in Azure forbids to change ${thing}; whoever set it has to take it away first.`,
  ],
  [
    /\bnot running\b|since the VM is \w+\./i,
    thing => `Azure does that only while ${thing} runs; start it first.`,
  ],
  [
    /extension operations are disallowed|allowExtensionOperations/i,
    thing => `Extensions and commands are not allowed on ${thing}; its owner has to allow them first.`,
  ],
  [
    /exceeding approved .{0,80}quota/i,
    thing =>
      `A quota of the subscription is used up, so Azure does not do that for ${thing}; its owner has to ask for more.`,
  ],
]

const unfitOf = ({ statusCode, code, message }: Failure): ((thing: string) => string) | undefined =>
  statusCode === 409 ? UNFIT.find(([pattern]) => pattern.test(`${code} ${message}`))?.[1] : undefined

const CONFLICTS = ['RetryableErrorDueToAnotherOperation', 'AnotherOperationInProgress', 'Conflict']
const THROTTLES = ['TooManyRequests', 'SubscriptionRequestsThrottled', 'RateLimiting', 'OperationThrottled']

function kindOf({ statusCode, code }: Failure): FaultKind {
  if (code !== undefined && CONFLICTS.includes(code)) return 'conflict'
  if (code !== undefined && THROTTLES.includes(code)) return 'busy'
  // The code of a failed long-running operation is all there is: its status arrives with 200.
  if (statusCode === undefined) return code === 'AuthorizationFailed' ? 'denied' : 'broken'
  if (statusCode === 401 || statusCode === 403) return 'denied'
  if (statusCode === 404 || statusCode === 410) return 'missing'
  if (statusCode === 408 || statusCode === 504) return 'timeout'
  if (statusCode === 409 || statusCode === 412) return 'conflict'
  if (statusCode === 429 || statusCode === 503) return 'busy'
  return statusCode >= 400 && statusCode < 500 ? 'invalid' : 'broken'
}

function denied(failure: Failure, asked: Asked, fault: (kind: FaultKind, say: string) => Fault): Fault {
  if (failure.statusCode === 401)
    return fault(
      'denied',
      `Azure does not accept the bot's sign-in${failure.code ? ` (${failure.code})` : ''}; check its tenant and identity.`,
    )
  if (failure.code === 'RequestDisallowedByPolicy')
    return fault('denied', `An Azure Policy assignment forbids what the bot asked of ${asked.thing}.`)
  // Azure names the action and the scope it missed; some VMs need one more than the documents say.
  const action =
    /perform action '([A-Za-z.]+(?:\/[A-Za-z0-9.*]+)+)'/.exec(failure.message)?.[1] ?? asked.needs
  const subscription = /\/subscriptions\/([0-9a-f-]{36})/i.exec(failure.message)?.[1] ?? asked.subscription
  const where = subscription === undefined ? '' : ` on subscription ${subscription}`
  return new Lacking(asked.op, action, `The bot lacks ${action}${where}.`, causeOf(failure))
}

const isSignIn = ({ name }: Failure): boolean =>
  ['AuthenticationError', 'AuthenticationRequiredError', 'CredentialUnavailableError'].includes(name)

function signInFault({ statusCode = 0, message }: Failure): [FaultKind, string] {
  const code = /AADSTS\d+/.exec(message)?.[0]
  if (statusCode === 429)
    return ['busy', 'Entra ID takes no more sign-ins of the bot just now; try again in a moment.']
  if (code !== undefined && statusCode < 500)
    return [
      'denied',
      `Entra ID does not let the bot sign in (${code}); check its tenant, client id and secret.`,
    ]
  if (!/managed ?identity/i.test(message))
    return ['broken', "Entra ID could not be reached for the bot's sign-in; check the network and try again."]
  if (/network unreachable/i.test(message))
    return [
      'broken',
      'The managed identity service cannot be reached from where the bot runs; it exists inside Azure only.',
    ]
  return ['denied', 'Azure has no managed identity for the bot where it runs, or not the one configured.']
}

/** How long Azure asks us to wait. Resource Graph says it in a header of its own, as hours, minutes and seconds. */
function retryAfterOf({ header }: Failure): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const value = Number(header(name) ?? Number.NaN)
    if (Number.isFinite(value) && value >= 0) return value
  }
  const after = header('retry-after')
  if (after !== undefined && /^\s*\d{1,9}\s*$/.test(after)) return Number(after) * 1000
  const until = after === undefined ? Number.NaN : Date.parse(after)
  if (!Number.isNaN(until)) return Math.max(0, until - Date.now())
  const [, hours, minutes, seconds] =
    /^(\d\d):(\d\d):(\d\d)$/.exec(header('x-ms-user-quota-resets-after') ?? '') ?? []
  return seconds === undefined
    ? undefined
    : (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
}

/** A failed long-running operation arrives as a plain error whose text carries the code. */
const OPERATION_FAILED = /^The long-running operation has (?:failed|been canceled)\.\s*(?:(\w+)\.)?/
const isOperation = ({ message }: Failure): boolean => OPERATION_FAILED.test(message)

function failureOf(error: unknown): Failure {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) }
  const { statusCode, code, response } = (error ?? {}) as Record<string, unknown>
  return {
    name,
    message,
    statusCode: typeof statusCode === 'number' ? statusCode : undefined,
    code: typeof code === 'string' ? code : OPERATION_FAILED.exec(message)?.[1],
    header: headersOf(response),
  }
}

function headersOf(response: unknown): Failure['header'] {
  const headers = (response as { headers?: { get?: unknown } } | undefined)?.headers
  const get = headers?.get
  return name => {
    const value: unknown = typeof get === 'function' ? get.call(headers, name) : undefined
    return typeof value === 'string' ? value : undefined
  }
}

function causeOf({ name, message, statusCode, code, header }: Failure): Error {
  const request = header('x-ms-request-id') ?? header('x-ms-correlation-request-id')
  const cause = new Error(
    [name, statusCode, code, message.slice(0, 300), request && `request ${request}`]
      .filter(Boolean)
      .join(' | '),
  )
  cause.name = 'AzureError'
  return cause
}
