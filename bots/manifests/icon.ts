/**
 * Draws Latchkey's icons: a key, standing upright as in a latch.
 *
 * Shapes are functions of a point, in a square of side 1; edges are smoothed by asking several points within each pixel.
 * Teams wants a colour icon of 192x192, its sign within the middle 120x120, and an outline icon of 32x32 in pure white on nothing.
 * Source: https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package (read 2026-11-20).
 */
import type { Picture } from './png.ts'

export const SIZE = { color: 192, outline: 32 } as const

type Colour = readonly [red: number, green: number, blue: number]
/** Whether a point is inside. */
type Shape = (x: number, y: number) => boolean

const NIGHT: Colour = [0x14, 0x30, 0x4f]
const BRASS: Colour = [0xf5, 0xc2, 0x4c]
const WHITE: Colour = [0xff, 0xff, 0xff]

/** A brass key on a dark ground. */
export function colorIcon(): Picture {
  return draw(SIZE.color, scaled(key, 0.62), (cover, pixel) => {
    pixel.set([...mixed(NIGHT, BRASS, cover), 0xff])
  })
}

/** The key in white; nothing round it. */
export function outlineIcon(): Picture {
  return draw(SIZE.outline, scaled(key, 0.94), (cover, pixel) => {
    pixel.set(cover === 0 ? [0, 0, 0, 0] : [...WHITE, Math.round(cover * 0xff)])
  })
}

const BOW = { x: 0.5, y: 0.27, radius: 0.27, hole: 0.14 } as const
/** The shaft and two teeth. */
const BARS = [
  { left: 0.435, right: 0.565, top: 0.45, bottom: 1 },
  { left: 0.5, right: 0.8, top: 0.66, bottom: 0.775 },
  { left: 0.5, right: 0.74, top: 0.885, bottom: 1 },
] as const

const key: Shape = (x, y) => {
  const fromBow = Math.hypot(x - BOW.x, y - BOW.y)
  const isBow = fromBow <= BOW.radius && fromBow >= BOW.hole
  return (
    isBow || BARS.some(({ left, right, top, bottom }) => x >= left && x <= right && y >= top && y <= bottom)
  )
}

/** The shape made smaller about the middle of the square. */
const scaled =
  (shape: Shape, size: number): Shape =>
  (x, y) =>
    shape((x - 0.5) / size + 0.5, (y - 0.5) / size + 0.5)

const mixed = (ground: Colour, ink: Colour, cover: number): Colour => [
  mix(ground[0], ink[0], cover),
  mix(ground[1], ink[1], cover),
  mix(ground[2], ink[2], cover),
]
const mix = (from: number, to: number, part: number): number => Math.round(from + (to - from) * part)

/** Points asked along each side of a pixel. */
const POINTS = 4

/** @param paint is given how much of a pixel the shape covers, 0 to 1, and the pixel's four bytes to fill */
function draw(side: number, shape: Shape, paint: (cover: number, pixel: Uint8Array) => void): Picture {
  const pixels = new Uint8Array(side * side * 4)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const start = (y * side + x) * 4
      paint(coverOf(side, shape, x, y), pixels.subarray(start, start + 4))
    }
  return { width: side, height: side, pixels }
}

function coverOf(side: number, shape: Shape, x: number, y: number): number {
  let inside = 0
  for (let row = 0; row < POINTS; row++)
    for (let column = 0; column < POINTS; column++)
      if (shape((x + (column + 0.5) / POINTS) / side, (y + (row + 0.5) / POINTS) / side)) inside++
  return inside / (POINTS * POINTS)
}
