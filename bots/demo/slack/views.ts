/** Views as the pretend Slack keeps them. */
import { storedBlocks } from './blocks.ts'
import { BOT, type View } from './state.ts'
import type { Workspace } from './workspace.ts'

/** A person's modals, the uppermost last. */
export const modalsOf = ({ state }: Workspace, user: string): View[] =>
  state.views.filter(view => view.type === 'modal' && view.user === user)

export function keepView(slack: Workspace, type: View['type'], user: string, given: unknown): View {
  const view: View = { id: slack.id('V'), type, user, ...fresh(slack, given) }
  slack.state.views.push(view)
  slack.changed()
  return view
}

/** Shows something else in the same view. */
export function replaceView(slack: Workspace, view: View, given: unknown): void {
  delete view.trouble
  Object.assign(view, fresh(slack, given))
  slack.changed()
}

export function closeView({ state, changed }: Workspace, view: View): void {
  state.views = state.views.filter(each => each !== view)
  changed()
}

function fresh(slack: Workspace, given: unknown): Pick<View, 'hash' | 'content' | 'errors' | 'offered'> {
  const content = given as View['content']
  return {
    hash: `${Math.floor(slack.now() / 1000)}.${slack.id('').slice(0, 8)}`,
    content: { ...content, blocks: storedBlocks(content.blocks) },
    errors: {},
    offered: {},
  }
}

/** A view as the Web API and deliveries show it. */
export const viewObject = (slack: Workspace, view: View, values: object = {}): Record<string, unknown> => ({
  private_metadata: '',
  callback_id: '',
  external_id: '',
  title: null,
  submit: null,
  close: null,
  clear_on_close: false,
  notify_on_close: false,
  ...view.content,
  id: view.id,
  team_id: slack.team,
  type: view.type,
  hash: view.hash,
  state: { values },
  previous_view_id: null,
  root_view_id: view.id,
  app_id: BOT.app,
  app_installed_team_id: slack.team,
  bot_id: BOT.id,
})
