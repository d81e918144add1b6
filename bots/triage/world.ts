/**
 * The pretend Azure that a scenario is played against: a process of its own, met over HTTP only, and the client that leads Azure's own
 * clients there instead of to the network.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createDefaultHttpClient, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline'
import { z } from 'zod'
import { probeRdp } from '../../adapters/rdp/probe.ts'
import { type Clock, instant } from '../../core/index.ts'
import type { OwnTry } from '../../core/triage/engine/own-try.ts'

const SERVE = fileURLToPath(new URL('../demo/azure/serve.ts', import.meta.url))
const ARM = 'https://management.azure.com'
const LOGIN = 'https://login.microsoftonline.com'
const STORAGE = /^https:\/\/[a-z0-9]+\.blob\.core\.windows\.net$/

const Opened = z.object({
  world: z.number(),
  url: z.string(),
  now: z.number(),
  asker: z.object({ id: z.string(), upn: z.string(), name: z.string() }),
  message: z.object({ text: z.string(), author: z.string() }),
  answers: z.record(z.string(), z.string()),
  rdpPort: z.number().optional(),
  remarks: z.array(z.string()),
})

type Call = { method: string; path: string; status: number }

export type World = Omit<z.infer<typeof Opened>, 'world' | 'url' | 'now' | 'rdpPort'> & {
  httpClient: HttpClient
  /** Latchkey's own try of an RDP port, where the world has one that answers or is silent: every address leads to it. */
  own?: OwnTry
  /** Where waiting takes no time: the world's clock is moved instead. */
  clock: Pick<Clock, 'now' | 'pause'>
  /** How much time the world has let pass, ms. */
  passed: () => number
  /** The calls to its Azure so far. */
  calls: () => Promise<readonly Call[]>
  end: () => Promise<void>
}

export type Worlds = {
  /** @throws {Error} in words for people, when a scenario does not fit */
  open: (wish: { scenario: unknown; defaults: unknown; file: string }) => Promise<World>
  stop: () => void
}

/** Starts the process. */
export async function startWorlds(): Promise<Worlds> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', SERVE], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit').then(() => undefined)
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([once(lines, 'line').then(([line]) => String(line)), ended])
  if (first === undefined) throw new Error('The pretend Azure did not start.')
  const { url } = z.object({ ready: z.literal(true), url: z.string() }).parse(JSON.parse(first))
  return {
    open: async wish => {
      const answer = await post(`${url}/worlds`, wish)
      if (answer.status !== 201) throw new Error(z.object({ error: z.string() }).parse(answer.body).error)
      return worldOf(url, Opened.parse(answer.body))
    },
    stop: () => void child.kill(),
  }
}

function worldOf(control: string, { world, url, now, rdpPort, ...told }: z.infer<typeof Opened>): World {
  let at = now
  const heard = (value: string | undefined) => {
    if (value !== undefined) at = Math.max(at, Number(value))
  }
  return {
    ...told,
    httpClient: ledTo(url, heard),
    ...(rdpPort === undefined ? {} : { own: ownTryAt(rdpPort) }),
    clock: {
      now: () => instant(at),
      pause: async ms => {
        const { body } = await post(`${url}/clock`, { ms })
        heard(String((body as { now: number }).now))
      },
    },
    passed: () => at - now,
    calls: async () => (await (await fetch(`${url}/calls`)).json()) as Call[],
    end: async () => {
      await fetch(`${control}/worlds/${world}`, { method: 'DELETE' })
    },
  }
}

/** Nothing in the world takes long to answer; what is silent for this long stays silent. */
const SILENT_AFTER_MS = 400

/** Scenarios have one company, whose office is 203.0.113.0/24: its own tries come from there. */
const OWN_ADDRESS = '203.0.113.250/32'

const ownTryAt = (port: number): OwnTry => ({
  from: [OWN_ADDRESS],
  dial: () => probeRdp('127.0.0.1', port, { deadlineMs: SILENT_AFTER_MS }),
})

async function post(url: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: await answer.json() }
}

/** A client that sends Azure's hosts to the world at `url`, refuses every other host, and hears the world's time in each answer. */
function ledTo(url: string, heard: (now: string | undefined) => void): HttpClient {
  const wire = createDefaultHttpClient()
  const baseOf = (origin: string): string | undefined => {
    if (origin === ARM) return `${url}/azure`
    if (origin === LOGIN) return `${url}/login`
    return STORAGE.test(origin) ? `${url}/azure/blobs` : undefined
  }
  return {
    sendRequest: async request => {
      const { origin } = new URL(request.url)
      const base = baseOf(origin)
      if (base === undefined) throw new Error(`not sent: ${origin} is no part of the pretend world`)
      // A copy: what follows an operation reads the address of the request again.
      const sent: PipelineRequest = Object.assign(Object.create(Object.getPrototypeOf(request)), request, {
        url: `${base}${request.url.slice(origin.length)}`,
        allowInsecureConnection: true,
      })
      const answer = await wire.sendRequest(sent)
      heard(answer.headers.get('x-world-now'))
      return { ...answer, request }
    },
  }
}
