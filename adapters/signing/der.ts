/**
 * As much of DER as a signature needs: tag, length, value; tags below 31, definite lengths below 4 GiB.
 *
 * Source: ITU-T X.690 (02/2021), 8.1 and 10.1.
 */

/** The bytes are not what they should be. `message` is one sentence that names the thing, never its content. */
export class Unreadable extends Error {}

/** One element: its tag, what is in it, and all of its bytes, tag and length included. */
export type Element = { tag: number; body: Buffer; whole: Buffer }

export const INTEGER = 0x02
export const OCTET_STRING = 0x04
export const OBJECT_IDENTIFIER = 0x06
export const SEQUENCE = 0x30
export const SET = 0x31
/** [0], constructed. */
export const CONTEXT_0 = 0xa0

export const NULL = Buffer.from([0x05, 0x00])

/** Writes one element around its parts. */
export function element(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body])
}

/** Writes a set: its members go in the order of their bytes. */
export const setOf = (tag: number, members: readonly Uint8Array[]): Buffer =>
  element(tag, ...members.toSorted(Buffer.compare))

export const integer = (value: number): Buffer => element(INTEGER, Buffer.from([value]))

/** The bytes of an object identifier written with dots. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const arcs = [first * 40 + second, ...rest]
  return element(OBJECT_IDENTIFIER, Buffer.from(arcs.flatMap(base128)))
}

/** Seven bits a byte, the highest first; every byte but the last has its top bit set. */
function base128(value: number): readonly number[] {
  const digits = [value & 0x7f]
  for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80)
  return digits
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes: number[] = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256)
  return Buffer.from([0x80 | bytes.length, ...bytes])
}

/**
 * Reads bytes that are exactly one element.
 * @throws {Unreadable}
 */
export function read(bytes: Uint8Array): Element {
  const [only, ...more] = elementsOf(bytes)
  if (only === undefined || more.length > 0) throw new Unreadable('The signature is damaged.')
  return only
}

/**
 * Reads what is in an element that consists of others, and holds it to its tag.
 * @throws {Unreadable}
 */
export function within(outer: Element | undefined, tag: number): readonly Element[] {
  return elementsOf(bodyOf(outer, tag))
}

/**
 * What is in an element, held to its tag.
 * @throws {Unreadable}
 */
export function bodyOf(outer: Element | undefined, tag: number): Buffer {
  if (outer?.tag !== tag) throw new Unreadable('The signature is damaged.')
  return outer.body
}

function elementsOf(bytes: Uint8Array): readonly Element[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: Element[] = []
  for (let start = 0; start < all.length; ) {
    const { head, length } = headAt(all, start)
    const end = start + head + length
    if (end > all.length) throw new Unreadable('The signature is cut off.')
    found.push({
      tag: all[start] ?? 0,
      body: all.subarray(start + head, end),
      whole: all.subarray(start, end),
    })
    start = end
  }
  return found
}

function headAt(bytes: Buffer, start: number): { head: number; length: number } {
  const first = bytes[start + 1] ?? 0x80
  if (first < 0x80) return { head: 2, length: first }
  const count = first & 0x7f
  if (count < 1 || count > 4 || start + 2 + count > bytes.length)
    throw new Unreadable('The signature is damaged.')
  return { head: 2 + count, length: bytes.readUIntBE(start + 2, count) }
}
