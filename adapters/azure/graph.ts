/**
 * Azure Resource Graph: one query over every subscription that the bot can see.
 *
 * It lags behind Azure by seconds. Whoever puts a name into a query checks it first.
 * Facts: https://learn.microsoft.com/azure/governance/resource-graph/concepts/work-with-data (read 2026-11-20).
 */
import type { QueryResponse } from '@azure/arm-resourcegraph'
import { Fault } from '../../core/index.ts'
import type { Tools } from './network.ts'

export type Row = Readonly<Record<string, unknown>>

/** The most rows that Resource Graph puts on one page. */
const PAGE = 1_000
/** A name that more VMs than this have in common is nobody's VM. */
const MOST_PAGES_ASKED = 5
/** A hundred thousand rows. Beyond that nobody could say what is missing. */
const MOST_PAGES = 100

/** The rows of a query, from as many pages as a person's question can be about. */
export const query = async (
  tools: Tools,
  thing: string,
  lines: readonly string[],
  op = 'azure.vm.find',
): Promise<readonly Row[]> => (await read(tools, op, thing, lines, MOST_PAGES_ASKED)).rows

/** @throws {Fault} `invalid` when there are more rows than can be looked through: half of them would say nothing about the rest */
export async function everyRow(
  tools: Tools,
  op: string,
  thing: string,
  lines: readonly string[],
): Promise<readonly Row[]> {
  const { rows, whole } = await read(tools, op, thing, lines, MOST_PAGES)
  if (!whole) throw new Fault('invalid', { op, say: `There are too many of ${thing} to look through.` })
  return rows
}

async function read(
  { clients, calls }: Tools,
  op: string,
  thing: string,
  lines: readonly string[],
  mostPages: number,
): Promise<{ rows: readonly Row[]; whole: boolean }> {
  const rows: Row[] = []
  let skipToken: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const token = skipToken
    const answer: QueryResponse = await calls.read(
      { op, needs: 'Microsoft.ResourceGraph/resources/read', thing },
      clients.graph(),
      (client, abortSignal) =>
        client.resources(
          {
            query: lines.join('\n'),
            options: {
              resultFormat: 'objectArray',
              top: PAGE,
              ...(token === undefined ? {} : { skipToken: token }),
            },
          },
          { abortSignal },
        ),
    )
    if (Array.isArray(answer.data)) rows.push(...answer.data)
    skipToken = answer.skipToken
    if (!skipToken) return { rows, whole: true }
  }
  return { rows, whole: false }
}

/** The texts of one column, in lower case. */
export const listed = (rows: readonly Row[], column: string): readonly string[] =>
  rows.flatMap(row => {
    const value = row[column]
    return typeof value === 'string' && value !== '' ? [value.toLowerCase()] : []
  })
