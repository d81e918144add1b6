/**
 * Lengths of time as people type them and as we say them back. The unit inside is the whole minute.
 *
 * A number without a unit is not a duration: "2" could be hours, minutes or the start of a ticket number.
 */

/** The longest duration anyone can ask for: seven days. Policies and JIT access policies set far lower limits. */
export const MOST_MINUTES = 7 * 24 * 60

const UNITS: ReadonlyMap<string, number> = new Map([
  ...['d', 'day', 'days'].map(name => [name, 24 * 60] as const),
  ...['h', 'hr', 'hrs', 'hour', 'hours'].map(name => [name, 60] as const),
  ...['m', 'min', 'mins', 'minute', 'minutes'].map(name => [name, 1] as const),
])
const SPOKEN: ReadonlyMap<string, number> = new Map([
  ['half an hour', 30],
  ['an hour', 60],
  ['one hour', 60],
])
const PART = /(?: ?(?:,|and) ?| )?(\d{1,5}(?:[.,]\d{1,3})?) ?([a-z]*)/y
const MINUTES_AFTER_HOURS = /^[0-5]\d$/

/**
 * Reads "2h", "90m", "1h30m", "1h30", "1.5h", "2 hours", "45 min", "1 day and 2 hours". Any case, any kind of space, a comma as decimal sign.
 * Units come from large to small, each once.
 *
 * @returns whole minutes from 1 to `MOST_MINUTES`; a fraction is rounded to the nearest minute. Undefined for anything else; never throws.
 */
export function parseDuration(text: string): number | undefined {
  if (text.length > 40) return undefined
  const plain = text.normalize('NFKC').trim().toLowerCase().replace(/\s+/gu, ' ')
  const minutes = SPOKEN.get(plain) ?? sumOfParts(plain)
  return minutes !== undefined && minutes >= 1 && minutes <= MOST_MINUTES ? minutes : undefined
}

/**
 * Says whole minutes: "45 min", "2 h", "2 h 30 min". `parseDuration` reads back what this says.
 *
 * @param minutes a fraction is rounded up, so that a rest of time is never called nothing before it is
 */
export function sayDuration(minutes: number): string {
  const whole = Math.max(0, Math.ceil(minutes))
  const [hours, rest] = [Math.floor(whole / 60), whole % 60]
  if (hours === 0) return `${rest} min`
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
}

function sumOfParts(plain: string): number | undefined {
  if (!/^\d/.test(plain)) return undefined
  let [sum, before, at] = [0, Number.POSITIVE_INFINITY, 0]
  while (at < plain.length) {
    PART.lastIndex = at
    const [whole = '', number = '', name = ''] = PART.exec(plain) ?? []
    const unit = name === '' && before === 60 && MINUTES_AFTER_HOURS.test(number) ? 1 : UNITS.get(name)
    if (unit === undefined || unit >= before || (unit === 1 && !/^\d+$/.test(number))) return undefined
    sum += Number(number.replace(',', '.')) * unit
    before = unit
    at += whole.length
  }
  return Math.round(sum)
}
