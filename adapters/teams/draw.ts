/**
 * Draws a Message as an Adaptive Card 1.5, the newest version that Teams takes from bots.
 *
 * Total: every part of a Message has a drawing here. Text from people is drawn as TextRuns, which know no markup; nothing is told by
 * colour alone. Long messages are shortened, and say so, until the card fits. Times are card functions, which every client's TextRun
 * turns into the reader's own time (shared object model, TextRun::GetTextForDateParsing; npm adaptivecards, TextRun.internalRender).
 * Sources: schema microsoft/AdaptiveCards schemas/1.5.0; learn.microsoft.com/microsoftteams/platform, "Cards reference" and
 * "Universal Actions for Adaptive Cards" (read 2026-11-20).
 */
import {
  type Button,
  type Line,
  type Message,
  type RequestId,
  type Run,
  type Step,
  type Tone,
  writeButton,
} from '../../core/index.ts'
import { BUTTONS_PER_ROW, CARD_BYTES, FIELD_CHARS, INTENT_BYTES, REFRESH_USERS, URL_CHARS } from './limits.ts'
import { clean, isInert, shorten, webUrl } from './text.ts'

/** A part of a card, as JSON. */
export type Json = { readonly [key: string]: unknown }

/** Names our own actions among those of other apps. */
export const VERB = 'latchkey'

/** Lets the clients of some people fetch the card as it stands each time they come to see it. */
type Refresh = { userIds: readonly string[]; request: RequestId }

export function drawCard(message: Message, refresh?: Refresh): Json {
  for (const room of ROOMS) {
    const card = drawWithin(room, message, refresh)
    if (Buffer.byteLength(JSON.stringify(card)) <= CARD_BYTES) return card
  }
  return drawWithin(BARE, message, undefined)
}

/** The activity that shows a message: the card alone. With text beside it, Teams makes two messages of it and tells the id of neither. */
export const drawActivity = (message: Message): Json => ({
  type: 'message',
  summary: shorten(clean(message.plain), 500),
  attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: drawCard(message) }],
})

/** How much of each part is drawn. `text` bounds a whole line, `runs` its pieces. */
type Room = {
  text: number
  runs: number
  lines: number
  facts: number
  steps: number
  buttons: number
  /** Longest address of a link within a line. */
  link: number
  fallback: boolean
}

const ROOMS: readonly Room[] = [
  { text: 1500, runs: 40, lines: 40, facts: 20, steps: 30, buttons: 18, link: URL_CHARS, fallback: true },
  { text: 400, runs: 20, lines: 20, facts: 15, steps: 20, buttons: 18, link: URL_CHARS, fallback: true },
  { text: 200, runs: 10, lines: 12, facts: 10, steps: 12, buttons: 12, link: 300, fallback: false },
]
/** Fits whatever the message holds: at most 20 texts of 60 characters and 4 buttons. */
const BARE: Room = { text: 60, runs: 3, lines: 4, facts: 3, steps: 3, buttons: 4, link: 150, fallback: false }

function drawWithin(room: Room, message: Message, refresh: Refresh | undefined): Json {
  const pen = makePen(room)
  const { title, tone, lines, facts, steps = [], field, buttons } = message
  const row = pen.some(buttons, room.buttons).flatMap(button => drawButton(pen, button))
  const body = [
    drawHeading(pen.text(title, 200), tone),
    ...pen.some(lines, room.lines).flatMap(line => pen.rich(line)),
    ...pen.some(facts, room.facts).flatMap(({ label, value }) => drawFact(pen, label, value)),
    ...pen.some(steps, room.steps).flatMap(step => drawStep(pen, step)),
    ...(field
      ? [
          {
            type: 'Input.Text',
            id: field.id,
            label: pen.text(field.label, 100) || field.id,
            isMultiline: true,
            maxLength: FIELD_CHARS,
            ...(field.placeholder === undefined ? {} : { placeholder: pen.text(field.placeholder, 200) }),
          },
        ]
      : []),
    ...rows(row).map(actions => ({ type: 'ActionSet', actions })),
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
  }
}

/** Draws text within a room, and remembers whether anything was left out. */
function makePen(room: Room) {
  let cut = false
  const text = (raw: string, most: number): string => {
    const whole = clean(raw)
    const short = shorten(whole, Math.min(most, room.text))
    if (short !== whole) cut = true
    return short
  }
  const some = <T>(items: readonly T[], most: number): readonly T[] => {
    if (items.length > most) cut = true
    return items.slice(0, most)
  }
  return {
    text,
    some,
    cut: () => cut,
    room,
    /** One line as one RichTextBlock; none when nothing in it can be seen. */
    rich(line: Line): Json[] {
      let left = room.text
      const inlines = some(line, room.runs).flatMap(part => {
        const drawn = drawRun(part, room.link, raw => text(raw, left))
        left = Math.max(0, left - drawn.text.length)
        return drawn.text === '' ? [] : [drawn]
      })
      return inlines.some(({ text: seen }) => seen.trim() !== '') ? [rich(inlines)] : []
    },
  }
}
type Pen = ReturnType<typeof makePen>

type TextRun = Json & { type: 'TextRun'; text: string }

const run = (text: string, look: Json = {}): TextRun => ({ type: 'TextRun', text, ...look })
const rich = (inlines: readonly TextRun[]): Json => ({ type: 'RichTextBlock', inlines })

function drawRun(part: Run, longest: number, text: (raw: string) => string): TextRun {
  if (typeof part === 'string') return run(text(part))
  if ('strong' in part) return run(text(part.strong), { weight: 'Bolder' })
  if ('code' in part) return run(text(part.code), { fontType: 'Monospace' })
  if ('person' in part) return run(text(part.name))
  if ('time' in part) return run(drawTime(part.time))
  const url = webUrl(part.link, longest)
  return run(text(part.label), url === undefined ? {} : { selectAction: { type: 'Action.OpenUrl', url } })
}

/** The card functions take whole seconds of years that have four digits; another moment than that is nobody's appointment. */
function drawTime(at: number): string {
  const moment = new Date(at)
  const iso = Number.isNaN(moment.getTime()) ? '' : moment.toISOString().replace(/\.\d+Z$/, 'Z')
  return /^\d{4}-/.test(iso) ? `{{DATE(${iso},SHORT)}} {{TIME(${iso})}}` : 'at an unknown time'
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
function drawButton(pen: Pen, { label, weight, press }: Button): Json[] {
  const look = { title: pen.text(label, 60) || 'Press', ...STYLES[weight] }
  if ('url' in press) {
    const url = webUrl(press.url, URL_CHARS)
    return url === undefined ? [] : [{ type: 'Action.OpenUrl', url, ...look }]
  }
  const intent = writeButton(press.intent)
  const data = { intent }
  if (Buffer.byteLength(JSON.stringify(data)) > INTENT_BYTES) return []
  // Clients that do not know Action.Execute send a message with the same data.
  const fallback = pen.room.fallback ? { fallback: { type: 'Action.Submit', data, ...look } } : {}
  return [{ type: 'Action.Execute', verb: VERB, data, ...look, ...fallback }]
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
    userIds: userIds.slice(0, REFRESH_USERS),
  }
}
