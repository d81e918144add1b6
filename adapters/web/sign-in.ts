/**
 * Signing in and out of the pages.
 *
 * GET /sign-in sends the browser to Entra ID and keeps what the answer has to match in a short-lived cookie; GET /sign-in/done is where
 * it comes back to. From there the person goes on to one of our own pages, never anywhere else.
 */
import type { Server } from 'restify'
import { Fault } from '../../core/index.ts'
import { isOurs, readForm } from './form.ts'
import {
  badFormPage,
  faultPage,
  oldFormPage,
  signedInPage,
  signedOutPage,
  signInFailedPage,
} from './notices.ts'
import { serve, signInAddress, type Visit, type Web } from './visit.ts'

export function mountSignIn(server: Server, web: Web): void {
  serve(server, web, 'get', '/sign-in', visit => begin(web, visit))
  serve(server, web, 'get', '/sign-in/done', visit => finish(web, visit))
  serve(server, web, 'post', '/sign-out', visit => signOut(web, visit))
}

async function begin({ signIn, cookies, origin }: Web, { request, reply }: Visit): Promise<void> {
  const to = ownPath(new URL(request.url ?? '/', origin).searchParams.get('to'))
  const { url, pending } = await signIn.begin()
  reply.go(url, [await cookies.keepStarted(to === undefined ? { pending } : { pending, to })])
}

async function finish(web: Web, { request, reply }: Visit): Promise<void> {
  const { signIn, cookies, origin, log } = web
  const started = await cookies.started(request)
  const startAgain = signInAddress(started?.to)
  if (started === undefined)
    return reply.page(
      signInFailedPage(400, 'This sign-in was not started in this browser, or it took too long.', startAgain),
    )
  // A code works once: whatever comes of it, the next attempt starts afresh.
  const over = [cookies.dropStarted()]
  try {
    const who = await signIn.finish(new URL(request.url ?? '/', origin).href, started.pending)
    const signedIn = [...over, await cookies.keepSession(who)]
    if (started.to === undefined) reply.page({ ...signedInPage(), cookies: signedIn })
    else reply.go(started.to, signedIn)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    log.warn('web.sign-in.failed', { op: error.op, kind: error.kind }, error)
    const page =
      error.kind === 'invalid' || error.kind === 'denied'
        ? signInFailedPage(error.kind === 'denied' ? 403 : 400, error.say, startAgain)
        : faultPage(error, startAgain)
    reply.page({ ...page, cookies: over })
  }
}

async function signOut({ cookies }: Web, { request, reply, session }: Visit): Promise<void> {
  const form = await readForm(request)
  if ('refused' in form) reply.page(badFormPage(form.refused))
  else if (session !== undefined && !isOurs(form.fields, session))
    reply.page(oldFormPage(session, '/sign-in'))
  else reply.page({ ...signedOutPage(), cookies: [cookies.dropSession()] })
}

/** Where a sign-in may lead: a page of ours that stands by itself. Anything else is dropped, so that our links lead nowhere else. */
const ownPath = (path: string | null): string | undefined =>
  path !== null && OWN.test(path) ? path : undefined

const OWN = /^\/(?:(?:access|bind)\/[A-Za-z0-9_-]{1,100}|remedy\/[0-9a-f-]{36}\/[0-9a-f-]{36})$/
