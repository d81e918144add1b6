import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { build, type House, REQUEST, TICKET } from './house.ts'

let house: House
let safe: House
beforeAll(async () => {
  house = await build()
  safe = await build({ baseUrl: 'https://latchkey.example/' })
})
afterAll(() => Promise.all([house.stop(), safe.stop()]))

const RULES = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}

describe('headers', () => {
  test.each([
    `/access/${REQUEST}`,
    `/access/${REQUEST}/file`,
    '/access/nonsense',
    `/bind/${TICKET}`,
    '/sign-in',
    '/sign-in/done',
    '/healthz',
    '/readyz',
  ])('%s is private, runs nothing and sits in no frame', async path => {
    for (const browser of [await house.signedIn(), undefined]) {
      const cookie = `latchkey-session=${browser?.cookies.get('latchkey-session')?.value}`
      const answer = await fetch(`${house.origin}${path}`, { headers: { cookie }, redirect: 'manual' })
      expect(Object.fromEntries(answer.headers)).toMatchObject(RULES)
      expect(answer.headers.has('strict-transport-security')).toBe(false)
    }
  })

  test('over https the browser is told to stay there', async () => {
    const { headers } = await fetch(`${safe.origin}/healthz`)
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
  })

  test('pages hold neither script nor style nor event of their own', async () => {
    const browser = await house.signedIn()
    for (const path of [`/access/${REQUEST}`, `/bind/${TICKET}`, '/access/nonsense', '/sign-in/done']) {
      const { html } = await browser.get(path)
      expect(html).not.toMatch(/<script|<style| style=| on\w+=|javascript:|https?:\/\/(?!127\.0\.0\.1)/)
      expect(html).toContain('<link rel="stylesheet" href="/assets/latchkey.css"/>')
    }
  })
})

describe('health', () => {
  test('alive is about the process, ready about what it needs', async () => {
    const statusOf = async (path: string) => (await fetch(`${house.origin}${path}`)).status
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 200])
    house.ready.answer = async () => false
    expect([await statusOf('/healthz'), await statusOf('/readyz')]).toEqual([200, 503])
    house.ready.answer = () => Promise.reject(new Error('no store'))
    expect(await statusOf('/readyz')).toBe(503)
  })
})

describe('settings that cannot be right', () => {
  test.each([
    ['a key of another length', { cookieKey: new Uint8Array(16) }],
    ['a base address with a path', { baseUrl: 'https://latchkey.example/app' }],
    ['a base address that is no web address', { baseUrl: 'ftp://latchkey.example' }],
    ['a proxy that is none', { trustedProxies: ['everybody'] }],
  ])('%s stops the start', async (_name, options) => {
    await expect(build(options)).rejects.toThrow()
  })
})

describe('the style sheet', () => {
  const css = readFileSync(new URL('../../../adapters/web/latchkey.css', import.meta.url), 'utf8')
  const colours = (part: string) =>
    Object.fromEntries(
      [...part.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
    )
  const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)')

  test('is served as it is', async () => {
    const answer = await fetch(`${house.origin}/assets/latchkey.css`)
    expect(answer.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(await answer.text()).toBe(css)
  })

  test('loads nothing from elsewhere', () => {
    expect(css).not.toMatch(/url\(|@import/)
  })

  const PAIRS = [
    ...['ground', 'paper'].flatMap(ground =>
      ['text', 'quiet', 'link', 'good', 'waiting', 'bad'].map(text => [text, ground] as const),
    ),
    ['on-main', 'main'] as const,
    ['on-danger', 'danger'] as const,
  ]

  test.each([
    ['light', colours(light)],
    ['dark', colours(dark)],
  ])('%s text can be read by everybody (contrast of at least 4.5 to 1)', (_name, palette) => {
    for (const [text, ground] of PAIRS) {
      const contrast = contrastOf(palette[text] ?? '', palette[ground] ?? '')
      expect({ text, ground, enough: contrast >= 4.5 }).toEqual({ text, ground, enough: true })
    }
  })
})

/** WCAG 2.2, relative luminance and contrast ratio. */
function contrastOf(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [one, other].map(luminance).sort((a, b) => b - a)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(hex: string): number {
  const [red = Number.NaN, green = Number.NaN, blue = Number.NaN] = [1, 3, 5].map(at => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
