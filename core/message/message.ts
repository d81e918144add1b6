/**
 * What the bot says, before any platform draws it.
 *
 * A Message names its parts by meaning: a person, a time, a button that carries an intent. Adapters draw the parts; they never decide
 * what is said. Every string in it is text to be shown as it stands: drawing escapes it.
 */
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
  /** A link to one of our own pages. */
  | { link: string; label: string }

export type Line = readonly Run[]

export type Tone = 'neutral' | 'waiting' | 'good' | 'bad'

/** One step of something in progress. `unknown`: it was tried and could not be told ("not tested" is said, never "fine"). */
export type Step = { label: string; state: 'todo' | 'doing' | 'done' | 'failed' | 'unknown'; note?: string }

export type Button = {
  label: string
  weight: 'main' | 'danger' | 'plain'
  /** `intent` goes back to us; `url` opens one of our own pages. */
  press: { intent: Intent } | { url: string }
}

/** A text field on the card. Its value arrives with every press on the same card, under `id`. */
export type Field = { id: 'reason'; label: string; placeholder?: string }

export type Message = {
  tone: Tone
  title: string
  lines: readonly Line[]
  facts: readonly { label: string; value: Line }[]
  steps?: readonly Step[]
  field?: Field
  buttons: readonly Button[]
  /** The whole message as one line: notifications, screen readers. No markup. */
  plain: string
}

/** A message with the usual blanks filled in. */
export function message(
  parts: Pick<Message, 'title' | 'plain'> & Partial<Omit<Message, 'title' | 'plain'>>,
): Message {
  return { tone: 'neutral', lines: [], facts: [], buttons: [], ...parts }
}
