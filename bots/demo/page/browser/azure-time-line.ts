/** The windows of the last hours and the next, as bars: who is let in from where, and until when. */
import { useEffect, useState } from 'preact/hooks'
import { isWindow, type JitRequest, type Vm } from './azure-state.ts'
import { clockTime } from './chat-pane.ts'
import { html, type View } from './html.ts'

const HOUR_MS = 3_600_000
/** How much of the past and of the future there is to see. */
const BEFORE_MS = HOUR_MS
const AFTER_MS = 3 * HOUR_MS
const SPAN_MS = BEFORE_MS + AFTER_MS
const REDRAW_EVERY_MS = 5_000

type Bar = { vm: Vm; request: JitRequest; lane: number }

export function TimeLine({ vms, now }: { vms: readonly Vm[]; now(): number }): View {
  const [, tick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => tick(count => count + 1), REDRAW_EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  const at = now()
  const from = at - BEFORE_MS
  const rows = vms.map(vm => ({ vm, bars: lanesOf(vm, from) })).filter(({ bars }) => bars.length > 0)
  const hours = Array.from(
    { length: SPAN_MS / HOUR_MS + 1 },
    (_, hour) => Math.ceil(from / HOUR_MS) * HOUR_MS + hour * HOUR_MS,
  )
  return html`<section class="time-line" aria-labelledby="time-line-title">
    <h3 id="time-line-title">Windows</h3>
    ${rows.length === 0 && html`<p class="quiet">No port is open for anybody, and none was in the last hour.</p>`}
    ${rows.map(
      ({ vm, bars }) => html`<div class="row" key=${vm.id}>
        <b>${vm.name}</b>
        <ul class="lane" style=${`--lanes: ${Math.max(...bars.map(({ lane }) => lane)) + 1}`}>
          ${bars.map(bar => html`<${BarView} key=${`${bar.request.startedAt} ${bar.request.sources}`} bar=${bar} from=${from} />`)}
        </ul>
      </div>`,
    )}
    ${
      rows.length > 0 &&
      html`<div class="row axis" aria-hidden="true"><b></b><div class="lane">
        ${hours
          .filter(hour => hour > from && hour < at + AFTER_MS - HOUR_MS / 4)
          .map(
            hour => html`<span key=${hour} style=${`left: ${share(hour - from)}`}>${clockTime(hour)}</span>`,
          )}
        <i class="now" style=${`left: ${share(BEFORE_MS)}`}></i>
      </div></div>`
    }
  </section>`
}

/** What a request stands for now. Its rule may be gone before Azure says that its time is over: that is how a window is shut early. */
function standing({ vm, request }: Bar): 'opening' | 'open' | 'shut early' | 'ended' {
  if (!request.live) return 'ended'
  if (request.status === 'Initiating') return 'opening'
  const isIn = (source: string) => vm.nsgRules.some(rule => isWindow(rule) && rule.source.includes(source))
  return request.sources.some(isIn) ? 'open' : 'shut early'
}

function BarView({ bar, from }: { bar: Bar; from: number }): View {
  const { request, lane } = bar
  const { startedAt, endsAt, sources, justification } = request
  const left = Math.max(startedAt, from)
  const right = Math.min(endsAt, from + SPAN_MS)
  const stands = standing(bar)
  const when = stands === 'ended' ? 'ended' : stands === 'open' ? 'until' : `${stands}, before`
  const text = `${sources.join(', ')} ${when} ${clockTime(endsAt)}`
  return html`<li class="bar ${stands.replace(' ', '-')}" title=${`${text}. ${justification}`}
    style=${`left: ${share(left - from)}; width: ${share(Math.max(right - left, SPAN_MS / 100))}; --lane: ${lane}`}>
    <span>${text}</span>
  </li>`
}

const share = (ms: number): string => `${((100 * ms) / SPAN_MS).toFixed(2)}%`

/** Bars of one VM, each on the first lane that is free when it begins. */
function lanesOf(vm: Vm, from: number): Bar[] {
  const ends: number[] = []
  return vm.jitRequests
    .filter(({ endsAt }) => endsAt > from)
    .toSorted((one, other) => one.startedAt - other.startedAt)
    .map(request => {
      const free = ends.findIndex(end => end <= request.startedAt)
      const lane = free < 0 ? ends.length : free
      ends[lane] = request.endsAt
      return { vm, request, lane }
    })
}
