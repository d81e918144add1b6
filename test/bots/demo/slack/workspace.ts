/** The pretend Slack on a port of its own, and a product that only writes down what is delivered to it. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import restify from 'restify'
import { Company } from '../../../../bots/demo/people.ts'
import { mountSlack, type SlackOptions, type SlackSim } from '../../../../bots/demo/slack/sim.ts'

export const SECRET = 'pretend secret & more'
export const TOKEN = 'xoxb-pretend'

const human = (n: number, name: string, slack: object) => ({
  oid: `5d1f0c7e-1111-4a6b-9c3d-00000000000${n}`,
  name,
  upn: `${name.split(' ')[0]?.toLowerCase()}@contoso.example`,
  mail: `${name.split(' ')[0]?.toLowerCase()}@contoso.example`,
  slack,
})

const company = Company.parse({
  tenant: { id: '7c9a1d52-0f4e-4c7e-9b7d-2f6f3f0c5a11', domain: 'contoso.example' },
  people: [
    human(1, 'Alice Adams', { id: 'U0ALICE' }),
    human(2, 'Bob Brandt', { id: 'U0BOB' }),
    human(3, 'Gone Gonzo', { id: 'U0GONE', deleted: true }),
    human(4, 'Gus Gast', { id: 'U0GUS', team: 'T0FABRIKAM' }),
  ],
  slack: {
    team: 'T0CONTOSO',
    name: 'Contoso',
    channels: [
      { id: 'C0OPS', name: 'ops' },
      { id: 'C0WAR', name: 'war-room' },
    ],
  },
})

type Delivered = { headers: IncomingHttpHeaders; body: string }
// biome-ignore lint/suspicious/noExplicitAny: answers are read by tests, never trusted
export type Loose = any

export type Running = {
  sim: SlackSim
  url: string
  delivered: Delivered[]
  /** How the product answers: status, body, headers; or not at all. */
  answers: (how: (nth: number) => Answer | 'hang') => void
  call: (method: string, args?: Record<string, unknown>, token?: string) => Promise<Loose>
  client: (path: string, body?: unknown) => Promise<{ status: number; body: Loose }>
  messages: (as: string, conversation: string) => Promise<Loose[]>
  pass: (ms: number) => void
  changes: () => number
  close: () => Promise<void>
}
type Answer = { status?: number; body?: string; headers?: Record<string, string> }

export async function openWorkspace(options: Partial<SlackOptions> = {}): Promise<Running> {
  const delivered: Delivered[] = []
  let answer: (nth: number) => Answer | 'hang' = () => ({})
  const product = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    delivered.push({ headers: request.headers, body })
    const how = answer(delivered.length)
    if (how === 'hang') return
    response.writeHead(how.status ?? 200, how.headers)
    response.end(how.body)
  })
  await new Promise<void>(resolve => product.listen(0, '127.0.0.1', resolve))
  const server = restify.createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack`
  let offset = 0
  let changes = 0
  const sim = mountSlack(server, {
    prefix: '/slack',
    baseUrl: url,
    company,
    signingSecret: SECRET,
    botToken: TOKEN,
    deliverTo: () => `http://127.0.0.1:${(product.address() as AddressInfo).port}/in`,
    now: () => Date.now() + offset,
    changed: () => {
      changes += 1
    },
    redeliverAfterMs: [0, 10, 20],
    ...options,
  })
  const client: Running['client'] = async (path, body) => {
    const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const response = await fetch(`${url}/client${path}`, post)
    return { status: response.status, body: await response.json() }
  }
  return {
    sim,
    url,
    delivered,
    answers: how => {
      answer = how
    },
    async call(method, args = {}, token = TOKEN) {
      const response = await fetch(`${url}/api/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` },
        body: JSON.stringify(args),
      })
      return response.json()
    },
    client,
    messages: async (as, conversation) =>
      (await client(`/conversations?as=${as}`)).body.find((each: Loose) => each.id === conversation)
        ?.messages,
    pass: ms => {
      offset += ms
    },
    changes: () => changes,
    async close() {
      sim.stop()
      product.closeAllConnections()
      await new Promise<void>(resolve => product.close(() => resolve()))
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.server.closeAllConnections()
      })
    },
  }
}
