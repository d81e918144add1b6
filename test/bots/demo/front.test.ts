import { createServer, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type Front, openFront } from '../../../bots/demo/front.ts'

/** A product that remembers who came and gives everybody a cookie. */
let came: IncomingMessage[]
let product: ReturnType<typeof createServer>
let front: Front
beforeEach(async () => {
  came = []
  product = createServer((request, response) => {
    came.push(request)
    response.setHeader('set-cookie', `session=${came.length}; Path=/; HttpOnly`)
    response.end('a page')
  })
  await new Promise<void>(resolve => product.listen(0, '127.0.0.1', resolve))
  const address = product.address()
  const port = typeof address === 'object' && address ? address.port : 0
  front = await openFront(0, () => port)
})
afterEach(async () => {
  await front.close()
  product.close()
})

/** A browser's cookies: by name, kept from answer to answer. */
function browser() {
  const cookies = new Map<string, string>()
  return async (path: string) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(front.url + path, { redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? []
      cookies.set(name, value)
    }
    await response.arrayBuffer()
    return response
  }
}

describe('the proxy in front of the pages', () => {
  test('says where the browser comes from, whatever the browser says itself', async () => {
    front.comeFrom('192.0.2.80')
    await fetch(`${front.url}/access/1`, { headers: { 'x-forwarded-for': '198.51.100.1' } })
    expect(came[0]?.headers['x-forwarded-for']).toBe('192.0.2.80')
  })

  test('keeps the sessions of the people apart that one browser plays', async () => {
    const go = browser()
    for (const number of [0, 1]) {
      const sent = await go(`/.as/${number}/access/1?again=yes`)
      expect([sent.status, sent.headers.get('location')]).toEqual([303, '/access/1?again=yes'])
      await go('/access/1')
    }
    expect(came.map(({ headers }) => headers.cookie)).toEqual(['', ''])
    await go('/access/1')
    await go('/.as/0/access/1')
    await go('/access/1')
    expect(came.slice(2).map(({ headers }) => headers.cookie)).toEqual(['session=2', 'session=1'])
  })

  test.each(['/.as/0//elsewhere.example/', '/.as/x/access/1', '/.as/0'])(
    '%s leads nowhere else',
    async path => {
      const response = await browser()(path)
      expect(response.headers.get('location')).toBeNull()
    },
  )

  test('says that the product is away, and that the page tries again', async () => {
    const alone = await openFront(0, () => undefined)
    const response = await fetch(`${alone.url}/access/1`)
    expect([response.status, response.headers.get('refresh')]).toEqual([502, '1'])
    await alone.close()
  })
})
