/**
 * Draws a Message as Slack blocks.
 *
 * Total: every Message has a drawing that Slack accepts. Text from people is escaped and verbatim. Long text is shortened to the limits
 * in limits.ts; buttons have the first claim on the room, since what they do cannot be shortened.
 *
 * Steps are lines of a section and not Slack's `plan` block: its tasks are pending, in progress, complete or in error, which leaves no
 * way to say "not tested", and nobody promises that the block is drawn outside of assistant apps (@slack/types 3.2, read 2026-11-20).
 */
import type { KnownBlock, SectionBlock, Button as SlackButton } from '@slack/types'
import {
  type Button,
  type Line,
  type Message,
  type Step,
  type Tone,
  writeButton,
  writeForm,
} from '../../core/index.ts'
import { MOST } from './limits.ts'
import { drawLine, webAddress } from './runs.ts'
import { calm, ELLIPSIS, literal, plain, shorten, size } from './text.ts'

export type Drawn = {
  /** For notifications and screen readers; Slack shows the blocks. */
  text: string
  blocks: KnownBlock[]
}

/** Action ids start with these: the button brings an intent, brings a form to be filled in, or only opens a page. */
export const PRESS = 'press:'
export const FORM = 'form:'
const OPEN = 'open:'

export const draw = (message: Message): Drawn => ({
  text: shorten(message.plain.trim() || message.title.trim(), MOST.text / 2, calm) || NAMELESS,
  blocks: drawBlocks(message),
})

export function drawBlocks(message: Message): KnownBlock[] {
  const buttons = drawButtons(message.buttons, MOST.allBlocks - KEPT_FOR_TEXT)
  const header = drawHeader(message)
  // INVARIANT: what follows never takes more than its share, so the sum stays within MOST.allBlocks.
  let room = MOST.allBlocks - cost(header) - cost(buttons)
  const parts = [
    message.lines.length > 0 && ((share: number) => drawLines(message.lines, share)),
    (message.steps?.length ?? 0) > 0 && ((share: number) => drawSteps(message.steps ?? [], share)),
    message.facts.length > 0 && ((share: number) => drawFacts(message.facts, share)),
  ].filter(part => part !== false)
  const body = parts.flatMap((part, index) => {
    const blocks = part(Math.floor(room / (parts.length - index)))
    room -= cost(blocks)
    return blocks
  })
  return [...header, ...body, ...buttons]
}

/** Whatever the buttons want, so much is left for title and text. */
const KEPT_FOR_TEXT = 3_500
const NAMELESS = 'Latchkey'

export const cost = (blocks: readonly object[]): number =>
  blocks.reduce((sum, block) => sum + JSON.stringify(block).length + 1, 0)

// ---- Title ---------------------------------------------------------------------------------------------------------------------

const TONES: Record<Tone, string> = { neutral: '', waiting: '⏳ ', good: '✅ ', bad: '⛔ ' }

function drawHeader({ tone, title }: Message): KnownBlock[] {
  const mark = TONES[tone]
  const text = mark + (shorten(title.trim(), MOST.headerText - mark.length, plain) || NAMELESS)
  return [{ type: 'header', text: { type: 'plain_text', text, emoji: false } }]
}

// ---- Text ----------------------------------------------------------------------------------------------------------------------

/** Room for a section and its text object, without the text. */
const SECTION_FRAME = 80

const section = (text: string): KnownBlock[] =>
  text.trim() === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }]

export function drawLines(lines: readonly Line[], share: number): KnownBlock[] {
  return section(stack(lines, share - SECTION_FRAME, drawLine))
}

const STATES: Record<Step['state'], readonly [mark: string, words: string]> = {
  todo: ['○', 'to do'],
  doing: ['◔', 'in progress'],
  done: ['✓', 'done'],
  failed: ['✗', 'failed'],
  unknown: ['?', 'not tested'],
}

/** The state is said in a sign and in words, never in colour alone. */
function drawSteps(steps: readonly Step[], share: number): KnownBlock[] {
  return section(
    stack(steps, share - SECTION_FRAME, ({ label, state, note }, most) => {
      const [mark, words] = STATES[state]
      const name = shorten(label, Math.floor(most / 2), literal)
      const line = `${mark} ${name}: ${words}`
      const more = most - size(line) - 3
      return note === undefined || more < 1 ? line : `${line} (${shorten(note, more, literal)})`
    }),
  )
}

/** Draws things on lines of their own, as many as fit; then says how many are missing. */
function stack<T>(things: readonly T[], share: number, drawOne: (thing: T, most: number) => string): string {
  const most = Math.min(share, MOST.sectionText)
  let text = ''
  for (const [index, thing] of things.entries()) {
    // A line break takes two characters in JSON.
    const left = most - size(text) - 2 - MORE_LENGTH
    if (left < SHORTEST_LINE) return `${text}${andMore(things.length - index)}`
    text += (index === 0 ? '' : '\n') + drawOne(thing, left)
  }
  return text
}

const SHORTEST_LINE = 40
const MORE_LENGTH = 30
const andMore = (count: number): string => `\n${ELLIPSIS} and ${count} more`

// ---- Facts ---------------------------------------------------------------------------------------------------------------------

/** Room for a text object in `fields`, without the text. */
const FACT_FRAME = 60

function drawFacts(facts: Message['facts'], share: number): KnownBlock[] {
  const fields: NonNullable<SectionBlock['fields']> = []
  let left = share - FACT_FRAME - MORE_LENGTH
  for (const [index, fact] of facts.entries()) {
    // Each further section needs a frame as well.
    if (index % MOST.fields === 0) left -= SECTION_FRAME
    if (left < FACT_FRAME + 2 * SHORTEST_LINE) {
      fields.push({ type: 'mrkdwn', text: andMore(facts.length - index).trim(), verbatim: true })
      break
    }
    const text = drawFact(fact, Math.min(left - FACT_FRAME, MOST.fieldText))
    left -= size(text) + FACT_FRAME
    fields.push({ type: 'mrkdwn', text, verbatim: true })
  }
  return chunks(fields, MOST.fields).map(some => ({ type: 'section', fields: some }))
}

function drawFact({ label, value }: Message['facts'][number], most: number): string {
  const name = shorten(label, Math.floor(most / 3), text => literal(text).trim()) || ELLIPSIS
  const head = `*${name}*`
  return `${head}\n${drawLine(value, most - size(head) - 2) || '–'}`
}

// ---- Buttons -------------------------------------------------------------------------------------------------------------------

const STYLES = { main: { style: 'primary' }, danger: { style: 'danger' }, plain: {} } as const

/** As many buttons as fit, in their order. What a button does is never shortened: one that cannot carry it whole is left out. */
function drawButtons(buttons: readonly Button[], share: number): KnownBlock[] {
  const drawn: SlackButton[] = []
  let left = share - ACTIONS_FRAME - MORE_FRAME
  for (const [index, button] of buttons.entries()) {
    const element = drawButton(button, index)
    if (element === undefined) continue
    if (drawn.length % MOST.actions === 0) left -= ACTIONS_FRAME
    left -= cost([element])
    if (left < 0) break
    drawn.push(element)
  }
  const rows: KnownBlock[] = chunks(drawn, MOST.actions).map(elements => ({ type: 'actions', elements }))
  const missing = buttons.length - drawn.length
  return missing === 0 ? rows : [...rows, moreButtons(missing)]
}

const ACTIONS_FRAME = 40
const MORE_FRAME = 120
const moreButtons = (count: number): KnownBlock => ({
  type: 'context',
  elements: [{ type: 'plain_text', text: andMore(count).trim(), emoji: false }],
})

function drawButton({ label, weight, press }: Button, index: number): SlackButton | undefined {
  const text = shorten(label.trim(), MOST.buttonText, plain) || ELLIPSIS
  const face = {
    type: 'button',
    text: { type: 'plain_text', text, emoji: false },
    ...STYLES[weight],
  } as const
  if ('url' in press) {
    const url = webAddress(press.url)
    return url === undefined || url.length > MOST.url
      ? undefined
      : { ...face, action_id: `${OPEN}${index}`, url }
  }
  const [kind, brings] = 'form' in press ? [FORM, writeForm(press.form)] : [PRESS, writeButton(press.intent)]
  const value = asAscii(brings)
  return value.length > MOST.buttonValue ? undefined : { ...face, action_id: `${kind}${index}`, value }
}

/** JSON that reads the same whether or not Slack escapes it on the way back, as it does with the text around it. */
export const asAscii = (json: string): string =>
  json.replace(/[&<>]/g, sign => `\\u00${sign.charCodeAt(0).toString(16).padStart(2, '0')}`)

function chunks<T>(items: readonly T[], length: number): T[][] {
  const many = Math.ceil(items.length / length)
  return Array.from({ length: many }, (_, index) => items.slice(index * length, (index + 1) * length))
}
