/**
 * A small Azure of the tests' own, on a real port: it answers what it was told to, notes what it was asked, and knows nothing else.
 *
 * `examples/` holds answers from Microsoft's descriptions of the same operations, as they are there (Azure/azure-rest-api-specs, MIT
 * licence, read 2026-11-20).
 */
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline'
import {
  connectDiagnostics,
  type DiagnosticsOptions,
} from '../../../../adapters/azure/diagnostics/connect.ts'
import type { Diagnostics, Log } from '../../../../core/index.ts'

export const TOKEN = 'a-token-for-azure'
export const NOW = Date.parse('2026-11-21T09:00:00Z')

export type Asked = {
  method: string
  host: string
  path: string
  query: Readonly<Record<string, string>>
  body: unknown
  headers: IncomingMessage['headers']
}

type Raw = { status: number; headers?: Readonly<Record<string, string>>; body?: unknown; afterMs?: number }
type Answer = (asked: Asked) => Raw | Promise<Raw>

/** One of Microsoft's examples. */
export const example = async (name: string) =>
  JSON.parse(await readFile(join(import.meta.dirname, 'examples', `${name}.json`), 'utf8'))

export type Double = Awaited<ReturnType<typeof startDouble>>

export async function startDouble() {
  const answers = new Map<string, Answer>()
  const asked: Asked[] = []
  const lines: { event: string; facts: unknown; error: unknown }[] = []
  const open = new Set<ServerResponse>()
  const ending = new AbortController()
  const server = createServer((req, res) => {
    open.add(res)
    res.on('close', () => open.delete(res))
    void answer(req, res)
  })
  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of req) chunks.push(chunk as Buffer)
    const [, host = '', rest = ''] = /^\/([^/]+)(\/.*)$/.exec(req.url ?? '') ?? []
    const url = new URL(`https://${host}${rest}`)
    const text = Buffer.concat(chunks).toString('utf8')
    const call: Asked = {
      method: req.method ?? '',
      host,
      path: decodeURIComponent(url.pathname),
      query: Object.fromEntries(url.searchParams),
      body: text === '' ? undefined : JSON.parse(text),
      headers: req.headers,
    }
    asked.push(call)
    const given = answers.get(keyOf(call.method, call.path))
    const { status, headers = {}, body, afterMs = 0 } = await (given ?? notFound)(call)
    if (afterMs > 0) await pause(afterMs, undefined, { signal: ending.signal }).catch(() => {})
    const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
    // Two statements: once restify is loaded, writeHead of every response in the process answers nothing.
    res.writeHead(status, { 'content-type': 'application/json', ...headers })
    res.end(bytes)
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const log: Log = {
    info: (event, facts) => void lines.push({ event, facts, error: undefined }),
    warn: (event, facts, error) => void lines.push({ event, facts, error }),
    error: (event, facts, error) => void lines.push({ event, facts, error }),
  }
  const credential = {
    getToken: async () => ({ token: TOKEN, expiresOnTimestamp: Date.now() + 3_600_000 }),
  }
  const options: DiagnosticsOptions = {
    credential,
    guestCredential: credential,
    httpClient: throughTo(base),
    log,
    now: () => NOW,
    pollMs: 1,
  }
  return {
    asked,
    lines,
    /** With everything the log holds, errors and their causes in full. */
    logText: () =>
      lines.map(line => JSON.stringify(line) + String((line.error as Error)?.stack ?? '')).join('\n'),
    /** Calls of Resource Manager, polls of long operations aside. */
    calls: () => asked.filter(({ host, path }) => host === ARM && !/\/operationResults\//.test(path)),
    on(method: string, path: string, given: Answer): void {
      answers.set(keyOf(method, path), given)
    },
    gives(method: string, path: string, body: unknown): void {
      answers.set(keyOf(method, path), () => ({ status: 200, body }))
    },
    /** As Azure refuses it: with the action and the scope in its message. */
    denies(method: string, path: string, action: string): void {
      const message = `The client 'a' with object id 'b' does not have authorization to perform action '${action}' over scope '${path}' or the scope is invalid.`
      answers.set(keyOf(method, path), () => ({
        status: 403,
        body: { error: { code: 'AuthorizationFailed', message } },
      }))
    },
    /** An operation that takes one more look before it ends. */
    later(path: string, body: unknown): void {
      const result = `${path}/operationResults/1`
      let looks = 0
      answers.set(keyOf('POST', path), () => ({
        status: 202,
        headers: { location: `https://${ARM}${result}?api-version=1` },
        body: '',
      }))
      answers.set(keyOf('GET', result), () =>
        looks++ === 0
          ? {
              status: 202,
              headers: { location: `https://${ARM}${result}?api-version=1`, 'retry-after': '0' },
              body: '',
            }
          : { status: 200, body },
      )
    },
    /** A connection to be used for one or more diagnoses. */
    connect: (more: Partial<DiagnosticsOptions> = {}) => connectDiagnostics({ ...options, ...more }),
    diagnosis(more: Partial<DiagnosticsOptions> = {}): Diagnostics {
      return connectDiagnostics({ ...options, ...more }).forOneDiagnosis()
    },
    async [Symbol.asyncDispose]() {
      ending.abort()
      for (const res of open) res.destroy()
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    },
  }
}

const ARM = 'management.azure.com'
const keyOf = (method: string, path: string): string => `${method} ${path.replace(/^\/+/, '/').toLowerCase()}`

const notFound: Answer = ({ path }) => ({
  status: 404,
  body: { error: { code: 'ResourceNotFound', message: `The Resource '${path}' was not found.` } },
})

/** Sends every host to one port, with the host as the first part of the path. */
function throughTo(base: string): HttpClient {
  const wire = createDefaultHttpClient()
  return {
    sendRequest: async request => {
      const { host, pathname, search } = new URL(request.url)
      // A copy: pollers look at the address of the request again afterwards.
      const sent = Object.assign(Object.create(Object.getPrototypeOf(request)), request, {
        url: `${base}/${host}${pathname}${search}`,
        allowInsecureConnection: true,
      })
      return { ...(await wire.sendRequest(sent)), request }
    },
  }
}
