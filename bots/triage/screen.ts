/**
 * Reads the words of a pretend screen from the text that its picture carries, instead of from its dots. So the scorer measures how the
 * diagnosis reasons, and not how well pictures are read.
 * Format: https://www.w3.org/TR/png-3/#11iTXt (read 2026-11-21).
 */
import type { ScreenReader } from '../../core/index.ts'

const HEAD = 8

export const saidScreen: ScreenReader = {
  read: async png => {
    const bytes = Buffer.from(png)
    for (let at = HEAD; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
      if (bytes.toString('latin1', at + 4, at + 8) !== 'iTXt') continue
      const body = bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at))
      // Keyword, compression flag and method, language, translated keyword: each ends with a zero, the flags are two bytes.
      const afterKeyword = body.indexOf(0) + 3
      const afterLanguage = body.indexOf(0, afterKeyword) + 1
      return body.subarray(body.indexOf(0, afterLanguage) + 1).toString('utf8')
    }
    return undefined
  },
}
