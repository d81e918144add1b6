/**
 * What the access page says and offers where a press sets an account: an instance of a Cloud Service.
 *
 * Whatever has to be known before pressing stands before the button. The answer to the press shows the password (once-shown.ts); pressing
 * again sets another one.
 */
import type { VNode } from 'preact'
import type { AccessView, OnceShown, RequestId } from '../../core/index.ts'
import type { Caller } from './caller.ts'
import { calm, html } from './html.ts'
import { onceShownPage } from './once-shown.ts'
import type { Page } from './reply.ts'
import type { Session } from './session.ts'

type Account = NonNullable<AccessView['account']>

const press = (id: RequestId, { csrf }: Session, label: string): VNode => html`<form
  method="post"
  action=${`/access/${id}/open`}
>
  <input type="hidden" name="csrf" value=${csrf} /><button class="main">${label}</button>
</form>`

/** Before anything was set. */
export const openSection = (
  id: RequestId,
  session: Session,
  { warnings }: Account,
  { address }: Caller,
): VNode => html`<section>
  <h2>Before you press Open</h2>
  ${warnings.map(warning => html`<p class="warning" dir="auto">${calm(warning)}</p>`)}
  <p>
    You come from <code class="address">${address}</code>. The policy is asked whether that is allowed, and it is recorded; but Azure cannot
    be told to let in this address alone.
  </p>
  <p>Open sets an account for you. Its password is shown once, in the answer to the press: have somewhere safe to put it.</p>
  ${press(id, session, 'Open')}
</section>`

/** While it is being set, and while it is open. */
export const againSection = (id: RequestId, session: Session): VNode => html`<section>
  <h2>Lost the password?</h2>
  <p>It is kept nowhere. A press sets a new account with a new password in its place; the one before is then no longer good. The end stays as it is.</p>
  ${press(id, session, 'Set a new password')}
</section>`

/** A file for each instance that the account opens. */
export const filesSection = (id: RequestId, files: readonly string[]): VNode => html`<section>
  <h2>A file for each instance</h2>
  <ul>
    ${files.map(
      name => html`<li>
        <a href=${`/access/${id}/file?instance=${encodeURIComponent(name)}`}>${calm(name)}</a>
      </li>`,
    )}
  </ul>
</section>`

export const passwordPage = (id: RequestId, once: OnceShown, session: Session): Page =>
  onceShownPage({
    once,
    session,
    title: 'Your account is being set',
    lines: [
      [
        'Azure needs some minutes, and longer where the role instances restart. It is not ready yet: the page and your chat say when it is. ',
        'If you were shown a password before, this one takes its place.',
      ],
    ],
    next: { to: `/access/${id}`, label: 'See how it goes' },
  })
