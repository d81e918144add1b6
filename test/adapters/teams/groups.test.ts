/** Where others read along: channels and group chats, targeted messages, cards that are each reader's own, "Diagnose this", leaving. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import {
  type Address,
  message,
  type Posted,
  parseRequestId,
  type RequestId,
  writeButton,
} from '../../../core/index.ts'
import { type Kind, person, startWorld, TENANT, type World } from './support/world.ts'

const alice = person('Alice')
const bob = person('Bob')
const REQUEST = parseRequestId('01890000-0000-7000-8000-00000000abcd') as RequestId
const approve = writeButton({ do: 'approve', which: { id: REQUEST } })

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.end())

const fromBot = async (as: string, kind: Kind) =>
  (await world.client.messages(as, kind)).filter(({ from }) => from === 'bot')

const card = (title: string) =>
  message({
    title,
    plain: `${title}.`,
    facts: [{ label: 'Person', value: [{ person: alice, name: 'Alice Adams' }] }],
    buttons: [
      { label: 'Approve', weight: 'main', press: { intent: { do: 'approve', which: { id: REQUEST } } } },
    ],
  })

/** Says something there and gives the thread in which it arrived. */
async function threadOf(as: string, kind: Kind): Promise<Address> {
  await world.client.type(as, '@Latchkey help', kind)
  const { thread } = world.inbox.received.at(-1) ?? {}
  if (!thread) throw new Error('no thread')
  return thread
}
const postTo = (to: Address, title = 'Asked'): Promise<Posted> =>
  world.chat.post(to, card(title), { key: 'k', again: false })

describe.each<[Kind, RegExp]>([
  ['channel', /^talk:19:[\w]+@thread\.tacv2;messageid=\d+$/],
  ['group', /^talk:19:[\w]+@thread\.v2$/],
])('in a %s', (kind, key) => {
  test('what is typed loses the mention, is answered in private, and names its thread', async () => {
    await world.client.type(bob, '@Latchkey rdp connect vm01 INC-7 a <b> & c', kind)
    const [incoming] = world.inbox.received
    expect(incoming).toMatchObject({
      did: { typed: 'rdp connect vm01 INC-7 a <b> & c' },
      home: { platform: 'teams', key: `user:${bob}` },
      thread: { platform: 'teams', key: expect.stringMatching(key) },
    })
  })

  test('its author alone is told where the answer is', async () => {
    await world.client.type(bob, '@Latchkey help', kind)
    await world.stop()
    expect(await fromBot(bob, kind)).toEqual([
      expect.objectContaining({ text: 'I answer in our private chat.', onlyYou: true }),
    ])
    expect(await fromBot(alice, kind)).toEqual([])
  })

  test('where targeted messages are refused, a mention is answered for all and a slash command for nobody', async () => {
    await world.client.trouble({ on: 'post', how: { status: 400 }, times: 1 })
    await world.client.type(bob, '@Latchkey help', kind)
    await world.stop()
    expect((await fromBot(alice, kind)).map(({ text }) => text)).toEqual(['I answer in our private chat.'])
  })

  test('a slash command is between its author and the bot', async () => {
    await world.client.trouble({ on: 'post', how: { status: 400 }, times: 1 })
    await world.client.type(bob, '/rdp list', kind)
    await world.stop()
    expect(world.inbox.received[0]?.did).toEqual({ typed: 'rdp list' })
    expect(await fromBot(alice, kind)).toEqual([])
    expect((await world.client.messages(alice, kind)).filter(({ text }) => text?.includes('list'))).toEqual(
      [],
    )
  })

  test('a card is posted into the thread, redrawn there, and pressed there', async () => {
    const thread = await threadOf(alice, kind)
    const posted = await postTo(thread)
    expect(posted).toEqual({ ...thread, messageKey: expect.stringMatching(/^\d{13}$/) })
    await world.chat.amend(posted, card('Still asked'))
    const seen = (await fromBot(bob, kind)).at(-1)
    expect([seen?.id, seen?.card?.fallbackText]).toEqual([posted.messageKey, 'Still asked.'])

    world.inbox.answer = { card: card('Approved') }
    await world.client.press(
      bob,
      posted.messageKey,
      { verb: 'latchkey', data: { intent: approve } },
      {},
      kind,
    )
    expect(world.inbox.received.at(-1)).toMatchObject({
      home: { key: `user:${bob}` },
      thread: { key: expect.stringMatching(key) },
      did: { pressed: { do: 'approve' }, on: { platform: 'teams', messageKey: posted.messageKey } },
    })
    // The card in the answer is for whoever pressed.
    expect((await fromBot(bob, kind)).at(-1)?.card?.fallbackText).toBe('Approved.')
    expect((await fromBot(alice, kind)).at(-1)?.card?.fallbackText).toBe('Still asked.')
  })

  test('a connection file is never handed over', async () => {
    const thread = await threadOf(alice, kind)
    const file = { name: 'vm01.rdp', bytes: new Uint8Array([1]), request: REQUEST, say: 'For vm01' }
    expect(await world.chat.hand(thread, file)).toBe('link-only')
    expect((await fromBot(alice, kind)).filter(({ consent }) => consent)).toEqual([])
  })

  test('whoever sends too much is told there, alone, and nothing is stored', async () => {
    world.inbox.full = true
    await world.client.type(bob, '@Latchkey help', kind)
    await world.client.type(bob, '@Latchkey help again', kind)
    await world.stop()
    expect((await fromBot(bob, kind)).map(({ text }) => text)).toEqual([
      expect.stringMatching(/^That is more than I take/),
    ])
    expect(await fromBot(alice, kind)).toEqual([])
  })

  test('"Diagnose this" brings the text of anybody’s message, and the answer stays private', async () => {
    await world.client.type(alice, 'vm01 says:\nRemote Desktop <can’t> connect & "0x204"', kind)
    const [said] = (await world.client.messages(bob, kind)).slice(-1)
    world.inbox.answer = { said: message({ title: 'vm01', plain: 'vm01 is stopped.' }) }
    const { status, say } = await world.client.choose(bob, said?.id ?? '', 'diagnose', kind)
    expect(world.inbox.received).toEqual([
      {
        delivery: expect.stringMatching(new RegExp(`^teams:pointed:${bob}:[0-9a-f]{32}$`)),
        who: { platform: 'teams', workspace: TENANT, key: bob, person: bob },
        home: { platform: 'teams', key: `user:${bob}` },
        thread: { platform: 'teams', key: expect.stringMatching(/^talk:19:/) },
        did: { pointedAt: 'vm01 says:\nRemote Desktop <can’t> connect & "0x204"' },
      },
    ])
    expect([status, say]).toEqual([200, 'vm01 is stopped. (More is in our private chat.)'])
    expect(await fromBot(alice, kind)).toEqual([])
  })
})

describe('"Diagnose this"', () => {
  const choose = async (commandId = 'diagnose') => {
    await world.client.type(alice, 'it does not work', 'channel')
    const [said] = (await world.client.messages(bob, 'channel')).slice(-1)
    return world.client.choose(bob, said?.id ?? '', commandId, 'channel')
  }

  test('that takes longer says where the answer will be', async () => {
    expect((await choose()).say).toBe('I am looking at it, and answer in our private chat.')
  })
  test('of another version reaches nobody', async () => {
    expect((await choose('repair')).say).toMatch(/no words in this message/)
    expect(world.inbox.received).toEqual([])
  })
  test('by somebody who has sent too much says so', async () => {
    world.inbox.full = true
    expect((await choose()).say).toMatch(/^That is more than I take/)
  })
  test('that could not be recorded says so, and tells nothing of why', async () => {
    world.inbox.broken = true
    const { status, say } = await choose()
    expect([status, say]).toEqual([200, 'That did not reach me. Choose it again in a moment.'])
  })
  test('on a card brings what is written on it', async () => {
    const posted = await postTo({ platform: 'teams', key: `user:${bob}` }, 'Alert: vm01 is not reachable')
    await world.client.choose(bob, posted.messageKey, 'diagnose', 'dm')
    expect(world.inbox.received.at(-1)?.did).toEqual({
      pointedAt: expect.stringContaining('Alert: vm01 is not reachable'),
    })
  })
})

describe('a card that several people read', () => {
  /** By its id: what the bot says to one person alone may come before it or after it. */
  const shown = async (as: string, posted: { messageKey: string }) =>
    (await world.client.messages(as, 'group')).find(({ id }) => id === posted.messageKey)

  test('asks the clients of the people it names to fetch it for themselves', async () => {
    const posted = await postTo(await threadOf(alice, 'group'))
    const userIds = (await shown(bob, posted))?.card?.refresh?.userIds
    expect(userIds).toEqual([expect.stringMatching(/^29:/)])
    expect(await shown(alice, posted)).toMatchObject({ wantsRefresh: true })
    expect(await shown(bob, posted)).not.toHaveProperty('wantsRefresh')

    world.inbox.answer = { card: card('Yours') }
    await world.client.refresh(alice, posted.messageKey, 'group')
    expect((await shown(alice, posted))?.card).toMatchObject({
      fallbackText: 'Yours.',
      refresh: { userIds },
    })
    expect((await shown(bob, posted))?.card?.fallbackText).toBe('Asked.')
    // A minute has to pass before the client asks again.
    expect(await shown(alice, posted)).not.toHaveProperty('wantsRefresh')
  })

  test('is fetched by an intent that only looks, and names no copy that would be redrawn for all', async () => {
    const thread = await threadOf(alice, 'group')
    const posted = await postTo(thread)
    await world.client.refresh(alice, posted.messageKey, 'group')
    expect(world.inbox.received.at(-1)?.did).toEqual({
      pressed: { do: 'show', which: { id: REQUEST } },
      on: { ...thread, messageKey: '' },
    })
  })

  test('stays as it is when there is nothing for its reader', async () => {
    const posted = await postTo(await threadOf(alice, 'group'))
    world.inbox.answer = { said: message({ title: 'No', plain: 'Not yours.' }) }
    const { answer } = await world.client.refresh(alice, posted.messageKey, 'group')
    expect(answer).toMatchObject({ type: 'application/vnd.microsoft.error' })
    expect((await shown(alice, posted))?.card?.fallbackText).toBe('Asked.')
  })

  test('about people whose clients are not known is not fetched by anybody', async () => {
    const thread = await threadOf(bob, 'group')
    world.memory.kept.delete(`teams user:${alice}`)
    const posted = await postTo(thread)
    expect((await shown(bob, posted))?.card).not.toHaveProperty('refresh')
  })

  test('is not refreshed in a private chat, where it is redrawn', async () => {
    const posted = await postTo({ platform: 'teams', key: `user:${bob}` })
    expect(posted.key).toBe(`user:${bob}`)
    expect((await fromBot(bob, 'dm')).at(-1)?.card).not.toHaveProperty('refresh')
  })
})

describe('where the app is removed', () => {
  const missing = { kind: 'missing', op: 'teams.message.post' }

  test('from a private chat, nothing is posted, and what was known of the person is forgotten', async () => {
    await postTo({ platform: 'teams', key: `user:${alice}` })
    await world.client.install(alice, false)
    expect(world.memory.kept.get(`teams user:${alice}`)).toEqual({
      serviceUrl: world.teams.serviceUrl,
      gone: true,
      refusedAt: expect.any(Number),
    })
    await expect(postTo({ platform: 'teams', key: `user:${alice}` })).rejects.toMatchObject({
      ...missing,
      say: 'This person has removed the app from Microsoft Teams.',
    })
    await world.client.install(alice, true)
    await postTo({ platform: 'teams', key: `user:${alice}` })
  })

  test.each<Kind>(['group', 'channel'])('from a %s, nothing is posted there until it is back', async kind => {
    const thread = await threadOf(alice, kind)
    const posted = await postTo(thread)
    await world.client.install(bob, false, kind)
    const gone = { ...missing, say: 'The app is not in that chat of Microsoft Teams any more.' }
    await expect(postTo(thread)).rejects.toMatchObject(gone)
    await expect(world.chat.amend(posted, card('x'))).rejects.toMatchObject({ kind: 'missing' })
    // Bob can still be reached in private.
    await postTo({ platform: 'teams', key: `user:${bob}` })
    await world.client.install(bob, true, kind)
    await postTo(thread)
  })

  test('from a team, nothing is posted in any of its channels', async () => {
    const room = { as: alice, channelData: { tenant: { id: TENANT }, team: { id: '19:team@thread.tacv2' } } }
    const at = (id: string) => ({ id, tenantId: TENANT, conversationType: 'channel', isGroup: true })
    const conversation = '19:other@thread.tacv2;messageid=1'
    await world.deliver({ ...room, type: 'message', text: 'help', conversation: at(conversation) })
    await world.deliver({
      ...room,
      type: 'installationUpdate',
      action: 'remove',
      conversation: at('19:team@thread.tacv2'),
    })
    const thread: Address = { platform: 'teams', key: `talk:${conversation}` }
    await expect(postTo(thread)).rejects.toMatchObject(missing)
    expect(world.teams.state.troubles).toEqual([])
  })

  test('a conversation that Teams refuses is missing, in words about the conversation', async () => {
    const thread = await threadOf(alice, 'group')
    await world.stop()
    await world.client.trouble({ on: 'post', how: { status: 403 }, times: 1 })
    await expect(postTo(thread)).rejects.toMatchObject({
      ...missing,
      say: 'The app is not in that chat of Microsoft Teams any more.',
    })
  })

  test('a conversation that was never seen is missing', async () => {
    await expect(postTo({ platform: 'teams', key: 'talk:19:unknown@thread.v2' })).rejects.toMatchObject(
      missing,
    )
  })
})

test('a message action between two people tells nothing of where to reach them', async () => {
  await world.deliver({
    type: 'invoke',
    name: 'composeExtension/fetchTask',
    as: alice,
    conversation: '19:alice_bob@unq.gbl.spaces',
    value: {
      commandId: 'diagnose',
      requestId: 'r1',
      messagePayload: { body: { contentType: 'text', content: 'it does not work' } },
    },
  })
  const [incoming] = world.inbox.received
  expect(incoming).toMatchObject({ did: { pointedAt: 'it does not work' }, home: { key: `user:${alice}` } })
  expect(incoming).not.toHaveProperty('thread')
  expect(JSON.stringify([...world.memory.kept])).not.toContain('unq.gbl')
})
