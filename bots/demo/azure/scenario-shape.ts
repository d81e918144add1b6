/** The shape of scenario files: how one is laid over the defaults, and which names it may use. */

export type Json = Record<string, unknown>

export type Problems = { errors: string[]; remarks: string[] }

export const isMap = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Mappings merge key by key; lists and scalars replace. */
export function merge(base: unknown, over: unknown): unknown {
  if (!isMap(base) || !isMap(over)) return over
  const merged: Json = { ...base }
  for (const [key, value] of Object.entries(over)) merged[key] = key in base ? merge(base[key], value) : value
  return merged
}

/** Mappings whose keys are names that the file gives. */
const NAMED = ['answers', 'azure.vm.tags', 'azure.nsgs', 'azure.service_tags', 'truth', 'expect']

/**
 * Keys of a scenario that its defaults do not have. What is below a list or an empty default has a shape of its own.
 * @param parts what a file may say at its top
 */
export function strangeKeys(scenario: Json, defaults: Json, parts: readonly string[]): string[] {
  const strange: string[] = []
  const look = (given: Json, known: Json, at: string) => {
    for (const [key, value] of Object.entries(given)) {
      const path = at === '' ? key : `${at}.${key}`
      if (!(key in known) && !(at === '' && parts.includes(key))) strange.push(path)
      else if (isMap(value) && isMap(known[key]) && !NAMED.includes(path)) look(value, known[key], path)
    }
  }
  look(scenario, defaults, '')
  return strange
}

/** The mapping under a key; an empty one where there is none. */
export const mapIn = (map: Json, key: string): Json => {
  const found = map[key]
  return isMap(found) ? found : {}
}

/** A text, or a list of them. */
export const textsIn = (value: unknown): string[] =>
  Array.isArray(value) ? value.map(String) : typeof value === 'string' ? [value] : []
