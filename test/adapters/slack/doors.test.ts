/** Everything that can come through the one door, as raw requests. */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { connectSlack } from '../../../adapters/slack/adapter.ts'
import {
  closeServer,
  form,
  type House,
  listen,
  openHouse,
  SECRET,
  send,
  TEAM,
  TOKEN,
  until,
} from './house.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.close())

const command = (more: Record<string, string> = {}): string =>
  form({
    command: '/rdp',
    text: 'list',
    user_id: 'U0ALICE',
    team_id: TEAM,
    channel_id: 'C0OPS',
    channel_name: 'ops',
    trigger_id: '1.2.abc',
    ...more,
  })
const now = () => Math.floor(Date.now() / 1000)
const reasons = () =>
  house.lines.filter(({ event }) => event === 'slack.refused').map(({ facts }) => facts['why'])

describe('a signature', () => {
  test('opens the door', async () => {
    expect((await send(house, command())).status).toBe(200)
    expect(house.received).toHaveLength(1)
  })

  test('of another secret does not', async () => {
    expect((await send(house, command(), { secret: 'other' })).status).toBe(401)
    expect(house.received).toEqual([])
    expect(reasons()).toEqual(['signature'])
  })

  test('of other bytes does not', async () => {
    const { status } = await send(house, command(), {
      headers: { 'x-slack-signature': `v0=${'0'.repeat(64)}` },
    })
    expect(status).toBe(401)
  })

  test.each(['x-slack-signature', 'x-slack-request-timestamp'])('is refused without %s', async header => {
    expect((await send(house, command(), { headers: { [header]: '' } })).status).toBe(401)
    expect(house.received).toEqual([])
  })

  test('is refused when there are no headers at all', async () => {
    expect((await fetch(house.door, { method: 'POST', body: command() })).status).toBe(401)
  })

  test.each([
    ['stale', -301],
    ['future', 305],
  ])('with a %s timestamp is refused', async (why, seconds) => {
    expect((await send(house, command(), { seconds: now() + seconds })).status).toBe(401)
    expect(reasons()).toEqual([why])
  })

  test.each([-295, 295])('with a timestamp %i s away is accepted', async seconds => {
    expect((await send(house, command(), { seconds: now() + seconds })).status).toBe(200)
  })

  test('over a timestamp written with leading zeros is refused, since Slack never writes one', async () => {
    const timestamp = `0${now()}`
    const hash = createHmac('sha256', SECRET).update(`v0:${timestamp}:${command()}`).digest('hex')
    const headers = { 'x-slack-signature': `v0=${hash}`, 'x-slack-request-timestamp': timestamp }
    expect((await send(house, command(), { headers })).status).toBe(401)
  })

  test('is checked by the clock it was given, as in the vector that Slack publishes', async () => {
    await house.close()
    house = await openHouse({ now: () => 1_531_420_618_000 })
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
    const headers = {
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
      'x-slack-request-timestamp': '1531420618',
    }
    expect((await send(house, body, { headers })).status).toBe(200)
    expect((await send(house, `${body}x`, { headers })).status).toBe(401)
  })
})

describe('the same bytes a second time', () => {
  test('are answered and not handled', async () => {
    let handled = 0
    house.receive(async () => {
      handled += 1
      return 'noted'
    })
    const seconds = now()
    expect((await send(house, command(), { seconds })).status).toBe(200)
    expect(await send(house, command(), { seconds })).toEqual({ status: 200, text: '' })
    expect(handled).toBe(1)
  })

  test('are handled when they failed the first time', async () => {
    const body = JSON.stringify({
      type: 'event_callback',
      event_id: 'Ev1',
      event: {
        type: 'message',
        channel_type: 'im',
        channel: 'D0ALICE',
        user: 'U0ALICE',
        team: TEAM,
        text: 'list',
        ts: '1.1',
      },
    })
    const seconds = now()
    house.receive(() => Promise.reject(new Error('the store is away')))
    expect((await send(house, body, { type: 'application/json', seconds })).status).toBe(500)
    house.receive(async () => 'noted')
    expect((await send(house, body, { type: 'application/json', seconds })).status).toBe(200)
  })
})

describe('signed, and of a shape that Slack never sends', () => {
  test.each([
    ['an event that is text', { type: 'event_callback', event: 'a secret word' }],
    ['an event that is nothing', { type: 'event_callback', event: null }],
    ['an item that is text', { type: 'event_callback', event: { type: 'message', item: 'a secret word' } }],
    ['a press without anybody', { type: 'block_actions', actions: 'a secret word' }],
    ['a channel that is nothing', { type: 'block_actions', channel: null, actions: [] }],
  ])('%s: refused as bad, said in the log without its text, and nothing recorded', async (_, payload) => {
    const { status } = await send(house, JSON.stringify(payload), { type: 'application/json' })
    expect(status).toBe(400)
    expect(house.received).toEqual([])
    const told = house.lines.filter(({ event }) => event === 'slack.impossible')
    expect(told).toHaveLength(1)
    expect(JSON.stringify(house.lines)).not.toContain('secret word')
    expect((await send(house, command())).status).toBe(200)
  })
})

describe('content', () => {
  test('may have a charset appended to its type', async () => {
    const type = 'Application/X-WWW-Form-Urlencoded; charset=utf-8'
    expect((await send(house, command(), { type })).status).toBe(200)
    expect(house.received).toHaveLength(1)
  })

  test.each([
    ['no JSON', 'application/json', '{"type":'],
    ['a list', 'application/json', '[]'],
    ['a form whose payload is no JSON', 'application/x-www-form-urlencoded', 'payload=%7B'],
  ])('that is %s is refused', async (_, type, body) => {
    expect((await send(house, body, { type })).status).toBe(400)
  })

  test('of 256 kB is read and more is not', async () => {
    const padded = (length: number) => command({ text: '' }).padEnd(length, '&')
    expect((await send(house, padded(256 * 1024))).status).toBe(200)
    expect((await send(house, padded(256 * 1024 + 1))).status).toBe(413)
  })

  test('of 1 MB is refused in so many words, signed or not, and the next request is taken', async () => {
    const body = command({ text: 'x'.repeat(1_000_000) })
    expect((await send(house, body)).status).toBe(413)
    expect((await send(house, body, { secret: 'other' })).status).toBe(413)
    expect((await send(house, command())).status).toBe(200)
    expect(house.received).toHaveLength(1)
  })

  test('that never says how long it is gets cut off as well', async () => {
    const { hostname, port } = new URL(house.door)
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.on('data', data => {
      answer += data.toString()
    })
    socket.on('error', () => {})
    socket.write('POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    for (let chunk = 0; chunk < 5; chunk++) socket.write(`10000\r\n${'x'.repeat(0x10000)}\r\n`)
    await until(() => answer !== '')
    expect(answer).toMatch(/^HTTP\/1.1 413/)
    await once(socket, 'close')
  })

  test('taken by a body parser before is noticed and said', async () => {
    const server = await listen()
    const lines: string[] = []
    const note = (event: string) => void lines.push(event)
    server.use((request, _response, next) => {
      request.on('data', () => {}).once('end', () => next())
    })
    const { stop } = connectSlack(server, {
      signingSecret: SECRET,
      botToken: TOKEN,
      workspace: TEAM,
      apiUrl: `${house.world}/slack/api/`,
      inbox: { receive: async () => 'noted', suggest: async () => [], outcome: async () => undefined },
      log: { info: note, warn: note, error: note },
    })
    const door = `http://127.0.0.1:${server.address().port}/slack/events`
    expect((await send({ ...house, door }, command())).status).toBe(500)
    expect(lines).toContain('slack.body-taken')
    await stop()
    await closeServer(server)
  })
})

describe('Slack’s own checks', () => {
  test('ssl_check needs no signature and does nothing', async () => {
    const payload = JSON.stringify({ type: 'block_actions' })
    const answer = await fetch(house.door, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form({
        ssl_check: '1',
        payload,
        command: '/rdp',
        trigger_id: '1',
        user_id: 'U0ALICE',
        team_id: TEAM,
      }),
    })
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect(house.received).toEqual([])
  })

  test.each(['0', 'true', '11'])('ssl_check=%s is none', async value => {
    const answer = await fetch(house.door, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form({ ssl_check: value }),
    })
    expect(answer.status).toBe(401)
  })

  test('url_verification is answered when it is signed', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc', token: 'x' })
    const { status, text } = await send(house, body, { type: 'application/json' })
    expect([status, JSON.parse(text)]).toEqual([200, { challenge: 'abc' }])
    const unsigned = await fetch(house.door, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect(unsigned.status).toBe(401)
  })
})

describe('set-up', () => {
  const options = {
    signingSecret: SECRET,
    botToken: TOKEN,
    workspace: TEAM,
    inbox: { receive: async () => 'noted' as const, suggest: async () => [], outcome: async () => undefined },
    log: { info: () => {}, warn: () => {}, error: () => {} },
  }

  test.each([{ signingSecret: '' }, { botToken: '' }, { workspace: '' }, { workspace: 'contoso' }])(
    'with %o is a mistake that stops the start',
    async wrong => {
      const server = await listen()
      expect(() => connectSlack(server, { ...options, ...wrong })).toThrow()
      await closeServer(server)
    },
  )

  test('after stop, deliveries are refused so that Slack brings them again', async () => {
    await house.stopAdapter()
    expect((await send(house, command())).status).toBe(503)
    expect(house.received).toEqual([])
  })

  test('stop waits for a delivery that is under way', async () => {
    let finish: (() => void) | undefined
    house.receive(
      () =>
        new Promise(resolve => {
          finish = () => resolve('noted')
        }),
    )
    const sent = send(house, command())
    await until(() => finish !== undefined)
    let stopped = false
    const stopping = house.stopAdapter().then(() => {
      stopped = true
    })
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(stopped).toBe(false)
    finish?.()
    expect((await sent).status).toBe(200)
    await stopping
  })
})
