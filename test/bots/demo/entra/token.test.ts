import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline'
import { ClientSecretCredential } from '@azure/identity'
import {
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
} from '@azure/msal-node'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { generateKeyPair, SignJWT } from 'jose'
import type { EntraState } from '../../../../bots/demo/entra/state.ts'
import { appToken, askToken, LATCHKEY, type Running, startTenant, TENANT } from './tenant.ts'

let tenant: Running
beforeAll(async () => {
  tenant = await startTenant()
})
afterAll(() => tenant.stop())

const SERVICES = [
  'https://management.azure.com',
  'https://graph.microsoft.com',
  'https://api.botframework.com',
]
const ask = (fields: Record<string, string>) =>
  askToken(tenant.baseUrl, {
    grant_type: 'client_credentials',
    client_id: LATCHKEY.clientId,
    client_secret: LATCHKEY.secret,
    scope: 'https://graph.microsoft.com/.default',
    ...fields,
  })

/** The real clients insist on https and on Microsoft's host; only the last step of the way is turned to the pretend one. */
const moved = (url: string) => url.replace('https://login.microsoftonline.com', tenant.baseUrl)

describe('tokens for apps', () => {
  test.each(SERVICES)('a token for %s speaks for the app there and nowhere else', async service => {
    const token = await appToken(tenant.baseUrl, LATCHKEY, `${service}/.default`)
    expect(await tenant.sim.verifyToken(token, service)).toEqual({ appId: LATCHKEY.clientId })
    for (const other of SERVICES.filter(each => each !== service))
      await expect(tenant.sim.verifyToken(token, other)).rejects.toThrow('not for')
  })

  test('a slash at the end of the audience makes no difference', async () => {
    const token = await appToken(tenant.baseUrl, LATCHKEY, 'https://management.azure.com//.default')
    expect(await tenant.sim.verifyToken(token, 'https://management.azure.com')).toEqual({
      appId: LATCHKEY.clientId,
    })
  })

  test('@azure/identity gets one, with its check of the authority', async () => {
    const real = createDefaultHttpClient()
    const httpClient: HttpClient = {
      async sendRequest(request) {
        const copy = Object.assign(Object.create(Object.getPrototypeOf(request)), request, {
          url: moved(request.url),
          allowInsecureConnection: true,
        })
        return { ...(await real.sendRequest(copy)), request }
      },
    }
    const credential = new ClientSecretCredential(TENANT, LATCHKEY.clientId, LATCHKEY.secret, { httpClient })
    const { token } = await credential.getToken('https://management.azure.com/.default')
    expect(await tenant.sim.verifyToken(token, 'https://management.azure.com')).toEqual({
      appId: LATCHKEY.clientId,
    })

    const wrong = new ClientSecretCredential(TENANT, LATCHKEY.clientId, 'wrong', { httpClient })
    await expect(wrong.getToken('https://management.azure.com/.default')).rejects.toThrow('invalid_client')
  })

  test('the MSAL that the Bot Framework brings gets one', async () => {
    const go = async <T>(method: string, url: string, options?: NetworkRequestOptions) => {
      const init = {
        method,
        headers: options?.headers ?? {},
        ...(options?.body ? { body: options.body } : {}),
      }
      const answer = await fetch(moved(url), init)
      return {
        status: answer.status,
        headers: Object.fromEntries(answer.headers),
        body: (await answer.json()) as T,
      }
    }
    const networkClient: INetworkModule = {
      sendGetRequestAsync: (url, options) => go('GET', url, options),
      sendPostRequestAsync: (url, options) => go('POST', url, options),
    }
    const app = new ConfidentialClientApplication({
      auth: {
        clientId: LATCHKEY.clientId,
        clientSecret: LATCHKEY.secret,
        authority: `https://login.microsoftonline.com/${TENANT}`,
      },
      system: { networkClient },
    })
    const given = await app.acquireTokenByClientCredential({
      scopes: ['https://api.botframework.com/.default'],
    })
    expect(await tenant.sim.verifyToken(given?.accessToken ?? '', 'https://api.botframework.com')).toEqual({
      appId: LATCHKEY.clientId,
    })
  })

  test.each([
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client', 7000215],
    ['no secret', { client_secret: undefined }, 401, 'invalid_client', 7000218],
    ['an unknown app', { client_id: 'nobody' }, 400, 'unauthorized_client', 700016],
    ['an unknown service', { scope: 'https://evil.example/.default' }, 400, 'invalid_resource', 500011],
    ['a scope of another form', { scope: 'User.Read' }, 400, 'invalid_scope', 70011],
  ])('%s is refused', async (_name, fields, status, error, number) => {
    const all = { client_secret: LATCHKEY.secret, ...fields }
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
    const answer = await askToken(tenant.baseUrl, {
      grant_type: 'client_credentials',
      client_id: LATCHKEY.clientId,
      scope: 'https://graph.microsoft.com/.default',
      ...(given as Record<string, string>),
    })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ error, error_codes: [number] })
  })

  test('answers what MSAL reads: type, life, and no caching', async () => {
    const answer = await ask({})
    expect(await answer.json()).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3599,
      ext_expires_in: 3599,
    })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })
})

describe('checking tokens', () => {
  test('a token signed with another key is not believed, whatever it says', async () => {
    const { privateKey } = await generateKeyPair('RS256')
    const forged = await new SignJWT({ appid: LATCHKEY.clientId, tid: TENANT, idtyp: 'app' })
      .setProtectedHeader({ alg: 'RS256', kid: String(tenant.sim.state.key.kid) })
      .setIssuer(`https://sts.windows.net/${TENANT}/`)
      .setAudience('https://graph.microsoft.com')
      .setNotBefore('0s')
      .setExpirationTime('1h')
      .sign(privateKey)
    await expect(tenant.sim.verifyToken(forged, 'https://graph.microsoft.com')).rejects.toThrow('signature')
  })

  test('nonsense is not a token', async () => {
    await expect(tenant.sim.verifyToken('x.y.z', 'https://graph.microsoft.com')).rejects.toThrow()
  })

  test('after a restart with the saved state, earlier tokens still count', async () => {
    const token = await appToken(tenant.baseUrl, LATCHKEY, 'https://graph.microsoft.com/.default')
    const saved = JSON.parse(JSON.stringify(tenant.sim.state)) as EntraState
    const again = await startTenant({ state: saved })
    const fresh = await startTenant()
    expect(await again.sim.verifyToken(token, 'https://graph.microsoft.com')).toEqual({
      appId: LATCHKEY.clientId,
    })
    await expect(fresh.sim.verifyToken(token, 'https://graph.microsoft.com')).rejects.toThrow('signature')
    await Promise.all([again.stop(), fresh.stop()])
  })
})
