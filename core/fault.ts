/**
 * A fault: the world failing us. Thrown by adapters only; the worker reads `kind` and waits, gives up, or reports.
 *
 * `say` is the one sentence a person may read: what happened and what to do next. It never holds a secret, a token or a raw response.
 */
export type FaultKind =
  /** Our identity lacks a right. `say` names the missing permission and where. */
  | 'denied'
  /** The thing asked for does not exist (any more). */
  | 'missing'
  /** Throttled or briefly overloaded: worth retrying after `retryAfterMs`. */
  | 'busy'
  /** No answer in time. The call may have had its effect. */
  | 'timeout'
  /** Somebody else is changing the same thing. Worth retrying. */
  | 'conflict'
  /** The other side refuses the request as such; repeating it cannot help. */
  | 'invalid'
  /** The other side is broken (5xx, unreadable answer, connection lost). The call may have had its effect. */
  | 'broken'

export type FaultFacts = {
  /** What was tried, as a stable name: `azure.jit.request`, `slack.chat.update`. */
  op: string
  say: string
  /** How long the other side asked us to wait, milliseconds. */
  retryAfterMs?: number
  cause?: unknown
}

export class Fault extends Error {
  readonly kind: FaultKind
  readonly op: string
  readonly say: string
  readonly retryAfterMs: number | undefined

  constructor(kind: FaultKind, { op, say, retryAfterMs, cause }: FaultFacts) {
    super(`${op}: ${kind}: ${say}`, { cause })
    this.name = 'Fault'
    this.kind = kind
    this.op = op
    this.say = say
    this.retryAfterMs = retryAfterMs
  }
}

const PASSING: ReadonlySet<FaultKind> = new Set(['busy', 'timeout', 'conflict', 'broken'])

/** Whether waiting and trying again can help. Anything that is not a Fault is a bug and is not retried blindly. */
export const isPassing = (error: unknown): boolean => error instanceof Fault && PASSING.has(error.kind)
