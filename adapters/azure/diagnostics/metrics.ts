/**
 * Averages of the last ten minutes (K16).
 *
 * A metric without a single point is left out: a VM that is off has none, and that is no zero.
 * Source: https://learn.microsoft.com/azure/virtual-machines/monitor-vm-reference (read 2026-11-21).
 */
import { z } from 'zod'
import type { Metrics, VmId } from '../../../core/index.ts'
import { armId } from '../arm-id.ts'
import type { Look } from './look.ts'
import { unasked } from './reading.ts'

const OP = 'azure.diagnostics.metrics'
const MINUTES = 10
const NAMES = {
  cpu: 'Percentage CPU',
  memory: 'Available Memory Bytes',
  network: 'Network In Total',
} as const

const number = z.number().optional().catch(undefined)
const Answer = z.object({
  value: z.array(
    z.object({
      name: z.object({ value: z.string() }),
      timeseries: z
        .array(z.object({ data: z.array(z.object({ average: number, total: number })).default([]) }))
        .default([]),
    }),
  ),
})

export async function metrics({ probe, now }: Look, id: VmId): Promise<Metrics> {
  const { subscription, name } = armId(id)
  const from = new Date(now() - MINUTES * 60_000).toISOString()
  const answer = await probe.calls.read(
    { op: OP, needs: 'Microsoft.Insights/metrics/read', thing: `the metrics of ${name}`, subscription },
    probe.clients.raw(),
    (arm, abortSignal) =>
      arm.get(
        `${id}/providers/Microsoft.Insights/metrics`,
        {
          'api-version': '2024-02-01',
          metricnames: Object.values(NAMES).join(','),
          aggregation: 'Average,Total',
          interval: 'PT1M',
          timespan: `${from}/${new Date(now()).toISOString()}`,
        },
        abortSignal,
      ),
  )
  const read = Answer.safeParse(answer)
  if (!read.success) throw unasked(OP, 'Azure Monitor gave no metrics that can be read.')
  const of = (metric: string, aggregate: 'average' | 'total'): number | undefined => {
    const found = read.data.value.find(({ name: { value } }) => value.toLowerCase() === metric.toLowerCase())
    const points = (found?.timeseries ?? []).flatMap(({ data }) =>
      data.flatMap(point => point[aggregate] ?? []),
    )
    return points.length === 0 ? undefined : points.reduce((sum, point) => sum + point, 0) / points.length
  }
  const [cpuPercent, memory, networkIn] = [
    of(NAMES.cpu, 'average'),
    of(NAMES.memory, 'average'),
    of(NAMES.network, 'total'),
  ]
  return {
    ...(cpuPercent === undefined ? {} : { cpuPercent }),
    ...(memory === undefined ? {} : { memoryFreeMb: memory / (1024 * 1024) }),
    ...(networkIn === undefined ? {} : { networkIn }),
  }
}
