/** Reading and drawing pictures anew: what is whole comes through, what is hostile does not. */
import { crc32, deflateSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readBmp } from '../../../adapters/screen/bmp.ts'
import { drawnAnew, readPicture } from '../../../adapters/screen/draw.ts'
import { type Pixels, shrink } from '../../../adapters/screen/pixels.ts'
import { readPng, writePng } from '../../../adapters/screen/png.ts'

const pixels = (width: number, height: number, at: (x: number, y: number) => readonly number[]): Pixels => ({
  width,
  height,
  rgb: Uint8Array.from(
    Array.from({ length: width * height }, (_, dot) => at(dot % width, Math.floor(dot / width))).flat(),
  ),
})

const arbitrary = fc
  .record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) })
  .chain(({ width, height }) =>
    fc
      .uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 })
      .map((rgb): Pixels => ({ width, height, rgb })),
  )

const chunk = (kind: string, body: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(kind, 'latin1'), body])
  const whole = Buffer.alloc(named.length + 8)
  whole.writeUInt32BE(body.length, 0)
  named.copy(whole, 4)
  whole.writeUInt32BE(crc32(named), named.length + 4)
  return whole
}
const png = (
  size: { width: number; height: number; depth?: number; kind?: number; interlace?: number },
  rows: Buffer,
  ...more: Buffer[]
): Buffer => {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size.width, 0)
  head.writeUInt32BE(size.height, 4)
  head.set([size.depth ?? 8, size.kind ?? 0, 0, 0, size.interlace ?? 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    ...more,
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

describe('PNG', () => {
  test('what is written is read again, dot by dot', () => {
    fc.assert(
      fc.property(arbitrary, drawn => {
        expect(readPng(writePng(drawn))).toEqual(drawn)
      }),
    )
  })

  test('rows are read whichever filter each of them has', () => {
    const rows = Buffer.from([0, 10, 20, 1, 10, 10, 2, 5, 5, 3, 10, 10, 4, 1, 1])
    expect(readPng(png({ width: 2, height: 5 }, rows))?.rgb.filter((_, at) => at % 3 === 0)).toEqual(
      // None; left; up; mean of both; Paeth's guess.
      Uint8Array.from([10, 20, 10, 20, 15, 25, 17, 31, 18, 32]),
    )
  })

  test('few bits a dot, palettes, sixteen bits and transparency are read', () => {
    const palette = chunk('PLTE', Buffer.from([1, 2, 3, 40, 50, 60]))
    const dots = (size: object, rows: number[], ...more: Buffer[]) =>
      readPng(png({ width: 2, height: 1, ...size }, Buffer.from(rows), ...more))?.rgb
    expect(dots({ depth: 1, kind: 3 }, [0, 0b0100_0000], palette)).toEqual(
      Uint8Array.from([1, 2, 3, 40, 50, 60]),
    )
    expect(dots({ depth: 1 }, [0, 0b0100_0000])).toEqual(Uint8Array.from([0, 0, 0, 255, 255, 255]))
    expect(dots({ depth: 16 }, [0, 7, 99, 8, 99])).toEqual(Uint8Array.from([7, 7, 7, 8, 8, 8]))
    expect(dots({ kind: 6 }, [0, 1, 2, 3, 0, 4, 5, 6, 255])).toEqual(Uint8Array.from([1, 2, 3, 4, 5, 6]))
    expect(dots({ kind: 4 }, [0, 9, 0, 8, 255])).toEqual(Uint8Array.from([9, 9, 9, 8, 8, 8]))
  })

  test('a bomb is not unpacked: neither one that claims a size, nor one that hides it', () => {
    const zeros = Buffer.alloc(20 * 1024 * 1024)
    expect(readPng(png({ width: 30_000, height: 30_000 }, zeros))).toBeUndefined()
    expect(readPng(png({ width: 4, height: 4 }, zeros))).toBeUndefined()
    // What is not needed is never unpacked, however large it would be.
    const text = chunk('zTXt', Buffer.concat([Buffer.from('a\0\0', 'latin1'), deflateSync(zeros)]))
    expect(readPng(png({ width: 1, height: 1 }, Buffer.from([0, 7]), text))?.rgb).toEqual(
      Uint8Array.from([7, 7, 7]),
    )
  })

  test.each([
    ['interlaced', png({ width: 1, height: 1, interlace: 1 }, Buffer.from([0, 1]))],
    ['of no size', png({ width: 0, height: 1 }, Buffer.from([0]))],
    ['with too few rows', png({ width: 1, height: 3 }, Buffer.from([0, 1]))],
    ['with a filter that there is not', png({ width: 1, height: 1 }, Buffer.from([9, 1]))],
    ['with a colour that there is not', png({ width: 1, height: 1, kind: 5 }, Buffer.from([0, 1]))],
  ])('one that is %s is none', (_, bytes) => expect(readPng(bytes)).toBeUndefined())

  test('whatever the bytes are, nothing breaks', () => {
    const whole = writePng(pixels(5, 5, (x, y) => [x * 9, y * 9, 77]))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255))),
        fc.nat(whole.length),
        (edits, cut) => {
          const bytes = Buffer.from(whole.subarray(0, cut))
          for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value
          expect(() => readPicture(bytes)).not.toThrow()
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('BMP', () => {
  /** Blue, green, red; the rows from the bottom unless the height is negative. */
  const bmp = (
    width: number,
    height: number,
    bits: 24 | 32,
    rows: readonly (readonly number[])[],
    packing = 0,
  ) => {
    const head = Buffer.alloc(54)
    head.write('BM', 'latin1')
    head.writeUInt32LE(54, 10)
    head.writeUInt32LE(40, 14)
    head.writeInt32LE(width, 18)
    head.writeInt32LE(height, 22)
    head.writeUInt16LE(1, 26)
    head.writeUInt16LE(bits, 28)
    head.writeUInt32LE(packing, 30)
    const rowBytes = Math.ceil((width * bits) / 32) * 4
    return Buffer.concat([head, ...rows.map(row => Buffer.concat([Buffer.from(row)], rowBytes))])
  }

  test('is read from the bottom, and from the top where it says so', () => {
    const rows = [
      [3, 2, 1],
      [6, 5, 4],
    ]
    expect(readBmp(bmp(1, 2, 24, rows))?.rgb).toEqual(Uint8Array.from([4, 5, 6, 1, 2, 3]))
    expect(readBmp(bmp(1, -2, 24, rows))?.rgb).toEqual(Uint8Array.from([1, 2, 3, 4, 5, 6]))
    expect(readBmp(bmp(1, 1, 32, [[3, 2, 1, 0]]))?.rgb).toEqual(Uint8Array.from([1, 2, 3]))
  })

  test('is none where it is packed, cut off or of a size that no screen has', () => {
    expect(readBmp(bmp(1, 1, 24, [[3, 2, 1]], 1))).toBeUndefined()
    expect(readBmp(bmp(1, 2, 24, [[3, 2, 1]]))).toBeUndefined()
    expect(readBmp(bmp(60_000, 60_000, 24, []))).toBeUndefined()
    expect(readBmp(Buffer.from('BM, an old bitmap'))).toBeUndefined()
  })
})

describe('drawn anew', () => {
  const noise = pixels(200, 200, (x, y) => [(x * 7919 + y * 104_729) % 256, (x * y) % 256, (x ^ y) % 256])

  test('a picture carries nothing but its dots', () => {
    const text = chunk('tEXt', Buffer.from('Comment\0a secret', 'latin1'))
    const anew = drawnAnew(png({ width: 1, height: 1 }, Buffer.from([0, 7]), text), 1_000)
    expect(Buffer.from(anew ?? []).toString('latin1')).not.toMatch(/secret|tEXt/)
    expect(readPng(anew ?? new Uint8Array())?.rgb).toEqual(Uint8Array.from([7, 7, 7]))
  })

  test('a picture is as small as it has to be, first in fewer colours and then in fewer dots', () => {
    const bytes = writePng(noise)
    for (const most of [bytes.length, 30_000, 9_000, 4_000]) {
      const anew = drawnAnew(bytes, most)
      expect(anew?.length).toBeLessThanOrEqual(most)
      expect(readPicture(anew ?? new Uint8Array())).toBeDefined()
    }
    expect(drawnAnew(bytes, 100)).toBeUndefined()
  })

  test('what is no picture is not drawn', () => {
    expect(drawnAnew(Buffer.from('<svg onload="…">'), 10_000)).toBeUndefined()
  })

  test('a smaller picture has the mean of the dots it stands for', () => {
    const chess = pixels(4, 4, (x, y) => ((x + y) % 2 === 0 ? [0, 0, 0] : [100, 100, 100]))
    expect([...new Set(shrink(chess, 0.5).rgb)]).toEqual([50])
  })
})
