/**
 * Calls the Bot Connector's REST API.
 *
 * One call is one request: nothing is retried here, because a message that was posted twice cannot be told from two messages. Every call
 * has a deadline, follows no redirect, and sends the token to allowed service addresses only.
 * Source: learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference (read 2026-11-20).
 */
import { Fault, type PersonId } from '../../core/index.ts'
import type { Token } from './credential.ts'
import { answerFault, lostFault, type Repeating } from './faults.ts'
import type { Json } from './pen.ts'
import { isServiceUrl, type Outside } from './services.ts'

/** A conversation and the address of the service that has it. */
export type Place = { conversation: string; serviceUrl: string }

/** Somebody in a conversation, as Teams describes them. Undefined: Teams did not say. */
export type Member = {
  name: string | undefined
  upn: string | undefined
  tenant: string | undefined
  role: string | undefined
}

export type Connector = {
  /**
   * The private conversation with a person. Repeating returns the same one.
   * @throws {Fault} `missing` when the app is not installed for them
   */
  createConversation(serviceUrl: string, person: PersonId): Promise<string>
  /**
   * Posts and tells the new message's id. NOT safe to repeat.
   * @param targeted a user of the conversation who alone is to see it
   */
  post(at: Place, activity: Json, targeted?: string): Promise<string>
  /** Replaces a message. Repeating is safe. */
  put(at: Place, message: string, activity: Json): Promise<void>
  /** Deletes a message of ours. Repeating is safe; one that is gone is `missing`. */
  remove(at: Place, message: string): Promise<void>
  /** Undefined when the user is not in the conversation. */
  member(at: Place, user: string): Promise<Member | undefined>
}

export function openConnector(bot: {
  appId: string
  tenantId: string
  token: Token
  outside: Outside | undefined
  deadlineMs: number
}): Connector {
  const { appId, tenantId, outside } = bot
  const from = { id: `28:${appId}` }

  async function call(
    op: string,
    { serviceUrl, path }: { serviceUrl: string; path: string },
    { method, body, repeating }: { method: string; body?: Json; repeating: Repeating },
  ): Promise<Record<string, unknown>> {
    if (!isServiceUrl(serviceUrl, outside))
      throw new Fault('invalid', {
        op,
        say: 'The address of this chat is not one of Microsoft Teams, so nothing is sent there.',
      })
    const token = await bot.token()
    let answer: { status: number; retryAfter: string | null; body: string }
    try {
      const response = await fetch(`${serviceUrl.replace(/\/+$/, '')}/v3/${path}`, {
        method,
        redirect: 'error',
        signal: AbortSignal.timeout(bot.deadlineMs),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      answer = {
        status: response.status,
        retryAfter: response.headers.get('retry-after'),
        body: await response.text(),
      }
    } catch (error) {
      throw lostFault(op, error)
    }
    if (answer.status < 200 || answer.status > 299) throw answerFault(op, answer, repeating)
    return readObject(answer.body)
  }

  /** The id in an answer to something that was made. */
  async function idOf(op: string, made: Promise<Record<string, unknown>>): Promise<string> {
    const { id } = await made
    if (typeof id === 'string' && id !== '') return id
    throw new Fault('broken', { op, say: 'Microsoft Teams took the message but did not say where it is.' })
  }

  const chat = ({ conversation, serviceUrl }: Place, rest: string) => ({
    serviceUrl,
    path: `conversations/${encodeURIComponent(conversation)}/${rest}`,
  })
  const activities = (message: string) => `activities/${encodeURIComponent(message)}`

  return {
    createConversation: (serviceUrl, person) =>
      idOf(
        'teams.conversation.create',
        call(
          'teams.conversation.create',
          { serviceUrl, path: 'conversations' },
          {
            method: 'POST',
            repeating: 'adds',
            body: {
              isGroup: false,
              bot: from,
              members: [{ id: person }],
              tenantId,
              channelData: { tenant: { id: tenantId } },
            },
          },
        ),
      ),
    post: (at, activity, targeted) =>
      idOf(
        'teams.message.post',
        call(
          'teams.message.post',
          chat(at, targeted === undefined ? 'activities' : 'activities?isTargetedActivity=true'),
          {
            method: 'POST',
            repeating: 'adds',
            body: {
              ...activity,
              from,
              conversation: { id: at.conversation },
              ...(targeted === undefined ? {} : { recipient: { id: targeted } }),
            },
          },
        ),
      ),
    async put(at, message, activity) {
      await call('teams.message.put', chat(at, activities(message)), {
        method: 'PUT',
        repeating: 'safe',
        body: { ...activity, id: message, from, conversation: { id: at.conversation } },
      })
    },
    async remove(at, message) {
      await call('teams.message.delete', chat(at, activities(message)), {
        method: 'DELETE',
        repeating: 'safe',
      })
    },
    async member(at, user) {
      try {
        const member = await call('teams.member.get', chat(at, `members/${encodeURIComponent(user)}`), {
          method: 'GET',
          repeating: 'safe',
        })
        return {
          name: textIn(member, 'name'),
          upn: textIn(member, 'userPrincipalName'),
          tenant: textIn(member, 'tenantId'),
          role: textIn(member, 'userRole'),
        }
      } catch (error) {
        if (error instanceof Fault && error.kind === 'missing') return undefined
        throw error
      }
    },
  }
}

const textIn = (from: Record<string, unknown>, name: string): string | undefined => {
  const value = from[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** An empty or unreadable body of a success is no reason to think it failed. */
function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
