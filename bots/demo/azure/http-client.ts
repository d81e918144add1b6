/**
 * Lets Azure's own clients talk to a simulated world: they keep their real addresses, and the last step before the network sends the
 * request somewhere else. Everything above it (tokens, retries, paging, polling) is as in production.
 */
import { createDefaultHttpClient, type HttpClient, type PipelineRequest } from '@azure/core-rest-pipeline'
import { ARM, BLOBS } from './ids.ts'

/**
 * A client that sends the hosts in `map` to the addresses in it and refuses every other host. Where Azure is, its storage is too.
 *
 * @param map `https://management.azure.com` → `http://127.0.0.1:4000/azure`
 */
export function simulatedHosts(map: Readonly<Record<string, string>>): HttpClient {
  const wire = createDefaultHttpClient()
  const bases = new Map(
    Object.entries(map).map(([host, base]) => [new URL(host).origin, base.replace(/\/+$/, '')]),
  )
  const arm = bases.get(ARM)
  if (arm !== undefined && !bases.has(BLOBS)) bases.set(BLOBS, `${arm}/blobs`)
  return {
    sendRequest: async request => {
      const { origin } = new URL(request.url)
      const base = bases.get(origin)
      if (base === undefined) throw new Error(`not sent: ${origin} is no part of the simulated world`)
      // A copy: what polls a PUT reads the address of the request again afterwards, and refuses to send a token over plain http.
      const sent: PipelineRequest = Object.assign(Object.create(Object.getPrototypeOf(request)), request, {
        url: `${base}${request.url.slice(origin.length)}`,
        allowInsecureConnection: true,
      })
      try {
        return { ...(await wire.sendRequest(sent)), request }
      } catch (error) {
        if (typeof error === 'object' && error !== null && 'request' in error)
          Object.defineProperty(error, 'request', { value: request, enumerable: false })
        throw error
      }
    },
  }
}
