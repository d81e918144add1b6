/** The page: the clock of the world on top, then Slack, Teams and Azure. */
import { render } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { AzurePane } from './azure.ts'
import { ChatPane } from './chat-pane.ts'
import { html, type View } from './html.ts'
import { learn, type World, worldNow } from './known.ts'
import { connect, useConnected } from './live.ts'
import { isRecordWith, post, useRemote } from './remote.ts'
import { slack } from './slack.ts'
import { teams } from './teams.ts'
import { Tour } from './tour.ts'

const isWorld = (value: unknown): value is World =>
  isRecordWith(value, ['now', 'product']) && typeof value['now'] === 'number'

const steps = [
  { label: '+10 min', minutes: 10 },
  { label: '+1 h', minutes: 60 },
  { label: '+2 h', minutes: 120 },
]
const panes = [
  { id: 'slack-pane', label: 'Slack' },
  { id: 'teams-pane', label: 'Teams' },
  { id: 'azure-pane', label: 'Azure' },
]

function App(): View {
  const world = useRemote('/world', isWorld)
  if (world.data) learn(world.data)
  return html`
    <header class="top">
      <h1>${document.title}</h1>
      <${Clock} known=${world.data !== undefined} />
      ${world.data?.address !== undefined && html`<${Address} address=${world.data.address} />`}
      <${Product} world=${world.data} away=${world.away} />
      <nav class="jump" aria-label="Panes">
        ${panes.map(({ id, label }) => html`<button type="button" onClick=${() => goTo(id)}>${label}</button>`)}
      </nav>
    </header>
    ${world.data && html`<${Tour} />`}
    <main>
      <${ChatPane} platform=${slack} now=${worldNow} />
      <${ChatPane} platform=${teams} now=${worldNow} />
      <${AzurePane} now=${worldNow} />
    </main>
  `
}

/** Not a link: what stands after the `#` says who is chosen. */
function goTo(id: string): void {
  const pane = document.getElementById(id)
  pane?.scrollIntoView()
  pane?.focus({ preventScroll: true })
}

function Clock({ known }: { known: boolean }): View {
  const [, tick] = useState(0)
  const [failed, setFailed] = useState('')
  useEffect(() => {
    const timer = setInterval(() => tick(count => count + 1), 1000)
    return () => clearInterval(timer)
  }, [])
  const move = (minutes: number) => async () => {
    const answer = await post('/world/clock', { minutes })
    setFailed(answer.ok ? '' : answer.say)
  }
  const now = new Date(worldNow())
  return html`<div class="clock" role="group" aria-label="The world's clock">
    <time datetime=${known ? now.toISOString() : undefined}>${known ? writeNow(now) : 'no clock yet'}</time>
    ${steps.map(
      ({ label, minutes }) => html`<button type="button" class="button plain small" disabled=${!known}
        onClick=${move(minutes)}>${label}</button>`,
    )}
    <p class="failed" role="alert">${failed}</p>
  </div>`
}

const writeNow = (now: Date): string =>
  now.toLocaleString('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  })

function Address({ address }: { address: string }): View {
  const [typed, setTyped] = useState<string | undefined>()
  const [failed, setFailed] = useState('')
  const submit = async (event: Event) => {
    event.preventDefault()
    if (typed === undefined) return
    const answer = await post('/world/address', { address: typed.trim() })
    setFailed(answer.ok ? '' : answer.say)
    if (answer.ok) setTyped(undefined)
  }
  return html`<form class="address" onSubmit=${submit}>
    <label>Browsers come from${' '}
      <input type="text" inputmode="decimal" autocomplete="off" spellcheck=${false} value=${typed ?? address}
        onInput=${(event: { currentTarget: HTMLInputElement }) => setTyped(event.currentTarget.value)} />
    </label>
    <button type="submit" class="button plain small" disabled=${typed === undefined || typed.trim() === address}>Set</button>
    <p class="failed" role="alert">${failed}</p>
  </form>`
}

function Product({ world, away }: { world: World | undefined; away: boolean }): View {
  const connected = useConnected()
  const [failed, setFailed] = useState('')
  const kill = async () => {
    const answer = await post('/world/kill', {})
    setFailed(answer.ok ? '' : answer.say)
  }
  const state = away
    ? 'The world is not reachable, trying again'
    : world
      ? `Bot: ${world.product}`
      : 'Loading…'
  return html`<div class="product" role="group" aria-label="The bot">
    <span class="state ${!away && world?.product === 'ready' ? 'good' : ''}" role="status">
      ${state}${!away && !connected && ' (not live)'}
    </span>
    <button type="button" class="button danger small" aria-describedby="kill-says" onClick=${kill}>Kill the bot</button>
    <small id="kill-says">
      As kill -9 does. It starts again and carries on; nothing may get lost.
    </small>
    <p class="failed" role="alert">${failed}</p>
  </div>`
}

const place = document.getElementById('app')
if (place) {
  place.replaceChildren()
  render(html`<${App} />`, place)
}
connect()
