/**
 * Slack's mrkdwn, taken apart the way Slack does it.
 *
 * Control sequences (`<…>`) are found first, formatting second, and only what is left as text has `&amp;` `&lt;` `&gt;` decoded, once.
 * So text that was escaped stays text, and text that should have been escaped shows: a mention becomes a `hole`, which the page paints
 * red. The bot mentions nobody on purpose; any mention on this page is an escaping mistake. A `<…>` that is no http(s) link counts too.
 *
 * Without `verbatim`, Slack also links bare addresses and understands `@here`, `@channel` and `@everyone`; so does this.
 * Pure: runs in a browser and under Node.
 * Sources: docs.slack.dev, "Formatting message text" and "Text object" (stored copies, read 2026-11-21).
 */

export type Span =
  | { is: 'text'; text: string }
  | { is: 'bold' | 'italic' | 'strike' | 'code'; inner: readonly Span[] }
  | { is: 'link'; href: string; label: string }
  /** A moment in ms since 1970, with Slack's format string. */
  | { is: 'time'; at: number; format: string; fallback: string; href?: string }
  /** A live control sequence that nobody should have written. */
  | { is: 'hole'; what: string }

/** One stretch of lines. Line breaks within it are in the text. */
export type Stretch = { is: 'lines' | 'quote' | 'preformatted'; spans: readonly Span[] }

/** A character, or something found in angle brackets. `bare`: an address or mention found in plain text, as it was written there. */
type Cell = string | { found: Span; bare?: string }

export function parseMrkdwn(text: string, options: { verbatim?: boolean } = {}): readonly Stretch[] {
  const cells = cellsOf(text, options.verbatim ?? false)
  const stretches: Stretch[] = []
  let from = 0
  for (;;) {
    const open = fenceAt(cells, from)
    const close = open < 0 ? -1 : fenceAt(cells, open + 4)
    if (close < 0) break
    stretches.push(...linesAndQuotes(trimBreaks(cells.slice(from, open))))
    stretches.push({ is: 'preformatted', spans: unformatted(trimBreaks(cells.slice(open + 3, close))) })
    from = close + 3
  }
  const rest = cells.slice(from)
  stretches.push(...linesAndQuotes(from === 0 ? rest : trimBreaks(rest)))
  return stretches
}

/** Decodes the three escapes that Slack knows, once: `&amp;lt;` is `&lt;` and not `<`. */
export const decodeEscapes = (text: string): string =>
  text.replace(/&(amp|lt|gt);/g, (_, name: 'amp' | 'lt' | 'gt') => ({ amp: '&', lt: '<', gt: '>' })[name])

/** The address if a browser may open it from a chat message, else undefined. */
export function webAddress(text: unknown): string | undefined {
  if (typeof text !== 'string' || !/^https?:\/\//i.test(text)) return undefined
  return URL.canParse(text) ? text : undefined
}

// ---- Control sequences ---------------------------------------------------------------------------------------------------------

function cellsOf(text: string, verbatim: boolean): Cell[] {
  const cells: Cell[] = []
  let end = 0
  const plain = (part: string) => cells.push(...(verbatim ? part : withBare(part)))
  for (const match of text.matchAll(/<([^<>\n]+)>/g)) {
    plain(text.slice(end, match.index))
    cells.push({ found: control(match[1] ?? '') })
    end = match.index + match[0].length
  }
  plain(text.slice(end))
  return cells
}

/** Understands what stands between `<` and `>`. */
function control(inside: string): Span {
  const bar = inside.indexOf('|')
  const target = bar < 0 ? inside : inside.slice(0, bar)
  const label = bar < 0 ? undefined : decodeEscapes(inside.slice(bar + 1))
  if (target.startsWith('!date^')) return moment(target, label ?? '')
  const href = webAddress(decodeEscapes(target))
  if (href) return { is: 'link', href, label: label || href }
  return { is: 'hole', what: `<${inside}>` }
}

/** `!date^<seconds>^<format>^<link>`; the link may be left out. */
function moment(target: string, fallback: string): Span {
  const [, seconds = '', format = '', link] = target.split('^')
  if (!/^\d{1,11}$/.test(seconds)) return { is: 'text', text: fallback }
  const href = webAddress(link && decodeEscapes(link))
  const at = Number(seconds) * 1000
  return { is: 'time', at, format: decodeEscapes(format), fallback, ...(href && { href }) }
}

/** What Slack finds in plain text by itself. */
function* withBare(text: string): Generator<Cell> {
  let end = 0
  for (const match of text.matchAll(
    /https?:\/\/(?:(?!&lt;|&gt;)[^\s|"'`*])+|(?<![\w@])@(?:here|channel|everyone)\b/gi,
  )) {
    const bare = match[0].replace(/[.,;:!?)\]}]+$/, '')
    const href = webAddress(decodeEscapes(bare))
    if (!href && !bare.startsWith('@')) continue
    yield* text.slice(end, match.index)
    yield { bare, found: href ? { is: 'link', href, label: href } : { is: 'hole', what: bare } }
    end = match.index + bare.length
  }
  yield* text.slice(end)
}

// ---- Lines ---------------------------------------------------------------------------------------------------------------------

/** Where three back-ticks in a row start, from `from` on; -1 when nowhere. */
function fenceAt(cells: readonly Cell[], from: number): number {
  for (let at = from; at + 2 < cells.length; at++) {
    if (cells[at] === '`' && cells[at + 1] === '`' && cells[at + 2] === '`') return at
  }
  return -1
}

/** A fenced stretch stands on its own lines anyway: one break at each border is not drawn a second time. */
function trimBreaks(cells: readonly Cell[]): readonly Cell[] {
  const start = cells[0] === '\n' ? 1 : 0
  const end = cells.length > start && cells.at(-1) === '\n' ? cells.length - 1 : cells.length
  return cells.slice(start, end)
}

function linesAndQuotes(cells: readonly Cell[]): Stretch[] {
  if (cells.length === 0) return []
  const groups: { is: 'lines' | 'quote'; cells: Cell[] }[] = []
  for (const line of splitLines(cells)) {
    const marker = quoteMarker(line)
    const is = marker > 0 ? 'quote' : 'lines'
    const last = groups.at(-1)
    if (last?.is === is) last.cells.push('\n', ...line.slice(marker))
    else groups.push({ is, cells: line.slice(marker) })
  }
  return groups.map(group => ({ is: group.is, spans: formatted(group.cells, '*_~') }))
}

function splitLines(cells: readonly Cell[]): Cell[][] {
  const lines: Cell[][] = [[]]
  for (const cell of cells) {
    if (cell === '\n') lines.push([])
    else lines.at(-1)?.push(cell)
  }
  return lines
}

/** How many cells at the start of a line make it a quotation: Slack takes `>` and `&gt;` alike. */
function quoteMarker(line: readonly Cell[]): number {
  const length = line[0] === '>' ? 1 : line.slice(0, 4).join('') === '&gt;' ? 4 : 0
  return length > 0 && line[length] === ' ' ? length + 1 : length
}

// ---- Formatting ----------------------------------------------------------------------------------------------------------------

const kindOf = { '*': 'bold', _: 'italic', '~': 'strike' } as const

/** Within one stretch. `marks` are those not yet in force; formatting never crosses a line break. */
function formatted(cells: readonly Cell[], marks: string): Span[] {
  const spans: Span[] = []
  let text = ''
  const flush = () => {
    if (text) spans.push({ is: 'text', text: decodeEscapes(text) })
    text = ''
  }
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at]
    if (cell === undefined) break
    const close =
      typeof cell !== 'string' ? -1 : cell === '`' ? tickAfter(cells, at) : closing(cells, at, marks)
    if (typeof cell !== 'string') {
      flush()
      spans.push(cell.found)
    } else if (close < 0) {
      text += cell
    } else {
      flush()
      const inner = cells.slice(at + 1, close)
      if (cell === '`') spans.push({ is: 'code', inner: unformatted(inner) })
      else {
        const is = kindOf[cell as keyof typeof kindOf]
        spans.push({ is, inner: formatted(inner, marks.replace(cell, '')) })
      }
      at = close
    }
  }
  flush()
  return spans
}

/** Code: no formatting and no addresses found by themselves. What stood in angle brackets stays live: here it would be a mistake too. */
function unformatted(cells: readonly Cell[]): Span[] {
  const spans: Span[] = []
  for (const cell of cells) {
    const last = spans.at(-1)
    const text = typeof cell === 'string' ? cell : cell.bare
    if (text === undefined) spans.push((cell as Exclude<Cell, string>).found)
    else if (last?.is === 'text') last.text += text
    else spans.push({ is: 'text', text })
  }
  return spans.map(span => (span.is === 'text' ? { ...span, text: decodeEscapes(span.text) } : span))
}

/** Where the code that opens at `at` closes; -1 when it does not, or would be empty. */
function tickAfter(cells: readonly Cell[], at: number): number {
  for (let end = at + 1; end < cells.length && cells[end] !== '\n'; end++) {
    if (cells[end] === '`') return end > at + 1 ? end : -1
  }
  return -1
}

/** Where the emphasis that opens at `at` closes; -1 when there is none: marks inside words and beside spaces are plain characters. */
function closing(cells: readonly Cell[], at: number, marks: string): number {
  const mark = cells[at]
  if (typeof mark !== 'string' || !marks.includes(mark)) return -1
  if (isWord(cells[at - 1]) || cells[at - 1] === mark || isBlank(cells[at + 1]) || cells[at + 1] === mark)
    return -1
  for (let end = at + 1; end < cells.length && cells[end] !== '\n'; end++) {
    if (cells[end] === '`') end = Math.max(end, tickAfter(cells, end))
    else if (
      cells[end] === mark &&
      !isBlank(cells[end - 1]) &&
      !isWord(cells[end + 1]) &&
      cells[end + 1] !== mark
    )
      return end
  }
  return -1
}

const isWord = (cell: Cell | undefined): boolean => typeof cell === 'string' && /[\p{L}\p{N}]/u.test(cell)
const isBlank = (cell: Cell | undefined): boolean =>
  cell === undefined || (typeof cell === 'string' && /\s/.test(cell))
