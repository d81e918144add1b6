/**
 * What the platform knows of itself: Resource Health of the VM (K04) and announced incidents (K23).
 *
 * The name of what happened (`VirtualMachineCrashed`) is only in Resource Graph, with some minutes of delay; the state does not wait for it.
 * Sources: https://learn.microsoft.com/azure/service-health/resource-health-vm-annotation and
 * https://learn.microsoft.com/azure/service-health/resource-graph-samples (read 2026-11-21).
 */
import { z } from 'zod'
import {
  type Health,
  type Incident,
  type Instant,
  instant,
  type VmId,
  type VmSummary,
} from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import { query, type Row } from '../graph.ts'
import type { Tools } from '../network.ts'
import type { Look } from './look.ts'
import { quoted } from './nat.ts'
import { unasked } from './reading.ts'

const OP = { health: 'azure.diagnostics.health', incidents: 'azure.diagnostics.incidents' } as const
/** Older news explains nothing that is broken now. */
const NEWS_MS = 72 * 3_600_000

const text = z.string().min(1).optional().catch(undefined)
const Status = z.object({
  properties: z.object({
    availabilityState: z.string(),
    title: text,
    summary: text,
    detailedStatus: text,
    context: text,
    reasonType: text,
    occuredTime: text,
    reportedTime: text,
  }),
})

/** K04 */
export async function health(look: Look, id: VmId): Promise<Health> {
  const { sweep, now } = look
  const { subscription, name } = armId(id)
  const [answer, news] = await Promise.all([
    sweep.calls.read(
      {
        op: OP.health,
        needs: 'Microsoft.ResourceHealth/availabilityStatuses/read',
        thing: `the health of ${name}`,
        subscription,
      },
      sweep.clients.raw(),
      (arm, abortSignal) =>
        arm.get(
          `${id}/providers/Microsoft.ResourceHealth/availabilityStatuses/current`,
          { 'api-version': '2022-10-01' },
          abortSignal,
        ),
    ),
    annotationOf(look, id),
  ])
  const read = Status.safeParse(answer)
  if (!read.success) throw unasked(OP.health, 'Resource Health gave no state for the VM.')
  const { availabilityState, summary, detailedStatus, context, reasonType, occuredTime, reportedTime } =
    read.data.properties
  const fresh = news?.at === undefined || now() - news.at <= NEWS_MS ? news : undefined
  const since = momentOf(occuredTime ?? reportedTime)
  const says = detailedStatus ?? summary ?? fresh?.summary
  return {
    state: stateOf(availabilityState),
    ...(fresh?.name === undefined ? {} : { annotation: fresh.name }),
    context: contextOf([context, fresh?.context, reasonType]),
    ...(says === undefined ? {} : { summary: says }),
    ...(since === undefined ? {} : { since }),
  }
}

const STATES = ['available', 'unavailable', 'degraded'] as const
const stateOf = (word: string): Health['state'] =>
  STATES.find(known => known === word.toLowerCase()) ?? 'unknown'

/** The first of these that says who began it. */
function contextOf(words: readonly (string | undefined)[]): Health['context'] {
  for (const word of words) {
    if (/^(?:platform|planned$|unplanned$)/i.test(word ?? '')) return 'platform'
    if (/^(?:customer|user)/i.test(word ?? '')) return 'customer'
    if (/^vm/i.test(word ?? '')) return 'vm'
  }
  return 'unknown'
}

type News = {
  name: string | undefined
  context: string | undefined
  summary: string | undefined
  at: Instant | undefined
}

/** The newest annotation. None where Resource Graph has none, or cannot be asked: the state counts without it. */
async function annotationOf({ sweep, log }: Look, id: VmId): Promise<News | undefined> {
  try {
    const rows = await query(
      sweep,
      `the health of ${armId(id).name}`,
      [
        'healthresources',
        `| where type =~ 'microsoft.resourcehealth/resourceannotations' and tostring(properties.targetResourceId) =~ '${quoted(id)}'`,
        '| project id, annotation = tostring(properties.annotationName), context = tostring(properties.context), summary = tostring(properties.summary), at = tostring(properties.occurredTime)',
        '| order by at desc',
      ],
      OP.health,
    )
    const newest = rows[0]
    if (newest === undefined) return undefined
    const of = (key: string) => text.parse(newest[key])
    return { name: of('annotation'), context: of('context'), summary: of('summary'), at: momentOf(of('at')) }
  } catch (error) {
    log.warn('azure.diagnostics.annotation-unread', {}, error)
    return undefined
  }
}

// ---- Incidents --------------------------------------------------------------------------------------------------------------------

/** Everything that Azure has announced and not ended; a handful of rows at worst. */
export const readIncidents = (tools: Tools): Promise<readonly Row[]> =>
  query(
    tools,
    'announced incidents',
    [
      'servicehealthresources',
      "| where type =~ 'microsoft.resourcehealth/events' and properties.EventType =~ 'ServiceIssue' and properties.Status =~ 'Active'",
      '| project id, trackingId = tostring(properties.TrackingId), title = tostring(properties.Title), start = tostring(properties.ImpactStartTime), impact = properties.Impact',
    ],
    OP.incidents,
  )

const Impact = z
  .array(
    z.object({
      ImpactedService: z.string(),
      ImpactedRegions: z.array(z.object({ ImpactedRegion: z.string(), Status: text })).default([]),
    }),
  )
  .catch([])

/** Services without which nobody reaches a VM. */
const NEEDED =
  /virtual machines|virtual network|network infrastructure|load balancer|vpn gateway|expressroute|bastion|azure firewall|entra|active directory|storage|just-in-time|defender/i

/** K23 */
export async function incidents(look: Look, vm: VmSummary): Promise<readonly Incident[]> {
  const rows = await look.shared.incidents()
  return rows.flatMap(row => {
    const impact = Impact.parse(typeof row['impact'] === 'string' ? parsed(row['impact']) : row['impact'])
    const services = impact
      .filter(({ ImpactedService }) => NEEDED.test(ImpactedService))
      .filter(({ ImpactedRegions }) =>
        ImpactedRegions.some(
          ({ ImpactedRegion, Status }) =>
            concerns(ImpactedRegion, vm.location) && !/^resolved$/i.test(Status ?? ''),
        ),
      )
      .map(({ ImpactedService }) => ImpactedService)
    if (services.length === 0) return []
    const since = startOf(row['start'])
    return [
      {
        id: text.parse(row['trackingId']) ?? text.parse(row['id']) ?? '',
        title: text.parse(row['title']) ?? 'An incident without a title',
        services,
        ...(since === undefined ? {} : { since }),
      },
    ]
  })
}

/** Regions are written `West Europe` here and `westeurope` there. */
const concerns = (region: string, location: string): boolean =>
  /^global$/i.test(region) || plain(region) === plain(location)

export const plain = (region: string): string => region.replaceAll(' ', '').toLowerCase()

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** Azure writes this moment as a date, or as ticks of 100 ns since the year 1. */
function startOf(value: unknown): Instant | undefined {
  const ticks = Number(value)
  if (Number.isFinite(ticks) && ticks > 6e17) return instant(ticks / 1e4 - 62_135_596_800_000)
  return typeof value === 'string' ? momentOf(value) : undefined
}

/** Undefined for a moment that is none. */
export function momentOf(time: string | undefined): Instant | undefined {
  const at = time === undefined ? Number.NaN : Date.parse(time)
  return Number.isFinite(at) ? instant(at) : undefined
}
