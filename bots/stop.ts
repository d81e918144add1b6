/** A reason to stop that is told in one line, with the exit code that goes with it. */
export class Stop extends Error {
  readonly exitCode: number

  constructor(message: string, exitCode: number) {
    super(message)
    this.name = 'Stop'
    this.exitCode = exitCode
  }
}

/** Exit codes, for scripts: 1 is anything unexpected. */
export const EXIT = {
  badOption: 2,
  badSettings: 3,
  dataFolder: 4,
  portInUse: 5,
  badPolicy: 6,
  database: 7,
} as const
