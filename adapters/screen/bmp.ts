/**
 * Reads BMP, in which Azure keeps the pictures of some VMs: not compressed, 24 or 32 bits a dot, or 8 with a palette.
 * Format: https://learn.microsoft.com/windows/win32/gdi/bitmap-storage and …/api/wingdi/ns-wingdi-bitmapinfoheader (read 2026-11-21).
 */
import { isSane, type Pixels } from './pixels.ts'

export const isBmp = (bytes: Uint8Array): boolean => bytes[0] === 0x42 && bytes[1] === 0x4d

const HEAD = 14
const PLAIN = 0
const BIT_FIELDS = 3
/** Blue, green, red in this order, as every console has them. */
const USUAL_FIELDS = [0x00ff0000, 0x0000ff00, 0x000000ff]

/** Undefined for what is no whole BMP of a screen's size. */
export function readBmp(given: Uint8Array): Pixels | undefined {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
  if (!isBmp(bytes) || bytes.length < HEAD + 40) return undefined
  const [start, info] = [bytes.readUInt32LE(10), bytes.readUInt32LE(HEAD)]
  const [width, tall] = [bytes.readInt32LE(HEAD + 4), bytes.readInt32LE(HEAD + 8)]
  const [bits, packing] = [bytes.readUInt16LE(HEAD + 14), bytes.readUInt32LE(HEAD + 16)]
  // The rows of a negative height begin at the top.
  const height = Math.abs(tall)
  if (info < 40 || info > 256 || !isSane(width, height) || !isPlain(bytes, bits, packing)) return undefined
  const rowBytes = Math.ceil((width * bits) / 32) * 4
  if (start < HEAD + info || start + rowBytes * height > bytes.length) return undefined
  const palette = bytes.subarray(HEAD + info, start)
  const rgb = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    const row = bytes.subarray(start + (tall < 0 ? y : height - 1 - y) * rowBytes)
    for (let x = 0; x < width; x++) {
      const [from, at] = bits === 8 ? [palette, (row[x] ?? 0) * 4] : [row, (x * bits) / 8]
      for (let part = 0; part < 3; part++) rgb[(y * width + x) * 3 + part] = from[at + 2 - part] ?? 0
    }
  }
  return { width, height, rgb }
}

function isPlain(bytes: Buffer, bits: number, packing: number): boolean {
  if (packing === PLAIN) return [8, 24, 32].includes(bits)
  if (packing !== BIT_FIELDS || bits !== 32 || bytes.length < HEAD + 52) return false
  return USUAL_FIELDS.every((mask, at) => bytes.readUInt32LE(HEAD + 40 + at * 4) === mask)
}
