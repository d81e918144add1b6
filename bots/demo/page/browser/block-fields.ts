/**
 * Draws the fields of Slack's input blocks: text, a menu, and a menu that is searched. All work by keyboard.
 * Source: docs.slack.dev, Block Kit reference (stored copies, read 2026-11-21).
 */
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { type Fields, fields, list, plainText, string, unknown } from './block-objects.ts'
import { html, type View } from './html.ts'

export type Choice = { value: string; label: string; hint: string }

export type FieldSurface = {
  /** Typed or chosen so far, by the block id of the field; what is not in it is as it was at first. */
  values: Readonly<Record<string, string>>
  type(blockId: string, text: string): void
  /** Shown beside the fields, by block id. */
  errors?: Readonly<Record<string, string>>
  /** Asks the bot what fits, for fields that are searched. */
  search?(blockId: string, text: string): Promise<readonly Choice[]>
}

type Part = {
  blockId: string
  element: Fields
  surface: FieldSurface
  label: string
  described: string | undefined
}

export function drawInput(block: Fields, surface: FieldSurface): View {
  return html`<${Input} block=${block} surface=${surface} />`
}

function Input({ block, surface }: { block: Fields; surface: FieldSurface }): View {
  const id = useId()
  const blockId = string(block['block_id'])
  const error = surface.errors?.[blockId]
  const label = plainText(block['label'])
  const part: Part = {
    blockId,
    element: fields(block['element']),
    surface,
    label,
    described: error === undefined ? undefined : id,
  }
  return html`<label class="bk-input ${error === undefined ? '' : 'wrong'}">
    <span>${label}${block['optional'] === true && html`<small>${' (optional)'}</small>`}</span>
    ${drawField(part)}
    ${block['hint'] !== undefined && html`<small>${plainText(block['hint'])}</small>`}
    ${error !== undefined && html`<small class="failed" id=${id} role="alert">${error}</small>`}
  </label>`
}

function drawField(part: Part): View {
  switch (part.element['type']) {
    case 'plain_text_input':
      return drawText(part)
    case 'static_select':
      return drawMenu(part)
    case 'external_select':
      return html`<${Search} part=${part} />`
    default:
      return unknown('element', part.element['type'])
  }
}

function drawText({ blockId, element, surface, described }: Part): View {
  const properties = {
    value: surface.values[blockId] ?? string(element['initial_value']),
    placeholder: plainText(element['placeholder']),
    maxlength: typeof element['max_length'] === 'number' ? element['max_length'] : undefined,
    'aria-describedby': described,
    onInput: (event: { currentTarget: { value: string } }) =>
      surface.type(blockId, event.currentTarget.value),
  }
  return element['multiline'] === true
    ? html`<textarea rows="3" ...${properties} />`
    : html`<input type="text" ...${properties} />`
}

function drawMenu({ blockId, element, surface, described }: Part): View {
  const chosen = surface.values[blockId] ?? string(fields(element['initial_option'])['value'])
  const options = list(element['options']).map(readChoice)
  return html`<select value=${chosen} aria-describedby=${described}
    onChange=${(event: { currentTarget: HTMLSelectElement }) => surface.type(blockId, event.currentTarget.value)}>
    <option value="" selected=${chosen === ''}>${plainText(element['placeholder']) || 'Choose'}</option>
    ${options.map(({ value, label }) => html`<option key=${value} value=${value} selected=${value === chosen}>${label}</option>`)}
  </select>`
}

export function readChoice(option: unknown): Choice {
  const { value, text, description } = fields(option)
  return { value: string(value), label: plainText(text), hint: plainText(description) }
}

const PAUSE_MS = 150

/** What is typed is only a search; the value is what was chosen from the list. */
function Search({ part: { blockId, element, surface, label, described } }: { part: Part }): View {
  const [typed, setTyped] = useState<string | undefined>()
  const [found, setFound] = useState<readonly Choice[] | undefined>()
  const [at, setAt] = useState(-1)
  const [chosen, setChosen] = useState<Choice | undefined>(() =>
    element['initial_option'] === undefined ? undefined : readChoice(element['initial_option']),
  )
  const id = useId()
  const latest = useRef(0)
  const least = typeof element['min_query_length'] === 'number' ? element['min_query_length'] : 3

  useEffect(() => {
    if (typed === undefined) return
    if (typed.length < least) return setFound(undefined)
    latest.current += 1
    const mine = latest.current
    const timer = setTimeout(async () => {
      const choices = (await surface.search?.(blockId, typed)) ?? []
      // An answer to what was typed before must not replace one to what stands there now.
      if (mine === latest.current) setFound(choices)
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [typed])

  const open = typed !== undefined
  const close = () => {
    latest.current += 1
    setTyped(undefined)
    setFound(undefined)
    setAt(-1)
  }
  const take = (choice: Choice) => {
    setChosen(choice)
    surface.type(blockId, choice.value)
    close()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const choices = found ?? []
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!open) return setTyped('')
      const step = event.key === 'ArrowDown' ? 1 : -1
      if (choices.length > 0)
        setAt((Math.max(at, step > 0 ? -1 : 0) + step + choices.length) % choices.length)
    } else if (open && event.key === 'Enter') {
      event.preventDefault()
      const choice = choices[Math.max(at, 0)]
      if (choice) take(choice)
    } else if (open && event.key === 'Escape') {
      // Closes the list and not the modal around it.
      event.preventDefault()
      event.stopPropagation()
      close()
    }
  }
  const none = found?.length === 0 ? 'Nothing was found.' : found === undefined && 'Searching…'
  return html`<div class="search">
    <input type="text" autocomplete="off" spellcheck=${false} role="combobox" aria-label=${label} aria-autocomplete="list"
      aria-expanded=${open} aria-controls=${id} aria-describedby=${described}
      aria-activedescendant=${open && at >= 0 ? `${id}-${at}` : undefined}
      placeholder=${plainText(element['placeholder']) || 'Search'} value=${typed ?? chosen?.label ?? ''}
      onFocus=${() => setTyped('')} onBlur=${close} onKeyDown=${onKeyDown}
      onInput=${(event: { currentTarget: HTMLInputElement }) => {
        setAt(-1)
        setTyped(event.currentTarget.value)
      }} />
    <ul class="found" role="listbox" id=${id} aria-label=${label} hidden=${!open}>
      ${
        open && found && found.length > 0
          ? found.map(
              (
                choice,
                index,
              ) => html`<li role="option" id=${`${id}-${index}`} key=${choice.value} aria-selected=${index === at}
                onMouseDown=${(event: Event) => event.preventDefault()} onClick=${() => take(choice)}>
                <b>${choice.label}</b>${choice.hint && html`<small>${choice.hint}</small>`}</li>`,
            )
          : open && typed.length >= least && html`<li class="note">${none}</li>`
      }
    </ul>
  </div>`
}
