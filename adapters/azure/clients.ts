/**
 * Microsoft's own clients for the parts of Azure that Latchkey uses, made when first needed.
 *
 * All of them are built alike: no retries (calls.ts decides those, because the clients would resend a POST and wait as long as any
 * Retry-After says), and no other host than Azure Resource Manager's, so that a link in an answer cannot carry the bot's token away.
 */

import type { ComputeManagementClient } from '@azure/arm-compute'
import type { NetworkManagementClient } from '@azure/arm-network'
import type { ResourceGraphClient } from '@azure/arm-resourcegraph'
import type { SecurityCenter } from '@azure/arm-security'
import type { HttpClient } from '@azure/core-rest-pipeline'
import type { TokenCredential } from '@azure/identity'
import type { HttpResponse } from '@azure-rest/core-client'
import { type Blobs, blobsOver } from './blobs.ts'
import { oneByOne } from './imports.ts'

export type Clients = {
  graph(): Promise<ResourceGraphClient>
  compute(subscription: string): Promise<ComputeManagementClient>
  network(subscription: string): Promise<NetworkManagementClient>
  security(subscription: string): Promise<SecurityCenter>
  raw(): Promise<RawArm>
  blobs(): Promise<Blobs>
}

/** What Azure answered, with the headers that say how to go on, by their names in lower case. */
export type Sent = { status: number; headers: Readonly<Record<string, string | undefined>>; body: unknown }

/** Azure's request pipeline without a client on top, for what the clients cannot say. */
export type RawArm = {
  /**
   * An order that may take long: resolves as soon as Azure has taken it. `key` goes along as the caller's own request id, which Azure's
   * activity log keeps.
   */
  send(
    path: string,
    order: { method: 'POST' | 'PUT'; apiVersion: string; key: string; body?: unknown },
    abortSignal: AbortSignal,
  ): Promise<Sent>
  /** One look at an address that Azure has named. */
  follow(url: string, abortSignal: AbortSignal): Promise<Sent>
  /** Resolves when Azure has accepted; otherwise throws what the clients throw. */
  post(path: string, apiVersion: string, body: unknown, abortSignal: AbortSignal): Promise<void>
  /** The body of one answer, as it came. */
  get(path: string, query: Query, abortSignal: AbortSignal): Promise<unknown>
  /** What stands under `value` in an answer and in the pages that follow it, as it came. */
  list(path: string, query: Query, mostPages: number, abortSignal: AbortSignal): Promise<readonly unknown[]>
}

/** With `api-version`. */
type Query = Readonly<Record<string, string>>

const ARM = 'https://management.azure.com'
const SCOPE = `${ARM}/.default`

const packages = {
  pipeline: oneByOne(() => import('@azure/core-rest-pipeline')),
  graph: oneByOne(() => import('@azure/arm-resourcegraph')),
  compute: oneByOne(() => import('@azure/arm-compute')),
  network: oneByOne(() => import('@azure/arm-network')),
  security: oneByOne(() => import('@azure/arm-security')),
  raw: oneByOne(() => import('@azure-rest/core-client')),
}

export function clientsFor(credential: TokenCredential, httpClient?: HttpClient): Clients {
  const options = once(async () => ({
    httpClient: onlyToArm(httpClient ?? (await packages.pipeline()).createDefaultHttpClient()),
    retryOptions: { maxRetries: 0 },
    userAgentOptions: { userAgentPrefix: 'latchkey' },
  }))
  return {
    graph: once(async () => {
      const { ResourceGraphClient } = await packages.graph()
      return new ResourceGraphClient(credential, await options())
    }),
    compute: perSubscription(async subscription => {
      const { ComputeManagementClient } = await packages.compute()
      return new ComputeManagementClient(credential, subscription, await options())
    }),
    network: perSubscription(async subscription => {
      const { NetworkManagementClient } = await packages.network()
      return new NetworkManagementClient(credential, subscription, await options())
    }),
    security: perSubscription(async subscription => {
      const { SecurityCenter } = await packages.security()
      return new SecurityCenter(credential, subscription, await options())
    }),
    raw: once(async () => {
      const { createRestError, getClient } = await packages.raw()
      const client = getClient(ARM, credential, { ...(await options()), credentials: { scopes: [SCOPE] } })
      const get = async (path: string, query: Query, abortSignal: AbortSignal): Promise<unknown> => {
        const answer = await client
          .pathUnchecked(path)
          .get({ queryParameters: { ...query }, abortSignal, headers: { accept: 'application/json' } })
        if (!/^2/.test(answer.status)) throw createRestError(answer)
        return answer.body
      }
      const sent = ({ status, headers, body }: HttpResponse): Sent => ({
        status: Number(status),
        headers,
        body,
      })
      return {
        get,
        send: async (path, { method, apiVersion, key, body }, abortSignal) => {
          const call = client.pathUnchecked(path)
          const options = {
            queryParameters: { 'api-version': apiVersion },
            headers: { accept: 'application/json', 'x-ms-client-request-id': key },
            ...(body === undefined ? {} : { contentType: 'application/json', body }),
            abortSignal,
          }
          const answer = await (method === 'PUT' ? call.put(options) : call.post(options))
          if (!/^2/.test(answer.status)) throw createRestError(answer)
          return sent(answer)
        },
        follow: async (url, abortSignal) => {
          const answer = await client
            .pathUnchecked(url)
            .get({ abortSignal, headers: { accept: 'application/json' } })
          if (!/^2/.test(answer.status)) throw createRestError(answer)
          return sent(answer)
        },
        list: async (path, query, mostPages, abortSignal) => {
          const items: unknown[] = []
          let page = pageOf(await get(path, query, abortSignal))
          for (let pages = 1; ; pages++) {
            items.push(...page.items)
            // The address of a next page has its query already.
            if (page.next === undefined || pages >= mostPages) return items
            page = pageOf(await get(page.next, {}, abortSignal))
          }
        },
        post: async (path, apiVersion, body, abortSignal) => {
          const answer = await client.pathUnchecked(path).post({
            queryParameters: { 'api-version': apiVersion },
            contentType: 'application/json',
            body,
            abortSignal,
          })
          if (!/^2/.test(answer.status)) throw createRestError(answer)
        },
      }
    }),
    blobs: once(async () => {
      const { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } = await packages.pipeline()
      const wire = httpClient ?? createDefaultHttpClient()
      return blobsOver(async (url, range, abortSignal) => {
        const headers = createHttpHeaders(range === undefined ? {} : { range })
        return wire.sendRequest(
          createPipelineRequest({
            url,
            method: 'GET',
            headers,
            abortSignal,
            // Neither text nor a blob object: the bytes are counted as they come.
            streamResponseStatusCodes: new Set([200, 206]),
          }),
        )
      })
    }),
  }
}

function pageOf(body: unknown): { items: readonly unknown[]; next: string | undefined } {
  const { value, nextLink } = (body ?? {}) as Readonly<Record<string, unknown>>
  return {
    items: Array.isArray(value) ? value : [],
    next: typeof nextLink === 'string' && nextLink !== '' ? nextLink : undefined,
  }
}

/** Answers come with absolute addresses of next pages and operations, and the bot's token goes along to whatever they name. */
function onlyToArm(httpClient: HttpClient): HttpClient {
  return {
    sendRequest: async request => {
      const { origin } = new URL(request.url)
      if (origin !== ARM) throw new Error(`not sent: ${origin} is not Azure Resource Manager`)
      return httpClient.sendRequest(request)
    },
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make().catch(error => {
      made = undefined
      throw error
    })
    return made
  }
}

function perSubscription<T>(
  make: (subscription: string) => Promise<T>,
): (subscription: string) => Promise<T> {
  const made = new Map<string, () => Promise<T>>()
  return subscription => {
    const key = subscription.toLowerCase()
    const existing = made.get(key) ?? once(() => make(key))
    made.set(key, existing)
    return existing()
  }
}
