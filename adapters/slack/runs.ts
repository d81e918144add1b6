/** Draws lines of a Message as mrkdwn, each within a length. Total; nothing in a line can become a mention, a command or formatting. */
import type { Instant, Line, Run } from '../../core/index.ts'
import { codeText, ELLIPSIS, literal, shorten, size } from './text.ts'

/** One line, at most `most` characters long as sent. What does not fit is left out, and an ellipsis says so. */
export function drawLine(line: Line, most: number): string {
  let text = ''
  for (const run of line) {
    // The ellipsis that may have to follow needs its place.
    const drawn = drawRun(run, most - size(text) - 1)
    if (drawn === '') continue
    // Two code spans or two bold runs that touch would be read as one.
    const gap = text.at(-1) === drawn[0] && /[`*]/.test(drawn[0] ?? '') ? ' ' : ''
    if (size(text + gap + drawn) > most - 1) {
      text += text.endsWith(ELLIPSIS) ? '' : ELLIPSIS
      break
    }
    text += gap + drawn
  }
  return unquoted(text)
}

/** Slack takes a line that starts with an escaped `>` for a quotation. */
const unquoted = (line: string): string => line.replace(/^&gt;/, '\u203a')

/** One run within `room` characters; may come out too long when it cannot be cut, and the caller then leaves it out. */
function drawRun(run: Run, room: number): string {
  if (typeof run === 'string') return shorten(run, room, literal)
  if ('strong' in run) return drawStrong(run.strong, room)
  if ('code' in run) return wrap('`', run.code, room, codeText)
  if ('person' in run) return shorten(run.name, room, literal)
  if ('time' in run) return drawTime(run.time)
  return drawLink(run.link, run.label, room)
}

/** Slack takes a star beside a space, or between a sign and a letter, for a star: spaces at the ends stand outside. */
function drawStrong(strong: string, room: number): string {
  const bold = wrap('*', strong, room - 2, text => literal(text).trim())
  if (bold === '') return ''
  return `${/^\s/.test(strong) ? ' ' : ''}${bold}${/\s$/.test(strong) ? ' ' : ''}`
}

function wrap(mark: string, text: string, room: number, draw: (text: string) => string): string {
  const inner = shorten(text, room - 2, draw)
  return inner === '' ? '' : mark + inner + mark
}

/** Drawn by Slack in the reader's own time zone; the fallback, for old clients and exports, is in UTC. */
function drawTime(time: Instant): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime()) || time < 0) return 'an unknown time'
  const [day, clock] = date.toISOString().split('T')
  return `<!date^${Math.floor(time / 1000)}^{date_short_pretty} {time}|${day} ${clock?.slice(0, 5)} UTC>`
}

function drawLink(link: string, label: string, room: number): string {
  const url = webAddress(link)
  if (url === undefined) return shorten(label, room, literal)
  const before = `<${url.replaceAll('&', '&amp;')}|`
  const name = (text: string) => literal(text).replaceAll('|', '\u00a6').trim()
  return `${before}${shorten(label, Math.max(1, room - size(before) - 1), name) || 'link'}>`
}

/** The address in a form that cannot end the link it stands in; undefined unless it is http(s). */
export function webAddress(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined
  return url.href.replace(/[|<>\s`]/g, sign => encodeURIComponent(sign))
}
