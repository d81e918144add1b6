/**
 * Pictures of a pretend screen: words in white on blue, as a PNG that also says them in a text chunk.
 * Format: https://www.w3.org/TR/png-3/ (read 2026-11-21).
 */
import { crc32, deflateSync } from 'node:zlib'

const WIDTH = 720
const HEIGHT = 400
const SCALE = 3
const COLUMN = 6 * SCALE
const LINE = 11 * SCALE
const MARGIN = 40
/** From blue to white. */
const SHADES = 16

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const KEYWORD = 'Description'

/** Five columns of seven dots for each sign from the space to the underscore. */
const FONT =
  '000000000000005F00000007000700147F147F14242A7F2A12231308646236495522500005030000001C2241000041221C00' +
  '14083E081408083E080800503000000808080808006060000020100804023E5149453E00427F400042615149462141454B31' +
  '1814127F1027454545393C4A49493001710905033649494936064949291E0036360000005636000008142241001414141414' +
  '00412214080201510906324979413E7E1111117E7F494949363E414141227F4141221C7F494949417F090909013E4149497A' +
  '7F0808087F00417F41002040413F017F081422417F404040407F020C027F7F0408107F3E4141413E7F090909063E4151215E' +
  '7F09192946464949493101017F01013F4040403F1F2040201F3F4038403F631408146307087008076151494543007F414100' +
  '02040810200041417F0004020102044040404040'

/** @param words what the screen shows; everything is drawn in capitals, what is outside ASCII as a question mark */
export function drawScreen(words: string): Buffer {
  const dots = Buffer.alloc(WIDTH * HEIGHT)
  for (const [row, line] of linesOf(words).entries())
    for (const [column, sign] of [...line].entries())
      stamp(dots, sign, MARGIN + column * COLUMN, MARGIN + row * LINE)
  const rows = Buffer.alloc((WIDTH + 1) * HEIGHT)
  for (let y = 0; y < HEIGHT; y++) dots.copy(rows, y * (WIDTH + 1) + 1, y * WIDTH, (y + 1) * WIDTH)
  const head = Buffer.alloc(13)
  head.writeUInt32BE(WIDTH, 0)
  head.writeUInt32BE(HEIGHT, 4)
  // Eight bits, a palette.
  head.set([8, 3, 0, 0, 0], 8)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(Array.from({ length: SHADES }, (_, shade) => colourOf(shade)).flat())),
    chunk('iTXt', Buffer.concat([Buffer.from(`${KEYWORD}\0\0\0\0\0`, 'latin1'), Buffer.from(words, 'utf8')])),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** The words that a picture says beside what it shows; undefined for one that says none, or is no picture of ours. */
export function wordsOf(png: Uint8Array): string | undefined {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength)
  if (!bytes.subarray(0, 8).equals(SIGNATURE)) return undefined
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const body = bytes.subarray(at + 8, at + 8 + length)
    const start = KEYWORD.length + 5
    if (
      bytes.toString('latin1', at + 4, at + 8) === 'iTXt' &&
      body.toString('latin1', 0, KEYWORD.length) === KEYWORD
    )
      return body.subarray(start).toString('utf8')
    at += 12 + length
  }
  return undefined
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const whole = Buffer.alloc(named.length + 8)
  whole.writeUInt32BE(body.length, 0)
  named.copy(whole, 4)
  whole.writeUInt32BE(crc32(named), named.length + 4)
  return whole
}

function linesOf(words: string): string[] {
  const most = Math.floor((WIDTH - 2 * MARGIN) / COLUMN)
  const lines: string[] = []
  for (const paragraph of words.split('\n')) {
    let line = ''
    for (const word of paragraph
      .split(' ')
      .flatMap(one => one.match(new RegExp(`.{1,${most}}`, 'gu')) ?? [])) {
      const longer = line === '' ? word : `${line} ${word}`
      if (longer.length > most) lines.push(line)
      line = longer.length > most ? word : longer
    }
    lines.push(line)
  }
  return lines.slice(0, Math.floor((HEIGHT - 2 * MARGIN) / LINE))
}

const colourOf = (shade: number): number[] =>
  [0x10, 0x3f, 0x91].map(part => Math.round(part + ((0xff - part) * shade) / (SHADES - 1)))

/** With soft edges: what is drawn in large squares is hard to read, for people and for programs. */
function stamp(dots: Buffer, sign: string, left: number, top: number): void {
  const code = sign.toUpperCase().charCodeAt(0)
  const glyph = (code >= 0x20 && code <= 0x5f ? code : 0x3f) - 0x20
  for (let y = -SCALE; y < 8 * SCALE; y++)
    for (let x = -SCALE; x < 6 * SCALE; x++) {
      const at = (top + y) * WIDTH + left + x
      const ink = inkAt(glyph, (x + 0.5) / SCALE - 0.5, (y + 0.5) / SCALE - 0.5)
      const shade = Math.round(Math.min(1, Math.max(0, (ink - 0.25) * 2.2)) * (SHADES - 1))
      dots[at] = Math.max(dots[at] ?? 0, shade)
    }
}

/** How much of a dot is ink at a place between four of the font's own. */
function inkAt(glyph: number, x: number, y: number): number {
  const [column, row] = [Math.floor(x), Math.floor(y)]
  const [right, low] = [x - column, y - row]
  return (
    inkOf(glyph, column, row) * (1 - right) * (1 - low) +
    inkOf(glyph, column + 1, row) * right * (1 - low) +
    inkOf(glyph, column, row + 1) * (1 - right) * low +
    inkOf(glyph, column + 1, row + 1) * right * low
  )
}

function inkOf(glyph: number, column: number, row: number): number {
  if (column < 0 || column > 4 || row < 0 || row > 6) return 0
  const bits = Number.parseInt(FONT.slice((glyph * 5 + column) * 2, (glyph * 5 + column) * 2 + 2), 16)
  return (bits >> row) & 1
}
