/** Reads the small forms on our pages. Nothing else is accepted, and nothing longer. */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Session } from './session.ts'

const LONGEST_BYTES = 16_384

export type Form = { fields: URLSearchParams } | { refused: 413 | 415 }

/** Never reads more than 16 kB. What is refused is left unread: the connection has to be closed. */
export async function readForm(request: IncomingMessage): Promise<Form> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  const isPlain = (request.headers['content-encoding'] ?? 'identity') === 'identity'
  if (type !== 'application/x-www-form-urlencoded' || !isPlain) return { refused: 415 }
  if (Number(request.headers['content-length'] ?? 0) > LONGEST_BYTES) return { refused: 413 }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length
    if (length > LONGEST_BYTES) return { refused: 413 }
    chunks.push(chunk as Buffer)
  }
  return { fields: new URLSearchParams(Buffer.concat(chunks).toString('utf8')) }
}

/** Whether the form was made by us for this very session. */
export function isOurs(fields: URLSearchParams, { csrf }: Session): boolean {
  const given = Buffer.from(fields.get('csrf') ?? '')
  const wanted = Buffer.from(csrf)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
