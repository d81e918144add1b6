/** What a person at a Teams client sees and does, as plain HTTP for the demo page and for tests. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { readJson, sendJson } from '../http.ts'
import type { Human } from '../people.ts'
import type { Activities, Activity } from './activities.ts'
import { isObject } from './cards.ts'
import type { Deliver, Delivered } from './deliver.ts'
import { type Conversation, type Message, Trouble, type Upload } from './state.ts'
import { BOT_NAME, type Teams } from './teams.ts'

const Type = z.object({ as: z.string(), conversation: z.string(), text: z.string().min(1) })
const On = z.object({ as: z.string(), conversation: z.string(), id: z.string() })
const Press = On.extend({
  action: z.object({ verb: z.string().optional(), data: z.record(z.string(), z.unknown()).default({}) }),
  inputs: z.record(z.string(), z.string()).default({}),
})
const Consent = On.extend({ accept: z.boolean() })
const Blocked = z.object({ as: z.string(), blocked: z.boolean() })
const Troubles = z.object({ troubles: z.array(Trouble) })

/** A request that cannot be from a client. */
class Wrong extends Error {}

export function clientOf(teams: Teams, activities: Activities, deliver: Deliver) {
  const { state } = teams

  const personOf = (oid: unknown): Human => teams.person(oid) ?? wrong('nobody here has this id')
  const insideOf = (id: string, person: Human): Conversation => {
    const found = state.conversations[id]
    return found?.members.includes(person.oid) ? found : wrong('not a conversation of theirs')
  }
  const seenOf = ({ as, conversation, id }: z.infer<typeof On>) => {
    const person = personOf(as)
    const at = insideOf(conversation, person)
    const on = at.messages.find(message => message.id === id && isFor(message, person))
    return { person, at, on: on ?? wrong('no such message') }
  }

  /** Delivered a third time, a message has a new id and time. */
  const again = (activity: Activity) => () => ({
    ...activity,
    id: teams.nextId(),
    timestamp: new Date(teams.now()).toISOString(),
  })

  async function type({ as, conversation, text }: z.infer<typeof Type>): Promise<Delivered> {
    const person = personOf(as)
    const at = insideOf(conversation, person)
    const alone = at.kind === 'channel' && text.startsWith('/')
    const message = teams.add(at, { from: person.oid, text, ...(alone ? { only: person.oid } : {}) })
    const call = at.kind === 'channel' ? new RegExp(`^@${BOT_NAME}\\s*`, 'i').exec(text)?.[0] : undefined
    // Among others, a bot hears what is said to it and nothing else.
    if (at.kind === 'channel' && !alone && call === undefined) return { status: 0, ms: 0 }
    const activity = alone
      ? activities.commanded(person, at, message, text.slice(1))
      : call === undefined
        ? activities.written(person, at, message, text)
        : activities.called(person, at, message, text.slice(call.length))
    return deliver(activity, again(activity))
  }

  /** The answer to an invoke may bring a card; it replaces what this person sees. */
  async function invoke(
    activity: Activity,
    person: Human,
    on: Message,
  ): Promise<Delivered & { answer?: unknown }> {
    const { body, ...how } = await deliver(activity)
    if (!isObject(body)) return how
    if (body['type'] === 'application/vnd.microsoft.card.adaptive') {
      on.views[person.oid] = body['value']
      teams.changed()
    }
    return { ...how, answer: body }
  }

  async function press(asked: z.infer<typeof Press>) {
    const { person, at, on } = seenOf(asked)
    const data = { ...asked.action.data, ...asked.inputs }
    const { verb } = asked.action
    if (verb !== undefined)
      return invoke(activities.executed(person, at, on, { verb, data }, 'manual'), person, on)
    const activity = activities.submitted(person, at, on, data)
    const { status, ms } = await deliver(activity, again(activity))
    return { status, ms }
  }

  /** What a client does by itself when somebody comes to see a card that wants to be refreshed for them. */
  async function refresh(asked: z.infer<typeof On>) {
    const { person, at, on } = seenOf(asked)
    const card = on.views[person.oid] ?? on.card
    const wish = isObject(card) && isObject(card['refresh']) ? card['refresh'] : wrong('nothing to refresh')
    const { action, userIds } = wish
    if (!Array.isArray(userIds) || !userIds.includes(teams.mri(person)) || !isObject(action))
      return wrong('not refreshed for this person')
    const { verb, data } = action
    const what = { verb: String(verb), data: isObject(data) ? data : {} }
    return invoke(activities.executed(person, at, on, what, 'automatic'), person, on)
  }

  async function consent(asked: z.infer<typeof Consent>): Promise<Delivered> {
    const { person, at, on } = seenOf(asked)
    const { name, size, accept, decline } = on.consent ?? wrong('this message asks for no consent')
    const id = randomUUID()
    const upload: Upload = { id, name, size, owner: person.oid }
    if (asked.accept) state.uploads[id] = upload
    const activity = asked.accept
      ? activities.accepted(person, at, on, accept, upload)
      : activities.declined(person, at, on, decline)
    const { status, ms } = await deliver(activity)
    return { status, ms }
  }

  const show = (message: Message, person: Human): object => {
    const { id, from, text, summary, consent: asked, edited, views } = message
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
      edited,
    }
  }

  const conversations = (person: Human) =>
    Object.values(state.conversations)
      .filter(({ members }) => members.includes(person.oid))
      .map(({ id, name, kind, messages }) => ({
        id,
        name,
        kind: kind === 'personal' ? 'dm' : 'channel',
        messages: messages.filter(message => isFor(message, person)).map(message => show(message, person)),
      }))

  function sendFile(id: string, as: string | null, response: ServerResponse): void {
    const { owner, name, base64 } = state.uploads[id] ?? wrong('no such file')
    if (owner !== as || base64 === undefined) throw new Wrong('no such file')
    const bytes = Buffer.from(base64, 'base64')
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': bytes.length,
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
    })
    response.end(bytes)
  }

  const DEEDS: Readonly<Record<string, (body: unknown) => Promise<unknown>>> = {
    type: async body => type(Type.parse(body)),
    press: async body => press(Press.parse(body)),
    refresh: async body => refresh(On.parse(body)),
    consent: async body => consent(Consent.parse(body)),
    async blocked(body) {
      const { as, blocked } = Blocked.parse(body)
      const { oid } = personOf(as)
      state.blocked = [...state.blocked.filter(other => other !== oid), ...(blocked ? [oid] : [])]
      teams.changed()
      return { blocked }
    },
    async troubles(body) {
      state.troubles = Troubles.parse(body).troubles
      return { troubles: state.troubles }
    },
  }

  return async (
    { method, path, query }: { method: string; path: readonly string[]; query: URLSearchParams },
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    const [what = '', id] = path
    const deed = method === 'POST' && Object.hasOwn(DEEDS, what) ? DEEDS[what] : undefined
    try {
      if (deed) sendJson(response, 200, await deed(await readJson(request)))
      else if (method !== 'GET') sendJson(response, 404, { error: 'no such thing to do' })
      else if (what === 'people')
        sendJson(
          response,
          200,
          teams.people.map(({ oid, name }) => ({ id: oid, name })),
        )
      else if (what === 'conversations') sendJson(response, 200, conversations(personOf(query.get('as'))))
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

const isFor = ({ only }: Message, { oid }: Human): boolean => only === undefined || only === oid

function wrong(say: string): never {
  throw new Wrong(say)
}
