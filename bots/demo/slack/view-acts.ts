/**
 * What people do with modals, shortcuts and the App Home, and what Slack makes of it.
 *
 * The client's own rules hold: nothing is sent while a required field is empty, and only what is offered can be chosen.
 * Source: docs.slack.dev, "Modals", view submissions and their response actions, shortcuts (read 2026-11-20).
 */
import { type Done, doneOf, Impossible, whoAndWhere } from './acts.ts'
import { checkOptions } from './blocks.ts'
import { actionsPayload, actorPayload, findElement, triggerOf } from './payloads.ts'
import { type Block, type Option, SHORTCUTS, type User, type View } from './state.ts'
import { viewProblem } from './view-methods.ts'
import { homePayload, pointPayload } from './view-payloads.ts'
import { closeView, keepView, modalsOf, replaceView, viewObject } from './views.ts'
import type { Wire } from './wire.ts'
import type { Workspace } from './workspace.ts'

const TROUBLE = 'We had some trouble connecting. Try again?'
const REQUIRED = 'Please complete this required field.'

/** Looks at the app's Home tab. */
export async function openHome(slack: Workspace, wire: Wire, as: string): Promise<Done> {
  return doneOf(await wire.event(homePayload(slack, ourOwn(slack, as))))
}

/** Chooses one of the app's shortcuts: on a message, or the one that is always there. */
export async function shortcut(
  slack: Workspace,
  wire: Wire,
  act: { as: string; id: string; conversation?: string | undefined; ts?: string | undefined },
): Promise<Done> {
  const user = ourOwn(slack, act.as)
  const known = SHORTCUTS.find(({ id }) => id === act.id)
  if (known === undefined) throw new Impossible(`there is no shortcut ${act.id}`)
  if (known.type === 'global') {
    const action_ts = String(slack.now() / 1000)
    const payload = { type: 'shortcut', callback_id: known.id, action_ts, ...actorPayload(slack, user) }
    return send(wire, { ...payload, ...triggerOf(slack, user.id) })
  }
  const { channel } = whoAndWhere(slack, act.as, act.conversation ?? '')
  const message = slack.message(channel.id, act.ts ?? '', user.id)
  if (message === undefined) throw new Impossible(`${act.as} sees no such message`)
  return send(wire, pointPayload(slack, user, channel, message, known.id))
}

/** Presses a button of a view. */
export async function pressIn(
  slack: Workspace,
  wire: Wire,
  act: { as: string; view: string; actionId: string },
): Promise<Done> {
  const view = theirs(slack, act.as, act.view)
  const user = ourOwn(slack, act.as)
  const pressed = findElement(view.content.blocks, act.actionId)
  if (pressed === undefined) throw new Impossible(`the view has no button ${act.actionId}`)
  return send(wire, {
    ...actionsPayload(slack, user, pressed),
    container: { type: 'view', view_id: view.id },
    view: viewObject(slack, view),
    ...triggerOf(slack, user.id),
  })
}

/** Types into the search of a view's field. The answer holds what is offered. */
export async function search(
  slack: Workspace,
  wire: Wire,
  act: { as: string; view: string; blockId: string; text: string },
): Promise<Done> {
  const view = theirs(slack, act.as, act.view)
  const user = ourOwn(slack, act.as)
  const { element } = inputsOf(view).find(({ id }) => id === act.blockId) ?? {}
  if (element?.['type'] !== 'external_select') throw new Impossible(`nothing is searched in ${act.blockId}`)
  const least = typeof element['min_query_length'] === 'number' ? element['min_query_length'] : 3
  if (act.text.length < least) return { status: 204, ms: 0, answer: { options: [] } }
  const done = await send(wire, {
    type: 'block_suggestion',
    ...actorPayload(slack, user),
    container: { type: 'view', view_id: view.id },
    action_id: element['action_id'],
    block_id: act.blockId,
    value: act.text,
    view: viewObject(slack, view),
  })
  if (done.error !== undefined) return done
  if (checkOptions(done.answer).length > 0) return { ...done, error: 'invalid_options' }
  view.offered[act.blockId] = (done.answer as { options?: Option[] }).options ?? []
  return done
}

/** Sends a modal. What was not touched keeps what it started with. */
export async function submit(
  slack: Workspace,
  wire: Wire,
  act: { as: string; view: string; values: Readonly<Record<string, string>> },
): Promise<Done> {
  const view = theirs(slack, act.as, act.view)
  const user = ourOwn(slack, act.as)
  if (view.type !== 'modal') throw new Impossible('only a modal can be sent')
  const values: Record<string, unknown> = {}
  view.errors = {}
  delete view.trouble
  for (const { id, element, optional } of inputsOf(view)) {
    const held = heldBy(view, id, element, act.values[id])
    if (held['value'] == null && held['selected_option'] == null && !optional) view.errors[id] = REQUIRED
    values[id] = { [String(element['action_id'])]: held }
  }
  slack.changed()
  if (Object.keys(view.errors).length > 0) return { status: 204, ms: 0 }
  const done = await send(wire, {
    type: 'view_submission',
    ...actorPayload(slack, user),
    view: viewObject(slack, view, values),
    response_urls: [],
    ...triggerOf(slack, user.id),
  })
  const followed = done.error === undefined && follow(slack, view, done.answer)
  if (!followed) view.trouble = TROUBLE
  slack.changed()
  return followed || done.error !== undefined ? done : { ...done, error: 'invalid_response' }
}

/** Closes a modal. The app hears of it only if it asked to. */
export async function dismiss(
  slack: Workspace,
  wire: Wire,
  act: { as: string; view: string },
): Promise<Done> {
  const view = theirs(slack, act.as, act.view)
  const user = ourOwn(slack, act.as)
  const gone = view.content['clear_on_close'] === true ? modalsOf(slack, act.as) : [view]
  for (const each of gone) closeView(slack, each)
  if (view.content['notify_on_close'] !== true) return { status: 204, ms: 0 }
  const is_cleared = gone.length > 1
  return send(wire, {
    type: 'view_closed',
    ...actorPayload(slack, user),
    view: viewObject(slack, view),
    is_cleared,
  })
}

/** Does what the app answered. False: the answer is none that Slack knows. */
function follow(slack: Workspace, view: View, answer: unknown): boolean {
  if (answer === undefined) {
    closeView(slack, view)
    return true
  }
  const { response_action: action, errors, view: next } = Object(answer) as Record<string, unknown>
  switch (action) {
    case 'clear':
      for (const each of modalsOf(slack, view.user)) closeView(slack, each)
      return true
    case 'errors': {
      const said = Object.entries(Object(errors) as Record<string, unknown>)
      const fields = inputsOf(view).map(({ id }) => id)
      if (said.length === 0 || said.some(([id, say]) => !fields.includes(id) || typeof say !== 'string'))
        return false
      view.errors = Object.fromEntries(said) as Record<string, string>
      return true
    }
    case 'update':
    case 'push':
      if (viewProblem(next, 'modal') !== undefined) return false
      if (action === 'update') replaceView(slack, view, next)
      else keepView(slack, 'modal', view.user, next)
      return true
    default:
      return false
  }
}

// ---- What a view holds ---------------------------------------------------------------------------------------------------------

type Input = { id: string; element: Block; optional: boolean }

const inputsOf = ({ content }: View): Input[] =>
  content.blocks
    .filter(block => block['type'] === 'input')
    .map(block => ({
      id: String(block['block_id']),
      element: block['element'] as Block,
      optional: block['optional'] === true,
    }))

/** What a field holds when the modal is sent; empty is null. `typed` undefined: nobody touched it. */
function heldBy(view: View, id: string, element: Block, typed: string | undefined): Record<string, unknown> {
  const { type, initial_value: initial, initial_option: chosen, max_length: most, options } = element
  if (type === 'plain_text_input') {
    const text = typed ?? (typeof initial === 'string' ? initial : '')
    return { type, value: text.slice(0, typeof most === 'number' ? most : 3_000) || null }
  }
  if (typed === undefined) return { type, selected_option: chosen ?? null }
  if (typed === '') return { type, selected_option: null }
  const offered = [
    ...((options as Option[] | undefined) ?? view.offered[id] ?? []),
    chosen as Option | undefined,
  ]
  const option = offered.find(each => each?.value === typed)
  if (option === undefined) throw new Impossible(`${id} does not offer ${typed}`)
  return { type, selected_option: option }
}

function theirs({ state }: Workspace, as: string, id: string): View {
  const view = state.views.find(each => each.id === id && each.user === as)
  if (view === undefined) throw new Impossible(`${as} sees no such view`)
  return view
}

/** People of another company have neither our shortcuts nor our App Home. */
function ourOwn(slack: Workspace, as: string): User {
  const user = slack.user(as)
  if (user === undefined || user.deleted || user.team !== slack.team)
    throw new Impossible(`there is nobody called ${as} in this workspace`)
  return user
}

const send = async (wire: Wire, payload: object): Promise<Done> =>
  doneOf(await wire.form({ payload: JSON.stringify(payload) }))
