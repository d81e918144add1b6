/** Activities as the documentation shows them, read into the core's words. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { type Activity, checkActivity } from '../../../adapters/teams/door.ts'
import { readActivity } from '../../../adapters/teams/read.ts'
import { type Intent, parseRequestId, type RequestId, writeButton } from '../../../core/index.ts'

const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47'
const MEGAN = '7faf8ab2-3d56-4244-b585-20c8a42ed2b8'
const SERVICE = 'https://smba.trafficmanager.net/amer/'
const REQUEST = parseRequestId('01890000-0000-7000-8000-00000000abcd') as RequestId

const FIXTURES = new URL('./fixtures/', import.meta.url)
const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8'))

/** A documented activity, completed with what its page leaves out, through the door. */
function admitted(parts: Record<string, unknown>): Activity {
  const { conversation, from } = parts as { conversation?: object; from?: object }
  return checkActivity(
    {
      id: 'f:1',
      channelId: 'msteams',
      recipient: { id: '28:bot' },
      ...parts,
      serviceUrl: SERVICE,
      from: { id: '29:megan', ...from, aadObjectId: MEGAN.toUpperCase() },
      conversation: { id: 'a:1', conversationType: 'personal', ...conversation, tenantId: TENANT },
      channelData: { tenant: { id: TENANT } },
    },
    { tenantId: TENANT, claimedServiceUrl: SERVICE, outside: undefined },
  )
}
const read = (parts: Record<string, unknown>) => readActivity(admitted(parts), TENANT)

test('a token for another service address does not let an activity in, whatever botbuilder thinks of it', () => {
  const given = admitted({ type: 'message' })
  const us = {
    tenantId: TENANT,
    claimedServiceUrl: 'https://smba.trafficmanager.net/emea/',
    outside: undefined,
  }
  expect(() => checkActivity(given, us)).toThrow(expect.objectContaining({ name: 'Rejected', status: 401 }))
})

describe('a message', () => {
  test('in the private chat', () => {
    expect(read(fixture('message-personal'))).toMatchObject({
      kind: 'typed',
      targeted: false,
      scene: { person: MEGAN, private: true, place: { serviceUrl: SERVICE } },
      incoming: { did: { typed: 'Hello Teams TestBot.Sending bold-italic rich text' } },
    })
  })

  test('by slash command in a channel', () => {
    expect(read(fixture('message-targeted-slash'))).toMatchObject({
      kind: 'typed',
      targeted: true,
      scene: { private: false, place: { conversation: '19:abc@thread.tacv2;messageid=1' } },
      incoming: {
        delivery: 'teams:message:19:abc@thread.tacv2;messageid=1:1700000000001',
        home: { platform: 'teams', key: `user:${MEGAN}` },
        did: { typed: 'rdp connect vm01' },
      },
    })
  })

  const mention = (id: string, text: string) => ({ type: 'mention', mentioned: { id, name: 'x' }, text })
  test.each<[string, string, object[], string]>([
    [
      'loses the mention of the bot',
      '<at>Latch key</at>&nbsp;help',
      [mention('28:bot', '<at>Latch key</at>')],
      'help',
    ],
    [
      'keeps the mention of somebody else',
      'ask <at>Bob</at>',
      [mention('29:bob', '<at>Bob</at>')],
      'ask <at>Bob</at>',
    ],
    ['survives entities that are no mentions', 'help', [{ type: 'clientInfo' }, { type: 'mention' }], 'help'],
    ['survives an empty mention', 'help', [mention('28:bot', '')], 'help'],
    ['has its HTML entities decoded once', 'a &amp;lt; b &lt; &quot;c&quot; &#39;', [], 'a &lt; b < "c" \''],
  ])('%s', (_, text, entities, typed) => {
    expect(read({ type: 'message', text, entities })).toMatchObject({ incoming: { did: { typed } } })
  })

  test('without text is nothing typed, and an endless one is cut', () => {
    expect(read({ type: 'message' })).toMatchObject({ incoming: { did: { typed: '' } } })
    const long = read({ type: 'message', text: 'x'.repeat(100_000) })
    expect(long).toMatchObject({ incoming: { did: { typed: 'x'.repeat(4000) } } })
  })

  test('is private only in a personal chat', () => {
    const place = (conversation: object) => {
      const reading = read({ type: 'message', text: 'x', conversation })
      return 'scene' in reading && reading.scene?.private
    }
    expect(place({ conversationType: 'personal' })).toBe(true)
    expect(place({ conversationType: 'groupChat', isGroup: true })).toBe(false)
    expect(place({ conversationType: 'groupChat' })).toBe(false)
    expect(place({ conversationType: undefined, isGroup: true })).toBe(false)
    expect(place({ conversationType: 'new kind of chat' })).toBe(false)
  })
})

describe('a press', () => {
  const press = (intent: Intent, more: object = {}, value: object = {}) =>
    read({
      type: 'invoke',
      name: 'adaptiveCard/action',
      replyToId: '1700000000009',
      value: {
        trigger: 'manual',
        ...value,
        action: { type: 'Action.Execute', verb: 'latchkey', data: { intent: writeButton(intent), ...more } },
      },
    })
  const approve: Intent = { do: 'approve', which: { id: REQUEST } }
  const show: Intent = { do: 'show', which: { id: REQUEST } }

  test('carries the reason that was typed, and no other input', () => {
    expect(press(approve, { reason: 'yes', admin: 'true' })).toMatchObject({
      kind: 'pressed',
      incoming: { did: { pressed: approve, values: { reason: 'yes' } } },
    })
    expect(press(approve, { reason: 5 })).toMatchObject({ incoming: { did: { values: {} } } })
  })

  test('has a key of bounded length that differs by intent, person, card and activity', () => {
    const keyOf = (reading: ReturnType<typeof read>) =>
      'incoming' in reading ? reading.incoming.delivery : ''
    expect(keyOf(press(approve))).toBe(keyOf(press(approve)))
    expect(keyOf(press(approve))).not.toBe(keyOf(press(show)))
    expect(keyOf(press({ do: 'deny', which: { id: REQUEST }, reason: 'x'.repeat(300) })).length).toBeLessThan(
      200,
    )
  })

  test('by the client itself may look and nothing else', () => {
    expect(press(show, {}, { trigger: 'automatic' })).toMatchObject({
      kind: 'pressed',
      incoming: { did: { pressed: show } },
    })
    expect(press(approve, {}, { trigger: 'automatic' })).toEqual({ kind: 'unreadable', answered: true })
  })

  test.each<[string, object]>([
    ['of another app’s card', fixture('invoke-adaptiveCard-action-automatic')],
    ['without a value', { type: 'invoke', name: 'adaptiveCard/action', replyToId: '1' }],
    [
      'on no card',
      {
        type: 'invoke',
        name: 'adaptiveCard/action',
        value: { action: { verb: 'latchkey', data: { intent: writeButton({ do: 'list' }) } } },
      },
    ],
  ])('%s is not readable', (_, parts) => {
    expect(read(parts as Record<string, unknown>)).toEqual({ kind: 'unreadable', answered: true })
  })
})

describe('a file consent', () => {
  const ours = (name: string) => {
    const given = fixture(name) as { value: object }
    return { ...given, value: { ...given.value, context: { file: 'c' } }, replyToId: '17' }
  }
  test('accepted', () => {
    expect(read(ours('invoke-fileConsent-accept'))).toMatchObject({
      kind: 'consent',
      consent: {
        context: 'c',
        card: '17',
        upload: {
          uploadUrl: expect.stringMatching(/^https:\/\/contoso\.sharepoint\.com\//),
          fileType: 'png',
        },
      },
    })
  })
  test('declined', () => {
    expect(read(ours('invoke-fileConsent-decline'))).toMatchObject({
      kind: 'consent',
      consent: { context: 'c', card: '17' },
    })
  })
  test('to a question that is not ours', () => {
    expect(read(fixture('invoke-fileConsent-accept'))).toEqual({ kind: 'unreadable', answered: false })
  })
})

describe('an installation', () => {
  test('in a team tells where Teams is, and of nobody’s private chat', () => {
    expect(read(fixture('installationUpdate-add'))).toMatchObject({
      kind: 'arrived',
      scene: { private: false },
    })
  })
  test.each([
    ['add', 'arrived'],
    ['add-upgrade', 'arrived'],
    ['remove', 'left'],
    ['remove-upgrade', 'left'],
  ])('%s of the app', (action, kind) => {
    expect(read({ type: 'installationUpdate', action })).toMatchObject({ kind, scene: { private: true } })
  })
  test('of somebody else in the conversation is none of ours, ours is', () => {
    const update = (id: string) => read({ type: 'conversationUpdate', membersRemoved: [{ id }] }).kind
    expect(update('29:bob')).toBe('arrived')
    expect(update('28:bot')).toBe('left')
  })
})
