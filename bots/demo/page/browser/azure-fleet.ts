/** The fleet: a line for each VM, and everything about the one that is chosen. */
import { choose, useChosen } from './address.ts'
import { type AzureWorld, isWindow, type JitRequest, type Vm } from './azure-state.ts'
import { VmSwitches } from './azure-troubles.ts'
import { clockTime } from './chat-pane.ts'
import { html, type View } from './html.ts'

export function Fleet({ world: { vms, crowds } }: { world: AzureWorld }): View {
  const wanted = useChosen()('vm')
  return html`<section aria-labelledby="fleet-title">
    <h3 id="fleet-title">Fleet <span class="quiet">${vms.length} VMs</span></h3>
    <ul class="fleet">
      ${vms.map(vm => html`<${VmLine} key=${vm.id} vm=${vm} name=${keyOf(vm, vms)} open=${keyOf(vm, vms) === wanted} />`)}
    </ul>
    ${crowds.map(
      ({ count, first, last }) =>
        html`<p class="quiet">And ${count.toLocaleString('en')} more, ${first} to ${last}: all alike, for the bot to find.</p>`,
    )}
  </section>`
}

/** Names may be the same in two subscriptions. */
const keyOf = ({ name, resourceGroup }: Vm, vms: readonly Vm[]): string =>
  vms.filter(vm => vm.name === name).length > 1 ? `${name} ${resourceGroup}` : name

const BADGES: Readonly<Record<string, string>> = {
  'subnet-denied': 'subnet shut',
  'service-stopped': 'service stopped',
  'certificate-expired': 'certificate expired',
  'host-failed': 'host failed',
}

function VmLine({ vm, name, open }: { vm: Vm; name: string; open: boolean }): View {
  const windows = vm.nsgRules.filter(isWindow).length
  const id = `vm-${vm.id.replace(/[^A-Za-z0-9]+/g, '-')}`
  return html`<li class="vm">
    <button type="button" class="vm-line" aria-expanded=${open} aria-controls=${id}
      onClick=${() => choose({ vm: open ? '' : name })}>
      <b>${vm.name}</b>
      <span class="quiet where">${name === vm.name ? '' : vm.resourceGroup}</span>
      ${windows > 0 && html`<span class="tag open">${windows === 1 ? 'open' : `${windows} open`}</span>`}
      ${vm.troubles.flatMap(trouble =>
        BADGES[trouble] === undefined
          ? []
          : [html`<span class="state broken" key=${trouble}>${BADGES[trouble]}</span>`],
      )}
      <span class="state ${vm.power === 'running' ? 'good' : ''}">${vm.power}</span>
    </button>
    <div id=${id} class="vm-more" hidden=${!open}>
      ${open && html`<${VmMore} vm=${vm} />`}
    </div>
  </li>`
}

function VmMore({ vm }: { vm: Vm }): View {
  return html`<p class="quiet">
      ${vm.os}, ${vm.subscription}, ${vm.resourceGroup}.${' '}
      ${vm.publicAddress ? `Public address ${vm.publicAddress}` : 'No public address'}, private ${vm.privateAddress}.
    </p>
    <${VmSwitches} vm=${vm} />
    ${vm.nsgRules.length === 0 ? html`<p class="quiet">No NSG rules.</p>` : html`<${Rules} vm=${vm} />`}
    ${vm.jitRequests.length > 0 && html`<${Requests} requests=${vm.jitRequests} />`}`
}

function Rules({ vm }: { vm: Vm }): View {
  return html`<table>
    <caption class="hidden">NSG rules of ${vm.name}</caption>
    <thead>
      <tr><th scope="col">Rule</th><th scope="col">Source</th><th scope="col">Port</th><th scope="col">Access</th></tr>
    </thead>
    <tbody>
      ${vm.nsgRules.map(
        rule => html`<tr key=${`${rule.nsg} ${rule.name}`} class=${isWindow(rule) ? 'jit window' : rule.jit ? 'jit' : undefined}>
          <td>
            <span class="quiet">${rule.priority}</span>${' '}
            ${rule.jit && html`<span class="tag">JIT</span>${' '}`}
            <span class="name" title=${rule.name}>${rule.jit ? shortened(rule.name) : rule.name}</span>
            <div class="quiet name">${rule.nsg}</div>
          </td>
          <td class="source">${rule.source}</td>
          <td>${rule.port}</td>
          <td class=${/^allow$/i.test(rule.access) ? 'good' : 'bad'}>${rule.access}</td>
        </tr>`,
      )}
    </tbody>
  </table>`
}

/** Defender's names are long and differ at the end only. */
const shortened = (name: string): string => (name.length <= 22 ? name : `…${name.slice(-12)}`)

function Requests({ requests }: { requests: readonly JitRequest[] }): View {
  return html`<h4>JIT requests</h4>
    <ul class="plain-list">
      ${requests.toReversed().map(
        request => html`<li>
          <span class="state ${request.live ? 'good' : ''}">${request.live ? 'live' : 'over'}</span>
          ${' '}${request.sources.join(', ')}${request.live ? ' until ' : ' ended '}${clockTime(request.endsAt)}
          <div class="quiet name">${request.justification}</div>
        </li>`,
      )}
    </ul>`
}
