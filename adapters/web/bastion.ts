/**
 * How a Bastion host leads to the VM: the shareable link, where there is one, and what the host can do.
 *
 * The link is a secret and stands on this page alone: reply.ts has every page of ours kept by nobody and sent on to nobody as a referrer. It
 * works without script, and opens a tab of its own, so that this page stays for the end of the access.
 */
import type { VNode } from 'preact'
import type { AccessView } from '../../core/index.ts'
import { calm, html } from './html.ts'

type Bastion = NonNullable<AccessView['bastion']>

/** Whether the page has to be loaded again for its link. */
export const waitsForLink = ({ bastion }: AccessView): boolean =>
  bastion?.link !== undefined && 'wait' in bastion.link

export const bastionSection = ({ name, sku, port, rows, link }: Bastion): VNode => html`<section>
    ${link !== undefined && linkPart(link, port)}
    <h2>What this Bastion host can do</h2>
    <p>
      <code>${calm(name)}</code> has the tier ${calm(sku)}. In Windows you need an account that may sign in through Remote Desktop: an administrator,
      or a member of Remote Desktop Users.
    </p>
    ${rows.map(row)}
  </section>`

function linkPart(link: NonNullable<Bastion['link']>, port: number): VNode {
  if ('wait' in link)
    return html`<h2>Your link</h2>
      <p role="status">${calm(link.wait)} This page looks again by itself.</p>`
  if ('none' in link)
    return html`<h2>No link for you</h2>
      <p class="warning">${calm(link.none)} Use one of the other ways.</p>`
  return html`<h2>Your link</h2>
    <p>
      <a class="button main" href=${link.url} target="_blank" rel="noreferrer noopener">Open the VM in your browser</a>
    </p>
    <p>
      Sign in there with your user name and password for Windows${port === 3389 ? '' : `, on port ${port}`}. Whoever has this link gets to that screen: do
      not pass it on. It is deleted when nobody with access needs it any more.
    </p>`
}

const row = ({
  label,
  needs,
  signIn,
  roles,
  limits,
}: Bastion['rows'][number]): VNode => html`<h3>Through ${calm(label)}</h3>
  <ul>
    <li>${needs.length === 0 ? 'It works here.' : calm(`Not here: it would need ${needs.join(' and ')}.`)}</li>
    <li>${calm(`Sign-in: ${signIn}.`)}</li>
    <li>${calm(roles.length === 0 ? 'You need no role in Azure.' : `You need ${roles.join('; ')}.`)}</li>
    ${limits.map(limit => html`<li>${calm(limit)}</li>`)}
  </ul>`
