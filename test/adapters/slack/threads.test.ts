/** Threads in channels: when a delivery has one, and what is posted into one. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { message } from '../../../core/index.ts'
import { type House, type Loose, openHouse, until } from './house.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
  ops().members = ops().members.filter(id => id !== 'U0GUS')
})
afterEach(() => house.close())

const ops = (): { members: string[] } => house.slack.state.channels.find(({ id }) => id === 'C0OPS') as Loose
const say = async (text: string, more: object = {}) => {
  await house.client('/type', { as: 'U0BOB', conversation: 'C0OPS', text, ...more })
  return house.slack.state.messages.at(-1)?.ts ?? ''
}
const calls = (method: string) => house.slack.state.calls.filter(call => call.method === method)
const note = message({ title: 'vm01', plain: 'vm01' })
const post = (key: string, again = false) =>
  house.chat.post({ platform: 'slack', key }, note, { key: 'k', again })

describe('the thread of a delivery', () => {
  test('of a mention hangs on the message itself', async () => {
    const ts = await say('@Latchkey list')
    expect(house.received[0]?.thread).toEqual({ platform: 'slack', key: `C0OPS/${ts}` })
  })

  test('of a mention in a thread is that thread', async () => {
    const root = await say('hello')
    await say('@Latchkey list', { thread: root })
    expect(house.received[0]?.thread).toEqual({ platform: 'slack', key: `C0OPS/${root}` })
  })

  test('is absent in a direct message and for a slash command', async () => {
    await house.client('/conversations?as=U0BOB')
    await say('list', { conversation: 'D0BOB' })
    await say('/rdp list')
    expect(house.received.map(({ thread }) => thread)).toEqual([undefined, undefined])
  })

  test('of a press is the thread that the card is in', async () => {
    const buttons = [{ label: 'Help', weight: 'plain', press: { intent: { do: 'help' } } } as const]
    const root = await say('hello')
    const card = message({ title: 't', plain: 'p', buttons })
    const to = { platform: 'slack', key: `C0OPS/${root}` } as const
    const on = await house.chat.post(to, card, { key: 'k', again: false })
    await house.client('/press', {
      as: 'U0BOB',
      conversation: 'C0OPS',
      ts: on.messageKey,
      actionId: 'press:0',
    })
    expect(house.received[0]).toMatchObject({ thread: to, did: { on } })
  })

  test.each([
    [
      'another company reads along',
      () => {
        ops().members.push('U0GUS')
      },
    ],
    [
      'the bot is no member',
      () => {
        ops().members = ops().members.filter(id => id !== 'U0LATCHKEY')
      },
    ],
    [
      'Slack does not say who reads along',
      () => house.slack.misbehave({ method: 'conversations.info', how: 'hang' }),
    ],
    [
      'the app may not ask',
      () => {
        house.slack.state.scopes = house.slack.state.scopes.filter(scope => scope !== 'channels:read')
      },
    ],
  ])('is absent where %s: the answer is private', async (_, prepare) => {
    const ts = await say('vm01 hangs')
    prepare()
    await house.client('/shortcut', { as: 'U0ALICE', id: 'diagnose', conversation: 'C0OPS', ts })
    expect(house.received).toHaveLength(1)
    expect(house.received[0]).not.toHaveProperty('thread')
  })

  test('of a mention is absent where another company reads along', async () => {
    ops().members.push('U0GUS')
    await say('@Latchkey list')
    expect(house.received[0]).not.toHaveProperty('thread')
  })

  test('is asked for once in a while and not for every delivery', async () => {
    for (const text of ['@Latchkey list', '@Latchkey help', '@Latchkey list']) await say(text)
    expect(calls('conversations.info')).toHaveLength(1)
  })
})

describe('posting to a thread', () => {
  test('puts the message into it, and the message can be redrawn there', async () => {
    const root = await say('hello')
    const posted = await post(`C0OPS/${root}`)
    expect(posted).toMatchObject({ platform: 'slack', key: 'C0OPS' })
    await house.chat.amend(posted, message({ title: 'later', plain: 'later' }))
    expect(house.slack.state.messages.at(-1)).toMatchObject({
      threadTs: root,
      channel: 'C0OPS',
      text: 'later',
      unfurls: false,
    })
  })

  test('again does not search a channel, whose history the app may not read', async () => {
    const root = await say('hello')
    await post(`C0OPS/${root}`, true)
    expect(calls('conversations.history')).toEqual([])
  })

  test('that is gone is a fault that does not pass', async () => {
    await expect(post('C0OPS/1.000001')).rejects.toMatchObject({ kind: 'missing' })
  })

  test('never takes a file', async () => {
    const root = await say('hello')
    const file = { name: 'vm01.rdp', bytes: new Uint8Array([1]), request: 'r' as never, say: 's' }
    await expect(house.chat.hand({ platform: 'slack', key: `C0OPS/${root}` }, file)).rejects.toMatchObject({
      kind: 'invalid',
    })
  })
})

describe('somebody who sends more than anybody types', () => {
  beforeEach(() => house.receive(async () => 'too-many'))
  const whispered = () =>
    calls('chat.postEphemeral').map(({ args }) => [args['channel'], args['user'], args['text']])
  const sentence = expect.stringMatching(/^That is more than I can take.*not recorded.*minute\.$/)

  test('is told so in the answer to a command', async () => {
    const { body } = await house.client('/type', { as: 'U0BOB', conversation: 'C0OPS', text: '/rdp list' })
    expect(body.answer).toEqual({ response_type: 'ephemeral', text: sentence })
  })

  test('is told so where they wrote, and only they see it', async () => {
    await say('@Latchkey list')
    await until(() => whispered().length > 0)
    expect(whispered()).toEqual([['C0OPS', 'U0BOB', sentence]])
    expect(house.slack.state.messages.at(-1)?.ephemeralTo).toBe('U0BOB')
    // Slack cannot be kept from fetching what an ephemeral message links to.
    expect(String(whispered()[0])).not.toMatch(/https?:/)
  })

  test('is told so once, not as often as they wrote', async () => {
    for (let n = 0; n < 5; n++) await say('@Latchkey list')
    await until(() => whispered().length > 0)
    expect(whispered()).toHaveLength(1)
  })

  test('is acknowledged although they cannot be told', async () => {
    house.slack.misbehave({ method: 'chat.postEphemeral', how: 'broken' })
    const { body } = await house.client('/type', {
      as: 'U0BOB',
      conversation: 'C0OPS',
      text: '@Latchkey list',
    })
    expect(body.status).toBe(200)
    await until(() => house.lines.some(({ event }) => event === 'slack.not-said'))
  })
})
