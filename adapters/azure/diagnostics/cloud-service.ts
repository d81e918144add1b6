/**
 * A Cloud Service with what RDP to its role instances needs (K19).
 *
 * Microsoft's client has dropped Cloud Services, so they are read without it. Of classic ones nothing is left but their name: Azure has
 * retired them, and ends extended support on 2027-03-31.
 * Facts: https://learn.microsoft.com/azure/cloud-services-extended-support/extensions and api-version 2022-09-04 (read 2026-11-21).
 */
import type { NetworkInterface } from '@azure/arm-network'
import { z } from 'zod'
import type { CloudService, NetworkRule } from '../../../core/index.ts'
import { armId, sameId } from '../arm-id.ts'
import { all } from '../calls.ts'
import { query, type Row } from '../graph.ts'
import { settingsIn } from '../hands/rdp-extension.ts'
import { VM_NAME } from '../machines.ts'
import { type Look, networkOf } from './look.ts'
import { ruleSetOf } from './rule-sets.ts'

const OP = 'azure.diagnostics.cloud-service'
const API = '2022-09-04'
const MOST_PAGES = 5
const RDP = 3389
/** Where the forwarder in each instance listens. */
const FORWARDER = 20000

const text = z.string().optional().catch(undefined)
const Service = z.object({
  name: text,
  tags: z.record(z.string(), z.string()).optional().catch(undefined),
  properties: z.object({
    configuration: text,
    roleProfile: z.object({ roles: z.array(z.object({ name: z.string() })).default([]) }).optional(),
    osProfile: z
      .object({
        secrets: z.array(z.object({ vaultCertificates: z.array(z.unknown()).default([]) })).default([]),
      })
      .optional(),
    extensionProfile: z
      .object({
        extensions: z
          .array(
            z.object({
              name: text,
              properties: z.object({
                type: text,
                settings: z.unknown(),
                rolesAppliedTo: z.array(z.string()).default(['*']),
              }),
            }),
          )
          .default([]),
      })
      .optional(),
  }),
})
const Instance = z.object({
  name: z.string(),
  properties: z
    .object({
      instanceView: z
        .object({
          statuses: z.array(z.object({ code: text, displayStatus: text, message: text })).default([]),
        })
        .optional()
        .catch(undefined),
    })
    .optional(),
})

/** By the service's name, one of its DNS names, or the name of one of its role instances. Undefined where there is none such. */
export async function cloudService(look: Look, typed: string): Promise<CloudService | undefined> {
  const names = serviceNames(typed)
  if (names === undefined) return undefined
  const rows = await query(
    look.sweep,
    `the Cloud Service ${names.label}`,
    ['resources', `| where ${servicesNamed(names)}`, '| project id, name, type', '| order by id asc'],
    OP,
  )
  const supported = rows.find(({ type }) => /^microsoft\.compute\/cloudservices$/i.test(String(type)))
  if (supported !== undefined) return serviceOf(look, String(supported['id']))
  const classic = rows[0]
  return classic === undefined ? undefined : classicOf(classic)
}

type Names = { label: string; role: string | undefined }

/** What to look for: `contososhop` of `contososhop.cloudapp.net`, and `ContosoWeb` of `ContosoWeb_IN_0`. */
export function serviceNames(typed: string): Names | undefined {
  const name = typed.trim().replace(/\.(?:[a-z0-9]+\.)?cloudapp\.(?:net|azure\.com)\.?$/i, '')
  const role = /^(.+)_IN_\d+$/i.exec(name)?.[1]
  return VM_NAME.test(name) ? { label: name, role } : undefined
}

/** A condition of a query; names are checked and hold nothing that ends a string. */
export const servicesNamed = ({ label, role }: Names): string =>
  `(type =~ 'microsoft.compute/cloudservices' and (name =~ '${label}'${
    role === undefined ? '' : ` or tostring(properties.roleProfile.roles) contains '"${role}"'`
  })) or (type =~ 'microsoft.classiccompute/domainnames' and name =~ '${label}')`

const classicOf = (row: Row): CloudService => ({
  name: String(row['name']),
  classic: true,
  roles: [],
  port3389: 'unknown',
  port20000: 'unknown',
  instances: [],
  events: [],
})

async function serviceOf(look: Look, id: string): Promise<CloudService> {
  const { name } = armId(id)
  const [service, instances, ports] = await Promise.all([
    readService(look, id),
    readInstances(look, id),
    verdictsOn(look, id),
  ])
  const { roleProfile, extensionProfile, osProfile, configuration = '' } = service.properties
  const certificatePresent =
    (osProfile?.secrets ?? []).some(({ vaultCertificates }) => vaultCertificates.length > 0) ||
    // Only with the older plug-in does the configuration name a certificate for the password.
    !/PasswordEncryption/i.test(configuration)
  const rdp = (extensionProfile?.extensions ?? []).filter(({ properties }) =>
    /^RDP$/i.test(properties.type ?? ''),
  )
  return {
    id,
    name: service.name ?? name,
    classic: false,
    ...(service.tags === undefined ? {} : { tags: service.tags }),
    roles: (roleProfile?.roles ?? []).map(role => {
      const extension = rdp.find(({ properties: { rolesAppliedTo } }) =>
        rolesAppliedTo.some(one => one === '*' || one.toLowerCase() === role.name.toLowerCase()),
      )
      const { user, expiresAt } = settingsIn(extension?.properties.settings)
      return {
        role: role.name,
        rdpExtension: extension !== undefined,
        ...(expiresAt === undefined ? {} : { expiresAt }),
        certificatePresent,
        ...(extension?.name === undefined ? {} : { extension: extension.name }),
        ...(user === '' ? {} : { user }),
      }
    }),
    port3389: ports.rdp,
    port20000: ports.forwarder,
    instances: instances.map(one => ({ name: one.name, state: stateOf(one) })),
    events: instances.flatMap(one =>
      (one.properties?.instanceView?.statuses ?? []).flatMap(({ message }) =>
        message ? [`${one.name}: ${message}`] : [],
      ),
    ),
  }
}

async function readService({ sweep }: Look, id: string): Promise<z.infer<typeof Service>> {
  const { subscription, name } = armId(id)
  const answer = await sweep.calls.read(
    {
      op: OP,
      needs: 'Microsoft.Compute/cloudServices/read',
      thing: `the Cloud Service ${name}`,
      subscription,
    },
    sweep.clients.raw(),
    (arm, abortSignal) => arm.get(`${id}`, { 'api-version': API }, abortSignal),
  )
  return Service.parse(answer)
}

async function readInstances({ sweep }: Look, id: string): Promise<readonly z.infer<typeof Instance>[]> {
  const { subscription, name } = armId(id)
  const found = await sweep.calls.read(
    {
      op: OP,
      needs: 'Microsoft.Compute/cloudServices/roleInstances/read',
      thing: `the role instances of ${name}`,
      subscription,
    },
    sweep.clients.raw(),
    (arm, abortSignal) =>
      arm.list(
        `${id}/roleInstances`,
        { 'api-version': API, $expand: 'instanceView' },
        MOST_PAGES,
        abortSignal,
      ),
  )
  return found.flatMap(item => {
    const { success, data } = Instance.safeParse(item)
    return success ? [data] : []
  })
}

/** Of one role instance, as Azure lists it with its instance view. Total. */
export function instanceState(item: unknown): CloudService['instances'][number]['state'] {
  const { success, data } = Instance.safeParse(item)
  return success ? stateOf(data) : 'unknown'
}

function stateOf({ properties }: z.infer<typeof Instance>): CloudService['instances'][number]['state'] {
  const words = (properties?.instanceView?.statuses ?? []).flatMap(({ code, displayStatus }) => [
    code,
    displayStatus,
  ])
  const all = words.filter(word => word !== undefined).join(' ')
  if (all === '') return 'unknown'
  return /RoleStateStarted|ReadyRole|\bReady\b/i.test(all) && !/not ?ready|unresponsive/i.test(all)
    ? 'ready'
    : 'not-ready'
}

// ---- Ports ------------------------------------------------------------------------------------------------------------------------

type Verdict = CloudService['port3389']

/** What the NSG of the instances' subnet says to the two ports. Unknown where it cannot be read; without an NSG nothing is closed. */
export async function verdictsOn(look: Look, id: string): Promise<{ rdp: Verdict; forwarder: Verdict }> {
  try {
    const rules = await rulesOn(look, id)
    const of = (port: number): Verdict => (rules === undefined ? 'allow' : verdict(rules, port))
    return { rdp: of(RDP), forwarder: of(FORWARDER) }
  } catch (error) {
    look.log.warn('azure.diagnostics.cloud-service-ports-unread', {}, error)
    return { rdp: 'unknown', forwarder: 'unknown' }
  }
}

async function rulesOn(look: Look, id: string): Promise<readonly NetworkRule[] | undefined> {
  const { subscription, resourceGroup, name } = armId(id)
  const nics: readonly NetworkInterface[] = await look.sweep.calls.read(
    {
      op: OP,
      needs: 'Microsoft.Compute/cloudServices/networkInterfaces/read',
      thing: `the network interfaces of ${name}`,
      subscription,
    },
    look.sweep.clients.network(subscription),
    (client, abortSignal) =>
      all(client.networkInterfaces.listCloudServiceNetworkInterfaces(resourceGroup, name, { abortSignal })),
  )
  const subnetId = nics.flatMap(({ ipConfigurations = [] }) =>
    ipConfigurations.flatMap(({ subnet }) => subnet?.id ?? []),
  )[0]
  if (subnetId === undefined) throw new Error('the instances name no subnet')
  const vnet = await look.vnet(networkOf(subnetId))
  const subnet = vnet.subnets?.find(one => sameId(one.id, subnetId))
  const nsgId = subnet?.networkSecurityGroup?.id
  return nsgId === undefined ? undefined : ruleSetOf(await look.nsg(nsgId), nsgId).rules
}

/**
 * Whether the rules let anybody in from the internet: the first rule for the port that names an outside source decides, and a deny for
 * everybody ends the search.
 */
function verdict(rules: readonly NetworkRule[], port: number): Verdict {
  for (const rule of rules) {
    const concerns =
      rule.direction === 'inbound' &&
      (rule.protocol === '*' || rule.protocol === 'tcp') &&
      rule.destinationPorts.some(range => covers(range, port))
    if (!concerns) continue
    if (rule.access !== 'deny') {
      if (rule.sources.some(source => !/^(?:virtualnetwork|azureloadbalancer)$/i.test(source))) return 'allow'
    } else if (rule.sources.some(source => /^(?:\*|internet|0\.0\.0\.0\/0)$/i.test(source))) return 'deny'
  }
  return 'deny'
}

function covers(range: string, port: number): boolean {
  if (range === '*') return true
  const [low = Number.NaN, high = low] = range.split('-').map(Number)
  return low <= port && port <= high
}
