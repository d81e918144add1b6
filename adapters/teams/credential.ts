/**
 * Gets the bot's own token for the Bot Connector.
 *
 * With a client secret through MSAL, which caches and renews; its network goes through our fetch so that every call has a deadline and
 * can only ever reach Entra ID. With a managed identity through @azure/identity, loaded when it is first needed.
 * Source: learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication (read 2026-11-20).
 */
import {
  ConfidentialClientApplication,
  type INetworkModule,
  type NetworkRequestOptions,
} from '@azure/msal-node'
import { tokenFault } from './faults.ts'
import { CALL_MS } from './limits.ts'
import type { Outside } from './services.ts'

export type Credential = { kind: 'client-secret'; secret: string } | { kind: 'managed-identity' }

/**
 * A token that is good for at least some minutes. Repeating is cheap.
 * @throws {Fault} `denied` when the credential is refused; `broken` when nobody answers
 */
export type Token = () => Promise<string>

const SCOPE = 'https://api.botframework.com/.default'
const LOGIN_HOST = 'login.microsoftonline.com'

export function tokenOf(bot: {
  appId: string
  tenantId: string
  credential: Credential
  outside: Outside | undefined
}): Token {
  const ask =
    bot.credential.kind === 'client-secret' ? bySecret(bot, bot.credential.secret) : byIdentity(bot.appId)
  return async () => {
    let token: string | undefined
    try {
      token = await ask()
    } catch (error) {
      throw tokenFault(error)
    }
    if (!token) throw tokenFault(new Error('no token in the answer'))
    return token
  }
}

type Ask = () => Promise<string | undefined>

function bySecret(
  { appId, tenantId, outside }: { appId: string; tenantId: string; outside: Outside | undefined },
  clientSecret: string,
): Ask {
  const authority = `https://${LOGIN_HOST}/${tenantId}`
  const client = new ConfidentialClientApplication({
    auth: {
      clientId: appId,
      clientSecret,
      authority,
      // Known beforehand, so that MSAL asks nobody where to sign in.
      knownAuthorities: [LOGIN_HOST],
      authorityMetadata: JSON.stringify({
        issuer: `${authority}/v2.0`,
        authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
        token_endpoint: `${authority}/oauth2/v2.0/token`,
        jwks_uri: `${authority}/discovery/v2.0/keys`,
      }),
    },
    system: { networkClient: networkTo(outside?.loginBase ?? `https://${LOGIN_HOST}`) },
  })
  return async () => (await client.acquireTokenByClientCredential({ scopes: [SCOPE] }))?.accessToken
}

function networkTo(base: string): INetworkModule {
  const send = async (method: 'GET' | 'POST', address: string, options?: NetworkRequestOptions) => {
    const { protocol, host, pathname, search } = new URL(address)
    if (protocol !== 'https:' || host !== LOGIN_HOST) throw new Error('not an address of Entra ID')
    const response = await fetch(`${base}${pathname}${search}`, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(CALL_MS),
      ...(options?.headers ? { headers: options.headers } : {}),
      ...(options?.body === undefined ? {} : { body: options.body }),
    })
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      // biome-ignore lint/suspicious/noExplicitAny: MSAL names the answer's type itself and checks it.
      body: (await response.json()) as any,
    }
  }
  return {
    sendGetRequestAsync: (address, options) => send('GET', address, options),
    sendPostRequestAsync: (address, options) => send('POST', address, options),
  }
}

function byIdentity(clientId: string): Ask {
  let credential: Promise<import('@azure/identity').ManagedIdentityCredential> | undefined
  return async () => {
    credential ??= import('@azure/identity').then(
      ({ ManagedIdentityCredential }) => new ManagedIdentityCredential({ clientId }),
    )
    const ready = await credential
    return (await ready.getToken(SCOPE, { abortSignal: AbortSignal.timeout(CALL_MS) })).token
  }
}
