/** Reads what clients send to the Web API: forms, JSON, or multipart with one file in it. */
import type { IncomingMessage } from 'node:http'
import { readBody } from '../http.ts'

export type Args = Record<string, unknown>

/** Arguments whose value is JSON when the request is a form. */
const JSON_ARGS: ReadonlySet<string> = new Set(['attachments', 'blocks', 'files', 'metadata', 'view'])

/** @returns undefined when the body cannot be read as what it says it is */
export async function readArgs(request: IncomingMessage): Promise<Args | undefined> {
  const body = (await readBody(request)).toString('utf8')
  try {
    if (mimeOf(request) === 'application/json') return (body === '' ? {} : JSON.parse(body)) as Args
    return Object.fromEntries(
      [...new URLSearchParams(body)].map(([name, value]) => [
        name,
        JSON_ARGS.has(name) ? JSON.parse(value) : value,
      ]),
    )
  } catch {
    return undefined
  }
}

/** The bytes of an upload: the whole body, or the first part of a multipart one. */
export async function readUpload(request: IncomingMessage): Promise<Buffer> {
  const body = await readBody(request)
  if (mimeOf(request) !== 'multipart/form-data') return body
  const form = await new Response(new Uint8Array(body), {
    headers: { 'content-type': request.headers['content-type'] ?? '' },
  }).formData()
  for (const value of form.values())
    if (typeof value !== 'string') return Buffer.from(await value.arrayBuffer())
  return Buffer.alloc(0)
}

const mimeOf = ({ headers }: IncomingMessage): string =>
  headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''

export const text = (args: Args, name: string): string | undefined => {
  const value = args[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Forms write booleans and numbers as text. */
export const isTrue = (value: unknown): boolean => value === true || value === 'true' || value === '1'

export const query = (request: IncomingMessage): URLSearchParams =>
  new URL(request.url ?? '/', 'http://slack').searchParams
