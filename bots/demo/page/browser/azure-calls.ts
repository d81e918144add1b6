/** The log of the calls that reached Azure Resource Manager, newest first. */
import type { ArmCall } from './azure-state.ts'
import { clockTime } from './chat-pane.ts'
import { html, type View } from './html.ts'

export function AzureCalls({ calls }: { calls: readonly ArmCall[] }): View {
  return html`<section aria-labelledby="calls-title">
    <h3 id="calls-title">ARM calls <span class="quiet">newest first</span></h3>
    ${calls.length === 0 && html`<p class="quiet">None yet.</p>`}
    <ol class="plain-list calls">
      ${calls.map(
        ({ at, method, path, status }) => html`<li>
          <span class="quiet">${clockTime(at)}</span>${' '}<b>${method}</b>${' '}
          <span class=${status > 0 && status < 400 ? 'good' : 'bad'}>${status === 0 ? 'no answer' : status}</span>${' '}
          <span class="name" title=${path}>${shortPath(path)}</span>
        </li>`,
      )}
    </ol>
  </section>`
}

/** The end of an ARM path says what was done to what; the subscription at its start is always the same. */
const shortPath = (path: string): string =>
  path
    .replace(/\?.*$/, '')
    .replace(/^\/subscriptions\/[^/]+/i, '')
    .replace(/^\/resourceGroups\/([^/]+)\/providers\/Microsoft\.\w+\//i, '$1/')
    .replace(/^\/providers\/Microsoft\./i, '')
