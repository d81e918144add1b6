/** What to tell the author of a policy about one mistake, where the schema itself has no words for it. */
import type { z } from 'zod'
import type { Path } from './places.ts'
import { BastionWishes, File } from './routes.ts'
import { Reports, RULE } from './schema.ts'

type Issue = z.core.$ZodIssue

/** @param value what stands there; undefined when nothing does */
export function sayIssue(issue: Issue, path: Path, value: unknown): string {
  const name = path.findLast(step => typeof step === 'string') ?? 'the file'
  const isEntry = typeof path.at(-1) === 'number'
  const what = isEntry ? `this entry of ${String(name)}` : String(name)
  if (value === undefined) return `${what} is missing`
  if (value === null) return `${what} is empty`
  switch (issue.code) {
    case 'invalid_type':
      return `${what} must be ${KINDS[issue.expected] ?? issue.expected}, not ${kindOf(value)}${hintFor(issue.expected, value)}`
    case 'invalid_value':
      return `${what} must be ${either(issue.values.map(String))}`
    case 'too_small':
      return issue.origin === 'array' ? `${what} needs at least one entry` : `${what} must not be empty`
    case 'too_big':
      return `${what} may have at most ${issue.maximum} characters`
    case 'invalid_union':
      return `${what} must be ${either(Object.keys(RULE))}`
    default:
      return `${what} is not right`
  }
}

/**
 * @param path where the block with the key stands
 * @param block a rule's effect decides what belongs in it
 */
export function sayUnknownKey(key: string, path: Path, block: unknown): string {
  const effect = (block as { effect?: unknown }).effect
  if (Object.hasOwn(RULE.ask.shape, key)) {
    if (effect === 'forbid') return `a forbid rule takes no ${key}: it is never asked for`
    if (effect === 'allow')
      return `an allow rule takes no ${key}: nobody is asked; write effect: ask if somebody should be`
  }
  const name = path.findLast(step => typeof step === 'string') ?? ''
  const meant = KEYS[name]?.find(known => plain(known) === plain(key))
  return meant === undefined ? `unknown key ${key}` : `unknown key ${key}: write ${meant}`
}

/** What may stand in the blocks of each name. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': [
    'version',
    'administrators',
    'reports',
    'defaultDuration',
    'lapseAfter',
    'probe',
    'probeFrom',
    'guestOptIn',
    'rules',
  ],
  rules: Object.keys(RULE.ask.shape),
  who: ['everyone', 'groups', 'people'],
  machines: ['names', 'tags', 'subscriptions', 'resourceGroups'],
  reason: ['pattern', 'hint'],
  reports: Object.keys(Reports.shape),
  approvers: ['group', 'person'],
  file: Object.keys(File.shape),
  bastion: Object.keys(BastionWishes.shape),
}
/** Without what differs between spellings: dashes, capitals, and the s of the plural. */
const plain = (key: string) => key.replace(/[-_ ]/g, '').toLowerCase().replace(/s$/, '')

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a block of keys'
  return typeof value === 'string' ? 'text' : `a ${typeof value}`
}

function hintFor(expected: string, value: unknown): string {
  if (expected === 'array') return `: write it in brackets, [${typeof value === 'object' ? '…' : value}]`
  return expected === 'string' && typeof value !== 'object' ? `: put it in quotes, '${value}'` : ''
}

const either = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
