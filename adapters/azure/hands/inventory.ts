/**
 * Everything that lets RDP in, over all subscriptions: JIT access policies, and what stands in the NSGs of the VMs they cover.
 *
 * A few Resource Graph queries for VMs, interfaces and NSGs together, and one list of policies for each subscription, because the graph does
 * not hold those. What one subscription does not tell is named; the others still count. NSGs are asked for where a rule of just-in-time
 * access or the port stands in them.
 * Facts: https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data (read 2026-11-20).
 */
import type { JitNetworkAccessPolicy } from '@azure/arm-security'
import { z } from 'zod'
import {
  Fault,
  type GuardedPort,
  type Inventory,
  isPassing,
  type JitRule,
  parseVmId,
  type Surveyor,
  type VmId,
  type VmSummary,
} from '../../../core/index.ts'
import { all } from '../calls.ts'
import { everyRow, listed, type Row } from '../graph.ts'
import { requestsOf } from '../jit.ts'
import { COLUMNS, SUMMARY, summaryOf } from '../machines.ts'
import type { Tools } from '../network.ts'
import { portOf } from '../policies.ts'
import { coversAddress, coversPort, coversTcp, isJitWindow, type Nsg, nsgOf, type Rule } from '../rules.ts'
import { isOpenToOutside } from './outside.ts'

const OP = 'azure.inventory'
const SIDE_BY_SIDE = 4
/** Ways into machines that are not Remote Desktop: SSH and WinRM. */
const OTHER_PORTS: ReadonlySet<number> = new Set([22, 5985, 5986])

export function surveyor(tools: Tools, now: () => number): Surveyor {
  return { inventory: () => inventory(tools, now) }
}

async function inventory(tools: Tools, now: () => number): Promise<Inventory> {
  const [nsgs, { read, unread }] = await Promise.all([readNsgs(tools), readPolicies(tools)])
  const guarded = read.flatMap(policy =>
    (policy.virtualMachines ?? []).flatMap(({ id, ports }) => {
      const vm = parseVmId(id)
      return vm === undefined ? [] : [{ vm, policy, ports }]
    }),
  )
  const ids = [...new Set(guarded.map(({ vm }) => vm))]
  const [machines, settings] = await Promise.all([
    machinesWith(tools, ids),
    settingsOf(tools, 'tolower(tostring(properties.virtualMachine.id))', ids),
  ])
  const ports = guarded.flatMap(({ vm, policy, ports: written }): readonly GuardedPort[] => {
    const summary = machines.get(vm)
    if (summary === undefined || summary.os === 'linux' || policy.id === undefined) return []
    const own = settings.filter(one => one.vm === vm)
    const around = layersOf(own, nsgs)
    const requests = (policy.requests ?? []).flatMap(request => requestsOf(request, vm, now()))
    return written
      .map(port => portOf(OP, port))
      .filter(({ number, protocol }) => protocol !== 'UDP' && !OTHER_PORTS.has(number))
      .map(port => ({
        vm: summary,
        policyId: policy.id ?? '',
        port,
        rules: windowsIn(around.flat(), own, port.number),
        requests: requests.flatMap(({ port: number, ...one }) => (number === port.number ? [one] : [])),
        beside: isOpenToOutside(around, own, port.number).map(plain),
      }))
  })
  return { ports, strays: await straysOf(tools, nsgs, ports), unread }
}

// ---- JIT access policies -----------------------------------------------------------------------------------------------------------

async function readPolicies(
  tools: Tools,
): Promise<{ read: readonly JitNetworkAccessPolicy[]; unread: Inventory['unread'] }> {
  const subscriptions = listed(
    await everyRow(tools, OP, 'the subscriptions', [
      'resourcecontainers',
      "| where type =~ 'microsoft.resources/subscriptions'",
      '| project id, subscriptionId',
      '| order by id asc',
    ]),
    'subscriptionId',
  )
  const read: JitNetworkAccessPolicy[] = []
  const unread: { subscription: string; say: string }[] = []
  await inChunks(subscriptions, SIDE_BY_SIDE, async subscription => {
    try {
      read.push(...(await policiesIn(tools, subscription)))
    } catch (error) {
      // A look that is tried again in a moment beats one that concludes from half.
      if (!(error instanceof Fault) || isPassing(error)) throw error
      unread.push({ subscription, say: error.say })
    }
  })
  return { read, unread }
}

const policiesIn = (
  { clients, calls }: Tools,
  subscription: string,
): Promise<readonly JitNetworkAccessPolicy[]> =>
  calls.read(
    {
      op: OP,
      needs: 'Microsoft.Security/locations/jitNetworkAccessPolicies/read',
      thing: 'the JIT access policies',
      subscription,
    },
    clients.security(subscription),
    (client, abortSignal) => all(client.jitNetworkAccessPolicies.list({ abortSignal })),
  )

// ---- VMs and their interfaces ------------------------------------------------------------------------------------------------------

const VMS_A_QUERY = 100
const quoted = (id: string): string => `'${id.replace(/['\\]/g, '')}'`

async function machinesWith(tools: Tools, ids: readonly VmId[]): Promise<ReadonlyMap<VmId, VmSummary>> {
  const found = new Map<VmId, VmSummary>()
  for (let from = 0; from < ids.length; from += VMS_A_QUERY) {
    const some = ids.slice(from, from + VMS_A_QUERY)
    const rows = await everyRow(tools, OP, 'the VMs that JIT access policies cover', [
      'resources',
      `| where type =~ 'microsoft.compute/virtualmachines' and tolower(id) in~ (${some.map(quoted).join(', ')})`,
      SUMMARY,
      `| project ${COLUMNS}`,
      '| order by id asc',
    ])
    for (const row of rows) {
      const summary = summaryOf(row)
      if (summary !== undefined) found.set(summary.id, summary)
    }
  }
  return found
}

/** One address of an interface, and the NSGs it is behind. */
type Setting = {
  vm: VmId | undefined
  address: string
  groups: readonly string[]
  nsg: string | undefined
  subnet: string | undefined
}

const Reference = z.object({ id: z.string() }).optional().catch(undefined)
const Interface = z.object({
  virtualMachine: Reference,
  networkSecurityGroup: Reference,
  ipConfigurations: z
    .array(
      z.object({
        properties: z.object({
          privateIPAddress: z.string().optional().catch(undefined),
          subnet: Reference,
          applicationSecurityGroups: z.array(z.object({ id: z.string() })).catch([]),
        }),
      }),
    )
    .catch([]),
})

async function settingsOf(
  tools: Tools,
  column: string,
  values: readonly string[],
): Promise<readonly Setting[]> {
  const settings: Setting[] = []
  for (let from = 0; from < values.length; from += VMS_A_QUERY) {
    const some = values.slice(from, from + VMS_A_QUERY)
    const rows = await everyRow(tools, OP, 'the network interfaces of VMs', [
      'resources',
      `| where type =~ 'microsoft.network/networkinterfaces' and ${column} in~ (${some.map(quoted).join(', ')})`,
      '| project id, properties',
      '| order by id asc',
    ])
    settings.push(...rows.flatMap(({ properties }) => settingsIn(properties)))
  }
  return settings
}

function settingsIn(properties: unknown): readonly Setting[] {
  const { success, data } = Interface.safeParse(properties)
  if (!success) return []
  const { virtualMachine, networkSecurityGroup, ipConfigurations } = data
  return ipConfigurations.flatMap(({ properties: one }) =>
    one.privateIPAddress === undefined
      ? []
      : [
          {
            vm: virtualMachine && parseVmId(virtualMachine.id),
            address: one.privateIPAddress.split('/')[0] ?? '',
            groups: one.applicationSecurityGroups.map(({ id }) => id),
            nsg: networkSecurityGroup?.id.toLowerCase(),
            subnet: one.subnet?.id.toLowerCase(),
          },
        ],
  )
}

// ---- NSGs ------------------------------------------------------------------------------------------------------------------------

type SeenNsg = Nsg & { subnets: readonly string[] }

const NsgRow = z.object({
  id: z.string(),
  name: z.string(),
  rules: z
    .array(z.object({ id: z.string().optional(), name: z.string(), properties: z.looseObject({}) }))
    .catch([]),
  subnets: z.array(z.object({ id: z.string() })).catch([]),
})

async function readNsgs(tools: Tools): Promise<readonly SeenNsg[]> {
  const rows = await everyRow(tools, OP, 'the NSGs', [
    'resources',
    "| where type =~ 'microsoft.network/networksecuritygroups'",
    '| extend rules = properties.securityRules, subnets = properties.subnets, words = tostring(properties.securityRules)',
    "| where words contains 'JITRule' or words contains '3389'",
    '| project id, name, rules, subnets',
    '| order by id asc',
  ])
  return rows.flatMap(seenNsg)
}

function seenNsg(row: Row): readonly SeenNsg[] {
  const { success, data } = NsgRow.safeParse(row)
  if (!success) return []
  const { id, name, rules, subnets } = data
  // The clients have a rule's properties beside its name; the graph has them as Azure writes them.
  const securityRules = rules.map(({ properties, ...rule }) => ({ ...properties, ...rule }))
  const nsg = nsgOf({ id, name, securityRules } as Parameters<typeof nsgOf>[0])
  return [{ ...nsg, id: id.toLowerCase(), subnets: subnets.map(one => one.id.toLowerCase()) }]
}

/** What has to let traffic in: NSG of the subnet, NSG of the interface. */
function layersOf(settings: readonly Setting[], nsgs: readonly SeenNsg[]): readonly (readonly SeenNsg[])[] {
  const behind = (fits: (nsg: SeenNsg) => boolean) => nsgs.filter(fits)
  return [
    behind(({ subnets }) => settings.some(({ subnet }) => subnet !== undefined && subnets.includes(subnet))),
    behind(({ id }) => settings.some(({ nsg }) => nsg === id)),
  ]
}

const isAimedAt = (rule: Rule, settings: readonly Setting[]): boolean =>
  settings.some(({ address, groups }) => coversAddress(rule, address, groups))

const windowsIn = (
  nsgs: readonly SeenNsg[],
  settings: readonly Setting[],
  port: number,
): readonly JitRule[] => {
  const rules = nsgs.flatMap(nsg => nsg.rules)
  const found = rules
    .filter(rule => isJitWindow(rule) && coversTcp(rule) && coversPort(rule, port))
    .filter(rule => isAimedAt(rule, settings))
  return found.filter((rule, index) => found.findIndex(({ id }) => id === rule.id) === index).map(plain)
}

const plain = ({ id, name, sources }: JitRule): JitRule => ({ id, name, sources })

// ---- Windows without a policy --------------------------------------------------------------------------------------------------------

/** JIT windows that belong to no port found above: those of VMs whose policy is gone. */
async function straysOf(
  tools: Tools,
  nsgs: readonly SeenNsg[],
  ports: readonly GuardedPort[],
): Promise<Inventory['strays']> {
  const known = new Set(ports.flatMap(({ rules }) => rules.map(({ id }) => id)))
  const loose = nsgs.flatMap(nsg =>
    nsg.rules
      .filter(rule => isJitWindow(rule) && coversTcp(rule) && !known.has(rule.id))
      .map(rule => ({ nsg, rule, port: rdpPortOf(rule) })),
  )
  const addresses = [
    ...new Set(loose.flatMap(({ rule }) => rule.destinations.map(one => one.replace(/\/32$/, '')))),
  ]
  const settings = await settingsOf(
    tools,
    'tostring(properties.ipConfigurations[0].properties.privateIPAddress)',
    addresses,
  )
  return loose.flatMap(({ nsg, rule, port }) => {
    const own = settings.filter(
      one =>
        coversAddress(rule, one.address, one.groups) &&
        (one.nsg === nsg.id || (one.subnet !== undefined && nsg.subnets.includes(one.subnet))),
    )
    const [vm, ...more] = [...new Set(own.flatMap(one => one.vm ?? []))]
    return vm === undefined || more.length > 0 || port === undefined ? [] : [{ vm, port, rule: plain(rule) }]
  })
}

/** The one port that Defender's rules have; ways in that are not Remote Desktop are left out. */
function rdpPortOf({ ports }: Rule): number | undefined {
  const port = Number(ports[0])
  return ports.length === 1 && Number.isInteger(port) && !OTHER_PORTS.has(port) ? port : undefined
}

/** So many side by side; the first failure ends it. */
async function inChunks<T>(
  items: readonly T[],
  sideBySide: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += sideBySide)
    await Promise.all(items.slice(from, from + sideBySide).map(work))
}
