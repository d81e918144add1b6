/** The simulated Azure on a real port with the demo's fleet in it, and a caller that writes down what goes to and fro. */
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import restify from 'restify'
import { paramsOf, type Route } from '../../bots/demo/azure/arm.ts'
import type { AzureState } from '../../bots/demo/azure/model.ts'
import { type AzureSimOptions, mountAzure } from '../../bots/demo/azure/sim.ts'
import { readWorldFile } from '../../bots/demo/world-file.ts'
import { ARM, type Exchange } from './exchange.ts'

const WORLD_FILE = fileURLToPath(new URL('../../bots/demo/worlds/contoso.yaml', import.meta.url))
const TOKEN = 'a-token-for-azure'
const APP = '2b1f0c7e-5555-4a6b-9c3d-0000000000aa'

export type WorldOptions = Partial<Pick<AzureSimOptions, 'mode' | 'ruleDelayMs' | 'operationMs' | 'pageSize'>>

type Sent = {
  method: string
  /** Path and query; or a full address that an answer named. */
  url: string
  body?: unknown
  says: string
  wrong?: boolean
  /** Without it, the caller has no token. */
  token?: boolean
}

export type SimulatedAzure = {
  state: AzureState
  /** Everything that went over the wire so far. */
  exchanges: Exchange[]
  send: (call: Sent) => Promise<Exchange>
  /** Moves the world's clock. */
  pass: (ms: number) => void
} & AsyncDisposable

let fleet: ReturnType<typeof readWorldFile> | undefined

export const routeName = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`

export async function startSimulator(
  routes: readonly Route[],
  options: WorldOptions = {},
): Promise<SimulatedAzure> {
  fleet ??= readWorldFile(WORLD_FILE)
  const { subscriptions } = structuredClone(await fleet)
  let now = Date.parse('2026-11-21T09:00:00Z')
  const server = restify.createServer()
  const sim = mountAzure(server, {
    prefix: '/azure',
    subscriptions,
    now: () => now,
    changed: () => undefined,
    verifyToken: async (token, audience) => {
      if (token !== TOKEN || audience !== ARM) throw new Error('not a token of this world')
      return { appId: APP }
    },
    mode: 'merge',
    ...options,
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/azure`
  const exchanges: Exchange[] = []
  return {
    state: sim.state,
    exchanges,
    pass: ms => {
      now += ms
      sim.settle()
    },
    send: async ({ method, url: address, body, says, wrong = false, token = true }) => {
      const url = address.startsWith(ARM) ? address.slice(ARM.length) : address
      const headers = { ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
      const answer = await fetch(`${base}${url}`, {
        method,
        headers: { ...headers, ...(token ? { authorization: `Bearer ${TOKEN}` } : {}) },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await answer.text()
      const { pathname } = new URL(url, ARM)
      const route = routes.find(one => one.method === method && paramsOf(one.path, pathname) !== undefined)
      const exchange: Exchange = {
        route: route === undefined ? `${method} ${pathname}` : routeName(route),
        says,
        method,
        url,
        request: { headers, ...(body === undefined ? {} : { body }) },
        response: {
          status: answer.status,
          headers: Object.fromEntries(answer.headers),
          ...(text === '' ? {} : { body: JSON.parse(text) as unknown }),
        },
        wrong,
      }
      exchanges.push(exchange)
      return exchange
    },
    [Symbol.asyncDispose]: async () => {
      server.server.closeAllConnections()
      await new Promise<void>(resolve => server.close(resolve))
    },
  }
}
