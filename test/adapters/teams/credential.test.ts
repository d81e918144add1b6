/** The bot's own token: from a secret, and from a managed identity as App Service and Container Apps offer it. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { tokenOf } from '../../../adapters/teams/credential.ts'
import { startLogin } from './support/login.ts'
import { APP, TENANT } from './support/world.ts'

const outsideAt = (loginBase: string) => ({
  openIdMetadata: 'http://127.0.0.1:9',
  loginBase,
  serviceUrls: [],
})
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

describe('a client secret', () => {
  const bySecret = (secret: string, loginBase: string) =>
    tokenOf({
      appId: APP,
      tenantId: TENANT,
      credential: { kind: 'client-secret', secret },
      outside: outsideAt(loginBase),
    })

  test('gives a token for the Bot Connector that is asked for once', async () => {
    const login = await startLogin({ appId: APP, secret: 'right' })
    closers.push(login.close)
    const token = bySecret('right', login.base)
    const first = await token()
    expect(await token()).toBe(first)
    expect(await login.verifyToken(first, 'https://api.botframework.com')).toEqual({ appId: APP })
    expect(login.asked).toHaveLength(1)
  })

  test('that is wrong is denied, and neither it nor the answer is told', async () => {
    const login = await startLogin({ appId: APP, secret: 'right' })
    closers.push(login.close)
    const fault = await bySecret('wrong-secret', login.base)().catch((error: unknown) => error)
    expect(fault).toMatchObject({ name: 'Fault', kind: 'denied', op: 'teams.token' })
    const told = `${String(fault)} ${String((fault as Error).cause)}`
    expect(told).not.toContain('wrong-secret')
    expect(told).not.toContain('AADSTS')
  })

  test('cannot be shown to anybody while Entra ID is away, which may pass', async () => {
    await expect(bySecret('right', 'http://127.0.0.1:9')()).rejects.toMatchObject({ kind: 'broken' })
  })
})

describe('a managed identity', () => {
  const token = tokenOf({
    appId: APP,
    tenantId: TENANT,
    credential: { kind: 'managed-identity' },
    outside: undefined,
  })

  test('gives the token that the host has for our client id', async () => {
    const asked: { url: string; header: unknown }[] = []
    const host = createServer((request, response) => {
      asked.push({ url: request.url ?? '', header: request.headers['x-identity-header'] })
      response.setHeader('content-type', 'application/json')
      const expires = Math.floor(Date.now() / 1000) + 3600
      response.end(
        JSON.stringify({ access_token: 'host-token', expires_on: String(expires), token_type: 'Bearer' }),
      )
    })
    await new Promise<void>(resolve => host.listen(0, '127.0.0.1', resolve))
    const before = { ...process.env }
    process.env['IDENTITY_ENDPOINT'] = `http://127.0.0.1:${(host.address() as AddressInfo).port}/msi/token`
    process.env['IDENTITY_HEADER'] = 'header-of-the-host'
    closers.push(() => {
      host.close()
      host.closeAllConnections()
      for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER']) {
        const old = before[name]
        if (old === undefined) delete process.env[name]
        else process.env[name] = old
      }
    })
    expect(await token()).toBe('host-token')
    const url = new URL(asked[0]?.url ?? '', 'http://x')
    expect(asked[0]?.header).toBe('header-of-the-host')
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      resource: 'https://api.botframework.com',
      client_id: APP,
    })
  })
})
