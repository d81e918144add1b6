/**
 * What was done to the VM and to what it hangs on (K05), from Azure's activity log; newest first.
 *
 * The log takes one resource group or one resource for a filter, so it is read by resource group and sifted here. Each operation comes as
 * several events that share a correlation id; the last one counts.
 * Source: https://learn.microsoft.com/rest/api/monitor/activity-logs/list (read 2026-11-21).
 */
import { z } from 'zod'
import { type Activity, instant, type VmId } from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import { momentOf } from './health.ts'
import { type Look, networkOf, nicIdsOf } from './look.ts'

const OP = 'azure.diagnostics.activity'
/** Of some hundred events each; a busy resource group has more, and older ones matter less. */
const MOST_PAGES = 4
const MOST_GROUPS = 4
const SELECT = 'eventTimestamp,operationName,resourceId,caller,status,subStatus,correlationId,properties'

export async function activity(look: Look, id: VmId, hours: number): Promise<readonly Activity[]> {
  const own = groupOf(id)
  // The VM's own group is asked while the rest is still being found out.
  const [mine, related] = await Promise.all([read(look, own, hours), relatedTo(look, id)])
  const others = [...new Map(related.map(one => [keyOf(groupOf(one)), groupOf(one)])).values()]
    .filter(group => keyOf(group) !== keyOf(own))
    .slice(0, MOST_GROUPS - 1)
  const rest = await Promise.all(others.map(group => read(look, group, hours)))
  const events = [...mine, ...rest.flat()].filter(
    ({ resource, operation }) => concerns(resource, id, related) || isNeighboursPower(resource, operation),
  )
  return lastOfEach(events)
    .toSorted((left, right) => right.at - left.at)
    .map(({ correlation: _, ...event }) => event)
}

type Group = { subscription: string; name: string }
const groupOf = (id: string): Group => ({
  subscription: armId(id).subscription,
  name: armId(id).resourceGroup,
})
const keyOf = ({ subscription, name }: Group): string => `${subscription}/${name}`.toLowerCase()

/** Ids of what the VM hangs on, as far as they can be read; what cannot is left out of the log too. */
async function relatedTo(look: Look, id: VmId): Promise<readonly string[]> {
  const settled = async <T>(work: Promise<T>): Promise<T | undefined> => work.catch(() => undefined)
  const vm = await settled(look.vm(id))
  const nicIds = vm === undefined ? [] : nicIdsOf(vm).map(nic => nic.id)
  const nics = await Promise.all(nicIds.map(nic => settled(look.nic(nic))))
  const settings = nics.flatMap(nic => nic?.ipConfigurations ?? [])
  const subnetIds = settings.flatMap(({ subnet }) => subnet?.id ?? [])
  const vnets = await Promise.all(subnetIds.map(subnet => settled(look.vnet(networkOf(subnet)))))
  const subnets = vnets.flatMap(vnet => (vnet?.subnets ?? []).filter(one => subnetIds.includes(one.id ?? '')))
  return [
    ...nicIds,
    ...nics.flatMap(nic => nic?.networkSecurityGroup?.id ?? []),
    ...settings.flatMap(({ publicIPAddress }) => publicIPAddress?.id ?? []),
    ...settings.flatMap(({ loadBalancerInboundNatRules }) =>
      (loadBalancerInboundNatRules ?? []).flatMap(
        rule => rule.id?.replace(/\/inboundNatRules\/.*$/i, '') ?? [],
      ),
    ),
    ...subnetIds.map(networkOf),
    ...subnets
      .flatMap(subnet => [subnet.networkSecurityGroup?.id, subnet.routeTable?.id])
      .filter(one => one !== undefined),
    ...(vm?.storageProfile?.osDisk?.managedDisk?.id === undefined
      ? []
      : [vm.storageProfile.osDisk.managedDisk.id]),
  ]
}

/** Types that concern every VM of a resource group: JIT requests, Bastion, and schedules that shut VMs down. */
const COMMON =
  /\/providers\/microsoft\.(?:security\/locations\/[^/]+\/jitnetworkaccesspolicies|network\/bastionhosts)\//i

function concerns(resource: string, vm: VmId, related: readonly string[]): boolean {
  const id = resource.toLowerCase()
  const within = (one: string) => id === one.toLowerCase() || id.startsWith(`${one.toLowerCase()}/`)
  return (
    within(vm) ||
    related.some(within) ||
    COMMON.test(id) ||
    id.endsWith(`/providers/microsoft.devtestlab/schedules/shutdown-computevm-${armId(vm).name}`)
  )
}

/** A VM beside it that was stopped or started: it may be the domain controller that this one needs. */
const isNeighboursPower = (resource: string, operation: string): boolean =>
  /\/virtualmachines\/(?:deallocate|poweroff|start)\/action$/.test(operation) &&
  /\/providers\/microsoft\.compute\/virtualmachines\/[^/]+$/i.test(resource)

const word = z
  .union([z.string(), z.object({ value: z.string() }).transform(({ value }) => value)])
  .optional()
  .catch(undefined)
const Entry = z.object({
  eventTimestamp: z.string(),
  operationName: word,
  resourceId: z.string(),
  caller: z.string().min(1).optional().catch(undefined),
  status: word,
  subStatus: word,
  correlationId: z.string().optional().catch(undefined),
  properties: z.record(z.string(), z.unknown()).optional().catch(undefined),
})

type Event = Activity & { correlation: string }

async function read({ sweep, now }: Look, group: Group, hours: number): Promise<readonly Event[]> {
  const { subscription, name } = group
  const from = new Date(now() - hours * 3_600_000).toISOString()
  const to = new Date(now()).toISOString()
  const found = await sweep.calls.read(
    {
      op: OP,
      needs: 'Microsoft.Insights/eventtypes/values/read',
      thing: `the activity log of the resource group ${name}`,
      subscription,
    },
    sweep.clients.raw(),
    (arm, abortSignal) =>
      arm.list(
        `/subscriptions/${subscription}/providers/Microsoft.Insights/eventtypes/management/values`,
        {
          'api-version': '2015-04-01',
          $filter: `eventTimestamp ge '${from}' and eventTimestamp le '${to}' and resourceGroupName eq '${name.replaceAll("'", "''")}'`,
          $select: SELECT,
        },
        MOST_PAGES,
        abortSignal,
      ),
  )
  return found.flatMap(item => {
    const entry = Entry.safeParse(item)
    return entry.success ? eventOf(entry.data) : []
  })
}

function eventOf(entry: z.infer<typeof Entry>): Event[] {
  const at = momentOf(entry.eventTimestamp)
  const operation = entry.operationName?.toLowerCase()
  if (at === undefined || operation === undefined) return []
  const result = resultOf(entry.status)
  const failure = result === 'failed' ? failureOf(entry) : {}
  return [
    {
      at: instant(at),
      operation,
      resource: entry.resourceId,
      ...(entry.caller === undefined ? {} : { by: entry.caller }),
      result,
      ...failure,
      correlation: entry.correlationId ?? `${at}`,
    },
  ]
}

function resultOf(status: string | undefined): Activity['result'] {
  if (/^(?:failed|failure)$/i.test(status ?? '')) return 'failed'
  return /^(?:started|accepted|in ?progress|updated)$/i.test(status ?? '') ? 'started' : 'succeeded'
}

type Failure = { code: string; message: string | undefined }
const Failing = z.object({
  code: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  details: z.array(z.unknown()).optional().catch(undefined),
})
const MOST_DETAIL = 300

/** The innermost code is the one that names the cause: the outer ones say that an operation failed. */
function failureOf({ properties, subStatus }: z.infer<typeof Entry>): Pick<Activity, 'code' | 'detail'> {
  const message = properties?.['statusMessage']
  const body = typeof message === 'string' ? parsed(message) : message
  const error = innermost((body as { error?: unknown } | undefined)?.error ?? body)
  const code = error?.code ?? subStatus
  const detail = error?.message ?? (typeof message === 'string' && body === undefined ? message : undefined)
  return {
    ...(code ? { code } : {}),
    ...(detail ? { detail: detail.slice(0, MOST_DETAIL) } : {}),
  }
}

function innermost(value: unknown, depth = 0): Failure | undefined {
  const { success, data } = Failing.safeParse(value)
  if (!success || depth > 5) return undefined
  for (const detail of data.details ?? []) {
    const inner = innermost(detail, depth + 1)
    if (inner !== undefined) return inner
  }
  return data.code === undefined ? undefined : { code: data.code, message: data.message }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Of the events that tell of one operation, the last; an end counts before a beginning of the same moment. */
function lastOfEach(events: readonly Event[]): readonly Event[] {
  const last = new Map<string, Event>()
  for (const event of events) {
    const key = `${event.correlation}|${event.operation}|${event.resource.toLowerCase()}`
    const known = last.get(key)
    const newer =
      known === undefined ||
      event.at > known.at ||
      (event.at === known.at && known.result === 'started' && event.result !== 'started')
    if (newer) last.set(key, event)
  }
  return [...last.values()]
}
