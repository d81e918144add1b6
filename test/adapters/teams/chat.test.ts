/** Posting, redrawing and knowing people, against the pretend Teams. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type Address, type Message, message, type PersonId } from '../../../core/index.ts'
import { APP, COMPANY, listen, person, startWorld, TENANT, type World } from './support/world.ts'

const alice = person('Alice')
const gus = person('Gus')
const nora = person('Nora')

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.end())

const home = (of: PersonId): Address => ({ platform: 'teams', key: `user:${of}` })
const words = (title: string): Message => message({ title, plain: `${title}.` })
const post = (to: PersonId, title = 'Ready') =>
  world.chat.post(home(to), words(title), { key: 'k', again: false })
const personIn = (of: PersonId) => {
  const found = COMPANY.people.find(({ oid }) => oid === of)
  if (!found) throw new Error('nobody')
  return { id: of, name: found.name, upn: found.upn, enabled: true, kind: found.kind }
}

describe('posting', () => {
  test('a card goes to the private chat alone, with its one line as the summary', async () => {
    const posted = await post(alice)
    expect(posted).toEqual({ ...home(alice), messageKey: expect.stringMatching(/^\d{13}$/) })
    const [seen] = await world.client.messages(alice)
    expect(seen).toMatchObject({ id: posted.messageKey, from: 'bot', summary: 'Ready.', edited: false })
    expect(seen?.card).toBeDefined()
    expect(seen?.text).toBeUndefined()
  })

  test('the token is asked for once, for the Connector, at our tenant', async () => {
    await post(alice)
    await post(alice)
    expect(world.login.asked).toHaveLength(1)
    expect(world.login.asked[0]).toMatchObject({
      path: expect.stringMatching(new RegExp(`^/${TENANT}/oauth2/v2.0/token`)),
      form: {
        grant_type: 'client_credentials',
        client_id: APP,
        scope: expect.stringContaining('https://api.botframework.com/.default'),
      },
    })
  })

  test('somebody whose chat is not known yet is asked for by object id, once', async () => {
    world.memory.kept.delete(`teams user:${alice}`)
    await post(alice)
    await post(alice)
    expect(await world.client.messages(alice)).toHaveLength(2)
    expect(world.memory.writes.filter(key => key.includes(alice)).length).toBeGreaterThan(0)
  })

  test('somebody without the app is missing, and not offered as reachable afterwards', async () => {
    expect(await world.chat.homeOf(personIn(nora), undefined)).toEqual(home(nora))
    await expect(post(nora)).rejects.toMatchObject({
      kind: 'missing',
      say: expect.stringContaining('installed'),
    })
    expect(await world.chat.homeOf(personIn(nora), undefined)).toBeUndefined()
  })

  test('somebody who blocked the bot is missing until they write again', async () => {
    await world.client.block(alice, true)
    await expect(post(alice)).rejects.toMatchObject({ kind: 'missing', op: 'teams.message.post' })
    expect(await world.chat.homeOf(personIn(alice), undefined)).toBeUndefined()
    await world.client.block(alice, false)
    await world.client.type(alice, 'hello again')
    expect(await world.chat.homeOf(personIn(alice), undefined)).toEqual(home(alice))
    await post(alice)
  })

  test('somebody who removed the app is not offered as reachable', async () => {
    await world.deliver({ type: 'installationUpdate', action: 'remove', as: alice, conversation: 'a:1' })
    expect(await world.chat.homeOf(personIn(alice), undefined)).toBeUndefined()
    await world.deliver({ type: 'installationUpdate', action: 'add', as: alice, conversation: 'a:1' })
    expect(await world.chat.homeOf(personIn(alice), undefined)).toEqual(home(alice))
  })

  test('somebody unknown to Teams is missing', async () => {
    const nobody = '99999999-9999-4999-8999-999999999999' as PersonId
    await expect(post(nobody)).rejects.toMatchObject({ kind: 'missing' })
  })

  test('an address of another platform is missing', async () => {
    const elsewhere: Address = { platform: 'slack', key: 'D1' }
    await expect(world.chat.post(elsewhere, words('x'), { key: 'k', again: false })).rejects.toMatchObject({
      kind: 'missing',
    })
  })
})

describe('redrawing', () => {
  test('the message changes where it stands', async () => {
    const posted = await post(alice, 'Waiting')
    await world.chat.amend(posted, words('Approved'))
    const seen = await world.client.messages(alice)
    expect(seen.map(({ id, edited, card }) => [id, edited, card?.fallbackText])).toEqual([
      [posted.messageKey, true, 'Approved.'],
    ])
  })

  test('it gives way to nothing that somebody saw for themselves', async () => {
    const posted = await post(alice, 'Waiting')
    const [conversation] = Object.values(world.teams.state.conversations).filter(({ members }) =>
      members.includes(alice),
    )
    const own = conversation?.messages[0]
    if (own) own.views[alice] = { body: [], fallbackText: 'mine' }
    await world.chat.amend(posted, words('Approved'))
    expect((await world.client.messages(alice))[0]?.card?.fallbackText).toBe('Approved.')
  })

  test('a message that is gone is missing', async () => {
    const posted = await post(alice)
    await expect(world.chat.amend({ ...posted, messageKey: '1' }, words('x'))).rejects.toMatchObject({
      kind: 'missing',
      say: expect.stringContaining('no longer there'),
    })
  })
})

describe('trouble', () => {
  const messages = async () => (await world.client.messages(alice)).length

  test.each<[string, object, object]>([
    ['429 with its wait', { status: 429, retryAfterSeconds: 7 }, { kind: 'busy', retryAfterMs: 7000 }],
    ['412', { status: 412 }, { kind: 'busy' }],
    ['500', { status: 500 }, { kind: 'broken' }],
    ['502', { status: 502 }, { kind: 'broken' }],
    ['504', { status: 504 }, { kind: 'broken' }],
    ['401', { status: 401 }, { kind: 'denied' }],
    ['400', { status: 400 }, { kind: 'invalid' }],
    ['413', { status: 413 }, { kind: 'invalid' }],
  ])('%s on posting is told and not repeated', async (_, how, fault) => {
    await world.client.trouble({ on: 'post', how, times: 1 })
    await expect(post(alice)).rejects.toMatchObject(fault)
    expect(await messages()).toBe(0)
    // Had anything been repeated, the trouble would be over and the message there.
    expect(world.teams.state.troubles).toEqual([])
  })

  test('5xx after the message was posted leaves one message: nothing is repeated blindly', async () => {
    await world.client.trouble({ on: 'post', how: { status: 502, late: true }, times: 1 })
    await expect(post(alice)).rejects.toMatchObject({ kind: 'broken' })
    expect(await messages()).toBe(1)
  })

  test('no answer is a timeout', async () => {
    const hasty = await startWorld({ deadlineMs: 300 })
    await hasty.client.trouble({ on: 'post', how: 'hang', times: 1 })
    await expect(
      hasty.chat.post(home(alice), words('Ready'), { key: 'k', again: false }),
    ).rejects.toMatchObject({ kind: 'timeout' })
    await hasty.end()
  })

  test('5xx on redrawing is worth trying again', async () => {
    const posted = await post(alice)
    await world.client.trouble({ on: 'put', how: { status: 503 }, times: 1 })
    await expect(world.chat.amend(posted, words('x'))).rejects.toMatchObject({ kind: 'busy' })
    await world.chat.amend(posted, words('x'))
  })

  test('a fault says nothing of tokens or raw answers', async () => {
    await world.client.trouble({ on: 'post', how: { status: 500 }, times: 1 })
    const fault = (await post(alice).catch((error: unknown) => error)) as Error & { say: string }
    expect(fault.say).not.toContain('made to go wrong')
    expect(String(fault.cause)).toBe('Error: HTTP 500 ServiceError')
  })
})

describe('a remembered service address', () => {
  test('that is not allowed is not believed: the token never goes there', async () => {
    const reached: string[] = []
    const thief = await listen()
    thief.server.post('/*', async (request, response) => {
      reached.push(JSON.stringify(request.headers))
      response.end()
    })
    await world.memory.remember('teams', `user:${alice}`, { serviceUrl: `${thief.url}/`, home: 'a:1' })
    await post(alice)
    expect(reached).toEqual([])
    expect(await world.client.messages(alice)).toHaveLength(1)
    thief.close()
  })
})

describe('who somebody is', () => {
  const profile = (of: PersonId, workspace = TENANT) =>
    world.chat.profileOf({ platform: 'teams', workspace, key: of, person: of })

  test('a member of our tenant', async () => {
    expect(await profile(alice)).toEqual({ label: 'Alice Adams (alice@contoso.example)', standing: 'member' })
  })
  test('somebody who only ever wrote in a channel', async () => {
    world.memory.kept.delete(`teams user:${alice}`)
    await world.client.type(alice, '@Latchkey help', 'channel')
    expect(await profile(alice)).toMatchObject({ standing: 'member' })
  })
  test('a guest', async () => {
    expect(await profile(gus)).toMatchObject({ standing: 'guest' })
  })
  test('somebody of another tenant', async () => {
    expect(await profile(alice, '00000000-0000-4000-8000-000000000000')).toMatchObject({
      standing: 'external',
    })
  })
  test('nobody we have met', async () => {
    expect(await profile(nora)).toBeUndefined()
  })
  test('somebody who is no longer in the conversation', async () => {
    for (const one of Object.values(world.teams.state.conversations)) one.members = []
    expect(await profile(alice)).toBeUndefined()
  })
})

test('in a world that has not spoken yet nobody can be reached', async () => {
  const silent = await startWorld({ installed: false })
  expect(await silent.chat.homeOf(personIn(alice), undefined)).toBeUndefined()
  await silent.end()
})

describe('a picture for one person', () => {
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2, 3])
  const picture = { name: 'screen-of-vm01.png', png, say: 'The screen of vm01 **bold**' }
  const show = (to: Address) => world.chat.show?.post(to, picture)

  test('is one message in their own chat, with its words', async () => {
    const posted = await show(home(alice))
    const seen = await world.client.messages(alice)
    expect(seen).toMatchObject([
      {
        id: posted?.messageKey,
        from: 'bot',
        text: picture.say,
        file: { name: picture.name, size: png.length },
      },
    ])
  })

  test('never goes to where several people read', async () => {
    await expect(show({ platform: 'teams', key: 'talk:19:abc@thread.v2' })).rejects.toMatchObject({
      kind: 'invalid',
    })
  })

  test('of the largest size that is taken stays below what Teams refuses', async () => {
    const most = world.chat.show?.mostBytes ?? 0
    expect(most).toBeGreaterThan(20_000)
    const large = { ...picture, png: new Uint8Array(most).fill(0xff) }
    expect(await world.chat.show?.post(home(alice), large)).toMatchObject({ platform: 'teams' })
  })
})
