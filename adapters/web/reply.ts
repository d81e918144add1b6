/**
 * How an answer leaves: with which headers, and inside which page.
 *
 * Every page is private to its reader, is never stored, runs nothing, loads nothing but our own style sheet and sits in no frame.
 */
import type { ServerResponse } from 'node:http'
import type { ComponentChild } from 'preact'
import { calm, html, render } from './html.ts'
import type { Session } from './session.ts'

export type Reply = {
  page(page: Page): void
  /** Sends the browser on. 303 so that a form is not sent a second time. */
  go(to: string, cookies?: readonly string[]): void
  file(file: { name: string; bytes: Uint8Array }): void
  text(status: number, text: string): void
  style(css: Uint8Array): void
}

export type Page = {
  status: number
  title: string
  body: ComponentChild
  /** Who is signed in; shown at the top, with the way out. */
  session?: Session | undefined
  cookies?: readonly string[]
  /** The page is loaded again after this. */
  againAfterS?: number
  retryAfterS?: number
  /** Set when the request was not read to its end. */
  close?: boolean
}

const COMMON = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}
const HSTS = { 'strict-transport-security': 'max-age=31536000' }

export function replyTo(response: ServerResponse, { secure }: { secure: boolean }): Reply {
  const send = (
    status: number,
    headers: Record<string, string | number | string[]>,
    body?: string | Uint8Array,
  ) => {
    response.writeHead(status, { ...COMMON, ...(secure ? HSTS : {}), ...headers })
    response.end(body)
  }
  const cookieHeader = (cookies: readonly string[] = []) =>
    cookies.length === 0 ? {} : { 'set-cookie': [...cookies] }

  return {
    page: page =>
      send(
        page.status,
        {
          'content-type': 'text/html; charset=utf-8',
          ...cookieHeader(page.cookies),
          ...(page.againAfterS === undefined ? {} : { refresh: page.againAfterS }),
          ...(page.retryAfterS === undefined ? {} : { 'retry-after': page.retryAfterS }),
          ...(page.close ? { connection: 'close' } : {}),
        },
        layOut(page),
      ),
    go: (to, cookies) => send(303, { location: to, ...cookieHeader(cookies) }),
    file: ({ name, bytes }) =>
      send(
        200,
        {
          'content-type': 'application/x-rdp',
          'content-disposition': `attachment; filename="${safeName(name)}"`,
          'content-length': bytes.length,
        },
        bytes,
      ),
    text: (status, text) => send(status, { 'content-type': 'text/plain; charset=utf-8' }, `${text}\n`),
    style: css =>
      send(200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=300' }, css),
  }
}

const layOut = ({ title, body, session }: Page): string =>
  render(html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="robots" content="noindex" />
      <title>${`${calm(title)} · Latchkey`}</title>
      <link rel="stylesheet" href="/assets/latchkey.css" />
    </head>
    <body>
      <header><b>Latchkey</b>${session !== undefined && whoIsIn(session)}</header>
      <main>${body}</main>
    </body>
  </html>`)

const whoIsIn = ({ name, upn, csrf }: Session) => html`<div>
  Signed in as <bdi>${calm(name)}</bdi> (<bdi>${calm(upn)}</bdi>)${' '}
  <form method="post" action="/sign-out">
    <input type="hidden" name="csrf" value=${csrf} /><button>Sign out</button>
  </form>
</div>`

/** The core names files well; a header is no place to rely on it. */
const safeName = (name: string): string =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}\.rdp$/.test(name) ? name : 'latchkey.rdp'
