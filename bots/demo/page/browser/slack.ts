/** Slack as this page shows it. */
import { useRef, useState } from 'preact/hooks'
import { BlockKit, Mrkdwn, type Surface } from './block-kit.ts'
import type { ChatMessage, MessageProperties, Platform } from './chat-pane.ts'
import { Composer } from './composer.ts'
import { html, type View } from './html.ts'
import { followedBy } from './known.ts'
import { post } from './remote.ts'
import { writeSize } from './size.ts'
import { HomeTab, Over, ShortcutButton, Tools } from './slack-views.ts'

type SlackMessage = ChatMessage & {
  ts: string
  /** The message whose thread it is a reply in. */
  thread?: string
  blocks?: readonly unknown[]
  file?: { id: string; name: string; size: number }
  ephemeral: boolean
}

export const slack: Platform<SlackMessage> = {
  id: 'slack',
  title: 'Slack',
  base: '/slack/client',
  firstName: 'Alice Adams',
  suggestions: [
    '/rdp connect',
    '/rdp connect vm01 2h INC-7 disk full',
    '/rdp list',
    '/rdp why vm01',
    '/rdp diagnose vm10 I cannot get in, it just times out',
    '/rdp done',
    '/rdp cancel',
    '/rdp help',
  ],
  keyOf: message => `${message.ts} ${message.ephemeral}`,
  sentAt: ({ ts }) => (Number(ts) > 0 ? Number(ts) * 1000 : undefined),
  threadOf: ({ thread }) => thread && `${thread} false`,
  Body,
  Reply,
  Home: { name: 'App Home', Tab: HomeTab },
  Over,
  Tools,
}

function Body({ message, as, conversation, now }: MessageProperties<SlackMessage>): View {
  const [pressing, setPressing] = useState<'no' | 'now' | { failed: string }>('no')
  const surface: Surface = {
    now: now(),
    // Only modals have fields here.
    values: {},
    type: () => {},
    press: actionId => {
      setPressing('now')
      const { ts } = message
      void post(`${slack.base}/press`, { as, conversation, ts, actionId }).then(answer =>
        setPressing(answer.ok ? 'no' : { failed: answer.say }),
      )
    },
    follow: address => followedBy(as, address),
    confirm: question => window.confirm(question),
  }
  return html`<div class="body ${message.ephemeral ? 'ephemeral' : ''}" aria-busy=${pressing === 'now'}>
    ${message.ephemeral && html`<p class="note">Only visible to you</p>`}
    ${drawContent(message, surface)}
    ${
      message.file &&
      html`${
        /\.png$/i.test(message.file.name) &&
        html`<img class="shot" alt=${message.file.name}
        src="${slack.base}/file/${encodeURIComponent(message.file.id)}?as=${encodeURIComponent(as)}" />`
      }<a class="file" download=${message.file.name}
        href="${slack.base}/file/${encodeURIComponent(message.file.id)}?as=${encodeURIComponent(as)}">
        <span>${message.file.name}</span><small>${writeSize(message.file.size)}</small></a>`
    }
    <p class="failed" role="alert">${typeof pressing === 'object' && pressing.failed}</p>
    ${!message.ephemeral && html`<${Menu} message=${message} as=${as} conversation=${conversation} />`}
  </div>`
}

/** What can be done with any message. */
function Menu({ message, as, conversation }: Omit<MessageProperties<SlackMessage>, 'now'>): View {
  const menu = useRef<HTMLDetailsElement>(null)
  const close = () => menu.current?.removeAttribute('open')
  const shortcut = { id: 'diagnose', conversation, ts: message.ts }
  return html`<details class="menu" ref=${menu}
    onKeyDown=${(event: KeyboardEvent) => event.key === 'Escape' && close()}>
    <summary aria-label=${`More actions for the message of ${message.fromName}`}>⋯</summary>
    <${ShortcutButton} as=${as} shortcut=${shortcut} name="Diagnose this" done=${close} />
  </details>`
}

/** Answers in the thread of a message. In direct messages, the bot has no use for threads. */
function Reply({ message, as, conversation }: Omit<MessageProperties<SlackMessage>, 'now'>): View {
  const [open, setOpen] = useState(false)
  if (message.ephemeral || !conversation.startsWith('C')) return undefined
  const send = async (text: string) => {
    const said = { as, conversation, text, thread: message.ts }
    const answer = await post(`${slack.base}/type`, said)
    if (answer.ok) setOpen(false)
    return answer
  }
  return open
    ? html`<div class="thread"><${Composer} label=${`Reply to ${message.fromName} in the thread`} suggestions=${NONE} send=${send} /></div>`
    : html`<button type="button" class="link-button" onClick=${() => setOpen(true)}>Reply in thread</button>`
}

/** Slash commands do not work in threads, so none is suggested; a mention does. */
const NONE: readonly string[] = []

/** Where there are blocks, Slack shows them instead of the text. What people typed is shown as they typed it. */
function drawContent({ from, text, blocks }: SlackMessage, surface: Surface): View {
  if (blocks?.length) return html`<${BlockKit} blocks=${blocks} surface=${surface} />`
  if (!text) return undefined
  return from === 'bot'
    ? html`<${Mrkdwn} text=${text} surface=${surface} />`
    : html`<div class="lines">${text}</div>`
}
