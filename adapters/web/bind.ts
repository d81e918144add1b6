/**
 * The page that ties a chat account to the person who signed in.
 *
 * A link to it may have been sent by somebody who wants the reader to vouch for them: so the page names the chat account, says what the
 * tie means and asks. Looking changes nothing; only the button does.
 */
import type { VNode } from 'preact'
import type { Request, Server } from 'restify'
import { type BindView, isRefusal, message } from '../../core/index.ts'
import { drawMessage } from './draw.ts'
import { calm, html } from './html.ts'
import { refusedPage } from './notices.ts'
import type { Session } from './session.ts'
import { type SignedIn, servePage, servePress, type Web } from './visit.ts'

export function mountBind(server: Server, web: Web): void {
  servePage(server, web, '/bind/:ticket', pagePath, visit => ask(web, visit))
  servePress(server, web, '/bind/:ticket', pagePath, visit => bind(web, visit))
}

async function ask({ desk, words }: Web, { request, reply, session }: SignedIn): Promise<void> {
  const ticket = ticketOf(request)
  if (ticket === undefined) return reply.page(refusedPage(GONE, words, session))
  const view = await desk.bindView(ticket, session.person)
  if (isRefusal(view)) return reply.page(refusedPage(view, words, session))
  reply.page({ status: 200, title: 'Is this you?', session, body: question(view, ticket, session) })
}

async function bind({ desk, words }: Web, { request, reply, session }: SignedIn): Promise<void> {
  const ticket = ticketOf(request)
  const refusal = ticket === undefined ? GONE : await desk.bind(ticket, session.person)
  if (refusal === undefined)
    reply.page({ status: 200, title: BOUND.title, session, body: drawMessage(BOUND) })
  else reply.page(refusedPage(refusal, words, session))
}

const GONE = { code: 'ticket-gone' } as const

const ticketOf = (request: Request): string | undefined =>
  /^[A-Za-z0-9_-]{16,100}$/.exec(String(request.params.ticket))?.[0]
const pagePath = (request: Request): string => `/bind/${request.params.ticket}`

const question = (
  { chatAccount, personName, upn }: BindView,
  ticket: string,
  { csrf }: Session,
): VNode => html`<section
  class="waiting"
>
  <h1>Is this you?</h1>
  <dl>
    <div><dt>Chat account</dt><dd><bdi><strong>${calm(chatAccount)}</strong></bdi></dd></div>
    <div><dt>Entra ID account</dt><dd><bdi>${calm(personName)}</bdi> (<bdi>${calm(upn)}</bdi>)</dd></div>
  </dl>
  <p>
    If you press the button, whatever this chat account asks for or approves counts as yours from then on. Only an administrator can
    change that afterwards.
  </p>
  <p><strong>Did somebody else send you this link, or is the chat account not yours? Then close this page.</strong></p>
  <form method="post" action=${`/bind/${ticket}`}>
    <input type="hidden" name="csrf" value=${csrf} /><button class="main">Yes, both are mine</button>
  </form>
</section>`

const BOUND = message({
  tone: 'good',
  title: 'Your accounts belong together now',
  lines: [['Go back to the chat: Latchkey goes on there with what you asked for.']],
  plain: 'Your accounts belong together now.',
})
