/**
 * Server-sent events: tells every open page that something in the world changed.
 *
 * An event is only a nudge; the page fetches what it shows. So an event that is lost while a page reconnects does no harm.
 * Format: WHATWG HTML, section 9.2 "Server-sent events" (read 2026-11-21).
 */
import type { ServerResponse } from 'node:http'

/** Well below the idle limit of common reverse proxies (60 s). */
const keepAliveMs = 15_000
/** A page that does not read is cut off; its browser connects again by itself. */
const mostUnsentBytes = 1_000_000

export type EventStreams = {
  /** Starts a stream on this response and resolves when the client has gone. */
  serve(response: ServerResponse, headers: Readonly<Record<string, string>>): Promise<void>
  broadcast(event: unknown): void
  /** Ends all streams and takes no more. Safe to repeat. */
  close(): void
}

export function openEventStreams(): EventStreams {
  const clients = new Set<ServerResponse>()
  let closed = false

  const send = (text: string) => {
    for (const client of clients) {
      if (client.writableLength > mostUnsentBytes) client.destroy()
      else client.write(text)
    }
  }
  const keepAlive = setInterval(() => send(': still here\n\n'), keepAliveMs)
  keepAlive.unref()

  return {
    async serve(response, headers) {
      response.writeHead(200, {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      response.write('retry: 1000\n\n')
      if (closed) {
        response.end()
        return
      }
      // A client that breaks off while we write is no news: `close` follows and cleans up.
      response.on('error', () => {})
      clients.add(response)
      await new Promise<void>(resolve => response.once('close', resolve))
      clients.delete(response)
    },
    broadcast: event => send(`data: ${JSON.stringify(event) ?? 'null'}\n\n`),
    close() {
      closed = true
      clearInterval(keepAlive)
      for (const client of clients) client.end()
    },
  }
}
