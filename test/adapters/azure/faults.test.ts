import { describe, expect, test } from '@jest/globals'
import { type Asked, faultFrom } from '../../../adapters/azure/faults.ts'
import { Fault } from '../../../core/index.ts'

const ASKED: Asked = {
  op: 'azure.test',
  needs: 'Microsoft.Compute/virtualMachines/read',
  thing: 'the VM vm01',
  subscription: 'the-subscription',
}

/** An error as Microsoft's clients throw it. */
function restError(
  statusCode: number | undefined,
  code?: string,
  { message = 'as Azure puts it', headers = {} as Record<string, string> } = {},
): Error {
  const error = Object.assign(new Error(message), { statusCode, code })
  error.name = 'RestError'
  const response = { headers: { get: (name: string) => headers[name] } }
  return Object.defineProperty(error, 'response', { value: response, enumerable: false })
}

describe('what kind of fault it is', () => {
  test.each([
    [401, 'InvalidAuthenticationToken', 'denied'],
    [403, 'AuthorizationFailed', 'denied'],
    [403, 'RequestDisallowedByPolicy', 'denied'],
    [404, 'ResourceNotFound', 'missing'],
    [408, undefined, 'timeout'],
    [409, 'Conflict', 'conflict'],
    [429, 'SubscriptionRequestsThrottled', 'busy'],
    [429, 'RetryableErrorDueToAnotherOperation', 'conflict'],
    [503, undefined, 'busy'],
    [504, 'GatewayTimeout', 'timeout'],
    [400, 'InvalidInitiateInput', 'invalid'],
    [500, 'InternalServerError', 'broken'],
    [502, undefined, 'broken'],
    [undefined, 'ECONNREFUSED', 'broken'],
    [undefined, 'REQUEST_SEND_ERROR', 'broken'],
    [200, 'PARSE_ERROR', 'broken'],
  ])('%s %s is %s', (status, code, kind) => {
    expect(faultFrom(restError(status, code), ASKED)).toMatchObject({ kind, op: 'azure.test' })
  })

  test('a failed long-running operation says its code in its text only', () => {
    const failed = (code: string) =>
      faultFrom(new Error(`The long-running operation has failed. ${code}. Something happened.`), ASKED)
    expect(failed('Conflict').kind).toBe('conflict')
    expect(failed('AuthorizationFailed').kind).toBe('denied')
    expect(failed('InternalServerError')).toMatchObject({
      kind: 'broken',
      say: 'Azure had trouble of its own with the VM vm01 (InternalServerError); try again.',
    })
  })

  test('a fault stays the fault it is', () => {
    const fault = new Fault('missing', { op: 'azure.other', say: 'Gone.' })
    expect(faultFrom(fault, ASKED)).toBe(fault)
  })

  test.each([undefined, null, 'text', 7])('%j thrown is broken', thrown => {
    expect(faultFrom(thrown, ASKED).kind).toBe('broken')
  })
})

describe('the sentence', () => {
  test('names the right and the scope that Azure missed rather than the ones that were expected', () => {
    const message =
      "The client 'a' with object id 'b' does not have authorization to perform action 'Microsoft.Compute/virtualMachines/write' over scope '/subscriptions/1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3e01/resourceGroups/x' or the scope is invalid."
    expect(faultFrom(restError(403, 'AuthorizationFailed', { message }), ASKED).say).toBe(
      'The bot lacks Microsoft.Compute/virtualMachines/write on subscription 1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3e01.',
    )
    expect(faultFrom(restError(403, 'AuthorizationFailed'), ASKED).say).toBe(
      'The bot lacks Microsoft.Compute/virtualMachines/read on subscription the-subscription.',
    )
  })

  test('what Azure wrote never reaches it, whatever it is', () => {
    const message = 'Justification <b>rm -rf</b> is not good enough'
    for (const status of [400, 401, 403, 404, 409, 429, 500])
      expect(faultFrom(restError(status, 'Odd', { message }), ASKED).say).not.toContain('rm -rf')
  })

  test('an action that is none is not repeated', () => {
    const message = "to perform action 'javascript:alert(1)' over"
    expect(faultFrom(restError(403, 'AuthorizationFailed', { message }), ASKED).say).toContain(ASKED.needs)
  })
})

describe('how long Azure asks to wait', () => {
  const waits = (headers: Record<string, string>) =>
    faultFrom(restError(429, undefined, { headers }), ASKED).retryAfterMs

  test.each([
    [{ 'retry-after': '17' }, 17_000],
    [{ 'retry-after-ms': '250', 'retry-after': '1' }, 250],
    [{ 'x-ms-retry-after-ms': '300' }, 300],
    [{ 'x-ms-user-quota-resets-after': '00:01:05' }, 65_000],
    [{}, undefined],
    [{ 'retry-after': 'soon' }, undefined],
  ])('%j is %s ms', (headers, ms) => {
    expect(waits(headers)).toBe(ms)
  })

  test('a date that has gone by means now', () => {
    expect(waits({ 'retry-after': 'Sat, 21 Nov 2020 07:28:00 GMT' })).toBe(0)
  })
})

describe('the cause, for the log', () => {
  test('keeps what helps an operator and nothing that holds the token', () => {
    const error = restError(400, 'Odd', {
      message: 'x'.repeat(2_000),
      headers: { 'x-ms-request-id': 'abc-1' },
    })
    Object.assign(error, { request: { headers: { authorization: 'Bearer secret-token' } } })
    const { cause } = faultFrom(error, ASKED)
    expect(String(cause)).toContain('400 | Odd')
    expect(String(cause)).toContain('abc-1')
    expect(String(cause).length).toBeLessThan(500)
    expect(JSON.stringify({ ...(cause as object) })).not.toContain('secret-token')
  })
})

describe('signing in', () => {
  const authError = (name: string, message: string, statusCode?: number) =>
    Object.assign(new Error(message), { name, statusCode })

  test('a refusal of Entra ID is denied, with its code only', () => {
    const message = 'AADSTS7000215: Invalid client secret provided. Trace ID: 1'
    expect(faultFrom(authError('AuthenticationError', message, 401), ASKED)).toMatchObject({
      kind: 'denied',
      say: 'Entra ID does not let the bot sign in (AADSTS7000215); check its tenant, client id and secret.',
    })
  })
  test('a machine without the managed identity is denied, one without the service may come back', () => {
    const failed = (message: string) => faultFrom(authError('CredentialUnavailableError', message), ASKED)
    expect(failed('ManagedIdentityCredential: Authentication failed. Message x').kind).toBe('denied')
    expect(failed('ManagedIdentityCredential: Network unreachable. Message: x').kind).toBe('broken')
  })
  test('a sign-in host that is away is broken: waiting may help', () => {
    expect(
      faultFrom(authError('AuthenticationRequiredError', 'network_error: getaddrinfo'), ASKED).kind,
    ).toBe('broken')
    expect(faultFrom(authError('AuthenticationError', 'status 503', 503), ASKED).kind).toBe('broken')
  })
})
