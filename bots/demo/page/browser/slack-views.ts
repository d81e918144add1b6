/** Slack's modals and the App Home, as this page shows them. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Choice, readChoice } from './block-fields.ts'
import { BlockKit, type Surface } from './block-kit.ts'
import { fields, list, plainText } from './block-objects.ts'
import { html, type View } from './html.ts'
import { followedBy } from './known.ts'
import { isRecordWith, post, useRemote } from './remote.ts'

const base = '/slack/client'

type SlackView = {
  id: string
  title?: unknown
  submit?: unknown
  close?: unknown
  blocks: readonly unknown[]
  errors: Readonly<Record<string, string>>
  trouble?: string
}
type Views = {
  modal: SlackView | null
  home: SlackView | null
  shortcuts: readonly { type: string; id: string; name: string }[]
}

const isViews = (value: unknown): value is Views => isRecordWith(value, ['modal', 'home', 'shortcuts'])

/** What a person has open, and which shortcuts they have. */
const useViews = (as: string): Views | undefined =>
  useRemote(`${base}/views?as=${encodeURIComponent(as)}`, isViews).data

type Properties = { as: string; now(): number }

/** The modal that lies uppermost, if there is one. */
export function Over({ as, now }: Properties): View {
  const modal = useViews(as)?.modal
  return modal ? html`<${Modal} key=${modal.id} view=${modal} as=${as} now=${now} />` : undefined
}

function Modal({ view, as, now }: Properties & { view: SlackView }): View {
  const dialog = useRef<HTMLDialogElement>(null)
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const [sending, setSending] = useState(false)
  const [failed, setFailed] = useState('')
  // The browser keeps the focus inside, and gives it back afterwards.
  useLayoutEffect(() => {
    dialog.current?.showModal()
    return () => dialog.current?.close()
  }, [])

  const submit = async (event: Event) => {
    event.preventDefault()
    if (sending) return
    setSending(true)
    const answer = await post(`${base}/view/submit`, { as, view: view.id, values })
    setSending(false)
    setFailed(answer.ok ? '' : answer.say)
  }
  const dismiss = (event: Event) => {
    event.preventDefault()
    void post(`${base}/view/dismiss`, { as, view: view.id })
  }
  const surface: Surface = {
    ...surfaceOf(view, { as, now }, setFailed),
    values,
    type: (blockId, text) => setValues(before => ({ ...before, [blockId]: text })),
  }
  const title = `${view.id}-title`
  return html`<dialog class="modal" ref=${dialog} aria-labelledby=${title} onCancel=${dismiss}>
    <form onSubmit=${submit} aria-busy=${sending}>
      <h3 id=${title}>${plainText(view.title)}</h3>
      <p class="failed" role="alert">${view.trouble ?? failed}</p>
      <${BlockKit} blocks=${view.blocks} surface=${surface} />
      <div class="modal-buttons">
        <button type="button" class="button plain" onClick=${dismiss}>${plainText(view.close) || 'Close'}</button>
        ${
          view.submit !== undefined &&
          html`<button type="submit" class="button primary" disabled=${sending}>
            ${sending ? 'Sending…' : plainText(view.submit)}
          </button>`
        }
      </div>
    </form>
  </dialog>`
}

/** The App Home of a person. Looking at it tells the bot so. */
export function HomeTab({ as, now }: Properties): View {
  const home = useViews(as)?.home
  const [failed, setFailed] = useState('')
  useEffect(() => {
    void post(`${base}/home`, { as }).then(answer => setFailed(answer.ok ? '' : answer.say))
  }, [as])
  return html`<div>
    <p class="failed" role="alert">${failed}</p>
    ${
      home
        ? html`<${BlockKit} blocks=${home.blocks} surface=${surfaceOf(home, { as, now }, setFailed)} />`
        : !failed && html`<p class="hint">The bot has put nothing here yet.</p>`
    }
  </div>`
}

/** What a view can do without being sent. */
function surfaceOf(view: SlackView, { as, now }: Properties, fail: (say: string) => void): Surface {
  const tell = (path: string, more: object) => post(`${base}/view/${path}`, { as, view: view.id, ...more })
  return {
    now: now(),
    values: {},
    type: () => {},
    errors: view.errors,
    press: actionId => {
      void tell('press', { actionId }).then(answer => fail(answer.ok ? '' : answer.say))
    },
    async search(blockId, text): Promise<readonly Choice[]> {
      const answer = await tell('search', { blockId, text })
      fail(answer.ok ? '' : answer.say)
      return answer.ok ? list(fields(fields(answer.body)['answer'])['options']).map(readChoice) : []
    },
    follow: address => followedBy(as, address),
    confirm: question => window.confirm(question),
  }
}

/** The shortcut that is always there. */
export function Tools({ as }: { as: string }): View {
  const shortcuts = useViews(as)?.shortcuts.filter(({ type }) => type === 'global') ?? []
  return html`<div class="tools">
    ${shortcuts.map(
      ({ id, name }) => html`<${ShortcutButton} key=${id} as=${as} shortcut=${{ id }} name=${name} />`,
    )}
  </div>`
}

/** A shortcut; `shortcut` names it, and the message it is for if it is for one. */
export function ShortcutButton(properties: {
  as: string
  shortcut: object
  name: string
  done?(): void
}): View {
  const { as, shortcut, name, done } = properties
  const [state, setState] = useState<'no' | 'now' | { failed: string }>('no')
  const choose = async () => {
    setState('now')
    const answer = await post(`${base}/shortcut`, { as, ...shortcut })
    setState(answer.ok ? 'no' : { failed: answer.say })
    if (answer.ok) done?.()
  }
  return html`<button type="button" class="button plain small" disabled=${state === 'now'} onClick=${() => void choose()}>${name}</button>
    <span class="failed" role="alert">${typeof state === 'object' && state.failed}</span>`
}
