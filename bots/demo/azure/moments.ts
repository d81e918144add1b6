/** Spans of time as people write them. */

const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** `14h` or `1h 20m` in milliseconds. */
export function agoMs(text: string): number {
  let total = 0
  for (const [, number = '0', unit = 's'] of text.matchAll(/(\d+)\s*(s|min|m|h|d|w)/g))
    total += Number(number) * (UNITS[unit] ?? 0)
  return total
}

/** ISO 8601 without years and months: `PT3H`. NaN for anything else. */
export function durationMs(text: string): number {
  const [, days = 0, hours = 0, minutes = 0] = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(text) ?? []
  const found = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000
  return found === 0 ? Number.NaN : found
}
