/** All rows of a Resource Graph query, however many, and work on many things a few at a time. */
import type { QueryResponse } from '@azure/arm-resourcegraph'
import { Fault } from '../../../core/index.ts'
import type { Row } from '../machines.ts'
import type { Tools } from '../network.ts'

const PAGE = 1_000
/** A hundred thousand rows. Beyond that nobody could say what is missing. */
const MOST_PAGES = 100

/** @throws {Fault} `invalid` when there are more rows than can be looked through: half of them would say nothing about the rest */
export async function everyRow(
  { clients, calls }: Tools,
  op: string,
  thing: string,
  lines: readonly string[],
): Promise<readonly Row[]> {
  const rows: Row[] = []
  let skipToken: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
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
    if (!skipToken) return rows
  }
  throw new Fault('invalid', { op, say: `There are too many of ${thing} to look through.` })
}

/** The texts of one column. */
export const listed = (rows: readonly Row[], column: string): readonly string[] =>
  rows.flatMap(row => {
    const value = row[column]
    return typeof value === 'string' && value !== '' ? [value.toLowerCase()] : []
  })

/** So many side by side; the first failure ends it. */
export async function inChunks<T>(
  items: readonly T[],
  sideBySide: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  for (let from = 0; from < items.length; from += sideBySide)
    await Promise.all(items.slice(from, from + sideBySide).map(work))
}
