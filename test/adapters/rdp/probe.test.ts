import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { connectionRequest, readConfirm } from '../../../adapters/rdp/negotiation.ts'
import { probeRdp } from '../../../adapters/rdp/probe.ts'
import { type Bench, openBench } from '../../support/openssl.ts'

let servers: Server[] = []
const sockets = new Set<Socket>()
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers) server.close()
  servers = []
})

/** A machine that does this with everybody who connects. */
async function machine(act: (socket: Socket) => void): Promise<number> {
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    act(socket)
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as { port: number }).port
}

const probe = (port: number, deadlineMs = 5000) => probeRdp('127.0.0.1', port, { deadlineMs })

/** Type 2 is a response with the protocol chosen, 3 a failure with its code. */
const confirm = (type: number, value: number) =>
  Buffer.from([3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, type, 0, 8, 0, value, 0, 0, 0])

const answering = (bytes: Uint8Array) => (socket: Socket) => {
  socket.once('data', () => socket.write(bytes))
}

describe('what is asked first', () => {
  test('is a connection request for TLS or CredSSP, without a name of anybody', () => {
    expect(Buffer.from(connectionRequest()).toString('hex')).toBe('030000130ee00000000000010008000b000000')
  })
})

describe('a machine that speaks RDP', () => {
  let bench: Bench
  let pair: { certificate: string; key: string }
  beforeAll(() => {
    bench = openBench()
    pair = bench.certificate({ subject: '/CN=VM-WIN-01', uses: 'serverAuth' })
  }, 30_000)
  afterAll(() => bench.close())

  const withTls = (value: number) => (socket: Socket) => {
    socket.once('data', () => {
      socket.write(confirm(2, value))
      const context = createSecureContext({ cert: pair.certificate, key: pair.key })
      new TLSSocket(socket, { isServer: true, secureContext: context }).on('error', () => undefined)
    })
  }

  test.each([
    ['TLS', 1, false],
    ['CredSSP', 2, true],
    ['CredSSP with early authorisation', 8, true],
  ])('and chooses %s is told with its certificate', async (_, value, nla) => {
    const thumbprint = bench
      .run('x509', '-in', 'leaf.crt', '-noout', '-fingerprint', '-sha1')
      .trim()
      .split('=')[1]
      ?.replaceAll(':', '')
    const ends = bench.run('x509', '-in', 'leaf.crt', '-noout', '-enddate').trim().split('=')[1] ?? ''
    expect(await probe(await machine(withTls(value)))).toEqual({
      answer: 'rdp',
      nla,
      certificate: { subject: 'VM-WIN-01', thumbprint, notAfter: Date.parse(ends) },
    })
  })

  test('but never finishes its handshake is told without one', async () => {
    expect(await probe(await machine(answering(confirm(2, 1))), 400)).toEqual({ answer: 'rdp', nla: false })
  })

  test.each([
    ['wants CredSSP and nothing else', 5, true],
    ['wants no encryption at all', 2, false],
  ])('and %s speaks RDP all the same', async (_, code, nla) => {
    expect(await probe(await machine(answering(confirm(3, code))))).toEqual({ answer: 'rdp', nla })
  })

  test('from before the negotiation existed is recognised', async () => {
    const legacy = Buffer.from([3, 0, 0, 11, 6, 0xd0, 0, 0, 0x12, 0x34, 0])
    expect(await probe(await machine(answering(legacy)))).toEqual({ answer: 'rdp', nla: false })
  })

  test('and sends its answer byte by byte is waited for', async () => {
    const port = await machine(socket => {
      socket.setNoDelay(true)
      socket.once('data', async () => {
        for (const byte of confirm(3, 5)) {
          socket.write(Buffer.from([byte]))
          await new Promise(resolve => setTimeout(resolve, 3))
        }
      })
    })
    expect(await probe(port)).toEqual({ answer: 'rdp', nla: true })
  })
})

describe('a machine that does not', () => {
  test('because nothing listens there resets', async () => {
    const port = await machine(() => undefined)
    servers[0]?.close()
    expect(await probe(port)).toEqual({ answer: 'reset' })
  })

  test('because it hangs up at once resets', async () => {
    expect(await probe(await machine(socket => socket.end()))).toEqual({ answer: 'reset' })
    expect(await probe(await machine(socket => socket.resetAndDestroy()))).toEqual({ answer: 'reset' })
  })

  test('because it never says a word is silent, within the deadline', async () => {
    expect(await probe(await machine(() => undefined), 200)).toEqual({ answer: 'silent' })
  })

  test('because there is no such name is silent', async () => {
    expect(await probeRdp('no-such-machine.invalid', 3389)).toEqual({ answer: 'silent' })
  })

  test.each([
    ['a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['an SSH server', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['TLS from the start', '\x15\x03\x03\x00\x02\x02\x28'],
    ['a flood', `\x03\x00\xff\xff${'x'.repeat(100_000)}`],
  ])('because it is %s has other bytes', async (_, words) => {
    const port = await machine(answering(Buffer.from(words, 'latin1')))
    expect(await probe(port)).toEqual({ answer: 'other-bytes' })
  })
})

test('any bytes at all are an answer or a wish for more, and more bytes never change an answer', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 64 }), (bytes, more) => {
      const said = readConfirm(bytes)
      if (said === undefined || bytes.length < 19) return
      expect(readConfirm(new Uint8Array([...bytes, ...more]))).toEqual(said)
    }),
    { numRuns: 3000 },
  )
})
