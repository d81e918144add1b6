/**
 * A Bolt receiver that adds one route to a restify server which somebody else owns and listens on.
 *
 * Promises: nothing unsigned is acted upon; timestamps may be off by five minutes in either direction; the bytes of a handled request
 * are not handled twice; the answer leaves only after the handlers are through, so what is acknowledged is stored.
 * Bolt's own receivers accept timestamps from the future and replays, compare content types whole (a charset suffix breaks them), and
 * acknowledge events before anyone has looked at them.
 * Sources: docs.slack.dev, "Verifying requests from Slack"; @slack/bolt 5.1 receivers (read 2026-11-20).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type App, type Receiver, verifySlackRequest } from '@slack/bolt'
import type { Server } from 'restify'
import type { Log } from '../../core/index.ts'
import { BODY_BYTES, TIMESTAMP_WINDOW_MS } from './limits.ts'
import { isObject, textAt } from './payload.ts'

export type ReceiverOptions = { path: string; signingSecret: string; log: Log; now: () => number }

/** Handlers find it in Bolt's context and write into it what became of the delivery. */
export type Delivery = {
  /** Undefined: nobody here is meant by it. */
  became?: 'taken' | { ignored: string }
}

/** Signed as by Slack, and of a shape that Slack never sends: Bolt itself trips over it. The message is its kind. */
class Impossible extends Error {}

export type RestifyReceiver = Receiver & {
  /** Refuses further deliveries, so that Slack repeats them later, and resolves when those under way are answered. */
  stop(): Promise<void>
}

export function restifyReceiver(
  server: Server,
  { path, signingSecret, log, now }: ReceiverOptions,
): RestifyReceiver {
  let app: App | undefined
  let stopped = false
  const underWay = new Set<Promise<void>>()
  const handled = signatureMemory(now)

  server.post(path, (request, response, next) => {
    // Calling next() before the answer is out makes restify answer 500 by itself.
    response.once('close', () => next(false))
    const work = receive(request, response).catch(error => {
      log.error('slack.delivery-failed', {}, error)
      if (!response.headersSent) answer(response, 500)
    })
    underWay.add(work)
    void work.finally(() => underWay.delete(work))
  })

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (stopped || app === undefined) return answer(response, 503)
    if (request.readableDidRead) {
      log.error('slack.body-taken', { hint: 'a body parser reads requests before Slack can be verified' })
      return answer(response, 500)
    }
    const bytes = await readBody(request)
    if (bytes === 'too-long') return refuseRest(request, response)
    const text = bytes.toString('utf8')
    const form = isForm(request) ? new URLSearchParams(text) : undefined
    // Slack's certificate check is the one thing it sends unsigned. Nothing else in such a request is looked at.
    if (form?.get('ssl_check') === '1') return answer(response, 200)

    const signature = String(request.headers['x-slack-signature'])
    const why = refusalOf(signature, request.headers['x-slack-request-timestamp'], text)
    if (why !== undefined) {
      log.warn('slack.refused', { why })
      return answer(response, 401)
    }
    if (handled.has(signature)) {
      log.info('slack.replayed')
      return answer(response, 200)
    }
    const body = parse(form, text)
    if (body === undefined) return answer(response, 400)
    if (body['type'] === 'url_verification')
      return answer(response, 200, { challenge: textAt(body, 'challenge') ?? '' })
    try {
      answer(response, 200, await dispatch(app, body, request))
    } catch (error) {
      if (!(error instanceof Impossible)) throw error
      // What Bolt says of it may quote the payload.
      log.warn('slack.impossible', { kind: error.message })
      return answer(response, 400)
    }
    handled.add(signature)
  }

  function refusalOf(signature: string, timestamp: unknown, body: string): string | undefined {
    const seconds = Number(timestamp)
    if (typeof timestamp !== 'string' || !Number.isSafeInteger(seconds)) return 'timestamp'
    if (seconds * 1000 - now() > TIMESTAMP_WINDOW_MS) return 'future'
    try {
      const headers = { 'x-slack-signature': signature, 'x-slack-request-timestamp': seconds }
      verifySlackRequest({ signingSecret, body, headers, nowMilliseconds: now() })
      return undefined
    } catch {
      return now() - seconds * 1000 > TIMESTAMP_WINDOW_MS ? 'stale' : 'signature'
    }
  }

  /** @returns what the handlers want answered */
  async function dispatch(
    to: App,
    body: Record<string, unknown>,
    { headers }: IncomingMessage,
  ): Promise<unknown> {
    const delivery: Delivery = {}
    let said: unknown
    const attempt = Number(headers['x-slack-retry-num'])
    if (attempt > 0) log.info('slack.redelivered', { attempt })
    const processing = to.processEvent({
      body,
      // Bolt calls this before the handlers of an event run; the answer is held back until they are through.
      ack: async (words?: unknown) => {
        said = words
      },
      customProperties: { delivery },
    })
    await processing.catch(error => {
      // Each of our handlers says first what became of it: this one never reached them.
      throw delivery.became === undefined ? new Impossible(kindOf(body), { cause: error }) : error
    })
    const { became } = delivery
    if (became !== 'taken') log.info('slack.ignored', { kind: became?.ignored ?? kindOf(body) })
    return said
  }

  return {
    init(bolt) {
      app = bolt
    },
    /** The owner of the server listens. */
    start: async () => {},
    async stop() {
      stopped = true
      await Promise.all(underWay)
    },
  }
}

// ---- Requests ------------------------------------------------------------------------------------------------------------------

async function readBody(request: IncomingMessage): Promise<Buffer | 'too-long'> {
  if (Number(request.headers['content-length']) > BODY_BYTES) return 'too-long'
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop must not destroy the socket: the refusal still has to get through.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length
    if (length > BODY_BYTES) return 'too-long'
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

const DRAIN_MS = 2_000

/** Reads on for a moment and throws it away, since most clients look at the answer only after they have sent everything. */
function refuseRest(request: IncomingMessage, response: ServerResponse): void {
  const { socket } = request
  const cut = setTimeout(() => socket.destroy(), DRAIN_MS).unref()
  request.once('end', () => clearTimeout(cut))
  request.resume()
  answer(response, 413)
}

/** A proxy may append a charset to the content type. */
const isForm = ({ headers }: IncomingMessage): boolean =>
  headers['content-type']?.split(';')[0]?.trim().toLowerCase() === 'application/x-www-form-urlencoded'

function parse(form: URLSearchParams | undefined, text: string): Record<string, unknown> | undefined {
  const json = form === undefined ? text : form.get('payload')
  if (form !== undefined && json === null) return Object.fromEntries(form)
  try {
    const body: unknown = JSON.parse(json ?? '')
    return isObject(body) ? body : undefined
  } catch {
    return undefined
  }
}

/** What kind of delivery it was, in Slack's own words. */
function kindOf(body: Record<string, unknown>): string {
  const words = [textAt(body, 'type'), textAt(body, 'event', 'type'), textAt(body, 'command')]
  const kind = words.filter(word => word !== undefined && word !== 'event_callback').join(':')
  return kind.replace(/[^\w:./-]/g, '').slice(0, 60) || 'unknown'
}

function answer(response: ServerResponse, status: number, body?: unknown): void {
  if (body === undefined || body === '') {
    response.writeHead(status)
    response.end()
  } else {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
}

/** Signatures of handled requests, for as long as their timestamps can still be accepted. Only verified ones get here. */
function signatureMemory(now: () => number) {
  const until = new Map<string, number>()
  return {
    has: (signature: string): boolean => (until.get(signature) ?? 0) > now(),
    add(signature: string): void {
      for (const [old, end] of until) {
        if (end > now()) break
        until.delete(old)
      }
      until.set(signature, now() + 2 * TIMESTAMP_WINDOW_MS)
    },
  }
}
