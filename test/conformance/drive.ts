/** What is asked of each operation, as data, and the act of asking it. */
import type { Route } from '../../bots/demo/azure/arm.ts'
import type { AzureState } from '../../bots/demo/azure/model.ts'
import type { Exchange } from './exchange.ts'
import { type SimulatedAzure, startSimulator, type WorldOptions } from './simulator.ts'

type Params = Readonly<Record<string, string>>

type Call = {
  /** What stands for the `{name}`s of the route. */
  params?: Params
  query?: Params
  body?: unknown
}

export type Drive = Call & {
  says: string
  status: number
  world?: WorldOptions
  /** Changes the world first. What it returns are params that were not known before. */
  before?: (azure: SimulatedAzure) => Promise<Params> | Promise<void> | void
  /** The call breaks the description on purpose. */
  wrong?: boolean
}

/** One operation: how it is called when all is well, and what else is known to happen. */
export type Operation = {
  route: string
  usual: Drive
  also: readonly Drive[]
}

type Driven = { exchanges: Exchange[]; problems: string[] }

/** Does everything that is known of one route, each in a world of its own, and refuses it in the ways that Azure refuses anything. */
export async function drive(routes: readonly Route[], route: Route, operation: Operation): Promise<Driven> {
  const driven: Driven = { exchanges: [], problems: [] }
  for (const one of [operation.usual, ...operation.also, ...refusals(route, operation.usual)]) {
    await using azure = await startSimulator(routes, one.world)
    const params = { ...operation.usual.params, ...one.params, ...((await one.before?.(azure)) ?? {}) }
    azure.exchanges.length = 0
    const { status, says, wrong = false } = one
    const answer = await azure.send({
      method: route.method,
      url: addressOf(route, params, one.query),
      ...(one.body === undefined ? {} : { body: one.body }),
      says,
      wrong,
      token: one.status !== 401,
    })
    if (answer.response.status !== status)
      driven.problems.push(
        `${says}: ${answer.response.status} ${JSON.stringify(answer.response.body)}, expected ${status}`,
      )
    await follow(azure, answer, one.world?.operationMs ?? 0)
    driven.exchanges.push(...azure.exchanges)
  }
  return driven
}

/** What any operation answers when the caller or the moment is wrong. */
function refusals(route: Route, usual: Drive): Drive[] {
  const played = (
    says: string,
    fault: Omit<AzureState['faults'][number], 'match'>,
    status: number,
  ): Drive => ({
    ...usual,
    says,
    status,
    before: async azure => {
      const params = await usual.before?.(azure)
      azure.state.faults = [{ match: '.', ...fault }]
      return params ?? {}
    },
  })
  const { action } = route
  return [
    { ...usual, says: 'without a token', status: 401 },
    ...(action === undefined
      ? []
      : [
          {
            ...usual,
            says: 'without the role',
            status: 403,
            before: async (azure: SimulatedAzure) => {
              const params = await usual.before?.(azure)
              azure.state.denied = [action]
              return params ?? {}
            },
          },
        ]),
    played('throttled', { status: 429, retryAfter: 3 }, 429),
    played('while Azure is out of order', { status: 500 }, 500),
    played('while Azure is away', { status: 503 }, 503),
  ]
}

/** Goes where an answer points: to the next page, or along an accepted operation to its end. */
async function follow(azure: SimulatedAzure, first: Exchange, operationMs: number): Promise<void> {
  const { says, response } = first
  const next = (response.body as { nextLink?: string } | undefined)?.nextLink
  if (next !== undefined) {
    const page = await azure.send({ method: 'GET', url: next, says: `${says}, next page` })
    return follow(azure, page, operationMs)
  }
  const { 'azure-asyncoperation': state, location } = response.headers
  // A PUT is answered with what it makes, and followed by its state.
  if (response.status !== 202 && state === undefined) return
  const look = async (when: string) => {
    for (const url of [state, location])
      if (url !== undefined) await azure.send({ method: 'GET', url, says: `${says}, ${when}` })
  }
  if (operationMs > 0) await look('under way')
  azure.pass(operationMs)
  await look('at its end')
  const end = azure.exchanges.at(-1)
  // What an operation leads to has the shape of the answer that it would have given at once.
  if (location !== undefined && end?.response.status === 200)
    azure.exchanges.push({ ...first, says: `${says}, its result`, response: end.response })
}

function addressOf({ path, versions }: Route, params: Params, query: Params = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined) throw new Error(`${path}: nothing stands for {${name}}`)
    return encodeURIComponent(value)
  })
  return `${filled}?${new URLSearchParams({ ...query, 'api-version': versions.at(-1) ?? '' })}`
}
