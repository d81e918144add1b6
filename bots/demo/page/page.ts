/**
 * The page on which one person plays everybody: Slack, Teams, Azure and the clock of the simulated world, side by side.
 *
 * It holds no state and decides nothing. It talks to the simulators over the same server, and hears through `/world/events` when to
 * look again. Scripts come from this server only; inline ones are refused by the content security policy, except the import map,
 * which is named in it by its hash. Inline styles are allowed because Adaptive Cards sets style attributes.
 */
import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Server } from 'restify'
import { openEventStreams } from './events.ts'
import { importMap, pageFiles, type ServedFile, styleSheets } from './files.ts'

export type DemoPage = {
  /** Tells every open page to look again. The event is sent as JSON; it must not hold anything the page may not see. */
  broadcast(event: unknown): void
  /** Ends the open event streams, which would otherwise keep the server from closing. Safe to repeat. */
  close(): void
}

const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'self'",
    `script-src 'self' 'sha256-${createHash('sha256').update(importMap).digest('base64')}'`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Mounts GET `/`, `/page/…` and `/world/events`. */
export function mountPage(server: Server, options: { title?: string } = {}): DemoPage {
  const page = { type: 'text/html; charset=utf-8', text: writeHtml(options.title ?? 'Latchkey demo') }
  const files = pageFiles()
  const streams = openEventStreams()

  const answer = (response: ServerResponse, file: ServedFile | undefined) => {
    const { type, text } = file ?? { type: 'text/plain; charset=utf-8', text: 'There is no such file.\n' }
    response.writeHead(file ? 200 : 404, {
      ...securityHeaders,
      'content-type': type,
      'content-length': String(Buffer.byteLength(text)),
      'cache-control': 'no-cache',
    })
    response.end(text)
  }
  server.get('/', async (_request, response) => answer(response, page))
  server.get('/page/:name', async (request, response) => answer(response, files.get(request.params.name)?.()))
  server.get('/page/lib/:name', async (request, response) =>
    answer(response, files.get(`lib/${request.params.name}`)?.()),
  )
  server.get('/world/events', async (_request, response) => streams.serve(response, securityHeaders))

  return { broadcast: streams.broadcast, close: streams.close }
}

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, character => `&#${character.codePointAt(0)};`)

const writeHtml = (title: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
${styleSheets.map(name => `<link rel="stylesheet" href="/page/${name}">`).join('\n')}
<script type="importmap">${importMap}</script>
<script type="module" src="/page/main.ts"></script>
</head>
<body>
<div id="app"><noscript>This page needs JavaScript.</noscript></div>
</body>
</html>
`
