/**
 * Who the bot is towards Azure: a managed identity where it runs in Azure, else an app registration with a secret.
 *
 * Never DefaultAzureCredential: it tries a chain of identities, and which one answers depends on the machine.
 * The sign-in host is fixed here, so no environment variable can send the secret anywhere else.
 */
import type { HttpClient } from '@azure/core-rest-pipeline'
import type { TokenCredential } from '@azure/identity'
import { oneByOne } from './imports.ts'

export type AzureIdentity =
  /** `clientId` names a user-assigned identity; without it the system-assigned one is used. */
  | { kind: 'managed-identity'; clientId?: string }
  | { kind: 'client-secret'; tenantId: string; clientId: string; clientSecret: string }

const AUTHORITY_HOST = 'https://login.microsoftonline.com'
/** Asking for a token changes nothing, so it may be repeated; Azure calls have a deadline that covers this too. */
const TOKEN_RETRIES = 2

const identityPackage = oneByOne(() => import('@azure/identity'))

/**
 * A credential for {@link AzureIdentity}. Nothing is loaded or sent before its first token is asked for; tokens are cached by the client
 * library until shortly before they expire.
 *
 * @param httpClient how to reach the sign-in host instead of the network. Instance discovery is off then: it would ask Microsoft about
 *   a host that the given client may only pretend to be.
 */
export function azureCredential(config: AzureIdentity, httpClient?: HttpClient): TokenCredential {
  let made: Promise<TokenCredential> | undefined
  const credential = async (): Promise<TokenCredential> => {
    const { ClientSecretCredential, ManagedIdentityCredential } = await identityPackage()
    const wire = httpClient === undefined ? {} : { httpClient }
    if (config.kind === 'managed-identity')
      return new ManagedIdentityCredential({
        ...wire,
        retryOptions: { maxRetries: TOKEN_RETRIES },
        ...(config.clientId === undefined ? {} : { clientId: config.clientId }),
      })
    return new ClientSecretCredential(config.tenantId, config.clientId, config.clientSecret, {
      ...wire,
      authorityHost: AUTHORITY_HOST,
      disableInstanceDiscovery: httpClient !== undefined,
      retryOptions: { maxRetries: TOKEN_RETRIES, retryDelayInMs: 300, maxRetryDelayInMs: 2_000 },
    })
  }
  return {
    getToken: async (scopes, options) => {
      made ??= credential().catch(error => {
        made = undefined
        throw error
      })
      return (await made).getToken(scopes, options)
    },
  }
}
