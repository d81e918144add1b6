/**
 * Makes text harmless and keeps it short.
 *
 * A TextRun knows no Markdown on any client, but every text of a card knows `{{DATE(…)}}` and `{{TIME(…)}}`. A TextBlock knows Markdown,
 * and escaping it is no help: clients differ in what a backslash does (github.com/microsoft/AdaptiveCards issues 4677 and 5590,
 * MicrosoftDocs/msteams-docs issue 5793, read 2026-11-21). So text that may hold anything is drawn as a TextRun.
 * Source: learn.microsoft.com/adaptive-cards/authoring-cards/text-features (read 2026-11-21).
 */

/** One line, without control characters, without characters that reorder or hide text, and without the start of a card function. */
export const clean = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g, '')
    .replace(/\{(?=\{)/g, '{\u2060')

/** What a field begins with: as it is, but for control characters and those that reorder or hide text. It is sent back as it stands here. */
export const cleanLines = (text: string, multiline: boolean): string =>
  text
    .toWellFormed()
    .replace(/\r\n?|[\p{Zl}\p{Zp}]/gu, '\n')
    .replace(multiline ? /[^\P{Cc}\n]+/gu : /\p{Cc}+/gu, ' ')
    .replace(/[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g, '')

/** Without half a character at its end, as a cut may leave it. */
export const whole = (text: string): string => text.replace(/[\ud800-\udbff]$/, '')

/**
 * Whether a TextBlock shows this text as it stands on every client: words and punctuation that no Markdown dialect, link finder or
 * list marker takes for its own.
 */
export const isInert = (text: string): boolean =>
  /^\p{L}[\p{L}\p{N} ,.;:?!'"’“”%()·–—…-]*$/u.test(text) && !/\.[\p{L}\p{N}]|^\p{L}{1,3}[.)]/u.test(text)

const ELLIPSIS = '…'

/** At most `most` UTF-16 units; a surrogate pair is never split. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text
  return `${whole(text.slice(0, Math.max(0, most - 1))).trimEnd()}${ELLIPSIS}`
}

/** An address people may open, as the browser will read it. Undefined for anything but http(s), or too long. */
export function webUrl(text: string, most: number): string | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, href } = new URL(text)
  return /^https?:$/.test(protocol) && href.length <= most ? href : undefined
}

/** The few HTML entities that Teams writes into text, decoded once. */
export const decoded = (text: string): string =>
  text.replace(/&(nbsp|lt|gt|amp|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? ' ')

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" }
