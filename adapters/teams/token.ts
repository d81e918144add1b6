/**
 * Verifies the Bot Connector's token, strictly, before botbuilder does it in its own way.
 *
 * botbuilder also accepts tokens without an end, keys that are endorsed for no channel, and, on the path meant for the emulator, tokens
 * of any Entra tenant that name our app. None of them gets past here.
 * Source: learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication, "Connector to Bot", steps 2 to 7
 * (read 2026-11-20).
 */
import { createHash } from 'node:crypto'
import { createRemoteJWKSet, errors, jwtVerify, type RemoteJWKSet } from 'jose'
import { Rejected } from './door.ts'
import { CALL_MS, TOKEN_SKEW_SECONDS } from './limits.ts'
import { CONNECTOR_METADATA, type Outside } from './services.ts'

export const ISSUER = 'https://api.botframework.com'

/**
 * The Connector sends the same token with many deliveries. One that was found good is not computed again for five minutes, and never past
 * its own end; so a key that Microsoft withdraws stays good here for five minutes at most. Only its hash is kept.
 */
const SEEN_FOR_MS = 300_000
const MOST_SEEN = 200

/** Errors that are about fetching the keys, not about the token. */
const UNREACHABLE: ReadonlySet<string> = new Set(['ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID', 'ERR_JOSE_GENERIC'])

/**
 * @returns the service address that the token is for
 * @throws {Rejected} 401 when anything about the token does not fit, 503 when the keys cannot be fetched
 */
export type Verify = (token: string) => Promise<string>

export function openVerifier(us: { appId: string; outside: Outside | undefined }): Verify {
  const metadata = us.outside?.openIdMetadata ?? CONNECTOR_METADATA
  let found: Promise<RemoteJWKSet> | undefined

  const keys = (): Promise<RemoteJWKSet> => {
    found ??= discover(metadata).catch((error: unknown) => {
      found = undefined
      throw new Rejected(503, 'no OpenID metadata', error)
    })
    return found
  }

  const seen = new Map<string, Seen>()

  const verify: Verify = async token => {
    const id = createHash('sha256').update(token).digest('base64')
    const known = seen.get(id)
    const now = Date.now()
    if (known !== undefined && now < known.until) return known.serviceUrl
    seen.delete(id)
    const verified = await check(token)
    // The oldest goes: a Map keeps its order.
    if (seen.size >= MOST_SEEN) seen.delete(seen.keys().next().value ?? '')
    seen.set(id, { ...verified, until: Math.min(now + SEEN_FOR_MS, verified.until) })
    return verified.serviceUrl
  }
  return verify

  async function check(token: string): Promise<Seen> {
    const set = await keys()
    try {
      const { payload, protectedHeader } = await jwtVerify(token, set, {
        algorithms: ['RS256'],
        issuer: ISSUER,
        audience: us.appId,
        clockTolerance: TOKEN_SKEW_SECONDS,
        requiredClaims: ['exp', 'serviceurl'],
      })
      if (!isEndorsed(set, protectedHeader.kid)) throw new Rejected(401, 'key not endorsed for Teams')
      const { serviceurl } = payload
      if (typeof serviceurl !== 'string') throw new Rejected(401, 'no service address in the token')
      // `exp` is among the required claims; with none the token is good for no repetition.
      return { serviceUrl: serviceurl, until: (payload.exp ?? 0) * 1000 }
    } catch (error) {
      if (error instanceof Rejected) throw error
      if (!(error instanceof errors.JOSEError) || UNREACHABLE.has(error.code))
        throw new Rejected(503, 'no keys', error)
      // Only the code: the error holds the token's claims.
      throw new Rejected(401, error.code)
    }
  }
}

/** A token that was found good: until when it need not be looked at again, in milliseconds since 1970. */
type Seen = { serviceUrl: string; until: number }

async function discover(metadata: string): Promise<RemoteJWKSet> {
  const response = await fetch(metadata, { redirect: 'error', signal: AbortSignal.timeout(CALL_MS) })
  const { issuer, jwks_uri } = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown }
  if (issuer !== ISSUER || typeof jwks_uri !== 'string')
    throw new Error('not the metadata of the Bot Connector')
  const address = new URL(jwks_uri)
  if (address.origin !== new URL(metadata).origin) throw new Error('keys at another place')
  return createRemoteJWKSet(address, {
    timeoutDuration: CALL_MS,
    cooldownDuration: 60_000,
    cacheMaxAge: 3_600_000,
  })
}

function isEndorsed(set: RemoteJWKSet, kid: string | undefined): boolean {
  const key = kid === undefined ? undefined : set.jwks()?.keys.find(candidate => candidate.kid === kid)
  const endorsements: unknown = key && Reflect.get(key, 'endorsements')
  return Array.isArray(endorsements) && endorsements.includes('msteams')
}
