/**
 * Finds VMs by name over every subscription the bot can see: one Azure Resource Graph query instead of one call per subscription.
 *
 * Resource Graph lags behind Azure by seconds. Names are checked before they become part of a query.
 * Facts: https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data (read 2026-11-20).
 */
import { parseVmId, type VmId, type VmSummary } from '../../core/index.ts'
import { armId } from './arm-id.ts'
import { query, type Row } from './graph.ts'
import type { Tools } from './network.ts'

/** What a VM's name can consist of. It holds nothing that would end a string in a query. */
export const VM_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}._-]{0,79}$/u
const MOST_ALIKE = 20

const VIRTUAL_MACHINES = "resources\n| where type =~ 'microsoft.compute/virtualmachines'"
export const SUMMARY = `| join kind=leftouter (resourcecontainers
    | where type =~ 'microsoft.resources/subscriptions'
    | project subscriptionId, subscriptionName = name) on subscriptionId`
export const COLUMNS =
  'id, name, subscriptionId, subscriptionName, location, osType = tostring(properties.storageProfile.osDisk.osType), tags'

/** VMs with exactly this name. */
export async function named(tools: Tools, name: string): Promise<readonly VmSummary[]> {
  if (!VM_NAME.test(name)) return []
  return summaries(
    await query(tools, `the VM ${name}`, [
      VIRTUAL_MACHINES,
      `| where name =~ '${name}'`,
      SUMMARY,
      `| project ${COLUMNS}`,
      '| order by id asc',
    ]),
  )
}

export async function byId(tools: Tools, id: VmId): Promise<VmSummary | undefined> {
  const { subscription, resourceGroup, name } = armId(id)
  // The graph does not promise the spelling of its ids, so the name does the finding and the id the choosing.
  const found = await named(tools, name)
  const same = (vm: VmSummary) =>
    vm.id === id ||
    (vm.subscription.id.toLowerCase() === subscription &&
      vm.resourceGroup.toLowerCase() === resourceGroup &&
      vm.name.toLowerCase() === name)
  return found.find(same)
}

/** VMs whose names contain the text, or begin as it begins; the likeliest first. */
export async function like(tools: Tools, text: string): Promise<readonly VmSummary[]> {
  const wanted = text.trim()
  if (!VM_NAME.test(wanted)) return []
  const nearly = wanted.slice(0, Math.max(2, wanted.length - 1))
  const half = wanted.slice(0, Math.max(2, Math.ceil(wanted.length / 2)))
  return summaries(
    await query(tools, `VMs like ${wanted}`, [
      VIRTUAL_MACHINES,
      `| where name contains '${wanted}' or name startswith '${half}'`,
      `| extend tier = case(name contains '${wanted}', 0, name startswith '${nearly}', 1, 2)`,
      SUMMARY,
      '| order by tier asc, name asc',
      `| project ${COLUMNS}`,
      `| limit ${MOST_ALIKE}`,
    ]),
  ).slice(0, MOST_ALIKE)
}

/** The display name of a subscription, or undefined when the bot may not see it. */
export async function subscriptionName(tools: Tools, id: string): Promise<string | undefined> {
  const rows = await query(tools, `the subscription ${id}`, [
    'resourcecontainers',
    `| where type =~ 'microsoft.resources/subscriptions' and subscriptionId =~ '${id.replace(/[^0-9a-f-]/gi, '')}'`,
    '| project id, name',
  ])
  const name = rows[0]?.['name']
  return typeof name === 'string' ? name : undefined
}

const summaries = (rows: readonly Row[]): readonly VmSummary[] => rows.flatMap(row => summaryOf(row) ?? [])

/** Undefined for a row that is no VM this house can name. */
export function summaryOf(row: Row): VmSummary | undefined {
  const text = (key: string): string => (typeof row[key] === 'string' ? row[key] : '')
  const id = parseVmId(text('id'))
  if (id === undefined) return undefined
  const subscriptionId = text('subscriptionId') || armId(id).subscription
  return {
    id,
    name: text('name') || armId(id).name,
    subscription: { id: subscriptionId, name: text('subscriptionName') || subscriptionId },
    // The graph's own column is in lower case; the id keeps the spelling.
    resourceGroup: armId(text('id')).resourceGroup,
    location: text('location'),
    os: osOf(text('osType')),
    tags: tagsOf(row['tags']),
  }
}

export function osOf(text: string | undefined): VmSummary['os'] {
  const os = text?.toLowerCase()
  return os === 'windows' || os === 'linux' ? os : 'unknown'
}

export const tagsOf = (tags: unknown): Readonly<Record<string, string>> =>
  typeof tags === 'object' && tags !== null
    ? Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, String(value)]))
    : {}
