/**
 * Forms as a part of the card that unfolds, and the reading of what was filled in.
 *
 * An Action.ShowCard sends its own inputs and no other form's. Hiding inputs instead would not do: on iOS an Action.Execute sends and
 * checks hidden inputs as well (github.com/microsoft/AdaptiveCards issue 8585). No input is marked as required, because clients then refuse
 * what was found by searching (github.com/OfficeDev/Microsoft-Teams-Samples issue 868) and some refuse to send at all (AdaptiveCards issue
 * 9315): what is missing is said in the answer. A VM is searched for while typing, and can be named in a second field where a client does
 * not search. Input ids carry the number of the form, so that several forms of one card do not meet.
 * Sources: schema microsoft/AdaptiveCards 1.5.0 and, for `choices.data`, 1.6.0, which Teams takes in cards of any version;
 * learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/dynamic-search (read 2026-11-21).
 */
import { type Field, formOf, type Unfilled, writeForm } from '../../core/index.ts'
import { DATA_BYTES, TYPED_CHARS } from './limits.ts'
import { type Json, type Pen, rich, run } from './pen.ts'
import { cleanLines, whole } from './text.ts'

/** Names the search for VMs among those of other apps. */
export const DATASET = 'latchkey-vms'

/** What the button of a form sends, besides the inputs. */
type FormData = { form: string; at: number }

/**
 * The button that unfolds a form. None when the form is larger than we would ever write.
 *
 * @param at which form of its card this is
 * @param send makes the button that sends it
 */
export function drawForm(
  pen: Pen,
  { unfilled, at, look }: { unfilled: Unfilled; at: number; look: Json },
  send: (title: string, weight: 'main' | 'danger', data: FormData) => Json,
): Json[] {
  const { title, lines, fields, submit, weight } = formOf(unfilled)
  const data = { form: writeForm(unfilled), at }
  if (Buffer.byteLength(JSON.stringify(data)) > DATA_BYTES) {
    pen.leaveOut()
    return []
  }
  const card = {
    type: 'AdaptiveCard',
    body: [
      rich([run(pen.text(title, 100) || ' ', { weight: 'Bolder' })]),
      ...lines.flatMap(line => pen.rich(line)),
      ...fields.flatMap(field => drawField(pen, field, at)),
    ],
    actions: [send(pen.text(submit, 60) || 'Send', weight, data)],
  }
  return [{ type: 'Action.ShowCard', card, ...look }]
}

function drawField(pen: Pen, field: Field, at: number): Json[] {
  const id = idOf(at, field.id)
  const optional = field.optional ? ' (optional)' : ''
  const label = `${pen.text(field.label, 100) || field.id}${optional}`
  switch (field.kind) {
    case 'text':
      return [
        {
          type: 'Input.Text',
          id,
          label,
          isMultiline: field.multiline,
          maxLength: field.most,
          ...hint(pen, field.placeholder),
          ...initialText(pen, field),
        },
      ]
    case 'choice': {
      const choices = pen
        .some(field.options, pen.room.choices)
        .map(option => ({ title: pen.text(option.label, 100) || option.value, value: option.value }))
      // A choice of nothing is none that Teams takes; what is written instead is judged like a choice.
      if (choices.length === 0) return [{ type: 'Input.Text', id, label, maxLength: 100 }]
      const isThere = choices.some(({ value }) => value === field.initial)
      return [
        {
          type: 'Input.ChoiceSet',
          id,
          label,
          style: 'compact',
          choices,
          placeholder: 'Choose',
          ...(isThere ? { value: field.initial } : {}),
        },
      ]
    }
    case 'vm': {
      const { initial } = field
      const known = initial && { title: pen.text(initial.label, 100) || initial.value, value: initial.value }
      return [
        {
          type: 'Input.ChoiceSet',
          id,
          label,
          style: 'filtered',
          choices: known ? [known] : [],
          'choices.data': { type: 'Data.Query', dataset: DATASET },
          ...hint(pen, field.placeholder),
          ...(known ? { value: known.value } : {}),
        },
        {
          type: 'Input.Text',
          id: typedOf(id),
          label: `${pen.text(field.label, 100) || field.id}, if it cannot be searched for here (optional)`,
          placeholder: 'Its name',
          maxLength: 200,
        },
      ]
    }
  }
}

const hint = (pen: Pen, placeholder: string | undefined): Json =>
  placeholder === undefined ? {} : { placeholder: pen.text(placeholder, 200) }

function initialText(pen: Pen, { initial, most, multiline }: Extract<Field, { kind: 'text' }>): Json {
  if (initial === undefined || initial === '') return {}
  const value = whole(cleanLines(initial, multiline).slice(0, most))
  if (value.length <= pen.room.initial) return { value }
  pen.leaveOut()
  return {}
}

const idOf = (at: number, field: string): string => `form${at}-${field}`
const typedOf = (id: string): string => `${id}-typed`

/** The values of a form's fields among what a button sent. Anything that is no text counts as empty; nothing else is taken. */
export function valuesIn(unfilled: Unfilled, at: number, data: Json): Readonly<Record<string, string>> {
  const textIn = (id: string): string => {
    const value = Object.hasOwn(data, id) ? data[id] : ''
    return typeof value === 'string' ? whole(value.slice(0, TYPED_CHARS)) : ''
  }
  return Object.fromEntries(
    formOf(unfilled).fields.map(field => {
      const id = idOf(at, field.id)
      const value = textIn(id)
      return [field.id, field.kind === 'vm' && value.trim() === '' ? textIn(typedOf(id)) : value]
    }),
  )
}
