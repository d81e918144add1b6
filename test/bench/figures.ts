/** Small arithmetic for measurements. */

/** @param values at least one */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = low] = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1)
  return (low + high) / 2
}

/** A figure with the spread it had over the rounds. */
export type Figure = { median: number; least: number; most: number; unit: string }

export const figure = (values: readonly number[], unit: string): Figure => ({
  median: rounded(median(values)),
  least: rounded(Math.min(...values)),
  most: rounded(Math.max(...values)),
  unit,
})

/** Three significant digits: these machines do not know more. */
const rounded = (value: number): number => Number(value.toPrecision(3))

export const shown = ({ median: middle, least, most, unit }: Figure): string =>
  `${middle} ${unit} (${least} to ${most})`
