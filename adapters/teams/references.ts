/**
 * Remembers where people and conversations can be reached: Teams tells it with every activity, and a message to somebody needs it.
 *
 * Kept through the store under the scope `teams`: `user:<object id>` for each person, `room:<conversation id>` for each group chat, channel
 * and team, `service` for the address last seen. Losing a person's costs nothing but a call: the private conversation can be asked for
 * again. Where the app was removed, that is remembered and nothing else, until Teams brings something from there again.
 */
import { z } from 'zod'
import type { PersonId, Store } from '../../core/index.ts'
import { UNREACHABLE_MS } from './limits.ts'
import { isServiceUrl, type Outside, WORLDWIDE_SERVICE } from './services.ts'

export type Memory = Pick<Store, 'recall' | 'remember'>

const Reference = z.object({
  serviceUrl: z.string(),
  /** The private conversation with the person. */
  home: z.string().optional(),
  /** A conversation the person is in, private or not: where Teams can be asked about them. */
  seen: z.string().optional(),
  /** Teams' own id of the person for this bot. */
  user: z.string().optional(),
  /** Wall time at which Teams last said that the person cannot be reached. */
  refusedAt: z.number().optional(),
  /** The person removed the app. */
  gone: z.boolean().optional(),
})
export type Reference = z.infer<typeof Reference>

/** A group chat, a channel or a team. */
const Room = z.object({
  serviceUrl: z.string(),
  /** The team of a channel. */
  team: z.string().optional(),
  gone: z.boolean().optional(),
})
type Room = z.infer<typeof Room>

const Service = z.object({ serviceUrl: z.string() })

export type References = {
  of(person: PersonId): Promise<Reference | undefined>
  /** Keeps what is new. Repeating is safe and writes nothing. */
  keep(person: PersonId, reference: Reference): Promise<void>
  keepService(serviceUrl: string): Promise<void>
  /** Notes that the person cannot be reached, so that others are asked instead for a while. */
  refuse(person: PersonId): Promise<void>
  /** The person removed the app: what was known of them is dropped. */
  forget(person: PersonId, serviceUrl: string): Promise<void>
  /** Undefined where the bot was never seen, or is not any more. */
  room(id: string): Promise<Room | undefined>
  /** Keeps what is new. Repeating is safe and writes nothing. */
  keepRoom(id: string, room: Omit<Room, 'gone'>): Promise<void>
  /** The bot was removed from there, and from every channel if it is a team. */
  forgetRoom(id: string, serviceUrl: string): Promise<void>
  /** Where to ask for a conversation with somebody who never wrote. Undefined in a simulated world that has not spoken yet. */
  service(): Promise<string | undefined>
}

export function openReferences(memory: Memory, outside: Outside | undefined): References {
  const keyOf = (person: PersonId) => `user:${person}`
  /** What was stored by another version, or under other allowed hosts, counts as not stored. */
  const read = <T extends { serviceUrl: string }>(schema: z.ZodType<T>, stored: unknown): T | undefined => {
    const { data } = schema.safeParse(stored)
    return data && isServiceUrl(data.serviceUrl, outside) ? data : undefined
  }
  const of = async (person: PersonId) => read(Reference, await memory.recall('teams', keyOf(person)))
  const service = async () =>
    read(Service, await memory.recall('teams', 'service'))?.serviceUrl ??
    (outside ? undefined : WORLDWIDE_SERVICE)

  const lately = new Map<string, { value: string; until: number }>()
  /** Keeps a value, unless this process kept the same a moment ago: then it is not even read. */
  async function unlessFresh(key: string, value: object, write: () => Promise<void>): Promise<void> {
    const text = JSON.stringify(value)
    const known = lately.get(key)
    if (known?.value === text && Date.now() < known.until) return
    await write()
    if (lately.size >= MOST_FRESH) lately.clear()
    lately.set(key, { value: text, until: Date.now() + FRESH_MS })
  }

  const roomKeyOf = (id: string) => `room:${id}`
  const roomAsKept = async (id: string) => read(Room, await memory.recall('teams', roomKeyOf(id)))

  async function keep(person: PersonId, reference: Reference): Promise<void> {
    const before = await of(person)
    const after = { ...before, ...reference }
    if (reference.refusedAt === undefined) delete after.refusedAt
    delete after.gone
    if (!before || FIELDS.some(field => before[field] !== after[field]))
      await memory.remember('teams', keyOf(person), after)
  }

  async function keepRoom(id: string, room: Omit<Room, 'gone'>): Promise<void> {
    const before = await roomAsKept(id)
    const isKnown =
      before && !before.gone && before.serviceUrl === room.serviceUrl && before.team === room.team
    if (!isKnown) await memory.remember('teams', roomKeyOf(id), room satisfies Room)
    // Whoever hears something in a channel is in its team.
    const team = room.team === undefined || room.team === id ? undefined : await roomAsKept(room.team)
    if (room.team !== undefined && team?.gone)
      await memory.remember('teams', roomKeyOf(room.team), { serviceUrl: room.serviceUrl } satisfies Room)
  }

  async function keepService(serviceUrl: string): Promise<void> {
    const before = read(Service, await memory.recall('teams', 'service'))
    if (before?.serviceUrl !== serviceUrl) await memory.remember('teams', 'service', { serviceUrl })
  }

  return {
    of,
    service,
    async room(id) {
      const known = await roomAsKept(id)
      if (!known || known.gone) return undefined
      const team = known.team === undefined || known.team === id ? undefined : await roomAsKept(known.team)
      return team?.gone ? undefined : known
    },
    keepRoom: (id, room) => unlessFresh(roomKeyOf(id), room, () => keepRoom(id, room)),
    async forgetRoom(id, serviceUrl) {
      // A team takes its channels along.
      lately.clear()
      await memory.remember('teams', roomKeyOf(id), { serviceUrl, gone: true } satisfies Room)
    },
    keep: (person, reference) => unlessFresh(keyOf(person), reference, () => keep(person, reference)),
    keepService: serviceUrl => unlessFresh('service', { serviceUrl }, () => keepService(serviceUrl)),
    async forget(person, serviceUrl) {
      lately.delete(keyOf(person))
      const nothing: Reference = { serviceUrl, gone: true, refusedAt: Date.now() }
      await memory.remember('teams', keyOf(person), nothing)
    },
    async refuse(person) {
      lately.delete(keyOf(person))
      const [before, serviceUrl] = await Promise.all([of(person), service()])
      if (serviceUrl !== undefined)
        await memory.remember('teams', keyOf(person), { serviceUrl, ...before, refusedAt: Date.now() })
    },
  }
}

/**
 * How long what was just kept is believed to be kept still. Another process may have noted in the meantime that somebody removed the app:
 * then a message of theirs that arrives here within the minute does not undo it, and the next one does.
 */
const FRESH_MS = 60_000
const MOST_FRESH = 5_000

const FIELDS = Reference.keyof().options

/** Whether the person removed the app, or Teams said lately that they cannot be reached. */
export const isRefused = (reference: Reference | undefined): boolean =>
  reference?.gone === true ||
  (reference?.refusedAt !== undefined && Date.now() - reference.refusedAt < UNREACHABLE_MS)
