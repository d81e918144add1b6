/**
 * Microsoft.Insights: the activity log, and what a VM's metrics were lately.
 *
 * Shapes: https://learn.microsoft.com/rest/api/monitor/activity-logs/list (2015-04-01) and
 * https://learn.microsoft.com/rest/api/monitor/metrics/list (2024-02-01), read 2026-11-21.
 */
import { createHash } from 'node:crypto'
import { ArmError, type Ask, page, type Reply, type Route, VERSIONS } from './arm.ts'
import { VM, vmOf } from './compute.ts'
import { same } from './ids.ts'
import type { SimActivity, SimVm } from './model.ts'
import { iso } from './vm-body.ts'

export const insightsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values',
    action: 'Microsoft.Insights/eventtypes/values/read',
    versions: VERSIONS.events,
    run: events,
  },
  {
    method: 'GET',
    path: `${VM}/providers/Microsoft.Insights/metrics`,
    action: 'Microsoft.Insights/metrics/read',
    versions: VERSIONS.metrics,
    run: metrics,
  },
]

// ---- Activity log --------------------------------------------------------------------------------------------------------------

function events(ask: Ask): Reply {
  const { subscription = '' } = ask.params
  const fits = filterOf(ask.query.get('$filter'))
  const selected = ask.query
    .get('$select')
    ?.split(',')
    .map(one => one.trim())
  const entries = ask.world.state.activity
    .filter(entry => same(entry.subscription, subscription) && entry.at <= ask.world.now() && fits(entry))
    .toSorted((left, right) => right.at - left.at)
    .map(entry => {
      const body = eventBody(entry)
      return selected === undefined
        ? body
        : Object.fromEntries(Object.entries(body).filter(([key]) => selected.some(one => same(one, key))))
    })
  return page(ask, entries)
}

/** A time it starts from is a must; people ask by group, by resource or by who. */
function filterOf(text: string | null): (entry: SimActivity) => boolean {
  const terms = (text ?? '')
    .split(/\s+and\s+/i)
    .map(term => /^(\w+)\s+(eq|ge|le)\s+'([^']*)'$/.exec(term.trim()))
  const bad = new ArmError(
    400,
    'BadRequest',
    'The filter is not valid. A start of eventTimestamp must be given.',
  )
  if (
    terms.some(term => term === null) ||
    !terms.some(term => term?.[1] === 'eventTimestamp' && term[2] === 'ge')
  )
    throw bad
  return entry =>
    terms.every(term => {
      const [, field = '', sign, value = ''] = term ?? []
      switch (field.toLowerCase()) {
        case 'eventtimestamp':
          return sign === 'le' ? entry.at <= Date.parse(value) : entry.at >= Date.parse(value)
        case 'resourcegroupname':
          return same(groupOf(entry.resource), value)
        case 'resourceuri':
        case 'resourceid':
          return same(entry.resource, value)
        case 'resourceprovider':
          return same(entry.operation.split('/')[0] ?? '', value)
        case 'caller':
          return same(entry.by, value)
        default:
          throw bad
      }
    })
}

const groupOf = (id: string): string => /\/resourceGroups\/([^/]+)/i.exec(id)?.[1] ?? ''

const both = (value: string) => ({ value, localizedValue: value })

function eventBody(entry: SimActivity): Record<string, unknown> {
  const { at, subscription, operation, resource, by, status, code, detail } = entry
  const id = createHash('sha256').update(`${at} ${operation} ${resource} ${status}`).digest('hex')
  const guid = `${id.slice(0, 8)}-${id.slice(8, 12)}-4${id.slice(13, 16)}-8${id.slice(17, 20)}-${id.slice(20, 32)}`
  const type = operation.replace(/\/(?:write|delete|[^/]+\/action)$/, '')
  return {
    eventDataId: guid,
    id: `${resource}/events/${guid}/ticks/${at}`,
    correlationId: entry.correlation ?? guid,
    operationId: guid,
    channels: 'Operation',
    level: status === 'Failed' ? 'Error' : 'Informational',
    eventTimestamp: iso(at),
    submissionTimestamp: iso(at + 60_000),
    caller: by,
    category: both('Administrative'),
    eventName: both('EndRequest'),
    ...(entry.requestId === undefined
      ? {}
      : {
          httpRequest: {
            clientRequestId: entry.requestId,
            clientIpAddress: '198.51.100.200',
            method: 'POST',
          },
        }),
    operationName: both(operation),
    status: both(status),
    subStatus: both(''),
    resourceGroupName: groupOf(resource),
    resourceId: resource,
    resourceProviderName: both(operation.split('/')[0] ?? ''),
    resourceType: both(type),
    subscriptionId: subscription,
    description: code === undefined ? (detail ?? '') : '',
    properties: {
      entity: resource,
      message: operation,
      hierarchy: '',
      ...(code === undefined
        ? {}
        : {
            statusCode: 'Conflict',
            statusMessage: JSON.stringify({ error: { code, message: detail ?? code } }),
          }),
    },
  }
}

// ---- Metrics -------------------------------------------------------------------------------------------------------------------

type Metric = { unit: string; aggregation: 'average' | 'total'; value: (vm: SimVm) => number | null }

/** Bytes in a minute. */
const NET_IN = { zero: 0, low: 40_000, normal: 2_400_000, high: 240_000_000 } as const

const METRICS: Readonly<Record<string, Metric>> = {
  'Percentage CPU': { unit: 'Percent', aggregation: 'average', value: ({ metrics: { cpu_pct } }) => cpu_pct },
  'Available Memory Bytes': {
    unit: 'Bytes',
    aggregation: 'average',
    value: ({ metrics: { mem_free_mb } }) => (mem_free_mb === null ? null : mem_free_mb * 1_048_576),
  },
  'Network In Total': {
    unit: 'Bytes',
    aggregation: 'total',
    value: ({ metrics: { net_in } }) => NET_IN[net_in],
  },
  'Network In': { unit: 'Bytes', aggregation: 'total', value: ({ metrics: { net_in } }) => NET_IN[net_in] },
  VmAvailabilityMetric: {
    unit: 'Count',
    aggregation: 'average',
    value: ({ power }) => (power === 'running' ? 1 : 0),
  },
}

const MINUTE_MS = 60_000
const MOST_POINTS = 1_440

function metrics(ask: Ask): Reply {
  const vm = vmOf(ask)
  const { query } = ask
  const names = (query.get('metricnames') ?? 'Percentage CPU').split(',').map(one => one.trim())
  const [start = '', end = ''] = (query.get('timespan') ?? '').split('/')
  const to = end === '' ? ask.world.now() : Date.parse(end)
  const from = start === '' ? to - 60 * MINUTE_MS : Date.parse(start)
  if (!(from < to))
    throw new ArmError(400, 'BadRequest', `Failed to parse the timespan '${query.get('timespan')}'.`)
  const value = names.map(name => {
    const [known, metric] = Object.entries(METRICS).find(([one]) => same(one, name)) ?? []
    if (known === undefined || metric === undefined)
      throw new ArmError(
        400,
        'BadRequest',
        `Failed to find metric configuration for provider: Microsoft.Compute, resource Type: virtualMachines, metric: ${name}, Valid metrics: ${Object.keys(METRICS).join(',')}`,
      )
    return metricBody(vm, known, metric, from, Math.min(to, ask.world.now()))
  })
  return {
    status: 200,
    body: {
      cost: 0,
      timespan: `${iso(from)}/${iso(to)}`,
      interval: query.get('interval') ?? 'PT1M',
      namespace: 'Microsoft.Compute/virtualMachines',
      resourceregion: vm.location,
      value,
    },
  }
}

function metricBody(vm: SimVm, name: string, { unit, aggregation, value }: Metric, from: number, to: number) {
  const reading = vm.power === 'running' || name === 'VmAvailabilityMetric' ? value(vm) : null
  const count = Math.max(0, Math.min(MOST_POINTS, Math.floor((to - from) / MINUTE_MS)))
  const data = Array.from({ length: count }, (_, index) => ({
    timeStamp: iso(from + index * MINUTE_MS),
    ...(reading === null ? {} : { [aggregation]: reading }),
  }))
  return {
    id: `${vm.id}/providers/Microsoft.Insights/metrics/${name}`,
    type: 'Microsoft.Insights/metrics',
    name: both(name),
    displayDescription: name,
    unit,
    timeseries: data.length === 0 ? [] : [{ metadatavalues: [], data }],
    errorCode: 'Success',
  }
}
