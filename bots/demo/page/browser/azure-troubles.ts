/** Switches that break things in Azure, and mend them. */
import { useState } from 'preact/hooks'
import type { Vm } from './azure-state.ts'
import { html, type View } from './html.ts'
import { post } from './remote.ts'

type Switch = { trouble: string; label: string; says?: string }

const OF_A_VM: readonly Switch[] = [
  { trouble: 'deallocated', label: 'Deallocate' },
  { trouble: 'subnet-denied', label: 'Deny rule at the subnet' },
  { trouble: 'service-stopped', label: 'Stop TermService' },
  { trouble: 'certificate-expired', label: 'Expire the certificate' },
  { trouble: 'host-failed', label: 'Fail the host' },
]
const OF_AZURE: readonly Switch[] = [
  { trouble: 'throttled', label: '429 storm', says: 'every call is refused' },
  { trouble: 'slow', label: 'Slow Azure', says: 'every call takes two seconds longer' },
]

export function VmSwitches({ vm }: { vm: Vm }): View {
  return html`<${ByHand} vm=${vm} />
    <${Switches} label=${`Break ${vm.name}`} about=${{ vm: vm.id }} switches=${OF_A_VM} on=${vm.troubles} />`
}

/** Where the window that nobody asked for comes from: an address of the ranges for documentation. */
const ELSEWHERE = '198.51.100.77'

/** Past Latchkey, as one would in the portal. */
function ByHand({ vm }: { vm: Vm }): View {
  const [failed, setFailed] = useState('')
  const open = async () => {
    const wish = { vm: vm.id, source: ELSEWHERE, minutes: 120, why: 'quick fix' }
    const answer = await post('/azure/world/window', wish)
    setFailed(answer.ok ? '' : answer.say)
  }
  const isCovered = vm.nsgRules.some(({ jit }) => jit)
  return (
    isCovered &&
    html`<div class="switches">
      <button type="button" class="button plain small" onClick=${open}>Open a window by hand</button>
      <p class="failed" role="alert">${failed}</p>
    </div>`
  )
}

export function AzureSwitches({ troubles }: { troubles: readonly string[] }): View {
  return html`<section aria-labelledby="trouble-title">
    <h3 id="trouble-title">Azure itself</h3>
    <${Switches} label="Break Azure" about=${{}} switches=${OF_AZURE} on=${troubles} />
  </section>`
}

type Properties = { label: string; about: object; switches: readonly Switch[]; on: readonly string[] }

function Switches({ label, about, switches, on }: Properties): View {
  const [failed, setFailed] = useState('')
  const turn = (trouble: string) => async () => {
    const answer = await post('/azure/world/trouble', { trouble, ...about, on: !on.includes(trouble) })
    setFailed(answer.ok ? '' : answer.say)
  }
  return html`<div class="switches" role="group" aria-label=${label}>
    ${switches.map(
      ({ trouble, label: name, says }) => html`<button type="button" class="switch" key=${trouble}
        aria-pressed=${on.includes(trouble)} title=${says} onClick=${turn(trouble)}>${name}</button>`,
    )}
    <p class="failed" role="alert">${failed}</p>
  </div>`
}
