/** The part of a fleet that says how a VM is doing: what the platform reports, what happened, what is on the screen and inside Windows. */
import { z } from 'zod'

export const Health = z.strictObject({
  state: z.enum(['Available', 'Unavailable', 'Degraded', 'Unknown']).default('Available'),
  annotation: z.string().nullable().default(null),
  /** `Platform Initiated`, `Customer Initiated`, `VM Initiated`. */
  context: z.string().nullable().default(null),
})

/** How long before the world began: `14h`, `1h 20m`. */
export const Ago = z.string().regex(/^(\d+\s*(s|min|m|h|d|w)\s*)+$/, 'a number and s, m, h, d or w')

/** Something that was done in Azure. `op` is a verb, and what it was done to where that is not the VM: `delete securityRules/AllowRDP`. */
export const Happened = z.strictObject({
  ago: Ago,
  op: z.string().min(1),
  by: z.string().default('somebody'),
  result: z.string().default('ok'),
  detail: z.string().nullable().default(null),
})

export const Boot = z.strictObject({
  enabled: z.boolean().default(true),
  /** What the picture shows, in words. */
  screen: z.string().default('sign-in screen, clock current'),
  /** What it shows a minute after it was first looked at; `same` where nothing moves. */
  second_sample: z.string().nullable().default('same'),
  serial: z.string().nullable().default(''),
})

export const Metrics = z.strictObject({
  cpu_pct: z.number().nullable().default(9),
  mem_free_mb: z.number().nullable().default(6200),
  net_in: z.enum(['normal', 'low', 'zero', 'high']).default('normal'),
})

export const Extension = z.strictObject({
  /** Left out: its type. */
  name: z.string().exactOptional(),
  type: z.string().min(1),
  publisher: z.string().exactOptional(),
  state: z.enum(['Succeeded', 'Creating', 'Updating', 'Deleting', 'Failed']).default('Succeeded'),
  code: z.union([z.string(), z.number()]).transform(String).nullable().default(null),
  message: z.string().nullable().default(null),
})

const LockLevel = z.enum(['CanNotDelete', 'ReadOnly'])
export const Lock = z.union([
  LockLevel.transform(level => ({ name: `lock-${level.toLowerCase()}`, level })),
  z.strictObject({ name: z.string(), level: LockLevel }),
])

/** What one read-only script would print inside Windows. Printed as it stands. */
export const Guest = z.record(z.string(), z.json())

const CloudRole = z.strictObject({
  rdp_extension: z.boolean().default(true),
  /** A day; null where the extension is off. */
  expiry: z.string().nullable().default(null),
  certificate_present: z.boolean().default(true),
})

/** A Cloud Service (extended support). */
export const CloudService = z.strictObject({
  name: z.string(),
  /** Left out: that of what it stands beside. */
  rg: z.string().exactOptional(),
  tags: z.record(z.string(), z.string()).default({}),
  roles: z.record(z.string(), CloudRole),
  nsg_3389: z.enum(['allow', 'deny']).default('allow'),
  nsg_20000: z.enum(['allow', 'deny']).default('allow'),
  /** `ready`, or what they are instead. */
  instances: z.string().default('ready'),
  /** Each role has as many; the one that is named may have a higher number. */
  instance_names: z.array(z.string()).default([]),
  events: z
    .union([z.string().transform(text => [text]), z.array(z.string())])
    .nullable()
    .default(null),
})

export type Happened = z.infer<typeof Happened>
export type Guest = z.infer<typeof Guest>
