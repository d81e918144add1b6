/**
 * Cloud Services (extended support): who can get into their role instances, and letting somebody in for a while.
 *
 * Microsoft's client has dropped these operations, so they are called on its pipeline. There is no change of a part: the service is read,
 * our extension put in or taken out, and the whole written back, as Microsoft's own commands do. Azure hands out no protected settings; what
 * is written back without them keeps those it has. If somebody else writes in between, Azure answers with a conflict or the later one
 * stands: what is told afterwards is what was read back.
 * Facts: https://learn.microsoft.com/azure/cloud-services-extended-support/enable-rdp and api-version 2022-09-04 (read 2026-11-21).
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import {
  type Begun,
  type CloudServiceReport,
  type CloudServices,
  Fault,
  type FoundService,
  OURS,
  type RoleAccess,
} from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import { instanceState, verdictsOn } from '../diagnostics/cloud-service.ts'
import { type Look, lookWith, sharedLists } from '../diagnostics/look.ts'
import type { Asked } from '../faults.ts'
import { query, type Row } from '../graph.ts'
import { SUMMARY, tagsOf, VM_NAME } from '../machines.ts'
import { readPublicAddress, type Tools } from '../network.ts'
import { begin, look } from './operation.ts'
import { rdpExtension, settingsFor, settingsIn } from './rdp-extension.ts'

const OP = 'azure.cloud-service'
const API = '2022-09-04'
const MOST_PAGES = 10
const ID =
  /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/?#]+\/providers\/Microsoft\.Compute\/cloudServices\/[^/?#]+$/i

const text = z.string().optional().catch(undefined)
const Extension = z.looseObject({
  name: z.string(),
  properties: z.looseObject({
    type: text,
    settings: z.unknown(),
    provisioningState: text,
    rolesAppliedTo: z.array(z.string()).optional(),
  }),
})
type Extension = z.infer<typeof Extension>
/** Loose: what is not understood is written back as it came. */
const Service = z.looseObject({
  name: z.string(),
  location: z.string(),
  properties: z.looseObject({
    roleProfile: z
      .looseObject({ roles: z.array(z.looseObject({ name: z.string() })).default([]) })
      .optional(),
    networkProfile: z.unknown(),
    extensionProfile: z.looseObject({ extensions: z.array(Extension).default([]) }).optional(),
  }),
})
type Service = z.infer<typeof Service>
const Instance = z.looseObject({ name: z.string() })

export function cloudServices(tools: Tools, means: Pick<Look, 'log' | 'now'>): CloudServices {
  return {
    named: name => named(tools, name),
    report: id => report(tools, id, means),
    async enable({ id, role, account, expiresAt, replacing = [] }) {
      const service = await readService(tools, id)
      const roles = rolesOf(service).filter(name => role === undefined || same(name, role))
      if (roles.length === 0)
        throw new Fault('missing', {
          op: OP,
          say: `The Cloud Service ${service.name} has no role called ${role}.`,
        })
      const name = nameFor(role)
      const isOld = (one: Extension) =>
        (one.name.startsWith(OURS) && servesAny(one, roles)) || replacing.some(other => same(one.name, other))
      const rest = extensionsOf(service).filter(one => !isOld(one))
      const ours = rdpExtension({ name, roles: role === undefined ? ['*'] : roles, account, expiresAt })
      return write(tools, id, service, [...rest, ours], account.password)
    },
    async extend({ id, role, user, expiresAt }) {
      const service = await readService(tools, id)
      const isMeant = (one: Extension) =>
        same(one.name, nameFor(role)) && settingsIn(one.properties.settings).user === user
      const all = extensionsOf(service)
      if (!all.some(isMeant))
        throw new Fault('missing', {
          op: OP,
          say: `The account ${user} is not on the Cloud Service ${service.name} any more.`,
        })
      const moved = all.map(one =>
        isMeant(one)
          ? { ...one, properties: { ...one.properties, settings: settingsFor(user, expiresAt) } }
          : one,
      )
      return write(tools, id, service, moved)
    },
    async disable({ id, role }) {
      const service = await readService(tools, id)
      const all = extensionsOf(service)
      const kept = all.filter(({ name }) =>
        role === undefined ? !name.startsWith(OURS) : !same(name, nameFor(role)),
      )
      return kept.length === all.length ? 'done' : write(tools, id, service, kept)
    },
    look: async operation =>
      (await look(tools, { op: OP, needs: WRITE, thing: 'the Cloud Service' }, operation)) === 'running'
        ? 'running'
        : 'done',
  }
}

const WRITE = 'Microsoft.Compute/cloudServices/write'

const asked = (id: string, needs: string): Asked => {
  const { name, subscription } = armId(id)
  return { op: OP, needs, thing: `the Cloud Service ${name}`, subscription }
}

/** One extension for a role, known by its name. */
const nameFor = (role: string | undefined): string => (role === undefined ? OURS : `${OURS}-${role}`)

const rolesOf = ({ properties }: Service): readonly string[] =>
  (properties.roleProfile?.roles ?? []).map(({ name }) => name)
const extensionsOf = ({ properties }: Service): readonly Extension[] =>
  properties.extensionProfile?.extensions ?? []

/** Whether it stands for one of these roles, alone or with others. */
const servesAny = ({ properties }: Extension, roles: readonly string[]): boolean =>
  (properties.rolesAppliedTo ?? ['*']).some(one => one === '*' || roles.some(role => same(role, one)))

const same = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase()

async function readService(tools: Tools, id: string): Promise<Service> {
  if (!ID.test(id)) throw new Fault('invalid', { op: OP, say: 'That is not the id of a Cloud Service.' })
  const answer = await tools.calls.read(
    asked(id, 'Microsoft.Compute/cloudServices/read'),
    tools.clients.raw(),
    (arm, signal) => arm.get(id, { 'api-version': API }, signal),
  )
  const { success, data } = Service.safeParse(answer)
  if (success) return data
  throw new Fault('broken', { op: OP, say: `What Azure said about ${armId(id).name} cannot be read.` })
}

/** The whole service again, without what only Azure writes. */
function write(
  tools: Tools,
  id: string,
  service: Service,
  extensions: readonly Record<string, unknown>[],
  secret?: string,
): Promise<Begun> {
  assert(ID.test(id))
  const { provisioningState: _, uniqueId: __, ...properties } = service.properties
  const { location } = service
  const optional = Object.fromEntries(
    ['tags', 'zones'].flatMap(key => (service[key] === undefined ? [] : [[key, service[key]]])),
  )
  const body = {
    location,
    ...optional,
    properties: { ...properties, extensionProfile: { extensions: extensions.map(writable) } },
  }
  return begin(
    tools,
    asked(id, WRITE),
    (arm, signal) => arm.send(id, { method: 'PUT', apiVersion: API, key: randomUUID(), body }, signal),
    secret,
  )
}

function writable(extension: Record<string, unknown>): Record<string, unknown> {
  const { provisioningState: _, ...properties } = extension['properties'] as Record<string, unknown>
  return { ...extension, properties }
}

// ---- Looking ---------------------------------------------------------------------------------------------------------------------

const KINDS: Readonly<Record<string, FoundService['kind']>> = {
  'microsoft.compute/cloudservices': 'supported',
  'microsoft.classiccompute/domainnames': 'classic-service',
  'microsoft.classiccompute/virtualmachines': 'classic-vm',
}

async function named(tools: Tools, name: string): Promise<readonly FoundService[]> {
  if (!VM_NAME.test(name)) return []
  const types = Object.keys(KINDS).map(type => `'${type}'`)
  const rows = await query(
    tools,
    `the Cloud Service ${name}`,
    [
      'resources',
      `| where type in~ (${types.join(', ')}) and name =~ '${name}'`,
      SUMMARY,
      '| project id, name, type, subscriptionId, subscriptionName, location, tags',
      '| order by id asc',
    ],
    OP,
  )
  return rows.flatMap(row => {
    const kind = KINDS[String(row['type']).toLowerCase()]
    return kind === undefined ? [] : [{ kind, ...placeOf(row) }]
  })
}

function placeOf(row: Row): Omit<FoundService, 'kind'> {
  const text = (key: string): string => (typeof row[key] === 'string' ? row[key] : '')
  const id = text('id')
  const place = armId(id)
  const subscriptionId = text('subscriptionId') || place.subscription
  return {
    id,
    name: text('name'),
    subscription: { id: subscriptionId, name: text('subscriptionName') || subscriptionId },
    resourceGroup: place.resourceGroup,
    location: text('location'),
    tags: tagsOf(row['tags']),
  }
}

async function report(
  tools: Tools,
  id: string,
  means: Pick<Look, 'log' | 'now'>,
): Promise<CloudServiceReport> {
  const service = await readService(tools, id)
  const view = lookWith({
    ...means,
    sweep: tools,
    probe: tools,
    guest: tools,
    shared: sharedLists(tools, 0, async () => []),
  })
  const [instances, ports, host] = await Promise.all([
    readInstances(tools, id),
    verdictsOn(view, id),
    hostOf(tools, service),
  ])
  return {
    id,
    name: service.name,
    ...(host === undefined ? {} : { host }),
    roles: rolesOf(service).map(name => {
      const access = accessOn(service, name)
      return { name, ...(access === undefined ? {} : { access }) }
    }),
    instances,
    ports,
  }
}

async function readInstances(tools: Tools, id: string): Promise<CloudServiceReport['instances']> {
  const found = await tools.calls.read(
    asked(id, 'Microsoft.Compute/cloudServices/roleInstances/read'),
    tools.clients.raw(),
    (arm, signal) =>
      arm.list(`${id}/roleInstances`, { 'api-version': API, $expand: 'instanceView' }, MOST_PAGES, signal),
  )
  return found.flatMap(item => {
    const { success, data } = Instance.safeParse(item)
    if (!success) return []
    const { name } = data
    return [{ name, role: name.replace(/_IN_\d+$/i, ''), state: instanceState(item) }]
  })
}

/** The extension that stands for a role: its own before one for all, ours before others. */
function accessOn(service: Service, role: string): RoleAccess | undefined {
  const found = extensionsOf(service)
    .filter(({ properties }) => /^RDP$/i.test(properties.type ?? ''))
    .map(one => ({ one, roles: one.properties.rolesAppliedTo ?? ['*'] }))
    .filter(({ roles }) => roles.some(name => name === '*' || same(name, role)))
    .toSorted((left, right) => rank(left) - rank(right))[0]
  if (found === undefined) return undefined
  const { one, roles } = found
  return {
    extension: one.name,
    everywhere: roles.includes('*'),
    ...settingsIn(one.properties.settings),
    state: stateOf(one.properties.provisioningState, service.properties['provisioningState']),
  }
}

const rank = ({ one, roles }: { one: Extension; roles: readonly string[] }): number =>
  (one.name.startsWith(OURS) ? 0 : 2) + (roles.includes('*') ? 1 : 0)

function stateOf(own: string | undefined, service: unknown): RoleAccess['state'] {
  const states = [own, typeof service === 'string' ? service : undefined].map(state => state?.toLowerCase())
  if (states.includes('failed')) return 'failed'
  return states.every(state => state === undefined || state === 'succeeded') ? 'ready' : 'changing'
}

/** The DNS name of the public address in front, else the address. */
async function hostOf(tools: Tools, { properties }: Service): Promise<string | undefined> {
  const [, id] =
    /"(\/subscriptions\/[^"]+\/publicIPAddresses\/[^"/]+)"/i.exec(
      JSON.stringify(properties.networkProfile ?? ''),
    ) ?? []
  if (id === undefined) return undefined
  const { name, address } = await readPublicAddress(tools, OP, id)
  return name ?? address
}
