/** Durations in the policy file: `30m`, `2h`, `1h30m`. One way to write each, so that a file reads the same to everyone. */

/** Whole, at least one minute, hours before minutes; also the pattern in the JSON Schema. */
export const DURATION = /^(?=[1-9])(?:(\d{1,3})h)?(?:(\d{1,4})m)?$/

/** Minutes. The text is known to fit `DURATION`. */
export function minutesOf(text: string): number {
  const [, hours = '0', minutes = '0'] = DURATION.exec(text) ?? []
  return Number(hours) * 60 + Number(minutes)
}

export const badDuration = (input: unknown): string =>
  typeof input === 'number'
    ? `a duration needs a unit: write ${input}m for minutes or ${input}h for hours`
    : 'write a duration such as 30m, 2h or 1h30m'
