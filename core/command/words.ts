/**
 * Typed text as words: what is taken off before reading, what a word may be, and how text is shortened before it is said back.
 *
 * After `tidy` a text holds no control characters, no invisible formatting, no half characters and no white space but single spaces, so
 * it can be stored, compared and shown. It is still text from a person: whoever draws it escapes it.
 */
import type { VmId } from '../ids.ts'
import { parseVmId } from '../ids.ts'
import { parseInstanceRef } from '../rdp/cloud-service/target.ts'

/** The most of someone's own text that is ever said back to them, in characters. */
const MOST_SAID_BACK = 100

/** Well-formed text on one line. The joiners stay: some scripts and emoji need them. */
export const tidy = (text: string): string =>
  text
    .toWellFormed()
    .replace(/&nbsp;/gi, ' ')
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .replace(/(?![\u200c\u200d])\p{Cf}/gu, '')
    .replace(/ {2,}/g, ' ')
    .trim()

/** The first half of a text that has to become shorter, without half a character at its end. */
export const firstHalf = (text: string): string =>
  text.slice(0, Math.floor(text.length / 2)).replace(/[\ud800-\udbff]$/, '')

/** Well-formed text that may have several lines; blank ones go. */
export const tidyLines = (text: string): string =>
  text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map(tidy)
    .filter(line => line !== '')
    .join('\n')

export const wordsOf = (tidied: string): readonly string[] => (tidied === '' ? [] : tidied.split(' '))

/** At most 100 characters of a tidied text; what was cut off shows as an ellipsis. */
export function brief(tidied: string): string {
  if (tidied.length <= MOST_SAID_BACK) return tidied
  const start = tidied.slice(0, MOST_SAID_BACK - 1)
  return `${/[\ud800-\udbff]$/.test(start) ? start.slice(0, -1) : start}…`
}

/** The word without the quotes, brackets and punctuation round it, and in plain letters where it came in wide or styled ones. */
export const bare = (word: string): string =>
  word
    .slice(0, 300)
    .normalize('NFKC')
    .replace(/[\u2010\u2011]/g, '-')
    .replace(/\p{Cf}/gu, '')
    .replace(/^["'`´“”„‘’‚«»‹›([{<]+/, '')
    .replace(/["'`´“”„‘’‚«»‹›)\]}>,;:.!?…]+$/, '')

/** The word for looking it up in a list: bare, lower case, with straight apostrophes. */
export const plain = (word: string): string => bare(word).toLowerCase().replaceAll('’', "'")

/** Text without the quotes round the whole of it. Quotes round parts of it stay. */
export const unquoted = (tidied: string): string =>
  /^["'`“„‘«]([^"`“”„«»]*)["'`”“’»]$/.exec(tidied)?.[1]?.trim() ?? tidied

export const isQuoted = (word: string): boolean => /^["'`“”„‘’«»]/.test(word)

/**
 * The word as the name of a VM, or undefined when no VM can be called that: up to 80 letters, digits, "_", "." and "-", not "-" or "."
 * at either end. This is wider than what Azure allows for new Windows VMs; whether there is such a VM is for Azure to say.
 */
export function vmName(word: string): string | undefined {
  const name = bare(word)
  return /^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}_.-]{0,78}[\p{L}\p{M}\p{N}_])?$/u.test(name) ? name : undefined
}

/** The word as an instance of a Cloud Service: "shop/WebRole_IN_0", or "shop/*" for all of its roles. */
export function instanceName(word: string): string | undefined {
  const name = bare(word)
  return parseInstanceRef(name) === undefined ? undefined : name
}

export const vmId = (word: string): VmId | undefined => parseVmId(bare(word))

/** The six hexadecimal digits that name a request, upper case; "#" may stand before them. */
export function reference(word: string): string | undefined {
  const digits = bare(word).replace(/^#/, '').toUpperCase()
  return /^[0-9A-F]{6}$/.test(digits) ? digits : undefined
}

/** Whether a word reads as a VM's name even without a command before it: a name with a digit or a hyphen in it, not a request's reference. */
export function looksLikeVm(word: string): boolean {
  const name = vmName(word)
  if (name === undefined || reference(word) !== undefined) return false
  return name.length >= 3 && /^\p{L}/u.test(name) && /[\d-]/.test(name)
}

const POLITE: ReadonlySet<string> = new Set(['please', 'pls', 'plz', 'thanks', 'thx', 'kindly', 'thankyou'])

export const isPolite = (word: string): boolean => POLITE.has(plain(word))

export function withoutPoliteStart(words: readonly string[]): readonly string[] {
  const from = words.findIndex(word => !isPolite(word))
  return from < 0 ? [] : words.slice(from)
}

export function withoutPoliteEnd(words: readonly string[]): readonly string[] {
  let end = words.length
  while (end > 0) {
    const [last, thank] = [words[end - 1] ?? '', words[end - 2] ?? '']
    if (isPolite(last)) end -= 1
    else if (plain(last) === 'you' && plain(thank) === 'thank') end -= 2
    else break
  }
  return words.slice(0, end)
}
