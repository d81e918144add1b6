/** The line people type into. Enter sends. Where there are suggestions, a slash opens them: arrow keys choose, Enter or Tab takes, Escape closes. */
import { useId, useState } from 'preact/hooks'
import { html, type View } from './html.ts'
import type { Answer } from './remote.ts'

type Properties = {
  label: string
  suggestions: readonly string[]
  send(text: string): Promise<Answer>
}

export function Composer({ label, suggestions, send }: Properties): View {
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState(-1)
  const [closed, setClosed] = useState(false)
  const [state, setState] = useState<'idle' | 'sending' | { failed: string }>('idle')
  const id = useId()

  const fitting = suggestions.filter(
    line => line !== text && line.toLowerCase().startsWith(text.toLowerCase()),
  )
  const open = text.startsWith('/') && !closed && fitting.length > 0
  const optionId = (at: number) => `${id}-${at}`

  const change = (next: string) => {
    setText(next)
    setChosen(-1)
    setClosed(false)
  }
  const take = (line: string) => {
    change(line)
    setClosed(true)
  }
  const submit = async () => {
    const line = text.trim()
    if (!line || state === 'sending') return
    setState('sending')
    const answer = await send(line)
    if (answer.ok) setText(now => (now.trim() === line ? '' : now))
    setState(answer.ok ? 'idle' : { failed: answer.say })
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return
    const line = fitting[chosen]
    if (open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      event.preventDefault()
      const step = event.key === 'ArrowDown' ? 1 : -1
      setChosen((Math.max(chosen, step > 0 ? -1 : 0) + step + fitting.length) % fitting.length)
    } else if (open && line !== undefined && (event.key === 'Enter' || event.key === 'Tab')) {
      event.preventDefault()
      take(line)
    } else if (open && event.key === 'Escape') {
      event.preventDefault()
      setClosed(true)
    }
  }

  return html`<form class="composer" onSubmit=${(event: Event) => {
    event.preventDefault()
    void submit()
  }}>
    ${
      open &&
      html`<ul class="suggestions" role="listbox" id=${id} aria-label="Suggestions">
        ${fitting.map(
          (line, at) => html`<li role="option" id=${optionId(at)} key=${line} aria-selected=${at === chosen}
            onMouseDown=${(event: Event) => event.preventDefault()} onClick=${() => take(line)}>${line}</li>`,
        )}
      </ul>`
    }
    <input type="text" autocomplete="off" spellcheck=${false} aria-label=${label} placeholder=${label} value=${text}
      role="combobox" aria-autocomplete="list" aria-expanded=${open} aria-controls=${id}
      aria-activedescendant=${open && chosen >= 0 ? optionId(chosen) : undefined}
      onInput=${(event: { currentTarget: HTMLInputElement }) => change(event.currentTarget.value)}
      onKeyDown=${onKeyDown} onBlur=${() => setClosed(true)} />
    <button type="submit" class="button main" disabled=${state === 'sending'}>${state === 'sending' ? 'Sending…' : 'Send'}</button>
    <p class="failed" role="alert">${typeof state === 'object' && state.failed}</p>
  </form>`
}
