/**
 * The Bot Connector's REST API, as Teams implements it.
 *
 * Sources: learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference; learn.microsoft.com/microsoftteams/
 * platform, "Send proactive messages" (403 MessageWritesBlocked), "Conversation messages" (text and card in one activity are split, and no
 * id comes back), "Targeted messages", "Get Teams context" (read 2026-11-20).
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readBody, sendJson } from '../http.ts'
import type { Human } from '../people.ts'
import { isObject, MESSAGE_BYTES, problemOf } from './cards.ts'
import type { Conversation, Message } from './state.ts'
import type { Teams } from './teams.ts'
import { type Operation, sufferingOf } from './troubles.ts'

export type Call = {
  method: string
  /** Decoded segments below the service address. */
  path: readonly string[]
  query: URLSearchParams
}

type Answer = { status: number; body?: unknown }

const error = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { code, message } },
})

/** @param verify which app a token speaks for; rejects when it is none for this audience */
export function connectorOf(
  teams: Teams,
  verify: (token: string, audience: string) => Promise<{ appId: string }>,
) {
  return async (call: Call, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const send = ({ status, body }: Answer) => sendJson(response, status, body)
    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const caller = await verify(token, 'https://api.botframework.com').catch(() => undefined)
    if (!caller) return send(error(401, 'Unauthorized', 'Authorization has been denied for this request.'))
    if (caller.appId !== teams.botId)
      return send(error(403, 'Forbidden', 'The bot is not part of this conversation.'))
    const operation = operationOf(call)
    if (!operation) return send(error(404, 'NotFound', 'no such resource'))
    const suffering = sufferingOf(teams, operation)
    if (await suffering.early(response)) return
    const raw = (await readBody(request)).toString('utf8')
    if (raw.length * 2 > MESSAGE_BYTES)
      return send(error(413, 'MessageSizeTooBig', 'Message size too large.'))
    let body: unknown
    try {
      body = raw === '' ? {} : JSON.parse(raw)
    } catch {
      return send(error(400, 'BadSyntax', 'invalid JSON'))
    }
    if (!isObject(body)) return send(error(400, 'BadArgument', 'the body is no object'))
    const answer = perform(teams, operation, call, body)
    if (!(await suffering.late(response))) send(answer)
  }
}

function operationOf({ method, path }: Call): Operation | undefined {
  const [version, conversations, id, part, item] = path
  if (version !== 'v3' || conversations !== 'conversations') return undefined
  if (id === undefined) return method === 'POST' ? 'create' : undefined
  if (part === 'activities') {
    if (method === 'POST') return 'post'
    if (item === undefined) return undefined
    return method === 'PUT' ? 'put' : method === 'DELETE' ? 'delete' : undefined
  }
  const isMember = (part === 'members' && item !== undefined) || part === 'pagedmembers'
  return isMember && method === 'GET' ? 'member' : undefined
}

function perform(teams: Teams, operation: Operation, call: Call, body: Record<string, unknown>): Answer {
  if (operation === 'create') return create(teams, body)
  const conversation = teams.conversation(call.path[2] ?? '')
  if (!conversation) return error(404, 'ConversationNotFound', 'Conversation not found.')
  const item = call.path[4]
  if (operation === 'member') return members(teams, conversation, item)
  const isBlocked =
    conversation.kind === 'personal' && conversation.members.some(oid => teams.state.blocked.includes(oid))
  if (!conversation.installed)
    return error(403, 'BotNotInConversationRoster', 'The bot is not part of the conversation roster.')
  if (isBlocked) {
    const details = { subCode: 'MessageWritesBlocked', details: 'Thread is blocked from message writes.' }
    return { status: 403, body: { errorCode: 209, message: JSON.stringify(details) } }
  }
  if (operation === 'post') return post(teams, conversation, body, call.query)
  const message = conversation.messages.find(({ id, from }) => id === item && from === 'bot')
  const isMeant = (message?.only !== undefined) === isTargeted(call.query)
  if (!message || !isMeant)
    return error(404, 'ActivityNotFoundInConversation', 'The activity is not in the conversation.')
  return operation === 'put' ? put(teams, conversation, message, body) : remove(teams, conversation, message)
}

/** A targeted message is another kind of message: it is posted, replaced and deleted as such. */
const isTargeted = (query: URLSearchParams): boolean => query.get('isTargetedActivity') === 'true'

function create(teams: Teams, body: Record<string, unknown>): Answer {
  const { members: wanted, isGroup, tenantId, channelData, bot } = body
  const tenant =
    isObject(channelData) && isObject(channelData['tenant']) ? channelData['tenant']['id'] : tenantId
  if (tenant !== teams.tenant) return error(403, 'Forbidden', 'The tenant does not allow this.')
  const [first, ...others] = Array.isArray(wanted) ? wanted : []
  if (isGroup === true || others.length > 0 || !isObject(first) || typeof first['id'] !== 'string')
    return error(400, 'BadArgument', 'exactly one member is needed')
  if (!isObject(bot) || bot['id'] !== `28:${teams.botId}`) return error(400, 'BadArgument', 'another bot')
  const person = teams.meant(first['id'])
  if (!person) return error(404, 'UserNotFound', 'The user is not known.')
  const home = teams.home(person)
  if (!home?.installed)
    return error(403, 'ForbiddenOperationException', 'The bot is not installed in user’s personal scope.')
  return { status: 201, body: { id: home.id, activityId: null, serviceUrl: teams.serviceUrl } }
}

function post(
  teams: Teams,
  conversation: Conversation,
  body: Record<string, unknown>,
  query: URLSearchParams,
): Answer {
  const content = contentOf(teams, conversation, body)
  if ('problem' in content) return error(400, 'BadSyntax', content.problem)
  const targeted = isTargeted(query)
  const reader = isObject(body['recipient']) ? teams.meant(String(body['recipient']['id'])) : undefined
  if (targeted && (!reader || conversation.kind === 'personal' || !conversation.members.includes(reader.oid)))
    return error(400, 'BadArgument', 'a targeted message needs a recipient in the conversation')
  const only = targeted && reader ? { only: reader.oid } : {}
  const { text, ...rest } = content
  // A picture is part of its text.
  const isSplit = Object.keys(rest).some(
    part => part !== 'summary' && !(part === 'upload' && isPictured(body)),
  )
  if (text !== undefined && isSplit) {
    teams.add(conversation, { from: 'bot', text, ...only })
    teams.add(conversation, { from: 'bot', ...rest, ...only })
    return { status: 201, body: {} }
  }
  const { id } = teams.add(conversation, { from: 'bot', ...content, ...only })
  return { status: 201, body: { id } }
}

function put(
  teams: Teams,
  conversation: Conversation,
  message: Message,
  body: Record<string, unknown>,
): Answer {
  const content = contentOf(teams, conversation, body)
  if ('problem' in content) return error(400, 'BadSyntax', content.problem)
  const { id, from, only } = message
  const at = conversation.messages.indexOf(message)
  const kept = only === undefined ? {} : { only }
  conversation.messages[at] = { id, from, ...kept, ...content, edited: true, views: {}, askedAt: {} }
  teams.changed()
  return { status: 200, body: { id } }
}

function remove(teams: Teams, conversation: Conversation, message: Message): Answer {
  conversation.messages.splice(conversation.messages.indexOf(message), 1)
  teams.changed()
  return { status: 200, body: {} }
}

type Content = Partial<Pick<Message, 'text' | 'card' | 'summary' | 'consent' | 'upload'>>

const isPictured = ({ attachments }: Record<string, unknown>): boolean =>
  Array.isArray(attachments) && attachments.some(one => isObject(one) && one['contentType'] === 'image/png')

/** Teams keeps the pictures of its messages; clients fetch them. */
function keepPicture({ state }: Teams, picture: { name: string; base64: string; owner: string }): string {
  const id = `picture-${randomUUID()}`
  state.uploads[id] = { id, size: Buffer.from(picture.base64, 'base64').length, ...picture }
  return id
}

function contentOf(
  teams: Teams,
  { kind, members: people }: Conversation,
  { text, summary, attachments }: Record<string, unknown>,
): Content | { problem: string } {
  const content: Content = {
    ...(typeof text === 'string' && text !== '' ? { text } : {}),
    ...(typeof summary === 'string' ? { summary } : {}),
  }
  for (const attachment of Array.isArray(attachments) ? attachments : []) {
    if (!isObject(attachment)) return { problem: 'an attachment is no object' }
    const { contentType, name, content: inner } = attachment
    const given = isObject(inner) ? inner : {}
    if (contentType === 'application/vnd.microsoft.card.adaptive') {
      const problem = problemOf(inner)
      if (problem !== undefined) return { problem: `AdaptiveCard: ${problem}` }
      content.card = inner
    } else if (contentType === 'application/vnd.microsoft.teams.card.file.consent') {
      const { sizeInBytes: size, acceptContext: accept, declineContext: decline } = given
      if (kind !== 'personal') return { problem: 'files are for personal chats' }
      if (typeof name !== 'string' || typeof size !== 'number')
        return { problem: 'file without name or size' }
      content.consent = { name, size, accept, decline }
    } else if (contentType === 'application/vnd.microsoft.teams.card.file.info') {
      const { uniqueId } = given
      const upload = typeof uniqueId === 'string' ? teams.state.uploads[uniqueId] : undefined
      if (upload?.base64 === undefined) return { problem: 'no such file' }
      content.upload = upload.id
    } else if (contentType === 'image/png') {
      const [, base64] =
        /^data:image\/png;base64,([A-Za-z0-9+/]+={0,2})$/.exec(String(attachment['contentUrl'])) ?? []
      if (base64 === undefined || typeof name !== 'string')
        return { problem: 'a picture without its content' }
      content.upload = keepPicture(teams, { name, base64, owner: people[0] ?? '' })
    } else return { problem: `content type ${String(contentType)}` }
  }
  return content.text === undefined && !content.card && !content.consent && content.upload === undefined
    ? { problem: 'an empty message' }
    : content
}

function members(teams: Teams, { members: inside }: Conversation, wanted: string | undefined): Answer {
  const list = inside.flatMap(oid => teams.person(oid) ?? [])
  if (wanted === undefined)
    return { status: 200, body: { members: list.map(person => describe(teams, person)) } }
  const person = teams.meant(wanted)
  return person && inside.includes(person.oid)
    ? { status: 200, body: describe(teams, person) }
    : error(404, 'MemberNotFoundInConversation', 'The member is not in the conversation.')
}

/** Without `aadObjectId`, which the service may leave out. The role of guests is not documented. */
function describe(teams: Teams, person: Human): object {
  const [givenName = '', ...rest] = person.name.split(' ')
  return {
    id: teams.mri(person),
    objectId: person.oid,
    name: person.name,
    givenName,
    surname: rest.join(' '),
    email: person.mail,
    userPrincipalName: person.upn,
    tenantId: teams.tenant,
    userRole: person.kind === 'guest' ? 'guest' : 'user',
  }
}
