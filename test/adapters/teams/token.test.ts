/** Who is let in: a table of tokens, all really signed and really sent. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { connectTeams } from '../../../adapters/teams/adapter.ts'
import { openBot } from '../../../adapters/teams/bot.ts'
import type { Activity } from '../../../adapters/teams/door.ts'
import { activity, type Case, claims, FOREIGN, type Gate, now, openGate } from './support/gate.ts'
import { type Forgery, startConnectorIdentity } from './support/keys.ts'
import { APP, listen, TENANT } from './support/world.ts'

let gate: Gate
beforeAll(async () => {
  gate = await openGate()
})
afterAll(() => gate.close())
beforeEach(() => gate.clear())

const without = (name: string) => {
  const all: Record<string, unknown> = claims()
  delete all[name]
  return all
}

/** Moves the date and nothing else: timers run as ever. */
const atTime = (moment: number) =>
  jest.useFakeTimers({
    now: moment,
    doNotFake: [
      ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
      ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
    ],
  })

describe('a token that was found good before', () => {
  afterEach(() => {
    jest.useRealTimers()
  })

  test.each([
    ['is good again', 60_000, 200],
    ['is not good past its own end, whatever was remembered', 3_600_000 + 301_000, 401],
  ])('%s', async (_, later, status) => {
    const authorization = gate.bearer()
    expect((await gate.run({ authorization })).status).toBe(200)
    atTime(Date.now() + later)
    expect((await gate.run({ authorization })).status).toBe(status)
  })

  test('is not good for a while longer when it ends within the tolerance', async () => {
    const authorization = gate.bearer(claims({ exp: now() - 240 }))
    expect((await gate.run({ authorization })).status).toBe(200)
    atTime(Date.now() + 120_000)
    expect((await gate.run({ authorization })).status).toBe(401)
  })

  test('says nothing for another that differs in its signature only', async () => {
    const authorization = gate.bearer()
    expect((await gate.run({ authorization })).status).toBe(200)
    const [head, body] = authorization.split('.')
    expect((await gate.run({ authorization: `${head}.${body}.AAAA` })).status).toBe(401)
  })
})

describe('a token', () => {
  test.each<[string, () => Case]>([
    ['of the Bot Connector', () => ({})],
    ['that ended 4 minutes ago, within the tolerance', () => ({ claims: claims({ exp: now() - 240 }) })],
  ])('%s is let in', async (_, given) => {
    expect(await gate.run(given())).toEqual({ status: 200, body: '', ran: 1 })
  })

  test.each<[string, () => Case]>([
    ['of scheme Basic', () => ({ authorization: 'Basic abc' })],
    ['that is garbage', () => ({ authorization: 'Bearer x.y.z' })],
    ['with something behind it', () => ({ authorization: `Bearer ${gate.identity.jwt(claims())} x` })],
    ['for another audience', () => ({ claims: claims({ aud: 'other' }) })],
    ['for several audiences, none of them ours', () => ({ claims: claims({ aud: ['a', 'b'] }) })],
    ['of another issuer', () => ({ claims: claims({ iss: 'https://evil.example' }) })],
    ['that ended 10 minutes ago', () => ({ claims: claims({ exp: now() - 600 }) })],
    ['that begins in 10 minutes', () => ({ claims: claims({ nbf: now() + 600 }) })],
    ['without an end', () => ({ claims: without('exp') })],
    ['whose end is text', () => ({ claims: claims({ exp: 'never' }) })],
    ['without a service address', () => ({ claims: without('serviceurl') })],
    ['of an unknown key', () => ({ forgery: { kid: 'zz' } })],
    ['that names no key', () => ({ forgery: { kid: null } })],
    ['signed by another key of the same name', () => ({ forgery: { key: 'other' } })],
    ['signed in another way than the Connector does', () => ({ forgery: { alg: 'RS512' } })],
    ['that is not signed', () => ({ forgery: { alg: 'none' } })],
    ['signed with the public key as a shared secret', () => ({ forgery: { alg: 'HS256' } })],
    ['of a key that is endorsed for nothing', () => ({ forgery: { kid: 'k2' } })],
    ['of a key that is endorsed for another channel', () => ({ forgery: { kid: 'k3' } })],
    [
      'for another service address',
      () => ({ claims: claims({ serviceurl: 'https://smba.trafficmanager.net/x/' }) }),
    ],
    [
      'of any Entra tenant that names our app (the emulator’s path)',
      () => ({
        claims: claims({ iss: `https://sts.windows.net/${FOREIGN}/`, tid: FOREIGN, appid: APP, ver: '1.0' }),
      }),
    ],
    [
      'of our own Entra tenant for our app (a stolen token of the bot itself)',
      () => ({
        claims: claims({
          iss: `https://login.microsoftonline.com/${TENANT}/v2.0`,
          tid: TENANT,
          azp: APP,
          ver: '2.0',
        }),
      }),
    ],
    [
      'of another bot (the skills’ path)',
      () => ({ claims: claims({ iss: `https://sts.windows.net/${TENANT}/`, ver: '1.0', appid: FOREIGN }) }),
    ],
  ])('%s is refused with 401', async (_, given) => {
    expect(await gate.run(given())).toEqual({ status: 401, body: '', ran: 0 })
  })

  test('is needed', async () => {
    const response = await gate.send(undefined, JSON.stringify(activity()))
    expect([response.status, await response.text()]).toEqual([401, ''])
  })

  test('that cannot be checked because the keys are away is answered with 503, so that Teams delivers again', async () => {
    const fresh = await startConnectorIdentity()
    const server = await listen()
    connectTeams(server.server, {
      ...gate.options(),
      outside: { ...gate.outside, openIdMetadata: fresh.metadata },
    })
    const deliver = () =>
      fetch(`${server.url}/api/messages`, {
        method: 'POST',
        body: JSON.stringify(activity()),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${fresh.jwt(claims())}` },
      })
    fresh.away = true
    expect((await deliver()).status).toBe(503)
    fresh.away = false
    expect((await deliver()).status).toBe(200)
    fresh.close()
    server.close()
  })
})

describe('behind the first lock', () => {
  const turn = (given: object, forgery?: Forgery) => {
    const token = gate.identity.jwt(given as Record<string, unknown>, forgery)
    const work = jest.fn(async () => ({ status: 200 }))
    const second = openBot({
      appId: APP,
      tenantId: TENANT,
      token: async () => 'unused',
      outside: gate.outside,
    })
    return second.turn(token, activity() as object as Activity, work).then(
      reply => ({ reply: reply.status, ran: work.mock.calls.length }),
      (error: { status?: number }) => ({ refused: error.status, ran: work.mock.calls.length }),
    )
  }
  beforeEach(() => {
    // botbuilder writes its own view of bad tokens to the console.
    jest.spyOn(console, 'error').mockImplementation(() => undefined)
  })
  afterEach(() => {
    jest.restoreAllMocks()
  })

  test('botbuilder lets the Bot Connector in', async () => {
    expect(await turn(claims())).toEqual({ reply: 200, ran: 1 })
  })

  test.each<[string, () => [object, Forgery?]]>([
    [
      'a token on the emulator’s path',
      () => [
        {
          iss: `https://sts.windows.net/${FOREIGN}/`,
          tid: FOREIGN,
          aud: APP,
          appid: APP,
          ver: '1.0',
          nbf: now() - 60,
          exp: now() + 60,
        },
      ],
    ],
    [
      'a token of another bot',
      () => [
        {
          iss: `https://sts.windows.net/${TENANT}/`,
          tid: TENANT,
          aud: APP,
          appid: FOREIGN,
          ver: '1.0',
          nbf: now() - 60,
          exp: now() + 60,
        },
      ],
    ],
    ['a token signed by another key', () => [claims(), { key: 'other' }]],
    ['a token that is not signed', () => [claims(), { alg: 'none' }]],
  ])('botbuilder as we set it up refuses %s', async (_, given) => {
    expect(await turn(...given())).toEqual({ refused: 401, ran: 0 })
  })
})

test.each([
  ['an empty app id', { appId: '' }],
  ['an app id that is none', { appId: 'latchkey' }],
  ['an empty tenant', { tenantId: '' }],
])('%s keeps the adapter from starting', async (_, wrong) => {
  const server = await listen()
  expect(() => connectTeams(server.server, { ...gate.options(), ...wrong })).toThrow(
    expect.objectContaining({ name: 'Fault', kind: 'invalid' }),
  )
  server.close()
})
