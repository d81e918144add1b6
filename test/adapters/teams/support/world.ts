/** The adapter and the pretend Teams, on servers of their own, meeting over HTTP only. */
import type { AddressInfo } from 'node:net'
import restify from 'restify'
import { connectTeams, type Outside, type TeamsOptions } from '../../../../adapters/teams/adapter.ts'
import { Company } from '../../../../bots/demo/people.ts'
import { keysOf } from '../../../../bots/demo/teams/keys.ts'
import { mountTeams, type TeamsSim } from '../../../../bots/demo/teams/sim.ts'
import { type Chat, type ConnectionFile, type PersonId, parsePersonId } from '../../../../core/index.ts'
import { type FakeInbox, fakeInbox, fakeLog, fakeMemory } from './fakes.ts'
import { type Login, startLogin } from './login.ts'

export const APP = '11111111-2222-4333-8444-555555555555'
export const TENANT = '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a11'
const SECRET = 'bot-secret-of-the-test'

const human = (end: string, name: string, more: object = {}) => ({
  oid: `5d1f0c7e-1111-4a6b-9c3d-00000000000${end}`,
  name,
  upn: `${name.split(' ')[0]?.toLowerCase()}@contoso.example`,
  mail: `${name.split(' ')[0]?.toLowerCase()}@contoso.example`,
  ...more,
})

export const COMPANY = Company.parse({
  tenant: { id: TENANT, domain: 'contoso.example' },
  people: [
    human('1', 'Alice Adams'),
    human('2', 'Bob Brandt'),
    human('3', 'Gus Gast', { kind: 'guest', upn: 'gus_fabrikam.example#EXT#@contoso.example' }),
    human('4', 'Nora Nowhere', { teams: false }),
  ],
  slack: { team: 'T0CONTOSO', name: 'Contoso' },
})

export const person = (name: string): PersonId => {
  const found = COMPANY.people.find(candidate => candidate.name.startsWith(name))
  return parsePersonId(found?.oid ?? '') ?? fail(name)
}
const fail = (name: string): never => {
  throw new Error(`nobody is called ${name}`)
}

export type Listening = { server: restify.Server; url: string; close(): void }

export async function listen(): Promise<Listening> {
  const server = restify.createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close()
      server.server.closeAllConnections()
    },
  }
}

export type World = {
  teams: TeamsSim
  chat: Chat
  inbox: FakeInbox
  memory: ReturnType<typeof fakeMemory>
  logged: readonly string[]
  login: Login
  bot: Listening
  outside: Outside
  files: Map<string, ConnectionFile>
  client: ReturnType<typeof clientAt>
  /** Delivers an activity of any shape with a good token. */
  deliver(activity: {
    as: PersonId
    /** Its id, in a private chat; or the whole of it. */
    conversation: string | object | undefined
    [part: string]: unknown
  }): Promise<Response>
  /** Ends everything that is not ended yet. */
  end(): Promise<void>
  stop(): Promise<void>
}

export async function startWorld(
  options: Partial<Pick<TeamsOptions, 'deadlineMs' | 'credential' | 'outside'>> & {
    installed?: boolean
  } = {},
): Promise<World> {
  const [outsideServer, bot, login] = await Promise.all([
    listen(),
    listen(),
    startLogin({ appId: APP, secret: SECRET }),
  ])
  const teams = mountTeams(outsideServer.server, {
    prefix: '/teams',
    baseUrl: `${outsideServer.url}/teams`,
    company: COMPANY,
    botId: APP,
    verifyToken: login.verifyToken,
    deliverTo: () => `${bot.url}/api/messages`,
    patience: { answerMs: 5000, pauseMs: 1 },
    now: () => Date.now(),
    changed: () => undefined,
  })
  const inbox = fakeInbox()
  const memory = fakeMemory()
  const { log, lines } = fakeLog()
  const files = new Map<string, ConnectionFile>()
  const outside = options.outside ?? {
    openIdMetadata: `${outsideServer.url}/teams/.well-known/openidconfiguration`,
    loginBase: login.base,
    serviceUrls: [outsideServer.url],
  }
  const { chat, stop } = connectTeams(bot.server, {
    appId: APP,
    tenantId: TENANT,
    credential: options.credential ?? { kind: 'client-secret', secret: SECRET },
    inbox,
    store: memory,
    log,
    file: async (request, who) => files.get(`${request} ${who}`),
    outside,
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
  })
  if (options.installed !== false) await teams.installEverywhere()
  return {
    teams,
    chat,
    inbox,
    memory,
    logged: lines,
    login,
    bot,
    outside,
    files,
    client: clientAt(`${outsideServer.url}/teams/client`),
    async deliver({ as, conversation, ...parts }) {
      const token = await keysOf(teams.state, '').token(APP, teams.serviceUrl)
      const activity = {
        id: `f:${crypto.randomUUID()}`,
        channelId: 'msteams',
        serviceUrl: teams.serviceUrl,
        from: { id: '29:someone', aadObjectId: as },
        recipient: { id: `28:${APP}` },
        conversation:
          typeof conversation === 'object'
            ? conversation
            : { id: conversation, tenantId: TENANT, conversationType: 'personal' },
        channelData: { tenant: { id: TENANT } },
        ...parts,
      }
      return fetch(`${bot.url}/api/messages`, {
        method: 'POST',
        body: JSON.stringify(activity),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      })
    },
    stop,
    async end() {
      teams.stop()
      for (const { close } of [outsideServer, bot, login]) close()
      await stop()
    },
  }
}

type Seen = {
  id: string
  from: string
  text?: string
  card?: { body: unknown[]; actions?: unknown[]; refresh?: { userIds?: string[] }; fallbackText: string }
  summary?: string
  onlyYou?: boolean
  wantsRefresh?: boolean
  consent?: { name: string; size: number }
  file?: { name: string; size: number; url: string }
  edited: boolean
}
type Done = { status: number; ms: number; answer?: { statusCode: number; type: string; value: unknown } }

export type Kind = 'dm' | 'channel' | 'group'

/** What a person does at a client. */
function clientAt(base: string) {
  async function ask<T>(path: string, body?: object): Promise<T> {
    const answer = await fetch(
      `${base}/${path}`,
      body && { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } },
    )
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const talks = (as: string) => ask<{ id: string; kind: Kind; messages: Seen[] }[]>(`conversations?as=${as}`)
  const talk = async (as: string, kind: Kind) =>
    (await talks(as)).find(one => one.kind === kind) ?? fail(`${as} ${kind}`)
  const at = async (as: string, kind: Kind) => (await talk(as, kind)).id
  return {
    ask,
    at,
    messages: async (as: string, kind: Kind = 'dm') => (await talk(as, kind)).messages,
    type: async (as: string, text: string, kind: Kind = 'dm') =>
      ask<Done>('type', { as, conversation: await at(as, kind), text }),
    press: async (
      as: string,
      id: string,
      action: { verb?: string; data: object },
      inputs: Record<string, string> = {},
      kind: Kind = 'dm',
    ) => ask<Done>('press', { as, conversation: await at(as, kind), id, action, inputs }),
    refresh: async (as: string, id: string, kind: Kind) =>
      ask<Done>('refresh', { as, conversation: await at(as, kind), id }),
    search: async (as: string, id: string, dataset: string, text: string, kind: Kind = 'dm') =>
      ask<{ status: number; results: { title: string; value: string }[] }>('search', {
        as,
        conversation: await at(as, kind),
        id,
        dataset,
        text,
      }),
    choose: async (as: string, id: string, commandId: string, kind: Kind) =>
      ask<{ status: number; say: string }>('choose', { as, conversation: await at(as, kind), id, commandId }),
    install: async (as: string, installed: boolean, kind: Kind = 'dm') =>
      ask('install', { as, conversation: await at(as, kind), installed }),
    consent: async (as: string, id: string, accept: boolean) =>
      ask<Done>('consent', { as, conversation: await at(as, 'dm'), id, accept }),
    trouble: (...troubles: object[]) => ask('troubles', { troubles }),
    block: (as: string, blocked: boolean) => ask('blocked', { as, blocked }),
  }
}
