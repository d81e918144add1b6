/**
 * The policy file's shape, with the words for each mistake. The README explains it to people; editors get it as a JSON Schema.
 *
 * Strict: an unknown key, an empty list or an empty block is refused, because a rule that means less than its author thinks is dangerous.
 */
import { z } from 'zod'
import {
  type ApproverRef,
  type GroupId,
  type PersonId,
  parseGroupId,
  parsePersonId,
  VERBS,
} from '../../core/index.ts'
import { badDuration, DURATION, minutesOf } from './duration.ts'
import { LEAST_UNUSED_MINUTES } from './inside.ts'
import { patternProblem } from './pattern.ts'
import { prefixProblem } from './prefix.ts'
import { BastionWishes, File, Port, Routes, Vpn, WhenOff } from './routes.ts'

/** Text with a check that answers what is wrong. */
const checked = (problemOf: (text: string) => string | undefined) =>
  z.string().superRefine((text, context) => {
    const problem = problemOf(text)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  })

const guid = (what: string, id = 'its Entra object id') =>
  z.guid({ error: `${what} is named by ${id}, such as 0a6e2f10-5b1c-4f0e-8a51-6f1f8d3c0001` })
const Group = guid('a group').transform(id => parseGroupId(id) as GroupId)
const Person = guid('a person').transform(id => parsePersonId(id) as PersonId)

/** Azure opens a JIT window for at most 24 hours. Source: Microsoft.Security jitNetworkAccessPolicies (read 2026-11-20). */
const MOST_MINUTES = 24 * 60
const Duration = z
  .string({ error: ({ input }) => (input === undefined ? undefined : badDuration(input)) })
  .regex(DURATION, { error: ({ input }) => badDuration(input), abort: true })
  .transform(minutesOf)
  .refine(minutes => minutes <= MOST_MINUTES, 'the longest duration is 24h')

/** Each star multiplies the ways a name can be looked at; three are plenty. */
const Glob = checked(text => (text.split('*').length > 4 ? 'use at most three *' : undefined))
  .min(1)
  .max(90)
const list = <T extends z.ZodType>(of: T) => z.array(of).min(1)

const TAG_VALUE = { error: 'a tag value is text: put it in quotes' }
const TagValue = z.string(TAG_VALUE)
const Tags = z
  .record(z.string().min(1), z.union([TagValue, list(TagValue)], TAG_VALUE))
  .superRefine((tags, context) => {
    const names = Object.keys(tags).map(name => name.toLowerCase())
    if (names.length === 0) context.addIssue({ code: 'custom', message: 'tags names no tag' })
    if (new Set(names).size < names.length)
      context.addIssue({ code: 'custom', message: 'tag names differ in more than upper and lower case' })
  })
  .transform(tags =>
    Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, [value].flat()] as const)),
  )

const Machines = z.union(
  [
    z.literal('all'),
    z
      .strictObject({
        names: list(Glob).optional(),
        tags: Tags.optional(),
        subscriptions: list(guid('a subscription', 'its id').toLowerCase()).optional(),
        resourceGroups: list(Glob).optional(),
      })
      .refine(
        blocks => Object.keys(blocks).length > 0,
        'this names no VM; if every VM is meant, write machines: all',
      ),
  ],
  {
    error: ({ input }) =>
      input === undefined
        ? 'say which VMs: names, tags, subscriptions or resourceGroups; or machines: all'
        : 'write machines: all, or names, tags, subscriptions or resourceGroups',
  },
)

const Who = z
  .strictObject({
    everyone: z.literal(true, { error: 'write everyone: true, or leave it out' }).optional(),
    groups: list(Group).optional(),
    people: list(Person).optional(),
  })
  .refine(who => Object.keys(who).length > 0, 'this names nobody; write everyone: true, groups or people')

const Approver = z
  .union(
    [
      z.literal('manager'),
      z.strictObject({ group: Group, name: z.string().min(1).max(100).optional() }),
      z.strictObject({ person: Person }),
    ],
    { error: 'an approver is manager, { group: … } or { person: … }' },
  )
  .transform((approver): ApproverRef => {
    if (approver === 'manager') return { manager: true }
    if ('person' in approver) return approver
    const { group, name } = approver
    return name === undefined ? { group } : { group, name }
  })

const COMMON = {
  id: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'an id has 1 to 64 letters, digits, dots, _ and -'),
  verbs: list(z.enum(VERBS)),
  who: Who,
  machines: Machines,
  from: list(checked(prefixProblem)).optional(),
}
const GRANTS = {
  ...COMMON,
  maxDuration: Duration,
  addressChanges: z
    .int('addressChanges is a whole number: how often the address of one grant may change')
    .min(0, 'addressChanges is 0 or more')
    .max(20, 'addressChanges is 20 at most')
    .optional(),
  routes: Routes.optional(),
  vpn: Vpn.optional(),
  port: Port.optional(),
  whenOff: WhenOff.optional(),
  bastion: BastionWishes.optional(),
  endSessions: z
    .boolean('endSessions is true or false: whether the session is signed out at the end')
    .optional(),
  closeUnused: Duration.refine(
    minutes => minutes >= LEAST_UNUSED_MINUTES,
    `closeUnused is ${LEAST_UNUSED_MINUTES}m or more: people need a moment to connect`,
  ).optional(),
  file: File.optional(),
  reason: z
    .strictObject({ pattern: checked(patternProblem).min(1), hint: z.string().min(1).max(200) })
    .optional(),
}
const Approvers = z
  .array(Approver, {
    error: ({ input }) =>
      input === undefined ? 'an ask rule says who may agree: approvers is missing' : undefined,
  })
  .min(1)

export const RULE = {
  allow: z.strictObject({ effect: z.literal('allow'), ...GRANTS }),
  ask: z.strictObject({ effect: z.literal('ask'), ...GRANTS, approvers: Approvers }),
  forbid: z.strictObject({ effect: z.literal('forbid'), ...COMMON }),
}
/** What can be told about a rule whose effect is not known. */
export const AnyRule = z.strictObject({ ...RULE.ask.shape, effect: z.unknown() }).partial()

/** Where administrators read what was found: a channel that the bot was added to. */
export const Reports = z
  .strictObject({
    slack: z
      .string()
      .regex(/^[CG][A-Z0-9]{2,20}$/, 'a Slack channel is named by its id, such as C0123456789')
      .optional(),
    teams: z
      .string()
      .regex(
        /^19:[A-Za-z0-9_-]{1,100}@thread\.(?:tacv2|v2|skype)$/,
        'a Teams channel is named by its id, such as 19:abc@thread.tacv2',
      )
      .optional(),
  })
  .refine(reports => Object.keys(reports).length > 0, 'this names no channel; write slack or teams')

export const PolicyFile = z
  .strictObject({
    version: z.literal(1, { error: 'this Latchkey reads policies of version 1: write version: 1' }),
    administrators: Group.optional(),
    reports: Reports.optional(),
    defaultDuration: Duration.default(60),
    lapseAfter: Duration.default(60),
    probe: z.boolean('probe is true or false: whether Latchkey has a path to the RDP ports').optional(),
    probeFrom: list(checked(prefixProblem)).optional(),
    guestOptIn: Tags.optional(),
    rules: list(z.discriminatedUnion('effect', [RULE.allow, RULE.ask, RULE.forbid])),
  })
  .meta({
    title: 'Latchkey policy',
    description: 'Who may open RDP to which VMs, for how long, and who must agree.',
  })

export type PolicyFile = z.output<typeof PolicyFile>
