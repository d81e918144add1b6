/**
 * What has to be true of a request before botbuilder sees it.
 *
 * botbuilder parses with whatever body parser the server has (restify's can be crashed, or filled, with one compressed request), answers
 * some forged tokens with 500, and checks neither tenant nor, when it is missing, the service address. So the body is read here, and
 * what the activity claims is held against who we are. Nothing in an answer tells more than its status.
 * Observed on botbuilder 4.23.3 and restify 12.0.0, 2026-11-20.
 */
import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { BODY_BYTES, ID_CHARS } from './limits.ts'
import { isServiceUrl, type Outside } from './services.ts'

/** A request that is not served. `why` is for the log; the other side learns the status. */
export class Rejected extends Error {
  readonly status: number
  readonly why: string

  constructor(status: number, why: string, cause?: unknown) {
    super(`${status}: ${why}`, { cause })
    this.name = 'Rejected'
    this.status = status
    this.why = why
  }
}

const Id = z.string().min(1).max(ID_CHARS)

/** The parts of an activity that are used. Everything else is dropped, botbuilder's own switches among it. */
const Activity = z.object({
  type: z.string().min(1).max(64),
  id: Id,
  channelId: z.string().nullish(),
  serviceUrl: z.string().max(ID_CHARS).nullish(),
  name: z.string().max(128).nullish(),
  action: z.string().max(64).nullish(),
  text: z.string().nullish(),
  value: z.unknown().optional(),
  replyToId: Id.nullish(),
  from: z.object({ id: Id, aadObjectId: z.string().nullish() }),
  recipient: z.object({ id: Id, isTargeted: z.boolean().nullish() }),
  conversation: z.object({
    id: Id,
    tenantId: z.string().nullish(),
    conversationType: z.string().nullish(),
    isGroup: z.boolean().nullish(),
  }),
  channelData: z
    .object({
      tenant: z.object({ id: z.string() }).nullish(),
      team: z.object({ id: Id.nullish() }).nullish(),
      channel: z.object({ id: Id.nullish() }).nullish(),
      eventType: z.string().nullish(),
    })
    .nullish(),
  entities: z.array(z.unknown()).nullish(),
  membersRemoved: z.array(z.object({ id: z.string() })).nullish(),
})

/** An activity of our tenant, from Teams, with an allowed service address. */
export type Activity = z.infer<typeof Activity> & { serviceUrl: string }

/** The Bearer token of a request. @throws {Rejected} 401 */
export function bearerOf(request: IncomingMessage): string {
  const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) throw new Rejected(401, 'no bearer token')
  return token
}

/**
 * Reads the body as one JSON object.
 * @throws {Rejected} 415, 413 or 400
 */
export async function readBody(request: IncomingMessage): Promise<object> {
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding.trim().toLowerCase() !== 'identity') throw new Rejected(415, 'compressed')
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new Rejected(415, 'not JSON')
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES) throw new Rejected(413, 'too large')
  const bytes = await readBytes(request)
  let body: unknown
  try {
    body = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new Rejected(400, 'unreadable JSON')
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Rejected(400, 'not an object')
  return body
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    // Leaving the loop early must not destroy the connection: the refusal still has to go out on it.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      length += chunk.length
      if (length > BODY_BYTES) break
      chunks.push(chunk)
    }
  } catch {
    throw new Rejected(400, 'the body ended early')
  }
  if (length > BODY_BYTES) throw new Rejected(413, 'too large')
  return Buffer.concat(chunks)
}

/**
 * Reads an activity whose token has been verified, and holds it against who we are.
 *
 * @param us.claimedServiceUrl the service address in the token
 * @throws {Rejected} 400 when it is none, 401 when the token is for another service, 403 when it is not for us
 */
export function checkActivity(
  body: object,
  us: { tenantId: string; claimedServiceUrl: string; outside: Outside | undefined },
): Activity {
  const { data } = Activity.safeParse(body)
  if (!data) throw new Rejected(400, 'not an activity')
  const { serviceUrl, channelData, conversation } = data
  if (data.channelId !== 'msteams') throw new Rejected(403, 'not from Teams')
  const tenants = [channelData?.tenant?.id, conversation.tenantId]
  if (!tenants.every(tenant => tenant?.toLowerCase() === us.tenantId))
    throw new Rejected(403, 'another tenant')
  if (!serviceUrl) throw new Rejected(403, 'no service address')
  if (serviceUrl !== us.claimedServiceUrl) throw new Rejected(401, 'token of another service')
  if (!isServiceUrl(serviceUrl, us.outside)) throw new Rejected(403, 'service address not allowed')
  return { ...data, serviceUrl }
}
