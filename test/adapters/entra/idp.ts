/** An OpenID provider that can lie: every claim, header and answer of it can be set by a test. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

export const TENANT = '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a11'
export const CLIENT = '11111111-2222-4333-8444-555555555555'
export const PERSON = '5d1f0c7e-1111-4a6b-9c3d-000000000001'

type Lies = {
  /** Laid over the claims of the next id token. `undefined` leaves a claim out. */
  claims?: Record<string, unknown>
  /** Signs with a key that is not published. */
  forged?: boolean
  /** Laid over the discovery document. */
  discovery?: Record<string, unknown>
  /** Answers instead of the part of this name. */
  instead?: Partial<Record<'discovery' | 'token' | 'keys', (response: ServerResponse) => void>>
}

export async function startIdp() {
  const published = await generateKeyPair('RS256')
  const secret = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(published.publicKey)), kid: 'k1', use: 'sig' }
  const asked: { path: string; body: URLSearchParams }[] = []
  const idp = { lies: {} as Lies, nonce: '', asked, authority: '', stop }

  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  idp.authority = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer = `${idp.authority}/${TENANT}/v2.0`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request) body += chunk
    const path = request.url ?? ''
    asked.push({ path, body: new URLSearchParams(body) })
    const json = (value: unknown) => answerWith(200, value)(response)
    const { instead, discovery } = idp.lies
    if (path.endsWith('/openid-configuration')) {
      if (instead?.discovery) return instead.discovery(response)
      json({
        issuer,
        authorization_endpoint: `${idp.authority}/authorize`,
        token_endpoint: `${idp.authority}/token`,
        jwks_uri: `${idp.authority}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['pairwise'],
        id_token_signing_alg_values_supported: ['RS256'],
        ...discovery,
      })
    } else if (path === '/keys') {
      if (instead?.keys) return instead.keys(response)
      json({ keys: [jwk] })
    } else {
      if (instead?.token) return instead.token(response)
      json({ token_type: 'Bearer', access_token: 'a', expires_in: 3599, id_token: await idToken() })
    }
  }

  async function idToken(): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const usual = {
      iss: issuer,
      aud: CLIENT,
      sub: 's',
      oid: PERSON,
      tid: TENANT,
      name: 'Alice Adams',
      preferred_username: 'alice@contoso.example',
      nonce: idp.nonce,
      iat: now,
      nbf: now,
      exp: now + 3600,
    }
    return new SignJWT(JSON.parse(JSON.stringify({ ...usual, ...idp.lies.claims })))
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .sign(idp.lies.forged ? secret.privateKey : published.privateKey)
  }

  function stop(): Promise<void> {
    server.closeAllConnections()
    return new Promise(resolve => server.close(() => resolve()))
  }

  return idp
}

/** Not chained: restify, once imported, makes every response's writeHead return nothing. */
export const answerWith =
  (status: number, body: unknown = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

export const hangUp = (response: ServerResponse): void => {
  response.destroy()
}
