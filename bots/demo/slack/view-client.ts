/** The part of a person's Slack client that shows modals, shortcuts and the App Home, as plain JSON: not a part of Slack's own API. */
import type { Request, Response, Server } from 'restify'
import { z } from 'zod'
import { sendJson } from '../http.ts'
import { perform } from './client.ts'
import { query } from './request.ts'
import { SHORTCUTS, type View } from './state.ts'
import { dismiss, openHome, pressIn, search, shortcut, submit } from './view-acts.ts'
import { modalsOf } from './views.ts'
import type { Wire } from './wire.ts'
import type { Workspace } from './workspace.ts'

const In = z.strictObject({ as: z.string(), view: z.string() })
const Home = z.strictObject({ as: z.string() })
const Pressed = In.extend({ actionId: z.string() })
const Searched = In.extend({ blockId: z.string(), text: z.string().max(3_000) })
const Submitted = In.extend({ values: z.record(z.string(), z.string()) })
const Chosen = z.strictObject({
  as: z.string(),
  id: z.string(),
  conversation: z.string().optional(),
  ts: z.string().optional(),
})

export function mountViews(server: Server, prefix: string, slack: Workspace, wire: Wire): void {
  const base = `${prefix}/client`

  server.get(`${base}/views`, async (req: Request, res: Response) => {
    const user = slack.user(query(req).get('as') ?? '')
    if (user === undefined || user.deleted) return sendJson(res, 404, { error: 'there is nobody of that id' })
    const home = slack.state.views.find(view => view.type === 'home' && view.user === user.id)
    const modal = modalsOf(slack, user.id).at(-1)
    const ours = user.team === slack.team
    sendJson(res, 200, {
      modal: modal === undefined ? null : shown(modal),
      home: home === undefined ? null : shown(home),
      shortcuts: ours ? SHORTCUTS : [],
    })
  })

  server.post(`${base}/home`, async (req: Request, res: Response) =>
    perform(req, res, Home, ({ as }) => openHome(slack, wire, as)),
  )
  server.post(`${base}/shortcut`, async (req: Request, res: Response) =>
    perform(req, res, Chosen, act => shortcut(slack, wire, act), 502),
  )
  server.post(`${base}/view/press`, async (req: Request, res: Response) =>
    perform(req, res, Pressed, act => pressIn(slack, wire, act), 502),
  )
  server.post(`${base}/view/search`, async (req: Request, res: Response) =>
    perform(req, res, Searched, act => search(slack, wire, act), 502),
  )
  // What goes wrong is shown in the modal, as Slack does.
  server.post(`${base}/view/submit`, async (req: Request, res: Response) =>
    perform(req, res, Submitted, act => submit(slack, wire, act)),
  )
  server.post(`${base}/view/dismiss`, async (req: Request, res: Response) =>
    perform(req, res, In, act => dismiss(slack, wire, act)),
  )
}

const shown = ({ id, content, errors, trouble }: View): Record<string, unknown> => {
  const { title, submit, close, blocks } = content
  return { id, title, submit, close, blocks, errors, ...(trouble === undefined ? {} : { trouble }) }
}
