/** What a person at a Teams client sees, and the way to what they do, as plain HTTP for the demo page and for tests. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { readJson, sendJson } from '../http.ts'
import type { Human } from '../people.ts'
import { type Acts, Wrong, wrong } from './acts.ts'
import type { Conversation, Message } from './state.ts'
import { BOT_NAME, type Teams } from './teams.ts'

/** As the page calls them. */
const KINDS: Readonly<Record<Conversation['kind'], string>> = {
  personal: 'dm',
  channel: 'channel',
  groupChat: 'group',
}

export function clientOf(teams: Teams, acts: Acts) {
  const { state } = teams

  const show = (message: Message, at: Conversation, person: Human): object => {
    const { id, from, text, summary, consent: asked, edited, views, only } = message
    const card = views[person.oid] ?? message.card
    const upload = message.upload === undefined ? undefined : state.uploads[message.upload]
    return {
      id,
      from,
      fromName: from === 'bot' ? BOT_NAME : (teams.person(from)?.name ?? 'Someone'),
      ...(text === undefined ? {} : { text }),
      ...(card === undefined ? {} : { card }),
      ...(summary === undefined ? {} : { summary }),
      ...(asked ? { consent: { name: asked.name, size: asked.size } } : {}),
      ...(upload
        ? {
            file: {
              name: upload.name,
              size: upload.size,
              url: `${teams.baseUrl}/client/file/${upload.id}?as=${person.oid}`,
            },
          }
        : {}),
      ...(only === undefined ? {} : { onlyYou: true }),
      ...(acts.wantsRefresh(message, at, person) ? { wantsRefresh: true } : {}),
      edited,
    }
  }

  const conversations = (person: Human) =>
    Object.values(state.conversations)
      .filter(({ members }) => members.includes(person.oid))
      .map(at => ({
        id: at.id,
        name: at.name,
        kind: KINDS[at.kind],
        installed: at.installed,
        messages: at.messages
          .filter(message => acts.isFor(message, person))
          .map(message => show(message, at, person)),
      }))

  function sendFile(id: string, as: string | null, response: ServerResponse): void {
    const { owner, name, base64 } = state.uploads[id] ?? wrong('no such file')
    if (owner !== as || base64 === undefined) throw new Wrong('no such file')
    const bytes = Buffer.from(base64, 'base64')
    response.writeHead(200, {
      'content-type': name.endsWith('.png') ? 'image/png' : 'application/octet-stream',
      'content-length': bytes.length,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    })
    response.end(bytes)
  }

  return async (
    { method, path, query }: { method: string; path: readonly string[]; query: URLSearchParams },
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const [what = '', id] = path
    const deed = method === 'POST' ? acts.deed(what) : undefined
    try {
      if (deed) sendJson(response, 200, await deed(await readJson(request)))
      else if (method !== 'GET') sendJson(response, 404, { error: 'no such thing to do' })
      else if (what === 'people')
        sendJson(
          response,
          200,
          teams.people.map(({ oid, name }) => ({ id: oid, name })),
        )
      else if (what === 'conversations')
        sendJson(response, 200, conversations(acts.personOf(query.get('as'))))
      else if (what === 'file' && id !== undefined) sendFile(id, query.get('as'), response)
      else sendJson(response, 404, { error: 'no such thing to see' })
    } catch (error) {
      if (error instanceof Wrong) sendJson(response, 404, { error: error.message })
      else if (error instanceof z.ZodError) sendJson(response, 400, { error: z.prettifyError(error) })
      else if (error instanceof SyntaxError) sendJson(response, 400, { error: 'invalid JSON' })
      else throw error
    }
  }
}
