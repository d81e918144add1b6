/** views.*: kept, and refused where Slack would; nobody draws them here. Source: docs.slack.dev, views.open, views.publish (read 2026-11-20). */
import { checkBlocks } from './blocks.ts'
import { type Method, type Reply, refuse } from './methods.ts'
import { text } from './request.ts'
import { BOT } from './state.ts'
import type { Workspace } from './workspace.ts'

/** How long a trigger is good for, once. */
const TRIGGER_MS = 3_000
const MOST_VIEW = 250_000

export const viewMethods: Readonly<Record<string, Method>> = {
  'views.open': {
    run(slack, args) {
      const trigger = slack.state.triggers[text(args, 'trigger_id') ?? '']
      if (trigger === undefined) return refuse('invalid_trigger_id')
      if (trigger.used) return refuse('exchanged_trigger_id')
      if (slack.now() - trigger.at > TRIGGER_MS) return refuse('expired_trigger_id')
      return keep(slack, args['view'], 'modal', trigger.user, () => {
        trigger.used = true
      })
    },
  },
  'views.publish': {
    run(slack, args) {
      const user = text(args, 'user_id') ?? ''
      return slack.user(user) === undefined
        ? refuse('user_not_found')
        : keep(slack, args['view'], 'home', user)
    },
  },
}

function keep(slack: Workspace, view: unknown, type: string, user: string, done = () => {}): Reply {
  const { type: given, blocks } = (view ?? {}) as Record<string, unknown>
  const problems = checkBlocks(blocks, 'view')
  if (given !== type) problems.push({ at: '/view/type', what: `must be ${type}` })
  if (JSON.stringify(view ?? {}).length > MOST_VIEW) return refuse('view_too_large')
  if (problems.length > 0) {
    const messages = problems.map(({ at, what }) => `[ERROR] ${what} [json-pointer:${at}]`)
    return refuse('invalid_arguments', { response_metadata: { messages } })
  }
  done()
  const kept = {
    ...(view as object),
    id: slack.id('V'),
    team_id: slack.team,
    bot_id: BOT.id,
    app_id: BOT.app,
    user,
  }
  slack.state.views.push(kept)
  slack.changed()
  return { ok: true, view: kept }
}
