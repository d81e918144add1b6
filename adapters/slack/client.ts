/**
 * The Web API client, tamed: the library's defaults wait for ever, send again by themselves (which can post twice) and let one
 * method's rate limit hold up all others. Here every call has a deadline, goes out once, and fails as a Fault.
 */
import { LogLevel, WebClient } from '@slack/web-api'
import type { Log } from '../../core/index.ts'
import { asFault } from './faults.ts'
import { CALL_TIMEOUT_MS } from './limits.ts'
import { quietLogger } from './log.ts'

export type Slack = {
  readonly web: WebClient
  /**
   * Makes one call.
   * @param op the method's name, for the fault
   * @throws {Fault} whatever went wrong
   */
  call<T>(op: string, make: (web: WebClient) => Promise<T>): Promise<T>
}

/** @param options.timeoutMs deadline of each call */
export function slackClient(options: {
  botToken: string
  apiUrl?: string
  log: Log
  timeoutMs?: number
}): Slack {
  const web = new WebClient(options.botToken, clientOptions(options))
  return {
    web,
    async call(op, make) {
      try {
        return await make(web)
      } catch (error) {
        throw asFault(op, error)
      }
    },
  }
}

export const clientOptions = ({
  apiUrl,
  log,
  timeoutMs = CALL_TIMEOUT_MS,
}: {
  apiUrl?: string
  log: Log
  timeoutMs?: number
}) => ({
  ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
  timeout: timeoutMs,
  rejectRateLimitedCalls: true,
  retryConfig: { retries: 0 },
  logger: quietLogger(log, LogLevel.WARN),
})
