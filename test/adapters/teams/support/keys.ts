/** A Bot Connector that can lie: its own OpenID metadata and keys, and tokens of any shape. */
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

type KeyPair = { publicKey: KeyObject; privateKey: KeyObject }
const pair = (): KeyPair => generateKeyPairSync('rsa', { modulusLength: 2048 })

export type Forgery = { kid?: string | null; alg?: string; key?: 'own' | 'other' }

export type ConnectorIdentity = {
  metadata: string
  /** While true, metadata and keys are not to be had. */
  away: boolean
  jwt(claims: Readonly<Record<string, unknown>>, forgery?: Forgery): string
  close(): void
}

const own = pair()
const other = pair()

/** Keys: `k1` is endorsed for Teams, `k2` for nothing, `k3` for another channel. All are the same key pair. */
export async function startConnectorIdentity(): Promise<ConnectorIdentity> {
  const server = createServer((request, response) => {
    if (identity.away) {
      response.statusCode = 500
      response.end()
      return
    }
    const jwk = (kid: string, endorsements?: string[]) => ({
      ...own.publicKey.export({ format: 'jwk' }),
      kid,
      use: 'sig',
      ...(endorsements ? { endorsements } : {}),
    })
    const body = request.url?.endsWith('/keys')
      ? { keys: [jwk('k1', ['msteams', 'webchat']), jwk('k2'), jwk('k3', ['slack'])] }
      : { issuer: 'https://api.botframework.com', jwks_uri: `${base}/keys` }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(body))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const identity: ConnectorIdentity = {
    metadata: `${base}/.well-known/openidconfiguration`,
    away: false,
    jwt(claims, { kid = 'k1', alg = 'RS256', key = 'own' } = {}) {
      const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const data = `${part({ typ: 'JWT', alg, ...(kid === null ? {} : { kid }) })}.${part(claims)}`
      if (alg === 'none') return `${data}.`
      if (alg === 'HS256') {
        const secret = own.publicKey.export({ type: 'spki', format: 'pem' })
        return `${data}.${createHmac('sha256', secret).update(data).digest('base64url')}`
      }
      const { privateKey } = key === 'own' ? own : other
      const digest = alg === 'RS512' ? 'sha512' : 'sha256'
      return `${data}.${sign(digest, Buffer.from(data), privateKey).toString('base64url')}`
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
  return identity
}
