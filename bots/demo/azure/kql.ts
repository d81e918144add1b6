/**
 * Understands the part of the Kusto Query Language that a look-up in Resource Graph needs, and refuses the rest.
 *
 * Tables and unions of them; where, extend, project, project-away, distinct, order by, top, limit, count, summarize count() by,
 * mv-expand, and inner or left outer joins on one column.
 * Source: https://learn.microsoft.com/kusto/query (read 2026-11-20).
 */
import { KqlError, Reader } from './kql-reader.ts'
import { condition, type Expression, type Row, text } from './kql-values.ts'

export { KqlError } from './kql-reader.ts'

/** Tables by their names in small letters. One may be made when it is looked at. */
export type Tables = Readonly<Record<string, readonly Row[]>>

/**
 * The rows a query gives.
 * @param now ms since 1970, for what a query asks about time
 * @throws {KqlError} for what it does not understand
 */
export function runKql(query: string, tables: Tables, now = 0): Row[] {
  const reader = new Reader(query, now)
  const rows = statement(reader, tables)
  if (!reader.done) throw new KqlError(`unexpected ${reader.peek}`)
  return rows
}

/** A row with all its columns, made now. */
export function plain(row: Row): Record<string, unknown> {
  const whole: Record<string, unknown> = {}
  for (const column in row) whole[column] = row[column]
  return whole
}

/** The row with columns added; those it had are not looked at. */
const widened = (row: Row, columns: Row): Row => Object.assign(Object.create(row), columns)

function statement(reader: Reader, tables: Tables): Row[] {
  const table = reader.word()
  let rows: Row[] = []
  if (table === 'union') {
    do rows.push(...(reader.skip('(') ? inParentheses(reader, tables) : rowsOf(tables, reader.word())))
    while (reader.skip(','))
  } else rows = [...rowsOf(tables, table)]
  while (reader.skip('|')) rows = step(reader, rows, tables)
  return rows
}

function rowsOf(tables: Tables, name: string): readonly Row[] {
  const rows = tables[name.toLowerCase()]
  if (rows === undefined) throw new KqlError(`there is no table ${name}`)
  return rows
}

function inParentheses(reader: Reader, tables: Tables): Row[] {
  const rows = statement(reader, tables)
  reader.need(')')
  return rows
}

function step(reader: Reader, rows: Row[], tables: Tables): Row[] {
  const verb = reader.word()
  switch (verb) {
    case 'where': {
      const holds = condition(reader)
      return rows.filter(row => holds(row) === true)
    }
    case 'extend': {
      const columns = columnList(reader)
      return rows.map(row => widened(row, valuesOf(columns, row)))
    }
    case 'project': {
      const columns = columnList(reader)
      return rows.map(row => valuesOf(columns, row))
    }
    case 'project-away': {
      const gone = names(reader)
      return rows.map(row =>
        Object.fromEntries(Object.entries(plain(row)).filter(([column]) => !gone.includes(column))),
      )
    }
    case 'distinct': {
      const columns = columnList(reader)
      const seen = new Map(rows.map(row => valuesOf(columns, row)).map(row => [JSON.stringify(row), row]))
      return [...seen.values()]
    }
    case 'order':
    case 'sort': {
      reader.need('by')
      return ordered(reader, rows)
    }
    case 'top': {
      const most = Number(reader.next().value)
      reader.need('by')
      return ordered(reader, rows).slice(0, most)
    }
    case 'limit':
    case 'take':
      return rows.slice(0, Number(reader.next().value))
    case 'count':
      return [{ Count: rows.length }]
    case 'summarize':
      return counted(reader, rows)
    case 'mv-expand': {
      const name = reader.word()
      const value: Expression = reader.skip('=') ? condition(reader) : row => row[name]
      return rows.flatMap(row => {
        const list = value(row)
        return (Array.isArray(list) ? list : [list]).map(item => widened(row, { [name]: item }))
      })
    }
    case 'join':
      return joined(reader, rows, tables)
    default:
      throw new KqlError(`${verb} is not understood`)
  }
}

function joined(reader: Reader, rows: Row[], tables: Tables): Row[] {
  reader.need('kind')
  reader.need('=')
  const kind = reader.word()
  if (kind !== 'leftouter' && kind !== 'inner') throw new KqlError(`a join of kind ${kind} is not understood`)
  reader.need('(')
  const right = inParentheses(reader, tables)
  reader.need('on')
  const column = reader.word()
  const byValue = Map.groupBy(right, row => row[column])
  return rows.flatMap(row => {
    const found = byValue.get(row[column])
    if (found === undefined) return kind === 'inner' ? [] : [row]
    return found.map(other =>
      widened(row, Object.fromEntries(Object.entries(plain(other)).filter(([name]) => !(name in row)))),
    )
  })
}

/** `summarize NAME = count() by COLUMN, …` */
function counted(reader: Reader, rows: readonly Row[]): Row[] {
  const first = reader.word()
  const name = reader.skip('=') ? first : 'count_'
  if (name === first) reader.need('count')
  else if (first !== 'count') throw new KqlError(`summarize ${first} is not understood`)
  reader.need('(')
  reader.need(')')
  const columns = reader.skip('by') ? columnList(reader) : []
  const groups = Map.groupBy(rows, row => JSON.stringify(valuesOf(columns, row)))
  return [...groups].map(([key, group]) => ({ ...(JSON.parse(key) as Row), [name]: group.length }))
}

type Column = { name: string; value: Expression }

const valuesOf = (columns: readonly Column[], row: Row): Row =>
  Object.fromEntries(columns.map(({ name, value }) => [name, value(row)]))

function columnList(reader: Reader): Column[] {
  const columns: Column[] = []
  do {
    const name = reader.word()
    columns.push(reader.skip('=') ? { name, value: condition(reader) } : { name, value: row => row[name] })
  } while (reader.skip(','))
  return columns
}

function names(reader: Reader): string[] {
  const found: string[] = []
  do found.push(reader.word())
  while (reader.skip(','))
  return found
}

function ordered(reader: Reader, rows: readonly Row[]): Row[] {
  const keys: { name: string; sign: 1 | -1 }[] = []
  do {
    const name = reader.word()
    // Without a direction, Kusto sorts downwards.
    const upwards = reader.skip('asc')
    if (!upwards) reader.skip('desc')
    keys.push({ name, sign: upwards ? 1 : -1 })
  } while (reader.skip(','))
  return rows.toSorted((left, right) => {
    for (const { name, sign } of keys) {
      const [a, b] = [left[name], right[name]].map(value => (typeof value === 'number' ? value : text(value)))
      if (a !== undefined && b !== undefined && a !== b) return a < b ? -sign : sign
    }
    return 0
  })
}
