/**
 * Checks JSON against a JSON Schema, as far as the schema of Adaptive Cards goes: any keyword it does not know fails loudly, so that
 * nothing is thought checked that was not.
 */
import assert from 'node:assert/strict'

type Schema = { readonly [keyword: string]: unknown }

/** Say nothing about what is valid. */
const NOTES: ReadonlySet<string> = new Set([
  '$schema',
  'id',
  'definitions',
  'description',
  'version',
  'examples',
  'example',
  'features',
  'default',
  'format',
])

export function schemaChecker(root: Schema) {
  /** What is wrong, each with its place; empty when it is valid. */
  const check = (schema: Schema, value: unknown, place: string): string[] =>
    Object.entries(schema).flatMap(([keyword, rule]) => {
      if (NOTES.has(keyword)) return []
      const problem = (say: string) => [`${place}: ${say}`]
      switch (keyword) {
        case '$ref': {
          const name = String(rule).replace('#/definitions/', '')
          const found = (root['definitions'] as Record<string, Schema>)[name]
          assert(found, `no definition ${name}`)
          return check(found, value, place)
        }
        case 'type':
          return typeOf(value) === rule || (rule === 'number' && typeOf(value) === 'integer')
            ? []
            : problem(`is ${typeOf(value)}, not ${String(rule)}`)
        case 'enum':
          return (rule as unknown[]).includes(value)
            ? []
            : problem(`${JSON.stringify(value)} is none of the choices`)
        case 'pattern':
          return typeof value !== 'string' || new RegExp(String(rule)).test(value)
            ? []
            : problem(`not like ${String(rule)}`)
        case 'required':
          return isObject(value)
            ? (rule as string[])
                .filter(name => !Object.hasOwn(value, name))
                .flatMap(name => problem(`lacks ${name}`))
            : []
        case 'properties':
          return isObject(value)
            ? Object.entries(rule as Record<string, Schema>).flatMap(([name, inner]) =>
                Object.hasOwn(value, name) ? check(inner, value[name], `${place}.${name}`) : [],
              )
            : []
        case 'additionalProperties': {
          if (!isObject(value) || rule === true) return []
          const known = Object.keys((schema['properties'] ?? {}) as object)
          const more = Object.keys(value).filter(name => !known.includes(name))
          return rule === false
            ? more.flatMap(name => problem(`has ${name}, which is not known`))
            : more.flatMap(name => check(rule as Schema, value[name], `${place}.${name}`))
        }
        case 'items':
          return Array.isArray(value)
            ? value.flatMap((item, at) => check(rule as Schema, item, `${place}[${at}]`))
            : []
        case 'allOf':
          return (rule as Schema[]).flatMap(inner => check(inner, value, place))
        case 'anyOf': {
          const tries = (rule as Schema[]).map(inner => check(inner, value, place))
          return tries.some(problems => problems.length === 0)
            ? []
            : problem(`fits none: ${tries.sort((one, other) => one.length - other.length)[0]?.[0]}`)
        }
        default:
          return assert.fail(`unknown keyword ${keyword} at ${place}`)
      }
    })
  return (value: unknown): string[] => check(root, value, 'card')
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (Number.isInteger(value)) return 'integer'
  return typeof value
}
