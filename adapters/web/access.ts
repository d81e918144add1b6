/**
 * The access page: where a requester gives the address they come from, watches it open, and takes the connection file.
 *
 * Every right is judged by the desk. A GET changes nothing, so a link that a chat fetches ahead of the person is harmless.
 * The address may change while it is open: the page says so and offers to use the new one.
 */
import type { VNode } from 'preact'
import type { Request, Server } from 'restify'
import {
  type AccessView,
  isRefusal,
  message,
  parseRequestId,
  type RequestId,
  signatureLine,
} from '../../core/index.ts'
import { bastionSection, waitsForLink } from './bastion.ts'
import { type Caller, callerOf } from './caller.ts'
import { drawLine, drawMessage } from './draw.ts'
import { html } from './html.ts'
import { refusedPage } from './notices.ts'
import type { Page } from './reply.ts'
import { againSection, filesSection, openSection, passwordPage } from './role-account.ts'
import type { Session } from './session.ts'
import { type SignedIn, servePage, servePress, type Web } from './visit.ts'

/** How soon a page looks again while something is under way. */
const AGAIN_S = 2

export function mountAccess(server: Server, web: Web): void {
  servePage(server, web, '/access/:request', pagePath, visit => show(web, visit))
  servePress(server, web, '/access/:request/open', pagePath, visit => open(web, visit))
  servePress(server, web, '/access/:request/address', pagePath, visit => move(web, visit))
  servePage(server, web, '/access/:request/file', pagePath, visit => file(web, visit))
}

async function show(web: Web, { request, reply, session }: SignedIn): Promise<void> {
  const id = requestOf(request)
  if (id === undefined) return reply.page(refusedPage(NOT_YOURS, web.words, session))
  const caller = callerOf(request, web.proxies)
  const view = await web.desk.view(id, session.person, caller?.address)
  if (isRefusal(view)) return reply.page(refusedPage(view, web.words, session))
  reply.page(accessPage(web, { id, view, session, caller }))
}

const open = (web: Web, visit: SignedIn): Promise<void> => giveAddress(web, visit, 'open')
const move = (web: Web, visit: SignedIn): Promise<void> => giveAddress(web, visit, 'move')

/** The address is the one the press came from, never one that a form could carry. */
async function giveAddress(
  web: Web,
  { request, reply, session }: SignedIn,
  how: 'open' | 'move',
): Promise<void> {
  const id = requestOf(request)
  if (id === undefined) return reply.page(refusedPage(NOT_YOURS, web.words, session))
  const caller = callerOf(request, web.proxies)
  if (caller === undefined) return reply.page(unknownAddressPage(session))
  const answer = await web.desk[how](id, session.person, caller.address)
  if (answer === undefined) reply.go(`/access/${id}`)
  else if (isRefusal(answer)) reply.page(refusedPage(answer, web.words, session))
  else reply.page(passwordPage(id, answer, session))
}

async function file(web: Web, { request, reply, session }: SignedIn): Promise<void> {
  const id = requestOf(request)
  if (id === undefined) return reply.page(refusedPage(NOT_YOURS, web.words, session))
  const caller = callerOf(request, web.proxies)
  const view = await web.desk.view(id, session.person, caller?.address)
  if (isRefusal(view)) return reply.page(refusedPage(view, web.words, session))
  // The page says how things stand: not open yet, or over.
  if (view.offer !== 'download') {
    return reply.page({ ...accessPage(web, { id, view, session, caller }), status: 409 })
  }
  const instance = new URL(request.url ?? '/', web.origin).searchParams.get('instance')
  const made = await web.desk.file(id, session.person, ...(instance === null ? [] : [instance]))
  if (isRefusal(made)) reply.page(refusedPage(made, web.words, session))
  else reply.file(made)
}

const NOT_YOURS = { code: 'not-requester' } as const

const requestOf = (request: Request): RequestId | undefined => parseRequestId(String(request.params.request))
const pagePath = (request: Request): string => `/access/${request.params.request}`

type Shown = { id: RequestId; view: AccessView; session: Session; caller: Caller | undefined }

function accessPage(web: Web, { id, view, session, caller }: Shown): Page {
  const { message: said, offer, moved, account } = view
  const body = [drawMessage(said, web.pages.access(id))]
  switch (offer) {
    case 'open':
      if (caller === undefined) body.push(addressUnknown())
      else if (account !== undefined) body.push(openSection(id, session, account, caller))
      else body.push(addressSection(caller, openForm(id, session)))
      break
    case 'wait':
      if (moved !== undefined) body.push(movedSection(id, session, moved))
      body.push(html`<p role="status">This page looks again by itself every ${AGAIN_S} seconds.</p>`)
      break
    case 'download':
      body.push(
        html`<p><a class="button main" href=${`/access/${id}/file`}>Download the connection file</a></p>
          <p dir="auto">${drawLine(signatureLine(view.signed))}</p>`,
      )
      if (account?.files !== undefined) body.push(filesSection(id, account.files))
      if (caller === undefined) body.push(addressUnknown())
      else if (account === undefined)
        body.push(moved === undefined ? addressSection(caller) : movedSection(id, session, moved))
      break
    case 'nothing':
      break
  }
  if (view.bastion !== undefined) body.push(bastionSection(view.bastion))
  if (account?.again === true) body.push(againSection(id, session))
  const page: Page = { status: 200, title: said.title, session, body }
  return offer === 'wait' || waitsForLink(view) ? { ...page, againAfterS: AGAIN_S } : page
}

const openForm = (
  id: RequestId,
  { csrf }: Session,
): VNode => html`<form method="post" action=${`/access/${id}/open`}>
  <input type="hidden" name="csrf" value=${csrf} /><button class="main">Open</button>
</form>`

const movedSection = (
  id: RequestId,
  { csrf }: Session,
  { from, to }: NonNullable<AccessView['moved']>,
): VNode => html`<section>
  <h2>Your address has changed</h2>
  <p>
    The VM lets in <code class="address">${from}</code>; you come from <code class="address">${to}</code> now. If you connect from here, use
    this address instead: the one before is then shut, your time goes on, and whoever approved sees the change.
  </p>
  <form method="post" action=${`/access/${id}/address`}>
    <input type="hidden" name="csrf" value=${csrf} /><button class="main">Use this address</button>
  </form>
</section>`

const addressSection = ({ address, family, public: isPublic }: Caller, form?: VNode): VNode => html`<section>
  <h2>Where you come from</h2>
  <p>Your address as we see it: <code class="address">${address}</code></p>
  <p>
    The VM lets in this address alone: behind a VPN, connect it first and load this page again; through Azure Bastion you come from
    Bastion’s own address, which this page cannot see.
  </p>
  ${family === 6 && html`<p class="warning">${IPV6}</p>`}
  ${!isPublic && html`<p class="warning">${NOT_PUBLIC}</p>`}
  ${form}
</section>`

const IPV6 =
  'This is an IPv6 address. Azure VMs are mostly reached over IPv4, where you have another address: if opening does not help, load this page over IPv4.'
const NOT_PUBLIC =
  'This address means something inside a private network only. Azure sees it only if you reach the VM through that network.'

const UNKNOWN = message({
  tone: 'bad',
  title: 'Your address could not be told',
  lines: [
    [
      'The VM is opened to one address only, and the way you reached this page hides yours. Nothing was opened. ',
      'Whoever runs Latchkey has to check the list of trusted proxies.',
    ],
  ],
  plain: 'Your address could not be told. Nothing was opened.',
})

const addressUnknown = (): VNode => html`<section class="bad">
  <h2>${UNKNOWN.title}</h2>
  <p>${UNKNOWN.lines.flat().join('')}</p>
</section>`

const unknownAddressPage = (session: Session): Page => ({
  status: 400,
  title: UNKNOWN.title,
  session,
  body: drawMessage(UNKNOWN),
})
