/** Slack as this page shows it. */
import { useState } from 'preact/hooks'
import { BlockKit, Mrkdwn, type Surface } from './block-kit.ts'
import type { ChatMessage, MessageProperties, Platform } from './chat-pane.ts'
import { html, type View } from './html.ts'
import { post } from './remote.ts'
import { writeSize } from './size.ts'

type SlackMessage = ChatMessage & {
  ts: string
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
    '/rdp connect vm01 2h INC-7 disk full',
    '/rdp list',
    '/rdp why vm01',
    '/rdp done',
    '/rdp cancel',
    '/rdp help',
  ],
  keyOf: message => `${message.ts} ${message.ephemeral}`,
  sentAt: ({ ts }) => (Number(ts) > 0 ? Number(ts) * 1000 : undefined),
  Body,
}

function Body({ message, as, conversation, now }: MessageProperties<SlackMessage>): View {
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const [pressing, setPressing] = useState<'no' | 'now' | { failed: string }>('no')
  const surface: Surface = {
    now: now(),
    values,
    type: (actionId, text) => setValues(before => ({ ...before, [actionId]: text })),
    press: actionId => {
      setPressing('now')
      const { ts } = message
      void post(`${slack.base}/press`, { as, conversation, ts, actionId, values }).then(answer =>
        setPressing(answer.ok ? 'no' : { failed: answer.say }),
      )
    },
    confirm: question => window.confirm(question),
  }
  return html`<div class="body ${message.ephemeral ? 'ephemeral' : ''}" aria-busy=${pressing === 'now'}>
    ${message.ephemeral && html`<p class="note">Only visible to you</p>`}
    ${drawContent(message, surface)}
    ${
      message.file &&
      html`<a class="file" download=${message.file.name}
        href="${slack.base}/file/${encodeURIComponent(message.file.id)}?as=${encodeURIComponent(as)}">
        <span>${message.file.name}</span><small>${writeSize(message.file.size)}</small></a>`
    }
    <p class="failed" role="alert">${typeof pressing === 'object' && pressing.failed}</p>
  </div>`
}

/** Where there are blocks, Slack shows them instead of the text. What people typed is shown as they typed it. */
function drawContent({ from, text, blocks }: SlackMessage, surface: Surface): View {
  if (blocks?.length) return html`<${BlockKit} blocks=${blocks} surface=${surface} />`
  if (!text) return undefined
  return from === 'bot'
    ? html`<${Mrkdwn} text=${text} surface=${surface} />`
    : html`<div class="lines">${text}</div>`
}
