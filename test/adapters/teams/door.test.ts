/** What is let in: a table of activities and bodies, all really sent. */
import { request as httpRequest } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { activity, claims, FOREIGN, type Gate, openGate } from './support/gate.ts'

let gate: Gate
beforeAll(async () => {
  gate = await openGate()
})
afterAll(() => gate.close())
beforeEach(() => gate.clear())

describe('an activity', () => {
  const at = (conversation: object) =>
    activity({ conversation: { ...activity().conversation, ...conversation } })

  test.each<[string, number, () => object]>([
    ['without a channel', 403, () => activity({ channelId: undefined })],
    ['with an empty channel', 403, () => activity({ channelId: '' })],
    ['of another channel', 403, () => activity({ channelId: 'slack' })],
    ['of the emulator', 403, () => activity({ channelId: 'emulator' })],
    ['without a service address', 403, () => activity({ serviceUrl: undefined })],
    ['with an empty service address', 403, () => activity({ serviceUrl: '' })],
    ['of another tenant in channelData', 403, () => activity({ channelData: { tenant: { id: FOREIGN } } })],
    ['of another tenant in its conversation', 403, () => at({ tenantId: FOREIGN })],
    ['without a tenant in channelData', 403, () => activity({ channelData: {} })],
    ['without channelData', 403, () => activity({ channelData: undefined })],
    ['without a tenant in its conversation', 403, () => at({ tenantId: undefined })],
    ['of nobody in Entra', 403, () => activity({ from: { id: '29:u' } })],
    [
      'of somebody whose object id is no GUID',
      403,
      () => activity({ from: { id: '29:u', aadObjectId: 'me' } }),
    ],
    ['without an id', 400, () => activity({ id: undefined })],
    ['with an endless id', 400, () => activity({ id: 'x'.repeat(1000) })],
    ['without a type', 400, () => activity({ type: undefined })],
    ['without a conversation', 400, () => activity({ conversation: undefined })],
  ])('%s is refused with %i', async (_, status, sent) => {
    expect(await gate.run({ activity: sent() })).toEqual({ status, body: '', ran: 0 })
  })

  test.each([
    'https://evil.example/emea/',
    'https://smba.trafficmanager.net.evil.example/emea/',
    'https://smba.trafficmanager.net@evil.example/emea/',
    'https://user:pass@smba.trafficmanager.net/emea/',
    'https://smba.trafficmanager.net:8443/emea/',
    'http://smba.trafficmanager.net/emea/',
    'http://127.0.0.1:10/emea/',
    'file:///etc/passwd',
    'nonsense',
  ])('with the service address %s is refused, even when the token agrees', async serviceUrl => {
    const given = await gate.run({
      claims: claims({ serviceurl: serviceUrl }),
      activity: activity({ serviceUrl }),
    })
    expect(given).toEqual({ status: 403, body: '', ran: 0 })
  })

  test.each(['https://smba.trafficmanager.net/emea/', 'https://smba.infra.gcc.teams.microsoft.com/gcc/'])(
    'with the real service address %s is let in',
    async serviceUrl => {
      const given = await gate.run({
        claims: claims({ serviceurl: serviceUrl }),
        activity: activity({ serviceUrl }),
      })
      expect(given).toEqual({ status: 200, body: '', ran: 1 })
    },
  )

  test('that asks botbuilder for another way to be answered gets no such thing', async () => {
    const given = await gate.run({ activity: activity({ deliveryMode: 'expectReplies', callerId: 'urn:x' }) })
    expect(given).toEqual({ status: 200, body: '', ran: 1 })
  })

  test('that is replayed, token and all, is recorded once', async () => {
    const authorization = gate.bearer()
    const sent = activity()
    expect((await gate.run({ authorization, activity: sent })).status).toBe(200)
    expect(await gate.run({ authorization, activity: sent })).toEqual({ status: 200, body: '', ran: 1 })
  })

  test.each(['typing', 'messageUpdate', 'messageReaction', 'invoke', 'event'])(
    'of type %s that is none of ours is acknowledged and reaches nobody',
    async type => {
      expect(await gate.run({ activity: activity({ type, name: 'x/y' }) })).toEqual({
        status: 200,
        body: '',
        ran: 0,
      })
    },
  )
})

describe('a body', () => {
  const good = () => gate.bearer()
  const status = async (body: BodyInit, headers: Record<string, string> = {}) => {
    const response = await gate.send(good(), body, headers)
    return [response.status, await response.text(), gate.inbox.received.length]
  }

  test.each<[string, BodyInit]>([
    ['broken JSON', '{"type":'],
    ['nothing', ''],
    ['an array', `[${JSON.stringify({})}]`],
    ['a string', '"hello"'],
    ['null', 'null'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('of %s is refused with 400', async (_, body) => {
    expect(await status(body)).toEqual([400, '', 0])
  })

  test('that is compressed is refused with 415 before anything is inflated, and the server lives on', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000, 32))
    expect(await status(bomb, { 'content-encoding': 'gzip' })).toEqual([415, '', 0])
    expect(await status('not gzip', { 'content-encoding': 'gzip' })).toEqual([415, '', 0])
    expect(await status('x', { 'content-encoding': 'br, gzip' })).toEqual([415, '', 0])
    expect(await status(JSON.stringify(activity()), { 'content-encoding': 'identity' })).toEqual([200, '', 1])
  })

  test('of another type is refused with 415', async () => {
    expect(await status('x', { 'content-type': 'text/plain' })).toEqual([415, '', 0])
  })

  test('above 256 kB is refused with 413', async () => {
    const large = JSON.stringify(activity({ text: 'x'.repeat(256 * 1024) }))
    expect(await status(large)).toEqual([413, '', 0])
  })

  test.each([
    ['told', () => JSON.stringify(activity({ text: 'x'.repeat(1_048_576) }))],
    [
      'not told',
      () =>
        new ReadableStream({
          start(stream) {
            for (let at = 0; at < 16; at++) stream.enqueue(new TextEncoder().encode('x'.repeat(65_536)))
            stream.close()
          },
        }),
    ],
  ])('of 1 MB, its length %s, is refused with 413, and the server lives on', async (_, body) => {
    const headers = { authorization: good(), 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body: body(), duplex: 'half' }
    // The connection may be gone before the whole body was sent.
    const answer = await fetch(gate.url, init as RequestInit).catch(() => undefined)
    expect([undefined, 413]).toContain(answer?.status)
    expect(await status(JSON.stringify(activity()))).toEqual([200, '', 1])
  })

  test('above 256 kB whose length is not told beforehand is refused with 413 while it comes', async () => {
    const answered = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { authorization: good(), 'content-type': 'application/json' }
      const outgoing = httpRequest(`${gate.url}`, { method: 'POST', headers }, response => {
        response.resume()
        resolve(response.statusCode)
      })
      outgoing.on('error', reject)
      for (let at = 0; at < 5; at++) outgoing.write('x'.repeat(64 * 1024))
    })
    expect(answered).toBe(413)
  })

  test('is not asked for with GET', async () => {
    expect((await fetch(`${gate.url}`)).status).toBe(405)
  })
})

describe('what is told', () => {
  test('a failure within tells nothing to the other side', async () => {
    const receive = gate.inbox.receive
    gate.inbox.receive = () => {
      throw new Error('secret detail')
    }
    const given = await gate.run({})
    gate.inbox.receive = receive
    expect(given).toEqual({ status: 503, body: '', ran: 0 })
  })

  test('neither tokens nor what was typed are in the log', async () => {
    const token = gate.identity.jwt(claims({ aud: 'other' }))
    await gate.run({ authorization: `Bearer ${token}` })
    await gate.run({ activity: activity({ text: 'a very private reason' }) })
    await gate.run({ activity: activity({ text: 'a very private reason', channelId: 'x' }) })
    expect(gate.lines.length).toBeGreaterThan(0)
    expect(gate.lines.join('\n')).not.toContain(token.slice(0, 20))
    expect(gate.lines.join('\n')).not.toContain('private reason')
  })
})
