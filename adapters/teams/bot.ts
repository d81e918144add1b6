/**
 * botbuilder: the only module that knows it.
 *
 * Every request goes through its authentication and its turn, set up so that none of its other doors is open: authentication cannot be
 * disabled, claims must be the Bot Connector's, and the emulator's and skills' path looks for keys where there are none for it.
 * Observed on botbuilder 4.23.3, 2026-11-20.
 */
import {
  type Activity as BotActivity,
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
} from 'botbuilder'
import {
  type AuthenticateRequestResult,
  AuthenticationConfiguration,
  AuthenticationError,
  type BotFrameworkAuthentication,
  ServiceClientCredentialsFactory,
} from 'botframework-connector'
import type { Token } from './credential.ts'
import { type Activity, Rejected } from './door.ts'
import { CALL_MS } from './limits.ts'
import { CONNECTOR_METADATA, isServiceUrl, type Outside } from './services.ts'
import { ISSUER } from './token.ts'

/** What the HTTP request is answered with. Only an invoke's answer has a body. */
export type Reply = { status: number; body?: object }

export type Bot = {
  /**
   * Runs one turn.
   * @param token a Bearer token, verified already
   * @throws {Rejected} 401 when botbuilder does not accept the token, 503 when it cannot tell
   */
  turn(token: string, activity: Activity, work: () => Promise<Reply>): Promise<Reply>
}

type Us = { appId: string; tenantId: string; token: Token; outside: Outside | undefined }

export function openBot(us: Us): Bot {
  const metadata = us.outside?.openIdMetadata ?? CONNECTOR_METADATA
  const authentication = new ConfigurationBotFrameworkAuthentication(
    // As soon as one address is given, botbuilder takes all of them literally.
    {
      MicrosoftAppId: us.appId,
      MicrosoftAppType: 'SingleTenant',
      MicrosoftAppTenantId: us.tenantId,
      ToChannelFromBotLoginUrl: `https://login.microsoftonline.com/${us.tenantId}`,
      ToChannelFromBotOAuthScope: ISSUER,
      ToBotFromChannelTokenIssuer: ISSUER,
      ToBotFromChannelOpenIdMetadataUrl: metadata,
      ToBotFromEmulatorOpenIdMetadataUrl: metadata,
      OAuthUrl: 'https://token.botframework.com',
      ValidateAuthority: true,
      CallerId: '',
    },
    new Credentials(us),
    new AuthenticationConfiguration([], async claims => {
      const issuer = claims.find(({ type }) => type === 'iss')?.value
      if (issuer !== ISSUER) throw new AuthenticationError('issuer', 401)
    }),
  )
  const adapter = new TeamsAdapter(authentication)
  return { turn: (token, activity, work) => adapter.turn(authentication, token, activity, work) }
}

class TeamsAdapter extends CloudAdapter {
  async turn(
    authentication: BotFrameworkAuthentication,
    token: string,
    activity: Activity,
    work: () => Promise<Reply>,
  ): Promise<Reply> {
    const given = structuredClone(activity) as object as BotActivity
    const admitted = await admit(authentication.authenticateRequest(given, `Bearer ${token}`))
    let reply: Reply = { status: 200 }
    await this.processActivity(admitted, given, async () => {
      reply = await work()
    })
    return reply
  }
}

/** botbuilder fetches keys without a deadline, and its errors for bad tokens are of many kinds. */
async function admit(asked: Promise<AuthenticateRequestResult>): Promise<AuthenticateRequestResult> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Rejected(503, 'botbuilder got no keys')), CALL_MS)
  })
  try {
    return await Promise.race([asked, late])
  } catch (error) {
    throw error instanceof Rejected ? error : new Rejected(401, 'botbuilder refused the token')
  } finally {
    clearTimeout(timer)
  }
}

/** Knows one app id, and signs only what goes to Teams. */
class Credentials extends ServiceClientCredentialsFactory {
  readonly #us: Us

  constructor(us: Us) {
    super()
    this.#us = us
  }

  async isValidAppId(appId: string): Promise<boolean> {
    return appId === this.#us.appId
  }

  async isAuthenticationDisabled(): Promise<boolean> {
    return false
  }

  async createCredentials(): ReturnType<ServiceClientCredentialsFactory['createCredentials']> {
    const { token, outside } = this.#us
    return {
      async signRequest(request) {
        if (!isServiceUrl(request.url, outside)) throw new Error('not an address of Teams')
        request.headers.set('authorization', `Bearer ${await token()}`)
        return request
      },
    }
  }
}
