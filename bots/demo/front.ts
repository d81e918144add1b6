/**
 * The proxy in front of the product's pages, as an organisation would have one: it gives the pages a fixed address that outlives the product
 * process, and tells the product which address on the internet the browser comes from. In the demo that address is chosen, not real.
 *
 * One browser plays everybody here, but people have browsers of their own: links from the demo page say who follows them, and the cookies
 * that the product sets are kept apart by person. A link that does not say it belongs to whoever followed one last.
 */
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'

export type Front = {
  readonly url: string
  /** The internet address that the next visitors come from. */
  comeFrom(address: string): void
  readonly address: string
  close(): Promise<void>
}

/** An address of the range reserved for documentation. */
const ADDRESS = '203.0.113.25'

/** `/.as/NUMBER/access/…`: the page at `/access/…`, for the person of this number. */
const AS = /^\/\.as\/(\d{1,4})(\/(?!\/).*)$/
const WHO = 'latchkey-demo-person'

/**
 * @param port 0: any free one
 * @param target the product's own port, or undefined while it is away
 */
export async function openFront(port: number, target: () => number | undefined): Promise<Front> {
  let address = ADDRESS
  const server = createServer((incoming, outgoing) => {
    const away = () => {
      if (outgoing.headersSent) return outgoing.destroy()
      outgoing.writeHead(502, { 'content-type': 'text/plain; charset=utf-8', refresh: '1' })
      return outgoing.end('Latchkey is starting again. This page tries by itself.')
    }
    const [, number, path] = AS.exec(incoming.url ?? '') ?? []
    if (number !== undefined && path !== undefined) {
      outgoing.writeHead(303, {
        location: path,
        'cache-control': 'no-store',
        'set-cookie': `${WHO}=${number}; Path=/; HttpOnly; SameSite=Lax`,
      })
      return outgoing.end()
    }
    const to = target()
    if (to === undefined) return away()
    const cookies = cookiesOf(incoming.headers)
    const own = `as${cookies.find(({ name }) => name === WHO)?.value ?? ''}-`
    const passed = request(
      {
        host: '127.0.0.1',
        port: to,
        method: incoming.method,
        path: incoming.url,
        headers: {
          ...incoming.headers,
          cookie: cookies
            .filter(({ name }) => name.startsWith(own))
            .map(({ name, value }) => `${name.slice(own.length)}=${value}`)
            .join('; '),
          'x-forwarded-for': address,
        },
      },
      answer => {
        const set = answer.headers['set-cookie']?.map(line => `${own}${line}`)
        outgoing.writeHead(answer.statusCode ?? 502, {
          ...answer.headers,
          ...(set === undefined ? {} : { 'set-cookie': set }),
        })
        answer.pipe(outgoing)
      },
    )
    passed.on('error', away)
    return incoming.pipe(passed)
  })
  const bound = await listen(server, port)
  return {
    url: `http://127.0.0.1:${bound}`,
    comeFrom: chosen => {
      address = chosen
    },
    get address() {
      return address
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const cookiesOf = ({ cookie = '' }: IncomingHttpHeaders): { name: string; value: string }[] =>
  cookie
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => pair.includes('='))
    .map(pair => ({ name: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1) }))

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
