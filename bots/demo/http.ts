/** Small HTTP helpers for the simulators, which share one restify server and read their own bodies. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Reads a request body.
 * @throws {RangeError} when it is longer than `limit` bytes
 */
export async function readBody(request: IncomingMessage, limit = 4_000_000): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    length += (chunk as Buffer).length
    if (length > limit) throw new RangeError(`body longer than ${limit} bytes`)
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}

export async function readJson(request: IncomingMessage): Promise<unknown> {
  const body = await readBody(request)
  return body.length === 0 ? undefined : JSON.parse(body.toString('utf8'))
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(body === undefined ? '' : JSON.stringify(body))
}
