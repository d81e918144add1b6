/** What a person does at a Teams client: each act is delivered to the bot as Teams would, and its answer is taken as a client takes it. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Human } from '../people.ts'
import type { Activities, Activity } from './activities.ts'
import { actionAnswer, type Choice, dialogAnswer, searchAnswer } from './answers.ts'
import { isObject } from './cards.ts'
import type { Deliver, Delivered } from './deliver.ts'
import { type Conversation, type Message, Trouble, type Upload } from './state.ts'
import { BOT_NAME, type Teams } from './teams.ts'

const In = z.object({ as: z.string(), conversation: z.string() })
const Type = In.extend({ text: z.string().min(1) })
const On = In.extend({ id: z.string() })
const Press = On.extend({
  action: z.object({ verb: z.string().optional(), data: z.record(z.string(), z.unknown()).default({}) }),
  inputs: z.record(z.string(), z.string()).default({}),
})
const Consent = On.extend({ accept: z.boolean() })
const Search = On.extend({ dataset: z.string(), text: z.string() })
const Choose = On.extend({ commandId: z.string() })
const Installed = In.extend({ installed: z.boolean() })
const Blocked = z.object({ as: z.string(), blocked: z.boolean() })
const Troubles = z.object({ troubles: z.array(Trouble) })

/** A request that cannot be from a client. */
export class Wrong extends Error {}

export function wrong(say: string): never {
  throw new Wrong(say)
}

/** A client asks for its reader's card again at most once a minute. */
const REFRESH_EVERY_MS = 60_000
/** Refreshing for everybody is for small conversations. */
const MOST_REFRESHED = 60
/** How long targeted messages live. */
const TARGETED_MS = 24 * 3_600_000

export type Acts = ReturnType<typeof actsOf>

export function actsOf(teams: Teams, activities: Activities, deliver: Deliver) {
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

  const isFor = ({ only, id }: Message, { oid }: Human): boolean =>
    only === undefined || (only === oid && teams.now() - Number(id) < TARGETED_MS)

  /** Delivered a third time, a message has a new id and time. */
  const again = (activity: Activity) => () => ({
    ...activity,
    id: teams.nextId(),
    timestamp: new Date(teams.now()).toISOString(),
  })

  async function type({ as, conversation, text }: z.infer<typeof Type>): Promise<Delivered> {
    const person = personOf(as)
    const at = insideOf(conversation, person)
    const among = at.kind !== 'personal'
    const alone = among && at.installed && text.startsWith('/')
    const message = teams.add(at, { from: person.oid, text, ...(alone ? { only: person.oid } : {}) })
    const call = among ? new RegExp(`^@${BOT_NAME}\\s*`, 'i').exec(text)?.[0] : undefined
    // Among others, a bot hears what is said to it and nothing else.
    if (!at.installed || (among && !alone && call === undefined)) return { status: 0, ms: 0 }
    const activity = alone
      ? activities.commanded(person, at, message, text.slice(1))
      : call === undefined
        ? activities.written(person, at, message, text)
        : activities.called(person, at, message, text.slice(call.length))
    return deliver(activity, again(activity))
  }

  /** The answer to a card action may bring a card; it replaces what this person sees. */
  async function invoke(
    activity: Activity,
    person: Human,
    on: Message,
  ): Promise<Delivered & { answer?: unknown }> {
    const { body, ...how } = await deliver(activity)
    on.askedAt[person.oid] = teams.now()
    if (body === undefined) return how
    const { answer, card } = actionAnswer(body)
    if (card !== undefined) on.views[person.oid] = card
    teams.changed()
    return { ...how, answer }
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

  /** The action that a client performs by itself for somebody who comes to see a card; none when it does not want to be refreshed. */
  function refreshOf(on: Message, at: Conversation, person: Human) {
    const card = on.views[person.oid] ?? on.card
    const wish = isObject(card) && isObject(card['refresh']) ? card['refresh'] : undefined
    const action = wish && isObject(wish['action']) ? wish['action'] : undefined
    if (!wish || !action) return undefined
    const { userIds } = wish
    const isMeant = Array.isArray(userIds)
      ? userIds.includes(teams.mri(person))
      : at.members.length <= MOST_REFRESHED
    return isMeant ? action : undefined
  }

  async function refresh(asked: z.infer<typeof On>) {
    const { person, at, on } = seenOf(asked)
    const { verb, data } = refreshOf(on, at, person) ?? wrong('not refreshed for this person')
    const what = { verb: String(verb), data: isObject(data) ? data : {} }
    return invoke(activities.executed(person, at, on, what, 'automatic'), person, on)
  }

  async function search(
    asked: z.infer<typeof Search>,
  ): Promise<{ status: number; results: readonly Choice[] }> {
    const { person, at, on } = seenOf(asked)
    const { status, body } = await deliver(activities.searched(person, at, on, asked.dataset, asked.text))
    return { status, results: status === 200 ? searchAnswer(body) : [] }
  }

  /** Chooses an action in the menu of a message, whoever wrote it. */
  async function choose(asked: z.infer<typeof Choose>): Promise<{ status: number; say: string }> {
    const { person, at, on } = seenOf(asked)
    const { status, body } = await deliver(activities.chosen(person, at, on, asked.commandId))
    return { status, say: dialogAnswer(body) ?? 'Unable to reach app. Please try again.' }
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

  /** Adds the app to a conversation, or removes it. */
  async function install({ as, conversation, installed }: z.infer<typeof Installed>) {
    const person = personOf(as)
    const at = insideOf(conversation, person)
    if (at.installed === installed) return { installed }
    at.installed = installed
    teams.changed()
    const told = installed ? activities.installed(person, at) : activities.removed(person, at)
    for (const activity of told) await deliver(activity)
    return { installed }
  }

  const DEEDS: Readonly<Record<string, (body: unknown) => Promise<unknown>>> = {
    type: async body => type(Type.parse(body)),
    press: async body => press(Press.parse(body)),
    refresh: async body => refresh(On.parse(body)),
    search: async body => search(Search.parse(body)),
    choose: async body => choose(Choose.parse(body)),
    consent: async body => consent(Consent.parse(body)),
    install: async body => install(Installed.parse(body)),
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

  return {
    /** Undefined when nobody can do that. */
    deed: (what: string) => (Object.hasOwn(DEEDS, what) ? DEEDS[what] : undefined),
    personOf,
    isFor,
    /** Whether the client of this person would ask for their card now. */
    wantsRefresh: (on: Message, at: Conversation, person: Human): boolean =>
      refreshOf(on, at, person) !== undefined &&
      teams.now() - (on.askedAt[person.oid] ?? Number.NEGATIVE_INFINITY) >= REFRESH_EVERY_MS,
  }
}
