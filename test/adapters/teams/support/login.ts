/** Entra's token endpoint for the bot, as far as a bot needs it: real tokens, and a way to check them. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { jwtVerify, SignJWT } from 'jose'

export type Login = {
  base: string
  /** What was asked, in order. */
  asked: { path: string; form: Record<string, string> }[]
  verifyToken(token: string, audience: string): Promise<{ appId: string }>
  close(): void
}

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

export async function startLogin({ appId, secret }: { appId: string; secret: string }): Promise<Login> {
  const asked: Login['asked'] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const form = Object.fromEntries(new URLSearchParams(body))
    asked.push({ path: request.url ?? '', form })
    // restify, loaded in the same process, leaves http's writeHead without a result: no chaining.
    const json = (status: number, value: object) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(value))
    }
    if (form['client_id'] !== appId || form['client_secret'] !== secret) {
      json(401, {
        error: 'invalid_client',
        error_description: 'AADSTS7000215: Invalid client secret provided.',
      })
      return
    }
    const access = await new SignJWT({ appid: appId })
      .setProtectedHeader({ alg: 'RS256' })
      .setAudience(String(form['scope']).replace('/.default', ''))
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(privateKey)
    json(200, { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: access })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async verifyToken(token, audience) {
      const { payload } = await jwtVerify(token, publicKey, { audience, requiredClaims: ['exp', 'appid'] })
      return { appId: String(payload['appid']) }
    },
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
