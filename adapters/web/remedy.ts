/**
 * The page of a remedy that sets a password: what will happen, the button, and the answer that shows the password once.
 *
 * Every right is judged by the desk. A GET changes nothing, so a link that a chat fetches ahead of the person is harmless.
 */
import type { Request, Server } from 'restify'
import { isRefusal, parseDiagnosisId, parseRequestId, type RemedyView } from '../../core/index.ts'
import { drawMessage } from './draw.ts'
import { html } from './html.ts'
import { refusedPage } from './notices.ts'
import { onceShownPage } from './once-shown.ts'
import type { Page } from './reply.ts'
import type { Session } from './session.ts'
import { type SignedIn, servePage, servePress, type Web } from './visit.ts'

/** How soon the page looks again while a password is being set. */
const AGAIN_S = 5

export function mountRemedy(server: Server, web: Web): void {
  servePage(server, web, '/remedy/:diagnosis/:key', pagePath, visit => show(web, visit))
  servePress(server, web, '/remedy/:diagnosis/:key', pagePath, visit => set(web, visit))
}

async function show({ desk, words }: Web, { request, reply, session }: SignedIn): Promise<void> {
  const named = namedIn(request)
  if (named === undefined) return reply.page(refusedPage(NOT_YOURS, words, session))
  const view = await desk.remedyView(named.diagnosis, named.key, session.person)
  reply.page(
    isRefusal(view) ? refusedPage(view, words, session) : remedyPage(view, pagePath(request), session),
  )
}

async function set({ desk, words }: Web, { request, reply, session }: SignedIn): Promise<void> {
  const named = namedIn(request)
  if (named === undefined) return reply.page(refusedPage(NOT_YOURS, words, session))
  const done = await desk.remedy(named.diagnosis, named.key, session.person)
  if (isRefusal(done)) return reply.page(refusedPage(done, words, session))
  const next = { to: pagePath(request), label: 'See how it goes' }
  reply.page(onceShownPage({ ...done, next, session }))
}

const NOT_YOURS = { code: 'not-requester' } as const

function namedIn({ params }: Request) {
  const diagnosis = parseDiagnosisId(String(params.diagnosis))
  const key = parseRequestId(String(params.key))
  return diagnosis === undefined || key === undefined ? undefined : { diagnosis, key }
}

const pagePath = ({ params }: Request): string => `/remedy/${params.diagnosis}/${params.key}`

function remedyPage(view: RemedyView, path: string, session: Session): Page {
  const { message } = view
  const body = [drawMessage(message)]
  if ('label' in view)
    body.push(html`<form method="post" action=${path}>
      <input type="hidden" name="csrf" value=${session.csrf} /><button class="main">${view.label}</button>
    </form>`)
  if (view.offer === 'wait')
    body.push(html`<p role="status">This page looks again by itself every ${AGAIN_S} seconds.</p>`)
  const page: Page = { status: 200, title: message.title, session, body }
  return view.offer === 'wait' ? { ...page, againAfterS: AGAIN_S } : page
}
