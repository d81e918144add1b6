/**
 * Reads the words in a picture with Tesseract, built for WebAssembly; its English data comes with the package and nothing is ever fetched.
 *
 * It is given bare dots that were unpacked and measured before, never a file from outside. The package is taken without the wrapper
 * tesseract.js around it, which would fetch data that it misses, and brings a worker without a deadline.
 * Measured on two busy cores: 0.1 s to begin, 0.1 to 1.3 s for a screen of 1024 by 768, 80 MB while it is loaded (2026-11-21).
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import open, { type Core, type Recogniser } from 'tesseract.js-core/tesseract-core-simd-lstm.js'
import type { Pixels } from './pixels.ts'

/** The quantised data reads screens as well as the large one, in a third of its memory. */
const DATA = fileURLToPath(import.meta.resolve('@tesseract.js-data/eng/4.0.0_best_int/eng.traineddata.gz'))
/** More than stands on any screen that a VM starts with. */
const MOST_CHARS = 4_000

let opened: Promise<{ core: Core; recogniser: Recogniser }> | undefined

/** Undefined when there are no words. */
export async function recognise(pixels: Pixels): Promise<string | undefined> {
  opened ??= load()
  const { core, recogniser } = await opened
  core.FS.writeFile('/input', grayMap(pixels))
  if (recogniser.SetImageFile(1, 0) !== 0) return undefined
  recogniser.Recognize(null)
  const words = recogniser.GetUTF8Text().trim().slice(0, MOST_CHARS)
  recogniser.Clear()
  return words === '' ? undefined : words
}

async function load(): Promise<{ core: Core; recogniser: Recogniser }> {
  const silent = () => undefined
  const [core, data] = await Promise.all([open({ print: silent, printErr: silent }), readFile(DATA)])
  core.FS.writeFile('/eng.traineddata', gunzipSync(data))
  const recogniser = new core.TessBaseAPI()
  if (recogniser.Init('/', 'eng', 1) !== 0) throw new Error('the data of the language does not fit')
  return { core, recogniser }
}

/** Darker than this is ground, whatever its colour. */
const GROUND = 100

/**
 * A portable graymap: a line of sizes, and one byte a dot. Windows writes white or light gray on colours and pictures, or black on white: a dot
 * is as bright as its darkest colour, and what is darker than any writing is all the same, so that letters stand out from every ground.
 */
function grayMap({ width, height, rgb }: Pixels): Uint8Array {
  const head = Buffer.from(`P5 ${width} ${height} 255\n`, 'latin1')
  const map = Buffer.alloc(head.length + width * height)
  head.copy(map)
  for (let dot = 0; dot < width * height; dot++) {
    const darkest = Math.min(rgb[dot * 3] ?? 0, rgb[dot * 3 + 1] ?? 0, rgb[dot * 3 + 2] ?? 0)
    map[head.length + dot] = Math.max(0, ((darkest - GROUND) * 255) / (255 - GROUND))
  }
  return map
}
