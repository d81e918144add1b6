/** The pages that say one thing: what happened, and what to do next. */
import { type Fault, type Message, message, type Refusal } from '../../core/index.ts'
import { drawMessage } from './draw.ts'
import { html } from './html.ts'
import type { Page } from './reply.ts'
import type { Session } from './session.ts'

type Link = { to: string; label: string }

function notice(
  status: number,
  said: Message,
  { session, link }: { session?: Session | undefined; link?: Link } = {},
): Page {
  const next = link && html`<p><a class="button main" href=${link.to}>${link.label}</a></p>`
  return { status, title: said.title, session, body: [drawMessage(said), next] }
}

const say = (tone: Message['tone'], title: string, text: string): Message =>
  message({ tone, title, lines: [[text]], plain: `${title}. ${text}` })

/** A refusal in the core's own words. What a person may not see looks exactly like what does not exist. */
export function refusedPage(refusal: Refusal, words: (refusal: Refusal) => Message, session: Session): Page {
  return notice(statusOf(refusal), words(refusal), { session })
}

function statusOf({ code }: Refusal): number {
  switch (code) {
    case 'not-requester':
    case 'ticket-gone':
    case 'no-such-request':
    case 'vm-not-found':
    case 'instance-not-found':
      return 404
    case 'person-disabled':
    case 'not-a-member':
    case 'forbidden':
    case 'no-rule':
    case 'source-outside':
    case 'bind-email-differs':
      return 403
    default:
      return 409
  }
}

/** @param again where the person may try again; a form's own address is not such a place */
export function faultPage(
  { say: sentence, retryAfterMs }: Fault,
  again: string | undefined,
  session?: Session,
): Page {
  const page = notice(503, say('bad', 'That did not work right now', sentence), {
    session,
    ...(again === undefined ? {} : { link: { to: again, label: 'Try again' } }),
  })
  return retryAfterMs === undefined ? page : { ...page, retryAfterS: Math.ceil(retryAfterMs / 1000) }
}

/** @param reference stands in the log beside what went wrong */
export const bugPage = (reference: string): Page =>
  notice(
    500,
    say(
      'bad',
      'Latchkey made a mistake',
      `This is our fault, not yours. Tell whoever runs Latchkey the reference ${reference}.`,
    ),
  )

export const signInFailedPage = (status: number, sentence: string, startAgain: string): Page =>
  notice(status, say('bad', 'You are not signed in', sentence), {
    link: { to: startAgain, label: 'Sign in' },
  })

export const signInNeededPage = (startAgain: string): Page =>
  signInFailedPage(
    401,
    'Your sign-in here has ended, so nothing was done. Sign in, then press again.',
    startAgain,
  )

export const oldFormPage = (session: Session, back: string): Page =>
  notice(
    403,
    say(
      'bad',
      'This page is too old',
      'Nothing was done, because the page you pressed on was not made for this sign-in.',
    ),
    { session, link: { to: back, label: 'Load it afresh' } },
  )

export const badFormPage = (status: 413 | 415): Page => ({
  ...notice(
    status,
    say('bad', 'That cannot be read', 'Use the button on the page; nothing else is understood here.'),
  ),
  close: true,
})

export const signedInPage = (): Page =>
  notice(200, say('good', 'You are signed in', 'Follow the link that Latchkey gave you in chat again.'))

export const signedOutPage = (): Page =>
  notice(
    200,
    say('neutral', 'You are signed out of Latchkey', 'Your sign-in with Entra ID goes on in this browser.'),
  )
