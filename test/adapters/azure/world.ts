/**
 * A pretend Azure on a real port, and the shipped adapter with its real clients and a real credential in front of it.
 * The sign-in host is played here, by hand: it knows one app, one secret and one kind of token.
 */
import type { AddressInfo } from 'node:net'
import restify, { type Request, type Response } from 'restify'
import { connectAzure } from '../../../adapters/azure/adapter.ts'
import { type AzureIdentity, azureCredential } from '../../../adapters/azure/credential.ts'
import { Subscription } from '../../../bots/demo/azure/fleet.ts'
import { simulatedHosts } from '../../../bots/demo/azure/http-client.ts'
import type { AzureState, SimFault } from '../../../bots/demo/azure/model.ts'
import { type AzureSimOptions, mountAzure } from '../../../bots/demo/azure/sim.ts'
import { readBody, sendJson } from '../../../bots/demo/http.ts'
import { type Log, parseVmId, type VmId } from '../../../core/index.ts'

export const TENANT = '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a11'
export const APP = '2b1f0c7e-5555-4a6b-9c3d-0000000000aa'
const SECRET = 'a-secret-that-must-stay-one'
export const TOKEN = 'a-token-for-azure'

export const SUBSCRIPTION = '1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3e01'
export const OTHER = '1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3e02'

export const vmId = (name: string, { rg = 'rg-app', subscription = SUBSCRIPTION } = {}): VmId => {
  const id = parseVmId(
    `/subscriptions/${subscription}/resourceGroups/${rg}/providers/Microsoft.Compute/virtualMachines/${name}`,
  )
  if (id === undefined) throw new Error(`${name} makes no VM id`)
  return id
}

/** A VM that JIT guards, reachable from the internet. */
export const guarded = {
  name: 'vm01',
  tags: { environment: 'production' },
  computer_name: 'ORDERS-VM01',
  nic: { private_ip: '10.20.1.4', public_ip: '198.51.100.11', dns_label: 'contoso-vm01', nsg: 'nsg-app' },
  jit: { ports: [{ port: 3389, max: 'PT3H' }] },
}

export const fleet = (
  vms: readonly object[],
  { nsgs = { 'nsg-app': [] }, ...rest }: Record<string, unknown> = {},
): Subscription => Subscription.parse({ id: SUBSCRIPTION, name: 'Contoso Production', nsgs, vms, ...rest })

type LogLine = { event: string; facts: unknown; error?: unknown }

export type TestWorld = Awaited<ReturnType<typeof startWorld>>

export async function startWorld(
  subscriptions: readonly Subscription[],
  options: Partial<Omit<AzureSimOptions, 'now' | 'changed' | 'prefix' | 'subscriptions'>> & {
    deadlineMs?: number
    identity?: AzureIdentity
  } = {},
) {
  const { deadlineMs, identity, ...simOptions } = options
  const clock = { now: Date.parse('2026-11-21T09:00:00Z') }
  const changes = { count: 0 }
  const server = restify.createServer()
  const signIns: string[] = []
  mountSignIn(server, signIns)
  const sim = mountAzure(server, {
    prefix: '/azure',
    subscriptions,
    now: () => clock.now,
    changed: () => {
      changes.count += 1
    },
    verifyToken: async (token, audience) => {
      if (token !== TOKEN || audience !== 'https://management.azure.com') throw new Error('a bad token')
      return { appId: APP }
    },
    mode: 'merge',
    ...simOptions,
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const httpClient = simulatedHosts({
    'https://management.azure.com': `${base}/azure`,
    'https://login.microsoftonline.com': `${base}/login`,
  })
  const logged: LogLine[] = []
  const log = memoryLog(logged)
  const azure = connectAzure({
    credential: azureCredential(
      identity ?? { kind: 'client-secret', tenantId: TENANT, clientId: APP, clientSecret: SECRET },
      httpClient,
    ),
    httpClient,
    log,
    now: () => clock.now,
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
  })
  const world = {
    ...azure,
    base,
    sim,
    clock,
    changes,
    signIns,
    logged,
    httpClient,
    /** Sends one call to the pretend Azure as the bot would. */
    arm: async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const answer = await fetch(`${base}/azure${path}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await answer.text()
      return {
        status: answer.status,
        headers: answer.headers,
        // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
        body: (text === '' ? undefined : JSON.parse(text)) as any,
      }
    },
    /** Sends one call to the handles of the world, as the demo page would. */
    control: async (name: string, body?: unknown) => {
      const answer = await fetch(`${base}/azure/world${name}`, {
        method: body === undefined ? 'GET' : 'POST',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
      return { status: answer.status, body: (await answer.json()) as any }
    },
    play: (...faults: SimFault[]) => {
      sim.state.faults = faults
    },
    /** The calls so far that match, as "METHOD path". */
    calls: (pattern: RegExp): string[] => callsOf(sim.state, pattern),
    /** Resolves once a call that matches has come in. */
    called: async (pattern: RegExp) => {
      for (let looks = 0; callsOf(sim.state, pattern).length === 0; looks++) {
        if (looks > 1_000) throw new Error(`nobody called ${pattern}`)
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    },
    [Symbol.asyncDispose]: async () => {
      server.server.closeAllConnections()
      await new Promise<void>(resolve => server.close(resolve))
    },
  }
  return world
}

const callsOf = (state: AzureState, pattern: RegExp): string[] =>
  state.calls.map(({ method, path }) => `${method} ${path}`).filter(line => pattern.test(line))

function mountSignIn(server: restify.Server, signIns: string[]): void {
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
    const text = (await readBody(req)).toString('utf8')
    signIns.push(text)
    const form = new URLSearchParams(text)
    const right =
      req.params.tenant === TENANT && form.get('client_id') === APP && form.get('client_secret') === SECRET
    if (!right)
      return sendJson(res, 401, {
        error: 'invalid_client',
        error_description: 'AADSTS7000215: Invalid client secret provided. Trace ID: 0',
        error_codes: [7000215],
      })
    sendJson(res, 200, {
      token_type: 'Bearer',
      expires_in: 3599,
      access_token: form.get('scope')?.startsWith('https://management.azure.com/.default')
        ? TOKEN
        : 'a-token-for-something-else',
    })
  })
}

function memoryLog(lines: LogLine[]): Log {
  const note = (event: string, facts?: unknown, error?: unknown) => void lines.push({ event, facts, error })
  return { info: note, warn: note, error: note }
}
