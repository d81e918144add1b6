/** Azure as it is in the simulated world: the VMs, what their network security groups let in, and the calls the bot made last. */
import { useState } from 'preact/hooks'
import { clockTime } from './chat-pane.ts'
import { html, type View } from './html.ts'
import { isRecordWith, post, useRemote } from './remote.ts'

type NsgRule = { name: string; priority: number; access: string; source: string; port: string; jit: boolean }
type JitRequest = {
  sources: readonly string[]
  endsAt: number | string
  live: boolean
  justification: string
}
type Vm = {
  id: string
  name: string
  power: string
  publicAddress?: string
  nsgRules: readonly NsgRule[]
  jitRequests: readonly JitRequest[]
}
type ArmCall = { at: number | string; method: string; path: string; status: number }
type AzureWorld = { vms: readonly Vm[]; calls: readonly ArmCall[] }

const isWorld = (value: unknown): value is AzureWorld =>
  isRecordWith(value, ['vms', 'calls']) && Array.isArray(value['vms']) && Array.isArray(value['calls'])

export function AzurePane(): View {
  const { data, away } = useRemote('/azure/world', isWorld)
  return html`<section class="pane azure" aria-labelledby="azure-title" tabindex="-1" id="azure-pane">
    <header class="pane-head"><h2 id="azure-title">Azure</h2></header>
    ${away && html`<p class="away" role="status">Azure is not reachable, trying again.</p>`}
    <div class="scroll" tabindex="0" role="region" aria-label="Virtual machines and calls">
      ${!data && !away && html`<p class="hint">Loading…</p>`}
      ${data?.vms.map(vm => html`<${VmView} key=${vm.id} vm=${vm} />`)}
      ${data && html`<${Calls} calls=${data.calls} />`}
    </div>
  </section>`
}

function VmView({ vm }: { vm: Vm }): View {
  const [failed, setFailed] = useState('')
  const set = (power: string) => async () => {
    const answer = await post('/azure/world/power', { vm: vm.id, power })
    setFailed(answer.ok ? '' : answer.say)
  }
  const running = vm.power === 'running'
  return html`<article class="vm">
    <div class="vm-head">
      <h3>${vm.name}</h3>
      <span class="state ${running ? 'good' : ''}">${vm.power}</span>
      <button type="button" class="button plain small" aria-label="${running ? 'Stop' : 'Start'} ${vm.name}"
        onClick=${set(running ? 'deallocated' : 'running')}>${running ? 'Stop' : 'Start'}</button>
    </div>
    <p class="quiet">${vm.publicAddress ? `Public address ${vm.publicAddress}` : 'No public address'}</p>
    <p class="failed" role="alert">${failed}</p>
    ${vm.nsgRules.length === 0 ? html`<p class="quiet">No NSG rules.</p>` : html`<${Rules} vm=${vm} />`}
    ${vm.jitRequests.length > 0 && html`<${Requests} requests=${vm.jitRequests} />`}
  </article>`
}

function Rules({ vm }: { vm: Vm }): View {
  return html`<table>
    <caption class="hidden">NSG rules of ${vm.name}</caption>
    <thead>
      <tr><th scope="col">Rule</th><th scope="col">Source</th><th scope="col">Port</th><th scope="col">Access</th></tr>
    </thead>
    <tbody>
      ${vm.nsgRules.map(
        rule => html`<tr key=${rule.name} class=${rule.jit ? 'jit' : undefined}>
          <td>
            ${rule.jit && html`<span class="tag">JIT</span>${' '}`}
            <span class="quiet">${rule.priority}</span>${' '}<span class="name">${rule.name}</span>
          </td>
          <td class="source">${rule.source}</td>
          <td>${rule.port}</td>
          <td class=${/^allow$/i.test(rule.access) ? 'good' : 'bad'}>${rule.access}</td>
        </tr>`,
      )}
    </tbody>
  </table>`
}

function Requests({ requests }: { requests: readonly JitRequest[] }): View {
  return html`<h4>JIT requests</h4>
    <ul class="plain-list">
      ${requests.map(
        request => html`<li>
          <span class="state ${request.live ? 'good' : ''}">${request.live ? 'live' : 'over'}</span>
          ${' '}${request.sources.join(', ')}${request.live ? ' until ' : ' ended '}${clock(request.endsAt)}
          <div class="quiet name">${request.justification}</div>
        </li>`,
      )}
    </ul>`
}

function Calls({ calls }: { calls: readonly ArmCall[] }): View {
  return html`<h3>Last ARM calls</h3>
    ${calls.length === 0 && html`<p class="quiet">None yet.</p>`}
    <ul class="plain-list calls">
      ${calls.map(
        ({ at, method, path, status }) => html`<li>
          <span class="quiet">${clock(at)}</span>${' '}<b>${method}</b>${' '}<span class=${status < 400 ? 'good' : 'bad'}>${status}</span>
          <div class="name" title=${path}>${shortPath(path)}</div>
        </li>`,
      )}
    </ul>`
}

/** The end of an ARM path says what was done to what; the subscription at its start is always the same. */
const shortPath = (path: string): string =>
  path
    .replace(/\?.*$/, '')
    .replace(/^\/subscriptions\/[^/]+/i, '…')
    .replace(/\/resourceGroups\//i, '/')
    .replace(/\/providers\/Microsoft\./i, '/')

const clock = (at: number | string): string =>
  Number.isNaN(new Date(at).getTime()) ? String(at) : clockTime(new Date(at).getTime())
