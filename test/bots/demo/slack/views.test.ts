/** Modals, shortcuts and the App Home: what people do and see, and what reaches the product on the way. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type Loose, openWorkspace, type Running } from './workspace.ts'

let slack: Running
beforeEach(async () => {
  slack = await openWorkspace({ answerWithinMs: 300 })
  await slack.client('/conversations?as=U0ALICE')
})
afterEach(() => slack.close())

const words = (text: string) => ({ type: 'plain_text', text })
const option = (value: string) => ({ text: words(value), value })
const field = (block_id: string, element: object, more: object = {}) => ({
  type: 'input',
  block_id,
  label: words(block_id),
  element: { action_id: 'a', ...element },
  ...more,
})
const modal = (...blocks: object[]) => ({
  type: 'modal',
  callback_id: 'form',
  private_metadata: 'unseen',
  title: words('A & B'),
  submit: words('Send'),
  blocks: blocks.length > 0 ? blocks : [field('reason', { type: 'plain_text_input', max_length: 5 })],
})
const home = { type: 'home', blocks: [{ type: 'divider' }] }

const payload = (): Loose =>
  JSON.parse(new URLSearchParams(slack.delivered.at(-1)?.body).get('payload') ?? '')
const trigger = async () => {
  await slack.client('/type', { as: 'U0ALICE', conversation: 'D0ALICE', text: '/rdp' })
  return new URLSearchParams(slack.delivered.at(-1)?.body).get('trigger_id')
}
const open = async (view: object = modal(), method = 'views.open') =>
  slack.call(method, { trigger_id: await trigger(), view })
const shown = async (as = 'U0ALICE') => (await slack.client(`/views?as=${as}`)).body
const act = async (path: string, more: object = {}) => {
  const view = (await shown()).modal?.id
  return slack.client(`/view/${path}`, { as: 'U0ALICE', view, ...more })
}
const answer = (body: object) =>
  slack.answers(() => ({ body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }))

describe('a view is refused', () => {
  test.each<[string, object]>([
    ['without a title', { ...modal(), title: undefined }],
    ['with a title of 25 characters', { ...modal(), title: words('x'.repeat(25)) }],
    ['with a button of 25 characters', { ...modal(), submit: words('x'.repeat(25)) }],
    ['with more than it may carry unseen', { ...modal(), private_metadata: 'x'.repeat(3_001) }],
    ['with a callback id that is too long', { ...modal(), callback_id: 'x'.repeat(256) }],
    ['with no blocks', { ...modal(), blocks: [] }],
    ['with fields and nothing to send them', { ...modal(), submit: undefined }],
    ['with 101 blocks', { ...modal(), blocks: Array(101).fill({ type: 'divider' }) }],
    ['as a home', home],
    ['with something that Slack does not know', { ...modal(), colour: 'red' }],
    ['with a menu of nothing', modal(field('m', { type: 'static_select', options: [] }))],
    [
      'with a menu of 101',
      modal(field('m', { type: 'static_select', options: Array(101).fill(option('x')) })),
    ],
    [
      'with an option too long',
      modal(field('m', { type: 'static_select', options: [option('x'.repeat(76))] })),
    ],
    [
      'with a choice that is none',
      modal(field('m', { type: 'static_select', options: [option('a')], initial_option: option('b') })),
    ],
    [
      'with more text than its field takes',
      modal(field('t', { type: 'plain_text_input', max_length: 2, initial_value: 'abc' })),
    ],
  ])('%s', async (_, view) => {
    expect(await open(view)).toMatchObject({ ok: false, error: 'invalid_arguments' })
    expect(slack.sim.state.views).toEqual([])
  })

  test('above 250 kB', async () => {
    expect((await open({ ...modal(), external_id: 'x'.repeat(250_000) })).error).toBe('view_too_large')
  })
})

describe('an open modal', () => {
  test('is shown to the one whose trigger it was, and to nobody else', async () => {
    const { view } = await open()
    expect(view).toMatchObject({ id: expect.any(String), hash: expect.any(String), state: { values: {} } })
    expect((await shown()).modal).toMatchObject({ id: view.id, title: { text: 'A & B' }, errors: {} })
    expect((await shown('U0BOB')).modal).toBeNull()
  })

  test('is changed by its id and hash, and an old hash does not fit', async () => {
    const { view } = await open()
    const change = (hash: string) =>
      slack.call('views.update', { view_id: view.id, hash, view: { ...modal(), title: words('later') } })
    expect((await change(view.hash)).view.title.text).toBe('later')
    expect((await change(view.hash)).error).toBe('hash_conflict')
    expect((await slack.call('views.update', { view_id: 'V9', view: modal() })).error).toBe('not_found')
  })

  test('carries up to two more', async () => {
    expect((await open(modal(), 'views.push')).error).toBe('not_found')
    await open()
    expect((await open(modal(), 'views.push')).ok).toBe(true)
    expect((await open(modal(), 'views.push')).ok).toBe(true)
    expect((await open(modal(), 'views.push')).error).toBe('push_limit_reached')
  })

  test('gives way to a new one', async () => {
    await open()
    await open({ ...modal(), title: words('second') })
    await act('dismiss')
    expect((await shown()).modal).toBeNull()
  })
})

describe('a modal that is sent', () => {
  test('brings what is in its fields, its hash, and what it carries unseen', async () => {
    const { view } = await open(
      modal(
        field('text', { type: 'plain_text_input', max_length: 5 }),
        field('kept', { type: 'plain_text_input', initial_value: 'as it was' }),
        field('menu', { type: 'static_select', options: [option('a'), option('b')] }),
        field('none', { type: 'static_select', options: [option('a')] }, { optional: true }),
      ),
    )
    expect((await act('submit', { values: { text: 'a<b>&cd', menu: 'b' } })).body.status).toBe(200)
    expect(payload()).toMatchObject({
      type: 'view_submission',
      team: { id: 'T0CONTOSO' },
      user: { id: 'U0ALICE', team_id: 'T0CONTOSO' },
      trigger_id: expect.any(String),
      view: {
        id: view.id,
        hash: view.hash,
        callback_id: 'form',
        private_metadata: 'unseen',
        state: {
          values: {
            text: { a: { type: 'plain_text_input', value: 'a<b>&' } },
            kept: { a: { value: 'as it was' } },
            menu: { a: { type: 'static_select', selected_option: { value: 'b' } } },
            none: { a: { selected_option: null } },
          },
        },
      },
    })
    expect((await shown()).modal).toBeNull()
  })

  test('stays while a required field is empty, and nothing is delivered', async () => {
    await open()
    const before = slack.delivered.length
    expect((await act('submit', { values: {} })).body.status).toBe(204)
    expect((await shown()).modal.errors).toEqual({ reason: 'Please complete this required field.' })
    expect(slack.delivered).toHaveLength(before)
  })

  test('shows the errors of the answer beside its fields', async () => {
    await open()
    answer({ response_action: 'errors', errors: { reason: 'Say more.' } })
    await act('submit', { values: { reason: 'x' } })
    expect((await shown()).modal.errors).toEqual({ reason: 'Say more.' })
    slack.answers(() => ({}))
    await act('submit', { values: { reason: 'more' } })
    expect((await shown()).modal).toBeNull()
  })

  test.each<[string, object]>([
    ['errors for a field that it has not', { response_action: 'errors', errors: { other: 'x' } }],
    ['no errors at all', { response_action: 'errors', errors: {} }],
    ['an action that Slack does not know', { response_action: 'explode' }],
    ['a view that Slack refuses', { response_action: 'update', view: { type: 'modal' } }],
  ])('answered with %s stays, with trouble', async (_, body) => {
    await open()
    answer(body)
    expect((await act('submit', { values: { reason: 'x' } })).body.error).toBe('invalid_response')
    expect((await shown()).modal.trouble).toMatch(/trouble connecting/)
  })

  test.each([
    ['fails', () => ({ status: 500 }), 'http_error'],
    ['does not come in time', () => 'hang' as const, 'http_timeout'],
  ])('whose answer %s stays, with trouble, and is not sent again by itself', async (_, how, error) => {
    await open()
    const before = slack.delivered.length
    slack.answers(how)
    expect((await act('submit', { values: { reason: 'x' } })).body.error).toBe(error)
    expect((await shown()).modal.trouble).toMatch(/trouble connecting/)
    expect(slack.delivered).toHaveLength(before + 1)
  })

  test('is followed by what the answer says: another, one more, or none at all', async () => {
    await open()
    answer({ response_action: 'update', view: { ...modal(), title: words('updated') } })
    await act('submit', { values: { reason: 'x' } })
    expect((await shown()).modal.title.text).toBe('updated')
    answer({ response_action: 'push', view: { ...modal(), title: words('pushed') } })
    await act('submit', { values: { reason: 'x' } })
    expect((await shown()).modal.title.text).toBe('pushed')
    answer({ response_action: 'clear' })
    await act('submit', { values: { reason: 'x' } })
    expect((await shown()).modal).toBeNull()
  })
})

describe('a modal that is closed', () => {
  test('tells nobody', async () => {
    await open()
    const before = slack.delivered.length
    await act('dismiss')
    expect([(await shown()).modal, slack.delivered.length]).toEqual([null, before])
  })

  test('tells the app that asked to hear of it', async () => {
    await open({ ...modal(), notify_on_close: true })
    await act('dismiss')
    expect(payload()).toMatchObject({ type: 'view_closed', is_cleared: false, view: { callback_id: 'form' } })
  })
})

describe('a search', () => {
  const searched = (more: object = {}) => modal(field('vm', { type: 'external_select', ...more }))
  const search = (text: string) => act('search', { blockId: 'vm', text })

  test('asks the app, and only what it offered can be chosen', async () => {
    await open(searched({ min_query_length: 0 }))
    answer({ options: [option('vm01')] })
    expect((await search('v')).body.answer).toEqual({ options: [option('vm01')] })
    expect(payload()).toMatchObject({
      type: 'block_suggestion',
      action_id: 'a',
      block_id: 'vm',
      value: 'v',
      user: { id: 'U0ALICE' },
      view: { callback_id: 'form' },
    })
    expect((await act('submit', { values: { vm: 'other' } })).status).toBe(404)
    slack.answers(() => ({}))
    await act('submit', { values: { vm: 'vm01' } })
    expect(payload().view.state.values.vm.a.selected_option).toEqual(option('vm01'))
  })

  test('asks from the third letter on unless told otherwise', async () => {
    await open(searched())
    const before = slack.delivered.length
    expect((await search('vm')).body).toEqual({ status: 204, ms: 0, answer: { options: [] } })
    expect(slack.delivered).toHaveLength(before)
    answer({ options: [] })
    expect((await search('vm0')).body.status).toBe(200)
  })

  test.each<[string, object]>([
    ['101 options', { options: Array(101).fill(option('x')) }],
    ['an option that is too long', { options: [option('x'.repeat(151))] }],
    ['no options', {}],
  ])('is not answered by %s', async (_, body) => {
    await open(searched({ min_query_length: 0 }))
    answer(body)
    expect(await search('')).toMatchObject({ status: 502, body: { error: 'invalid_options' } })
  })

  test('has three seconds', async () => {
    await open(searched({ min_query_length: 0 }))
    slack.answers(() => 'hang')
    expect((await search('')).body.error).toBe('http_timeout')
  })
})

describe('a shortcut', () => {
  test('on a message brings the message', async () => {
    await slack.client('/type', { as: 'U0BOB', conversation: 'C0OPS', text: 'it <hangs>' })
    const ts = slack.sim.state.messages[0]?.ts
    await slack.client('/shortcut', { as: 'U0ALICE', id: 'diagnose', conversation: 'C0OPS', ts })
    expect(payload()).toMatchObject({
      type: 'message_action',
      callback_id: 'diagnose',
      trigger_id: expect.any(String),
      response_url: expect.any(String),
      user: { id: 'U0ALICE', team_id: 'T0CONTOSO' },
      channel: { id: 'C0OPS' },
      message_ts: ts,
      message: { user: 'U0BOB', text: 'it &lt;hangs&gt;', ts },
    })
  })

  test('that is always there brings a trigger and no conversation', async () => {
    await slack.client('/shortcut', { as: 'U0ALICE', id: 'request-access' })
    expect(payload()).toMatchObject({ type: 'shortcut', callback_id: 'request-access' })
    expect(payload()).not.toHaveProperty('channel')
    expect((await slack.call('views.open', { trigger_id: payload().trigger_id, view: modal() })).ok).toBe(
      true,
    )
  })

  test.each([
    ['people of another company', { as: 'U0GUS', id: 'request-access' }],
    ['a message that is not there', { as: 'U0ALICE', id: 'diagnose', conversation: 'C0OPS', ts: '1.1' }],
    ['anything but those of the app', { as: 'U0ALICE', id: 'other' }],
  ])('is not there for %s', async (_, chosen) => {
    expect((await slack.client('/shortcut', chosen)).status).toBe(404)
    expect(slack.delivered).toEqual([])
  })
})

describe('the App Home', () => {
  test('that somebody looks at is an event, which comes again if nobody takes it', async () => {
    slack.answers(nth => ({ status: nth === 1 ? 500 : 200 }))
    await slack.client('/home', { as: 'U0ALICE' })
    await slack.sim.settled()
    expect(slack.delivered).toHaveLength(2)
    expect(JSON.parse(slack.delivered[0]?.body ?? '')).toMatchObject({
      type: 'event_callback',
      team_id: 'T0CONTOSO',
      event: { type: 'app_home_opened', user: 'U0ALICE', channel: 'D0ALICE', tab: 'home' },
    })
  })

  test('is one for each person, and published anew in its place', async () => {
    const publish = (user_id: string) => slack.call('views.publish', { user_id, view: home })
    const [first, second] = [await publish('U0ALICE'), await publish('U0ALICE')]
    expect(second.view.id).toBe(first.view.id)
    expect(second.view.hash).not.toBe(first.view.hash)
    expect((await shown()).home.id).toBe(first.view.id)
    expect((await shown('U0BOB')).home).toBeNull()
    const stale = { user_id: 'U0ALICE', view: home, hash: first.view.hash }
    expect((await slack.call('views.publish', stale)).error).toBe('hash_conflict')
  })

  test('has buttons, whose press names the view and no message', async () => {
    const button = { type: 'button', action_id: 'press:0', value: 'v', text: words('Go') }
    const view = { type: 'home', blocks: [{ type: 'actions', elements: [button] }] }
    const published = (await slack.call('views.publish', { user_id: 'U0ALICE', view })).view
    const press = { as: 'U0ALICE', view: published.id, actionId: 'press:0' }
    expect((await slack.client('/view/press', press)).body.status).toBe(200)
    expect(payload()).toMatchObject({
      type: 'block_actions',
      container: { type: 'view', view_id: published.id },
      view: { type: 'home', id: published.id },
      actions: [{ action_id: 'press:0', value: 'v' }],
    })
    expect(payload()).not.toHaveProperty('message')
    expect((await slack.client('/view/press', { ...press, as: 'U0BOB' })).status).toBe(404)
  })
})

describe('in a thread', () => {
  test('a mention names the thread, and a slash command is not supported', async () => {
    const type = (text: string, thread?: string) =>
      slack.client('/type', { as: 'U0ALICE', conversation: 'C0OPS', text, thread })
    await type('root')
    const ts = slack.sim.state.messages[0]?.ts
    await type('@Latchkey list', ts)
    expect(JSON.parse(slack.delivered[0]?.body ?? '').event).toMatchObject({
      type: 'app_mention',
      thread_ts: ts,
    })
    await type('/rdp list', ts)
    expect(slack.delivered).toHaveLength(1)
    expect((await slack.messages('U0ALICE', 'C0OPS')).at(-1)).toMatchObject({
      text: '/rdp is not supported in threads. Sorry!',
      thread: ts,
      ephemeral: true,
    })
    expect((await type('x', '1.1')).status).toBe(404)
  })
})
