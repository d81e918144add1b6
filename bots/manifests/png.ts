/**
 * Writes and reads small PNG pictures: 8 bits for each of red, green, blue and alpha, without interlacing.
 * Source: https://www.w3.org/TR/png-3/ (read 2026-11-21).
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib'

export type Picture = {
  width: number
  height: number
  /** Four bytes a pixel, row by row from the top: red, green, blue, alpha. */
  pixels: Uint8Array
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const BYTES_A_PIXEL = 4
const HEADER_BYTES = 13
/** Depth 8, colour type "truecolour with alpha", deflate, standard filters, no interlacing. */
const FORM = [8, 6, 0, 0, 0] as const

export function writePng({ width, height, pixels }: Picture): Uint8Array {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set(FORM, 8)
  const row = width * BYTES_A_PIXEL
  // Each row starts with the number of its filter; 0 leaves the row as it is.
  const rows = Buffer.alloc((row + 1) * height)
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** @throws {Error} when it is no PNG, is damaged, or has a form that `writePng` does not write */
export function readPng(bytes: Uint8Array): Picture {
  const file = Buffer.from(bytes)
  if (!file.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new Error('not a PNG')
  const chunks = chunksOf(file)
  const header = chunks.find(({ type }) => type === 'IHDR')?.data
  if (header?.length !== HEADER_BYTES || FORM.some((byte, index) => header[8 + index] !== byte))
    throw new Error('not a PNG of 8-bit colours with alpha')
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)]
  const data = chunks.filter(({ type }) => type === 'IDAT').map(chunk => chunk.data)
  const rows = inflateSync(Buffer.concat(data))
  const row = width * BYTES_A_PIXEL
  if (rows.length !== (row + 1) * height) throw new Error('the picture is not as large as it says')
  const pixels = new Uint8Array(row * height)
  for (let y = 0; y < height; y++) {
    const start = y * (row + 1)
    if (rows[start] !== 0) throw new Error('a row is filtered')
    pixels.set(rows.subarray(start + 1, start + 1 + row), y * row)
  }
  return { width, height, pixels }
}

/** Length, type, data, checksum of type and data. */
function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(4 + body.length + 4)
  frame.writeUInt32BE(data.length, 0)
  frame.set(body, 4)
  frame.writeUInt32BE(crc32(body), 4 + body.length)
  return frame
}

function chunksOf(file: Buffer): { type: string; data: Buffer }[] {
  const chunks: { type: string; data: Buffer }[] = []
  for (let at = SIGNATURE.length; at < file.length; ) {
    const length = file.readUInt32BE(at)
    const body = file.subarray(at + 4, at + 8 + length)
    if (crc32(body) !== file.readUInt32BE(at + 8 + length)) throw new Error('a part of the PNG is damaged')
    chunks.push({ type: body.toString('latin1', 0, 4), data: body.subarray(4) })
    at += 12 + length
  }
  return chunks
}
