/** What the pretend Teams delivers to the bot, and what it remembers. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { APP, TENANT } from '../../../adapters/teams/support/world.ts'
import { alice, bob, hello, openStage, type Stage } from './stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

describe('deliveries', () => {
  test('carry a token that its own metadata proves, for the bot and the service address', async () => {
    await stage.say(alice, 'help')
    const metadata = await (await fetch(`${stage.server.url}/teams/.well-known/openidconfiguration`)).json()
    const { payload, protectedHeader } = await jwtVerify(
      stage.received[0]?.token ?? '',
      createRemoteJWKSet(new URL(metadata.jwks_uri)),
      { issuer: 'https://api.botframework.com', audience: APP },
    )
    expect(payload['serviceurl']).toBe(stage.teams.serviceUrl)
    const { keys } = await (await fetch(metadata.jwks_uri)).json()
    expect(keys).toEqual([expect.objectContaining({ kid: protectedHeader.kid, endorsements: ['msteams'] })])
    expect(JSON.stringify(keys)).not.toContain('"d"')
  })

  test('say who wrote, in which tenant and chat', async () => {
    await stage.say(alice, 'help')
    expect(stage.received[0]?.activity).toMatchObject({
      type: 'message',
      channelId: 'msteams',
      text: 'help',
      from: { id: expect.stringMatching(/^29:/), aadObjectId: alice, name: 'Alice Adams' },
      recipient: { id: `28:${APP}` },
      conversation: { conversationType: 'personal', tenantId: TENANT },
      channelData: { tenant: { id: TENANT } },
    })
    expect(stage.received[0]?.activity.conversation.id.length).toBeGreaterThan(100)
  })

  test('of a message that fails come again under the same id, and then under a new one', async () => {
    stage.answers.push(...[500, 503, 200])
    expect((await stage.say(alice, 'help')).body).toMatchObject({ status: 200 })
    const ids = stage.received.map(({ activity }) => activity.id)
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
    expect(ids).toHaveLength(3)
  })

  test('that are not answered in time come again', async () => {
    stage.patience.answerMs = 250
    stage.answers.push('never')
    expect((await stage.say(alice, 'help')).body).toMatchObject({ status: 200 })
    expect(stage.received.map(({ activity }) => activity.id)).toEqual(
      Array(2).fill(stage.received[0]?.activity.id),
    )
  })

  test('that are refused do not come again', async () => {
    stage.answers.push(...[401])
    expect((await stage.say(alice, 'help')).body).toMatchObject({ status: 401 })
    expect(stage.received).toHaveLength(1)
  })

  test('in a channel reach the bot only when it is called, with the mention Teams makes', async () => {
    expect((await stage.say(bob, 'lunch?', 'channel')).body).toEqual({ status: 0, ms: 0 })
    expect(stage.received).toEqual([])
    await stage.say(bob, '@Latchkey help', 'channel')
    expect(stage.received[0]?.activity).toMatchObject({
      text: '<at>Latchkey</at>&nbsp;help',
      conversation: { id: expect.stringMatching(/^19:.+;messageid=\d+$/), isGroup: true },
      entities: [{ type: 'mention', mentioned: { id: `28:${APP}` } }, { type: 'clientInfo' }],
    })
  })

  test('in a group chat say so, and name no thread', async () => {
    await stage.say(bob, '@Latchkey help', 'group')
    expect(stage.received[0]?.activity.conversation).toMatchObject({
      id: expect.stringMatching(/^19:\w+@thread\.v2$/),
      conversationType: 'groupChat',
      isGroup: true,
    })
  })

  test('stop where the app is removed, which is told, and go on once it is back', async () => {
    const { id: conversation } = await stage.talkOf(bob, 'group')
    const install = (installed: boolean) => stage.client('install', { as: bob, conversation, installed })
    const told = () =>
      stage.received.splice(0).map(({ activity: { type, action } }) => (action ? `${type} ${action}` : type))
    await install(false)
    await install(false)
    expect(told()).toEqual(['conversationUpdate', 'installationUpdate remove'])
    expect((await stage.say(bob, '@Latchkey help', 'group')).body).toEqual({ status: 0, ms: 0 })
    await stage.say(bob, '/rdp help', 'group')
    expect(told()).toEqual([])
    await install(true)
    await stage.say(bob, '@Latchkey help', 'group')
    expect(told()).toEqual(['installationUpdate add', 'conversationUpdate', 'message'])
    expect((await stage.talkOf(bob, 'group')).installed).toBe(true)
  })

  test('of a slash command in a channel are for the bot alone', async () => {
    await stage.say(bob, '/rdp list', 'channel')
    expect(stage.received[0]?.activity).toMatchObject({ text: 'rdp list', recipient: { isTargeted: true } })
    expect((await stage.talkOf(alice, 'channel')).messages).toEqual([])
  })

  test('of the installation come once for each place, until the bot has taken them', async () => {
    stage.answers.push(...[403])
    await stage.teams.installEverywhere()
    const first = stage.received.length
    expect(stage.received.map(({ activity }) => activity.type).slice(0, 2)).toEqual([
      'installationUpdate',
      'conversationUpdate',
    ])
    await stage.teams.installEverywhere()
    expect(stage.received.length - first).toBe(2)
    await stage.teams.installEverywhere()
    expect(stage.received.length - first).toBe(2)
  })
})

describe('what is remembered', () => {
  test('goes on where it ended: messages, key and who was told', async () => {
    await stage.teams.installEverywhere()
    await stage.rest('POST', await stage.pathOf(alice), hello)
    const saved: unknown = JSON.parse(JSON.stringify(stage.teams.state))
    const told = stage.received.length
    await stage.remount(saved)
    expect(stage.teams.state).toEqual(saved)
    await stage.teams.installEverywhere()
    expect(stage.received).toHaveLength(told)
    expect((await stage.talkOf(alice)).messages).toHaveLength(1)
  })

  test('by an older version is taken, with what it did not know yet', async () => {
    const saved = JSON.parse(JSON.stringify(stage.teams.state))
    for (const talk of Object.values<{ installed?: boolean }>(saved.conversations)) delete talk.installed
    await stage.remount(saved)
    expect((await stage.talkOf(alice)).installed).toBe(true)
  })

  test('of another version is not taken', async () => {
    await expect(stage.remount({ version: 2 })).rejects.toThrow()
  })

  test('tells of each change', async () => {
    const before = stage.changes
    await stage.rest('POST', await stage.pathOf(alice), hello)
    expect(stage.changes).toBeGreaterThan(before)
  })
})
