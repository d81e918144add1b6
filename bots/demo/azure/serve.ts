/**
 * The pretend Azure by itself, for tests and for measuring: worlds are made and ended over HTTP, and each has an Azure of its own.
 *
 *     node bots/demo/azure/serve.ts [--port NUMBER]
 *
 * Prints one line of JSON when it is ready: {"ready":true,"url":…}. Listens on 127.0.0.1 only.
 *
 * POST /worlds with {scenario, defaults, file} or {subscriptions, now} makes a world: 201 with {world, url, now} and, of a scenario, what
 * the person says; 422 with {error} where it does not fit. Its Azure is at URL/azure, its sign-in host (which takes any app and secret) at
 * URL/login, and where a scenario says what a try of the RDP port hears (probe), a port of this machine that does so is named in rdpPort.
 * Its clock stands still but for POST URL/clock {ms}, and leaps to the end of an operation that is asked about; each answer
 * tells it in `x-world-now`. GET URL/calls lists the calls to its Azure. DELETE /worlds/NUMBER ends it.
 */
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import restify, { type Request, type Response, type Server } from 'restify'
import { z } from 'zod'
import { readBody, readJson, sendJson } from '../http.ts'
import { Subscription } from './fleet.ts'
import { openRdpPort } from './rdp-port.ts'
import { ASKER, type Lifted, liftScenario } from './scenario.ts'
import { mountAzure } from './sim.ts'

const Wish = z.union([
  z.strictObject({ scenario: z.unknown(), defaults: z.unknown(), file: z.string() }),
  z.strictObject({ subscriptions: z.array(Subscription), now: z.iso.datetime() }),
])

type World = { url: string; end: () => Promise<void> }

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string' } } })
  const server = restify.createServer()
  const worlds = new Map<number, World>()
  let count = 0
  server.post('/worlds', async (req: Request, res: Response) => {
    const wish = Wish.safeParse(await readJson(req).catch(() => undefined))
    if (!wish.success) return sendJson(res, 422, { error: z.prettifyError(wish.error) })
    let lifted: Lifted | undefined
    try {
      lifted =
        'file' in wish.data ? liftScenario(wish.data.scenario, wish.data.defaults, wish.data.file) : undefined
    } catch (error) {
      return sendJson(res, 422, { error: (error as Error).message })
    }
    const begins = 'file' in wish.data ? (lifted?.now ?? 0) : Date.parse(wish.data.now)
    const world = await openWorld(
      'file' in wish.data ? (lifted?.subscriptions ?? []) : wish.data.subscriptions,
      begins,
    )
    const { subscriptions: _, probe = 'none', ...told } = lifted ?? { subscriptions: [] }
    const listener = probe === 'none' ? undefined : await openRdpPort(probe)
    count += 1
    worlds.set(count, {
      url: world.url,
      end: async () => {
        listener?.close()
        await world.end()
      },
    })
    sendJson(res, 201, {
      ...{ world: count, url: world.url, now: begins, asker: ASKER, ...told },
      ...(listener === undefined ? {} : { rdpPort: listener.port }),
    })
  })
  server.del('/worlds/:world', async (req: Request, res: Response) => {
    const number = Number(req.params.world)
    const world = worlds.get(number)
    worlds.delete(number)
    await world?.end()
    sendJson(res, world === undefined ? 404 : 200, {})
  })
  const port = await listen(server, Number(values.port ?? 0))
  process.stdout.write(`${JSON.stringify({ ready: true, url: `http://127.0.0.1:${port}` })}\n`)
}

async function openWorld(subscriptions: readonly Subscription[], begins: number): Promise<World> {
  let now = begins
  const token = randomBytes(24).toString('base64url')
  const server = restify.createServer()
  const sim = mountAzure(server, {
    prefix: '/azure',
    subscriptions,
    now: () => now,
    changed: () => undefined,
    verifyToken: async (given, audience) => {
      if (given !== token || audience !== 'https://management.azure.com')
        throw new Error('not a token of this world')
      return { appId: '2b1f0c7e-5555-4a6b-9c3d-0000000000aa' }
    },
    mode: 'merge',
    runCommandMs: 40_000,
  })
  server.pre((req: Request, res: Response, next: () => void) => {
    const [, id = ''] = /\/operation(?:s|Results)\/([^/?]+)/.exec(req.url ?? '') ?? []
    const operation = sim.state.operations[id]
    if (operation !== undefined && operation.readyAt > now) {
      now = operation.readyAt
      sim.settle()
    }
    res.setHeader('x-world-now', String(now))
    next()
  })
  mountSignIn(server, token)
  server.post('/clock', async (req: Request, res: Response) => {
    const { ms } = (await readJson(req).catch(() => ({}))) as { ms?: unknown }
    if (typeof ms !== 'number' || !(ms >= 0))
      return sendJson(res, 400, { error: 'ms must be a number, 0 or more' })
    now += ms
    sim.settle()
    sendJson(res, 200, { now })
  })
  server.get('/calls', async (_req: Request, res: Response) => sendJson(res, 200, sim.state.calls))
  const port = await listen(server, 0)
  return {
    url: `http://127.0.0.1:${port}`,
    end: async () => {
      server.server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

/** A sign-in host that gives everybody a token for what they ask for, and only one of them is good for Azure. */
function mountSignIn(server: Server, token: string): void {
  const host = 'https://login.microsoftonline.com'
  server.get('/login/:tenant/v2.0/.well-known/openid-configuration', async (req: Request, res: Response) => {
    const { tenant } = req.params
    sendJson(res, 200, {
      issuer: `${host}/${tenant}/v2.0`,
      authorization_endpoint: `${host}/${tenant}/oauth2/v2.0/authorize`,
      token_endpoint: `${host}/${tenant}/oauth2/v2.0/token`,
      jwks_uri: `${host}/${tenant}/discovery/v2.0/keys`,
    })
  })
  server.post('/login/:tenant/oauth2/v2.0/token', async (req: Request, res: Response) => {
    const form = new URLSearchParams((await readBody(req)).toString('utf8'))
    const forAzure = form.get('scope')?.startsWith('https://management.azure.com/.default') === true
    sendJson(res, 200, {
      token_type: 'Bearer',
      expires_in: 3599,
      access_token: forAzure ? token : 'a-token-for-something-else',
    })
  })
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
  return (server.address() as AddressInfo).port
}

await main()
