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

const FIXTURES = new URL('../../fixtures/teams/', import.meta.url)
const fixture = (name: string): Record<string, unknown> =>
  JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), 'utf8'))

/** A documented activity, completed with what its page leaves out, through the door. */
function admitted(parts: Record<string, unknown>): Activity {
  const { conversation, from, channelData } = parts as Record<
    'conversation' | 'from' | 'channelData',
    object | undefined
  >
  return checkActivity(
    {
      id: 'f:1',
      channelId: 'msteams',
      recipient: { id: '28:bot' },
      ...parts,
      serviceUrl: SERVICE,
      from: { id: '29:megan', ...from, aadObjectId: MEGAN.toUpperCase() },
      conversation: { id: 'a:1', conversationType: 'personal', ...conversation, tenantId: TENANT },
      channelData: { ...channelData, tenant: { id: TENANT } },
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

  test('carries the intent and the card, and no input', () => {
    expect(press(approve, { reason: 'yes', admin: 'true' })).toMatchObject({
      kind: 'pressed',
      incoming: { did: { pressed: approve, on: { messageKey: '1700000000009' } } },
    })
    expect(JSON.stringify(press(approve, { reason: 'yes' }))).not.toContain('yes')
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
      kind: 'refresh',
      incoming: { did: { pressed: show, on: { messageKey: '' } } },
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

describe('a message that was pointed at', () => {
  const pointed = (payload: object, more: object = {}) =>
    read({
      type: 'invoke',
      name: 'composeExtension/fetchTask',
      value: { commandId: 'diagnose', requestId: 'r1', messagePayload: payload, ...more },
    })
  const html = (content: string) => pointed({ body: { contentType: 'html', content } })
  const textOf = (reading: ReturnType<typeof read>) =>
    'incoming' in reading && 'pointedAt' in reading.incoming.did ? reading.incoming.did.pointedAt : undefined

  test.each([
    ['<div><div>vm01 is <strong>slow</strong></div>\n</div>', 'vm01 is slow'],
    ['<p>one</p><p>two<br>three</p>', 'one\ntwo\nthree'],
    ['<ul><li>a</li><li>b</li></ul>', 'a\nb'],
    ['a&nbsp;&lt;b&gt; &amp;amp; &quot;c&quot;', 'a <b> &amp; "c"'],
    ['<at id="0">Bob</at> it fails', 'Bob it fails'],
    ['<img src=x onerror=alert(1)>0x204', '0x204'],
    ['1 < 2 and <b>3 > 2</b>', '1 < 2 and 3 > 2'],
    ['<<<<div>', '<<<'],
  ])('as %j reads %j', (content, text) => {
    expect(textOf(html(content))).toBe(text)
  })

  test('is cut where nobody reads that much, quickly however it is made', () => {
    for (const piece of ['<', '<!--', '<div ', 'x ', '&lt;', '</div><'])
      expect((textOf(html(piece.repeat(200_000))) ?? '').length).toBeLessThanOrEqual(4_000)
  })

  test.each<[string, unknown]>([
    ['text', 'a card'],
    ['a list that goes on', Array.from({ length: 1_000 }, () => ({ text: 'a card' }))],
  ])('with words on a card only (%s) brings those', (_, text) => {
    const content = JSON.stringify({ body: [{ type: 'TextBlock', text }] })
    const given = pointed({
      body: { content: '<attachment id="1"></attachment>' },
      attachments: [{ content }],
    })
    expect(textOf(given)).toMatch(/^a card/)
  })

  test.each<[string, ReturnType<typeof read>]>([
    [
      'without a payload',
      read({ type: 'invoke', name: 'composeExtension/fetchTask', value: { commandId: 'diagnose' } }),
    ],
    ['without words', html('<div></div>')],
    [
      'with attachments that are none',
      pointed({ attachments: [null, 'x', { content: '{' }, { content: 5 }] }),
    ],
    ['of another command', pointed({ body: { content: 'x' } }, { commandId: 'other' })],
  ])('%s is not readable', (_, reading) => {
    expect(reading).toEqual({ kind: 'unreadable-action' })
  })

  test('has the same key when Teams asks again, and never one without an end', () => {
    const keyOf = (requestId: unknown) => {
      const reading = pointed({ body: { content: 'x' } }, { requestId })
      return 'incoming' in reading ? reading.incoming.delivery : ''
    }
    expect(keyOf('r1')).toBe(`teams:pointed:${MEGAN}:r1`)
    expect(keyOf(undefined)).toBe(`teams:pointed:${MEGAN}:f:1`)
    expect(keyOf('x'.repeat(10_000)).length).toBeLessThan(200)
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
      room: { id: 'sample conversation Id@thread.skype', serviceUrl: SERVICE },
    })
  })
  test.each([
    ['add', 'arrived'],
    ['add-upgrade', 'arrived'],
    ['remove', 'left'],
    ['remove-upgrade', 'left'],
  ])('%s of the app', (action, kind) => {
    expect(read({ type: 'installationUpdate', action })).toMatchObject({
      kind,
      scene: { private: true },
      room: undefined,
    })
  })
  test('of somebody else in the conversation is none of ours, ours is', () => {
    const update = (id: string) => read({ type: 'conversationUpdate', membersRemoved: [{ id }] }).kind
    expect(update('29:bob')).toBe('arrived')
    expect(update('28:bot')).toBe('left')
  })
  test.each([
    ['teamDeleted', 'left', '19:team@thread.tacv2'],
    ['teamHardDeleted', 'left', '19:team@thread.tacv2'],
    ['channelDeleted', 'left', '19:gone@thread.tacv2'],
    ['channelRenamed', 'arrived', '19:team@thread.tacv2'],
  ])('whose team tells %s means %s, and where', (eventType, kind, id) => {
    const conversation = { id: '19:team@thread.tacv2', conversationType: 'channel', isGroup: true }
    const team = { id: '19:team@thread.tacv2' }
    const channelData = { eventType, team, channel: { id: '19:gone@thread.tacv2' } }
    expect(read({ type: 'conversationUpdate', conversation, channelData })).toMatchObject({
      kind,
      room: { id, team: team.id },
    })
  })
})
