/**
 * Understands the part of the Kusto Query Language that a look-up in Resource Graph needs, and refuses the rest.
 *
 * Tables, where, extend, project, order by, limit, and a left outer join on one column; comparison with ==, =~, contains, startswith and
 * their like; and, or, parentheses; tostring, tolower, case.
 * Source: https://learn.microsoft.com/kusto/query (read 2026-11-20).
 */

export type Row = Readonly<Record<string, unknown>>
export type Tables = Readonly<Record<string, readonly Row[]>>

export class KqlError extends Error {}

/** The rows a query gives. @throws {KqlError} for what it does not understand */
export function runKql(query: string, tables: Tables): Row[] {
  const reader = new Reader(tokensOf(query))
  const rows = statement(reader, tables)
  if (!reader.done) throw new KqlError(`unexpected ${reader.peek}`)
  return rows
}

type Token = { kind: 'text' | 'word' | 'number' | 'sign'; value: string }

const TOKEN =
  /\s+|\/\/[^\n]*|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|([A-Za-z_$][\w$-]*)|(\d+)|(==|=~|!=|!~|[|(),.=[\]])/y

function tokensOf(query: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < query.length) {
    const at = TOKEN.lastIndex
    const [, single, double, word, number, sign] =
      TOKEN.exec(query) ?? fail(`cannot read the query at character ${at}`)
    const text = single ?? double
    if (text !== undefined) tokens.push({ kind: 'text', value: text.replace(/\\(.)/g, '$1') })
    else if (word !== undefined) tokens.push({ kind: 'word', value: word })
    else if (number !== undefined) tokens.push({ kind: 'number', value: number })
    else if (sign !== undefined) tokens.push({ kind: 'sign', value: sign })
  }
  return tokens
}

class Reader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length
  }

  get peek(): string {
    const token = this.#tokens[this.#at]
    return token === undefined ? 'the end' : token.kind === 'text' ? `'${token.value}'` : token.value
  }

  next(): Token {
    const token = this.#tokens[this.#at] ?? fail('the query ends too early')
    this.#at += 1
    return token
  }

  /** Takes the next token if it is this word or sign. */
  skip(value: string): boolean {
    const token = this.#tokens[this.#at]
    if (token === undefined || token.kind === 'text' || token.value !== value) return false
    this.#at += 1
    return true
  }

  need(value: string): void {
    if (!this.skip(value)) fail(`expected ${value}, found ${this.peek}`)
  }

  word(): string {
    const token = this.next()
    return token.kind === 'word' ? token.value : fail(`expected a name, found ${token.value}`)
  }
}

function statement(reader: Reader, tables: Tables): Row[] {
  const table = reader.word()
  let rows: Row[] = [...(tables[table.toLowerCase()] ?? fail(`there is no table ${table}`))]
  while (reader.skip('|')) rows = step(reader, rows, tables)
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
      return rows.map(row => ({ ...row, ...valuesOf(columns, row) }))
    }
    case 'project': {
      const columns = columnList(reader)
      return rows.map(row => valuesOf(columns, row))
    }
    case 'order':
    case 'sort': {
      reader.need('by')
      return ordered(reader, rows)
    }
    case 'limit':
    case 'take':
      return rows.slice(0, Number(reader.next().value))
    case 'join': {
      for (const part of ['kind', '=', 'leftouter', '(']) reader.need(part)
      const right = statement(reader, tables)
      reader.need(')')
      reader.need('on')
      const column = reader.word()
      return rows.flatMap(row => {
        const found = right.filter(other => other[column] === row[column])
        return found.length === 0 ? [row] : found.map(other => ({ ...other, ...row }))
      })
    }
    default:
      return fail(`${verb} is not understood`)
  }
}

type Expression = (row: Row) => unknown
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
      const [a, b] = [left[name], right[name]].map(value =>
        typeof value === 'number' ? value : String(value),
      )
      if (a !== undefined && b !== undefined && a !== b) return a < b ? -sign : sign
    }
    return 0
  })
}

function condition(reader: Reader): Expression {
  let left = conjunction(reader)
  while (reader.skip('or')) {
    const [one, other] = [left, conjunction(reader)]
    left = row => one(row) === true || other(row) === true
  }
  return left
}

function conjunction(reader: Reader): Expression {
  let left = comparison(reader)
  while (reader.skip('and')) {
    const [one, other] = [left, comparison(reader)]
    left = row => one(row) === true && other(row) === true
  }
  return left
}

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value))
const COMPARISONS: Readonly<Record<string, (left: string, right: string) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '=~': (left, right) => left.toLowerCase() === right.toLowerCase(),
  '!~': (left, right) => left.toLowerCase() !== right.toLowerCase(),
  contains: (left, right) => left.toLowerCase().includes(right.toLowerCase()),
  startswith: (left, right) => left.toLowerCase().startsWith(right.toLowerCase()),
  endswith: (left, right) => left.toLowerCase().endsWith(right.toLowerCase()),
}

function comparison(reader: Reader): Expression {
  const left = primary(reader)
  for (const [sign, holds] of Object.entries(COMPARISONS)) {
    if (!reader.skip(sign)) continue
    const right = primary(reader)
    return row => holds(text(left(row)), text(right(row)))
  }
  return left
}

function primary(reader: Reader): Expression {
  if (reader.skip('(')) {
    const inner = condition(reader)
    reader.need(')')
    return inner
  }
  const token = reader.next()
  if (token.kind === 'text') return () => token.value
  if (token.kind === 'number') return () => Number(token.value)
  if (token.kind === 'sign') return fail(`unexpected ${token.value}`)
  if (reader.skip('(')) return call(reader, token.value)
  const path = [token.value]
  while (reader.skip('.')) path.push(reader.word())
  return row => path.reduce<unknown>((value, key) => (value as Row | undefined)?.[key], row)
}

function call(reader: Reader, name: string): Expression {
  const given: Expression[] = []
  do given.push(condition(reader))
  while (reader.skip(','))
  reader.need(')')
  const [first = () => undefined] = given
  switch (name) {
    case 'tostring':
      return row => text(first(row))
    case 'tolower':
      return row => text(first(row)).toLowerCase()
    case 'case':
      return row => {
        for (let index = 0; index + 1 < given.length; index += 2)
          if (given[index]?.(row) === true) return given[index + 1]?.(row)
        return given.at(-1)?.(row)
      }
    default:
      return fail(`the function ${name} is not understood`)
  }
}

function fail(message: string): never {
  throw new KqlError(message)
}
