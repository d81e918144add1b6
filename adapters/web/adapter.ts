/**
 * The pages that people open in a browser: access, binding, sign-in; and whether the process is alive and ready.
 *
 * Server-drawn, without script. No address carries a right: each page asks for sign-in, and the desk judges. Mounts routes on the one
 * server and installs nothing global on it.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { Request, Response, Server } from 'restify'
import type { FileSigner, Log, Message, PageDesk, Pages, Refusal, SignIn } from '../../core/index.ts'
import { mountAccess } from './access.ts'
import { mountBind } from './bind.ts'
import { readProxies } from './caller.ts'
import { mountPublisher } from './publisher.ts'
import { mountRemedy } from './remedy.ts'
import { replyTo } from './reply.ts'
import { sealCookies } from './session.ts'
import { mountSignIn } from './sign-in.ts'
import type { Web } from './visit.ts'

export type WebOptions = {
  signIn: SignIn
  desk: PageDesk
  /** Puts a refusal into words. */
  words: (refusal: Refusal) => Message
  /** Where browsers reach these pages: scheme, host and port, nothing more. The sign-in's redirect address is this and /sign-in/done. */
  baseUrl: string
  /** 32 secret random bytes. Replicas share them; new ones sign everybody out. */
  cookieKey: Uint8Array
  /** Addresses or CIDR ranges of the proxies in front of us: what they say of the caller's address is believed. */
  trustedProxies: readonly string[]
  /** Whether everything needed to serve is there. A throw counts as no. */
  ready: () => Promise<boolean>
  log: Log
  /** Whoever signs connection files, for the page that tells administrators about it. */
  signer?: FileSigner
  /** Wall time in ms, for the life of cookies. */
  now?: () => number
}

/** @throws {Error} when the base address, the key or the proxies cannot be right */
export function mountWeb(server: Server, options: WebOptions): { pages: Pages } {
  const { signIn, desk, words, cookieKey, trustedProxies, log, now = Date.now } = options
  const { origin, protocol, pathname, search } = new URL(options.baseUrl)
  assert(
    /^https?:$/.test(protocol) && pathname === '/' && search === '',
    'the base address is scheme, host and port only',
  )
  const secure = protocol === 'https:'
  const pages: Pages = {
    access: request => `${origin}/access/${request}`,
    bind: ticket => `${origin}/bind/${encodeURIComponent(ticket)}`,
    remedy: (diagnosis, key) => `${origin}/remedy/${diagnosis}/${encodeURIComponent(key)}`,
  }
  const web: Web = {
    signIn,
    desk,
    pages,
    words,
    cookies: sealCookies({ key: cookieKey, secure, now }),
    origin,
    secure,
    proxies: readProxies(trustedProxies),
    log,
  }
  mountAccess(server, web)
  mountBind(server, web)
  mountRemedy(server, web)
  mountPublisher(server, web, options.signer, now)
  mountSignIn(server, web)
  mountStyle(server, web)
  mountHealth(server, web, options.ready)
  return { pages }
}

function mountStyle(server: Server, web: Web): void {
  const css = readFileSync(new URL('./latchkey.css', import.meta.url))
  server.get('/assets/latchkey.css', async (_request: Request, response: Response) => {
    replyTo(response, web).style(css)
  })
}

function mountHealth(server: Server, web: Web, ready: () => Promise<boolean>): void {
  server.get('/healthz', async (_request: Request, response: Response) => {
    replyTo(response, web).text(200, 'alive')
  })
  server.get('/readyz', async (_request: Request, response: Response) => {
    const isReady = await ready().catch(error => {
      web.log.warn('web.ready.failed', {}, error)
      return false
    })
    replyTo(response, web).text(isReady ? 200 : 503, isReady ? 'ready' : 'not ready')
  })
}
