/**
 * Signs and checks the pretend tenant's tokens: real RS256, with the claims that Entra puts into its id tokens (version 2) and its
 * access tokens for other services (version 1).
 *
 * Claims: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference and access-token-claims-reference
 * (read 2026-11-21).
 */
import { createHash, randomBytes } from 'node:crypto'
import { importJWK, type JWK, jwtVerify, SignJWT } from 'jose'
import type { EntraState, Member } from './state.ts'

/** Entra answers 3599: an hour, less the second it took. */
export const TOKEN_SECONDS = 3599

const GRAPH = 'https://graph.microsoft.com'
const ARM = 'https://management.azure.com'

/** Services a token can be asked for, with the names they go by. */
const SERVICES: Readonly<Record<string, string>> = {
  [GRAPH]: GRAPH,
  '00000003-0000-0000-c000-000000000000': GRAPH,
  [ARM]: ARM,
  'https://management.core.windows.net': ARM,
  'https://api.botframework.com': 'https://api.botframework.com',
}

/** The service behind an audience or the resource part of a scope; a trailing slash is not part of its name. */
export const serviceOf = (audience: string): string | undefined => SERVICES[audience.replace(/\/+$/, '')]

export type Tokens = ReturnType<typeof tokensOf>

export function tokensOf(state: EntraState, tenant: string, issuer: string) {
  const signingKey = importJWK(state.key, 'RS256')
  const publicJwk: JWK = { kty: 'RSA', use: 'sig', ...pick(state.key, 'kid', 'n', 'e') }
  const verifyingKey = importJWK(publicJwk, 'RS256')
  const serviceIssuer = `https://sts.windows.net/${tenant}/`

  async function sign(claims: Record<string, unknown>): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const times = { iat: now, nbf: now, exp: now + TOKEN_SECONDS }
    return new SignJWT({ ...claims, ...times, tid: tenant, uti: randomBytes(16).toString('base64url') })
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid: String(state.key.kid) })
      .sign(await signingKey)
  }

  return {
    /** The key set as Entra publishes it. */
    keys: () => ({ keys: [publicJwk] }),

    /** Tells an app who signed in. */
    forSignIn: (person: Member, clientId: string, nonce: string | undefined): Promise<string> =>
      sign({
        ver: '2.0',
        iss: issuer,
        aud: clientId,
        oid: person.oid,
        sub: pairwise(person.oid, clientId),
        name: person.name,
        preferred_username: person.upn,
        ...(nonce === undefined ? {} : { nonce }),
      }),

    /** A signed-in person's access token for Microsoft Graph. Carries scopes, never an app's roles. */
    forPerson: (person: Member, clientId: string, scope: string): Promise<string> =>
      sign({
        ver: '1.0',
        iss: serviceIssuer,
        aud: GRAPH,
        appid: clientId,
        idtyp: 'user',
        oid: person.oid,
        sub: pairwise(person.oid, GRAPH),
        scp: scope,
        upn: person.upn,
      }),

    /** An app's own access token. `audience` is written as it was asked for, which Entra does too. */
    forApp: (clientId: string, audience: string, roles: readonly string[]): Promise<string> =>
      sign({
        ver: '1.0',
        iss: serviceIssuer,
        aud: audience,
        appid: clientId,
        appidacr: '1',
        idtyp: 'app',
        oid: objectIdOf(clientId),
        sub: objectIdOf(clientId),
        ...(roles.length === 0 ? {} : { roles }),
      }),

    /**
     * Checks signature, issuer, times and audience of an access token, the way the service it is meant for would.
     * @throws {Error} when anything does not fit
     */
    async verify(
      token: string,
      audience: string,
    ): Promise<{ appId: string; kind: 'app' | 'user'; roles: readonly string[] }> {
      const { payload } = await jwtVerify(token, await verifyingKey, {
        issuer: serviceIssuer,
        algorithms: ['RS256'],
        requiredClaims: ['exp', 'nbf', 'aud', 'appid', 'tid'],
        clockTolerance: 300,
      })
      const wanted = serviceOf(audience)
      if (typeof payload.aud !== 'string' || wanted === undefined || serviceOf(payload.aud) !== wanted)
        throw new Error(`the token is for ${String(payload.aud)}, not for ${audience}`)
      const { appid, tid, idtyp, roles } = payload
      if (typeof appid !== 'string' || tid !== tenant) throw new Error('the token is of another tenant')
      return { appId: appid, kind: idtyp === 'app' ? 'app' : 'user', roles: strings(roles) }
    },
  }
}

/** The object id of an app's service principal: invented, but the same each time. */
function objectIdOf(clientId: string): string {
  const hex = createHash('sha256').update(`service principal ${clientId}`).digest('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

/** A person's subject differs from app to app. */
const pairwise = (oid: string, clientId: string): string =>
  createHash('sha256').update(`${oid} ${clientId}`).digest('base64url')

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter(item => typeof item === 'string') : []

const pick = (key: JWK, ...names: readonly (keyof JWK)[]): JWK =>
  Object.fromEntries(names.map(name => [name, key[name]]))
