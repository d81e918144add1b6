/** The pretend Teams, called as a bot calls it and as a client does, with no adapter in between. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mountTeams, type TeamsSim } from '../../../../bots/demo/teams/sim.ts'
import { APP, COMPANY, type Listening, listen, person } from '../../../adapters/teams/support/world.ts'

export const alice = person('Alice')
export const bob = person('Bob')
export const nora = person('Nora')

type Activity = {
  id: string
  type: string
  from: { id: string }
  conversation: { id: string }
  [part: string]: unknown
}

type Kind = 'dm' | 'channel' | 'group'

type Answer = number | 'never' | { status: number; body: object }

export type Stage = Awaited<ReturnType<typeof openStage>>

const TOKEN = 'good-for-https://api.botframework.com'

export async function openStage() {
  /** What the bot was delivered. */
  const received: { activity: Activity; token: string }[] = []
  /** What the bot answers next; 200 when there is nothing. 'never': not at all. */
  const answers: Answer[] = []
  const patience = { answerMs: 10_000, pauseMs: 1 }
  const bot = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const token = (request.headers.authorization ?? '').replace('Bearer ', '')
    received.push({ activity: JSON.parse(body) as Activity, token })
    const answer = answers.shift() ?? 200
    if (answer === 'never') return
    const { status, body: sent } = typeof answer === 'number' ? { status: answer, body: undefined } : answer
    response.statusCode = status
    response.setHeader('content-type', 'application/json')
    response.end(sent && JSON.stringify(sent))
  })
  await new Promise<void>(resolve => bot.listen(0, '127.0.0.1', resolve))
  const stage = {
    received,
    answers,
    patience,
    changes: 0,
    /** Domain time. */
    now: 1_795_000_000_000,
    server: undefined as unknown as Listening,
    teams: undefined as unknown as TeamsSim,
    remount,
    rest,
    client,
    talkOf,
    pathOf,
    say,
    close() {
      stage.teams.stop()
      stage.server.close()
      bot.close()
      bot.closeAllConnections()
    },
  }
  await remount()

  /** Starts afresh, or with what an earlier start left. */
  async function remount(state?: unknown) {
    stage.server?.close()
    stage.server = await listen()
    stage.teams = mountTeams(stage.server.server, {
      prefix: '/teams',
      baseUrl: `${stage.server.url}/teams`,
      company: COMPANY,
      botId: APP,
      verifyToken: async (token, audience) => {
        if (token !== TOKEN || !TOKEN.endsWith(audience)) throw new Error('no')
        return { appId: APP }
      },
      deliverTo: () => `http://127.0.0.1:${(bot.address() as AddressInfo).port}/`,
      patience,
      now: () => stage.now,
      changed: () => {
        stage.changes += 1
      },
      ...(state === undefined ? {} : { state }),
    })
  }

  async function rest(method: string, path: string, body?: object, token = TOKEN) {
    const response = await fetch(`${stage.teams.serviceUrl}v3/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as { id?: string; error?: { code: string } }
    const { status, headers } = response
    return { status, answer, code: answer.error?.code, retryAfter: headers.get('retry-after') }
  }

  async function client(path: string, body?: object) {
    const init = body && { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${stage.server.url}/teams/client/${path}`, init)
    // biome-ignore lint/suspicious/noExplicitAny: whatever the page is given.
    return { status: response.status, body: (await response.json()) as any }
  }

  async function talkOf(as: string, kind: Kind = 'dm') {
    const talks = (await client(`conversations?as=${as}`)).body
    return talks.find((one: { kind: string }) => one.kind === kind)
  }

  async function pathOf(as: string, kind: Kind = 'dm'): Promise<string> {
    return `conversations/${encodeURIComponent((await talkOf(as, kind)).id)}/activities`
  }

  async function say(as: string, text: string, kind: Kind = 'dm') {
    const { id } = await talkOf(as, kind)
    return client('type', { as, conversation: id, text })
  }

  return stage
}

export const cardOf = (body: unknown[], more: object = {}) => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: { type: 'AdaptiveCard', version: '1.5', body, ...more },
    },
  ],
})
export const hello = cardOf([{ type: 'TextBlock', text: 'hello' }])
