/** What people do in Teams, from the client to the inbox and back. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { message, parseRequestId, type RequestId, writeButton } from '../../../core/index.ts'
import { actionOf } from './support/cards.ts'
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
    buttons: [
      { label: 'Approve', weight: 'main', press: { intent: { do: 'approve', which: { id: REQUEST } } } },
      { label: 'Deny', weight: 'danger', press: { form: { fill: 'deny', request: REQUEST } } },
      { label: 'Connect', weight: 'plain', press: { form: { fill: 'connect' } } },
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

  test('a message that could not be recorded is delivered again until it is, and then only once', async () => {
    world.inbox.broken = true
    const failed = await world.client.type(alice, 'help')
    expect(failed.status).toBe(503)
    expect(world.inbox.received).toEqual([])
    world.inbox.broken = false
    expect((await world.client.type(alice, 'help')).status).toBe(200)
    expect(world.inbox.received).toHaveLength(1)
  })

  test('a message whose answer was lost comes a third time under a new id, and is another delivery then', async () => {
    const receive = world.inbox.receive
    let lost = 2
    world.inbox.receive = async incoming => {
      const result = await receive(incoming)
      if (lost > 0) {
        lost -= 1
        throw new Error('lost')
      }
      return result
    }
    await world.client.type(alice, '/rdp connect vm01 2h')
    const [first, second, ...more] = world.inbox.received
    // Nothing in the activity tells that it is the same wish: the core does, by person, VM and the request that is under way.
    expect([first?.did, second?.did, more]).toEqual([first?.did, first?.did, []])
    expect(second?.delivery).not.toBe(first?.delivery)
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
  test('a press arrives as an intent with the card, and the card in the outcome is the answer', async () => {
    const posted = await post()
    world.inbox.answer = { card: card('Approved') }
    const done = await world.client.press(bob, posted.messageKey, {
      verb: 'latchkey',
      data: { intent: approve },
    })
    expect(world.inbox.received[0]).toEqual({
      delivery: expect.stringMatching(
        new RegExp(`^teams:press:${bob}:a:1[\\w-]+:${posted.messageKey}:approve-[\\w-]{16}:f:[\\w-]+$`),
      ),
      who: { platform: 'teams', workspace: TENANT, key: bob, person: bob },
      home: { platform: 'teams', key: `user:${bob}` },
      did: {
        pressed: { do: 'approve', which: { id: REQUEST } },
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
    const done = await world.client.press(bob, posted.messageKey, { data: { intent: approve } })
    expect(done.status).toBe(200)
    expect(world.inbox.received[0]?.did).toEqual({
      pressed: { do: 'approve', which: { id: REQUEST } },
      on: posted,
    })
  })

  test('a press by somebody who has sent too much says so, and nothing is stored', async () => {
    const { messageKey } = await post()
    world.inbox.full = true
    const done = await world.client.press(bob, messageKey, { verb: 'latchkey', data: { intent: approve } })
    expect(done.answer).toMatchObject({
      statusCode: 200,
      value: expect.stringMatching(/^That is more than I take/),
    })
    expect(world.inbox.received).toEqual([])
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

describe('a form that is sent', () => {
  const dataIn = async (title: string) => {
    const [shown] = await world.client.messages(bob)
    return actionOf(actionOf(shown?.card, 'Action.ShowCard', title), 'Action.Execute')['data'] as object
  }

  test('arrives with its values, and the card in the outcome is the answer', async () => {
    const posted = await post()
    world.inbox.answer = { card: card('Denied') }
    const data = await dataIn('Deny')
    const done = await world.client.press(
      bob,
      posted.messageKey,
      { verb: 'latchkey', data },
      { 'form1-reason': 'not during the release' },
    )
    expect(world.inbox.received[0]).toEqual({
      delivery: expect.stringMatching(
        new RegExp(`^teams:fill:${bob}:a:1[\\w-]+:${posted.messageKey}:deny-[\\w-]{16}:f:[\\w-]+$`),
      ),
      who: { platform: 'teams', workspace: TENANT, key: bob, person: bob },
      home: { platform: 'teams', key: `user:${bob}` },
      did: {
        filled: { fill: 'deny', request: REQUEST },
        values: { reason: 'not during the release' },
        on: posted,
      },
    })
    expect(JSON.stringify(world.inbox.received[0]?.delivery)).not.toContain('release')
    expect(done.answer).toMatchObject({ type: 'application/vnd.microsoft.card.adaptive' })
    expect((await world.client.messages(bob))[0]?.card?.fallbackText).toBe('Denied.')
  })

  test('but lacks something is answered at once in words, and nothing is recorded', async () => {
    const { messageKey } = await post()
    const done = await world.client.press(bob, messageKey, { verb: 'latchkey', data: await dataIn('Deny') })
    expect(done).toMatchObject({
      status: 200,
      answer: {
        type: 'application/vnd.microsoft.activity.message',
        value: expect.stringMatching(/^Reason: /),
      },
    })
    expect(world.inbox.received).toEqual([])
    // What was typed stays on the card: it is not replaced.
    expect((await world.client.messages(bob))[0]?.card?.fallbackText).toBe('Please decide.')
  })

  test('by a client without Action.Execute arrives as well, and what it lacks is said in the chat', async () => {
    const posted = await post()
    const data = await dataIn('Connect')
    await world.client.press(bob, posted.messageKey, { data })
    await world.stop()
    expect(world.inbox.received).toEqual([])
    expect((await world.client.messages(bob)).at(-1)?.text).toMatch(/^VM: /)
  })

  test.each([
    ['of another version', { form: '{"fill":"format-disk"}', at: 0 }],
    ['without its number', { form: '{"fill":"connect"}' }],
    ['with a number that is none', { form: '{"fill":"connect"}', at: 1.5 }],
    ['that is no text', { form: { fill: 'connect' }, at: 0 }],
  ])('%s reaches nobody', async (_, data) => {
    const { messageKey } = await post()
    const done = await world.client.press(bob, messageKey, { verb: 'latchkey', data })
    expect(done.answer?.value).toMatch(/none of mine/)
    expect(world.inbox.received).toEqual([])
  })

  test('is not taken from a client that refreshes by itself', async () => {
    const { messageKey } = await post()
    const response = await world.deliver({
      type: 'invoke',
      name: 'adaptiveCard/action',
      as: bob,
      conversation: await world.client.at(bob, 'dm'),
      replyToId: messageKey,
      value: {
        trigger: 'automatic',
        action: { verb: 'latchkey', data: { form: '{"fill":"connect"}', at: 0 } },
      },
    })
    expect(await response.json()).toMatchObject({ value: expect.stringMatching(/none of mine/) })
    expect(world.inbox.received).toEqual([])
  })
})

describe('a search while typing', () => {
  const search = async (dataset: string, text: string) => {
    const { messageKey } = await post()
    return world.client.search(bob, messageKey, dataset, text)
  }

  test('asks for that person, and at most 15 are offered, told apart by their hints', async () => {
    world.inbox.found = Array.from({ length: 20 }, (_, at) => ({
      value: `s|rg|vm${at}`,
      label: `vm${at}`,
      hint: at === 0 ? '' : 'rg *x*',
    }))
    const { status, results } = await search('latchkey-vms', '  vm ')
    expect(world.inbox.searched).toEqual([
      { who: { platform: 'teams', workspace: TENANT, key: bob, person: bob }, text: 'vm' },
    ])
    expect([status, results.length]).toEqual([200, 15])
    expect(results.slice(0, 2)).toEqual([
      { value: 's|rg|vm0', title: 'vm0' },
      { value: 's|rg|vm1', title: 'vm1 (rg *x*)' },
    ])
    expect(world.inbox.received).toEqual([])
  })

  test('of another app finds nothing, and asks nobody', async () => {
    expect(await search('npm', 'vm')).toEqual({ status: 200, results: [] })
    expect(world.inbox.searched).toEqual([])
  })

  test('that fails finds nothing, and tells nothing of why', async () => {
    world.inbox.broken = true
    expect(await search('latchkey-vms', 'vm')).toEqual({ status: 200, results: [] })
    expect(world.logged.join()).toContain('teams-search-failed')
  })
})

test('whoever sends a hundred messages in a minute is told once, and nothing of it is stored', async () => {
  world.inbox.full = true
  for (let at = 0; at < 100; at++) expect((await world.client.type(alice, `help ${at}`)).status).toBe(200)
  await world.stop()
  expect(world.inbox.received).toEqual([])
  const told = (await world.client.messages(alice)).filter(({ from }) => from === 'bot')
  expect(told.map(({ text }) => text)).toEqual([
    'That is more than I take at once. Wait a minute, and go on then.',
  ])
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
