/**
 * Who the bot is in Slack, learned in the background: Slack being out of reach delays it and stops nothing.
 *
 * Also the place where a token of another workspace, or one with scopes missing, is noticed early and said in the log.
 */
import { Fault, isPassing, type Log } from '../../core/index.ts'
import type { Slack } from './client.ts'
import { isGrid } from './people.ts'

export type Identity = {
  /** The bot's own ids, once they are known. */
  known(): { user: string } | undefined
  stop(): void
}

/** What the shipped calls need; files:write is optional (without it, links are handed over instead of files). */
const SCOPES = [
  'app_mentions:read',
  'channels:read',
  'chat:write',
  'commands',
  'groups:read',
  'im:history',
  'im:write',
  'users:read',
  'users:read.email',
]

const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 5 * 60_000

export function learnIdentity(
  { call }: Slack,
  { workspace, log }: { workspace: string; log: Log },
): Identity {
  let known: { user: string } | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  async function learn(waitMs: number): Promise<void> {
    try {
      const me = await call('auth.test', web => web.auth.test())
      if (me.user_id !== undefined) known = { user: me.user_id }
      const home = isGrid(workspace) ? me.enterprise_id : me.team_id
      if (home !== workspace) log.error('slack.wrong-workspace', { configured: workspace, token: home })
      const granted = me.response_metadata?.scopes
      const missing = granted === undefined ? [] : SCOPES.filter(scope => !granted.includes(scope))
      if (missing.length > 0) log.warn('slack.scopes-missing', { missing: missing.join(' ') })
      log.info('slack.ready', { user: me.user_id, team: me.team_id })
    } catch (error) {
      if (stopped) return
      const say = error instanceof Fault ? error.say : undefined
      log.warn('slack.unknown-identity', { say, retryMs: waitMs }, error)
      // A refusal does not pass by itself; somebody may still repair the app while we run.
      const next = isPassing(error) ? Math.min(waitMs * 2, LAST_RETRY_MS) : LAST_RETRY_MS
      timer = setTimeout(() => void learn(next), waitMs).unref()
    }
  }
  void learn(FIRST_RETRY_MS)

  return {
    known: () => known,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}
