/**
 * Remembers where people can be reached: Teams tells it with every activity, and a message to somebody needs it.
 *
 * Kept through the store under the scope `teams`: `user:<object id>` for each person, `service` for the address last seen. Losing it costs
 * nothing but a call: the private conversation can be asked for again.
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
})
export type Reference = z.infer<typeof Reference>

const Service = z.object({ serviceUrl: z.string() })

export type References = {
  of(person: PersonId): Promise<Reference | undefined>
  /** Keeps what is new. Repeating is safe and writes nothing. */
  keep(person: PersonId, reference: Reference): Promise<void>
  keepService(serviceUrl: string): Promise<void>
  /** Notes that the person cannot be reached, so that others are asked instead for a while. */
  refuse(person: PersonId): Promise<void>
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

  return {
    of,
    service,
    async keep(person, reference) {
      const before = await of(person)
      const after = { ...before, ...reference }
      if (reference.refusedAt === undefined) delete after.refusedAt
      if (!before || FIELDS.some(field => before[field] !== after[field]))
        await memory.remember('teams', keyOf(person), after)
    },
    async keepService(serviceUrl) {
      const before = read(Service, await memory.recall('teams', 'service'))
      if (before?.serviceUrl !== serviceUrl) await memory.remember('teams', 'service', { serviceUrl })
    },
    async refuse(person) {
      const [before, serviceUrl] = await Promise.all([of(person), service()])
      if (serviceUrl !== undefined)
        await memory.remember('teams', keyOf(person), { serviceUrl, ...before, refusedAt: Date.now() })
    },
  }
}

const FIELDS = Reference.keyof().options

/** Whether Teams said lately that this person cannot be reached. */
export const isRefused = (reference: Reference | undefined): boolean =>
  reference?.refusedAt !== undefined && Date.now() - reference.refusedAt < UNREACHABLE_MS
