/**
 * Delivers to the product as Slack does: signed with the app's secret, 3 s to answer, events again when they were not taken.
 * Source: docs.slack.dev, "Verifying requests from Slack" and "Events API" (read 2026-11-20).
 */
import { createHmac } from 'node:crypto'

export type Outcome = {
  /** HTTP status; 0 when there was none. */
  status: number
  ms: number
  /** The body, parsed if it is JSON. */
  answer?: unknown
  problem?: 'http_timeout' | 'connection_failed' | 'http_error'
  noRetry: boolean
}

export type Wire = {
  form(fields: Readonly<Record<string, string>>): Promise<Outcome>
  json(body: unknown): Promise<Outcome>
  /** Delivers, and again after each of the delays for as long as nobody takes it. Resolves after the first attempt. */
  event(body: unknown): Promise<Outcome>
  /** Resolves when no event is waiting to be delivered again. */
  settled(): Promise<void>
  stop(): void
}

export type WireOptions = {
  signingSecret: string
  deliverTo: () => string
  /** Longest wait for an answer. Slack: 3 s. */
  answerWithinMs: number
  /** Pauses before the second, third and fourth delivery. Slack: at once, 1 min, 5 min. */
  redeliverAfterMs: readonly number[]
}

export function openWire({ signingSecret, deliverTo, answerWithinMs, redeliverAfterMs }: WireOptions): Wire {
  const stopped = new AbortController()
  const waiting = new Set<Promise<void>>()

  async function send(body: string, type: string, more: Record<string, string> = {}): Promise<Outcome> {
    const started = performance.now()
    const since = () => Math.round(performance.now() - started)
    try {
      const response = await fetch(deliverTo(), {
        method: 'POST',
        body,
        headers: {
          'content-type': type,
          'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
          ...signature(signingSecret, body),
          ...more,
        },
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(answerWithinMs), stopped.signal]),
      })
      const answer = parsed(await response.text())
      const taken = response.status >= 200 && response.status < 300
      return {
        status: response.status,
        ms: since(),
        noRetry: response.headers.get('x-slack-no-retry') === '1',
        ...(answer === undefined ? {} : { answer }),
        ...(taken ? {} : { problem: 'http_error' }),
      }
    } catch (error) {
      const late = Object(error).name === 'TimeoutError'
      return { status: 0, ms: since(), noRetry: false, problem: late ? 'http_timeout' : 'connection_failed' }
    }
  }

  async function again(text: string, first: Outcome): Promise<void> {
    let last = first
    for (const [index, delay] of redeliverAfterMs.entries()) {
      if (last.problem === undefined || last.noRetry || stopped.signal.aborted) return
      await pause(delay, stopped.signal)
      if (stopped.signal.aborted) return
      last = await send(text, JSON_TYPE, {
        'x-slack-retry-num': String(index + 1),
        'x-slack-retry-reason': last.problem,
      })
    }
  }

  return {
    form: fields => send(new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded'),
    json: body => send(JSON.stringify(body), JSON_TYPE),
    async event(body) {
      const text = JSON.stringify(body)
      const first = await send(text, JSON_TYPE)
      const retries = again(text, first)
      waiting.add(retries)
      void retries.finally(() => waiting.delete(retries))
      return first
    },
    async settled() {
      while (waiting.size > 0) await Promise.all(waiting)
    },
    stop: () => stopped.abort(),
  }
}

const JSON_TYPE = 'application/json'

/** The headers that prove a request. Signatures live by wall time. */
export function signature(
  secret: string,
  body: string,
  seconds = Math.floor(Date.now() / 1000),
): Record<string, string> {
  const hash = createHmac('sha256', secret).update(`v0:${seconds}:${body}`).digest('hex')
  return { 'x-slack-request-timestamp': String(seconds), 'x-slack-signature': `v0=${hash}` }
}

function parsed(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Ends early when it is aborted; keeps no process alive. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds).unref()
    signal.addEventListener('abort', end)
  })
}
