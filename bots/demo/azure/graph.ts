/**
 * Microsoft.ResourceGraph: queries over everything there is.
 *
 * Answers with what the caller may read and leaves the rest out without a word, in pages, with the resource group in lower case.
 * Sources: https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data and the description of api-version
 * 2024-04-01 (read 2026-11-20).
 */
import { z } from 'zod'
import { ArmError, type Ask, type Reply, type Route, VERSIONS } from './arm.ts'
import { tablesOf } from './graph-tables.ts'
import { KqlError, plain, runKql, type Tables } from './kql.ts'
import type { Row } from './kql-values.ts'

export const graphRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/providers/Microsoft.ResourceGraph/resources',
    action: 'Microsoft.ResourceGraph/resources/read',
    versions: VERSIONS.graph,
    lag: 'graph',
    run: resources,
  },
]

const Question = z.object({
  query: z.string(),
  subscriptions: z.array(z.string()).optional(),
  options: z
    .object({
      $top: z.int().min(1).max(1000).optional(),
      $skip: z.int().min(0).optional(),
      $skipToken: z.string().optional(),
      resultFormat: z.enum(['objectArray', 'table']).optional(),
    })
    .optional(),
})

function resources({ world, body }: Ask): Reply {
  const asked = Question.safeParse(body)
  if (!asked.success) throw new ArmError(400, 'BadRequest', 'The request body is not a query.')
  const { query, options = {} } = asked.data
  if (options.resultFormat === 'table') throw new ArmError(400, 'BadRequest', 'Tables are not drawn here.')
  const all = answer(query, tablesOf(world.state, world.now()), world.now())
  const from = options.$skip ?? Number(options.$skipToken ?? 0)
  // A page of the graph holds a thousand rows, whatever lists elsewhere do; a world with small pages has small ones here, too.
  const most = world.pageSize < 100 ? world.pageSize : 1_000
  const to = from + Math.min(options.$top ?? most, most)
  const data = all.slice(from, to).map(plain)
  const more = to < all.length && data.every(row => 'id' in row)
  return {
    status: 200,
    body: {
      totalRecords: all.length,
      count: data.length,
      resultTruncated: more ? 'true' : 'false',
      ...(more ? { $skipToken: String(to) } : {}),
      data,
      facets: [],
    },
    headers: { 'x-ms-user-quota-remaining': '14', 'x-ms-user-quota-resets-after': '00:00:05' },
  }
}

function answer(query: string, tables: Tables, now: number): Row[] {
  try {
    return runKql(query, tables, now)
  } catch (error) {
    if (error instanceof KqlError) throw new ArmError(400, 'BadRequest', `InvalidQuery: ${error.message}`)
    throw error
  }
}
