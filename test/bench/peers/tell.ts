/** Tells the benchmark where this process listens, and ends with it. */
export function tell(port: number): void {
  process.send?.({ port })
  process.once('disconnect', () => process.exit(0))
}
