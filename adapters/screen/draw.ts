/** Draws a picture anew so that nothing but its dots is left of it, small enough for where it is shown. */
import { isBmp, readBmp } from './bmp.ts'
import { type Pixels, shrink } from './pixels.ts'
import { isPng, readPng, writePng } from './png.ts'

/** Undefined for what is no picture of a screen. */
export const readPicture = (bytes: Uint8Array): Pixels | undefined =>
  isPng(bytes) ? readPng(bytes) : isBmp(bytes) ? readBmp(bytes) : undefined

/** What is given up first is colour: the words on a screen have to stay readable. */
const TRIES: readonly { scale: number; levels?: number }[] = [
  { scale: 1 },
  { scale: 1, levels: 6 },
  { scale: 1, levels: 3 },
  { scale: 0.75, levels: 4 },
  { scale: 0.6, levels: 3 },
  { scale: 0.45, levels: 3 },
  { scale: 0.3, levels: 3 },
  { scale: 0.3, levels: 2 },
]

/** A PNG of at most so many bytes; undefined where none is that small, or there is no picture. */
export function drawnAnew(bytes: Uint8Array, mostBytes: number): Uint8Array | undefined {
  const pixels = readPicture(bytes)
  if (pixels === undefined) return undefined
  for (const { scale, levels } of TRIES) {
    const png = writePng(scale === 1 ? pixels : shrink(pixels, scale), levels)
    if (png.length <= mostBytes) return png
  }
  return undefined
}
