/**
 * response_url: five answers within half an hour to something that somebody did. The codes for a spent or old one are from memory; Slack
 * does not document them.
 * Source: docs.slack.dev, "Handling user interaction" (read 2026-11-20).
 */
import type { Request, Response, Server } from 'restify'
import { sendJson } from '../http.ts'
import { change, contentOf, contentProblem } from './chat-methods.ts'
import { HOOK_GOOD_FOR_MS } from './payloads.ts'
import { type Args, isTrue, readArgs } from './request.ts'
import { BOT, type Hook } from './state.ts'
import type { Workspace } from './workspace.ts'

const USES = 5

export function mountHooks(server: Server, prefix: string, slack: Workspace): void {
  server.post(`${prefix}/hooks/:key`, async (req: Request, res: Response) => {
    const args = await readArgs(req)
    const hook = slack.state.hooks[String(req.params['key'])]
    if (hook === undefined) return sendJson(res, 404, { ok: false, error: 'no_service' })
    if (args === undefined) return sendJson(res, 400, { ok: false, error: 'invalid_payload' })
    if (slack.now() - hook.at > HOOK_GOOD_FOR_MS)
      return sendJson(res, 404, { ok: false, error: 'expired_url' })
    if (hook.uses >= USES) return sendJson(res, 404, { ok: false, error: 'used_url' })
    const wrong = isTrue(args['delete_original']) ? undefined : contentProblem(args)
    if (wrong !== undefined) return sendJson(res, 400, wrong)
    hook.uses += 1
    answer(slack, hook, args)
    slack.changed()
    sendJson(res, 200, { ok: true })
  })
}

function answer(slack: Workspace, hook: Hook, args: Args): void {
  const { state } = slack
  const original = state.messages.find(message => message.channel === hook.channel && message.ts === hook.ts)
  if (original !== undefined && isTrue(args['delete_original']))
    state.messages = state.messages.filter(message => message !== original)
  else if (original !== undefined && isTrue(args['replace_original'])) change(original, args)
  else if (!isTrue(args['delete_original']))
    slack.add({
      channel: hook.channel,
      from: BOT.user,
      ...contentOf(args),
      unfurls: true,
      ...(args['response_type'] === 'in_channel' ? {} : { ephemeralTo: hook.user }),
    })
}
