import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { parse } from '@babel/parser'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import restify from 'restify'
import { type DemoPage, mountPage } from '../../../../bots/demo/page/page.ts'

const browserFolder = join(import.meta.dirname, '../../../../bots/demo/page/browser')
const modules = readdirSync(browserFolder).filter(name => name.endsWith('.ts'))

let server: restify.Server
let page: DemoPage
let base: string

beforeEach(async () => {
  server = restify.createServer()
  page = mountPage(server, { title: 'Demo <of> "Latchkey"' })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${server.address().port}`
})

afterEach(async () => {
  page.close()
  await new Promise<void>(resolve => {
    server.close(() => resolve())
    server.server.closeAllConnections()
  })
})

const get = async (path: string) => {
  const response = await fetch(base + path)
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    headers: response.headers,
    text: await response.text(),
  }
}
/** Sends the path as it is written; `fetch` would tidy it first. */
const getRaw = (path: string) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { port } = server.address()
    const asked = request({ host: '127.0.0.1', port, path }, async response => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode ?? 0, text })
    })
    asked.on('error', reject).end()
  })

const importMapOf = (html: string) => /<script type="importmap">(.*?)<\/script>/s.exec(html)?.[1] ?? ''

/** What a served module imports, and what it exports by name. */
function readModule(source: string) {
  const imports: { from: string; names: string[] }[] = []
  const exports: string[] = []
  for (const node of parse(source, { sourceType: 'module' }).program.body) {
    if (node.type === 'ImportDeclaration') {
      const names = node.specifiers.flatMap(specifier =>
        specifier.type === 'ImportSpecifier' && specifier.imported.type === 'Identifier'
          ? [specifier.imported.name]
          : [],
      )
      imports.push({ from: node.source.value, names })
    } else if (node.type === 'ExportNamedDeclaration') {
      if (node.source) imports.push({ from: node.source.value, names: [] })
      if (node.declaration?.type === 'VariableDeclaration') {
        for (const { id } of node.declaration.declarations) {
          if (id.type === 'ObjectPattern') {
            exports.push(
              ...id.properties.flatMap(item =>
                item.type === 'ObjectProperty' && item.key.type === 'Identifier' ? [item.key.name] : [],
              ),
            )
          }
        }
      }
    }
  }
  return { imports, exports }
}

describe('the page', () => {
  test('is served at the root, with its title escaped', async () => {
    const { status, type, text } = await get('/')
    expect([status, type]).toEqual([200, 'text/html; charset=utf-8'])
    expect(text).toContain('<title>Demo &#60;of&#62; &#34;Latchkey&#34;</title>')
    expect(text).toContain('<script type="module" src="/page/main.ts"></script>')
  })

  test('allows scripts from its own server only, and its import map by hash', async () => {
    const { headers, text } = await get('/')
    const policy = headers.get('content-security-policy') ?? ''
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(importMapOf(text)))).toString(
      'base64',
    )
    expect(policy).toContain("default-src 'self';")
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`)
    expect(policy).not.toMatch(/script-src[^;]*unsafe|unsafe-eval|https?:/)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(text.match(/<script/g)).toHaveLength(2)
  })

  test.each(['/', '/page/main.ts', '/page/style.css', '/page/lib/preact.js', '/page/no-such-file.ts'])(
    '%s is sent with the security headers',
    async path => {
      const { headers } = await get(path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain("default-src 'self'")
    },
  )

  test('has its style sheets', async () => {
    const sheets = [...(await get('/')).text.matchAll(/<link rel="stylesheet" href="([^"]+)">/g)].map(
      ([, path]) => path ?? '',
    )
    expect(sheets[0]).toBe('/page/style.css')
    for (const path of sheets) {
      const { status, type, text } = await get(path)
      expect([path, status, type]).toEqual([path, 200, 'text/css; charset=utf-8'])
      expect(text).toContain('{')
    }
  })
})

describe('its modules', () => {
  test.each(modules)('%s is served as JavaScript that a browser can link', async name => {
    const { status, type, text } = await get(`/page/${name}`)
    expect([status, type]).toEqual([200, 'text/javascript; charset=utf-8'])

    const known = JSON.parse(importMapOf((await get('/')).text)).imports as Record<string, string>
    for (const { from, names } of readModule(text).imports) {
      const path = from.startsWith('./') ? `/page/${from.slice(2)}` : known[from]
      if (path === undefined) throw new Error(`${name} imports ${from}, which is not in the import map`)
      const imported = await get(path)
      expect([from, imported.status]).toEqual([from, 200])
      if (from === 'adaptivecards')
        expect(readModule(imported.text).exports).toEqual(expect.arrayContaining(names))
    }
  })

  test('no module writes HTML from a string', async () => {
    for (const name of modules) {
      expect((await get(`/page/${name}`)).text).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/,
      )
    }
  })

  test('every library of the import map is a module whose own imports are in the map', async () => {
    const { imports } = JSON.parse(importMapOf((await get('/')).text)) as { imports: Record<string, string> }
    expect(Object.keys(imports).sort()).toEqual([
      'adaptivecards',
      'htm',
      'htm/preact',
      'markdown-it',
      'preact',
      'preact/hooks',
    ])
    for (const path of Object.values(imports)) {
      const { status, type, text } = await get(path)
      expect([path, status, type]).toEqual([path, 200, 'text/javascript; charset=utf-8'])
      for (const { from } of readModule(text).imports) expect(imports).toHaveProperty([from])
    }
  })
})

describe('nothing else can be reached', () => {
  test.each([
    '/page/../page.ts',
    '/page/..%2Fpage.ts',
    '/page/..%2f..%2f..%2f..%2fpackage.json',
    '/page/lib/..%2F..%2Fpackage.json',
    '/page/lib/../../../../package.json',
    '/page/lib/%2e%2e/files.ts',
    '/page/%2Fetc%2Fpasswd',
    '/page/lib/preact',
    '/page/lib/restify.js',
    '/page/lib%2Fpreact.js%00.css',
    '/page/tsconfig.json',
    '/page/constructor',
    '/page/__proto__',
    '/page/',
    '/page/lib/',
  ])('%s', async path => {
    const { status, text } = await getRaw(path)
    expect(status).toBe(404)
    expect(text).not.toMatch(/import|"name"|root:/)
  })
})

describe('the stream of events', () => {
  /** Opens a stream and reads from it until the text says enough. */
  const open = async () => {
    const over = new AbortController()
    const response = await fetch(`${base}/world/events`, { signal: over.signal })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const until = async (words: string) => {
      while (!text.includes(words)) {
        const part = await reader?.read()
        if (!part || part.done) throw new Error(`ended after: ${text}`)
        text += part.value
      }
      return text
    }
    const ended = async () => {
      while (!(await reader?.read())?.done);
    }
    await until('retry:')
    return { response, until, ended, leave: () => over.abort() }
  }

  test('brings every broadcast to every page', async () => {
    const [one, two] = [await open(), await open()]
    page.broadcast({ changed: 'line\nbreak' })
    page.broadcast(undefined)
    for (const { response, until } of [one, two]) {
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(await until('null\n\n')).toBe(
        'retry: 1000\n\ndata: {"changed":"line\\nbreak"}\n\ndata: null\n\n',
      )
    }
  })

  test('goes on for the others when one page leaves', async () => {
    const [one, two] = [await open(), await open()]
    one.leave()
    page.broadcast(1)
    page.broadcast(2)
    expect(await two.until('data: 2\n\n')).toContain('data: 1\n\n')
  })

  test('ends when the page is closed, so that the server can stop', async () => {
    const one = await open()
    page.close()
    await one.ended()
    const late = await fetch(`${base}/world/events`)
    expect(await late.text()).toBe('retry: 1000\n\n')
  })
})
