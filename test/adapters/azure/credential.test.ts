import { createHttpHeaders, type HttpClient } from '@azure/core-rest-pipeline'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { connectAzure } from '../../../adapters/azure/adapter.ts'
import { azureCredential } from '../../../adapters/azure/credential.ts'
import { APP, fleet, guarded, startWorld, TENANT, TOKEN, vmId } from './world.ts'

const ARM = 'https://management.azure.com/.default'

describe('an app registration with a secret', () => {
  test('signs in once for many calls, and asks for Azure Resource Manager only', async () => {
    await using world = await startWorld([fleet([guarded])])
    await world.machines.report(vmId('vm01'), 3389)
    await world.machines.report(vmId('vm01'), 3389)
    const scopes = world.signIns.map(text => new URLSearchParams(text).get('scope')?.split(' ')[0])
    expect(new Set(scopes)).toEqual(new Set([ARM]))
    expect(world.signIns.length).toBeLessThan(world.calls(/./).length)
  })

  test('a wrong secret is denied and says what to check, and the secret stays out of it', async () => {
    await using world = await startWorld([fleet([guarded])], {
      identity: { kind: 'client-secret', tenantId: TENANT, clientId: APP, clientSecret: 'the-wrong-one' },
    })
    const fault = await world.machines.named('vm01').catch(error => error)
    expect(fault).toMatchObject({
      kind: 'denied',
      say: 'Entra ID does not let the bot sign in (AADSTS7000215); check its tenant, client id and secret.',
    })
    expect(JSON.stringify([fault, String(fault.cause), world.logged])).not.toContain('the-wrong-one')
    expect(world.calls(/./)).toEqual([])
  })

  test('a token that Azure does not take is denied', async () => {
    await using world = await startWorld([fleet([guarded])], {
      verifyToken: async () => {
        throw new Error('not this one')
      },
    })
    await expect(world.machines.named('vm01')).rejects.toMatchObject({
      kind: 'denied',
      say: "Azure does not accept the bot's sign-in (InvalidAuthenticationToken); check its tenant and identity.",
    })
  })

  describe('with an authority host in the environment', () => {
    beforeEach(() => {
      process.env['AZURE_AUTHORITY_HOST'] = 'https://evil.example'
    })
    afterEach(() => {
      delete process.env['AZURE_AUTHORITY_HOST']
    })
    test('the secret still goes to Microsoft only', async () => {
      await using world = await startWorld([fleet([guarded])])
      expect(await world.machines.named('vm01')).toHaveLength(1)
      expect(world.signIns.length).toBeGreaterThan(0)
    })
  })
})

describe('a managed identity', () => {
  // The client library keeps its connection to the metadata service and its tokens for the whole process. So there is one such service
  // here, and each test asks it for a token that no other test has got.
  const service = { asked: [] as URL[], hasIdentity: true }
  const metadata: HttpClient = {
    sendRequest: async request => {
      service.asked.push(new URL(request.url))
      const headers = createHttpHeaders({ 'content-type': 'application/json' })
      if (!service.hasIdentity) {
        const body = { error: 'invalid_request', error_description: 'Identity not found' }
        return { request, status: 400, headers, bodyAsText: JSON.stringify(body) }
      }
      const body = {
        access_token: TOKEN,
        expires_in: '3599',
        expires_on: String(Math.floor(Date.now() / 1000) + 3599),
        resource: 'https://management.azure.com',
        token_type: 'Bearer',
      }
      return { request, status: 200, headers, bodyAsText: JSON.stringify(body) }
    },
  }
  beforeEach(() => {
    service.asked = []
    service.hasIdentity = true
  })

  test('the one that is named is the one that is asked for', async () => {
    const credential = azureCredential({ kind: 'managed-identity', clientId: APP }, metadata)
    expect((await credential.getToken(ARM))?.token).toBe(TOKEN)
    expect(service.asked.map(url => [url.host, url.searchParams.get('client_id')])).toContainEqual([
      '169.254.169.254',
      APP,
    ])
  })

  test('without a name the system-assigned one is asked for', async () => {
    const credential = azureCredential({ kind: 'managed-identity' }, metadata)
    expect((await credential.getToken('https://graph.microsoft.com/.default'))?.token).toBe(TOKEN)
    expect(service.asked.length).toBeGreaterThan(0)
    expect(service.asked.every(url => url.searchParams.get('client_id') === null)).toBe(true)
  })

  test('where there is none, calls are denied and say so', async () => {
    service.hasIdentity = false
    const { machines } = connectAzure({
      credential: azureCredential({ kind: 'managed-identity', clientId: TENANT }, metadata),
      httpClient: metadata,
      log: { info: () => {}, warn: () => {}, error: () => {} },
    })
    await expect(machines.named('vm01')).rejects.toMatchObject({
      kind: 'denied',
      say: 'Azure has no managed identity for the bot where it runs, or not the one configured.',
    })
    expect(service.asked.map(url => url.host)).not.toContain('management.azure.com')
  })
})
