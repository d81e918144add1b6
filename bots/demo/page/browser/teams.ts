/** Teams as this page shows it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { Card, type CardAction, type Search } from './card.ts'
import type { ChatMessage, Conversation, MessageProperties, Platform } from './chat-pane.ts'
import { html, type View } from './html.ts'
import { followedBy } from './known.ts'
import { isListOf, isRecordWith, post } from './remote.ts'
import { writeSize } from './size.ts'

type TeamsMessage = ChatMessage & {
  id: string
  card?: unknown
  summary?: string
  file?: { name: string; size: number; url: string }
  consent?: { name: string; size: number }
  /** Nobody else sees it. */
  onlyYou?: boolean
  /** The card asks to be fetched for its reader. */
  wantsRefresh?: boolean
}

type TeamsConversation = Conversation<TeamsMessage> & { installed?: boolean }

export const teams: Platform<TeamsMessage> = {
  id: 'teams',
  title: 'Teams',
  base: '/teams/client',
  firstName: 'Bob Brandt',
  suggestions: [
    '/rdp connect vm01 2h INC-7 disk full',
    '/rdp list',
    '/rdp show',
    '/rdp why vm01',
    '/rdp diagnose vm10 I cannot get in, it just times out',
    '/rdp help',
  ],
  keyOf: message => message.id,
  // Teams numbers messages by their time in ms.
  sentAt: ({ id }) => (/^\d{13}$/.test(id) ? Number(id) : undefined),
  Body,
  Tools,
}

/** Adds the app to the conversation, or removes it. */
function Tools({ talk, as }: { talk: Conversation<TeamsMessage>; as: string }): View {
  const [failed, setFailed] = useState('')
  const installed = (talk as TeamsConversation).installed !== false
  const change = async () => {
    const asked = { as, conversation: talk.id, installed: !installed }
    const answer = await post(`${teams.base}/install`, asked)
    setFailed(answer.ok ? '' : answer.say)
  }
  return html`<div class="tools">
    <span class="note">${installed ? 'Latchkey is installed here.' : 'Latchkey is not installed here.'}</span>
    <button type="button" class="button plain small" onClick=${() => void change()}>
      ${installed ? 'Remove the app' : 'Add the app'}
    </button>
    <p class="failed" role="alert">${failed}</p>
  </div>`
}

/** What came back from a press: shown beside the message, as Teams does, and with the time it took. */
type Pressed = 'no' | 'now' | { say: string; bad: boolean }

function Body({ message, as, conversation }: MessageProperties<TeamsMessage>): View {
  const [pressed, setPressed] = useState<Pressed>('no')
  const menu = useRef<HTMLDetailsElement>(null)
  // The card in the answer to a press is for this reader only, and gives way as soon as the message itself changes.
  const [own, setOwn] = useState<{ instead: string | undefined; card: unknown } | undefined>()
  const base = message.card === undefined ? undefined : JSON.stringify(message.card)
  const card = own && own.instead === base ? own.card : message.card

  const tell = async (path: string, body: object) => {
    setPressed('now')
    const answer = await post(`${teams.base}/${path}`, { as, conversation, id: message.id, ...body })
    if (!answer.ok) return setPressed({ say: answer.say, bad: true })
    const read = readAnswer(answer.body)
    if (read.card !== undefined) setOwn({ instead: base, card: read.card })
    setPressed(read.say ? { say: read.say, bad: read.bad } : 'no')
  }
  const refuse = (address: string) =>
    setPressed({ say: `Not opened, because it is no web address: ${address}`, bad: true })
  const follow = (address: string) => followedBy(as, address)
  const press = (action: CardAction) => void tell('press', action)
  const search: Search = async (dataset, text) => {
    const asked = { as, conversation, id: message.id, dataset, text }
    const answer = await post(`${teams.base}/search`, asked)
    return answer.ok && isRecordWith(answer.body, ['results']) && isChoices(answer.body['results'])
      ? answer.body['results']
      : []
  }
  const diagnose = async () => {
    menu.current?.removeAttribute('open')
    setPressed('now')
    const asked = { as, conversation, id: message.id, commandId: 'diagnose' }
    const answer = await post(`${teams.base}/choose`, asked)
    if (!answer.ok) return setPressed({ say: answer.say, bad: true })
    const say = isRecordWith(answer.body, ['say']) ? String(answer.body['say']) : ''
    setPressed({ say, bad: false })
  }
  // As a client does when its reader comes to see the card. What comes back is shown with the message.
  useEffect(() => {
    if (message.wantsRefresh) void post(`${teams.base}/refresh`, { as, conversation, id: message.id })
  }, [message.wantsRefresh, base])
  const consent = (accept: boolean) => () => void tell('consent', { accept })

  return html`<div class="body" aria-busy=${pressed === 'now'}>
    ${message.onlyYou && html`<p class="note">Only you can see this message.</p>`}
    ${drawText(message)}
    ${card !== undefined && html`<${Card} card=${card} act=${press} search=${search} refuse=${refuse} follow=${follow} />`}
    ${
      message.consent &&
      html`<div class="consent">
        <p>The bot wants to send you <b>${message.consent.name}</b> (${writeSize(message.consent.size)}).</p>
        <div class="bk-actions">
          <button type="button" class="button primary" onClick=${consent(true)}>Allow</button>
          <button type="button" class="button plain" onClick=${consent(false)}>Decline</button>
        </div>
      </div>`
    }
    ${message.file && drawFile(message.file)}
    ${
      (message.text || card !== undefined) &&
      html`<details class="menu" ref=${menu}
        onKeyDown=${(event: KeyboardEvent) => event.key === 'Escape' && menu.current?.removeAttribute('open')}>
        <summary aria-label=${`More actions for the message of ${message.fromName}`}>⋯</summary>
        <button type="button" class="button plain small" onClick=${() => void diagnose()}>Diagnose this</button>
      </details>`
    }
    <p class=${typeof pressed === 'object' && pressed.bad ? 'failed' : 'note'} role="status">
      ${pressed === 'now' ? 'Waiting for the bot…' : typeof pressed === 'object' && pressed.say}
    </p>
  </div>`
}

/** A bot's text is Markdown, and is drawn by the same renderer as its cards. What people typed is shown as they typed it. */
function drawText({ from, text }: TeamsMessage): View {
  if (!text) return undefined
  if (from !== 'bot') return html`<div class="lines">${text}</div>`
  const card = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text, wrap: true }] }
  return html`<${Card} card=${card} act=${ignore} search=${nothing} refuse=${ignore} follow=${unchanged} />`
}

const ignore = () => {}
const unchanged = (address: string) => address
const nothing: Search = async () => []
const isChoices = isListOf<{ title: string; value: string }>('title', 'value')

function drawFile({ name, size, url }: { name: string; size: number; url: string }): View {
  const label = html`<span>${name}</span><small>${writeSize(size)}</small>`
  // Only addresses of this server or the web: the address came with a message.
  const safe = URL.canParse(url, location.href) && /^https?:$/.test(new URL(url, location.href).protocol)
  return safe
    ? html`${/\.png$/i.test(name) && html`<img class="shot" src=${url} alt=${name} />`}<a class="file" href=${url} download=${name} rel="noopener noreferrer">${label}</a>`
    : html`<p class="unknown">unknown address: ${url}</p>`
}

/** Reads `{ status, ms, answer? }`, where `answer` is what the bot returned for a card action. */
function readAnswer(body: unknown): { card?: unknown; say?: string; bad: boolean } {
  if (!isRecordWith(body, ['status'])) return { bad: false }
  const { status, ms, answer } = body
  const took = `${status} in ${ms} ms`
  const bad = Number(status) >= 400
  if (!isRecordWith(answer, ['type', 'value'])) return { say: took, bad }
  const { type, value, statusCode } = answer
  switch (type) {
    case 'application/vnd.microsoft.card.adaptive':
      return { card: value, say: took, bad }
    case 'application/vnd.microsoft.activity.message':
      return { say: `${String(value)} (${took})`, bad }
    case 'application/vnd.microsoft.error':
      return {
        say: `${isRecordWith(value, ['message']) ? String(value['message']) : String(statusCode)} (${took})`,
        bad: true,
      }
    default:
      return { say: took, bad }
  }
}
