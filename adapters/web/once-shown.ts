/**
 * An account with its password, in the answer to the press that made it, and nowhere else.
 *
 * It is text on a page: without script, a click takes each value whole, and so does a screen reader. Every page of ours is sent with
 * `Cache-Control: no-store` (reply.ts), so that neither the browser's history nor a proxy keeps it. Loading the page again asks the browser
 * to press again, which makes a new password.
 */
import type { VNode } from 'preact'
import type { Line, OnceShown } from '../../core/index.ts'
import { drawLine } from './draw.ts'
import { calm, html } from './html.ts'
import type { Page } from './reply.ts'
import type { Session } from './session.ts'

export type OnceShownPage = {
  once: OnceShown
  title: string
  /** What it is for, and when it will work. */
  lines?: readonly Line[]
  /** Where the person goes on. */
  next: { to: string; label: string }
  session: Session
}

export const onceShownPage = ({ once, title, lines = [], next, session }: OnceShownPage): Page => ({
  status: 200,
  title,
  session,
  body: html`<section class="good">
      <h1 dir="auto">${calm(title)}</h1>
      ${lines.map(line => html`<p dir="auto">${drawLine(line)}</p>`)} ${account(once)}
      <p class="warning">
        <strong>This is shown once.</strong> Copy the password now: it is kept nowhere, and nobody can tell it to you again. If you lose it,
        go back and press again; a new one then takes its place.
      </p>
    </section>
    <p><a class="button main" href=${next.to}>${calm(next.label)}</a></p>`,
})

/** As it is typed into Windows: nothing round it, nothing changed in it. */
const account = ({ user, password }: OnceShown): VNode => html`<dl>
  <div>
    <dt>User name</dt>
    <dd><code class="once" dir="ltr" translate="no">${user}</code></dd>
  </div>
  <div>
    <dt>Password</dt>
    <dd><code class="once" dir="ltr" translate="no">${password}</code></dd>
  </div>
</dl>`
