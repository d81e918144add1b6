/**
 * What the bot says, before any platform draws it.
 *
 * A Message names its parts by meaning: a person, a time, a button that carries an intent. Adapters draw the parts; they never decide
 * what is said. Every string in it is text to be shown as it stands: drawing escapes it.
 */
import type { Unfilled } from '../command/form.ts'
import type { Intent } from '../command/intent.ts'
import type { Instant, PersonId } from '../ids.ts'

/** One run of text. People and times stay data, so that each platform can draw them natively. */
export type Run =
  | string
  /** Emphasised text. */
  | { strong: string }
  /** Something technical to be read letter by letter: a VM name, an address, a command. Drawn in a fixed-width face. */
  | { code: string }
  /** A person; `name` is the display name to use where the platform cannot mention them. Never drawn as a notifying mention. */
  | { person: PersonId; name: string }
  /** A moment, drawn in the reader's own time zone where the platform can. */
  | { time: Instant }
  /** A link to one of our own pages, or to the page of a VM in the Azure portal. */
  | { link: string; label: string }

export type Line = readonly Run[]

export type Tone = 'neutral' | 'waiting' | 'good' | 'bad'

/** One step of something in progress. `unknown`: it was tried and could not be told ("not tested" is said, never "fine"). */
export type Step = { label: string; state: 'todo' | 'doing' | 'done' | 'failed' | 'unknown'; note?: string }

export type Button = {
  label: string
  weight: 'main' | 'danger' | 'plain'
  /** `intent` goes back to us; `form` asks for what an intent still lacks, and then goes back to us; `url` opens one of our own pages. */
  press: { intent: Intent } | { form: Unfilled } | { url: string }
}

/** One thing to fill in. Values are text under the field's id. */
export type Field =
  | {
      kind: 'text'
      id: string
      label: string
      placeholder?: string
      /** In characters. */
      most: number
      multiline: boolean
      optional: boolean
      initial?: string
    }
  | {
      kind: 'choice'
      id: string
      label: string
      options: readonly { value: string; label: string }[]
      optional: boolean
      initial?: string
    }
  /** A VM, searched for while typing (`Inbox.suggest`). Its value is a suggestion's `value`. */
  | {
      kind: 'vm'
      id: string
      label: string
      placeholder?: string
      optional: boolean
      initial?: { value: string; label: string }
    }

/** A few questions at once: a modal in Slack, a part of the card that unfolds in Teams. */
export type Form = {
  /** At most 24 characters: Slack's limit for the title of a modal. */
  title: string
  lines: readonly Line[]
  fields: readonly Field[]
  /** The label of the button that sends it, at most 24 characters. */
  submit: string
  weight: 'main' | 'danger'
}

export type Message = {
  tone: Tone
  title: string
  lines: readonly Line[]
  facts: readonly { label: string; value: Line }[]
  steps?: readonly Step[]
  buttons: readonly Button[]
  /** The whole message as one line: notifications, screen readers. No markup. */
  plain: string
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** A line without its moments, which only a drawing can tell: for notifications and screen readers. */
export const plainOf = (line: Line): string =>
  line
    .map(run => {
      if (typeof run === 'string') return run
      if ('strong' in run) return run.strong
      if ('code' in run) return run.code
      if ('name' in run) return run.name
      return 'label' in run ? run.label : ''
    })
    .join('')

/** A message with the usual blanks filled in. */
export function message(
  parts: Pick<Message, 'title' | 'plain'> & Partial<Omit<Message, 'title' | 'plain'>>,
): Message {
  return { tone: 'neutral', lines: [], facts: [], buttons: [], ...parts }
}
