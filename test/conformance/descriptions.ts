/**
 * Microsoft's descriptions of the operations that the simulator serves: OpenAPI 2.0 files in a folder laid out like
 * https://github.com/Azure/azure-rest-api-specs.
 *
 * Read here by hand for what the validator does not look at: which operations are long-running, and the words that an open
 * enumeration names.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

const stable = (provider: string, version: string) => `specification/${provider}/stable/${version}` as const

const COMPUTE = stable('compute/resource-manager/Microsoft.Compute/ComputeRP', '2024-07-01')
const CLOUD = stable('compute/resource-manager/Microsoft.Compute/CloudserviceRP', '2022-09-04')
const HEALTH = stable('resourcehealth/resource-manager/Microsoft.ResourceHealth', '2022-10-01')
const NETWORK = stable('network/resource-manager/Microsoft.Network', '2024-03-01')
const SECURITY = stable('security/resource-manager/Microsoft.Security', '2020-01-01')
const GRAPH = stable('resourcegraph/resource-manager/Microsoft.ResourceGraph', '2024-04-01')

/** The files that have the operations; they name others with shapes. */
export const DESCRIPTIONS: readonly string[] = [
  `${COMPUTE}/virtualMachine.json`,
  `${COMPUTE}/runCommand.json`,
  `${CLOUD}/cloudService.json`,
  `${NETWORK}/bastionHost.json`,
  `${NETWORK}/loadBalancer.json`,
  `${NETWORK}/networkInterface.json`,
  `${NETWORK}/networkSecurityGroup.json`,
  `${NETWORK}/networkWatcher.json`,
  `${NETWORK}/publicIpAddress.json`,
  `${NETWORK}/routeTable.json`,
  `${NETWORK}/virtualNetwork.json`,
  `${SECURITY}/jitNetworkAccessPolicies.json`,
  `${GRAPH}/resourcegraph.json`,
  `${HEALTH}/ResourceHealth.json`,
]

export type Json = Record<string, unknown>

/** A part of a file, with the file's name: what its references start from. */
export type Part = { file: string; node: Json }

export type Described = {
  id: string
  longRunning: boolean
  /** The shape of a request's body. */
  request: () => Part | undefined
  /** The shape of an answer's body. */
  response: (status: number) => Part | undefined
}

const VERBS: readonly string[] = ['get', 'put', 'post', 'delete', 'patch', 'head', 'options']

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The operations of a file by path and verb. */
export function operationsOf(file: Json): { path: string; verb: string; operation: Json }[] {
  return Object.entries((file['paths'] ?? {}) as Record<string, Json>).flatMap(([path, item]) =>
    Object.entries(item).flatMap(([verb, operation]) =>
      VERBS.includes(verb) && isJson(operation) ? [{ path, verb, operation }] : [],
    ),
  )
}

export class Descriptions {
  readonly folder: string
  readonly #files = new Map<string, Json>()

  /** @throws {Error} naming the files that the folder lacks */
  constructor(folder: string) {
    const missing = DESCRIPTIONS.filter(file => !existsSync(join(folder, file)))
    if (missing.length > 0)
      throw new Error(`${folder} has no descriptions of Azure: it lacks ${missing.join(', ')}`)
    this.folder = folder
  }

  /** Full paths, a new list each time: the validator empties the one it is given. */
  paths(): string[] {
    return DESCRIPTIONS.map(file => join(this.folder, file))
  }

  file(name: string): Json {
    const known = this.#files.get(name)
    if (known !== undefined) return known
    const read = JSON.parse(readFileSync(join(this.folder, name), 'utf8').replace(/^\uFEFF/, '')) as Json
    this.#files.set(name, read)
    return read
  }

  operation(id: string): Described | undefined {
    for (const file of DESCRIPTIONS)
      for (const { operation } of operationsOf(this.file(file)))
        if (operation['operationId'] === id)
          return {
            id,
            longRunning: operation['x-ms-long-running-operation'] === true,
            request: () =>
              ((operation['parameters'] ?? []) as Json[])
                .map(node => this.resolve({ file, node }))
                .filter(({ node }) => node['in'] === 'body')
                .flatMap(part => schemaOf(part))[0],
            response: status => {
              const answers = operation['responses'] as Json
              const node = answers[status] ?? (status >= 400 ? answers['default'] : undefined)
              return isJson(node) ? schemaOf(this.resolve({ file, node }))[0] : undefined
            },
          }
    return undefined
  }

  /** The part itself, or what it points to. */
  resolve({ file, node }: Part): Part {
    const reference = node['$ref']
    if (typeof reference !== 'string') return { file, node }
    const target = targetOf(file, reference)
    const found = target.keys.reduce<unknown>(
      (within, key) => (isJson(within) ? within[key] : undefined),
      this.file(target.file),
    )
    if (!isJson(found)) throw new Error(`${file} points to ${reference}, which is not there`)
    return this.resolve({ file: target.file, node: found })
  }
}

const schemaOf = ({ file, node: { schema } }: Part): Part[] =>
  isJson(schema) ? [{ file, node: schema }] : []

/** Where a reference leads: a file and the keys down into it. */
export function targetOf(file: string, reference: string): { file: string; keys: string[] } {
  const [path = '', pointer = ''] = reference.split('#')
  return {
    file: path === '' ? file : posix.join(posix.dirname(file), path),
    keys: pointer
      .split('/')
      .slice(1)
      .map(key => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')),
  }
}

/**
 * The places in a value that hold a word which an open enumeration does not name. A description calls an enumeration open where the
 * service may answer with words to come; the simulator has no business inventing any.
 */
export function unnamedWords(
  descriptions: Descriptions,
  schema: Part,
  value: unknown,
  at = '$',
): { path: string; word: string }[] {
  const { file, node } = descriptions.resolve(schema)
  const into = (inner: unknown, part: unknown, path: string) =>
    isJson(inner) ? unnamedWords(descriptions, { file, node: inner }, part, path) : []
  const named = node['enum']
  const open = (node['x-ms-enum'] as Json | undefined)?.['modelAsString'] === true
  const same = (one: unknown) => String(one).toLowerCase() === String(value).toLowerCase()
  return [
    ...(open && Array.isArray(named) && typeof value === 'string' && !named.some(same)
      ? [{ path: at, word: value }]
      : []),
    ...((node['allOf'] ?? []) as unknown[]).flatMap(part => into(part, value, at)),
    ...(Array.isArray(value)
      ? value.flatMap((item, index) => into(node['items'], item, `${at}[${index}]`))
      : []),
    ...(isJson(value)
      ? Object.entries(value).flatMap(([key, part]) =>
          into(
            ((node['properties'] ?? {}) as Json)[key] ?? node['additionalProperties'],
            part,
            `${at}.${key}`,
          ),
        )
      : []),
  ]
}
