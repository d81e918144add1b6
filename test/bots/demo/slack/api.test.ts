/** The Web API, called as it is and through Slack's own client. */

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { LogLevel, WebClient } from '@slack/web-api'
import { type Loose, openWorkspace, type Running, TOKEN } from './workspace.ts'

let slack: Running
beforeEach(async () => {
  slack = await openWorkspace()
})
afterEach(() => slack.close())

const web = () =>
  new WebClient(TOKEN, {
    slackApiUrl: `${slack.url}/api/`,
    logLevel: LogLevel.ERROR,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 400,
  })
const header = (text: string) => [{ type: 'header', text: { type: 'plain_text', text } }]
const error = async (method: string, args: Record<string, unknown> = {}, token?: string) =>
  (await slack.call(method, args, token)).error

describe('the door', () => {
  test('wants the bot token, in the header or in the body', async () => {
    expect(await error('auth.test', {}, 'xoxb-other')).toBe('invalid_auth')
    const ask = (body: string, headers = {}) =>
      fetch(`${slack.url}/api/auth.test`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      }).then(response => response.json())
    expect(await ask('')).toEqual({ ok: false, error: 'not_authed' })
    expect(await ask(`token=${TOKEN}`)).toMatchObject({ ok: true })
  })

  test('knows no other methods', async () => {
    expect(await error('chat.shout')).toBe('unknown_method')
    expect(await error('constructor')).toBe('unknown_method')
  })

  test('wants the scope of a method and says which', async () => {
    slack.sim.state.scopes = ['commands']
    expect(await slack.call('chat.postMessage', { channel: 'C0OPS', text: 'x' })).toEqual({
      ok: false,
      error: 'missing_scope',
      needed: 'chat:write',
      provided: 'commands',
    })
  })

  test('tells the scopes, as Slack does, in a header', async () => {
    slack.sim.state.scopes = ['commands', 'chat:write']
    expect((await web().auth.test()).response_metadata?.scopes).toEqual(['commands', 'chat:write'])
  })

  test('remembers calls without their tokens', async () => {
    await slack.call('auth.test', { token: TOKEN })
    expect(slack.sim.state.calls).toEqual([{ method: 'auth.test', args: {} }])
    expect(JSON.stringify(slack.sim.state)).not.toContain(TOKEN)
  })
})

describe('posting', () => {
  test('through Slack’s client arrives with blocks and metadata', async () => {
    const metadata = { event_type: 'x', event_payload: { key: 'k' } }
    const posted = await web().chat.postMessage({
      channel: 'U0ALICE',
      text: 'hi',
      blocks: header('hi') as never,
      metadata,
    })
    expect(posted).toMatchObject({
      ok: true,
      channel: 'D0ALICE',
      message: { bot_id: 'B0LATCHKEY', text: 'hi' },
    })
    const seen = (all: boolean) =>
      web().conversations.history({ channel: 'D0ALICE', include_all_metadata: all })
    expect((await seen(true)).messages).toMatchObject([{ ts: posted.ts, metadata }])
    expect((await seen(false)).messages?.[0]).not.toHaveProperty('metadata')
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['nowhere', { channel: 'C9', text: 'x' }, 'channel_not_found'],
    ['to an account that is gone', { channel: 'U0GONE', text: 'x' }, 'channel_not_found'],
    ['nothing', { channel: 'C0OPS', text: ' ' }, 'no_text'],
    ['blocks that are none', { channel: 'C0OPS', blocks: 'x' }, 'invalid_blocks_format'],
    ['wrong blocks', { channel: 'C0OPS', blocks: [{ type: 'nonsense' }] }, 'invalid_blocks'],
    [
      'too much',
      { channel: 'C0OPS', blocks: [{ type: 'markdown', text: 'x'.repeat(13_300) }] },
      'msg_blocks_too_long',
    ],
    [
      'wrong metadata',
      { channel: 'C0OPS', text: 'x', metadata: { event_type: 'x' } },
      'invalid_metadata_format',
    ],
    [
      'large metadata',
      {
        channel: 'C0OPS',
        text: 'x',
        metadata: { event_type: 'x', event_payload: { a: 'x'.repeat(17_000) } },
      },
      'metadata_too_large',
    ],
  ])('%s is refused', async (_, args, code) => {
    expect(await error('chat.postMessage', args)).toBe(code)
    expect(slack.sim.state.messages).toEqual([])
  })

  test('wrong blocks are pointed at', async () => {
    const { response_metadata } = await slack.call('chat.postMessage', {
      channel: 'C0OPS',
      blocks: [{ type: 'nonsense' }],
    })
    expect(response_metadata.messages).toEqual([
      '[ERROR] unsupported type: nonsense [json-pointer:/blocks/0/type]',
    ])
  })

  test('where the bot is no member is refused', async () => {
    const [ops] = slack.sim.state.channels
    if (ops) ops.members = ['U0ALICE']
    expect(await error('chat.postMessage', { channel: 'C0OPS', text: 'x' })).toBe('not_in_channel')
  })

  test('to one person in a channel is seen by nobody else and cannot be changed', async () => {
    const { message_ts } = await slack.call('chat.postEphemeral', {
      channel: 'C0OPS',
      user: 'U0ALICE',
      text: 'x',
    })
    expect(await slack.messages('U0ALICE', 'C0OPS')).toMatchObject([{ ephemeral: true, text: 'x' }])
    expect(await slack.messages('U0BOB', 'C0OPS')).toEqual([])
    expect(await error('chat.update', { channel: 'C0OPS', ts: message_ts, text: 'y' })).toBe(
      'message_not_found',
    )
    slack.sim.state.scopes.push('channels:history')
    expect((await slack.call('conversations.history', { channel: 'C0OPS' })).messages).toEqual([])
  })

  test('to one person who is not in the channel is refused', async () => {
    slack.sim.state.channels[0]?.members.splice(0, 1)
    expect(await error('chat.postEphemeral', { channel: 'C0OPS', user: 'U0ALICE', text: 'x' })).toBe(
      'user_not_in_channel',
    )
  })

  test('tells the world that something can be seen', async () => {
    const before = slack.changes()
    await slack.call('chat.postMessage', { channel: 'C0OPS', text: 'x' })
    expect(slack.changes()).toBeGreaterThan(before)
  })
})

describe('changing', () => {
  const post = async (args = {}) =>
    (await slack.call('chat.postMessage', { channel: 'C0OPS', text: 'one', ...args })).ts

  test('with blocks shows no edit and keeps the metadata', async () => {
    const metadata = { event_type: 'x', event_payload: { key: 'k' } }
    const ts = await post({ blocks: header('one'), metadata })
    await slack.call('chat.update', { channel: 'C0OPS', ts, text: 'two', blocks: header('two') })
    expect(await slack.messages('U0ALICE', 'C0OPS')).toMatchObject([{ text: 'two', edited: false }])
    expect(slack.sim.state.messages[0]?.metadata).toEqual(metadata)
  })

  test('with text alone takes the blocks away and shows the edit', async () => {
    const ts = await post({ blocks: header('one') })
    await slack.call('chat.update', { channel: 'C0OPS', ts, text: 'two' })
    const [message] = await slack.messages('U0ALICE', 'C0OPS')
    expect(message).toMatchObject({ text: 'two', edited: true })
    expect(message).not.toHaveProperty('blocks')
  })

  test('is refused where Slack refuses it', async () => {
    const ts = await post()
    await slack.client('/type', { as: 'U0ALICE', conversation: 'C0OPS', text: 'mine' })
    const theirs = slack.sim.state.messages[1]?.ts
    expect(await error('chat.update', { channel: 'C0OPS', ts: '1.1', text: 'x' })).toBe('message_not_found')
    expect(await error('chat.update', { channel: 'C9', ts, text: 'x' })).toBe('channel_not_found')
    expect(await error('chat.update', { channel: 'C0OPS', ts: theirs, text: 'x' })).toBe(
      'cant_update_message',
    )
    expect(await error('chat.update', { channel: 'C0OPS', ts, text: 'x'.repeat(4_001) })).toBe('msg_too_long')
    expect(await error('chat.update', { channel: 'C0OPS', ts, text: 'x', blocks: [{ type: 'no' }] })).toBe(
      'invalid_blocks',
    )
  })
})

describe('people and conversations', () => {
  test('an outside member is of their own team and called no stranger', async () => {
    const { user } = await slack.call('users.info', { user: 'U0GUS' })
    expect(user).toMatchObject({ team_id: 'T0FABRIKAM', is_stranger: false, profile: { team: 'T0FABRIKAM' } })
  })

  test('addresses are shown only with their scope', async () => {
    expect((await slack.call('users.info', { user: 'U0ALICE' })).user.profile.email).toBe(
      'alice@contoso.example',
    )
    slack.sim.state.scopes = ['users:read']
    expect((await slack.call('users.info', { user: 'U0ALICE' })).user.profile).not.toHaveProperty('email')
  })

  test('people are found by address, whatever its case, unless they are gone', async () => {
    expect((await slack.call('users.lookupByEmail', { email: 'ALICE@contoso.example' })).user.id).toBe(
      'U0ALICE',
    )
    expect(await error('users.lookupByEmail', { email: 'gone@contoso.example' })).toBe('users_not_found')
    expect(await error('users.info', { user: 'U9' })).toBe('user_not_found')
  })

  test.each<[unknown, string]>([
    ['U9', 'user_not_found'],
    ['U0GONE', 'user_disabled'],
    ['U0LATCHKEY', 'cannot_dm_bot'],
    [undefined, 'users_list_not_supplied'],
    ['U0ALICE,U0BOB', 'too_many_users'],
  ])('a direct message with %s cannot be opened: %s', async (users, code) => {
    expect(await error('conversations.open', { users })).toBe(code)
  })

  test('a conversation says what it is', async () => {
    const { id } = (await slack.call('conversations.open', { users: 'U0ALICE' })).channel
    expect((await slack.call('conversations.info', { channel: id })).channel).toMatchObject({
      is_im: true,
      user: 'U0ALICE',
      is_ext_shared: false,
    })
    expect((await slack.call('conversations.info', { channel: 'C0OPS' })).channel).toMatchObject({
      name: 'ops',
      is_ext_shared: true,
    })
  })

  test('history comes in pages, newest first', async () => {
    for (const text of ['a', 'b', 'c']) await slack.call('chat.postMessage', { channel: 'U0ALICE', text })
    const pages: unknown[] = []
    for await (const page of web().paginate('conversations.history', { channel: 'D0ALICE', limit: 2 }))
      pages.push(((page as Loose).messages as { text: string }[]).map(({ text }) => text))
    expect(pages).toEqual([['c', 'b'], ['a']])
  })
})

describe('threads', () => {
  const post = (args: object) => slack.call('chat.postMessage', { channel: 'C0OPS', text: 'x', ...args })

  test('hold replies, which are not in the history of their channel', async () => {
    slack.sim.state.scopes.push('channels:history')
    const { ts } = await post({ text: 'root' })
    const reply = await post({ text: 'reply', thread_ts: ts })
    expect(reply.message.thread_ts).toBe(ts)
    expect(await slack.messages('U0BOB', 'C0OPS')).toMatchObject([{ ts }, { text: 'reply', thread: ts }])
    const { messages } = await slack.call('conversations.history', { channel: 'C0OPS' })
    expect(messages).toMatchObject([{ text: 'root' }])
  })

  test('hang on messages that are there and are no replies', async () => {
    const { ts } = await post({ text: 'root' })
    const { ts: reply } = await post({ thread_ts: ts })
    for (const thread_ts of ['1.1', reply])
      expect(await error('chat.postMessage', { channel: 'C0OPS', text: 'x', thread_ts })).toBe(
        'cannot_reply_to_message',
      )
  })

  test('the history of a channel wants another scope than that of a direct message', async () => {
    expect(await slack.call('conversations.history', { channel: 'C0OPS' })).toMatchObject({
      error: 'missing_scope',
      needed: 'channels:history',
    })
  })
})

describe('files', () => {
  const share = (channel_id: string) =>
    web().filesUploadV2({
      channel_id,
      filename: 'vm01.rdp',
      file: Buffer.from([0xff, 0xfe, 0, 10]),
      initial_comment: 'here',
    })

  test('come through Slack’s client to the people of the conversation only', async () => {
    await slack.call('conversations.open', { users: 'U0ALICE' })
    await share('D0ALICE')
    const [{ file, text }] = (await slack.messages('U0ALICE', 'D0ALICE')) as [
      { file: { id: string }; text: string },
    ]
    expect([file, text]).toEqual([{ id: file.id, name: 'vm01.rdp', size: 4 }, 'here'])
    const read = (as: string) => fetch(`${slack.url}/client/file/${file.id}?as=${as}`)
    const answer = await read('U0ALICE')
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/)
    expect([...new Uint8Array(await answer.arrayBuffer())]).toEqual([0xff, 0xfe, 0, 10])
    for (const nobody of ['U0BOB', 'U9', '']) expect((await read(nobody)).status).toBe(404)
  })

  test('need their bytes before they can be shared, and are shared once', async () => {
    const { file_id, upload_url } = await slack.call('files.getUploadURLExternal', {
      filename: 'a',
      length: 3,
    })
    const complete = () =>
      error('files.completeUploadExternal', { files: [{ id: file_id }], channel_id: 'C0OPS' })
    expect(await complete()).toBe('file_not_found')
    expect((await fetch(upload_url, { method: 'POST', body: 'too long' })).status).toBe(400)
    expect((await fetch(upload_url, { method: 'POST', body: 'abc' })).status).toBe(200)
    expect(await complete()).toBeUndefined()
    expect(await complete()).toBe('file_not_found')
  })

  test('without a name or length are refused', async () => {
    expect(await error('files.getUploadURLExternal', { filename: 'a', length: 0 })).toBe('missing_argument')
    expect(await error('files.getUploadURLExternal', { length: 3 })).toBe('missing_argument')
  })

  test('cannot be shared where nobody is', async () => {
    await expect(share('D9')).rejects.toThrow('channel_not_found')
  })
})

describe('views', () => {
  const view = { type: 'modal', title: { type: 'plain_text', text: 'x' }, blocks: [{ type: 'divider' }] }
  const trigger = async () => {
    await slack.messages('U0ALICE', 'D0ALICE')
    await slack.client('/type', { as: 'U0ALICE', conversation: 'D0ALICE', text: '/rdp' })
    return new URLSearchParams(slack.delivered.at(-1)?.body).get('trigger_id')
  }

  test('open once per trigger', async () => {
    const trigger_id = await trigger()
    expect(await error('views.open', { trigger_id, view })).toBeUndefined()
    expect(await error('views.open', { trigger_id, view })).toBe('exchanged_trigger_id')
    expect(await error('views.open', { trigger_id: 'x', view })).toBe('invalid_trigger_id')
  })

  test('do not open after three seconds', async () => {
    const trigger_id = await trigger()
    slack.pass(3_500)
    expect(await error('views.open', { trigger_id, view })).toBe('expired_trigger_id')
  })

  test('are checked like messages, and a refused one does not use up the trigger', async () => {
    const trigger_id = await trigger()
    expect(await error('views.open', { trigger_id, view: { type: 'modal', blocks: [{ type: 'no' }] } })).toBe(
      'invalid_arguments',
    )
    expect(await error('views.open', { trigger_id, view })).toBeUndefined()
  })

  test('are published for people who are there', async () => {
    const home = { type: 'home', blocks: view.blocks }
    expect(await error('views.publish', { user_id: 'U0ALICE', view: home })).toBeUndefined()
    expect(await error('views.publish', { user_id: 'U9', view: home })).toBe('user_not_found')
  })
})

describe('misbehaviour', () => {
  const post = () => web().chat.postMessage({ channel: 'C0OPS', text: 'x' })

  test('happens to the method it was asked for, as often as asked', async () => {
    slack.sim.misbehave({ method: 'chat.postMessage', how: 'busy', retryAfterSeconds: 3, times: 2 })
    await web().auth.test()
    await expect(post()).rejects.toMatchObject({ retryAfter: 3 })
    await expect(post()).rejects.toMatchObject({ retryAfter: 3 })
    await post()
    expect(slack.sim.state.messages).toHaveLength(1)
  })

  test('can take effect and lose only the answer', async () => {
    slack.sim.misbehave({ method: 'chat.postMessage', how: 'broken', status: 503, takesEffect: true })
    await expect(post()).rejects.toMatchObject({ statusCode: 503 })
    expect(slack.sim.state.messages).toHaveLength(1)
  })

  test('can be silence', async () => {
    slack.sim.misbehave({ method: '*', how: 'hang' })
    await expect(post()).rejects.toThrow(/timeout/i)
    expect(slack.sim.state.messages).toEqual([])
  })

  test('can be any refusal', async () => {
    slack.sim.misbehave({ method: 'chat.postMessage', how: 'error', error: 'ratelimited' })
    await expect(post()).rejects.toMatchObject({ data: { error: 'ratelimited' } })
  })
})
