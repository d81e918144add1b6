/** A picture as dots, and how large one may be: a console is at most 1920 by 1200, and Azure's pictures of it are smaller. */

/** Rows from the top, three bytes a dot: red, green, blue. */
export type Pixels = { width: number; height: number; rgb: Uint8Array }

const MOST_SIDE = 4_096
const MOST_DOTS = 2_560 * 1_600

/** A file of few bytes can claim to be a picture of any size: what it claims is judged before anything is unpacked. */
export const isSane = (width: number, height: number): boolean =>
  width >= 1 && height >= 1 && width <= MOST_SIDE && height <= MOST_SIDE && width * height <= MOST_DOTS

/** Each dot of the smaller picture is the mean of those it stands for. */
export function shrink({ width, height, rgb }: Pixels, scale: number): Pixels {
  const [wide, high] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
  const out = new Uint8Array(wide * high * 3)
  for (let y = 0; y < high; y++) {
    const [top, bottom] = share(y, high, height)
    for (let x = 0; x < wide; x++) {
      const [left, right] = share(x, wide, width)
      const sums = [0, 0, 0]
      for (let row = top; row < bottom; row++)
        for (let column = left; column < right; column++)
          for (let part = 0; part < 3; part++)
            sums[part] = (sums[part] ?? 0) + (rgb[(row * width + column) * 3 + part] ?? 0)
      const dots = (bottom - top) * (right - left)
      for (let part = 0; part < 3; part++)
        out[(y * wide + x) * 3 + part] = Math.round((sums[part] ?? 0) / dots)
    }
  }
  return { width: wide, height: high, rgb: out }
}

function share(at: number, small: number, large: number): [number, number] {
  const from = Math.floor((at * large) / small)
  return [from, Math.max(from + 1, Math.floor(((at + 1) * large) / small))]
}
