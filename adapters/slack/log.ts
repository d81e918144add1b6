/** The library's chatter as our log: warnings and errors only, and of those only their fixed text, never payloads. */
import type { LogLevel } from '@slack/web-api'
import type { Log } from '../../core/index.ts'
import { tidy } from './text.ts'

const MOST = 200

export function quietLogger(log: Log, level: LogLevel) {
  const say = (from: string) => (first: unknown) => {
    // Further arguments can hold whole payloads. An error arrives a second time where it is caught.
    if (typeof first === 'string') log.warn('slack.library', { from, text: tidy(first).slice(0, MOST) })
  }
  return {
    debug() {},
    info() {},
    warn: say('warn'),
    error: say('error'),
    setLevel() {},
    getLevel: () => level,
    setName() {},
  }
}
