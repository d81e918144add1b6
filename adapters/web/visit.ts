/** What all our routes share: who is there, how to answer, and what happens when a handler throws. */
import { randomBytes } from 'node:crypto'
import type { Request, Response, Server } from 'restify'
import {
  Fault,
  type Log,
  type Message,
  type PageDesk,
  type Pages,
  type Refusal,
  type SignIn,
} from '../../core/index.ts'
import type { Proxies } from './caller.ts'
import { isOurs, readForm } from './form.ts'
import { badFormPage, bugPage, faultPage, oldFormPage, signInNeededPage } from './notices.ts'
import { type Reply, replyTo } from './reply.ts'
import type { Cookies, Session } from './session.ts'

export type Web = {
  signIn: SignIn
  desk: PageDesk
  pages: Pages
  /** Puts a refusal into words. */
  words: (refusal: Refusal) => Message
  cookies: Cookies
  /** Scheme, host and port of our own pages. */
  origin: string
  secure: boolean
  proxies: Proxies
  log: Log
}

export type Visit = { request: Request; reply: Reply; session: Session | undefined }
export type SignedIn = Visit & { session: Session }

type Method = 'get' | 'post'

/**
 * Mounts one page. A Fault becomes a page in plain words; anything else thrown is a bug: the person gets a reference, the log the rest.
 * Only the route's pattern is logged, because paths and queries hold tickets and codes.
 */
export function serve(
  server: Server,
  web: Web,
  method: Method,
  route: string,
  handle: (visit: Visit) => Promise<void>,
): void {
  server[method](route, async (request: Request, response: Response) => {
    const reply = replyTo(response, web)
    let session: Session | undefined
    try {
      session = await web.cookies.session(request)
      await handle({ request, reply, session })
    } catch (error) {
      const reference = randomBytes(4).toString('hex').toUpperCase()
      if (error instanceof Fault) web.log.warn('web.fault', { route, op: error.op, kind: error.kind }, error)
      else web.log.error('web.bug', { route, reference }, error)
      if (response.headersSent) response.destroy()
      else if (error instanceof Fault)
        reply.page(faultPage(error, method === 'get' ? pathOf(request, web) : undefined, session))
      else reply.page(bugPage(reference))
    }
  })
}

/** Mounts a page that only signed-in people see; others are sent to sign in, and come back to where `backTo` says. */
export function servePage(
  server: Server,
  web: Web,
  route: string,
  backTo: (request: Request) => string,
  handle: (visit: SignedIn) => Promise<void>,
): void {
  serve(server, web, 'get', route, async visit => {
    const { session, reply, request } = visit
    if (session === undefined) reply.go(signInAddress(backTo(request)))
    else await handle({ ...visit, session })
  })
}

/**
 * Mounts what a button on a page of ours does. Without a session, or with a form that was not made for it, nothing is done and the
 * person reads why. A redirect to Entra ID from here would be stopped by our own form-action rule.
 */
export function servePress(
  server: Server,
  web: Web,
  route: string,
  backTo: (request: Request) => string,
  handle: (visit: SignedIn) => Promise<void>,
): void {
  serve(server, web, 'post', route, async visit => {
    const { request, reply, session } = visit
    const form = await readForm(request)
    if ('refused' in form) reply.page(badFormPage(form.refused))
    else if (session === undefined) reply.page(signInNeededPage(signInAddress(backTo(request))))
    else if (!isOurs(form.fields, session)) reply.page(oldFormPage(session, backTo(request)))
    else await handle({ ...visit, session })
  })
}

export const signInAddress = (to: string | undefined): string =>
  to === undefined ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`

const pathOf = (request: Request, { origin }: Web): string => {
  const { pathname, search } = new URL(request.url ?? '/', origin)
  return `${pathname}${search}`
}
