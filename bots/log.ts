/** The Log port on pino: one JSON line an event, on standard error. */
import pino from 'pino'
import type { Log } from '../core/index.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** What an error may say in a log: its own words and place, never the payloads that libraries hang onto their errors. */
function plainError(error: unknown): object {
  if (!(error instanceof Error)) return { error: String(error) }
  const { name, message, stack, cause } = error
  const because = cause instanceof Error ? { cause: `${cause.name}: ${cause.message}` } : {}
  return { error: { name, message, stack, ...because } }
}

export function openLog(level: LogLevel): Log {
  const logger = pino({ level, base: {} }, pino.destination({ dest: 2, sync: true }))
  return {
    info: (event, facts = {}) => logger.info(facts, event),
    warn: (event, facts = {}, error) =>
      logger.warn(error === undefined ? facts : { ...facts, ...plainError(error) }, event),
    error: (event, facts = {}, error) =>
      logger.error(error === undefined ? facts : { ...facts, ...plainError(error) }, event),
  }
}
