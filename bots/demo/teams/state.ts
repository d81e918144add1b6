/** All that the pretend Teams remembers, as one JSON-serialisable object that changes in place. */
import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Company, Human } from '../people.ts'

const Message = z.object({
  /** Milliseconds since 1970, as Teams numbers messages. Unique. */
  id: z.string(),
  /** 'bot', or the object id of a person. */
  from: z.string(),
  text: z.string().optional(),
  card: z.unknown().optional(),
  summary: z.string().optional(),
  /** The question whether a file is wanted. */
  consent: z
    .object({ name: z.string(), size: z.number(), accept: z.unknown(), decline: z.unknown() })
    .optional(),
  /** Id of the upload that a file message shows. */
  upload: z.string().optional(),
  edited: z.boolean(),
  /** The only person who sees it. */
  only: z.string().optional(),
  /** Cards that answered a press: each replaces the card for one person, until the message changes. */
  views: z.record(z.string(), z.unknown()),
  /** When each person's client last got an answer for this card. */
  askedAt: z.record(z.string(), z.number()).default({}),
})
export type Message = z.infer<typeof Message>

const Conversation = z.object({
  id: z.string(),
  kind: z.enum(['personal', 'channel', 'groupChat']),
  name: z.string(),
  /** Object ids. */
  members: z.array(z.string()),
  /** Whether the bot was told that it is installed here. */
  announced: z.boolean(),
  /** Whether somebody has the app here: the bot hears and may speak only then. */
  installed: z.boolean().default(true),
  messages: z.array(Message),
})
export type Conversation = z.infer<typeof Conversation>

const Upload = z.object({
  id: z.string(),
  name: z.string(),
  size: z.number(),
  owner: z.string(),
  /** The content, once it has arrived. */
  base64: z.string().optional(),
})
export type Upload = z.infer<typeof Upload>

/** What can be made to go wrong. */
export const Trouble = z.object({
  on: z.enum(['any', 'create', 'post', 'put', 'delete', 'member', 'upload']),
  how: z.union([
    z.literal('hang'),
    z.object({
      status: z.number().int().min(400).max(599),
      retryAfterSeconds: z.number().optional(),
      /** The answer goes wrong after the work was done. */
      late: z.boolean().optional(),
    }),
  ]),
  /** How many calls are still to go wrong. */
  times: z.number().int().min(1),
})
export type Trouble = z.infer<typeof Trouble>

const TeamsState = z.object({
  version: z.literal(1),
  /** Signs what is delivered; a private JWK. */
  key: z.looseObject({ kid: z.string(), kty: z.literal('RSA'), n: z.string(), e: z.string() }),
  lastId: z.number(),
  conversations: z.record(z.string(), Conversation),
  uploads: z.record(z.string(), Upload),
  troubles: z.array(Trouble),
  /** People who blocked the bot. */
  blocked: z.array(z.string()),
})
export type TeamsState = z.infer<typeof TeamsState>

/**
 * The state to go on with: the saved one, with a conversation for everybody who has joined since.
 * @throws {Error} when what was saved is no state of this version
 */
export function openState(saved: unknown, company: Company, botId: string): TeamsState {
  const state = saved === undefined ? firstState() : TeamsState.parse(saved)
  const people = company.people.filter(({ teams }) => teams)
  for (const person of people) {
    const id = personalIdOf(botId, person)
    state.conversations[id] ??= talk(id, 'personal', 'Latchkey', [person.oid])
  }
  const channel = channelIdOf(company)
  const members = people.map(({ oid }) => oid)
  state.conversations[channel] ??= talk(channel, 'channel', 'General', members)
  state.conversations[channel].members = members
  const group = groupIdOf(company)
  state.conversations[group] ??= talk(group, 'groupChat', 'Operations', members)
  state.conversations[group].members = members
  return state
}

function firstState(): TeamsState {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = privateKey.export({ format: 'jwk' })
  return TeamsState.parse({
    version: 1,
    key: { ...jwk, kid: randomUUID() },
    lastId: 0,
    conversations: {},
    uploads: {},
    troubles: [],
    blocked: [],
  })
}

const talk = (id: string, kind: Conversation['kind'], name: string, members: string[]): Conversation => ({
  id,
  kind,
  name,
  members,
  announced: false,
  installed: true,
  messages: [],
})

/** Teams' own id of a person, which differs from bot to bot. */
export const mriOf = (botId: string, { oid }: Pick<Human, 'oid'>): string =>
  `29:1${digest('sha256', botId, oid)}`

/** As long as real ones are. */
export const personalIdOf = (botId: string, { oid }: Pick<Human, 'oid'>): string =>
  `a:1${digest('sha512', botId, oid, 'talk')}${digest('sha256', oid)}`

export const channelIdOf = ({ tenant }: Company): string =>
  `19:${createHash('md5').update(`${tenant.id} general`).digest('hex')}@thread.tacv2`

const groupIdOf = ({ tenant }: Company): string =>
  `19:${createHash('md5').update(`${tenant.id} operations`).digest('hex')}@thread.v2`

const digest = (kind: string, ...of: readonly string[]): string =>
  createHash(kind).update(of.join(' ')).digest('base64url')
