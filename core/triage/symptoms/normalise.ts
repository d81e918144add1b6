/**
 * Brings any text into a form that can be compared: bounded, well-formed, without the furniture of dialogs.
 *
 * Total and linear: a long text keeps its head and its tail, because a pasted log says what it is at its start and what happened last at its
 * end.
 */

const HEAD = 12_000
const TAIL = 8_000

export type Normal = {
  /** For names: case and accents kept, lines kept. */
  shown: string
  /** For comparing: lower case, no accents, one line, single spaces. */
  plain: string
  readAll: boolean
}

export function normalise(text: string): Normal {
  const readAll = text.length <= HEAD + TAIL
  const bounded = readAll ? text : `${text.slice(0, HEAD)}\n${text.slice(-TAIL)}`
  const shown = bounded
    .toWellFormed()
    // Piles of combining marks would make normalisation slow, and no script needs eight of them.
    .replace(/(\p{M}{8})\p{M}+/gu, '$1')
    .normalize('NFKC')
    .slice(0, 2 * (HEAD + TAIL))
    .replace(/\p{Cf}/gu, '')
    .replace(/[‘’‚‛′`´]/g, "'")
    .replace(/[“”„‟″«»「」『』]/g, '"')
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(/[^\S\n]|(?!\n)\p{Cc}/gu, ' ')
  return { shown, plain: fold(shown), readAll }
}

/** Furniture of dialogs, in folded form. Every repeat is bounded. */
const FURNITURE =
  /\[(window title|content|expanded information|main instruction|\^)\]|\[ok\]|(hide|show) details|press ctrl\+c to copy|timestamp( \(utc\))?: ?[\d/.: -]{6,24}( ?[ap]m)?|-{4,}|_{4,}|={4,}/g

/** Lower case, without accents, one line, single spaces. For comparing only. */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .replaceAll('ß', 'ss')
    .replace(/\s+/g, ' ')
    .replace(FURNITURE, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
}

/** One character of a script written without spaces is a word of its own. */
const WORD =
  /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|(?:(?![\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])[\p{L}\p{N}])+/gu

/** The words of folded text; an apostrophe does not split one (`can't` is `cant`). */
export function words(folded: string): readonly string[] {
  return folded.replace(/(?<=\p{L})'(?=\p{L})/gu, '').match(WORD) ?? []
}
