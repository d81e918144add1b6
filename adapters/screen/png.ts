/**
 * Reads and writes PNG: only the dots. Whatever else a file carries (texts, profiles, animations) is passed over and never unpacked.
 *
 * Hostile files are refused and not repaired: sizes are judged before unpacking, and nothing is unpacked beyond the size that the picture
 * must have. Interlaced pictures, which no console writes, are refused too.
 * Format: https://www.w3.org/TR/png-3/ (read 2026-11-21).
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { isSane, type Pixels } from './pixels.ts'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

export const isPng = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, at) => bytes[at] === byte)

type Head = { width: number; height: number; depth: number; kind: number }

/** How many numbers a dot has, by the kind of colour: gray, RGB, palette, gray with alpha, RGB with alpha. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}

/** Undefined for what is no whole PNG of a screen's size. */
export function readPng(given: Uint8Array): Pixels | undefined {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
  if (!isPng(bytes)) return undefined
  let head: Head | undefined
  let palette: Buffer | undefined
  const data: Buffer[] = []
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const kind = bytes.toString('latin1', at + 4, at + 8)
    if (at + 12 + length > bytes.length) return undefined
    const body = bytes.subarray(at + 8, at + 8 + length)
    if (kind === 'IHDR') {
      head = headOf(body)
      if (head === undefined) return undefined
    } else if (kind === 'PLTE') palette = body
    else if (kind === 'IDAT') data.push(body)
    else if (kind === 'IEND') break
    at += 12 + length
  }
  return head === undefined ? undefined : dotsOf(head, palette, Buffer.concat(data))
}

function headOf(body: Buffer): Head | undefined {
  if (body.length !== 13) return undefined
  const [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)]
  const [depth = 0, kind = -1, packing, filtering, interlace] = body.subarray(8)
  if (!isSane(width, height) || DEPTHS[kind]?.includes(depth) !== true) return undefined
  return packing === 0 && filtering === 0 && interlace === 0 ? { width, height, depth, kind } : undefined
}

function dotsOf({ width, height, depth, kind }: Head, palette: Buffer | undefined, data: Buffer) {
  const channels = CHANNELS[kind] ?? 1
  const rowBytes = Math.ceil((width * channels * depth) / 8)
  const size = (rowBytes + 1) * height
  let rows: Buffer
  try {
    rows = inflateSync(data, { maxOutputLength: size })
  } catch {
    return undefined
  }
  if (rows.length !== size || !unfilter(rows, rowBytes, height, Math.max(1, (channels * depth) >> 3)))
    return undefined
  const rgb = new Uint8Array(width * height * 3)
  const most = (1 << Math.min(depth, 8)) - 1
  for (let y = 0; y < height; y++) {
    const row = rows.subarray(y * (rowBytes + 1) + 1, (y + 1) * (rowBytes + 1))
    for (let x = 0; x < width; x++) {
      const value = (part: number) => sample(row, x * channels + part, depth)
      const to = (y * width + x) * 3
      if (kind === 3) {
        const from = value(0) * 3
        // A colour that the palette does not have is black.
        for (let part = 0; part < 3; part++) rgb[to + part] = palette?.[from + part] ?? 0
      } else
        for (let part = 0; part < 3; part++)
          rgb[to + part] = Math.round((value(channels < 3 ? 0 : part) * 255) / most)
    }
  }
  return { width, height, rgb }
}

/** One number of a row; of sixteen bits the upper eight. */
function sample(row: Buffer, at: number, depth: number): number {
  if (depth === 8) return row[at] ?? 0
  if (depth === 16) return row[at * 2] ?? 0
  const bit = at * depth
  return ((row[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)
}

/** Takes back what each row's filter did, in place. False for a filter that there is not. */
function unfilter(rows: Buffer, rowBytes: number, height: number, step: number): boolean {
  for (let y = 0; y < height; y++) {
    const start = y * (rowBytes + 1) + 1
    const filter = rows[start - 1] ?? 0
    if (filter > 4) return false
    if (filter === 0) continue
    for (let x = 0; x < rowBytes; x++) {
      const left = x < step ? 0 : (rows[start + x - step] ?? 0)
      const up = y === 0 ? 0 : (rows[start + x - rowBytes - 1] ?? 0)
      const corner = x < step || y === 0 ? 0 : (rows[start + x - rowBytes - 1 - step] ?? 0)
      rows[start + x] = (rows[start + x] ?? 0) + guess(filter, left, up, corner)
    }
  }
  return true
}

function guess(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

/**
 * A PNG of these dots and nothing else.
 * @param levels how many shades each of red, green and blue may have, at most six; all of them unless given
 */
export function writePng({ width, height, rgb }: Pixels, levels?: number): Buffer {
  const bytesPerDot = levels === undefined ? 3 : 1
  const rows = Buffer.alloc((width * bytesPerDot + 1) * height)
  for (let y = 0; y < height; y++) {
    const start = y * (width * bytesPerDot + 1) + 1
    if (levels === undefined) {
      // What a row has in common with the one above it packs away.
      rows[start - 1] = 2
      for (let x = 0; x < width * 3; x++) {
        const at = y * width * 3 + x
        rows[start + x] = (rgb[at] ?? 0) - (y === 0 ? 0 : (rgb[at - width * 3] ?? 0))
      }
    } else for (let x = 0; x < width; x++) rows[start + x] = shade(rgb, (y * width + x) * 3, levels)
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, levels === undefined ? 2 : 3, 0, 0, 0], 8)
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    ...(levels === undefined ? [] : [chunk('PLTE', shades(levels))]),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

const shade = (rgb: Uint8Array, at: number, levels: number): number =>
  [0, 1, 2].reduce((all, part) => all * levels + Math.round(((rgb[at + part] ?? 0) * (levels - 1)) / 255), 0)

function shades(levels: number): Buffer {
  const all = Buffer.alloc(levels ** 3 * 3)
  for (let at = 0; at < levels ** 3; at++)
    for (let part = 0; part < 3; part++)
      all[at * 3 + part] = Math.round(((Math.floor(at / levels ** (2 - part)) % levels) * 255) / (levels - 1))
  return all
}

function chunk(kind: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), body])
  const whole = Buffer.alloc(named.length + 8)
  whole.writeUInt32BE(body.length, 0)
  named.copy(whole, 4)
  whole.writeUInt32BE(crc32(named), named.length + 4)
  return whole
}
