/**
 * Reads the numbers of error messages: hexadecimal and decimal, with labels in several languages, error and extended error as a pair.
 */
import { DISCONNECT_CODES, EXTENDED_CODES, LOGON_FAILURES } from '../catalogue/errors/codes.ts'
import { ERRORS } from '../catalogue/errors/index.ts'
import type { ErrorCode } from './symptoms.ts'

const MOST = 8

const EXTENDED = /(extended|erweiterte[rs]?|etendu|extendido|estes[oa]|estendido|扩展|擴展|拡張)[^0-9]{0,40}$/
const LABEL =
  /(error|code|fehler|erreur|codigo|errore|erro|foutcode|错误代码|錯誤碼|エラー ?コード|reason|status)[^0-9]{0,12}$/
const HEX = /0x([0-9a-f]{1,12})(?![0-9a-z])/g
const DECIMAL =
  /(?:error(?: code)?|code|fehlercode|code d'erreur|codigo de erro[r]?|codice errore|错误代码|エラー ?コード|reason|grund|event 1026)\s?[:=#(]?\s?(\d{3,5})(?![\d.x])/g

const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(DISCONNECT_CODES),
  ...Object.values(ERRORS).flatMap(entry => (entry.codes ?? []).flatMap(code => code.split('/'))),
])

export type Codes = { codes: readonly ErrorCode[]; subStatus?: string }

/** @param plain folded text */
export function readCodes(plain: string): Codes {
  const found: { at: number; code: string; extended: boolean }[] = []
  for (const match of plain.matchAll(HEX)) {
    const code = canonical(match[1] ?? '')
    const before = plain.slice(Math.max(0, match.index - 60), match.index)
    const extended = EXTENDED.test(before) || /0x[0-9a-f]{1,8} ?[/,|] ?$/.test(before)
    if (extended || KNOWN.has(code) || LABEL.test(before)) found.push({ at: match.index, code, extended })
    if (found.length >= 4 * MOST) break
  }
  for (const match of plain.matchAll(DECIMAL)) {
    const code = ofDecimal(match[1] ?? '')
    if (code) found.push({ at: match.index, code, extended: false })
    if (found.length >= 5 * MOST) break
  }
  found.sort((a, b) => a.at - b.at)
  const codes = paired(found)
  const sub = found.findLast(each => each.code in LOGON_FAILURES)?.code
  return { codes, ...(sub && { subStatus: sub }) }
}

function paired(found: readonly { at: number; code: string; extended: boolean }[]): readonly ErrorCode[] {
  const pairs = new Map<string, ErrorCode>()
  found.forEach((each, i) => {
    if (each.extended) return
    const next = found[i + 1]
    const extended = next?.extended && next.at - each.at < 200 ? next.code : undefined
    const meaning = meaningOf(each.code, extended)
    const code = { error: each.code, ...(extended && { extended }), ...(meaning && { meaning }) }
    pairs.set(`${code.error}/${extended ?? ''}`, code)
  })
  const alone = found.find(each => each.extended && each.code !== '0x0')
  if (pairs.size === 0 && alone) {
    const meaning = EXTENDED_CODES[alone.code]
    return [{ error: '0x0', extended: alone.code, ...(meaning && { meaning }) }]
  }
  return [...pairs.values()].slice(0, MOST)
}

const meaningOf = (error: string, extended: string | undefined): string | undefined =>
  (extended !== undefined && extended !== '0x0' ? EXTENDED_CODES[extended] : undefined) ??
  DISCONNECT_CODES[error]

/** Without leading zeros; a run of zeros that makes it longer than eight digits is a slip of the one who typed it. */
function canonical(digits: string): string {
  let code = digits.replace(/^0+(?=.)/, '')
  while (code.length > 8 && code.includes('00')) code = code.replace('00', '0')
  return `0x${code}`
}

/** Event 1026 writes the same numbers in decimal; people also leave the 0x out. */
function ofDecimal(digits: string): string | undefined {
  const converted = `0x${Number(digits).toString(16)}`
  if (converted in DISCONNECT_CODES) return converted
  const bare = `0x${digits}`
  return KNOWN.has(bare) ? bare : undefined
}
