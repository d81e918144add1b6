/** Cloud Services: whether their instances run, and who may sign in to each role until when. */
import type { AzureWorld } from './azure-state.ts'
import { html, type View } from './html.ts'

export function CloudServices({ services }: { services: AzureWorld['cloudServices'] }): View | false {
  if (services.length === 0) return false
  return html`<section aria-labelledby="services-title">
    <h3 id="services-title">Cloud Services</h3>
    <ul class="plain-list">
      ${services.map(
        ({ name, resourceGroup, instances, roles }) => html`<li key=${`${resourceGroup}/${name}`}>
          <b>${name}</b> <span class="quiet">${resourceGroup}</span>${' '}
          <span class="state ${instances === 'ready' ? 'good' : ''}">${instances}</span>
          ${roles.map(
            role => html`<div key=${role.name}>
              ${role.name}:${' '}
              ${
                role.account === undefined
                  ? html`<span class="quiet">no Remote Desktop</span>`
                  : html`<span class="tag open">${role.account.user}</span> until ${role.account.ends}`
              }
            </div>`,
          )}
        </li>`,
      )}
    </ul>
  </section>`
}
