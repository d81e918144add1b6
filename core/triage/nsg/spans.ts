/**
 * Sets of addresses of one family, as sorted ranges that neither overlap nor touch.
 *
 * Rules are judged on sets, so that "from any internet address" is answered exactly and not by sample.
 */
import { parseAddress, parsePrefix } from '../../access/source.ts'

export type Bits = 32 | 128
type Span = { low: bigint; high: bigint }
export type Spans = readonly Span[]

export const NOTHING: Spans = []
export const everything = (bits: Bits): Spans => [{ low: 0n, high: (1n << BigInt(bits)) - 1n }]

/** The addresses of one prefix or address. Undefined when the text is neither; empty when it is of the other family. */
export function spansOfText(text: string, bits: Bits): Spans | undefined {
  const prefix = parsePrefix(text)
  if (prefix === undefined) return undefined
  if (prefix.bits !== bits) return NOTHING
  return [{ low: prefix.value, high: prefix.value + (1n << BigInt(bits - prefix.length)) - 1n }]
}

/** The addresses of several prefixes. What is no prefix holds nothing. */
export const spansOf = (texts: readonly string[], bits: Bits): Spans =>
  tidy(texts.flatMap(text => spansOfText(text, bits) ?? NOTHING))

/** One address. Undefined when the text is no address of this family. */
export function pointOf(text: string, bits: Bits): Spans | undefined {
  const address = parseAddress(text)
  return address?.bits === bits ? [{ low: address.value, high: address.value }] : undefined
}

export function and(left: Spans, right: Spans): Spans {
  const out: Span[] = []
  for (let at = startAt(left, right[0]), other = startAt(right, left[0]); ; ) {
    const [a, b] = [left[at], right[other]]
    if (a === undefined || b === undefined) return out
    const low = a.low > b.low ? a.low : b.low
    const high = a.high < b.high ? a.high : b.high
    if (low <= high) out.push({ low, high })
    if (a.high < b.high) at += 1
    else other += 1
  }
}

export const or = (left: Spans, right: Spans): Spans =>
  left.length === 0 ? right : right.length === 0 ? left : tidy([...left, ...right])

export function minus(from: Spans, taken: Spans): Spans {
  const out: Span[] = []
  let other = startAt(taken, from[0])
  for (const { low, high } of from) {
    let next = low
    while (next <= high) {
      const hole = taken[other]
      if (hole === undefined || hole.low > high) {
        out.push({ low: next, high })
        break
      }
      if (hole.high < next) {
        other += 1
        continue
      }
      if (hole.low > next) out.push({ low: next, high: hole.low - 1n })
      next = hole.high + 1n
    }
  }
  return out
}

/** The place of the first span that reaches to or beyond the given one. One address against a tag's thousands is the common case. */
function startAt(spans: Spans, to: Span | undefined): number {
  let [from, end] = [0, to === undefined ? 0 : spans.length]
  while (from < end) {
    const middle = (from + end) >> 1
    const span = spans[middle]
    if (span !== undefined && to !== undefined && span.high < to.low) from = middle + 1
    else end = middle
  }
  return from
}

export const sizeOf = (spans: Spans): bigint =>
  spans.reduce((size, { low, high }) => size + high - low + 1n, 0n)

function tidy(spans: readonly Span[]): Spans {
  const sorted = spans.toSorted((a, b) => (a.low < b.low ? -1 : a.low > b.low ? 1 : 0))
  const out: Span[] = []
  for (const span of sorted) {
    const last = out.at(-1)
    if (last === undefined || span.low > last.high + 1n) out.push({ ...span })
    else if (span.high > last.high) last.high = span.high
  }
  return out
}
