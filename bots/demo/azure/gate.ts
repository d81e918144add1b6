/** Played faults: what goes wrong on purpose, on which call, and how often. */
import { ArmError, type Reply } from './arm.ts'
import type { AzureState, SimFault } from './model.ts'

/** The fault that strikes this call, counted down. */
export function faultFor(state: AzureState, method: string, path: string): SimFault | undefined {
  const fault = state.faults.find(({ match }) => new RegExp(match, 'i').test(`${method} ${path}`))
  if (fault?.times !== undefined) {
    fault.times -= 1
    if (fault.times <= 0) state.faults = state.faults.filter(other => other !== fault)
  }
  return fault
}

/** Whether a fault spoils the answer; others only make it late, or what it starts go wrong. */
export const spoils = (fault: SimFault): boolean =>
  fault.status !== undefined ||
  fault.hang === true ||
  fault.reset === true ||
  fault.late === true ||
  (fault.waitMs ?? fault.operationMs ?? fault.operationFails) === undefined

const USUAL: Readonly<Record<number, readonly [code: string, message: string]>> = {
  401: ['InvalidAuthenticationToken', 'The access token is invalid.'],
  403: ['AuthorizationFailed', 'The client does not have authorization to perform this action.'],
  404: ['ResourceNotFound', 'The Resource was not found.'],
  409: ['Conflict', 'Another operation is in progress.'],
  429: ['SubscriptionRequestsThrottled', 'Number of requests for this subscription exceeded the limit.'],
  500: ['InternalServerError', 'Encountered internal server error.'],
  503: ['ServiceUnavailable', 'The service is unavailable.'],
}

/** What a fault answers, for those that answer at all. */
export function answerOf({ status = 500, code, message, retryAfter }: SimFault): Reply {
  const [usualCode, usualMessage] = USUAL[status] ?? ['Failed', 'The request failed.']
  return errorReply(
    new ArmError(
      status,
      code ?? usualCode,
      message ?? usualMessage,
      retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) },
    ),
  )
}

export const errorReply = ({ status, code, message, headers }: ArmError): Reply => ({
  status,
  body: { error: { code, message } },
  headers,
})
