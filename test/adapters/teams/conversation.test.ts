/** What people do in Teams, from the client to the inbox and back. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { message, parseRequestId, type RequestId, writeButton } from '../../../core/index.ts'
import { activity, openGate } from './support/gate.ts'
import { person, startWorld, TENANT, type World } from './support/world.ts'

const alice = person('Alice')
const bob = person('Bob')
const REQUEST = parseRequestId('01890000-0000-7000-8000-00000000abcd') as RequestId
const approve = writeButton({ do: 'approve', which: { id: REQUEST } })

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.end())

const card = (title: string) =>
  message({
    title,
    plain: `${title}.`,
    lines: [['hello']],
    field: { id: 'reason', label: 'Reason' },
    buttons: [
      { label: 'Approve', weight: 'main', press: { intent: { do: 'approve', which: { id: REQUEST } } } },
    ],
  })

const post = (to = bob) =>
  world.chat.post({ platform: 'teams', key: `user:${to}` }, card('Please decide'), { key: 'k', again: false })

describe('typed', () => {
  test('what is typed in the private chat arrives with the person Entra knows', async () => {
    const { status } = await world.client.type(alice, '/rdp connect vm01 2h')
    expect(status).toBe(200)
    expect(world.inbox.received).toEqual([
      {
        delivery: expect.stringMatching(/^teams:message:a:1[\w-]+:\d{13}$/),
        who: { platform: 'teams', workspace: TENANT, key: alice, person: alice },
        home: { platform: 'teams', key: `user:${alice}` },
        did: { typed: '/rdp connect vm01 2h' },
      },
    ])
  })

  test('what is typed in a channel loses the mention, goes to the private chat, and the channel gets one line', async () => {
    await world.client.type(bob, '@Latchkey rdp connect vm01 INC-7 a <b> & c', 'channel')
    await world.stop()
    const [incoming] = world.inbox.received
    expect(incoming?.did).toEqual({ typed: 'rdp connect vm01 INC-7 a <b> & c' })
    expect(incoming?.home).toEqual({ platform: 'teams', key: `user:${bob}` })
    const seen = await world.client.messages(alice, 'channel')
    expect(seen.filter(({ from }) => from === 'bot').map(({ text }) => text)).toEqual([
      'I answer in our private chat.',
    ])
  })

  test('a slash command in a channel is answered there to its author alone', async () => {
    await world.client.type(bob, '/rdp list', 'channel')
    await world.stop()
    expect(world.inbox.received[0]?.did).toEqual({ typed: 'rdp list' })
    expect((await world.client.messages(bob, 'channel')).map(({ from }) => from)).toEqual([bob, 'bot'])
    expect(await world.client.messages(alice, 'channel')).toEqual([])
  })

  test('a message that could not be recorded is delivered again until it is, and then only once', async () => {
    world.inbox.broken = true
    const failed = await world.client.type(alice, 'help')
    expect(failed.status).toBe(503)
    expect(world.inbox.received).toEqual([])
    world.inbox.broken = false
    expect((await world.client.type(alice, 'help')).status).toBe(200)
    expect(world.inbox.received).toHaveLength(1)
  })

  test('a redelivered channel message is not pointed to the private chat twice', async () => {
    const receive = world.inbox.receive
    let first = true
    // The first delivery is recorded, but its answer is lost on the way.
    world.inbox.receive = async incoming => {
      const result = await receive(incoming)
      if (first) {
        first = false
        throw new Error('lost')
      }
      return result
    }
    await world.client.type(alice, '@Latchkey help', 'channel')
    await world.stop()
    expect(world.inbox.received).toHaveLength(1)
    expect((await world.client.messages(alice, 'channel')).filter(({ from }) => from === 'bot')).toEqual([])
  })
})

describe('pressed', () => {
  test('a press arrives as an intent with the field and the card, and the card in the outcome is the answer', async () => {
    const posted = await post()
    world.inbox.answer = { card: card('Approved') }
    const done = await world.client.press(
      bob,
      posted.messageKey,
      { verb: 'latchkey', data: { intent: approve } },
      { reason: 'go ahead' },
    )
    expect(world.inbox.received[0]).toEqual({
      delivery: expect.stringMatching(
        new RegExp(`^teams:press:${bob}:a:1[\\w-]+:${posted.messageKey}:approve-[\\w-]{16}:f:[\\w-]+$`),
      ),
      who: { platform: 'teams', workspace: TENANT, key: bob, person: bob },
      home: { platform: 'teams', key: `user:${bob}` },
      did: {
        pressed: { do: 'approve', which: { id: REQUEST } },
        values: { reason: 'go ahead' },
        on: posted,
      },
    })
    expect(done.answer).toMatchObject({ statusCode: 200, type: 'application/vnd.microsoft.card.adaptive' })
    const [shown] = await world.client.messages(bob)
    expect(shown?.card?.fallbackText).toBe('Approved.')
  })

  test('what was said is the answer where no card is', async () => {
    const { messageKey } = await post()
    world.inbox.answer = { said: message({ title: 'Too late', plain: 'Too late: *settled*.' }) }
    const done = await world.client.press(bob, messageKey, { verb: 'latchkey', data: { intent: approve } })
    expect(done.answer).toEqual({
      statusCode: 200,
      type: 'application/vnd.microsoft.activity.message',
      value: 'Too late: *settled*.',
    })
  })

  test('a press whose outcome takes longer is answered with "Working on it"', async () => {
    const { messageKey } = await post()
    const done = await world.client.press(bob, messageKey, { verb: 'latchkey', data: { intent: approve } })
    expect(done.answer?.value).toMatch(/^Working on it/)
  })

  test('a press that could not be recorded says so, and tells nothing of why', async () => {
    const { messageKey } = await post()
    world.inbox.broken = true
    const done = await world.client.press(bob, messageKey, { verb: 'latchkey', data: { intent: approve } })
    expect(done).toMatchObject({ status: 200, answer: { type: 'application/vnd.microsoft.error' } })
    expect(JSON.stringify(done)).not.toContain('secret detail')
  })

  test('clients without Action.Execute press by a message', async () => {
    const posted = await post()
    const done = await world.client.press(
      bob,
      posted.messageKey,
      { data: { intent: approve } },
      { reason: 'ok' },
    )
    expect(done.status).toBe(200)
    expect(world.inbox.received[0]?.did).toEqual({
      pressed: { do: 'approve', which: { id: REQUEST } },
      values: { reason: 'ok' },
      on: posted,
    })
  })

  test.each([
    ['another verb', { verb: 'other', data: { intent: approve } }],
    ['no intent', { verb: 'latchkey', data: {} }],
    ['an intent of another version', { verb: 'latchkey', data: { intent: '{"do":"format-disk"}' } }],
  ])('%s reaches nobody', async (_, action) => {
    const { messageKey } = await post()
    const done = await world.client.press(bob, messageKey, action)
    expect(done.answer?.value).toMatch(/none of mine/)
    expect(world.inbox.received).toEqual([])
  })
})

test('a press outside the private chat reaches nobody, and says so', async () => {
  const gate = await openGate()
  const value = { action: { type: 'Action.Execute', verb: 'latchkey', data: { intent: approve } } }
  const { conversation } = activity()
  const sent = activity({
    type: 'invoke',
    name: 'adaptiveCard/action',
    replyToId: '1',
    value,
    conversation: { ...conversation, conversationType: 'groupChat', isGroup: true },
  })
  const { status, body, ran } = await gate.run({ activity: sent })
  expect([status, ran]).toEqual([200, 0])
  expect(JSON.parse(body)).toMatchObject({ value: 'This button works in our private chat only.' })
  gate.close()
})

describe('installation', () => {
  test('everybody who has the app can be reached, and nothing of it goes to the inbox', async () => {
    expect(world.inbox.received).toEqual([])
    await post(alice)
    expect(await world.client.messages(alice)).toHaveLength(1)
  })

  test('what is known already is not written again', async () => {
    await world.client.type(alice, 'help')
    const before = world.memory.writes.length
    await world.client.type(alice, 'help')
    expect(world.memory.writes).toHaveLength(before)
  })
})
