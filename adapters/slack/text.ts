/**
 * Makes text from people harmless and keeps it within a length.
 *
 * Slack reads `&`, `<` and `>` as the start of mentions, links and commands; they are escaped, in plain text objects too, since Slack
 * decodes those once for display (github.com/slackapi/bolt-python issue 513, read 2026-11-21). Escaping does not stop `*bold*`,
 * back-ticks, `:emoji:` or a quotation at the start of a line, so those characters are replaced by look-alikes where Slack would
 * take them as formatting: at the edge of a word. Inside words they stay.
 * Source: docs.slack.dev, "Formatting message text" and "Text object" (read 2026-11-20).
 */

/** One line without control characters, and without invisible characters that reorder or hide text. */
export const tidy = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g, '')

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

/** For plain_text objects. */
export const plain = (text: string): string => escaped(tidy(text))

/** For mrkdwn objects: shown as it stands. */
export const literal = (text: string): string =>
  escaped(
    tidy(text)
      .replace(/(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])|`/gu, mark => LOOKS_LIKE[mark] ?? '')
      .replace(/:(?=[\w+'-]*[a-z][\w+'-]*:)/gi, '\ua789'),
  )

/** For the inside of a code span, where only the back-tick means something. */
export const codeText = (text: string): string => escaped(tidy(text).replaceAll('`', '\u02cb').trim())

/** For text whose object knows no `verbatim`: nobody is called by `@here` and its kin. */
export const calm = (text: string): string => literal(text).replace(/@(?=here|channel|everyone)/gi, '\uff20')

const LOOKS_LIKE: Readonly<Record<string, string>> = {
  '*': '\u2217',
  _: '\u02cd',
  '~': '\u223c',
  '`': '\u02cb',
}

/** Characters a string takes in the JSON that is sent, without its quotes. Never less than its length. */
export const size = (text: string): number => JSON.stringify(text).length - 2

/** Draws text, shortened with an ellipsis so that the drawing has at most `most` characters. The cut never splits an escape. */
export function shorten(text: string, most: number, draw: (text: string) => string): string {
  const whole = text.length > 6 * most ? undefined : draw(text)
  if (whole !== undefined && size(whole) <= most) return whole
  // A character is drawn as at least none (it was invisible), so far more than `most` of them are never needed.
  const letters = [...text.slice(0, 6 * most)]
  let fits = 0
  let fails = letters.length
  const cut = (length: number) => draw(letters.slice(0, length).join('').trimEnd()) + ELLIPSIS
  while (fails - fits > 1) {
    const half = (fits + fails) >> 1
    if (size(cut(half)) <= most) fits = half
    else fails = half
  }
  return most < 1 ? '' : cut(fits)
}

export const ELLIPSIS = '…'
