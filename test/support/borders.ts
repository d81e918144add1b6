/**
 * The borders between the folders, as rules that a file either keeps or breaks.
 *
 * Imports point inward: bots → adapters → core → nothing. A file's own path says which rules bind it.
 */
import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import type { FreeName, Import, Outside } from './imports.ts'

/** One broken rule. `text` is "file:line: rule in words". */
export type Breach = { file: string; line: number; rule: string; text: string }

/**
 * Every rule that one file breaks.
 * @param file its path from the top of the project, with forward slashes
 */
export function breachesIn(file: string, { imports, freeNames }: Outside): readonly Breach[] {
  const found = [
    ...imports.map(some => ({ line: some.line, rule: importRule(file, some) })),
    ...(file.startsWith('core/') ? freeNames.map(some => ({ line: some.line, rule: globalRule(some) })) : []),
  ]
  return found
    .flatMap(({ line, rule }) =>
      rule === undefined ? [] : [{ file, line, rule, text: `${file}:${line}: ${rule}` }],
    )
    .sort((one, other) => one.line - other.line)
}

/** The files of the project that run when `file` runs, because it names them. Type-only imports do not run. */
export function runsWith(file: string, { imports }: Outside): readonly string[] {
  return imports
    .filter(({ how }) => how !== 'type')
    .map(({ specifier }) => targetOf(file, specifier))
    .flatMap(target => ('path' in target ? [target.path] : []))
}

// ---- Imports -------------------------------------------------------------------------------------------------------------------

type Target = { path: string } | { builtin: string } | { npm: string } | { unclear: string }

function targetOf(file: string, specifier: string | undefined): Target {
  if (specifier === undefined) return { unclear: 'a computed module name cannot be checked: write it out' }
  // A loader would decode or cut these, so that the path reads differently from what it means.
  if (/[%?#\\]|^\/|^[a-z]{2,}:(?<!^node:)/i.test(specifier))
    return { unclear: `the module name '${specifier}' is none of: a relative path, a package, node:` }
  if (/^\.\.?(?:\/|$)/.test(specifier)) {
    const path = posix.join(posix.dirname(file), specifier)
    return path.startsWith('..') ? { unclear: `'${specifier}' leads out of the project` } : { path }
  }
  if (isBuiltin(specifier)) return { builtin: specifier }
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
  return name === 'latchkey'
    ? { unclear: 'the project does not import itself by name: use a relative path' }
    : { npm: name }
}

function importRule(file: string, { specifier, how }: Import): string | undefined {
  const target = targetOf(file, specifier)
  if ('unclear' in target) return target.unclear
  const [top = '', second = ''] = file.split('/')
  switch (top) {
    case 'core':
      return coreRule(target)
    case 'adapters':
      return adapterRule(`adapters/${second}/`, target)
    case 'bots':
      return file.startsWith('bots/demo/') ? demoRule(file, target) : botRule(file, target, how)
    case 'test':
      return undefined
    default:
      return `code lives in core, adapters, bots or test, not in '${top}'`
  }
}

const isIn = (path: string, ...folders: readonly string[]) => folders.some(folder => path.startsWith(folder))

function coreRule(target: Target): string | undefined {
  const rule = 'core may import only core and node:assert'
  if ('path' in target) return isIn(target.path, 'core/') ? undefined : `${rule}, not ${target.path}`
  if ('npm' in target) return `${rule}, not the package ${target.npm}`
  if ('unclear' in target) return target.unclear
  const isAssert = target.builtin === 'node:assert' || target.builtin === 'node:assert/strict'
  return isAssert ? undefined : `${rule}, not ${target.builtin}`
}

function adapterRule(own: string, target: Target): string | undefined {
  if (!('path' in target) || target.path === 'core/index.ts' || isIn(target.path, own)) return undefined
  const { path } = target
  if (isIn(path, 'core/')) return `an adapter may import core/index.ts only, not core's inner file ${path}`
  if (isIn(path, 'adapters/')) return `an adapter may not import another adapter's ${path}`
  return `an adapter may import only core/index.ts, its own folder, packages and node:, not ${path}`
}

function botRule(file: string, target: Target, how: Import['how']): string | undefined {
  if (!('path' in target)) return undefined
  const { path } = target
  if (isIn(path, 'bots/demo/')) {
    // The scorer plays scenarios against the simulated Azure; the product never runs it.
    if (file.startsWith('bots/triage/') && path.startsWith('bots/demo/azure/')) return undefined
    const isTheDoor = file === 'bots/main.ts' && path === 'bots/demo/main.ts' && how === 'dynamic'
    return isTheDoor
      ? undefined
      : `the product may not import the demo's ${path}; only bots/main.ts may, bots/demo/main.ts, and only by import()`
  }
  if (isIn(path, 'core/', 'adapters/', 'bots/')) return undefined
  return `a bot may import only core, adapters, bots, packages and node:, not ${path}`
}

/** The part of the demo that is the product itself, started for the demo. */
export const isProduct = (file: string): boolean =>
  file === 'bots/demo/product.ts' || file.startsWith('bots/demo/product/')

function demoRule(file: string, target: Target): string | undefined {
  if (!('path' in target)) return undefined
  const { path } = target
  if (isIn(path, 'adapters/') && !isProduct(file))
    return `the simulated world may not import the adapter ${path}: what shares its code shares its mistakes`
  if (isIn(path, 'core/', 'adapters/', 'bots/')) return undefined
  return `the demo may import only core, adapters, bots, packages and node:, not ${path}`
}

// ---- Globals in core -----------------------------------------------------------------------------------------------------------

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** What would let the outside in: clocks, timers, chance, the network, the process. */
const BANNED = words(`
  process Date setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask
  fetch crypto Buffer console globalThis global performance
`)

/** The language's own global values, without those that bring a clock, chance, evaluated text, threads or the garbage collector. */
const LANGUAGE = words(`
  undefined NaN Infinity arguments
  Object Boolean Symbol String Number BigInt Math JSON Reflect Proxy RegExp Promise Iterator Intl
  Array Map Set WeakMap WeakSet ArrayBuffer DataView
  Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array
  BigInt64Array BigUint64Array Float32Array Float64Array
  Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError SuppressedError
  isFinite isNaN parseFloat parseInt encodeURI encodeURIComponent decodeURI decodeURIComponent
`)
/** Members that bring chance or a clock. The names may be used only with a plain member, so that these cannot hide. */
const BANNED_MEMBERS: ReadonlyMap<string, string> = new Map([
  ['Math', 'random'],
  ['Intl', 'DateTimeFormat'],
])

function globalRule({ name, as, member }: FreeName): string | undefined {
  if (as === 'type') {
    const isBanned = (BANNED.has(name) && name !== 'Date') || name === 'NodeJS'
    return isBanned ? `core may not touch the global ${name}, not even as a type` : undefined
  }
  if (name === 'import.meta' || BANNED.has(name)) return `core may not touch the global ${name}`
  if (!LANGUAGE.has(name)) return `core may use only the language itself, not the global ${name}`
  const banned = BANNED_MEMBERS.get(name)
  if (banned === undefined) return undefined
  if (member === undefined)
    return `core may use ${name} only as ${name}.name, so that ${name}.${banned} cannot hide`
  return member === banned ? `core may not touch ${name}.${banned}` : undefined
}
