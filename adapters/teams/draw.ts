/**
 * Draws a Message as an Adaptive Card 1.5, the newest version that Teams takes from bots.
 *
 * Total: every part of a Message has a drawing here, by pen.ts and form.ts. Nothing is told by colour alone. Long messages are shortened,
 * and say so, until the card fits.
 * Sources: schema microsoft/AdaptiveCards schemas/1.5.0; learn.microsoft.com/microsoftteams/platform, "Cards reference" and
 * "Universal Actions for Adaptive Cards" (read 2026-11-20).
 */
import {
  type Button,
  type Line,
  type Message,
  type RequestId,
  type Step,
  type Tone,
  writeButton,
} from '../../core/index.ts'
import { drawForm } from './form.ts'
import { BUTTONS_PER_ROW, CARD_BYTES, DATA_BYTES, REFRESH_USERS, URL_CHARS } from './limits.ts'
import { type Json, makePen, type Pen, type Room, rich, run } from './pen.ts'
import { clean, isInert, shorten, webUrl } from './text.ts'

/** Names our own actions among those of other apps. */
export const VERB = 'latchkey'

/** Lets the clients of some people fetch the card as it stands for them when they come to see it. */
export type Refresh = { userIds: readonly string[]; request: RequestId }

export function drawCard(message: Message, refresh?: Refresh): Json {
  for (const room of ROOMS) {
    const card = drawWithin(room, message, refresh)
    if (Buffer.byteLength(JSON.stringify(card)) <= CARD_BYTES) return card
  }
  return drawWithin(LAST, message, undefined)
}

/** The activity that shows a message: the card alone. With text beside it, Teams makes two messages of it and tells the id of neither. */
export const drawActivity = (message: Message, refresh?: Refresh): Json => ({
  type: 'message',
  summary: shorten(clean(message.plain), 500),
  attachments: [
    { contentType: 'application/vnd.microsoft.card.adaptive', content: drawCard(message, refresh) },
  ],
})

/** The activity that says one line. */
export const words = (text: string): Json => ({ type: 'message', textFormat: 'plain', text, summary: text })

const WIDE: Room = {
  text: 1500,
  runs: 40,
  lines: 40,
  facts: 20,
  steps: 30,
  buttons: 18,
  choices: 40,
  initial: 3_000,
  link: URL_CHARS,
  fallback: true,
}
const BARE: Room = {
  text: 60,
  runs: 3,
  lines: 4,
  facts: 3,
  steps: 3,
  buttons: 4,
  choices: 12,
  initial: 0,
  link: 150,
  fallback: false,
}
/** Fits whatever the message holds: at most 20 texts of 60 characters and one button. */
const LAST: Room = { ...BARE, buttons: 1 }
const ROOMS: readonly Room[] = [
  WIDE,
  { ...WIDE, text: 400, runs: 20, lines: 20, facts: 15, steps: 20, initial: 1_000 },
  { ...BARE, text: 200, runs: 10, lines: 12, facts: 10, steps: 12, buttons: 12, initial: 1_000, link: 300 },
  { ...BARE, buttons: 12 },
  BARE,
]

function drawWithin(room: Room, message: Message, refresh: Refresh | undefined): Json {
  const pen = makePen(room)
  const { title, tone, lines, facts, steps = [], buttons } = message
  const row = pen.some(buttons, room.buttons).flatMap((button, at) => drawButton(pen, button, at))
  const body = [
    drawHeading(pen.text(title, 200), tone),
    ...pen.some(lines, room.lines).flatMap(line => pen.rich(line)),
    ...pen.some(facts, room.facts).flatMap(({ label, value }) => drawFact(pen, label, value)),
    ...pen.some(steps, room.steps).flatMap(step => drawStep(pen, step)),
    ...(row.length > BUTTONS_PER_ROW ? rows(row).map(actions => ({ type: 'ActionSet', actions })) : []),
  ]
  const note = pen.cut() ? [run('Not everything fits here.', { isSubtle: true })] : []
  return {
    type: 'AdaptiveCard',
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    version: '1.5',
    lang: 'en',
    fallbackText: pen.text(message.plain, 500),
    ...(refresh ? { refresh: drawRefresh(refresh) } : {}),
    body: [...body, ...note.map(inline => rich([inline]))],
    // A form unfolds below the buttons of a card on every client; within a body, some clients are less sure where.
    ...(row.length > 0 && row.length <= BUTTONS_PER_ROW ? { actions: row } : {}),
  }
}

const TONES: Record<Tone, { sign: string; color: string; style: string }> = {
  neutral: { sign: '', color: 'Default', style: 'default' },
  waiting: { sign: '⏳ ', color: 'Default', style: 'emphasis' },
  good: { sign: '✓ ', color: 'Good', style: 'good' },
  bad: { sign: '✗ ', color: 'Attention', style: 'attention' },
}

/** A TextBlock is the only element with the role of a heading, and it knows Markdown: it is used for text that cannot be any. */
function drawHeading(title: string, tone: Tone): Json {
  const { sign, color, style } = TONES[tone]
  const words = title.trim() === '' ? 'Latchkey' : title
  const look = { size: 'Large', weight: 'Bolder', color }
  const heading = isInert(words)
    ? { type: 'TextBlock', text: sign + words, wrap: true, style: 'heading', ...look }
    : rich([run(sign + words, look)])
  return { type: 'Container', style, bleed: true, items: [heading] }
}

function drawFact(pen: Pen, label: string, value: Line): Json[] {
  const [shown] = pen.rich(value)
  if (!shown) return []
  const name = rich([run(pen.text(label, 80) || ' ', { weight: 'Bolder' })])
  const columns = [
    { type: 'Column', width: 1, items: [name] },
    { type: 'Column', width: 3, items: [shown] },
  ]
  return [{ type: 'ColumnSet', spacing: 'Small', columns }]
}

const STATES: Record<Step['state'], string> = {
  todo: '○ To do: ',
  doing: '◔ Under way: ',
  done: '✓ Done: ',
  failed: '✗ Failed: ',
  unknown: '? Not tested: ',
}

function drawStep(pen: Pen, { label, state, note }: Step): Json[] {
  const more = note === undefined ? '' : pen.text(note, 500)
  return [
    {
      ...rich([
        run(STATES[state], { weight: 'Bolder' }),
        run(pen.text(label, 300) || ' '),
        ...(more.trim() === '' ? [] : [run(` — ${more}`, { isSubtle: true })]),
      ]),
      spacing: 'Small',
    },
  ]
}

const STYLES: Record<Button['weight'], Json> = {
  main: { style: 'positive' },
  danger: { style: 'destructive' },
  plain: {},
}

/** A button that cannot be drawn is left out: its address is none, or its value longer than we would ever write. */
function drawButton(pen: Pen, { label, weight, press }: Button, at: number): Json[] {
  const look = { title: pen.text(label, 60) || 'Press', ...STYLES[weight] }
  if ('url' in press) {
    const url = webUrl(press.url, URL_CHARS)
    return url === undefined ? [] : [{ type: 'Action.OpenUrl', url, ...look }]
  }
  if ('form' in press)
    return drawForm(pen, { unfilled: press.form, at, look }, (title, strength, data) =>
      drawExecute(pen, data, { title, ...STYLES[strength] }),
    )
  const data = { intent: writeButton(press.intent) }
  if (Buffer.byteLength(JSON.stringify(data)) <= DATA_BYTES) return [drawExecute(pen, data, look)]
  pen.leaveOut()
  return []
}

function drawExecute(pen: Pen, data: Json, look: Json): Json {
  // Clients that do not know Action.Execute send a message with the same data.
  const fallback = pen.room.fallback ? { fallback: { type: 'Action.Submit', data, ...look } } : {}
  return { type: 'Action.Execute', verb: VERB, data, ...look, ...fallback }
}

function rows(actions: readonly Json[]): (readonly Json[])[] {
  const count = Math.ceil(actions.length / BUTTONS_PER_ROW)
  return Array.from({ length: count }, (_, at) =>
    actions.slice(at * BUTTONS_PER_ROW, (at + 1) * BUTTONS_PER_ROW),
  )
}

const drawRefresh = ({ userIds, request }: Refresh): Json => {
  const intent = writeButton({ do: 'show', which: { id: request } })
  return {
    action: { type: 'Action.Execute', title: 'Refresh', verb: VERB, data: { intent } },
    // Without this list, Teams would ask for everybody in a conversation of at most 60 people.
    userIds: userIds.slice(0, REFRESH_USERS),
  }
}
