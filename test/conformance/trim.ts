/**
 * Makes the small copy of Microsoft's descriptions in specs/, so that the check runs without a copy of azure-rest-api-specs:
 *
 *     node test/conformance/trim.ts FOLDER
 *
 * Keeps the operations that the simulator serves and everything that they refer to, each as it was. Leaves out other operations,
 * shapes that nothing refers to, and the pointers to examples, which the validator would otherwise want to read.
 * To be run again when the simulator learns an operation, or Microsoft describes a newer api-version.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Route } from '../../bots/demo/azure/arm.ts'
import { ROUTES } from '../../bots/demo/azure/sim.ts'
import { DESCRIPTIONS, Descriptions, isJson, type Json, operationsOf, targetOf } from './descriptions.ts'

const COPY = fileURLToPath(new URL('specs/', import.meta.url))

/** The files that remain, by their path below the folder. */
export function trim(descriptions: Descriptions, routes: readonly Route[]): Map<string, Json> {
  const trimmed = new Map<string, Json>()
  const fileOf = (name: string): Json => {
    const known = trimmed.get(name)
    if (known !== undefined) return known
    const { swagger, info, host, schemes, consumes, produces, security, securityDefinitions } =
      descriptions.file(name)
    const head = { swagger, info, host, schemes, consumes, produces, security, securityDefinitions }
    const made: Json = { ...head, paths: {} }
    trimmed.set(name, made)
    return made
  }

  /** Takes over what a part refers to, and what that refers to. */
  const need = (file: string, part: unknown): void => {
    if (Array.isArray(part)) {
      for (const item of part) need(file, item)
      return
    }
    if (!isJson(part)) return
    if (typeof part['$ref'] === 'string') needTarget(file, part['$ref'])
    for (const value of Object.values(part)) need(file, value)
  }
  const needTarget = (from: string, reference: string): void => {
    const { file, keys } = targetOf(from, reference)
    const [section = '', name = '', ...deeper] = keys
    if (deeper.length > 0) throw new Error(`${from} points into something: ${reference}`)
    const made = fileOf(file)
    const shelf = (made[section] ?? {}) as Json
    made[section] = shelf
    if (shelf[name] !== undefined) return
    const original = ((descriptions.file(file)[section] ?? {}) as Json)[name]
    if (original === undefined) throw new Error(`${from} points to ${reference}, which is not there`)
    shelf[name] = original
    need(file, original)
    if (isJson(original) && typeof original['discriminator'] === 'string') needHeirs(file, section, name)
  }
  /** Where a shape tells its heirs apart by a property, they are named by nothing but their own parentage. */
  const needHeirs = (file: string, section: string, name: string): void => {
    for (const [heir, shape] of Object.entries((descriptions.file(file)[section] ?? {}) as Json))
      if (
        ((shape as Json)['allOf'] as Json[] | undefined)?.some(one => one['$ref'] === `#/${section}/${name}`)
      )
        needTarget(file, `#/${section}/${heir}`)
  }

  for (const file of DESCRIPTIONS)
    for (const { path, verb, operation } of operationsOf(descriptions.file(file))) {
      if (!routes.some(route => isDescribedBy(route, verb, path))) continue
      const { 'x-ms-examples': _, ...kept } = operation
      const paths = fileOf(file)['paths'] as Record<string, Json>
      const item = ((descriptions.file(file)['paths'] ?? {}) as Record<string, Json>)[path] ?? {}
      const { parameters } = item
      paths[path] = { ...(parameters === undefined ? {} : { parameters }), ...paths[path], [verb]: kept }
      need(file, parameters)
      need(file, kept)
    }
  return trimmed
}

/** Whether a path of a description is one of the simulator's; it may have a parameter where the simulator has a word. */
function isDescribedBy({ method, path: own }: Route, verb: string, path: string): boolean {
  const [one, described] = [own.split('/'), path.split('/')]
  // The id of any resource, in one word.
  const [, first = '', ...rest] = described
  const other = /^\{(resourceUri|scope)\}$/.test(first)
    ? [...one.slice(0, one.length - rest.length), ...rest]
    : described
  const isParameter = (segment = '') => segment.startsWith('{')
  return (
    method.toLowerCase() === verb &&
    one.length === other.length &&
    other.every(
      (segment, index) =>
        isParameter(segment) ||
        (one[index]?.toLowerCase() === segment.toLowerCase() && !isParameter(one[index])),
    )
  )
}

export const written = (file: Json): string => `${JSON.stringify(file, undefined, 1)}\n`

async function main([folder]: readonly string[]): Promise<void> {
  if (folder === undefined) throw new Error('Usage: node test/conformance/trim.ts FOLDER')
  const files = trim(new Descriptions(resolve(folder)), ROUTES)
  await rm(join(COPY, 'specification'), { recursive: true, force: true })
  for (const [name, file] of files) {
    await mkdir(dirname(join(COPY, name)), { recursive: true })
    await writeFile(join(COPY, name), written(file))
  }
  process.stdout.write(`${files.size} files in ${COPY}\n`)
}

if (import.meta.main) await main(process.argv.slice(2))
