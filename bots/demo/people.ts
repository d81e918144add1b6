/** The people part of a world file: who works there, who manages whom, and who they are in each chat. */
import { z } from 'zod'

const Guid = z.guid().transform(id => id.toLowerCase())

export const Group = z.strictObject({ oid: Guid, name: z.string().min(1) })

export const Human = z.strictObject({
  oid: Guid,
  name: z.string().min(1),
  /** What they do, in a word or two: shown on the demo page. */
  role: z.string().min(1).optional(),
  upn: z.string().min(3),
  mail: z.string().min(3),
  /** User principal name of the manager. */
  manager: z.string().optional(),
  /** Names of groups. */
  groups: z.array(z.string()).default([]),
  enabled: z.boolean().default(true),
  kind: z.enum(['member', 'guest']).default('member'),
  slack: z
    .strictObject({
      id: z.string().regex(/^[UW][A-Z0-9]+$/),
      /** Another workspace's team id for people who are here through Slack Connect. */
      team: z.string().optional(),
      email: z.string().optional(),
      emailConfirmed: z.boolean().default(true),
      restricted: z.boolean().default(false),
      deleted: z.boolean().default(false),
    })
    .optional(),
  /** Whether the person has the bot installed in Teams. */
  teams: z.boolean().default(true),
})

export const Company = z.strictObject({
  tenant: z.strictObject({ id: Guid, domain: z.string().min(3) }),
  groups: z.array(Group).default([]),
  people: z.array(Human).min(1),
  slack: z.strictObject({
    team: z.string().regex(/^T[A-Z0-9]+$/),
    name: z.string().min(1),
    channels: z
      .array(z.strictObject({ id: z.string().regex(/^C[A-Z0-9]+$/), name: z.string().min(1) }))
      .default([]),
  }),
})

export type Group = z.infer<typeof Group>
export type Human = z.infer<typeof Human>
export type Company = z.infer<typeof Company>
