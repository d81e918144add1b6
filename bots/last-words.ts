/** What a process says when it cannot go on: one clear line where the reason is known, and the exit code. */
import { EXIT, Stop } from './stop.ts'

export function lastWords(error: unknown): [say: string, exitCode: number] {
  if (error instanceof Stop) return [error.message, error.exitCode]
  if (error instanceof Error && error.name === 'DataFolderProblem') return [error.message, EXIT.dataFolder]
  if (error instanceof Error && error.name === 'DatabaseProblem') return [error.message, EXIT.database]
  if (error instanceof Error && error.name === 'PolicyProblem') return [error.message, EXIT.badPolicy]
  return [error instanceof Error ? (error.stack ?? error.message) : String(error), 1]
}
