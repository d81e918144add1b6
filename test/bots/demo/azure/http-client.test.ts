import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createPipelineRequest } from '@azure/core-rest-pipeline'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { simulatedHosts } from '../../../../bots/demo/azure/http-client.ts'

type Seen = { line: string; token: string | undefined }

let server: Server
let seen: Seen[]
let base: string

/** Answers a PUT with an operation that is done when first asked about, with addresses as Azure writes them. */
beforeEach(async () => {
  seen = []
  server = createServer((request, response) => {
    seen.push({ line: `${request.method} ${request.url}`, token: request.headers.authorization })
    request.resume()
    const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify(body))
    }
    if (request.method === 'PUT')
      return answer(
        201,
        { name: 'office', properties: { provisioningState: 'Updating' } },
        { 'azure-asyncoperation': 'https://management.azure.com/operations/1?api-version=2026-01-01' },
      )
    if (request.url?.includes('/operations/')) return answer(200, { status: 'Succeeded' })
    answer(200, { name: 'office', properties: { provisioningState: 'Succeeded', priority: 100 } })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

describe('simulated hosts', () => {
  test('a PUT that runs for a while is followed to its end, token and all', async () => {
    const { NetworkManagementClient } = await import('@azure/arm-network')
    const client = new NetworkManagementClient(
      { getToken: async () => ({ token: 'a-token', expiresOnTimestamp: Date.now() + 3_600_000 }) },
      '1f4c2a90-7d31-4b6e-9c55-0b7c1a2d3e01',
      { httpClient: simulatedHosts({ 'https://management.azure.com': `${base}/azure` }) },
    )
    const rule = await client.securityRules.createOrUpdate('rg', 'nsg', 'office', {
      protocol: 'Tcp',
      access: 'Allow',
      direction: 'Inbound',
      priority: 100,
    })
    expect(rule).toMatchObject({ name: 'office', priority: 100 })
    expect(seen.map(({ line }) => line.split('?')[0])).toEqual([
      expect.stringMatching(/^PUT \/azure\/subscriptions\/.*\/securityRules\/office$/),
      'GET /azure/operations/1',
      expect.stringMatching(/^GET \/azure\/subscriptions\/.*\/securityRules\/office$/),
    ])
    expect(seen.every(({ token }) => token === 'Bearer a-token')).toBe(true)
  })

  test('the request that went in comes back as it was', async () => {
    const client = simulatedHosts({ 'https://management.azure.com/': `${base}/` })
    const request = createPipelineRequest({ url: 'https://management.azure.com/x?y=1' })
    const answer = await client.sendRequest(request)
    expect(answer.request).toBe(request)
    expect(request).toMatchObject({
      url: 'https://management.azure.com/x?y=1',
      allowInsecureConnection: false,
    })
    expect(seen.map(({ line }) => line)).toEqual(['GET /x?y=1'])
  })

  test('so it does when the world is away', async () => {
    const client = simulatedHosts({ 'https://management.azure.com': 'http://127.0.0.1:9' })
    const request = createPipelineRequest({ url: 'https://management.azure.com/x' })
    await expect(client.sendRequest(request)).rejects.toMatchObject({ code: 'ECONNREFUSED', request })
  })

  test.each([
    'https://graph.microsoft.com/v1.0/me',
    'http://management.azure.com/x',
    'https://management.azure.com.evil.example/x',
    'https://management.azure.com:8443/x',
    'http://169.254.169.254/metadata',
  ])('%s is refused', async url => {
    const client = simulatedHosts({ 'https://management.azure.com': base })
    await expect(
      client.sendRequest(createPipelineRequest({ url, allowInsecureConnection: true })),
    ).rejects.toThrow(/no part of the simulated world/)
    expect(seen).toEqual([])
  })
})
