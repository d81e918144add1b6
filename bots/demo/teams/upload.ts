/** A pretend OneDrive: takes one file at one address, once. The address carries the right, so no token is looked at. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody, sendJson } from '../http.ts'
import type { Teams } from './teams.ts'
import { sufferingOf } from './troubles.ts'

export async function takeUpload(
  teams: Teams,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refuse = (status: number, code: string) => sendJson(response, status, { error: { code } })
  const upload = teams.state.uploads[id]
  if (!upload || upload.base64 !== undefined) return refuse(404, 'itemNotFound')
  // A token here would have gone to somebody it is not meant for.
  if (request.headers.authorization !== undefined) return refuse(400, 'unexpectedAuthorization')
  const suffering = sufferingOf(teams, 'upload')
  if (await suffering.early(response)) return
  const bytes = await readBody(request)
  const range = /^bytes 0-(\d+)\/(\d+)$/.exec(request.headers['content-range'] ?? '')
  if (!range || Number(range[1]) !== bytes.length - 1 || Number(range[2]) !== bytes.length)
    return refuse(400, 'invalidRange')
  upload.base64 = bytes.toString('base64')
  upload.size = bytes.length
  teams.changed()
  if (!(await suffering.late(response)))
    sendJson(response, 201, { id, name: upload.name, size: bytes.length })
}
