/**
 * Writes a ZIP archive of a few small files, stored as they are. The same files give the same bytes, whenever it is made.
 * Source: APPNOTE.TXT 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (read 2026-11-21).
 */
import { crc32 } from 'node:zlib'

const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
/** "Needed to extract": 2.0. */
const VERSION = 20
/** Names are UTF-8. */
const FLAGS = 0x0800
/** 1980-01-01 00:00, the first moment a ZIP can name. */
const DATE = 0x0021

/** @param files by name, in the order in which they are stored */
export function writeZip(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, bytes] of files) {
    const entry = entryOf(name, bytes)
    const local = Buffer.concat([words32(LOCAL), entry.head, words16(0), entry.name])
    parts.push(local, Buffer.from(bytes))
    // Comment, disk and attributes are all none.
    const rest = Buffer.concat([words16(0, 0, 0, 0), words32(0, offset)])
    directory.push(words32(CENTRAL), words16(VERSION), entry.head, rest, entry.name)
    offset += local.length + bytes.length
  }
  const central = Buffer.concat(directory)
  return Buffer.concat([
    ...parts,
    central,
    words32(END),
    words16(0, 0, files.size, files.size),
    words32(central.length, offset),
    words16(0),
  ])
}

/** What the local header and the central directory say alike, up to the length of the name. */
function entryOf(text: string, bytes: Uint8Array): { name: Buffer; head: Buffer } {
  const name = Buffer.from(text, 'utf8')
  const stored = 0
  const head = Buffer.concat([
    words16(VERSION, FLAGS, stored, 0, DATE),
    words32(crc32(bytes), bytes.length, bytes.length),
    words16(name.length),
  ])
  return { name, head }
}

function words16(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 2)
  values.forEach((value, index) => {
    buffer.writeUInt16LE(value, index * 2)
  })
  return buffer
}

function words32(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4)
  values.forEach((value, index) => {
    buffer.writeUInt32LE(value, index * 4)
  })
  return buffer
}
