/** Azure as it is in the simulated world: windows on a time line, the fleet, what can be broken, and the calls the bot made last. */
import { AzureCalls } from './azure-calls.ts'
import { Fleet } from './azure-fleet.ts'
import { CloudServices } from './azure-services.ts'
import { isWorld } from './azure-state.ts'
import { TimeLine } from './azure-time-line.ts'
import { AzureSwitches } from './azure-troubles.ts'
import { html, type View } from './html.ts'
import { useRemote } from './remote.ts'

export function AzurePane({ now }: { now(): number }): View {
  const { data, away } = useRemote('/azure/world', isWorld)
  return html`<section class="pane azure" aria-labelledby="azure-title" tabindex="-1" id="azure-pane">
    <header class="pane-head"><h2 id="azure-title">Azure</h2></header>
    ${away && html`<p class="away" role="status">Azure is not reachable, trying again.</p>`}
    <div class="scroll" tabindex="0" role="region" aria-label="Virtual machines and calls">
      ${!data && !away && html`<p class="hint">Loading…</p>`}
      ${
        data &&
        html`<${TimeLine} vms=${data.vms} now=${now} />
          <${Fleet} world=${data} />
          <${CloudServices} services=${data.cloudServices} />
          <${AzureSwitches} troubles=${data.troubles} />
          <${AzureCalls} calls=${data.calls} />`
      }
    </div>
  </section>`
}
