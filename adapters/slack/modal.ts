/**
 * Draws a Form as a Slack modal, one way for every form, and keeps in it what is needed when it comes back.
 *
 * Total: every Form has a modal that Slack accepts, within the limits in limits.ts. A modal has no dangerous button, so a form's weight
 * is not drawn; its own words say what it does.
 * Source: docs.slack.dev, "Modals", "Input block", select menus (read 2026-11-20).
 */
import type { InputBlock, KnownBlock, ModalView, PlainTextElement, PlainTextOption } from '@slack/types'
import {
  type Address,
  type Field,
  type Form,
  formOf,
  type Posted,
  readForm,
  type Suggestion,
  type Unfilled,
  writeForm,
} from '../../core/index.ts'
import { asAscii, drawLines } from './draw.ts'
import { MOST } from './limits.ts'
import { ELLIPSIS, plain, shorten } from './text.ts'

/** The callback id of every modal of ours. */
export const FORM_MODAL = 'form'
/** The action id of every search for a VM: Slack asks for its options under this. */
export const FIND_VM = 'find-vm'
const FILL_IN = 'fill-in'

/** Where a form was opened, so that what follows goes back there. */
export type Opened = { form: Unfilled; on?: Posted; thread?: Address }

/** Undefined when what the form stands for does not fit into a modal: then it cannot come back. */
export function drawModal(opened: Opened): ModalView | undefined {
  const metadata = writeOpened(opened)
  const comesBack = metadata.length <= MOST.viewMetadata && readOpened(metadata) !== undefined
  return comesBack ? drawForm(formOf(opened.form), metadata) : undefined
}

export function drawForm({ title, lines, fields, submit }: Form, metadata: string): ModalView {
  const blocks = [...drawLines(lines, MOST.sectionText), ...fields.flatMap(drawField)]
  return {
    type: 'modal',
    callback_id: FORM_MODAL,
    private_metadata: metadata,
    title: words(title, MOST.viewTitle),
    submit: words(submit, MOST.viewButton),
    close: words('Cancel', MOST.viewButton),
    // Slack wants at least one block.
    blocks: blocks.length === 0 ? [{ type: 'divider' }] : blocks.slice(0, MOST.viewBlocks),
  }
}

const words = (text: string, most: number): PlainTextElement => ({
  type: 'plain_text',
  text: shorten(text.trim(), most, plain).trim() || ELLIPSIS,
  emoji: false,
})

// ---- Fields --------------------------------------------------------------------------------------------------------------------

/** Slack allows 2,000 (see MOST.inputLabel), which nobody would read. */
const LABEL_LENGTH = 150

/** The block id is the field's id: a problem is shown beside the block of that id. */
function drawField(field: Field): KnownBlock[] {
  const element = drawElement(field)
  if (element === undefined)
    return [{ type: 'context', elements: [words(`${field.label}: nothing to choose from`, LABEL_LENGTH)] }]
  return [
    {
      type: 'input',
      block_id: field.id,
      optional: field.optional,
      label: words(field.label, LABEL_LENGTH),
      element,
    },
  ]
}

function drawElement(field: Field): InputBlock['element'] | undefined {
  switch (field.kind) {
    case 'text': {
      const most = Math.min(Math.max(field.most, 1), MOST.inputText)
      const initial = startOf(field.initial ?? '', most, field.multiline)
      return {
        type: 'plain_text_input',
        action_id: FILL_IN,
        multiline: field.multiline,
        max_length: most,
        ...placeholderOf(field.placeholder),
        ...(initial === '' ? {} : { initial_value: initial }),
      }
    }
    case 'choice': {
      const options = field.options.flatMap(({ value, label }) => drawOption({ value, label }))
      const initial = options.find(({ value }) => value === field.initial)
      return options.length === 0
        ? undefined
        : {
            type: 'static_select',
            action_id: FILL_IN,
            options: options.slice(0, MOST.options),
            ...(initial === undefined ? {} : { initial_option: initial }),
          }
    }
    case 'vm': {
      const [initial] = field.initial === undefined ? [] : drawOption(field.initial)
      return {
        type: 'external_select',
        action_id: FIND_VM,
        // With nothing typed, what the person used last is offered.
        min_query_length: 0,
        ...placeholderOf(field.placeholder),
        ...(initial === undefined ? {} : { initial_option: initial }),
      }
    }
  }
}

const placeholderOf = (placeholder = ''): { placeholder?: PlainTextElement } =>
  placeholder.trim() === '' ? {} : { placeholder: words(placeholder, MOST.placeholder) }

/** What a field holds at first is no text object: Slack shows it as it stands. */
function startOf(text: string, most: number, multiline: boolean): string {
  const wellFormed = text
    .toWellFormed()
    .replace(/\p{Cc}/gu, sign => (multiline && sign === '\n' ? sign : ' '))
  // A cut must not leave half a character behind.
  return wellFormed.slice(0, most).replace(/[\ud800-\udbff]$/, '')
}

/** VMs found for a search, as options of the menu. */
export const drawSuggestions = (found: readonly Suggestion[]): PlainTextOption[] =>
  found.flatMap(drawOption).slice(0, MOST.options)

/** Nothing where the value does not fit: a shortened one would mean something else. */
function drawOption({
  value,
  label,
  hint,
}: {
  value: string
  label: string
  hint?: string
}): PlainTextOption[] {
  if (value === '' || value.length > MOST.optionValue) return []
  const description = hint?.trim() ? { description: words(hint, MOST.optionDescription) } : {}
  return [{ text: words(label, MOST.optionText), value, ...description }]
}

// ---- What a modal carries unseen -----------------------------------------------------------------------------------------------

/** One line about the place, one about the form. Slack brings both back as they were; they are read strictly all the same. */
function writeOpened({ form, on, thread }: Opened): string {
  const place = [on?.key, on?.messageKey, thread?.key].map(part => part ?? NOWHERE)
  return `${place.join(' ')}\n${asAscii(writeForm(form))}`
}

const NOWHERE = '-'
const PLACE = /^(?:-|[CDG][A-Z0-9]+) (?:-|\d+\.\d+) (?:-|[CG][A-Z0-9]+\/\d+\.\d+)$/

/** Undefined unless this version wrote it. */
export function readOpened(metadata: string): Opened | undefined {
  const [place = '', text = '', ...more] = metadata.split('\n')
  const form = readForm(text)
  if (form === undefined || more.length > 0 || !PLACE.test(place)) return undefined
  const [key = '', messageKey = '', thread = ''] = place.split(' ')
  return {
    form,
    ...(key === NOWHERE || messageKey === NOWHERE ? {} : { on: { platform: 'slack', key, messageKey } }),
    ...(thread === NOWHERE ? {} : { thread: { platform: 'slack', key: thread } }),
  }
}
