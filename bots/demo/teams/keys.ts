/**
 * Who the Bot Connector is: its OpenID metadata, its keys with the channels they are endorsed for, and the tokens on what it delivers.
 *
 * Source: learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication (read 2026-11-20).
 */
import { importJWK, type JWK, SignJWT } from 'jose'
import type { TeamsState } from './state.ts'

const ISSUER = 'https://api.botframework.com'
const LIFE_SECONDS = 3600

export function keysOf({ key }: TeamsState, baseUrl: string) {
  const signing = importJWK(key as JWK, 'RS256')
  const { kid, kty, n, e } = key
  return {
    metadata: {
      issuer: ISSUER,
      authorization_endpoint: 'https://invalid.botframework.com',
      jwks_uri: `${baseUrl}/.well-known/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
    },
    keys: { keys: [{ kid, kty, n, e, use: 'sig', x5t: kid, endorsements: ['msteams'] }] },
    /** A token for one bot and one service address. */
    async token(botId: string, serviceUrl: string): Promise<string> {
      const now = Math.floor(Date.now() / 1000)
      return new SignJWT({
        serviceurl: serviceUrl,
        nbf: now,
        exp: now + LIFE_SECONDS,
        iss: ISSUER,
        aud: botId,
      })
        .setProtectedHeader({ alg: 'RS256', kid, x5t: kid, typ: 'JWT' })
        .sign(await signing)
    },
  }
}
