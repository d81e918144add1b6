/** Connection files: asked for, accepted, and put where only OneDrive is. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { PersonId, RequestId } from '../../../core/index.ts'
import { listen, person, startWorld, type World } from './support/world.ts'

const alice = person('Alice')
const bob = person('Bob')
const REQUEST = '01890000-0000-7000-8000-00000000abcd' as RequestId
const CONTENT = 'full address:s:198.51.100.11:3389\r\n'
const bytes = new TextEncoder().encode(CONTENT)

let world: World
beforeEach(async () => {
  world = await startWorld()
  world.files.set(`${REQUEST} ${alice}`, { name: 'vm01.rdp', bytes })
})
afterEach(() => world.end())

const hand = (to: PersonId = alice) =>
  world.chat.hand(
    { platform: 'teams', key: `user:${to}` },
    { name: 'vm01.rdp', bytes, say: 'For vm01', request: REQUEST },
  )

async function question(of: PersonId = alice): Promise<string> {
  const found = (await world.client.messages(of)).find(({ consent }) => consent)
  if (!found) throw new Error('no question')
  return found.id
}

const download = async () => {
  const found = (await world.client.messages(alice)).find(({ file }) => file)
  return found?.file && (await fetch(found.file.url)).text()
}

test('the person is asked first, and nothing of the file is kept or shown', async () => {
  expect(await hand()).toBe('handed')
  const [seen] = await world.client.messages(alice)
  expect(seen).toMatchObject({ consent: { name: 'vm01.rdp', size: bytes.length } })
  const kept = JSON.stringify([...world.memory.kept, ...world.logged, world.teams.state.conversations])
  expect(kept).not.toContain('198.51.100.11')
  expect(kept).not.toContain(Buffer.from(bytes).toString('base64').slice(0, 16))
})

test('an accepted file arrives byte by byte, and the question goes away', async () => {
  await hand()
  expect((await world.client.consent(alice, await question(), true)).status).toBe(200)
  expect(await download()).toBe(CONTENT)
  expect((await world.client.messages(alice)).filter(({ consent }) => consent)).toEqual([])
})

test('a declined file is not sent', async () => {
  await hand()
  expect((await world.client.consent(alice, await question(), false)).status).toBe(200)
  expect(await world.client.messages(alice)).toEqual([])
  expect(world.teams.state.uploads).toEqual({})
})

test('a file whose access is over is not sent, and that is said', async () => {
  await hand()
  world.files.clear()
  await world.client.consent(alice, await question(), true)
  expect((await world.client.messages(alice)).map(({ text }) => text)).toEqual([
    'That access is over or not open yet, so there is no file for it.',
  ])
})

test('when OneDrive does not take it, that is said and the question stays', async () => {
  await hand()
  await world.client.trouble({ on: 'upload', how: { status: 507 }, times: 1 })
  await world.client.consent(alice, await question(), true)
  await world.stop()
  const seen = await world.client.messages(alice)
  expect(seen.map(({ consent, text }) => text ?? consent?.name)).toEqual([
    'vm01.rdp',
    'OneDrive did not take the file. Use the link on the card.',
  ])
})

test('when the file arrived but could not be shown, the answer is delivered again and it is shown once', async () => {
  await hand()
  const id = await question()
  await world.client.trouble({ on: 'post', how: { status: 503 }, times: 1 })
  expect((await world.client.consent(alice, id, true)).status).toBe(200)
  expect(await download()).toBe(CONTENT)
  expect(await world.client.messages(alice)).toHaveLength(1)
})

test('the answer of somebody else does nothing', async () => {
  await hand()
  const asked = world.memory.kept
  const [context] = [...asked.keys()].filter(key => key.startsWith('teams-file ')).map(key => key.slice(11))
  // Bob gets a question of his own whose context is Alice's.
  await hand(bob)
  const bobs = Object.values(world.teams.state.conversations).find(
    ({ kind, members }) => kind === 'personal' && members.includes(bob),
  )
  const own = bobs?.messages[0]
  if (!own?.consent) throw new Error('no question')
  own.consent.accept = { file: context }
  world.files.set(`${REQUEST} ${bob}`, { name: 'vm01.rdp', bytes })
  expect((await world.client.consent(bob, own.id, true)).status).toBe(200)
  expect((await world.client.messages(bob)).filter(({ file }) => file)).toEqual([])
  expect(world.logged.join('\n')).toContain('teams-consent-foreign')
})

test('the answer of somebody else from within the same chat does nothing', async () => {
  await hand()
  const talk = Object.values(world.teams.state.conversations).find(
    ({ kind, members }) => kind === 'personal' && members.includes(alice),
  )
  const question = talk?.messages[0]
  const { status } = await world.deliver({
    type: 'invoke',
    name: 'fileConsent/invoke',
    as: bob,
    conversation: talk?.id,
    replyToId: question?.id,
    value: { type: 'fileUpload', action: 'decline', context: question?.consent?.decline },
  })
  expect(status).toBe(200)
  expect((await world.client.messages(alice)).filter(({ consent }) => consent)).toHaveLength(1)
})

test('an answered question is not answered again', async () => {
  await hand()
  const id = await question()
  const [conversation] = Object.values(world.teams.state.conversations).filter(({ members }) =>
    members.includes(alice),
  )
  const before = structuredClone(conversation?.messages.find(one => one.id === id))
  await world.client.consent(alice, id, true)
  if (before) conversation?.messages.push(before)
  await world.client.consent(alice, id, true)
  expect((await world.client.messages(alice)).filter(({ file }) => file)).toHaveLength(1)
})

test.each([
  ['another host', (url: string) => url],
  ['a host that only begins like OneDrive', () => 'https://contoso.sharepoint.com.evil.example/upload'],
  ['OneDrive without https', () => 'http://contoso.sharepoint.com/upload'],
])('an upload address at %s gets nothing', async (_, address) => {
  const reached: string[] = []
  const thief = await listen()
  thief.server.put('/*', async (request, response) => {
    reached.push(String(request.url))
    response.end()
  })
  await hand()
  const id = await question()
  const { conversations } = world.teams.state
  const talk = Object.values(conversations).find(
    ({ kind, members }) => kind === 'personal' && members.includes(alice),
  )
  const context = talk?.messages.find(one => one.id === id)?.consent?.accept
  const { status } = await world.deliver({
    type: 'invoke',
    name: 'fileConsent/invoke',
    replyToId: id,
    as: alice,
    conversation: talk?.id,
    value: {
      type: 'fileUpload',
      action: 'accept',
      context,
      uploadInfo: {
        uploadUrl: address(`${thief.url}/upload`),
        contentUrl: 'https://contoso.sharepoint.com/x',
        name: 'vm01.rdp',
        uniqueId: 'u',
        fileType: 'rdp',
      },
    },
  })
  expect(status).toBe(200)
  expect(reached).toEqual([])
  thief.close()
})
