import { describe, expect, test } from '@jest/globals'
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api'
import { asFault, slackCode } from '../../../adapters/slack/faults.ts'
import { Fault } from '../../../core/index.ts'

const refusal = (error: string, more: object = {}) =>
  new WebAPIPlatformError({ ok: false, error, response_metadata: {}, ...more })
const timeout = new DOMException('The operation was aborted due to timeout', 'TimeoutError')

describe('what Slack says when it will not', () => {
  test.each([
    ['invalid_auth', 'denied'],
    ['token_revoked', 'denied'],
    ['restricted_action', 'denied'],
    ['messages_tab_disabled', 'denied'],
    ['not_enabled', 'denied'],
    ['restricted_action_thread_locked', 'denied'],
    ['cannot_reply_to_message', 'missing'],
    ['expired_trigger_id', 'conflict'],
    ['view_too_large', 'invalid'],
    ['channel_not_found', 'missing'],
    ['message_not_found', 'missing'],
    ['user_disabled', 'missing'],
    ['ratelimited', 'busy'],
    ['service_unavailable', 'busy'],
    ['streaming_state_conflict', 'conflict'],
    ['internal_error', 'broken'],
    ['update_failed', 'broken'],
    ['invalid_blocks', 'invalid'],
    ['msg_blocks_too_long', 'invalid'],
  ])('%s is %s', (code, kind) => {
    const fault = asFault('chat.update', refusal(code))
    expect([fault.kind, fault.op]).toEqual([kind, 'slack.chat.update'])
    expect(fault.say).toMatch(/^[A-Z].*\.$/)
  })

  test('a code that nobody knew is named', () => {
    expect(asFault('chat.update', refusal('brand_new_code'))).toMatchObject({
      kind: 'invalid',
      say: 'Slack refused (brand_new_code).',
    })
  })

  test('a missing scope is named, with where to add it', () => {
    expect(asFault('users.info', refusal('missing_scope', { needed: 'users:read' })).say).toBe(
      'The Slack app lacks users:read. Add it under OAuth & Permissions and reinstall the app.',
    )
  })

  test('an answer that is no JSON is broken, and none of it is passed on', () => {
    const fault = asFault('chat.update', refusal('<html>Bad gateway, token xoxb-1</html>'))
    expect(fault.kind).toBe('broken')
    expect(fault.message).not.toMatch(/html|xoxb/)
    expect(slackCode(fault)).toBeUndefined()
  })

  test('a scope that is not shaped like one is not passed on', () => {
    expect(asFault('x', refusal('missing_scope', { needed: '<b>' })).say).toContain(
      'a scope that the call needs',
    )
  })
})

describe('what happens on the way', () => {
  test('a rate limit says how long', () => {
    expect(asFault('x', new WebAPIRateLimitedError(30))).toMatchObject({ kind: 'busy', retryAfterMs: 30_000 })
  })

  test.each([
    ['HTTP 503 is broken', new WebAPIHTTPError(503, 'x', {}, '<html>'), 'broken'],
    ['HTTP 403 is invalid', new WebAPIHTTPError(403, 'x', {}, '<html>'), 'invalid'],
    ['no connection is broken', new WebAPIRequestError(new TypeError('fetch failed')), 'broken'],
    ['no answer in time is a timeout', new WebAPIRequestError(timeout), 'timeout'],
    ['half an answer in time is a timeout', timeout, 'timeout'],
    ['anything else is broken', new Error('Retry header did not contain a valid timeout'), 'broken'],
  ])('%s', (_, error, kind) => {
    expect(asFault('x', error).kind).toBe(kind)
  })

  test('a fault stays the fault it was', () => {
    const fault = new Fault('missing', { op: 'slack.y', say: 'Gone.' })
    expect(asFault('x', fault)).toBe(fault)
  })
})
