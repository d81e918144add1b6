/**
 * Draws lines of text as Adaptive Card elements, within a room, and remembers whether anything was left out.
 *
 * Text from people is drawn as TextRuns, which know no markup. Times are card functions, which every client's TextRun turns into the
 * reader's own time (shared object model, TextRun::GetTextForDateParsing; npm adaptivecards, TextRun.internalRender; read 2026-11-21).
 */
import type { Line, Run } from '../../core/index.ts'
import { clean, shorten, webUrl } from './text.ts'

/** A part of a card, as JSON. */
export type Json = { readonly [key: string]: unknown }

/** How much of each part is drawn. `text` bounds a whole line, `runs` its pieces. */
export type Room = {
  text: number
  runs: number
  lines: number
  facts: number
  steps: number
  buttons: number
  /** Choices of one field. */
  choices: number
  /** Longest text that a field begins with; a longer one is left out whole, because half of it would be sent as if it were meant. */
  initial: number
  /** Longest address of a link within a line. */
  link: number
  fallback: boolean
}

export type Pen = ReturnType<typeof makePen>

export function makePen(room: Room) {
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
    leaveOut: () => {
      cut = true
    },
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

type TextRun = Json & { type: 'TextRun'; text: string }

export const run = (text: string, look: Json = {}): TextRun => ({ type: 'TextRun', text, ...look })
export const rich = (inlines: readonly TextRun[]): Json => ({ type: 'RichTextBlock', inlines })

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
