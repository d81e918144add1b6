/** What an administrator does in Azure, past Latchkey: over ARM, with a token of Entra. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { WorldFile } from '../../bots/demo/world-file.ts'

type Policy = { id: string; kind: string; location: string; properties: { virtualMachines: unknown } }

const VERSION = 'api-version=2020-01-01'

/** @returns how to put them back as they were; the JIT requests in them are gone */
export async function removeJitPolicies(
  url: string,
  folder: string,
  { tenant, subscriptions }: WorldFile,
): Promise<() => Promise<void>> {
  const call = await signedIn(url, folder, tenant.id)
  const lists = await Promise.all(
    subscriptions.map(({ id }) =>
      call('GET', `/subscriptions/${id}/providers/Microsoft.Security/jitNetworkAccessPolicies`),
    ),
  )
  const policies = lists.flatMap(list => (list as { value: readonly Policy[] }).value)
  for (const { id } of policies) await call('DELETE', id)
  return async () => {
    for (const { id, kind, location, properties } of policies)
      await call('PUT', id, {
        kind,
        location,
        properties: { virtualMachines: properties.virtualMachines },
      })
  }
}

/** Calls of ARM with the rights of the demo's own registration, which in this world has all of them. */
export async function signedIn(url: string, folder: string, tenant: string) {
  const { secrets } = JSON.parse(await readFile(join(folder, 'world.json'), 'utf8'))
  const answer = await fetch(`${url}/entra/${tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: secrets.azure.clientId,
      client_secret: secrets.azure.secret,
      scope: 'https://management.azure.com/.default',
    }),
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  return async (method: string, id: string, body?: object, version?: string): Promise<unknown> => {
    const query = version === undefined ? VERSION : `api-version=${version}`
    const response = await fetch(`${url}/azure${id}?${query}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${id}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
}
