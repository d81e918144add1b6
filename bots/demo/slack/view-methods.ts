/**
 * views.*: modals and the App Home of a person, refused where Slack would.
 * Source: docs.slack.dev, views.open, views.push, views.update, views.publish (read 2026-11-20).
 */
import { checkView } from './blocks.ts'
import { type Method, type Reply, refuse } from './methods.ts'
import { type Args, text } from './request.ts'
import { closeView, keepView, modalsOf, replaceView, viewObject } from './views.ts'
import type { Workspace } from './workspace.ts'

/** How long a trigger is good for, once. */
const TRIGGER_MS = 3_000
const MOST_VIEW = 250_000
const MOST_MODALS = 3

export const viewMethods: Readonly<Record<string, Method>> = {
  'views.open': {
    run: (slack, args) =>
      openWith(slack, args, user => {
        // The client shows one stack: a new modal takes the place of what somebody left open.
        for (const view of modalsOf(slack, user)) closeView(slack, view)
        return undefined
      }),
  },

  'views.push': {
    run: (slack, args) =>
      openWith(slack, args, user => {
        const open = modalsOf(slack, user).length
        if (open === 0) return refuse('not_found')
        return open >= MOST_MODALS ? refuse('push_limit_reached') : undefined
      }),
  },

  'views.update': {
    run(slack, args) {
      const view = slack.state.views.find(({ id }) => id === text(args, 'view_id'))
      if (view === undefined) return refuse('not_found')
      const hash = text(args, 'hash')
      if (hash !== undefined && hash !== view.hash) return refuse('hash_conflict')
      const wrong = viewProblem(args['view'], view.type)
      if (wrong !== undefined) return wrong
      replaceView(slack, view, args['view'])
      return { ok: true, view: viewObject(slack, view) }
    },
  },

  'views.publish': {
    run(slack, args) {
      const user = text(args, 'user_id') ?? ''
      if (slack.user(user) === undefined) return refuse('user_not_found')
      const wrong = viewProblem(args['view'], 'home')
      if (wrong !== undefined) return wrong
      const before = slack.state.views.find(view => view.type === 'home' && view.user === user)
      const hash = text(args, 'hash')
      if (hash !== undefined && hash !== before?.hash) return refuse('hash_conflict')
      if (before !== undefined) replaceView(slack, before, args['view'])
      const view = before ?? keepView(slack, 'home', user, args['view'])
      return { ok: true, view: viewObject(slack, view) }
    },
  },
}

/**
 * Uses a trigger up. A view that is refused does not.
 * @param prepare called when everything else is right; may refuse
 */
function openWith(slack: Workspace, args: Args, prepare: (user: string) => Reply | undefined): Reply {
  const trigger = slack.state.triggers[text(args, 'trigger_id') ?? '']
  if (trigger === undefined) return refuse('invalid_trigger_id')
  if (trigger.used) return refuse('exchanged_trigger_id')
  if (slack.now() - trigger.at > TRIGGER_MS) return refuse('expired_trigger_id')
  const wrong = viewProblem(args['view'], 'modal') ?? prepare(trigger.user)
  if (wrong !== undefined) return wrong
  trigger.used = true
  return { ok: true, view: viewObject(slack, keepView(slack, 'modal', trigger.user, args['view'])) }
}

/** Also used for what comes in the answer to a modal that was sent. */
export function viewProblem(view: unknown, type: 'modal' | 'home'): Reply | undefined {
  if (JSON.stringify(view ?? {}).length > MOST_VIEW) return refuse('view_too_large')
  const problems = checkView(view, type)
  if (problems.length === 0) return undefined
  const messages = problems.map(({ at, what }) => `[ERROR] ${what} [json-pointer:${at}]`)
  return refuse('invalid_arguments', { response_metadata: { messages } })
}
