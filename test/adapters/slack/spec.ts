/**
 * Block Kit's limits as somebody else wrote them down (fixtures/slack/limits.json), checked on what the adapter draws. Shares nothing with
 * the adapter or with the pretend Slack. Characters are counted as sent, the strictest reading.
 */
import { readFileSync } from 'node:fs'
import type { Loose } from './house.ts'

const limits: Loose = JSON.parse(
  readFileSync(new URL('../../fixtures/slack/limits.json', import.meta.url), 'utf8'),
)

/** Everything that is wrong with a view, in words. */
export function viewProblems(view: Loose): string[] {
  const { blocks, private_metadata, callback_id, title, close, submit } = limits.view
  return [
    ...count('blocks', view.blocks, blocks),
    ...length('private_metadata', view.private_metadata, private_metadata),
    ...length('callback_id', view.callback_id, callback_id),
    ...text('title', view.title, title),
    ...text('close', view.close, close),
    ...text('submit', view.submit, submit),
    ...view.blocks.flatMap(blockProblems),
  ]
}

/** A message may hold 50 blocks; Slack says so in words, and the list of limits does not. */
export const messageProblems = (blocks: Loose[]): string[] => [
  ...count('blocks', blocks, { min_items: 1, max_items: 50 }),
  ...blocks.flatMap(blockProblems),
]

function blockProblems(block: Loose): string[] {
  const id = length('block_id', block.block_id, limits.block_id)
  switch (block.type) {
    case 'divider':
      return id
    case 'header':
      return [...id, ...text('header', block.text, limits.header.text)]
    case 'section': {
      const { max_items, item_max_length } = limits.section.fields
      return [
        ...id,
        ...text('section', block.text, limits.section.text),
        ...count('fields', block.fields, { min_items: 1, max_items }),
        ...(block.fields ?? []).flatMap((each: Loose) =>
          text('field', each, { max_length: item_max_length }),
        ),
      ]
    }
    case 'context':
      return [
        ...id,
        ...count('context', block.elements, { min_items: 1, ...limits.context.elements }),
        ...block.elements.flatMap((each: Loose) => text('context', each, limits.text)),
      ]
    case 'actions':
      return [
        ...id,
        ...count('actions', block.elements, { min_items: 1, ...limits.actions.elements }),
        ...block.elements.flatMap(elementProblems),
      ]
    case 'input':
      return [...id, ...text('label', block.label, limits.input.label), ...elementProblems(block.element)]
    default:
      return [`a block of type ${block.type} is not in this list`]
  }
}

function elementProblems(element: Loose): string[] {
  const id = length('action_id', element.action_id, limits.action_id)
  const placeholder = text('placeholder', element.placeholder, limits.select.placeholder)
  switch (element.type) {
    case 'button':
      return [
        ...id,
        ...text('button', element.text, limits.button.text),
        ...length('value', element.value, limits.button.value),
        ...length('url', element.url, limits.button.url),
      ]
    case 'plain_text_input': {
      const { max } = limits.plain_text_input.max_length
      return [
        ...id,
        ...placeholder,
        ...(element.max_length >= 1 && element.max_length <= max ? [] : [`max_length ${element.max_length}`]),
        ...length('initial_value', element.initial_value, { max_length: element.max_length }),
      ]
    }
    case 'static_select':
      return [
        ...id,
        ...placeholder,
        ...count('options', element.options, { min_items: 1, ...limits.select.options }),
        ...element.options.flatMap(optionProblems),
        ...(element.initial_option === undefined || element.options.includes(element.initial_option)
          ? []
          : ['the initial option is none of the options']),
      ]
    case 'external_select':
      return [...id, ...placeholder, ...[element.initial_option ?? []].flat().flatMap(optionProblems)]
    default:
      return [`an element of type ${element.type} is not in this list`]
  }
}

export const optionProblems = (option: Loose): string[] => [
  ...text('option', option.text, limits.option.text),
  ...length('option value', option.value, { min_length: 1, ...limits.option.value }),
  ...text('option description', option.description, limits.option.description),
]

const text = (what: string, object: Loose, limit: Loose): string[] =>
  object === undefined
    ? []
    : length(what, object.text, { ...limit, min_length: limits.text.min_length }).concat(
        length(what, object.text, limits.text),
      )

const length = (what: string, value: Loose, { min_length = 0, max_length }: Loose): string[] =>
  value === undefined || (value.length >= min_length && value.length <= max_length)
    ? []
    : [`${what} has ${value.length} characters, not ${min_length} to ${max_length}`]

const count = (what: string, items: Loose, { min_items = 0, max_items }: Loose): string[] =>
  items === undefined || (items.length >= min_items && items.length <= max_items)
    ? []
    : [`${what}: ${items.length}, not ${min_items} to ${max_items}`]
