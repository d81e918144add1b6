/** A mounted adapter whose identity of the Bot Connector is in the test's hands. */
import { connectTeams, type Outside, type TeamsOptions } from '../../../../adapters/teams/adapter.ts'
import { fakeInbox, fakeLog, fakeMemory } from './fakes.ts'
import { type Forgery, startConnectorIdentity } from './keys.ts'
import { APP, listen, person, TENANT } from './world.ts'

export const SERVICE = 'http://127.0.0.1:9/emea/'
export const FOREIGN = 'aaaaaaaa-bad0-4ad0-8ad0-aaaaaaaaaaaa'

export const now = () => Math.floor(Date.now() / 1000)

/** What a good token says. */
export const claims = (more: object = {}) => ({
  iss: 'https://api.botframework.com',
  aud: APP,
  serviceurl: SERVICE,
  nbf: now() - 60,
  exp: now() + 3600,
  ...more,
})

let serial = 0
/** A good activity, each with its own id. */
export const activity = (more: object = {}) => ({
  type: 'message',
  id: `m${++serial}`,
  text: 'help',
  channelId: 'msteams',
  serviceUrl: SERVICE,
  from: { id: '29:u', aadObjectId: person('Alice') },
  recipient: { id: `28:${APP}` },
  conversation: { id: 'a:1', tenantId: TENANT, conversationType: 'personal' },
  channelData: { tenant: { id: TENANT } },
  ...more,
})

/** One delivery: whatever is left out is good. */
export type Case = { claims?: object; forgery?: Forgery; activity?: object; authorization?: string }

export type Gate = Awaited<ReturnType<typeof openGate>>

export async function openGate() {
  const [identity, bot] = await Promise.all([startConnectorIdentity(), listen()])
  const inbox = fakeInbox()
  const { log, lines } = fakeLog()
  const outside: Outside = {
    openIdMetadata: identity.metadata,
    loginBase: 'http://127.0.0.1:9',
    serviceUrls: [new URL(SERVICE).origin],
  }
  const options = (): TeamsOptions => ({
    appId: APP,
    tenantId: TENANT,
    credential: { kind: 'client-secret', secret: 'a secret' },
    inbox,
    store: fakeMemory(),
    log,
    file: async () => undefined,
    outside,
  })
  connectTeams(bot.server, options())

  const send = (authorization: string | undefined, body: BodyInit, headers: Record<string, string> = {}) =>
    fetch(`${bot.url}/api/messages`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        ...(authorization ? { authorization } : {}),
        ...headers,
      },
    })
  return {
    identity,
    inbox,
    lines,
    outside,
    options,
    send,
    url: `${bot.url}/api/messages`,
    bearer: (given: object = claims(), forgery?: Forgery) =>
      `Bearer ${identity.jwt(given as Record<string, unknown>, forgery)}`,
    /** `ran`: how many deliveries reached the inbox since the last `clear`. */
    /** Delivers what is given with a token that fits it. */
    deliver(sent: object) {
      const { serviceUrl } = sent as { serviceUrl?: string }
      return this.run({
        claims: claims(serviceUrl === undefined ? {} : { serviceurl: serviceUrl }),
        activity: sent,
      })
    },
    async run({ claims: given, forgery, activity: sent = activity(), authorization }: Case) {
      const header = authorization ?? this.bearer(given, forgery)
      const response = await send(header, JSON.stringify(sent))
      return { status: response.status, body: await response.text(), ran: inbox.received.length }
    },
    clear() {
      inbox.received = []
      lines.length = 0
    },
    close() {
      identity.close()
      bot.close()
    },
  }
}
