/** What people do and see, and what reaches the product on the way. */
import { createHmac } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { signature } from '../../../../bots/demo/slack/wire.ts'
import { type Loose, openWorkspace, type Running, SECRET } from './workspace.ts'

let slack: Running
beforeEach(async () => {
  slack = await openWorkspace({ answerWithinMs: 300 })
})
afterEach(() => slack.close())

const type = async (text: string, conversation = 'D0ALICE', as = 'U0ALICE') => {
  await slack.client(`/conversations?as=${as}`)
  return slack.client('/type', { as, conversation, text })
}
const lastForm = () => Object.fromEntries(new URLSearchParams(slack.delivered.at(-1)?.body))
const lastEvent = (): Loose => JSON.parse(slack.delivered.at(-1)?.body ?? '')
const card = [
  { type: 'section', text: { type: 'mrkdwn', text: 'may I?' } },
  {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: 'press:0',
        style: 'danger',
        value: 'v',
        text: { type: 'plain_text', text: 'No & <no>' },
      },
      {
        type: 'button',
        action_id: 'open:1',
        url: 'https://latchkey.example/',
        text: { type: 'plain_text', text: 'Page' },
      },
    ],
  },
]
const post = async (channel = 'U0ALICE') =>
  slack.call('chat.postMessage', { channel, text: 'card', blocks: card })

describe('a delivery', () => {
  test('is signed as Slack’s published example is', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
    expect(signature('8f742231b10e8888abcd99yyyzzz85a5', body, 1531420618)).toEqual({
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    })
  })

  test('carries the signature of its very bytes, by wall time even when the world’s clock was moved', async () => {
    slack.pass(7 * 24 * 3_600_000)
    await type('/rdp list')
    const { headers, body } = slack.delivered[0] as Running['delivered'][number]
    const seconds = Number(headers['x-slack-request-timestamp'])
    expect(Math.abs(Date.now() / 1000 - seconds)).toBeLessThan(100)
    const hash = createHmac('sha256', SECRET).update(`v0:${seconds}:${body}`).digest('hex')
    expect(headers['x-slack-signature']).toBe(`v0=${hash}`)
  })
})

describe('a slash command', () => {
  test('is delivered as a form with everything Slack sends', async () => {
    await type('/rdp connect vm01 <b> & @Bob Brandt #ops', 'C0OPS')
    expect(slack.delivered[0]?.headers['content-type']).toMatch('application/x-www-form-urlencoded')
    expect(lastForm()).toMatchObject({
      command: '/rdp',
      text: 'connect vm01 &lt;b&gt; &amp; <@U0BOB|bob> <#C0OPS|ops>',
      team_id: 'T0CONTOSO',
      user_id: 'U0ALICE',
      channel_id: 'C0OPS',
      channel_name: 'ops',
      is_enterprise_install: 'false',
      trigger_id: expect.stringMatching(/.+\..+/),
      response_url: expect.stringMatching(`^${slack.url}/hooks/.+`),
    })
  })

  test('is not itself shown, and its answer only to the one who typed', async () => {
    slack.answers(() => ({ body: 'Got it' }))
    expect((await type('/rdp list', 'C0OPS')).body).toMatchObject({ status: 200, answer: 'Got it' })
    expect(await slack.messages('U0ALICE', 'C0OPS')).toMatchObject([
      { from: 'bot', fromName: 'Latchkey', text: 'Got it', ephemeral: true },
    ])
    expect(await slack.messages('U0BOB', 'C0OPS')).toEqual([])
  })

  test('answered in the channel is shown to all, together with what was typed', async () => {
    const body = JSON.stringify({ response_type: 'in_channel', text: 'all', blocks: card })
    slack.answers(() => ({ body, headers: { 'content-type': 'application/json' } }))
    await type('/rdp list', 'C0OPS')
    expect(await slack.messages('U0BOB', 'C0OPS')).toMatchObject([
      { from: 'U0ALICE', text: '/rdp list' },
      { from: 'bot', blocks: expect.any(Array) },
    ])
  })

  test.each([
    ['fails', () => ({ status: 500 }), 500, 'dispatch_failed'],
    ['is not answered', () => 'hang' as const, 0, 'operation_timeout'],
    [
      'is answered with nonsense',
      () => ({ body: '{"blocks":[{"type":"no"}]}' }),
      200,
      'invalid_command_response',
    ],
  ])('that %s is reported to the one who typed', async (_, how, status, code) => {
    slack.answers(how)
    expect((await type('/rdp list')).body.status).toBe(status)
    expect(await slack.messages('U0ALICE', 'D0ALICE')).toMatchObject([
      { fromName: 'Slackbot', ephemeral: true, text: `/rdp failed with the error "${code}"` },
    ])
  })

  test('is never delivered again', async () => {
    slack.answers(() => ({ status: 500 }))
    await type('/rdp list')
    await slack.sim.settled()
    expect(slack.delivered).toHaveLength(1)
  })

  test.each([
    ['nobody installed', '/other x', 'U0ALICE'],
    ['of a workspace they are not in', '/rdp list', 'U0GUS'],
  ])('%s is no command', async (_, text, as) => {
    const { body } = await type(text, 'C0OPS', as)
    expect(body).toEqual({ status: 204, ms: 0 })
    expect(slack.delivered).toEqual([])
    expect((await slack.messages(as, 'C0OPS')).at(-1)).toMatchObject({
      fromName: 'Slackbot',
      ephemeral: true,
    })
  })
})

describe('a message', () => {
  test('in the direct message becomes an event, and is shown as it was typed', async () => {
    await type('why <vm01> & @Latchkey https://a.example/?b&c')
    expect(lastEvent()).toMatchObject({
      type: 'event_callback',
      event_id: expect.stringMatching(/^Ev/),
      team_id: 'T0CONTOSO',
      authorizations: [{ user_id: 'U0LATCHKEY', is_bot: true }],
      event: {
        type: 'message',
        channel_type: 'im',
        channel: 'D0ALICE',
        user: 'U0ALICE',
        team: 'T0CONTOSO',
        text: 'why &lt;vm01&gt; &amp; <@U0LATCHKEY> <https://a.example/?b&amp;c>',
      },
    })
    expect(await slack.messages('U0ALICE', 'D0ALICE')).toMatchObject([
      {
        from: 'U0ALICE',
        fromName: 'Alice Adams',
        text: 'why <vm01> & @Latchkey https://a.example/?b&c',
        ephemeral: false,
      },
    ])
  })

  test('in a channel reaches the bot only when it is mentioned', async () => {
    expect((await type('hello all', 'C0OPS')).body).toEqual({ status: 204, ms: 0 })
    expect(slack.delivered).toEqual([])
    await type('hello @latchkey', 'C0OPS')
    expect(lastEvent()).toMatchObject({
      is_ext_shared_channel: true,
      event: { type: 'app_mention', text: 'hello <@U0LATCHKEY>' },
    })
  })

  test('of an outside member names their own team', async () => {
    await type('hi @latchkey', 'C0OPS', 'U0GUS')
    expect(lastEvent()).toMatchObject({
      team_id: 'T0CONTOSO',
      event: { user: 'U0GUS', team: 'T0FABRIKAM', user_team: 'T0FABRIKAM' },
    })
  })

  test('that is not taken comes up to three times more, newly signed, saying why', async () => {
    slack.answers(nth => (nth === 2 ? 'hang' : { status: 500 }))
    expect((await type('hi')).body).toMatchObject({ status: 500, error: 'http_error' })
    await slack.sim.settled()
    const retries = slack.delivered.map(({ headers }) => [
      headers['x-slack-retry-num'],
      headers['x-slack-retry-reason'],
    ])
    expect(retries).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_timeout'],
      ['3', 'http_error'],
    ])
    expect(new Set(slack.delivered.map(({ body }) => body)).size).toBe(1)
  })

  test('comes again only until it is taken, and not when the product says so', async () => {
    slack.answers(nth => ({ status: nth === 1 ? 500 : 200 }))
    await type('hi')
    await slack.sim.settled()
    expect(slack.delivered).toHaveLength(2)
    slack.answers(() => ({ status: 500, headers: { 'x-slack-no-retry': '1' } }))
    await type('hi')
    await slack.sim.settled()
    expect(slack.delivered).toHaveLength(3)
  })

  test('of the bot in a direct message comes back to it', async () => {
    const { ts, channel } = await post()
    await slack.call('chat.update', { channel, ts, text: 'x' })
    await slack.sim.settled()
    const events = slack.delivered.map(({ body }) => JSON.parse(body).event)
    expect(events).toMatchObject([
      { type: 'message', bot_id: 'B0LATCHKEY', channel_type: 'im' },
      { type: 'message', subtype: 'message_changed', hidden: true },
    ])
  })
})

describe('a press', () => {
  const press = (more: object = {}) =>
    slack.client('/press', { as: 'U0ALICE', conversation: 'D0ALICE', actionId: 'press:0', ...more })
  const payload = (): Loose => JSON.parse(lastForm()['payload'] ?? '')

  test('is delivered with the button and the card', async () => {
    const { ts } = await post()
    await slack.sim.settled()
    expect((await press({ ts })).body).toMatchObject({ status: 200 })
    expect(payload()).toMatchObject({
      type: 'block_actions',
      team: { id: 'T0CONTOSO' },
      user: { id: 'U0ALICE', team_id: 'T0CONTOSO' },
      channel: { id: 'D0ALICE' },
      container: { type: 'message', message_ts: ts, channel_id: 'D0ALICE', is_ephemeral: false },
      message: { ts, blocks: expect.any(Array) },
      state: { values: {} },
      actions: [{ action_id: 'press:0', value: 'v', type: 'button', text: { text: 'No &amp; &lt;no&gt;' } }],
    })
  })

  test('of an outside member names the app’s team beside their own', async () => {
    const { ts } = await post('C0OPS')
    await press({ ts, as: 'U0GUS', conversation: 'C0OPS' })
    expect(payload()).toMatchObject({
      team: { id: 'T0CONTOSO' },
      user: { id: 'U0GUS', team_id: 'T0FABRIKAM' },
    })
  })

  test('on a button that opens a page is delivered as well', async () => {
    const { ts } = await post()
    await press({ ts, actionId: 'open:1' })
    expect(payload().actions[0]).not.toHaveProperty('value')
  })

  test('that is not taken shows, and is not delivered again', async () => {
    const { ts } = await post()
    await slack.sim.settled()
    slack.answers(() => ({ status: 500 }))
    expect(await press({ ts })).toMatchObject({ status: 502, body: { status: 500, error: 'http_error' } })
    await slack.sim.settled()
    expect(slack.delivered).toHaveLength(2)
  })

  test.each([
    ['somebody else’s card', { as: 'U0BOB' }],
    ['a card that is not there', { ts: '1.1' }],
    ['a button that is not there', { actionId: 'press:9' }],
    ['an account that is gone', { as: 'U0GONE' }],
  ])('on %s is impossible', async (_, more) => {
    const { ts } = await post()
    await slack.sim.settled()
    expect((await press({ ts, ...more })).status).toBe(404)
    expect(slack.delivered).toHaveLength(1)
  })
})

describe('a response_url', () => {
  const respond = (body: object) =>
    fetch(lastForm()['response_url'] ?? '', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  test('answers five times, to the one person unless told otherwise', async () => {
    await type('/rdp list', 'C0OPS')
    expect((await respond({ text: 'to all', response_type: 'in_channel' })).status).toBe(200)
    for (let n = 0; n < 4; n++) expect((await respond({ text: 'x' })).status).toBe(200)
    expect(await (await respond({ text: 'x' })).json()).toEqual({ ok: false, error: 'used_url' })
    expect(await slack.messages('U0BOB', 'C0OPS')).toMatchObject([{ text: 'to all' }])
    expect(await slack.messages('U0ALICE', 'C0OPS')).toHaveLength(5)
  })

  test('is good for half an hour', async () => {
    await type('/rdp list', 'C0OPS')
    slack.pass(31 * 60_000)
    expect(await (await respond({ text: 'x' })).json()).toEqual({ ok: false, error: 'expired_url' })
  })

  test('refuses wrong blocks without being used up', async () => {
    await type('/rdp list', 'C0OPS')
    for (let n = 0; n < 6; n++) expect((await respond({ blocks: [{ type: 'no' }] })).status).toBe(400)
    expect((await respond({ text: 'x' })).status).toBe(200)
  })

  test('replaces or deletes the card that was pressed', async () => {
    const { ts } = await post()
    await slack.sim.settled()
    const act = { as: 'U0ALICE', conversation: 'D0ALICE', ts, actionId: 'press:0' }
    const payload = async () => {
      await slack.client('/press', act)
      return JSON.parse(lastForm()['payload'] ?? '').response_url
    }
    const answer = (url: string, body: object) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const url = await payload()
    await answer(url, { replace_original: true, text: 'done', blocks: card.slice(0, 1) })
    expect(await slack.messages('U0ALICE', 'D0ALICE')).toMatchObject([
      { text: 'done', blocks: [{ type: 'section' }] },
    ])
    await answer(url, { delete_original: true })
    expect(await slack.messages('U0ALICE', 'D0ALICE')).toEqual([])
  })
})

describe('the client', () => {
  test('lists the people who can use it', async () => {
    expect((await slack.client('/people')).body).toEqual([
      { id: 'U0ALICE', name: 'Alice Adams', team: 'T0CONTOSO' },
      { id: 'U0BOB', name: 'Bob Brandt', team: 'T0CONTOSO' },
      { id: 'U0GUS', name: 'Gus Gast', team: 'T0FABRIKAM' },
    ])
  })

  test('shows everybody their own conversations, the bot first', async () => {
    const names = async (as: string) =>
      (await slack.client(`/conversations?as=${as}`)).body.map(({ id, name, kind }: Loose) => [
        id,
        name,
        kind,
      ])
    await names('U0BOB')
    expect(await names('U0ALICE')).toEqual([
      ['D0ALICE', 'Latchkey', 'dm'],
      ['C0OPS', 'ops', 'channel'],
      ['C0WAR', 'war-room', 'channel'],
    ])
    expect((await slack.client('/conversations?as=U9')).status).toBe(404)
  })

  test.each([
    ['/type', { as: 'U0BOB', conversation: 'D0ALICE', text: 'x' }, 404],
    ['/type', { as: 'U9', conversation: 'C0OPS', text: 'x' }, 404],
    ['/type', { as: 'U0ALICE', conversation: 'C0OPS', text: ' ' }, 404],
    ['/type', { as: 'U0ALICE', text: 'x' }, 400],
    ['/press', {}, 400],
  ])('refuses what cannot be: %s %o', async (path, body, status) => {
    await slack.client('/conversations?as=U0ALICE')
    expect((await slack.client(path, body)).status).toBe(status)
  })
})

test('a saved state goes on where it was', async () => {
  const { ts } = await post()
  await type('/rdp list', 'C0OPS')
  await slack.sim.settled()
  const before = structuredClone(slack.sim.state)
  await slack.close()
  slack = await openWorkspace({ state: JSON.parse(JSON.stringify(before)) })
  expect(slack.sim.state).toEqual(before)
  expect(await slack.messages('U0ALICE', 'D0ALICE')).toMatchObject([{ ts }])
  await slack.call('chat.update', { channel: 'D0ALICE', ts, text: 'later' })
  const next = (await slack.call('chat.postMessage', { channel: 'D0ALICE', text: 'next' })).ts
  expect(Number(next)).toBeGreaterThan(Number(ts))
})
