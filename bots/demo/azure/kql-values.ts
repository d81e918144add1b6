/** The expressions of the Kusto Query Language that a look-up needs: columns, comparisons, and a few functions. */
import { KqlError, type Reader } from './kql-reader.ts'

/** Columns may be made when they are looked at. */
export type Row = Readonly<Record<string, unknown>>

/** What an expression gives for a row; `now` is in ms. */
export type Expression = (row: Row) => unknown

export function condition(reader: Reader): Expression {
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

/** Nothing is the empty text; what has parts is its JSON. */
export const text = (value: unknown): string =>
  value === undefined || value === null
    ? ''
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)

const low = (value: unknown): string => text(value).toLowerCase()
const words = (value: unknown): string[] => low(value).split(/[^\p{L}\p{N}]+/u)

const order = (left: unknown, right: unknown): number => {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  return text(left) < text(right) ? -1 : text(left) > text(right) ? 1 : 0
}

const COMPARISONS: Readonly<Record<string, (left: unknown, right: unknown) => boolean>> = {
  '==': (left, right) => text(left) === text(right),
  '!=': (left, right) => text(left) !== text(right),
  '=~': (left, right) => low(left) === low(right),
  '!~': (left, right) => low(left) !== low(right),
  '<=': (left, right) => order(left, right) <= 0,
  '>=': (left, right) => order(left, right) >= 0,
  '<': (left, right) => order(left, right) < 0,
  '>': (left, right) => order(left, right) > 0,
  contains: (left, right) => low(left).includes(low(right)),
  '!contains': (left, right) => !low(left).includes(low(right)),
  startswith: (left, right) => low(left).startsWith(low(right)),
  endswith: (left, right) => low(left).endsWith(low(right)),
  has: (left, right) => words(right).every(word => words(left).includes(word)),
}

const MEMBERSHIPS: Readonly<Record<string, (item: unknown, list: readonly unknown[]) => boolean>> = {
  'in~': (item, list) => list.some(one => low(one) === low(item)),
  in: (item, list) => list.some(one => text(one) === text(item)),
  '!in': (item, list) => !list.some(one => text(one) === text(item)),
}

function comparison(reader: Reader): Expression {
  const left = primary(reader)
  for (const [sign, holds] of Object.entries(MEMBERSHIPS)) {
    if (!reader.skip(sign)) continue
    reader.need('(')
    const list = several(reader)
    return row =>
      holds(
        left(row),
        list.map(one => one(row)),
      )
  }
  for (const [sign, holds] of Object.entries(COMPARISONS)) {
    if (!reader.skip(sign)) continue
    const right = primary(reader)
    return row => holds(left(row), right(row))
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
  if (token.kind === 'sign') throw new KqlError(`unexpected ${token.value}`)
  if (token.value === 'true' || token.value === 'false') return () => token.value === 'true'
  if (reader.skip('(')) return path(reader, call(reader, token.value))
  return path(reader, row => row[token.value])
}

/** What follows a value with dots and brackets. */
function path(reader: Reader, start: Expression): Expression {
  let value = start
  for (;;) {
    const from = value
    if (reader.skip('.')) {
      const key = reader.word()
      value = row => part(from(row), key)
    } else if (reader.skip('[')) {
      const key = reader.next().value
      reader.need(']')
      value = row => part(from(row), key)
    } else return value
  }
}

const part = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Row)[key] : undefined

/** The rest of a list in parentheses. */
function several(reader: Reader): Expression[] {
  const given: Expression[] = []
  if (reader.skip(')')) return given
  do given.push(condition(reader))
  while (reader.skip(','))
  reader.need(')')
  return given
}

const UNITS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 }

function call(reader: Reader, name: string): Expression {
  if (name === 'ago') {
    const number = Number(reader.next().value)
    const unit = UNITS[reader.word()] ?? Number.NaN
    reader.need(')')
    return () => new Date(reader.now - number * unit).toISOString()
  }
  const given = several(reader)
  const [first = () => undefined, second = () => undefined, third = () => undefined] = given
  switch (name) {
    case 'tostring':
      return row => text(first(row))
    case 'tolower':
      return row => low(first(row))
    case 'toupper':
      return row => text(first(row)).toUpperCase()
    case 'toint':
    case 'tolong':
      return row => (text(first(row)) === '' ? null : Number(text(first(row))))
    case 'tobool':
      return row => low(first(row)) === 'true'
    case 'todatetime':
    case 'datetime':
      return row => text(first(row))
    case 'now':
      return () => new Date(reader.now).toISOString()
    case 'isempty':
    case 'isnull':
      return row => text(first(row)) === ''
    case 'isnotempty':
    case 'isnotnull':
      return row => text(first(row)) !== ''
    case 'not':
      return row => first(row) !== true
    case 'iff':
    case 'iif':
      return row => (first(row) === true ? second(row) : third(row))
    case 'coalesce':
      return row => given.map(one => one(row)).find(value => text(value) !== '')
    case 'strcat':
      return row => given.map(one => text(one(row))).join('')
    case 'split':
      return row => text(first(row)).split(text(second(row)))
    case 'array_length':
      return row => (Array.isArray(first(row)) ? (first(row) as unknown[]).length : null)
    case 'case':
      return row => {
        for (let index = 0; index + 1 < given.length; index += 2)
          if (given[index]?.(row) === true) return given[index + 1]?.(row)
        return given.at(-1)?.(row)
      }
    default:
      throw new KqlError(`the function ${name} is not understood`)
  }
}
