/** The pages of the pretend sign-in: pick who you are, or read why not. Plain HTML; works without script. */
import type { ServerResponse } from 'node:http'
import type { Refused } from './errors.ts'
import { describe } from './errors.ts'
import type { Member } from './state.ts'

/** The account picker. Its form goes back to the address it came from, which holds the whole request. */
export function picker(people: readonly Member[], lastHere: string | undefined): string {
  const rows = people.map(person => {
    const note = person.oid === lastHere ? '<small>signed in here last</small>' : ''
    return `<li><button name="upn" value="${escapeHtml(person.upn)}"><b>${escapeHtml(person.name)}</b>
<span>${escapeHtml(person.upn)}</span>${note}</button></li>`
  })
  return page(
    'Pick an account',
    `<p>This is a pretend Entra ID. There are no passwords: press who you want to be.</p>
<form method="post"><ul>${rows.join('\n')}</ul></form>`,
  )
}

export const refusedPage = (refused: Refused): string =>
  page('Sorry, but we could not sign you in', `<p>${escapeHtml(describe(refused))}</p>`)

export function sendHtml(
  response: ServerResponse,
  status: number,
  html: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    ...headers,
  })
  response.end(html)
}

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head>
<body><main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>
`

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, sign => `&#${sign.charCodeAt(0)};`)

const STYLE = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0;display:grid;place-items:center;min-height:100vh}main{width:min(26rem,92vw)}
ul{list-style:none;padding:0;display:grid;gap:.5rem}
button{font:inherit;width:100%;text-align:left;padding:.6rem .9rem;display:grid;cursor:pointer}`
